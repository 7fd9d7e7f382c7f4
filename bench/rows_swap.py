# SPDX-License-Identifier: MIT
"""rows_swap.py - rows 3 and 4: a filter of a running graph exchanged, and what that costs in large company."""
from figures import OURS, figure, work
from tree import Failed, program

PLAIN = 'regraft, the plain call'
# side -> program and its --way; the ways are told in bench/README.md
SIDES = {OURS: ('ours_swap', 'commit'), PLAIN: ('ours_swap', 'swap')}
SIDES.update({f'gstreamer {way}': ('gst_swap', way) for way in ('app', 'block', 'idle', 'bare')})
QUICK = (OURS, PLAIN, 'gstreamer app', 'gstreamer idle')
COMPANY = (OURS, 'gstreamer block', 'gstreamer idle')


def share(values, percent):
    """In microseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] / 1000


def exchange(side, **options):
    """One run; nothing lost, doubled or out of order in it, or the program fails."""
    name, way = SIDES[side]
    said = program(name, way=way, **options)
    if said['lost'] or said['duplicated'] or said['reordered']:
        raise Failed(f'{side}: {said["lost"]} lost, {said["duplicated"]} doubled, {said["reordered"]} out of order')
    return said


def alone(side):
    def once(is_quick):
        if is_quick and side not in QUICK:
            return {}
        said = exchange(side, swaps=500 if is_quick else 2000)
        used = exchange(side, swaps=500 if is_quick else 2000, gap=1)
        ret = {f'swap-{name}': share(said[f'{name}_ns'], 50) for name in ('closed', 'stall', 'cut', 'whole', 'call')}
        ret.update({f'swap-{name}-p99': share(said[f'{name}_ns'], 99) for name in ('closed', 'cut')})
        ret['swap-per-s'] = used['swaps'] * 1e9 / used['took_ns']
        return ret
    return once


def company(side):
    def once(is_quick):
        if is_quick and side not in QUICK:
            return {}
        swaps = 300 if is_quick else 1000
        base = exchange(side, swaps=swaps)
        ret = {}
        for name, options in (('others', {'others': 10000}), ('graphs', {'streams': 1000, 'rate': 0})):
            said = exchange(side, swaps=swaps, **options)
            for key in ('closed', 'call'):
                ret[f'{name}-{key}'] = share(said[f'{key}_ns'], 50)
                ret[f'{name}-{key}-growth'] = share(said[f'{key}_ns'], 50) / share(base[f'{key}_ns'], 50)
        return ret
    return once


WORKS = [
    work(3, 'swap', {side: alone(side) for side in SIDES}, [
        figure('swap-closed', 'swap at full rate: gate closed (pad blocked), p50', 'us', 1.5),
        figure('swap-closed-p99', 'gate closed, p99', 'us', 10),
        figure('swap-cut', 'request of the cut to first sample through the new filter, p50', 'us', 4),
        figure('swap-cut-p99', 'request of the cut to first sample, p99', 'us'),
        figure('swap-whole', 'request to first sample, making ready included, p50', 'us'),
        figure('swap-stall', 'stall: last sample by the old to first by the new, p50', 'us'),
        figure('swap-call', 'the whole edit, old filter out and stopped, p50', 'us'),
        figure('swap-per-s', 'swaps per second, each filter used by a sample', '1/s', target_ratio=10, better='higher'),
    ], (2, 5), 'the new filter is made ready beforehand on both sides; each reads its own clock at its own edges for "closed" (the '
         'stall is read in the filters, the same for both); ours negotiates in "making ready", GStreamer\'s plain pads have '
         'nothing to negotiate; threads wake each other, so p99 is the scheduler\'s as well', (PLAIN,)),
    work(4, 'swap-company', {side: company(side) for side in COMPANY}, [
        figure('others-closed', 'gate closed in a graph of 10,000 other filters, p50', 'us'),
        figure('others-closed-growth', 'that, to a graph of 3', 'times', 1.1),
        figure('others-call-growth', 'the whole edit, 10,000 others to 3', 'times', 1.1),
        figure('graphs-closed', 'gate closed beside 1,000 other graphs, p50', 'us'),
        figure('graphs-closed-growth', 'that, to no other graph', 'times', 1.1),
        figure('graphs-call-growth', 'the whole edit, 1,000 other graphs to none', 'times', 1.1),
    ], (1, 3), 'the others are connected and run, but no data comes to them: at work they would compete for the processors, and '
         'the scheduler would be measured'),
]
