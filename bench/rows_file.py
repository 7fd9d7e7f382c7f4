# SPDX-License-Identifier: MIT
"""rows_file.py - rows 8 to 11: whole files, and how long it takes to begin.  What is timed is whole processes."""
import os

from clips import QUIET, clip, frames, output
from figures import OURS, figure, work
from tree import PROGRAMS, REGRAFT, Failed, run

SIZES = {'720p': ('1280x720', 25, 60, 5), '1080p': ('1920x1080', 25, 20, None)}  # seconds: whole, quick
SHORT = ('1280x720', 25, 2)


def clip_of(size, is_quick):
    frame, rate, seconds, few = SIZES[size]
    return clip(frame, rate, few if is_quick else seconds)


# ---- 8 and 11: transcode ----------------------------------------------------------------------------

def transcode_commands(path, out):
    return {
        OURS: [REGRAFT, 'convert', '-q', path, out, '--vcodec', 'h264 preset=veryfast crf=23', '--acodec', 'aac bitrate=128000'],
        'ffmpeg': ['ffmpeg', *QUIET, '-i', path, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23',
                   '-c:a', 'aac', '-b:a', '128k', out],
        'gst-launch': ['gst-launch-1.0', '-q', 'filesrc', f'location={path}', '!', 'qtdemux', 'name=d',
                       'd.video_0', '!', 'queue', '!', 'h264parse', '!', 'avdec_h264', '!', 'queue', '!', 'x264enc',
                       'speed-preset=veryfast', 'pass=qual', 'quantizer=23', 'vbv-buf-capacity=0', '!',
                       'h264parse', '!', 'queue', '!', 'mp4mux', 'name=m', '!', 'filesink', f'location={out}',
                       'd.audio_0', '!', 'queue', '!', 'aacparse', '!', 'avdec_aac', '!', 'audioconvert', '!',
                       'avenc_aac', 'bitrate=128000', '!', 'aacparse', '!', 'queue', '!', 'm.'],
    }


def transcode(side, size):
    def once(is_quick):
        path, out = clip_of(size, is_quick), output(side)
        done = run(transcode_commands(path, out)[side])
        if frames(out) != frames(path):
            raise Failed(f'{side}: {frames(out)} pictures of {frames(path)}')
        ret = {f'transcode-{size}-wall': done.wall, f'transcode-{size}-cpu': done.cpu, f'transcode-{size}-rss': done.rss_kb / 1000,
               f'transcode-{size}-bytes': os.path.getsize(out) / 1e6}
        os.remove(out)
        return ret
    return once


def transcode_work(size, title, rounds):
    name = f'transcode-{size}'
    return work(8, name, {side: transcode(side, size) for side in (OURS, 'ffmpeg', 'gst-launch')}, [
        figure(f'{name}-wall', f'{title}, wall', 's', target_ratio=0.9),
        figure(f'{name}-cpu', f'{title}, CPU', 's', target_ratio=1.02),
        figure(f'{name}-rss', 'its memory at the most (row 11)', 'MB', target_ratio=1.0),
        figure(f'{name}-bytes', 'size of what came out', 'MB')], rounds,
                'x264 veryfast at crf 23, AAC at 128 kbit/s, all pictures counted.  gst-launch\'s x264enc calls crf '
                'pass=qual; the size of what comes out shows how far the work is the same; each side chooses '
                'its numbers of threads')


# ---- 9: decode, remux -------------------------------------------------------------------------------

def timed(name, command):
    def once(is_quick):
        done = run(command(clip_of('720p', is_quick)))
        return {f'{name}-wall': done.wall, f'{name}-cpu': done.cpu}
    return once


DECODE = {
    OURS: timed('decode', lambda path: [REGRAFT, 'run', '-q', '--no-clock', f'file {path} name=in  in. ! decode ! null']),
    'ffmpeg': timed('decode', lambda path: ['ffmpeg', *QUIET, '-i', path, '-map', '0:v', '-f', 'null', '-']),
    'gst-launch': timed('decode', lambda path: ['gst-launch-1.0', '-q', 'filesrc', f'location={path}', '!', 'qtdemux', '!',
                                                'h264parse', '!', 'avdec_h264', '!', 'fakesink', 'sync=false']),
}
REMUX = {
    OURS: timed('remux', lambda path: [REGRAFT, 'convert', '-q', path, output('remux-ours'), '--vcodec', 'copy',
                                       '--acodec', 'copy']),
    'ffmpeg': timed('remux', lambda path: ['ffmpeg', *QUIET, '-i', path, '-c', 'copy', output('remux-ffmpeg')]),
}

# ---- 10: to the first sample --------------------------------------------------------------------------


def begun(name, command):
    def once(_):
        return {name: run(command(clip(*SHORT))).wall * 1000}
    return once


FIRST_PICTURE = {
    OURS: begun('first-picture', lambda path: [os.path.join(PROGRAMS, 'ours_first'), path]),
    'ffmpeg': begun('first-picture', lambda path: ['ffmpeg', *QUIET, '-i', path, '-map', '0:v', '-frames:v', '1', '-f', 'null', '-']),
    'gstreamer': begun('first-picture', lambda path: [os.path.join(PROGRAMS, 'gst_first'), path]),
}
FIRST_TEST = {
    OURS: begun('first-test', lambda _: [os.path.join(PROGRAMS, 'ours_first'), '1']),
    'regraft run': begun('first-test', lambda _: [REGRAFT, 'run', '-q', '--no-clock', 'testsrc frames=1 ! null']),
    'ffmpeg': begun('first-test', lambda _: ['ffmpeg', *QUIET, '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25', '-frames:v', '1',
                                             '-f', 'null', '-']),
    'gstreamer': begun('first-test', lambda _: [os.path.join(PROGRAMS, 'gst_first'), '1']),
}
FIRST_UNFAIR = ('whole processes from start to end, files and registry in the page cache; ours and GStreamer\'s are small programs, '
                'ffmpeg is a command that also reads options and prints; drawing of the test pictures differs')

WORKS = [
    transcode_work('720p', 'transcode 720p', (1, 2)),
    transcode_work('1080p', 'transcode 1080p, 20 s', (0, 2)),
    work(9, 'decode', DECODE, [figure('decode-wall', 'decode only, 720p, wall', 's', target_ratio=1.0),
                               figure('decode-cpu', 'decode only, 720p, CPU', 's', target_ratio=1.0)], (2, 5),
         'pictures alone, thrown away; numbers of threads are each side\'s own choice'),
    work(9, 'remux', REMUX, [figure('remux-wall', 'remux only, 720p, wall', 's', target_ratio=1.0),
                             figure('remux-cpu', 'remux only, 720p, CPU', 's', target_ratio=1.0)], (3, 9),
         'start-up of the process is most of it'),
    work(10, 'first-picture', FIRST_PICTURE, [figure('first-picture', 'start to the first decoded picture, 720p', 'ms', target_ratio=0.5)],
         (5, 15), FIRST_UNFAIR),
    work(10, 'first-test', FIRST_TEST, [figure('first-test', 'start to the first picture of a test source, 720p', 'ms', 8)],
         (5, 15), FIRST_UNFAIR, ('regraft run',)),
]
