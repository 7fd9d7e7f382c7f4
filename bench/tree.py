# SPDX-License-Identifier: MIT
"""tree.py - where things lie, how they are built, and how a program is run and measured."""
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TREE, 'build-bench')
PROGRAMS = os.path.join(BUILD, 'bench')
REGRAFT = os.path.join(BUILD, 'regraft')
ENVIRONMENT = {**os.environ, 'REGRAFT_MODULE_PATH': os.path.join(BUILD, 'src', 'filters')}
TICK = os.sysconf('SC_CLK_TCK')

class Failed(Exception):
    """A program that is measured did not do its work; its words."""


# wall, cpu: seconds; rss_kb: the most it ever had; foreign: processors that others used meanwhile
Run = collections.namedtuple('Run', 'out wall cpu rss_kb foreign')


def must(command):
    """Quiet while all goes well, the whole story when it does not."""
    done = subprocess.run(command, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False)
    if done.returncode != 0:
        sys.exit(f'failed ({done.returncode}): {" ".join(command)}\n{done.stdout}')


def build():
    """build-bench as it has to be: release, nothing that is not measured."""
    must([os.path.join(TREE, 'tools', 'bootstrap'), '--bench'])
    if not os.path.exists(os.path.join(BUILD, 'build.ninja')):
        must(['meson', 'setup', BUILD, TREE, '--buildtype=release', '-Dbench=enabled', '-Dtests=disabled'])
    must(['ninja', '-C', BUILD])


def busy_seconds():
    """Of all processors and all processes, stolen time included; not idle, not waiting for disks."""
    with open('/proc/stat', encoding='ascii') as f:
        ticks = [int(word) for word in f.readline().split()[1:]]
    return (sum(ticks[:8]) - ticks[3] - ticks[4]) / TICK


def run(command):
    """One run of one program; Failed with its words where it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        busy, begin = busy_seconds(), time.monotonic()
        pid = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said, env=ENVIRONMENT)
        _, status, usage = os.wait4(pid.pid, 0)
        pid.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begin
        busy = busy_seconds() - busy
        out.seek(0)
        said.seek(0)
        text, words = (f.read().decode(errors='replace') for f in (out, said))
    if pid.returncode != 0:
        raise Failed(f'failed ({pid.returncode}): {" ".join(command)}\n{words}{text[:2000]}')
    cpu = usage.ru_utime + usage.ru_stime
    return Run(text, wall, cpu, usage.ru_maxrss, max(0.0, busy - cpu) / max(wall, 1e-3))


def program(name, *first, **options):
    """One of bench/'s own programs, its options as --name value behind other words; what it printed."""
    words = [word for key, value in options.items() for word in ('--' + key, str(value))]
    return json.loads(run([os.path.join(PROGRAMS, name), *first, *words]).out)


def instructions(name, samples, **options):
    """How many instructions a sample takes, all threads: callgrind's count from the mark where the block of samples
    begins to the one where it ends."""
    words = [word for key, value in {'warm': 100, 'blocks': 1, 'samples': samples, **options}.items()
             for word in ('--' + key, str(value))]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(['valgrind', '--tool=callgrind', '--dump-before=gauge_mark',
                               f'--callgrind-out-file={folder}/out', os.path.join(PROGRAMS, name), *words],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=ENVIRONMENT, text=True, check=False)
        try:
            with open(f'{folder}/out.2', encoding='utf-8') as f:
                total = re.search(r'^(?:totals|summary): (\d+)', f.read(), re.M)
        except FileNotFoundError:
            total = None
    if done.returncode != 0 or not total:
        raise Failed(f'callgrind failed ({done.returncode}): {name} {" ".join(words)}\n{done.stderr[-2000:]}')
    return int(total.group(1)) / samples
