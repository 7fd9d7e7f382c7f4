#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tools/demo's judge: yes to a swapped run that lost nothing; no when a frame, an effect or a sound sample is off.

  test_demo_verify.py PATH-OF-DEMO_VERIFY     (the environment names the program: REGRAFT)
"""
import json
import os
import subprocess
import sys
import tempfile

REGRAFT = os.environ['REGRAFT']
FRAMES = 100  # 4 s
wrong = []


def regraft(*words):
    done = subprocess.run([REGRAFT, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f'regraft {" ".join(words)}: {done.returncode}\n{done.stdout}')


def clip_make(path, frames=FRAMES, sound=4):
    regraft('run', f'testsrc size=320x180 fps=25 frames={frames} ! encode codec=h264 preset=veryfast ! '
            f'mux name=m ! file {path}  tone rate=48000 seconds={sound} ! encode codec=aac ! m.')


def run_swapped(clip, result, ledger):
    regraft('run', f'file {clip} name=in  in. ! decode ! invert name=fx ! encode codec=h264 preset=veryfast ! '
            f'mux name=m ! file {result}  in. ! decode ! encode codec=aac ! m.',
            '--every', '100ms', 'swap fx flip grayscale invert', '--ledger', ledger)


def judge(what, expected, *words):
    """expected: the exit code, and words that the last line has to have."""
    done = subprocess.run([sys.argv[1], *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    code, part = expected
    last = done.stdout.rstrip().split('\n')[-1]
    good = done.returncode == code and part in last
    print(f'{"ok" if good else "not ok"}: {what}: {done.returncode}, {last}')
    if not good:
        print(done.stdout)
        wrong.append(what)


def ledger_change(source, target, change):
    with open(source, encoding='utf-8') as f:
        ledger = json.load(f)
    change(ledger['edits'])
    with open(target, 'w', encoding='utf-8') as f:
        json.dump(ledger, f)


def main():
    with tempfile.TemporaryDirectory() as folder:
        clip, short, result, ledger, changed = (
            os.path.join(folder, n) for n in ('clip.mp4', 'short.mp4', 'result.mp4', 'ledger.json', 'changed.json'))
        clip_make(clip)
        run_swapped(clip, result, ledger)
        good = f'frames_in={FRAMES} frames_out={FRAMES} lost=0 duplicated=0 reordered=0'
        judge('a good run', (0, good), '--card', clip, result, ledger)
        judge('a good run by likeness', (0, good), clip, result, ledger)
        judge('a result without effects', (1, 'demo: FAILED'), '--card', clip, clip, ledger)
        judge('a result without effects, by likeness', (1, 'demo: FAILED'), clip, clip, ledger)

        def later(edits):
            edits[3]['cut_ns'] += 40000000

        def another(edits):
            edits[5]['edit'] = 'swap fx → flip'

        def refused(edits):
            edits[2]['result'] = 'refused'

        def dropped(edits):
            edits[2]['dropped'] = 1

        for what, change in (('a cut one frame later', later), ('another effect', another),
                             ('a refused edit', refused)):
            ledger_change(ledger, changed, change)
            judge(what, (1, 'demo: FAILED'), '--card', clip, result, changed)
        ledger_change(ledger, changed, dropped)
        judge('an edit that dropped', (1, 'dropped'), '--card', clip, result, changed)

        clip_make(short, FRAMES - 1)
        run_swapped(short, result, ledger)
        judge('a frame less', (1, 'lost=1'), '--card', clip, result, ledger)
        clip_make(short, FRAMES, 3)
        run_swapped(short, result, ledger)
        judge('less sound', (1, 'demo: FAILED'), '--card', clip, result, ledger)
        judge('a clip that is none', (1, ''), '--card', ledger, result, ledger)
        judge('a ledger that is none', (1, 'not a ledger'), '--card', clip, result, clip)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
