#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each statement of the contract, C-01 to C-82, has one line in statements.tsv and one test in the program named there.

  test_statements.py FOLDER

A test is a function c_NN_words that its program lists with cmocka_unit_test.
"""
import os
import re
import sys

NUMBERS = [f'C-{n:02}' for n in range(1, 83)]


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def table(text):
    """[(number, title, program)]; a line of another shape gives what is there."""
    return [tuple(line.split('\t')) for line in text.splitlines() if line and not line.startswith('#')]


def tests_of(text):
    """{number: names} of the functions that are defined, and of those that are listed."""
    found = []
    for pattern in (r'(?m)^static void (c_(\d\d)_\w+)\(void \*\*\w+\)', r'cmocka_unit_test\((c_(\d\d)_\w+)\)'):
        names = {}
        for name, number in re.findall(pattern, text):
            names.setdefault('C-' + number, []).append(name)
        found.append(names)
    return found


def check(lines, programs):
    """Everything that is wrong, in words.  programs: {name: source}."""
    wrong = [f'not number, title, program: {line}' for line in lines if len(line) != 3 or not all(line)]
    lines = [line for line in lines if len(line) == 3]
    listed = [number for number, _, _ in lines]
    wrong += [f'{n}: {listed.count(n)} lines in the table' for n in NUMBERS if listed.count(n) != 1]
    wrong += [f'{n}: there is no such statement' for n in listed if n not in NUMBERS]
    wrong += [f'"{t}": two statements' for t in sorted({t for _, t, _ in lines}) if [x[1] for x in lines].count(t) > 1]
    wrong += [f'{p}.c is not there' for p in sorted({p for _, _, p in lines} - set(programs))]
    home = {number: program for number, _, program in lines}
    for program, text in sorted(programs.items()):
        defined, run = tests_of(text)
        if defined != run:
            wrong.append(f'{program}: defined and run differ: {defined} {run}')
        for number, names in sorted(defined.items()):
            if home.get(number) != program:
                wrong.append(f'{program}: {names[0]}: the table has {number} in {home.get(number, "no program")}')
            if len(names) > 1:
                wrong.append(f'{program}: {number} is tested by {names}')
        wrong += [f'{program}: no test of {number}' for number, p in sorted(home.items())
                  if p == program and number not in defined]
    return wrong


def prove():
    """The check itself can fail."""
    source = 'static void c_01_a(void **state)\n{\n}\n cmocka_unit_test(c_01_a),\n'
    good = [(n, 'title of ' + n, 'test_a' if n == 'C-01' else 'test_rest') for n in NUMBERS]
    rest = ''.join(source.replace('01', n[2:]) for n in NUMBERS[1:])
    other = source + source.replace('c_01_a', 'c_01_b')
    assert check(good, {'test_a': source, 'test_rest': rest}) == []
    assert check(good, {'test_a': source})
    for lines, text in [
            (good[1:], source), (good + good[:1], source), (good + [('C-83', 'x', 'test_a')], source),
            ([('C-01', 'x')] + good[1:], source), ([('C-01', 'x', 'test_b')] + good[1:], source),
            (good, ''), (good, other), (good, source.replace('cmocka_unit_test(c_01_a)', '')),
            (good, source.replace('01', '02')), ([('C-01', good[1][1], 'test_a')] + good[1:], source)]:
        assert check(lines, {'test_a': text, 'test_rest': rest}), (lines[:2], text)


def main():
    folder = sys.argv[1]
    prove()
    lines = table(read(os.path.join(folder, 'statements.tsv')))
    programs = {name[:-2]: read(os.path.join(folder, name)) for name in sorted(os.listdir(folder))
                if re.fullmatch(r'test_\w+\.c', name)}
    wrong = check(lines, programs)
    for words in wrong:
        print('not ok: ' + words)
    print(f'{len(lines)} statements, {len(programs)} programs, {len(wrong)} breaches')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
