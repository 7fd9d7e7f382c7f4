# SPDX-License-Identifier: MIT
"""rows_road.py - rows 1, 2 and 12: what a sample costs on its way."""
import statistics

from figures import OURS, figure, work
from tree import instructions, program

LENGTHS = (10, 50, 100)
CALLGRIND = (10, 50)  # lengths that are compared
SAMPLES = 500


def middle(said, key):
    """The median block of one run."""
    return statistics.median(said[key])


# ---- 1: hop ---------------------------------------------------------------------------------------

def hop(name, **options):
    """Per filter: what a chain costs more than source and sink alone."""
    def once(is_quick):
        options.update(samples=2000 if is_quick else 5000, warm=2000)
        bare = program(name, length=0, **options)
        ret = {}
        for length in LENGTHS:
            said = program(name, length=length, **options)
            for key, figure_name in (('wall_ns', 'hop'), ('thread_ns', 'hop-cpu')):
                ret[f'{figure_name}-{length}'] = (middle(said, key) - middle(bare, key)) / length
        return ret
    return once


def hop_instructions(name, is_whole=False, **options):
    """Per filter: what a long chain takes more than a short one.  is_whole: not where time is short."""
    def once(is_quick):
        if is_quick and is_whole:
            return {}
        few, many = (instructions(name, SAMPLES, length=length, **options) for length in CALLGRIND)
        return {'hop-instructions': (many - few) / (CALLGRIND[1] - CALLGRIND[0])}
    return once


HOP_UNFAIR = ('each side does nothing to the data: ours is an effect in place with the base class (settings, type and times '
              'are looked at for each sample), identity is silent, null passes the reference; libavfilter has no threads, gates '
              'or counts, and walks its graph from the far end.  The bare calls guard nothing')
HOP_SIDES = {OURS: ('ours_road', {}), 'gstreamer identity': ('gst_road', {}), 'libavfilter null': ('av_road', {}),
             'bare call': ('bare_road', {}), 'bare call, reference': ('bare_road', {'reference': 1})}
HOP_FLOOR = ('bare call', 'bare call, reference')

# ---- 2: queue ---------------------------------------------------------------------------------------


def queue_free(name, **options):
    def once(is_quick):
        said = program(name, samples=20000 if is_quick else 100000, **options)
        return {'queue': middle(said, 'wall_ns'), 'queue-cpu': middle(said, 'process_ns')}
    return once


def queue_step(name, **options):
    def once(is_quick):
        said = program(name, samples=500 if is_quick else 1500, warm=500, **options)
        steps = sorted(said['step_ns'])
        return {'handover': steps[len(steps) // 2] / 1000, 'handover-p99': steps[len(steps) * 99 // 100] / 1000,
                'handover-cpu': middle(said, 'process_ns') / 1000}
    return once


QUEUE = {'length': 0, 'queue': 200}

# ---- 12: foreign filters ------------------------------------------------------------------------------


def foreign(name):
    def once(is_quick):
        said = program(name, samples=50000 if is_quick else 300000)
        return {'foreign': middle(said, 'wall_ns'), 'foreign-cpu': middle(said, 'thread_ns')}
    return once


def plain_instructions(figure_name, name, is_whole=False, **options):
    def once(is_quick):
        if is_quick and is_whole:
            return {}
        return {figure_name: instructions(name, SAMPLES, **options)}
    return once


WORKS = [
    work(1, 'hop', {side: hop(name, **options) for side, (name, options) in HOP_SIDES.items()},
         [figure(f'hop-{n}', f'hop: one sample through one pass-through filter, chain of {n}', 'ns', 8) for n in LENGTHS] +
         [figure(f'hop-cpu-{n}', f'the same, CPU time, chain of {n}', 'ns', 8) for n in LENGTHS],
         (2, 5), HOP_UNFAIR, HOP_FLOOR),
    work(1, 'hop-instructions', {
        side: hop_instructions(name, is_whole=name == 'av_road' or bool(options), **options)
        for side, (name, options) in HOP_SIDES.items()},
         [figure('hop-instructions', 'hop: instructions', 'count')], (1, 1),
         'callgrind counts user space, and runs one thread at a time', HOP_FLOOR),
    work(2, 'queue', {OURS: queue_free('ours_road', **QUEUE), 'gstreamer queue': queue_free('gst_road', **QUEUE),
                      'bare ring': queue_free('bare_road', ring=256)},
         [figure('queue', 'thread hop through a queue, free-running', 'ns', 130),
          figure('queue-cpu', 'the same, CPU time of all threads', 'ns')], (3, 7),
         'room for 200 samples on both sides, no limit by bytes or time; the making of the sample at the source is in it, on its '
         'own thread.  The bare ring spins and can neither sleep nor stop', ('bare ring',)),
    work(2, 'queue-instructions', {OURS: plain_instructions('queue-instructions', 'ours_road', **QUEUE),
                                   'gstreamer queue': plain_instructions('queue-instructions', 'gst_road', is_whole=True, **QUEUE)},
         [figure('queue-instructions', 'source, queue and sink: instructions for each sample', 'count')], (1, 1),
         'user space alone, one thread at a time: waiting shows up more often than with two processors'),
    work(2, 'handover', {OURS: queue_step('ours_road', step=1, **QUEUE),
                         'gstreamer queue': queue_step('gst_road', step=1, **QUEUE),
                         'bare slot': queue_step('bare_road', slot=1)},
         [figure('handover', 'hand-over one by one, p50', 'us', 5), figure('handover-p99', 'hand-over one by one, p99', 'us'),
          figure('handover-cpu', 'the same, CPU time of all threads, both ways', 'us')], (3, 7),
         'from the source that decides to send, to the sink; the next one is sent when the last has arrived, so each is a wake-up '
         'and on a machine of two processors the scheduler is in it', ('bare slot',)),
    work(12, 'foreign', {OURS: foreign('ours_foreign'), 'gstreamer pool and pad': foreign('gst_pool')},
         [figure('foreign', 'GetBuffer, Receive, Release through COM alone', 'ns', 40),
          figure('foreign-cpu', 'the same, CPU time', 'ns', 40)], (3, 7),
         'the foreign filter does nothing, and there is no gate: that is the foreign filter\'s business.  GStreamer\'s push checks '
         'sticky events, which has no counterpart here; the figure of Wine\'s (17.6 us) cannot be taken here'),
    work(12, 'foreign-instructions', {OURS: plain_instructions('foreign-instructions', 'ours_foreign'),
                                      'gstreamer pool and pad': plain_instructions('foreign-instructions', 'gst_pool', is_whole=True)},
         [figure('foreign-instructions', 'the same, instructions', 'count')], (1, 1), 'as above'),
]
