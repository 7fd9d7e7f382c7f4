#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What regraft decodes is what libavcodec decodes, picture by picture and sample by sample.

Clips are generated with the ffmpeg command, decoded by regraft into a lossless file, and both are compared as
raw data: hashes of every picture, and the sound byte by byte.  Usage: golden.py REGRAFT WORKDIR
"""
import os
import shutil
import subprocess
import sys

SKIP = 77
PICTURE = ['-f', 'lavfi', '-i', 'testsrc2=size=322x244:rate=30000/1001:duration=3']
SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=330:sample_rate=48000:duration=3']
SOUND_BYTES = 3 * 48000 * 2

# name: pictures' encoder and its options, sound's encoder and its options
CLIPS = {
    'h264_b.mp4': (['libx264', '-bf', '3', '-g', '40', '-preset', 'veryfast'], ['aac']),
    'h264_open_gop.mkv': (['libx264', '-x264-params', 'open-gop=1:keyint=20'], ['flac']),
    'h264_interlaced.ts': (['libx264', '-flags', '+ildct+ilme', '-preset', 'fast'], ['mp2']),
    'mpeg4.avi': (['mpeg4', '-bf', '2', '-q:v', '4'], ['libmp3lame']),
    'mpeg2.ts': (['mpeg2video', '-bf', '2', '-q:v', '4'], ['ac3']),
    'vp9.webm': (['libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'], ['libopus']),
    'ffv1.mkv': (['ffv1'], ['pcm_s16le']),
}


def run(*command, **more):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, **more)


def ffmpeg(*arguments, **more):
    return run('ffmpeg', '-v', 'error', '-y', *arguments, **more)


def pictures(path):
    out = ffmpeg('-i', path, '-map', '0:v:0', '-fps_mode', 'passthrough', '-pix_fmt', 'yuv420p',
                 '-f', 'framemd5', '-', capture_output=True, text=True).stdout
    return [line.split(',')[-1].strip() for line in out.splitlines()
            if line and not line.startswith('#')]


def sound(path):
    return ffmpeg('-i', path, '-map', '0:a:0', '-f', 's16le', '-', capture_output=True).stdout


def encoders():
    text = run('ffmpeg', '-v', 'error', '-encoders', capture_output=True, text=True).stdout
    return {line.split()[1] for line in text.splitlines() if len(line.split()) > 1}


def check(regraft, work, name, video, audio):
    clip = os.path.join(work, name)
    copy = os.path.join(work, name + '.lossless.mkv')
    ffmpeg(*PICTURE, *SOUND, '-pix_fmt', 'yuv420p', '-c:v', *video, '-c:a', *audio, clip)
    run(regraft, 'convert', clip, copy, '--quiet', '--vcodec', 'ffv1', '--acodec', 'pcm')
    expected, found = pictures(clip), pictures(copy)
    if expected != found:
        first = next((i for i, (a, b) in enumerate(zip(expected, found)) if a != b), -1)
        print(f'{name}: {len(expected)} pictures expected, {len(found)} found, '
              f'first difference at {first}')
        return False
    expected, heard = sound(clip), sound(copy)
    # the command leaves in what an encoder padded the last frame with
    if len(heard) < SOUND_BYTES or expected[:len(heard)] != heard:
        print(f'{name}: sound differs, {len(expected)} bytes expected, {len(heard)} found')
        return False
    print(f'{name}: {len(found)} pictures and {len(heard) // 2} sound samples are alike')
    return len(found) > 0


def main():
    regraft, work = sys.argv[1:3]
    if shutil.which('ffmpeg') is None:
        print('skipped: there is no ffmpeg command to compare with')
        return SKIP
    os.makedirs(work, exist_ok=True)
    known = encoders()
    good = True
    for name, (video, audio) in CLIPS.items():
        if video[0] not in known or audio[0] not in known:
            print(f'{name}: left out, this ffmpeg has no {video[0]} or no {audio[0]}')
            continue
        good = check(regraft, work, name, video, audio) and good
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
