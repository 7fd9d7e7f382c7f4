# SPDX-License-Identifier: MIT
"""Graph files: opened, saved, run; and text, JSON and file all say the same graph."""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'graph'), os.path.join(HERE, '..', 'unit', 'storage')]
import compound  # noqa: E402
import grf  # noqa: E402
from harness import equal, has, main, need_filters, regraft  # noqa: E402

# Names of filters and pins are those that Windows writes
SOURCE = ('File Source (Async.)', grf.ASYNC_READER, 'SOURCE "in.avi"')
SPLITTER = ('AVI Splitter', grf.AVI_SPLITTER, '')
TO_SPLITTER = (1, 'Output', 2, 'input pin', grf.STREAM)
RENDERER = ('Null Renderer', grf.NULL_RENDERER, '')

GRAPHS = (
    'testsrc ! null',
    'testsrc seconds=1 size=160x120 fps=30 ! invert name=fx alpha=true ! flip mode=both ! null name=end',
    'testsrc frames=3 ! tee name=t ! null  t. ! queue size=5 ! null name=last  tone frequency=1000.5 seconds=1 ! volume gain=0.25 ! null',
    'testsrc ! invert',  # a pin stays free
)


def stream_of(path):
    tree = compound.read(path)
    equal(list(tree), ['ActiveMovieGraph'])
    return tree['ActiveMovieGraph']


def case_a_file_by_hand_opens():
    for version in (1, 2, 3):
        for blank in (' ', '\r\n', '\t \r\n\t'):
            grf.write('hand.grf', grf.graph(version, blank))
            graph = regraft('graph', 'hand.grf', '--json').json()
            equal([(f['name'], f['class']) for f in graph['filters']],
                  [('picture source', 'testsrc'), ('fx', 'invert'), ('end \u00e9\U0001d11e', 'null')])
            equal([(x['from'], x['from_pin'], x['to'], x['to_pin'], x['width']) for x in graph['links']],
                  [('picture source', 'Out', 'fx', 'In', 128), ('fx', 'Out', 'end \u00e9\U0001d11e', 'In', 128)])
    regraft('run', '-q', 'hand.grf', '--no-clock')
    os.rename('hand.grf', 'hand')  # whatever it is called
    has(regraft('graph', 'hand').out, 'picture source.Out')
    has(regraft('graph', '-f', 'hand').out, 'picture source.Out')


def clip_make():
    need_filters('demux', 'encode', 'mux', 'avi_split', 'avi_mux', 'file_writer', 'async_reader')
    regraft('run', '-q', '--no-clock', 'testsrc size=160x120 frames=10 ! encode codec=mpeg4 ! mux name=m ! file in.avi '
            'tone seconds=0.4 ! encode codec=mp2 ! m.')


def pins(path):
    return [(x['from'], x['from_pin'], x['to'], x['to_pin']) for x in regraft('graph', path, '--json').json()['links']]


def streams(path):
    return [s['kind'] for s in regraft('probe', path, '--json').json()['streams']]


def case_a_player_of_windows_opens_and_runs():
    clip_make()
    grf.write('play.grf', grf.build([SOURCE, SPLITTER, RENDERER],
                                    [TO_SPLITTER, (2, 'Stream 00', 3, 'In', grf.VIDEO)]))
    equal(pins('play.grf'), [('File Source (Async.)', 'Out', 'AVI Splitter', 'In'), ('AVI Splitter', 'Video 0', 'Null Renderer', 'In')])
    regraft('run', '-q', '--no-clock', 'play.grf')


def case_a_copy_of_windows_opens_and_runs():
    clip_make()
    grf.write('copy.grf', grf.build(
        [SOURCE, SPLITTER, ('AVI Mux', grf.AVI_MUX, ''), ('File writer', grf.FILE_WRITER, 'SINK "out.avi"')],
        # the order of the file is not that of the numbers
        [(3, 'AVI Out', 4, 'in', grf.STREAM), (2, 'Stream 01', 3, 'Input 02', grf.AUDIO),
         (2, 'Stream 00', 3, 'Input 01', grf.VIDEO), TO_SPLITTER]))
    equal(sorted(pins('copy.grf')),
          [('AVI Mux', 'Out', 'File writer', 'In'), ('AVI Splitter', 'Audio 0', 'AVI Mux', 'In 1'),
           ('AVI Splitter', 'Video 0', 'AVI Mux', 'In'), ('File Source (Async.)', 'Out', 'AVI Splitter', 'In')])
    regraft('run', '-q', '--no-clock', 'copy.grf')
    equal(streams('out.avi'), ['video', 'audio'])


def case_the_kind_of_media_says_which_stream():
    clip_make()
    grf.write('sound.grf', grf.build([SOURCE, SPLITTER, RENDERER],
                                     [TO_SPLITTER, (2, 'Stream 01', 3, 'In', grf.AUDIO)]))
    equal(pins('sound.grf')[1], ('AVI Splitter', 'Audio 0', 'Null Renderer', 'In'))
    regraft('run', '-q', '--no-clock', 'sound.grf')


def case_tees_and_a_grabber_of_windows_open():
    filters = [('picture source', grf.TESTSRC, ''), ('Smart Tee', grf.SMART_TEE, ''), ('SampleGrabber', grf.SAMPLE_GRABBER, ''),
               ('Infinite Pin Tee Filter', grf.INF_TEE, '')] + [(f'Null Renderer {i}', grf.NULL_RENDERER, '') for i in range(3)]
    links = [(1, 'Capture', 2, 'Input'), (2, 'Capture', 3, 'Input'), (3, 'Output', 4, 'Input'), (2, 'Preview', 5, 'In'),
             (4, 'Output1', 6, 'In'), (4, 'Output2', 7, 'In')]
    grf.write('tees.grf', grf.build(filters, links))
    equal([(x[1], x[3]) for x in sorted(pins('tees.grf'))],
          [('Output1', 'In'), ('Output2', 'In'), ('Out', 'Input'), ('Capture', 'In'), ('Preview', 'In'), ('Out', 'Input')])


def case_many_pins_of_other_names_go_by_their_numbers():
    for count, out in ((3, 'Branch {}'), (200, 'Branch {:03}')):
        ends = list(range(1, count + 1))
        filters = [('picture source', grf.TESTSRC, ''), ('tee', grf.INF_TEE, '')] + [(f'end {i}', grf.NULL_RENDERER, '') for i in ends]
        links = [(2, out.format(i), 2 + i, 'Input') for i in ends[1::2] + ends[::2][::-1]] + [(1, '~', 2, 'Input')]
        grf.write('many.grf', grf.build(filters, links))
        equal(pins('many.grf')[1:], [('tee', f'Output{i}', f'end {i}', 'In') for i in ends])


def case_a_pin_that_is_missing_is_named_with_those_that_are_there():
    clip_make()
    grf.write('more.grf', grf.build(
        [SOURCE, SPLITTER, *[RENDERER] * 3],
        [TO_SPLITTER, *[(2, f'Stream {i:02}', 3 + i, 'In', grf.VIDEO) for i in range(3)]]))
    has(regraft('graph', 'more.grf', code=1).err, '"AVI Splitter", has no pin "Stream 02"', 'its outputs: "Video 0", "Audio 0"')
    # what comes behind it is missing too, but for that reason alone
    grf.write('two.grf', grf.build([('picture source', grf.TESTSRC, ''), *[RENDERER] * 2, SPLITTER],
                                   [(1, 'Out', 2, 'In'), (1, 'Out 7', 4, 'input pin'), (4, 'Stream 00', 3, 'In')]))
    has(regraft('graph', 'two.grf', code=1).err, '"picture source", has no pin "Out 7"', 'its outputs: "Out"')


def case_text_and_file_and_json_are_one_graph():
    for text in GRAPHS:
        wanted = regraft('graph', text, '--json').json()
        equal(regraft('graph', text, '--save', 'a.grf').out, '')
        equal(regraft('graph', 'a.grf', '--json').json(), wanted)
        equal(regraft('graph', 'a.grf').out, regraft('graph', text).out)
        with open('a.txt', 'w', encoding='utf-8') as f:
            f.write(regraft('graph', 'a.grf', '--text').out)
        equal(regraft('graph', '-f', 'a.txt', '--json').json(), wanted)
        regraft('graph', '-f', 'a.txt', '--save', 'b.grf')
        regraft('graph', 'a.grf', '--save', 'c.grf')
        equal(stream_of('b.grf'), stream_of('a.grf'))
        equal(stream_of('c.grf'), stream_of('a.grf'))


def case_what_is_written_is_what_graphedit_reads():
    regraft('graph', 'testsrc size=128x96 seconds=1 ! invert name=fx ! null', '--save', 'a.grf')
    stream = stream_of('a.grf')
    assert stream.startswith(grf.text('0003\r\nFILTERS\r\n0001 "testsrc0" ' + grf.TESTSRC + ' 00000000')), stream[:200]
    info = grf.video_info(128, 96, 400000)
    at = stream.index(grf.text('CONNECTIONS\r\n'))
    link = stream[at:stream.index(grf.text('\r\n0002 "Out"'), at)]
    assert link.startswith(grf.text('CONNECTIONS\r\n0001 "Out" 0002 "In" ' + f'{grf.VIDEO} {grf.I420} 1 0 0000018432 '
                                    f'{grf.VIDEO_INFO} {len(info):010} ')), link
    assert stream.endswith(grf.text(f'CLOCK 0 {grf.NO_GUID} \r\nEND'))


def case_files_that_filters_read_and_write_are_kept():
    need_filters('demux', 'decode', 'encode', 'mux')
    text = 'testsrc size=160x120 frames=10 ! encode codec=mpeg4 ! file "a clip.mkv"'
    regraft('graph', text, '--save', 'write.grf')
    regraft('run', '-q', '--no-clock', 'write.grf')
    assert os.path.getsize('a clip.mkv') > 1000
    regraft('graph', 'file "a clip.mkv" ! decode ! null', '--save', 'read.grf')
    has(regraft('graph', 'read.grf', '--text').out, "demux 'a clip.mkv'")
    equal(regraft('graph', 'read.grf', '--json').json(), regraft('graph', 'file "a clip.mkv" ! decode ! null', '--json').json())
    regraft('run', '-q', '--no-clock', 'read.grf')
    os.remove('a clip.mkv')
    has(regraft('graph', 'read.grf', code=1).err, 'read.grf', 'a clip.mkv')


def case_text_keeps_the_names_of_filters():
    filters = [('File Source (Async.)', grf.TESTSRC, ''), ('Smart Tee', grf.SMART_TEE, ''), ("it's \u00e9", grf.NULL_RENDERER, ''),
               ('0001', grf.INVERT, ''), ('File writer', grf.NULL_RENDERER, '')]
    grf.write('a.grf', grf.build(filters, [(1, 'Out', 2, 'Input'), (2, 'Capture', 3, 'In'), (2, 'Preview', 4, 'In'), (4, 'Out', 5, 'In')]))
    text = regraft('graph', 'a.grf', '--text').out
    has(text, "smart-tee name='Smart Tee'", "'Smart Tee'.Preview ! '0001'.In")
    regraft('graph', text, '--save', 'b.grf')
    regraft('graph', 'a.grf', '--save', 'c.grf')
    equal(stream_of('b.grf'), stream_of('c.grf'))
    regraft('run', '-q', '--no-clock', "testsrc frames=20 ! invert name='my fx' ! null", '--at', '0.2s', "swap 'my fx' flip")


def json_save(graph, path):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(regraft('graph', *graph, '--json').out)


def case_json_is_read_as_it_is_written():
    clip_make()
    grf.write('play.grf', grf.build([SOURCE, SPLITTER, RENDERER],
                                    [TO_SPLITTER, (2, 'Stream 00', 3, 'In', grf.VIDEO)]))
    grf.write('hand.grf', grf.graph())
    regraft('graph', 'file in.avi name=in  in.video ! decode ! null name="the end"  in.audio ! decode ! volume gain=0.1 ! null',
            '--save', 'decoded.grf')
    for name in ('play.grf', 'hand.grf', 'decoded.grf'):
        json_save([name], 'a.json')
        regraft('graph', 'a.json', '--save', 'b.grf')
        json_save(['b.grf'], 'b.json')
        json_save(['-f', 'a.json'], 'c.json')
        with open('a.json', encoding='utf-8') as f:
            wanted = f.read()
        for other in ('b.json', 'c.json'):
            with open(other, encoding='utf-8') as f:
                equal(f.read(), wanted)
        equal(regraft('graph', '-f', '-', '--json', stdin=wanted).out, wanted)
        equal(regraft('graph', 'a.json').out, regraft('graph', name).out)
        equal(regraft('graph', 'a.json', '--text').out, regraft('graph', name, '--text').out)
        regraft('run', '-q', '--no-clock', 'a.json')


def case_json_has_all_that_a_graph_file_has():
    grf.write('hand.grf', grf.graph())
    graph = regraft('graph', 'hand.grf', '--json').json()
    source = graph['filters'][0]
    equal((source['clsid'], source['options']), (grf.TESTSRC, {'width': 128, 'height': 96, 'seconds': 1.0}))
    link = graph['links'][0]
    equal((link['from_pin_id'], link['to_pin_id']), ('Out', 'In'))
    regraft('graph', 'hand.grf', '--save', 'a.grf')
    format_data = bytes.fromhex(link['media'].pop('format_data'))
    assert len(format_data) == len(grf.video_info(128, 96, 400000)) and format_data in stream_of('a.grf'), format_data
    equal(link['media'], {'major': grf.VIDEO, 'subtype': grf.I420, 'fixed_size': True, 'temporal_compression': False,
                          'sample_size': 18432, 'format': grf.VIDEO_INFO})


def case_text_goes_through_json_and_runs():
    need_filters('demux', 'decode', 'encode', 'mux')
    json_save(['testsrc size=160x120 frames=10 ! encode codec=mpeg4 ! file "a clip.mkv"'], 'write.json')
    equal([f['sink'] for f in json.load(open('write.json', encoding='utf-8'))['filters'] if 'sink' in f], ['a clip.mkv'])
    regraft('run', '-q', '--no-clock', 'write.json')
    equal(streams('a clip.mkv'), ['video'])
    json_save(['file "a clip.mkv" ! decode ! invert name=fx ! null'], 'read.json')
    regraft('run', '-q', '--no-clock', '-f', 'read.json', '--at', '0.2s', 'swap fx flip')
    with open('read.json', encoding='utf-8') as f:
        regraft('run', '-q', '--no-clock', '-f', '-', stdin=f.read())
    os.remove('a clip.mkv')
    has(regraft('run', 'read.json', code=1).err, "can't read a clip.mkv: No such file")


def case_json_by_hand_needs_little():
    graph = {'filters': [{'name': 's', 'class': 'testsrc', 'options': {'frames': 3, 'size': '128x96'}}, {'name': 'the end', 'class': 'null'}],
             'links': [{'from': 's', 'from_pin': 'Out', 'to': 'the end', 'to_pin': 'In'}]}
    regraft('run', '-q', '--no-clock', '-f', '-', stdin=json.dumps(graph))


def case_damaged_json_is_told():
    json_save(['testsrc name=s width=128 height=96 ! null name=n'], 'whole.json')
    with open('whole.json', encoding='utf-8') as f:
        whole = f.read()

    def told(words, old, new, code=2):
        assert old in whole, old
        with open('bad.json', 'w', encoding='utf-8') as f:
            f.write(whole.replace(old, new, 1))
        for verb in ('graph', 'run'):
            has(regraft(verb, 'bad.json', code=code).err, 'bad.json', *words)

    for length in range(1, len(whole.rstrip()), 97):
        with open('bad.json', 'w', encoding='utf-8') as f:
            f.write(whole[:length])
        has(regraft('graph', 'bad.json', code=2).err, 'bad.json', 'line ', 'regraft graph GRAPH --json')
    told(['list "filters"', 'regraft graph GRAPH --json'], '"filters": [', '"filtres": [')
    told(['list "links"'], '"links": [', '"links": 7, "x": [')
    told(['filters[0]', '"name", a text'], '"name": "s"', '"name": 7')
    told(['filters[1]', 'two filters are named "s"'], '"name": "n"', '"name": "s"')
    told(['filters[0]', '"s"', '{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F}', 'regraft inspect'], grf.TESTSRC,
         '{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F}')
    told(['filters[0]', '"clsid"'], grf.TESTSRC, 'testsrc')
    told(['filters[0]', 'did you mean "testsrc"'], f'"class": "testsrc",\n      "clsid": "{grf.TESTSRC}"', '"class": "testscr"')
    told(['filters[0]', 'no option "widht"', 'did you mean "width"'], '"width"', '"widht"')
    told(['filters[0]', "width can't be", 'a whole number'], '"width": 128', '"width": true')
    told(['filters[0]', '"width" has to be a text, a number, true or false'], '"width": 128', '"width": []')
    told(['filters[0]', '"options" has to be an object'], '"options": {', '"options": 1, "x": {')
    told(['links[0]', 'no filter is named "t"'], '"from": "s"', '"from": "t"')
    told(['links[0]', '"format_data"', 'hexadecimal'], '"format_data": "', '"format_data": "x')
    told(['links[0]', '"major"'], f'"major": "{grf.VIDEO}"', '"major": "video"')
    told(['links[0]', '"media" has to be an object'], '"media": {', '"media": [], "x": {')
    two = whole.replace('"links": [', '"links": [' + json.dumps({'from': 's', 'from_pin': 'Out 5', 'to': 'n', 'to_pin': 'In'}) + ',')
    has(regraft('graph', '-f', '-', code=2, stdin=two).err, '"s", has no pin "Out 5"', 'its outputs: "Out"')


def case_edits_know_the_names():
    regraft('graph', 'testsrc frames=20 ! invert name=fx ! null', '--save', 'a.grf')
    regraft('run', '-q', '--no-clock', 'a.grf', '--at', '0.2s', 'swap fx flip')


def case_what_can_not_be_read_says_why():
    has(regraft('graph', 'nowhere.grf', code=1).err, 'nowhere.grf', 'No such file')
    has(regraft('run', 'nowhere.grf', code=1).err, 'nowhere.grf')
    with open('text.grf', 'w', encoding='utf-8') as f:
        f.write('testsrc ! null\n')
    has(regraft('graph', 'text.grf', code=1).err, 'no graph file')
    compound.write('other.grf', {'Workbook': b'x' * 5000})
    has(regraft('graph', 'other.grf', code=1).err, 'no graph file')
    grf.write('missing.grf', grf.graph().replace(grf.text(grf.INVERT), grf.text('{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F}')))
    has(regraft('graph', 'missing.grf', code=1).err, '"fx"', '{7E9D0C21-5B3A-4F60-9D1E-0A2B3C4D5E6F}')
    grf.write('cut.grf', grf.graph()[:-20])
    has(regraft('graph', 'cut.grf', code=1).err, "can't be read")
    with open('damaged.grf', 'wb') as f:
        f.write(compound.SIGNATURE + b'\0' * 2000)
    has(regraft('graph', 'damaged.grf', code=1).err, 'damaged.grf')


def case_what_would_never_end_is_not_run():
    regraft('graph', 'testsrc ! null  null name=lone', '--save', 'lone.grf')
    has(regraft('run', 'lone.grf', code=1).err, '"lone" is joined to nothing')
    grf.write('empty.grf', grf.text('0003 FILTERS CONNECTIONS CLOCK 0 0000 END'))
    equal(regraft('graph', 'empty.grf', '--json').json(), {'filters': [], 'links': []})
    has(regraft('run', 'empty.grf', code=1).err, 'empty')


def case_what_can_not_be_written_leaves_the_old_file():
    regraft('graph', 'testsrc ! null', '--save', 'a.grf')
    before = stream_of('a.grf')
    has(regraft('graph', 'testsrc ! invert ! null', '--save', '/dev/full', code=1).err, '/dev/full', 'no room')
    has(regraft('graph', 'testsrc ! null', '--save', 'no/where.grf', code=1).err, 'no/where.grf')
    regraft('graph', 'testsrc ! nothing', '--save', 'a.grf', code=2)
    equal(stream_of('a.grf'), before)
    equal([name for name in os.listdir('.') if name.endswith('.tmp')], [])


main(globals())
