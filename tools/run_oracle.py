#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run_oracle.py - the checks of tests/oracle, natively and under Wine, and who is right.

  run_oracle.py                writes doc/oracle.md
  run_oracle.py --check        compares with it
  run_oracle.py --show NAME    answers of a check or a group
  run_oracle.py --ours PROGRAM runs PROGRAM alone: every answer is documented, or stands in doc/differences.md

A group that hangs or crashes costs its own answers alone: the next one goes on in a new process.
"""
import argparse
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CHECKS = os.path.join(TREE, 'tests', 'oracle')
TABLE = os.path.join(TREE, 'doc', 'oracle.md')
DIFFERENCES = os.path.join(TREE, 'doc', 'differences.md')
VERDICTS = os.path.join(CHECKS, 'verdicts.tsv')
BUILD = os.path.join(TREE, 'build')
SILENT_SECONDS = 30  # after that a check hangs
PROGRAMS = ['tests/oracle/oracle', 'tests/oracle/oracle.exe']
ABSENT, SILENT = 'class not there', 'no answer'
WHO = {'ours': 'regraft', 'wine': 'Wine', 'both': 'both', 'neither': 'neither'}


def run(command, env=None, silence=None, errors=subprocess.DEVNULL):
    """(exit code, or None if it said nothing for so many seconds; output); ends what it started.

    It writes to a file: Wine's own servers would keep a pipe open.
    """
    with tempfile.TemporaryFile() as out:
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                              env={**os.environ, **(env or {})}, cwd=TREE, start_new_session=True) as process:
            size, since, code = 0, time.monotonic(), None
            while code is None:
                try:
                    code = process.wait(0.2)
                except subprocess.TimeoutExpired:
                    now = os.fstat(out.fileno()).st_size
                    if now != size:
                        size, since = now, time.monotonic()
                    elif silence is not None and time.monotonic() - since > silence:
                        os.killpg(process.pid, signal.SIGKILL)
                        break
        out.seek(0)
        return code, out.read().decode('utf-8', 'replace').replace('\r', '')


# --- answers ----------------------------------------------------------------------------------

class Answers:
    """What one side said: rows by name, in order; groups whose class is not there; groups that did not end."""

    def __init__(self):
        self.rows, self.absent, self.broken, self.code = {}, {}, {}, 0

    def add(self, text):
        """Returns the groups that came to their end."""
        done = set()
        for line in text.split('\n'):
            part = line.split('\t')
            if part[0] == '!absent' and len(part) == 4:
                self.absent[part[1]] = part[2]
            elif part[0] == '!done':
                done.add(part[1])
            elif len(part) == 4:
                if part[0] in self.rows:
                    sys.exit(f'{part[0]}: two checks of one name')
                self.rows[part[0]] = part[1:]
        return done

    def of(self, name):
        group = name.split('/')[0]
        if name in self.rows:
            return self.rows[name][0]
        if group in self.absent:
            return ABSENT
        return f'{SILENT}: {self.broken[group]}' if group in self.broken else SILENT


def is_documented(answer, documented):
    for one in documented.split('|'):
        if answer == one or (one == 'any error' and re.match(r'(VFW_)?E_|0x8', answer)):
            return True
    return False


def ask(program, groups, env, after_hang=lambda: None, errors=subprocess.DEVNULL):
    answers, left = Answers(), list(groups)
    while left:
        code, text = run([*program, *left], env, SILENT_SECONDS, errors)
        done = answers.add(text)
        left = [g for g in left if g not in done]
        if left:  # the first of them did not come to its end
            answers.broken[left.pop(0)] = 'hangs' if code is None else 'crashes'
        elif code != 0:
            answers.code = code
        if code is None:
            after_hang()
    return answers


def groups_of(program, env):
    code, text = run([*program, '--list'], env, SILENT_SECONDS)
    if code != 0:
        sys.exit(f'{program[-1]} --list: {text}')
    return text.split()


def natively(program):
    env = {'REGRAFT_MODULE_PATH': os.environ.get('REGRAFT_MODULE_PATH', os.path.join(BUILD, 'src', 'filters'))}
    groups = groups_of([program], env)
    return groups, ask([program], groups, env, errors=None)  # a sanitizer's words are to be read


# --- files ------------------------------------------------------------------------------------

def listed_differences():
    """The checks that doc/differences.md names, in backticks, in its first column."""
    names = set()
    if os.path.exists(DIFFERENCES):
        with open(DIFFERENCES, encoding='utf-8') as lines:
            for line in lines:
                if line.startswith('|'):
                    names.update(re.findall(r'`([a-z_]+/[^`]+)`', line.split('|')[1]))
    return names


class Verdicts:
    def __init__(self):
        self.rows = []
        with open(VERDICTS, encoding='utf-8') as lines:
            for line in lines:
                if not line.startswith('#') and line.strip():
                    pattern, who, reason = line.rstrip('\n').split('\t')
                    if who not in WHO:
                        sys.exit(f'{VERDICTS}: {pattern}: nobody is called {who}')
                    self.rows.append([pattern, who, reason, 0])

    def of(self, name):
        for row in self.rows:
            if fnmatch.fnmatchcase(name, row[0]):
                row[3] += 1
                return f'{WHO[row[1]]}: {row[2]}'
        return None

    def stale(self):
        return [row[0] for row in self.rows if row[3] == 0]


# --- ours alone -------------------------------------------------------------------------------

def judge_ours(answers):
    """Words on every answer that is neither documented nor listed."""
    listed = listed_differences()
    wrong = [f'{name}: {row[0]}, documented: {row[1]} ({row[2]})' for name, row in answers.rows.items()
             if not is_documented(row[0], row[1]) and name not in listed]
    if answers.code != 0:
        wrong.append(f'the program ended with {answers.code}')
    return wrong + [f'{group}: {how}' for group, how in answers.broken.items()]


def ours_alone(program):
    _, answers = natively(program)
    wrong = judge_ours(answers)
    for words in wrong:
        print(words)
    print(f'{len(answers.rows)} checks, {len(wrong)} not as documented, {len(answers.absent)} groups without their class')
    return 1 if wrong or not answers.rows else 0


# --- both sides -------------------------------------------------------------------------------

def must(words, command):
    done = subprocess.run(command, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'{words}:\n{done.stdout}')


def build():
    """The two programs."""
    if not os.path.exists(os.path.join(BUILD, 'build.ninja')):
        must('meson setup', ['meson', 'setup', BUILD])
    must('the build', ['ninja', '-C', BUILD, *PROGRAMS, 'src/filters/plain.so', 'src/filters/ffmpeg.so'])
    return [os.path.join(BUILD, program) for program in PROGRAMS]


class Wine:
    """Wine with a home of its own that goes when this ends."""

    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix='oracle-wine-')
        self.env = {'WINEPREFIX': os.path.join(self.home, 'prefix'), 'WINEDEBUG': '-all', 'HOME': self.home,
                    'WINEDLLOVERRIDES': 'mscoree,mshtml,winemenubuilder.exe,winedbg.exe=', 'DISPLAY': '', 'WINEARCH': 'win64'}
        paths = [shutil.which('wine64'), '/usr/lib/wine/wine64', shutil.which('wine')]
        found = [p for p in paths if p and os.path.exists(p)]
        if not found:
            sys.exit('Wine is not installed')
        self.program = found[0]
        servers = [shutil.which('wineserver'), '/usr/lib/wine/wineserver64', '/usr/lib/wine/wineserver']
        self.server = [p for p in servers if p and os.path.exists(p)][0]
        self.env['WINESERVER'] = self.server
        run([self.program, 'wineboot', '--init'], self.env, 300)
        self.version = run([self.program, '--version'], self.env, 60)[1].strip()
        return self

    def end_programs(self):
        run([self.server, '-k'], self.env, 30)

    def __exit__(self, *_):
        self.end_programs()
        run([self.server, '-w'], self.env, 30)
        shutil.rmtree(self.home, ignore_errors=True)


def under_wine(program, groups):
    with Wine() as wine:
        return wine.version, ask([wine.program, program], groups, wine.env, wine.end_programs)


def merged_names(groups, ours, wine):
    """Every check of either side, in the order of the sources."""
    names = []
    for group in groups:
        mine = [n for n in ours.rows if n.startswith(group + '/')]
        theirs = [n for n in wine.rows if n.startswith(group + '/')]
        longer, other = (mine, theirs) if len(mine) >= len(theirs) else (theirs, mine)
        names += longer + [n for n in other if n not in longer]
    return names


def table(groups, ours, wine, version):
    """(the page, what is wrong)."""
    verdicts, wrong, lines = Verdicts(), judge_ours(ours), []
    count = {'all': 0, 'same': 0, 'open': 0, 'regraft': 0, 'Wine': 0, 'both': 0, 'neither': 0, 'absent': 0}
    for name in merged_names(groups, ours, wine):
        _, documented, words = ours.rows.get(name) or wine.rows[name]
        mine, theirs = ours.of(name), wine.of(name)
        judged = verdicts.of(name)  # whether it is needed may be a matter of luck with Wine
        count['all'] += 1
        verdict = ''
        if mine == ABSENT:
            count['absent'] += 1
        elif mine == theirs and is_documented(mine, documented):
            count['same'] += 1
        elif is_documented(mine, documented) and is_documented(theirs, documented):
            count['open'] += 1
            verdict = 'both: the documentation leaves it open'
        else:
            verdict = judged
            if verdict is None:
                wrong.append(f'{name}: no verdict: documented {documented}, Wine {theirs}, ours {mine} ({words})')
                continue
            count[verdict.split(':')[0]] += 1
        lines.append('| ' + ' | '.join([name.replace('/', ': '), documented.replace('|', ' or ') + ': ' + words,
                                        theirs, mine, verdict]) + ' |')
    wrong += [f'{VERDICTS}: "{pattern}" judges no check' for pattern in verdicts.stale()]
    wrong += [f'{DIFFERENCES}: `{name}` is as documented' for name in sorted(listed_differences())
              if name in ours.rows and is_documented(ours.rows[name][0], ours.rows[name][1])]
    head = f'''# The oracle: Wine beside regraft

{count["all"]} checks of DirectShow's classic interfaces, written once ([tests/oracle](../tests/oracle)) and built twice: with
regraft's headers, run natively; with the Windows headers of mingw-w64, run under {version} as Debian 12 has it. This page is
written by `tools/oracle`. "Documented" is what Microsoft's documentation says, or what its published base classes do; several
answers are listed where it leaves the choice.

| | checks |
|---|---|
| all | {count["all"]} |
| Wine and regraft answer alike, and as documented | {count["same"]} |
| they differ, and the documentation allows both | {count["open"] + count["both"]} |
| they differ, and regraft is right | {count["regraft"]} |
| they differ, and Wine is right (each is in [differences.md](differences.md)) | {count["Wine"]} |
| neither answers as documented | {count["neither"]} |
| regraft does not have the class | {count["absent"]} |

| Check | Documented | Wine | regraft | Who is right |
|---|---|---|---|---|
'''
    return head + '\n'.join(lines) + '\n', wrong


def show(name, groups, ours, wine):
    for check in merged_names(groups, ours, wine):
        if check == name or check.startswith(name + '/'):
            row = ours.rows.get(check) or wine.rows[check]
            print(f'{check}: documented {row[1]}, Wine {wine.of(check)}, ours {ours.of(check)}')


def main():
    parser = argparse.ArgumentParser(prog='tools/oracle')
    parser.add_argument('--check', action='store_true', help='compare with doc/oracle.md, write nothing')
    parser.add_argument('--show', metavar='NAME', help='what a check or a group answers')
    parser.add_argument('--ours', metavar='PROGRAM', help='run this program alone')
    arguments = parser.parse_args()
    if arguments.ours:
        return ours_alone(os.path.abspath(arguments.ours))
    here, there = build()
    groups, ours = natively(here)
    if arguments.show:
        groups = [g for g in groups if g == arguments.show.split('/')[0]]
    version, wine = under_wine(there, groups)
    if arguments.show:
        show(arguments.show, groups, ours, wine)
        return 0
    page, wrong = table(groups, ours, wine, version)
    for words in wrong:
        print(words)
    if wrong:
        print(f'{len(wrong)} wrong')
        return 1
    if arguments.check:
        with open(TABLE, encoding='utf-8') as old:
            same = old.read() == page
        print('doc/oracle.md is as it should be' if same else 'doc/oracle.md is not what tools/oracle would write')
        return 0 if same else 1
    with open(TABLE, 'w', encoding='utf-8') as out:
        out.write(page)
    print(f'written: doc/oracle.md, {page.count(chr(10))} lines')
    return 0


if __name__ == '__main__':
    sys.exit(main())
