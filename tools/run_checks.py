#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run_checks.py - the stages behind tools/check.

A stage is a build of its own with its tests, or one tool over all sources.  Each prints one line with its time;
what failed follows with its log.  Counts are test cases where a test program names them (cmocka), else programs.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOG_LINES = 60
ALWAYS = {'werror': 'true', 'tests': 'enabled', 'ffmpeg': 'enabled', 'cli': 'enabled'}
CORES = os.cpu_count() or 1
PROGRAM = ['regraft', 'src/filters/plain.so', 'src/filters/ffmpeg.so', 'tools/demo_verify']


class Count:
    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        return f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped'


def say(words):
    print(words, flush=True)


FIRST_SIGNS = re.compile(r'\[  ERROR   \]|ERROR: |WARNING: ThreadSanitizer|runtime error:|^\S*: error: |Assertion|Traceback')


def show(title, text, where=None):
    """A failure, made readable: where it began, its last lines, and where the rest is."""
    lines = text.rstrip().split('\n')
    say(f'--- {title}')
    last = max(0, len(lines) - LOG_LINES)
    first = next((i for i, line in enumerate(lines) if FIRST_SIGNS.search(line)), last)
    if first < last:
        first = max(0, first - 2)
        end = min(last, first + LOG_LINES // 2)
        say(f'    (from line {first + 1} on)')
        for line in lines[first:end]:
            say('    ' + line)
        last = max(last, end)
    if last > 0:
        say(f'    (line {last + 1} to the last' + (f'; all of them in {where})' if where else ')'))
    for line in lines[last:]:
        say('    ' + line)


def run(command, env=None, wrap=()):
    """Exit code and all the words of a command; it reads nothing."""
    done = subprocess.run([*wrap, *command], cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, text=True,
                          errors='replace', check=False)
    return done.returncode, done.stdout


class Build:
    """One Meson build directory and its tests."""

    def __init__(self, name, help_text, folder, options=None, env=None, patience=1, fixed_addresses=False):
        self.name, self.help = name, help_text
        self.folder = folder
        self.options = {**ALWAYS, **(options or {})}
        self.env = env or {}
        self.patience = patience
        self.fixed_addresses = fixed_addresses

    def options_now(self):
        code, text = run(['meson', 'introspect', self.folder, '--buildoptions'])
        return {o['name']: o['value'] for o in json.loads(text)} if code == 0 else None

    def setup(self):
        """None, or what went wrong."""
        arguments = [f'-D{k}={v}' for k, v in self.options.items()]
        env = {k: v for k, v in self.env.items() if k in ('CC', 'CXX')}
        if os.path.exists(os.path.join(TREE, self.folder, 'build.ninja')):
            now = self.options_now()
            if now is not None:
                same = all(str(now.get(k)).lower() == v.lower() for k, v in self.options.items())
                if same:
                    return None
                code, text = run(['meson', 'setup', '--reconfigure', self.folder, *arguments], env)
                if code == 0:
                    return None
            shutil.rmtree(os.path.join(TREE, self.folder))
        code, text = run(['meson', 'setup', self.folder, *arguments], env)
        return None if code == 0 else text

    def build(self, targets=()):
        """None, or what went wrong; all targets if none is named."""
        code, text = run(['ninja', '-C', self.folder, *targets])
        if code == 0:
            return None
        parts = re.split(r'(?m)^(?=FAILED: )', text)
        return ''.join(parts[1:]) or text

    def test(self, only=()):
        wrap = ()
        if self.fixed_addresses and run(['setarch', '-R', 'true'])[0] == 0:
            wrap = ('setarch', '-R')  # older kernels and runtimes disagree on how far to randomise
        log = os.path.join(self.folder, 'meson-logs', 'testlog.json')
        if os.path.exists(os.path.join(TREE, log)):
            os.unlink(os.path.join(TREE, log))
        code, text = run(['meson', 'test', '-C', self.folder, '--no-rebuild', '-t', str(self.patience), *only],
                         self.env, wrap)
        if not os.path.exists(os.path.join(TREE, log)):
            show(f'{self.name}: no test ran', text)
            return Count(failed=1)
        total = Count()
        with open(os.path.join(TREE, log), encoding='utf-8') as f:
            for line in f:
                total.add(self.judge(json.loads(line)))
        if code != 0 and total.failed == 0:
            show(f'{self.name}: meson test ended with {code}', text)
            total.failed += 1
        return total

    def judge(self, test):
        words = (test.get('stdout') or '') + (test.get('stderr') or '')
        cases = {mark: len(set(re.findall(r'^\[ +' + mark + r' +\] (\S+)$', words, re.M)))
                 for mark in ('OK', 'FAILED', 'SKIPPED')}
        result = test['result']
        if result == 'SKIP':
            return Count(skipped=1)
        if result in ('OK', 'EXPECTEDFAIL'):
            return Count(passed=max(1, cases['OK']), skipped=cases['SKIPPED'])
        show(f'{self.name}: {test["name"]}: {result.lower()}', words + f'\ncommand: {" ".join(test["command"])}',
             os.path.join(self.folder, 'meson-logs', 'testlog.txt'))
        return Count(passed=cases['OK'], failed=max(1, cases['FAILED']), skipped=cases['SKIPPED'])

    def __call__(self, only=()):
        begin = time.monotonic()
        for step in (self.setup, self.build):
            wrong = step()
            if wrong:
                show(f'{self.name}: {step.__name__} failed', wrong)
                return Count(failed=1), ''
        built = time.monotonic()
        return self.test(only), f' (build {built - begin:.0f} s)'


def sources(roots, endings):
    code, text = run(['git', 'ls-files', '-co', '--exclude-standard', '--', *roots])
    if code != 0:  # an unpacked archive
        text = '\n'.join(os.path.relpath(os.path.join(folder, name), TREE) for root in roots
                         for folder, _, names in os.walk(os.path.join(TREE, root)) for name in names)
    return sorted(p for p in text.split('\n') if p.endswith(endings) and os.path.exists(os.path.join(TREE, p)))


class Tidy:
    name, help = 'tidy', 'clang-tidy over src, tools and examples'

    def __call__(self, only=()):
        build = STAGES['clang']
        wrong = build.setup() or build.build()
        if wrong:
            show('tidy: needs a clang build', wrong)
            return Count(failed=1), ''
        with open(os.path.join(TREE, build.folder, 'compile_commands.json'), encoding='utf-8') as f:
            known = {os.path.relpath(os.path.join(c['directory'], c['file']), TREE) for c in json.load(f)}
        paths = [p for p in sources(['src', 'tools', 'examples'], ('.c',)) if p in known]
        failed = 0
        with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
            jobs = {p: pool.submit(run, ['clang-tidy', '-p', build.folder, '--quiet', p]) for p in paths}
            for path, job in jobs.items():
                code, text = job.result()
                if code != 0:
                    failed += 1
                    show(f'tidy: {path}', re.sub(r'(?m)^\d+ warnings? .*\n', '', text))
        return Count(passed=len(paths) - failed, failed=failed), ''


class Format:
    name, help = 'format', 'clang-format: the sources look as .clang-format says'

    def __call__(self, only=()):
        paths = sources(['src', 'tests', 'tools', 'examples', 'bench'], ('.c', '.h', '.cpp'))
        failed = 0
        for path in paths:
            code, text = run(['clang-format', '--dry-run', '-Werror', path])
            if code != 0:
                failed += 1
                first = re.search(r':(\d+):\d+: error', text)
                say(f'--- format: {path}:{first.group(1) if first else 1}: run clang-format -i {path}')
        return Count(passed=len(paths) - failed, failed=failed), ''


class Models:
    name, help = 'models', 'Spin: the models of the gate, the drain and the commit, to their last states'

    def __call__(self, only=()):
        code, text = run([sys.executable, 'tools/model_check'])
        *lines, last = text.rstrip().split('\n')
        for line in lines:
            say(line)
        counts = re.fullmatch(r'(\d+) passed, (\d+) failed', last)
        if not counts:
            show(f'models: model_check ended with {code}', text)
            return Count(failed=1), ''
        return Count(int(counts.group(1)), int(counts.group(2))), ''


STAGES = {stage.name: stage for stage in [
    Build('gcc', 'gcc, all tests: the fast suite', 'build'),
    Build('clang', 'clang, all tests', 'build-clang', env={'CC': 'clang', 'CXX': 'clang++'}),
    Build('asan', 'AddressSanitizer, LeakSanitizer and UBSan, all tests', 'build-asan',
          {'b_sanitize': 'address,undefined', 'b_lundef': 'false'},
          {'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=1:strict_string_checks=1',
           'LSAN_OPTIONS': f'suppressions={TREE}/tools/lsan.supp:print_suppressions=0:use_tls=0',
           'UBSAN_OPTIONS': 'halt_on_error=1:abort_on_error=1:print_stacktrace=1'}, patience=4),
    Build('tsan', 'ThreadSanitizer, all tests', 'build-tsan', {'b_sanitize': 'thread', 'b_lundef': 'false'},
          {'TSAN_OPTIONS': f'suppressions={TREE}/tools/tsan.supp:print_suppressions=0:'
                           'second_deadlock_stack=1:history_size=4'}, patience=8, fixed_addresses=True),
    Tidy(),
    Format(),
    Models(),
]}


def main():
    parser = argparse.ArgumentParser(prog='tools/check')
    parser.add_argument('--all', action='store_true', help='every stage')
    parser.add_argument('--list', action='store_true', help='the names of the stages')
    parser.add_argument('--build', action='store_true', help='make build/regraft and what the demo needs, and stop')
    parser.add_argument('names', nargs='*', help='stages, or suites and tests of the gcc build')
    arguments = parser.parse_args()
    if arguments.list:
        for stage in STAGES.values():
            say(f'{stage.name:8} {stage.help}')
        return 0
    if arguments.build:
        wrong = STAGES['gcc'].setup() or STAGES['gcc'].build(PROGRAM)
        if wrong:
            show('the build failed', wrong)
        return 1 if wrong else 0
    names = list(STAGES) if arguments.all else [n for n in arguments.names if n in STAGES]
    tests = [n for n in arguments.names if n not in STAGES]
    if tests:
        folders = [os.path.join(TREE, 'tests'), os.path.join(TREE, 'tests', 'unit')]
        suites = {d for folder in folders for d in os.listdir(folder)} | {'fast', 'slow', 'stress'}
        tests = [t for n in tests for t in (('--suite', n) if n in suites else (n,))]
    total = Count()
    for name in names or ['gcc']:
        begin = time.monotonic()
        count, more = STAGES[name](tests if name == 'gcc' or arguments.names else ())
        say(f'{name:8}{count}, {time.monotonic() - begin:.0f} s{more}')
        total.add(count)
    say(str(total))
    return 1 if total.failed or not total.passed else 0


if __name__ == '__main__':
    sys.exit(main())
