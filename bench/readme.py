# SPDX-License-Identifier: MIT
"""readme.py - the table in README.md, made from out.json: never by hand."""
import os
import re

from figures import number, target_words
from tree import TREE

README = os.path.join(TREE, 'README.md')
BLOCK = re.compile(r'(<!-- tools/bench --readme -->\n).*?(<!-- end -->)', re.S)
SHOWN = ('hop-cpu-50', 'queue', 'handover', 'swap-closed', 'swap-cut', 'swap-per-s', 'others-closed-growth', 'encoder-lost',
         'encoder-closed', 'encoder-paced-closed', 'decoder-lost', 'decoder-closed', 'decoder-paced-closed', 'chain-10000', 'chain-1000',
         'live-kb', 'live-cpu', 'transcode-720p-cpu',
         'transcode-720p-wall', 'transcode-720p-rss', 'decode-cpu', 'remux-wall', 'first-picture', 'first-test', 'idle-kb', 'foreign')
TITLES = {  # where a title leans on the one before it
    'hop-cpu-50': 'hop: one sample through one pass-through filter, chain of 50, CPU',
    'swap-cut': 'swap: request of the cut to first sample, p50',
    'others-closed-growth': 'swap: gate closed with 10,000 other filters, to that with 3',
    'encoder-closed': 'the same: nothing passes',
    'decoder-closed': 'the same: nothing passes',
    'encoder-paced-closed': 'the same at 25 pictures a second: nothing passes',
    'decoder-paced-closed': 'the same at 25 pictures a second: nothing passes',
    'live-cpu': 'the same: CPU time per sample',
    'transcode-720p-rss': 'its memory at the most',
}


def line(said):
    best = said['best_peer']
    peer = f'{number(said["peers"][best])} ({best})' if best else ''
    ratio = number(said['ratio']) if said['ratio'] is not None else ''
    aim = target_words(said).replace('<=', '≤').replace('>=', '≥')
    mark = {None: '', True: ', reached', False: ', not yet'}[said['reached']]
    title = TITLES.get(said['name'], said['title'])
    return f'| {title}, {said["unit"]} | {number(said["ours"])} | {peer} | {ratio} | {aim}{mark} |\n'


def table(written):
    by_name = {said['name']: said for said in written['rows']}
    return (f'Measured by `tools/bench` ({written["head"]}):\n\n| What | regraft | best peer | ratio | to reach |\n|---|---|---|---|---|\n' +
            ''.join(line(by_name[name]) for name in SHOWN if name in by_name))


def write(written):
    """False where README.md has no place for it."""
    with open(README, encoding='utf-8') as f:
        text = f.read()
    if not BLOCK.search(text):
        return False
    body = table(written)
    with open(README, 'w', encoding='utf-8') as f:
        f.write(BLOCK.sub(lambda m: m.group(1) + body + m.group(2), text))
    return True
