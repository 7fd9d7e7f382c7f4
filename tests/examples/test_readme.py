#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""README tells the truth: its C program is examples/live_swap.c, letter by letter, and at most 60 lines; its table of
filters is what `regraft inspect` says; what it links to is there.

  test_readme.py TREE [PROGRAM]
"""
import json
import os
import re
import subprocess
import sys

LINES_MAX = 60


def main():
    tree = sys.argv[1]
    wrong = []
    with open(os.path.join(tree, 'README.md'), encoding='utf-8') as f:
        readme = f.read()
    with open(os.path.join(tree, 'examples', 'live_swap.c'), encoding='utf-8') as f:
        program = f.read()
    if program not in re.findall(r'^```c\n(.*?)^```$', readme, re.M | re.S):
        wrong.append('README.md shows another program than examples/live_swap.c')
    if program.count('\n') > LINES_MAX:
        wrong.append(f'examples/live_swap.c has more than {LINES_MAX} lines')
    if len(sys.argv) > 2:
        listed = subprocess.run([sys.argv[2], 'inspect', '--json'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                check=True).stdout
        for row in json.loads(listed):
            if row['kind'] not in ('source', 'transform', 'sink'):
                continue
            line = f'| `{row["name"]}` | {row["help"]} |'
            if line not in readme:
                wrong.append(f'README.md lacks the row {line}')
    for name in ('README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'):
        with open(os.path.join(tree, name), encoding='utf-8') as f:
            text = f.read()
        for link in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text):
            if not os.path.exists(os.path.join(tree, link)):
                wrong.append(f'{name} links to {link}, which does not exist')
    print('\n'.join(wrong) or 'ok')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
