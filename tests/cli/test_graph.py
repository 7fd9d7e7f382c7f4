# SPDX-License-Identifier: MIT
"""inspect and graph: what there is, and what a text becomes."""
import os

from harness import equal, has, lacks, main, need_filters, regraft


def links(*graph):
    result = regraft('graph', *graph, '--json').json()
    return [(link['from'], link['to']) for link in result['links']]


def filters():
    return [item for item in regraft('inspect', '--json').json() if item['kind'] != 'object']


def case_inspect_lists():
    has(regraft('inspect').out, 'Sources', 'Transforms', 'Sinks', 'testsrc', 'invert', 'null',
        'Objects', 'capture-graph-builder-2')
    classes = {item['name']: item for item in regraft('inspect', '--json').json()}
    equal(classes['testsrc']['kind'], 'source')
    equal(classes['invert']['kind'], 'transform')
    equal(classes['null']['kind'], 'sink')
    for item in classes.values():
        assert item['help'], item


def case_inspect_every_filter():
    for item in filters():
        whole = regraft('inspect', item['name'], '--json').json()
        equal(whole['name'], item['name'])
        for option in whole['options']:
            assert option['help'] and option['type'] != '?', option
        has(regraft('inspect', item['name']).out, item['name'] + ' - ', 'clsid', 'Pins', 'Options')


def case_every_pin_can_be_rewired():
    for item in filters():
        for pin in regraft('inspect', item['name'], '--json').json()['pins']:
            wanted = 'IPinConnection' if pin['direction'] == 'input' else 'IPinFlowControl'
            assert wanted in pin['interfaces'] and 'IRgLink' in pin['interfaces'], (item['name'], pin)


def case_inspect_suggests():
    has(regraft('inspect', 'invrt', code=2).err, 'did you mean "invert"?')


REGISTERED = '''# regraft: filters
filter {5A3C0000-0000-4000-8000-000000000001} category {083863F1-70DE-11D0-BD40-00A0C911CE86} \\
instance "a" merit 0x600001 name "Someone's decoder"
what is this
'''


def case_inspect_registered():
    os.makedirs('data/regraft')
    with open('data/regraft/filters.txt', 'w', encoding='utf-8') as file:
        file.write(REGISTERED.replace('\\\n', ''))
    env = dict(os.environ, XDG_DATA_HOME=os.path.abspath('data'))
    told = regraft('inspect', env=env)
    has(told.out, 'Registered', "Someone's decoder", 'DirectShow Filters', 'merit 0x600001',
        '{5A3C0000-0000-4000-8000-000000000001}')
    has(told.err, 'note: registered filters: line 3 is no registration: what is this')
    items = {item['name']: item for item in regraft('inspect', '--json', env=env).json()}
    equal(items["Someone's decoder"]['kind'], 'registered')
    equal(items["Someone's decoder"]['merit'], 0x600001)
    lacks(regraft('inspect').out, 'Registered')


def case_chains_and_names():
    equal(links('testsrc ! invert name=fx ! null'), [('testsrc0', 'fx'), ('fx', 'null0')])
    equal(links('testsrc', '!', 'invert', 'name=fx', '!', 'null'), [('testsrc0', 'fx'), ('fx', 'null0')])
    equal(links('testsrc ! tee name=t  t. ! null  t. ! queue ! null'),
          [('testsrc0', 't'), ('t', 'null0'), ('t', 'queue0'), ('queue0', 'null1')])


def case_order_of_chains_does_not_matter():
    equal(sorted(links('t. ! null  t. ! queue ! null  testsrc ! tee name=t')),
          sorted([('testsrc0', 't'), ('t', 'null0'), ('t', 'queue0'), ('queue0', 'null1')]))


def case_graph_from_a_file():
    with open('graph.txt', 'w', encoding='utf-8') as f:
        f.write('# a comment\ntestsrc   # the source\n  ! invert name=fx\n  ! null\n')
    equal(links('-f', 'graph.txt'), [('testsrc0', 'fx'), ('fx', 'null0')])
    has(regraft('graph', '-f', 'nowhere.txt', code=1).err, 'nowhere.txt', 'No such file')
    has(regraft('graph', '-f', '-', stdin='testsrc ! null').out, 'testsrc0.Out')
    has(regraft('graph', '-f', 'graph.txt', 'null', code=2).err, 'not both')


def case_types_are_shown():
    graph = regraft('graph', 'testsrc size=320x240 fps=30 ! null  tone ! null', '--json').json()
    video, audio = graph['links']
    equal((video['kind'], video['width'], video['height'], video['fps']), ('video', 320, 240, 30.0))
    equal((audio['kind'], audio['rate'], audio['channels']), ('audio', 48000, 2))
    has(regraft('graph', 'testsrc size=320x240 ! null').out, 'testsrc0.Out', 'null0.In', '320x240')


def case_dot():
    out = regraft('graph', 'testsrc ! invert name=fx ! null', '--dot').out
    has(out, 'digraph', '"testsrc0" -> "fx"', '"fx" -> "null0"')
    equal(out.count('{'), out.count('}'))


def case_a_circle_is_refused():
    has(regraft('graph', 'tee name=a ! tee name=b ! a.', code=2).err, 'circle')


def case_free_pins_are_told():
    has(regraft('graph', 'testsrc ! invert').out, 'invert0: not connected: Out')


def case_pins_by_name():
    equal(links('testsrc ! tee name=t  t.out0 ! null name=a  t.out1 ! null name=b'),
          [('testsrc0', 't'), ('t', 'a'), ('t', 'b')])
    has(regraft('graph', 'testsrc name=s  s.nothing ! null', code=1).err, 'no free output named "nothing"', '"Out"')


def case_one_input_serves_only_once():
    has(regraft('graph', 'testsrc ! null name=n  tone ! n.', code=1).err, 'no free input', '(in use)')


def case_sound_goes_to_the_sound_chain():
    need_filters('demux', 'decode', 'encode', 'mux')
    regraft('run', '-q', 'testsrc size=160x120 frames=10 ! encode ! mux name=m ! file c.mkv  tone seconds=1 ! encode ! m.')
    for text in ('file c.mkv name=in  in. ! decode ! invert ! null  in. ! decode ! volume ! null',
                 'file c.mkv name=in  in. ! decode ! volume ! null  in. ! decode ! invert ! null',
                 'file c.mkv name=in  in. ! decode ! null  in. ! decode ! invert ! null'):
        graph = regraft('graph', text, '--json').json()
        for link in graph['links']:
            if link['to'].startswith('volume'):
                equal(link['kind'], 'audio')
            if link['to'].startswith('invert'):
                equal(link['kind'], 'video')


def case_a_demux_comes_by_itself():
    need_filters('demux', 'decode', 'encode', 'mux')
    regraft('run', '-q', 'testsrc size=160x120 frames=10 ! encode ! file c.mkv')
    assert len(links('file c.mkv ! decode ! null')) == 2
    assert len(links('file c.mkv ! demux ! decode ! null')) == 2
    assert len(links('file c.mkv ! invert ! null')) >= 3  # a decoder was put in


main(globals())
