#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The counts of tools/check: no way that a test can end makes a failure disappear.

  test_run_checks.py PATH-OF-RUN_CHECKS
"""
import contextlib
import importlib.util
import io
import sys

CMOCKA = '''[==========] Running 3 test(s).
[ RUN      ] test_one
[       OK ] test_one
[ RUN      ] test_two
{two}
[ RUN      ] test_three
[  SKIPPED ] test_three
[==========] 3 test(s) run.
'''

# what, result, standard output, standard error, (passed, failed, skipped)
CASES = [
    ('a plain program', 'OK', '', '', (1, 0, 0)),
    ('a plain program that fails', 'FAIL', '', 'no', (0, 1, 0)),
    ('a skipped program', 'SKIP', '', '', (0, 0, 1)),
    ('a program out of time', 'TIMEOUT', '', '', (0, 1, 0)),
    ('a program that could not start', 'ERROR', '', '', (0, 1, 0)),
    ('a program that was interrupted', 'INTERRUPT', '', '', (0, 1, 0)),
    ('a success that should have been none', 'UNEXPECTEDPASS', '', '', (0, 1, 0)),
    ('cmocka', 'OK', CMOCKA.format(two='[       OK ] test_two'), '', (2, 0, 1)),
    ('cmocka on standard error', 'OK', '', CMOCKA.format(two='[       OK ] test_two'), (2, 0, 1)),
    ('cmocka with a failure', 'FAIL', CMOCKA.format(two='[  FAILED  ] test_two') +
     '[  FAILED  ] tests: 1 test(s), listed below:\n[  FAILED  ] test_two\n', '', (1, 1, 1)),
    ('cmocka that crashes', 'FAIL', '[ RUN      ] test_one\n[       OK ] test_one\n[ RUN      ] test_two\n', '',
     (1, 1, 0)),
    ('a leak after all cases passed', 'FAIL', CMOCKA.format(two='[       OK ] test_two'), 'LeakSanitizer',
     (2, 1, 1)),
]


def shows_where_it_began(run_checks):
    """However much a failure drags behind it."""
    lines = [f'before {i}' for i in range(100)] + ['[  ERROR   ] --- 0xc9 != 0xc8'] + \
            [f'after {i}' for i in range(400)]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        run_checks.show('long', '\n'.join(lines))
    said = said.getvalue()
    right = '0xc9 != 0xc8' in said and 'before 99' in said and 'after 399' in said and 'after 100' not in said
    print(f'{"ok" if right else "not ok"}: a long failure shows its beginning and its end')
    return right


def main():
    spec = importlib.util.spec_from_file_location('run_checks', sys.argv[1])
    sys.dont_write_bytecode = True
    run_checks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(run_checks)
    stage = run_checks.STAGES['gcc']
    wrong = 0
    for what, result, out, err, expected in CASES:
        with contextlib.redirect_stdout(io.StringIO()):
            count = stage.judge({'name': what, 'result': result, 'stdout': out, 'stderr': err,
                                 'command': ['program']})
        found = count.passed, count.failed, count.skipped
        print(f'{"ok" if found == expected else "not ok"}: {what}: expected {expected}, found {found}')
        wrong += found != expected
    wrong += not shows_where_it_began(run_checks)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
