#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The programs of examples/ that a Windows programmer could have written.

  test_programs.py windows SOURCE...      each one compiles and links with mingw against its own headers, unchanged
  test_programs.py run PLAY_FILE CAPTURE_TEE   our builds play a clip, and capture one and the test source
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIP = 77
MINGW = 'x86_64-w64-mingw32-gcc'
REGRAFT = os.environ['REGRAFT']
FRAMES = 25


def skip(why):
    print('skipped:', why)
    sys.exit(SKIP)


def call(*args):
    done = subprocess.run(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          encoding='utf-8', timeout=100, check=False)
    assert done.returncode == 0, f'$ {" ".join(args)}\n-> {done.returncode}\n{done.stdout}'
    return done.stdout


def windows(sources):
    if not shutil.which(MINGW):
        skip(f'{MINGW} is not installed')
    for source in sources:
        with tempfile.TemporaryDirectory() as folder:
            call(MINGW, '-Wall', '-Wextra', '-Werror', '-o', os.path.join(folder, 'program.exe'), source,
                 '-lole32', '-loleaut32', '-lstrmiids', '-luuid')


def clsid(name):
    return json.loads(call(REGRAFT, 'inspect', name, '--json'))['clsid']


def packets(path):
    return int(call('ffprobe', '-v', 'error', '-count_packets', '-select_streams', 'v', '-show_entries',
                    'stream=nb_read_packets', '-of', 'csv=p=0', path).strip().strip(','))


def run(play_file, capture_tee):
    if not shutil.which('ffmpeg') or not shutil.which('ffprobe'):
        skip('the ffmpeg command is not installed: there is no clip to play')
    with tempfile.TemporaryDirectory() as folder:
        clip, copy, made = (os.path.join(folder, name) for name in ('clip.mkv', 'copy.avi', 'made.avi'))
        call('ffmpeg', '-hide_banner', '-loglevel', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i',
             f'testsrc=size=160x120:rate=25:duration={FRAMES / 25}', '-f', 'lavfi', '-i', 'sine=duration=1',
             '-c:v', 'mpeg4', '-c:a', 'pcm_s16le', clip)
        assert call(play_file, clip, 'null') == 'done: event 0x01\n'
        # all of a source that ends is captured, whatever the preview makes of it
        call(capture_tee, clip, copy, '100')
        assert packets(copy) == FRAMES, packets(copy)
        assert call(play_file, copy, 'null') == 'done: event 0x01\n'
        # one that does not end is stopped; how long the first picture takes to come out depends on the machine
        for seconds in ('1', '4', '16', '64'):
            call(capture_tee, clsid('testsrc'), made, seconds, clsid('encode'))
            if os.path.getsize(made) > 0:
                break
        assert os.path.getsize(made) > 0


def main():
    if sys.argv[1] == 'windows':
        windows(sys.argv[2:])
    else:
        run(*sys.argv[2:])
    return 0


if __name__ == '__main__':
    sys.exit(main())
