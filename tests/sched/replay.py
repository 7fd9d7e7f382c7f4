#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""replay.py - runs a scheduled program twice, and whatever it prints has to be the same.

  replay.py PROGRAM [ARGUMENT...]      the program calls sched_start (sched_test.h)

Ends as the program did, or with 1 where the two runs differ.
"""
import difflib
import re
import subprocess
import sys

SKIPPED = 77


def run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False)
    return done.returncode, done.stdout


def main():
    first, again = run(sys.argv[1:]), run(sys.argv[1:])
    print(first[1], end='')
    if first[0] == SKIPPED:
        return SKIPPED
    if first != again:
        print(f'ended with {first[0]}, then with {again[0]}')
        print('\n'.join(difflib.unified_diff(first[1].split('\n'), again[1].split('\n'), 'first', 'again', n=0)))
        return 1
    if re.search(r'^sched: seed=.* trace=[0-9a-f]{16}$', first[1], re.M) is None:
        print('no trace: it was not scheduled')
        return 1
    return first[0] if 0 <= first[0] < 128 else 1


if __name__ == '__main__':
    sys.exit(main())
