# SPDX-License-Identifier: MIT
"""rows_codec.py - row 5: codecs with latency are exchanged in a running stream."""
import functools
import statistics

from clips import clip
from figures import OURS, figure, work
from tree import program

RATE, GOP = 25, 48
WHOLE, QUICK = (24, 4), (12, 2)  # seconds and swaps: what looks ahead swallows a second and more each time
PACED = (12, 3)  # it takes as long as it plays


@functools.lru_cache(maxsize=None)
def whole(name, decoder, path):
    """What each picture should be: the same road without a swap."""
    return frozenset(program(name, path, swaps=0, decoder=decoder)['contents'])


def exchange(prefix, name, decoder, **options):
    def once(is_quick):
        seconds, swaps = PACED if 'rate' in options else QUICK if is_quick else WHOLE
        path = clip('1280x720', RATE, seconds, GOP)
        said = program(name, path, swaps=swaps, gap=40, decoder=decoder, **options)
        closed = [ns / 1e6 for ns in said['closed_ns']]
        good = said['came']
        if decoder:
            good = len(whole(name, decoder, path).intersection(said['contents']))
        return {f'{prefix}-lost': (RATE * seconds - good) / swaps, f'{prefix}-closed': statistics.median(closed),
                f'{prefix}-closed-most': max(closed)}
    return once


def codec_work(prefix, title, decoder, unfair):
    return work(5, prefix, {
        OURS: exchange(prefix, 'ours_codec', decoder=decoder),
        'gstreamer, drained': exchange(prefix, 'gst_codec', decoder=decoder, drain=1),
        'gstreamer, undrained': exchange(prefix, 'gst_codec', decoder=decoder, drain=0),
    }, [figure(f'{prefix}-lost', f'{title}: pictures lost or damaged by each swap', 'count', 0),
        figure(f'{prefix}-closed', 'nothing passes, the median swap', 'ms', 1000 / RATE),
        figure(f'{prefix}-closed-most', 'nothing passes, the longest', 'ms', 1000 / RATE)], (1, 3), unfair, ('gstreamer, undrained',))


def paced_work(prefix, title, decoder):
    return work(5, prefix, {
        OURS: exchange(prefix, 'ours_codec', decoder=decoder, rate=RATE),
        'gstreamer, drained': exchange(prefix, 'gst_codec', decoder=decoder, drain=1, rate=RATE),
    }, [figure(f'{prefix}-lost', f'{title}: pictures lost or damaged by each swap', 'count', 0),
        figure(f'{prefix}-closed', 'nothing passes, the median swap', 'ms', 1000 / RATE),
        figure(f'{prefix}-closed-most', 'nothing passes, the longest', 'ms', 1000 / RATE)], (0, 2),
                f'as above, but {RATE} raw pictures a second are let through, as a camera or a viewer would: the swap has the processors to itself')


WORKS = [
    codec_work('encoder', 'x264 veryfast with look-ahead exchanged', 0,
               'buffers counted at the end of the road; undrained is how nobody would do it who cares, drained is as the '
               'manual has it; free-running, so codecs compete with what is in front of them for the processors.  Ours has the '
               'certificate\'s time, theirs is from the probe\'s call to its removal'),
    codec_work('decoder', 'H.264 decoder exchanged off a key frame', 1,
               'as above, key frames are 48 pictures apart; a picture counts where it is bit for bit what the same road without a swap '
               'gives: GStreamer\'s decoder goes on at once, with damaged ones up to the next key frame'),
    paced_work('encoder-paced', f'the encoder at {RATE} a second', 0),
    paced_work('decoder-paced', f'the decoder at {RATE} a second', 1),
]
