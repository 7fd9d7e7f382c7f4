#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Graph files as GraphEdit lays them out, put together byte by byte: grf.py FOLDER writes graph.stream (the text
alone) and graph.grf (the compound file around it).

Nothing of it comes from the library: what is read here is what its layout says, whoever wrote it.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'unit', 'storage'))
import compound  # noqa: E402

TESTSRC = '{2CB20419-8A7C-408B-8FCC-BA4E00142B50}'
INVERT = '{79681CA4-EF58-4377-8912-B9CCC2AB61A9}'
NULL = '{D4C9A4FC-EF1C-49BA-BB3C-D81092245354}'
TEE = '{8A3E5C21-4F0B-4D6E-A17C-52903BE41801}'
# DirectShow's own
ASYNC_READER = '{E436EBB5-524F-11CE-9F53-0020AF0BA770}'
AVI_SPLITTER = '{1B544C20-FD0B-11CE-8C63-00AA0044B51E}'
AVI_MUX = '{E2510970-F137-11CE-8B67-00AA00A3F1A6}'
FILE_WRITER = '{8596E5F0-0DA5-11D0-BD21-00A0C911CE86}'
NULL_RENDERER = '{C1F400A4-3F08-11D3-9F0B-006008039E37}'
SAMPLE_GRABBER = '{C1F400A0-3F08-11D3-9F0B-006008039E37}'
SMART_TEE = '{CC58E280-8AA1-11D1-B3F1-00AA003761C5}'
INF_TEE = '{F8388A40-D5BB-11D0-BE5A-0080C706568E}'
VIDEO = '{73646976-0000-0010-8000-00AA00389B71}'
I420 = '{30323449-0000-0010-8000-00AA00389B71}'
VIDEO_INFO = '{05589F80-C356-11CE-BF01-00AA0055595A}'
AUDIO = '{73647561-0000-0010-8000-00AA00389B71}'
STREAM = '{E436EB83-524F-11CE-9F53-0020AF0BA770}'
NO_GUID = '{00000000-0000-0000-0000-000000000000}'


def text(words):
    return words.encode('utf-16-le')


def state(**options):
    """What a filter of the library keeps: its options, in any number of bytes."""
    lines = ''.join(f'{name}={value}\n' for name, value in options.items()).encode()
    return f'regraft options {len(lines)}\n'.encode() + lines


def filter_line(number, name, clsid, data=b'', file='', blank=' '):
    words = blank.join(filter(None, [f'{number:04}', f'"{name}"', clsid, file, f'{len(data):010}']))
    return text(words + ' ') + data + text('\r\n')


def video_info(width, height, frame):
    return struct.pack('<8iIIq', *[0] * 8, 0, 0, frame) + struct.pack(
        '<IiiHH4sIiiII', 40, width, height, 1, 12, b'I420', width * height * 3 // 2, 0, 0, 0, 0)


def connection(source, out, sink, into, data, size, blank=' '):
    words = blank.join([f'{source:04}', f'"{out}"', f'{sink:04}', f'"{into}"', VIDEO, I420, '1', '0', f'{size:010}',
                        VIDEO_INFO, f'{len(data):010}'])
    return text(words + ' ') + data + text('\r\n')


def link(source, out, sink, into, major=NO_GUID):
    """A connection that says no more of its type than what kind of media it is."""
    return text(f'{source:04} "{out}" {sink:04} "{into}" {major} {NO_GUID} 1 0 0000000001 {NO_GUID} 0000000000 \r\n')


def build(filters, links):
    """Filters as (name, class, file or ''), numbered from 1; links as link() has them."""
    body = text('0003\r\nFILTERS\r\n')
    for number, (name, clsid, file) in enumerate(filters, 1):
        body += filter_line(number, name, clsid, file=file)
    body += text('CONNECTIONS\r\n') + b''.join(link(*each) for each in links)
    return body + text(f'CLOCK 0 {NO_GUID}\r\nEND')


def graph(version=3, blank=' ', clock=f'CLOCK 0 {NO_GUID}\r\n', head=''):
    width, height = 128, 96
    info = video_info(width, height, 400000)
    size = width * height * 3 // 2
    body = text(head + f'{version:04}\r\nFILTERS\r\n')
    body += filter_line(1, 'picture source', TESTSRC, state(width=width, height=height, seconds=1), blank=blank)
    body += filter_line(2, 'fx', INVERT, blank=blank)
    body += filter_line(3, 'end \u00e9\U0001d11e', NULL, blank=blank)
    body += text('CONNECTIONS\r\n')
    # what feeds a filter need not come first
    body += connection(2, 'Out', 3, 'In', info, size, blank)
    body += connection(1, 'Out', 2, 'In', info, size, blank)
    return body + text((clock if version > 1 else '') + 'END')


def write(path, stream):
    compound.write(path, {'ActiveMovieGraph': stream})


def main(folder):
    with open(os.path.join(folder, 'graph.stream'), 'wb') as f:
        f.write(graph())
    write(os.path.join(folder, 'graph.grf'), graph())


if __name__ == '__main__':
    main(sys.argv[1])
