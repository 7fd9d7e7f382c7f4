#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The judge of tools/oracle: no answer that is not documented gets through, and no group that breaks off.

  test_run_oracle.py PATH-OF-RUN_ORACLE
"""
import os
import subprocess
import sys
import tempfile

SCRIPT = '''#!/bin/sh
if [ "$1" = --list ]; then
    printf 'one\\ntwo\\n'
    exit 0
fi
for group; do
    case $group in
%s
    esac
done
'''
GOOD = "one) printf 'one/a\\tS_OK\\tS_FALSE|S_OK\\twords\\n!done\\tone\\n' ;;\n"
TWO = "two) printf 'two/b\\tE_FAIL\\tany error\\twords\\n!done\\ttwo\\n' ;;\n"
CASES = [  # what, the groups, exit code, a word of the output
    ('documented', GOOD + TWO, 0, '2 checks, 0 not as documented'),
    ('another answer', GOOD.replace('\\tS_OK\\tS_FALSE|', '\\tE_FAIL\\t') + TWO, 1, 'one/a: E_FAIL, documented: S_OK'),
    ('no error where any would do', GOOD + TWO.replace('E_FAIL', 'S_OK'), 1, 'two/b: S_OK'),
    ('a group that breaks off', GOOD.replace('!done\\tone\\n', '') + TWO, 1, 'one: crashes'),
    ('the group after one that crashes', "one) kill -9 $$ ;;\n" + TWO, 1, '1 checks'),
    ('a program that is not content', GOOD + TWO.replace(';;', '; exit 3 ;;'), 1, 'ended with 3'),
    ('a class that is not there', "one) printf '!absent\\tone\\tCLSID_X\\tE_FAIL\\n!done\\tone\\n' ;;\n" + TWO, 0,
     '1 groups without their class'),
    ('two checks of one name', GOOD.replace('!done', 'one/a\\tS_OK\\tS_OK\\twords\\n!done') + TWO, 1, 'one/a: two checks'),
    ('no checks at all', "*) printf '!done\\tone\\n!done\\ttwo\\n' ;;\n", 1, '0 checks'),
]


def main():
    sys.path.insert(0, os.path.dirname(sys.argv[1]))
    sys.dont_write_bytecode = True
    import run_oracle  # pylint: disable=import-outside-toplevel
    for name in sorted(run_oracle.listed_differences())[:1]:
        CASES.append(('listed in doc/differences.md', GOOD.replace('one/a\\tS_OK\\tS_FALSE|', name + '\\tE_FAIL\\t') + TWO, 0,
                      '2 checks, 0 not'))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, 'program')
        for what, groups, code, words in CASES:
            with open(program, 'w', encoding='utf-8') as out:
                out.write(SCRIPT % groups)
            os.chmod(program, 0o755)
            done = subprocess.run([sys.executable, sys.argv[1], '--ours', program], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, check=False)
            good = done.returncode == code and words in done.stdout
            if not good:
                print(f'not ok: {what}: ended with {done.returncode}\n{done.stdout}')
            wrong += not good
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
