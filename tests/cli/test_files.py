# SPDX-License-Identifier: MIT
"""probe and convert on generated clips; files that are missing, garbage or cut off."""
import json
import os
import subprocess

from harness import REGRAFT, Skip, equal, has, main, need_filters, need_program, regraft


def clip(path, seconds=2, more=()):
    """A clip made by the ffmpeg command, so that what we read was not written by us."""
    need_filters('demux', 'decode', 'encode', 'mux')
    need_program('ffmpeg')
    done = subprocess.run(['ffmpeg', '-hide_banner', '-loglevel', 'error', '-nostdin', '-y',
                           '-f', 'lavfi', '-i', f'testsrc2=size=320x240:rate=25:duration={seconds}',
                           '-f', 'lavfi', '-i', f'sine=frequency=440:sample_rate=48000:duration={seconds}',
                           '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p',
                           '-c:a', 'aac', '-ac', '2', *more, path], stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Skip('this ffmpeg can make no such clip')


def kinds(path):
    return [stream['kind'] for stream in regraft('probe', path, '--json').json()['streams']]


def frames(path):
    """Frames that come out of the decoder."""
    out = regraft('run', '-q', '--no-clock', f'file {path} ! decode ! invert ! null name=end', '--ledger', '-').json()
    equal(out['lost'], 0)
    return next(link['samples_in'] for link in out['links'] if link['to'].startswith('end.'))


def case_probe():
    clip('a.mp4')
    out = regraft('probe', 'a.mp4').out
    has(out, 'a.mp4', 'duration', 'seekable', '320x240', '48000')
    probe = regraft('probe', 'a.mp4', '--json').json()
    equal([s['kind'] for s in probe['streams']], ['video', 'audio'])
    equal((probe['streams'][0]['width'], probe['streams'][0]['height']), (320, 240))
    assert 1900000000 <= probe['duration_ns'] <= 2200000000, probe


def case_convert():
    clip('a.mp4')
    regraft('convert', 'a.mp4', 'b.mkv', '--preset', 'ultrafast')
    equal(sorted(kinds('b.mkv')), ['audio', 'video'])
    equal(frames('b.mkv'), 50)


def case_convert_with_codec_options():
    clip('a.mp4')
    regraft('convert', 'a.mp4', 'b.mp4', '--vcodec', 'h264 preset=ultrafast crf=30', '--acodec', 'aac bitrate=96000',
            '--ledger', 'l.json')
    equal(frames('b.mp4'), 50)
    with open('l.json', encoding='utf-8') as f:
        equal(json.load(f)['lost'], 0)


def case_convert_copies():
    clip('a.mp4')
    regraft('convert', 'a.mp4', 'b.mkv', '--vcodec', 'copy', '--acodec', 'copy')
    equal(sorted(kinds('b.mkv')), ['audio', 'video'])
    equal(frames('b.mkv'), 50)


def case_convert_sound_only():
    clip('a.mp4')
    for name in ('b.wav', 'b.flac', 'b.m4a'):
        regraft('convert', 'a.mp4', name)
        equal(kinds(name), ['audio'])


def case_convert_scales():
    clip('a.mp4')
    regraft('convert', 'a.mp4', 'b.mp4', '--size', '160x120', '--preset', 'ultrafast', '--acodec', 'none')
    streams = regraft('probe', 'b.mp4', '--json').json()['streams']
    equal([(s['width'], s['height']) for s in streams], [(160, 120)])
    equal(frames('b.mp4'), 50)


def case_convert_prints_its_graph():
    clip('a b.mp4')
    out = regraft('convert', 'a b.mp4', 'c.mp4', '--print').out
    has(out, "file 'a b.mp4' name=in", 'decode', 'encode codec=h264', 'encode codec=aac', 'file c.mp4')
    assert not os.path.exists('c.mp4')
    with open('graph.txt', 'w', encoding='utf-8') as f:
        f.write(out)
    regraft('run', '-q', '--no-clock', '-f', 'graph.txt')
    equal(frames('c.mp4'), 50)


def case_convert_keeps_what_is_there():
    clip('a.mp4')
    has(regraft('convert', 'a.mp4', './a.mp4', code=1).err, 'the same file')
    with open('b.mp4', 'w', encoding='utf-8') as f:
        f.write('mine')
    has(regraft('convert', 'a.mp4', 'b.mp4', '--no-overwrite', code=1).err, 'b.mp4 is there already')
    with open('b.mp4', encoding='utf-8') as f:
        equal(f.read(), 'mine')


def case_effects_on_a_real_file():
    clip('a.mp4')
    regraft('run', '-q', '--no-clock', 'file a.mp4 name=in  in. ! decode ! invert name=fx ! encode codec=h264 '
            'preset=ultrafast ! mux name=m ! file b.mp4  in. ! decode ! volume name=v ! encode codec=aac ! m.',
            '--every', '100ms', 'swap fx flip grayscale invert', '--every', '80ms', 'swap v volume', '--ledger', 'l.json')
    with open('l.json', encoding='utf-8') as f:
        ledger = json.load(f)
    equal(ledger['lost'], 0)
    equal({e['result'] for e in ledger['edits']}, {'done'})
    assert len(ledger['edits']) >= 40, ledger['edits']
    equal(frames('b.mp4'), 50)


def case_what_is_read_is_not_written():
    clip('a.mp4')
    os.symlink('a.mp4', 'link.mp4')
    before = os.path.getsize('a.mp4')
    for path in ('a.mp4', './a.mp4', 'link.mp4'):
        has(regraft('run', f'file a.mp4 ! file {path}', code=1).err, 'is read too')
    has(regraft('run', 'file a.mp4 name=a  a. ! file z.mkv  a. ! file z.mkv', code=1).err, 'written twice')
    equal(os.path.getsize('a.mp4'), before)
    equal(os.path.exists('z.mkv'), False)


def case_avi_ticks_in_pictures():
    need_program('ffprobe')
    clip('a.mp4')
    regraft('convert', 'a.mp4', 'b.avi', '--acodec', 'none')
    out = subprocess.run(['ffprobe', '-v', 'error', '-show_entries', 'stream=avg_frame_rate', '-of', 'csv=p=0', 'b.avi'],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    equal(out.strip(), '25/1')
    regraft('convert', 'a.mp4', 'c.avi', '--vcodec', 'copy', '--acodec', 'none')
    equal(frames('c.avi'), 50)


def case_a_new_decoder_goes_on_in_the_middle():
    """With what the link remembers nothing is missing; without, the words say that something may be."""
    clip('a.mp4')
    for bound, is_told in (('64M', False), ('1M,4096', False), ('0', True), ('64M,2', True)):
        result = regraft('run', '-q', '--no-clock', 'file a.mp4 ! decode name=d ! null', '--at', '500ms',
                         'swap d decode', '--ledger', 'l.json', '--remember', bound)
        with open('l.json', encoding='utf-8') as f:
            ledger = json.load(f)
        equal('note' in ledger['edits'][0], is_told)
        if is_told:
            has(result.err, 'note: swap d', '--remember')
        else:
            equal(result.err, '')
            equal(sum(link['samples_out'] for link in ledger['links'] if link['from'].startswith('d.')), 50)
    has(regraft('run', 'testsrc ! null', '--remember', 'much', code=2).err, '64M,4096')


def case_folders_and_nonsense():
    need_filters('demux')
    os.mkdir('folder')
    has(regraft('probe', 'folder', code=1).err, 'Is a directory')
    has(regraft('run', 'testsrc ! encode ! file folder', code=1).err, 'Is a directory')
    has(regraft('probe', 'nonsense://x', code=1).err, 'addresses of this kind')
    has(regraft('probe', '/dev/null', code=1).err, 'no media file')


def case_standard_input_and_output():
    clip('a.mkv')
    with open('a.mkv', 'rb') as source, open('b.mkv', 'wb') as sink:
        subprocess.run([REGRAFT, 'run', '-q', '--no-clock', 'file - ! decode ! encode codec=h264 ! file - format=mkv'],
                       stdin=source, stdout=sink, check=True)
    equal(os.path.exists('-'), False)
    equal(frames('b.mkv'), 50)
    has(regraft('run', 'testsrc ! encode ! file -', code=1).err, 'format=NAME')
    has(regraft('convert', '-', 'c.mkv', code=2).err, 'regraft run')


def case_containers_by_the_names_people_use():
    clip('a.mp4')
    for name in ('mkv', 'matroska', 'ts'):
        regraft('convert', 'a.mp4', 'b.bin', '--format', name, '--preset', 'ultrafast')
        equal(frames('b.bin'), 50)


def case_missing_files():
    need_filters('demux')
    for args in (('probe', 'no.mp4'), ('convert', 'no.mp4', 'b.mp4'), ('run', 'file no.mp4 ! decode ! null')):
        has(regraft(*args, code=1).err, 'no.mp4', 'No such file')


def case_garbage():
    need_filters('demux')
    with open('g.mp4', 'wb') as f:
        f.write(bytes((i * 7919 >> 3) & 255 for i in range(20000)))
    with open('empty.mp4', 'wb'):
        pass
    for name in ('g.mp4', 'empty.mp4'):
        has(regraft('probe', name, code=1).err, name)
        has(regraft('convert', name, 'b.mp4', code=1).err, name)


def case_cut_off_files():
    """A file that ends too soon still ends the run, with or without an error; never a hang or a crash."""
    clip('a.mkv')
    with open('a.mkv', 'rb') as f:
        data = f.read()
    for part in (10, 50, 90):
        with open('cut.mkv', 'wb') as f:
            f.write(data[:len(data) * part // 100])
        regraft('run', '-q', '--no-clock', 'file cut.mkv ! decode ! null')


def rgb_of(path):
    """What the ffmpeg command sees in it, as packed RGB."""
    done = subprocess.run(['ffmpeg', '-hide_banner', '-loglevel', 'error', '-nostdin', '-i', path, '-f', 'rawvideo', '-pix_fmt', 'rgb24',
                           '-'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    equal(done.returncode, 0)
    return done.stdout


def unlike(a, b):
    return sum(abs(x - y) for x, y in zip(a, b)) / len(a)


def case_raw_pictures_in_avi():
    """As a capture application records them: each layout, upright, at a width where rows of RGB have gaps."""
    need_filters('testsrc', 'avi_mux', 'file_writer', 'encode', 'mux')
    need_program('ffmpeg')
    width, height, count = 97, 66, 5
    source = f'testsrc size={width}x{height} frames={count}'
    regraft('run', '-q', '--no-clock', f'{source} ! encode codec=ffv1 ! file lossless.mkv')
    wanted = rgb_of('lossless.mkv')
    equal(len(wanted), width * height * 3 * count)
    for pixels in ('I420', 'YV12', 'YUY2', 'UYVY', 'RGB24', 'RGB32', 'ARGB32', 'GRAY8', 'NV12'):
        regraft('run', '-q', '--no-clock', f'{source} pixels={pixels} ! avi_mux ! file_writer {pixels}.avi')
        got = rgb_of(f'{pixels}.avi')
        equal(len(got), len(wanted))
        if pixels != 'GRAY8':
            assert unlike(got, wanted) < 4, f'{pixels}: {unlike(got, wanted)}'
        equal(frames(f'{pixels}.avi'), count)


def case_unwritable_output():
    clip('a.mp4')
    has(regraft('convert', 'a.mp4', '/nowhere/b.mp4', code=1).err, '/nowhere/b.mp4')


main(globals())
