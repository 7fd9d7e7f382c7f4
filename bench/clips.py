# SPDX-License-Identifier: MIT
"""clips.py - the files that are decoded and transcoded: made once with the ffmpeg command, kept in build-bench/clips."""
import os

from tree import BUILD, run

FOLDER = os.path.join(BUILD, 'clips')
QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y']


def clip(size, rate, seconds, gop=250):
    """Noise over a moving pattern, so that coders have to work for it; H.264 and AAC."""
    path = os.path.join(FOLDER, f'{size}-{rate}-{seconds}s-{gop}.mp4')
    if not os.path.exists(path):
        os.makedirs(FOLDER, exist_ok=True)
        run(['ffmpeg', *QUIET,
             '-f', 'lavfi', '-i', f'testsrc2=size={size}:rate={rate}:duration={seconds},noise=alls=3:allf=t',
             '-f', 'lavfi', '-i', f'sine=frequency=440:sample_rate=48000:duration={seconds}',
             '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-g', str(gop), '-pix_fmt', 'yuv420p',
             '-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-f', 'mp4', path + '.part'])
        os.rename(path + '.part', path)
    return path


def output(name):
    os.makedirs(FOLDER, exist_ok=True)
    return os.path.join(FOLDER, 'out-' + name + '.mp4')


def frames(path):
    """How many pictures a file has."""
    said = run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-count_packets', '-show_entries',
                'stream=nb_read_packets', '-of', 'csv=p=0', path]).out
    return int(said.strip().strip(',') or 0)
