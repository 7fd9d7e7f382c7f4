# SPDX-License-Identifier: MIT
"""figures.py - what is measured: works, their sides and figures; taken in turns, put together to results."""
import collections
import statistics
import sys
import time

from tree import Failed

OURS = 'regraft'

# One line of the table.  target: a number in unit, or None; target_ratio: ours to the best peer's, or None
Figure = collections.namedtuple('Figure', 'name title unit target target_ratio better')
# One work, done by all sides.  row: of the table in the issue; sides: name -> callable(is_quick) that runs once and
# returns {figure name: value}; floor: sides that are no engine but what the machine asks for; rounds: quick, whole
Work = collections.namedtuple('Work', 'row name sides floor figures rounds unfair')


def figure(name, title, unit, target=None, target_ratio=None, better='lower'):
    return Figure(name, title, unit, target, target_ratio, better)


def work(row, name, sides, figures, rounds, unfair, floor=()):
    return Work(row, name, sides, frozenset(floor), figures, rounds, unfair)


def take(works, is_quick):
    """All runs, interleaved: each round runs each side of each work once, in an order that turns round.  Also: seconds
    by work, and what failed, which the others do not suffer from."""
    runs = collections.defaultdict(list)
    seconds = collections.Counter()
    failures = {}
    for turn in range(max(w.rounds[not is_quick] for w in works)):
        for w in works:
            if turn >= w.rounds[not is_quick]:
                continue
            begin = time.monotonic()
            if sys.stderr.isatty():
                print(f'\r\033[Kround {turn + 1}, {w.name}', end='', file=sys.stderr, flush=True)
            for side in list(w.sides) if turn % 2 == 0 else reversed(list(w.sides)):
                if (w.name, side) in failures:
                    continue
                try:
                    said = w.sides[side](is_quick)
                except Failed as failure:
                    failures[w.name, side] = str(failure)
                    continue
                for name, value in said.items():
                    runs[name, side].append(value)
            seconds[w.name] += time.monotonic() - begin
    if sys.stderr.isatty():
        print('\r\033[K', end='', file=sys.stderr, flush=True)
    return runs, seconds, failures


def result(w, f, runs):
    """One figure as it is written to out.json; None where our side has no run."""
    sides = {side: runs[f.name, side] for side in w.sides if (f.name, side) in runs}
    if OURS not in sides:
        return None
    medians = {side: statistics.median(values) for side, values in sides.items()}
    peers = {side: value for side, value in medians.items() if side != OURS and side not in w.floor}
    pick = min if f.better == 'lower' else max
    best = pick(peers, key=peers.get) if peers else None
    ours = medians[OURS]
    ratio = ours / peers[best] if best and peers[best] else None
    reached = None
    if f.target is not None:
        reached = ours <= f.target if f.better == 'lower' else ours >= f.target
    if f.target_ratio is not None and ratio is not None:
        reached = reached is not False and (ratio <= f.target_ratio if f.better == 'lower' else ratio >= f.target_ratio)
    return {'row': w.row, 'name': f.name, 'title': f.title, 'unit': f.unit, 'better': f.better, 'ours': ours,
            'peers': peers, 'floor': {side: medians[side] for side in w.floor if side in medians}, 'best_peer': best,
            'ratio': ratio, 'target': f.target, 'target_ratio': f.target_ratio, 'reached': reached,
            'range': {side: [min(values), max(values)] for side, values in sides.items()},
            'runs': sides, 'unfair': w.unfair}


def results(works, runs):
    return [said for w in works for f in w.figures for said in [result(w, f, runs)] if said]


# ---- the table ------------------------------------------------------------------------------------

def number(value):
    """Three digits that count."""
    if value is None:
        return '-'
    if value and abs(value) < 1e9:
        return f'{value:.3g}' if abs(value) < 1000 else f'{value:,.0f}'
    return f'{value:.0f}'


def target_words(said):
    words = []
    sign = '<=' if said['better'] == 'lower' else '>='
    if said['target'] is not None:
        words.append(f'{sign} {number(said["target"])}')
    if said['target_ratio'] is not None:
        words.append(f'{sign} {number(said["target_ratio"])}x')
    return ', '.join(words)


def print_table(all_said):
    """Figure by figure: a line for ours, one for each other side."""
    print(f'{"row":>4} {"what, by whom":46}{"median":>10}{"min":>10}{"max":>10}  {"unit":8}{"ours/it":>8}  target')
    for said in all_said:
        ours = said['ours']
        verdict = {None: '', True: ' reached', False: ' NOT REACHED'}[said['reached']]
        print(f'{said["row"]:>4} {said["title"]}')
        sides = {OURS: ours, **said['peers'], **said['floor']}
        for side, median in sides.items():
            low, high = said['range'][side]
            ratio = '' if side == OURS or not median else f'{ours / median:8.2f}'
            mark = '*' if side == said['best_peer'] else ''
            tail = target_words(said) + verdict if side == OURS else mark
            print(f'       {side:44}{number(median):>9}{number(low):>10}{number(high):>10}  {said["unit"]:8}{ratio:>8}  {tail}'
                  .rstrip())


def print_notes(works):
    print('What would make a row unfair:')
    for w in works:
        print(f'  {w.row:>2} {w.name}: {w.unfair}')
