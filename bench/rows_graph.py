# SPDX-License-Identifier: MIT
"""rows_graph.py - rows 6 and 7: long chains, many graphs, and what they weigh (row 11)."""
from figures import OURS, figure, work
from tree import program


def chain(name, whole=False, **options):
    """whole: only where there is time."""
    def once(is_quick):
        if whole and is_quick:
            return {}
        said = program(name, **options)
        length = options['length']
        return {f'chain-{length}': said['all_ms'], f'chain-cpu-{length}': said['cpu_ms'],
                f'chain-connect-{length}': said['connect_ms'], f'chain-run-{length}': said['run_ms']}
    return once


def chain_work(length, sides, rounds, targets):
    target, target_cpu = targets
    return work(6, f'chain-{length}', sides,
                [figure(f'chain-{length}', f'build, connect, start and free a chain of {length:,}', 'ms', target),
                 figure(f'chain-cpu-{length}', 'the same, CPU time', 'ms', target_cpu),
                 figure(f'chain-connect-{length}', 'of it, connecting', 'ms'),
                 figure(f'chain-run-{length}', 'of it, starting', 'ms')], rounds,
                'ours negotiates media type and allocator at each link; GStreamer\'s plain elements take any caps at once, its '
                'identity (base class) asks up and down the chain, which grows with the square: 1,000 is all there is time for')


GST_PLAIN = 'gstreamer, plain pads'
GST_UNCHECKED = 'gstreamer, plain pads, no checks'
GST_IDENTITY = 'gstreamer identity'
BARE = 'bare thread that wakes'


def live(name, prefix, **options):
    def once(is_quick):
        said = program(name, graphs=1000, seconds=2 if is_quick else 5, **options)
        return {f'{prefix}-kb': said['kb_each'], f'{prefix}-threads': said['threads_each'],
                f'{prefix}-cpu': said['cpu_us_per_sample'], f'{prefix}-rate': said['samples_per_s']}
    return once


def live_work(prefix, title, sides, targets, rounds, unfair):
    kb, cpu = targets
    return work(7, prefix, sides,
                [figure(f'{prefix}-kb', f'{title}: memory of each', 'kB', kb),
                 figure(f'{prefix}-threads', 'threads of each', 'count'),
                 figure(f'{prefix}-cpu', 'CPU time per sample', 'us', cpu),
                 figure(f'{prefix}-rate', 'samples per second that came, of 25,000', '1/s', better='higher')], rounds, unfair, (BARE,))


def idle(name):
    def once(_):
        return {'idle-kb': program(name, graphs=1000, run=0, seconds=0)['kb_each']}
    return once


WORKS = [
    chain_work(1000, {OURS: chain('ours_chain', length=1000), GST_PLAIN: chain('gst_chain', length=1000),
                      GST_UNCHECKED: chain('gst_chain', length=1000, checks=0),
                      GST_IDENTITY: chain('gst_chain', length=1000, identity=1)}, (2, 5), (None, None)),
    chain_work(10000, {OURS: chain('ours_chain', length=10000), GST_PLAIN: chain('gst_chain', length=10000, whole=True),
                       GST_UNCHECKED: chain('gst_chain', length=10000, checks=0, whole=True)}, (2, 3), (50, 50)),
    chain_work(100000, {OURS: chain('ours_chain', length=100000, whole=True)}, (0, 1), (500, 500)),
    live_work('live', '1,000 graphs at 25 samples a second', {
        OURS: live('ours_live', 'live'), 'gstreamer': live('gst_live', 'live'), BARE: live('bare_live', 'live')}, (12, 6), (1, 3),
              'source, filter and sink of the bench with 16 bytes a sample; both sources sleep on a condition of their own.  Memory '
              'is resident, above what the process has with one graph; stacks of threads are in it as far as they were touched'),
    live_work('real', 'the same with real filters', {
        OURS: live('ours_live', 'real', real=1), 'gstreamer': live('gst_live', 'real', real=1)}, (None, None), (0, 2),
              'testsrc ! invert beside videotestsrc ! identity, 72x16: not the same drawing; the filters\' own work is in it'),
    work(11, 'idle', {OURS: idle('ours_live'), 'gstreamer': idle('gst_live')},
         [figure('idle-kb', 'memory of an idle graph of three filters', 'kB')], (1, 3),
         'built and connected, not started; GStreamer makes buffers and negotiates only once it starts'),
]
