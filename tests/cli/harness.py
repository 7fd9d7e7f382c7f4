# SPDX-License-Identifier: MIT
"""harness - runs the command as a person would, and tells each case the way cmocka does.

A case is a function whose name starts with "case_"; it may raise Skip with a reason.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

REGRAFT = os.environ.get('REGRAFT', 'regraft')
PATIENCE = float(os.environ.get('REGRAFT_TEST_PATIENCE', '60'))  # seconds for one command


class Skip(Exception):
    pass


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return f'$ regraft {" ".join(self.args)}\n-> {self.code}\n--- stdout\n{self.out}--- stderr\n{self.err}'

    def json(self):
        return json.loads(self.out)


def regraft(*args, code=0, stdin=None, env=None):
    """Runs the command; its exit code has to be the one given."""
    done = subprocess.run([REGRAFT, *args], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding='utf-8',
                          timeout=PATIENCE, check=False, env=env)
    result = Result(args, done.returncode, done.stdout, done.stderr)
    assert done.returncode == code, f'exit code {code} expected\n{result}'
    return result


def has(text, *parts):
    for part in parts:
        assert part in text, f'{part!r} is missing in:\n{text}'


def lacks(text, *parts):
    for part in parts:
        assert part not in text, f'{part!r} should not be in:\n{text}'


def equal(got, wanted):
    assert got == wanted, f'got {got!r}, wanted {wanted!r}'


def has_filters(*names):
    known = {item['name'] for item in regraft('inspect', '--json').json()}
    return known.issuperset(names)


def need_filters(*names):
    if not has_filters(*names):
        raise Skip('needs the filters ' + ', '.join(names))


def need_program(name):
    if not shutil.which(name):
        raise Skip(f'needs the program {name}')


def main(cases):
    """Runs every case_… of a module's names, in order, in an empty folder of its own."""
    failed = skipped = passed = 0
    home = os.getcwd()
    for name, case in list(cases.items()):
        if not name.startswith('case_'):
            continue
        name = name[5:]
        folder = tempfile.mkdtemp(prefix='regraft-test-')
        os.chdir(folder)
        try:
            case()
            passed += 1
            print(f'[       OK ] {name}')
        except Skip as why:
            skipped += 1
            print(f'{name}: {why}\n[  SKIPPED ] {name}')
        except Exception:  # pylint: disable=broad-except
            failed += 1
            traceback.print_exc(file=sys.stdout)
            print(f'[  FAILED  ] {name}')
        finally:
            os.chdir(home)
            shutil.rmtree(folder, ignore_errors=True)
        sys.stdout.flush()
    sys.exit(1 if failed else 77 if skipped and not passed else 0)
