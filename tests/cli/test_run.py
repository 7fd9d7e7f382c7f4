# SPDX-License-Identifier: MIT
"""run: edits at media time, the ledger, exit codes."""
import json
import os
import shutil
import subprocess

from harness import equal, has, main, regraft

GRAPH = 'testsrc size=160x120 fps=25 frames=100 ! invert name=fx ! null name=end'


def ledger_of(*args, code=0):
    regraft('run', '-q', *args, '--ledger', 'ledger.json', code=code)
    with open('ledger.json', encoding='utf-8') as f:
        return json.load(f)


def without_times(ledger):
    for edit in ledger['edits']:
        edit.pop('timing', None)
    return ledger


def link(ledger, start, end):
    for row in ledger['links']:
        if row['from'].startswith(start + '.') and row['to'].startswith(end + '.'):
            return row
    raise AssertionError(f'no link {start} -> {end} in {ledger["links"]}')


def balanced(ledger, frames):
    equal(ledger['lost'], 0)
    for row in ledger['links']:
        equal(row['samples_out'], row['samples_in'])
        equal(row['bytes_out'], row['bytes_in'])
        equal(row['lost'], 0)
    equal(sum(row['samples_out'] for row in ledger['links'] if row['from'].startswith('testsrc0.')), frames)
    equal(sum(row['samples_in'] for row in ledger['links'] if row['to'].startswith('end.')), frames)


def case_a_run_is_counted():
    ledger = ledger_of(GRAPH)
    balanced(ledger, 100)
    equal(ledger['edits'], [])
    equal(ledger['graph'], GRAPH)


def case_ledger_on_stdout():
    equal(regraft('run', '-q', GRAPH, '--ledger', '-').json()['lost'], 0)
    has(regraft('run', GRAPH, '--ledger', '/nowhere/x.json', code=1).err, "can't write /nowhere/x.json")


def case_swaps_take_turns():
    ledger = ledger_of(GRAPH, '--every', '100ms', 'swap fx flip grayscale invert')
    balanced(ledger, 100)
    edits = ledger['edits']
    equal([e['edit'].split('→ ')[1] for e in edits[:4]], ['flip', 'grayscale', 'invert', 'flip'])
    equal({e['result'] for e in edits}, {'done'})
    # frames come each 40 ms: the first at or after 100, 200, 300 … ms
    equal([e['cut_ns'] for e in edits[:5]], [120000000, 200000000, 320000000, 400000000, 520000000])
    equal(len(edits), 39)
    equal({e['held'] for e in edits}, {1})
    equal(link(ledger, 'testsrc0', 'fx')['samples_in'], 100)


def case_a_run_repeats_exactly():
    args = (GRAPH, '--every', '100ms', 'swap fx flip grayscale invert', '--at', '1.5s', 'set fx alpha=true',
            '--at', '2s', 'insert grayscale name=g after fx', '--at', '3s', 'remove g')
    first = without_times(ledger_of(*args))
    second = without_times(ledger_of(*args))
    equal(first, second)
    balanced(first, 100)


def case_each_filter_of_a_fork_balances():
    graph = ('testsrc size=160x120 fps=25 frames=100 ! tee name=t ! queue name=q ! invert name=fx ! null name=end'
             '  t. ! null name=b')
    ledger = ledger_of(graph, '--at', '1s', 'swap fx flip', '--at', '2s', 'swap q queue', '--at', '3s', 'remove fx')
    equal([e['result'] for e in ledger['edits']], ['done'] * 3)
    balanced(ledger, 100)
    into, out_of = {}, {}
    for row in ledger['links']:
        equal(row['drops'], {})
        into.setdefault(row['to'].split('.')[0], []).append(row['samples_in'])
        out_of.setdefault(row['from'].split('.')[0], []).append(row['samples_out'])
    equal(into['t'], [100])
    equal(out_of['t'], [100, 100])
    for name in ('q', 'fx'):
        equal(sum(into[name]), sum(out_of[name]))
    equal((sum(into['end']), sum(into['b'])), (100, 100))


def case_insert_and_remove():
    ledger = ledger_of(GRAPH, '--at', '1s', 'insert flip name=f after fx', '--at', '2s', 'remove f',
                       '--at', '3s', 'remove fx')
    balanced(ledger, 100)
    equal([e['result'] for e in ledger['edits']], ['done'] * 3)
    equal(link(ledger, 'fx', 'f')['samples_in'], 25)
    equal(link(ledger, 'f', 'end')['samples_in'], 25)
    equal(link(ledger, 'fx', 'end')['samples_in'], 50)
    equal(link(ledger, 'testsrc0', 'fx')['samples_in'], 75)
    equal(link(ledger, 'testsrc0', 'end')['samples_in'], 25)


def case_edits_at_the_very_start():
    ledger = ledger_of(GRAPH, '--at', '0', 'swap fx flip', '--at', '0s', 'insert grayscale name=g after fx',
                       '--at', '0', 'set fx mode=both')
    balanced(ledger, 100)
    equal([(e['result'], e['cut_ns']) for e in ledger['edits']], [('done', 0)] * 3)
    equal(link(ledger, 'g', 'end')['samples_in'], 100)


def case_edits_in_two_places():
    graph = ('testsrc size=160x120 fps=25 frames=100 ! invert name=a ! flip name=b ! queue ! invert name=c ! '
             'null name=end')
    ledger = ledger_of(graph, '--every', '200ms', 'swap a flip invert', '--every', '200ms', 'swap b invert flip',
                       '--every', '280ms', 'swap c grayscale invert', '--at', '1s', 'swap b grayscale')
    balanced(ledger, 100)
    equal({e['result'] for e in ledger['edits']}, {'done'})
    times = [e['time_ns'] for e in ledger['edits']]
    equal(times, sorted(times))
    equal(sum(e['edit'].startswith('swap a') for e in ledger['edits']), 19)
    equal(sum(e['edit'].startswith('swap b') for e in ledger['edits']), 20)
    equal(sum(e['edit'].startswith('swap c') for e in ledger['edits']), 14)


def case_set_at_media_time():
    ledger = ledger_of('tone seconds=2 rate=48000 ! volume name=v ! null', '--at', '1s', 'set v gain=0.25')
    equal(ledger['edits'][0]['result'], 'done')
    equal(ledger['lost'], 0)


def case_after_the_end_is_not_reached():
    result = regraft('run', GRAPH, '--at', '1h', 'swap fx flip')
    has(result.err, '1 not reached', 'swap fx → flip')


def case_refused_edits_let_the_run_go_on():
    ledger = ledger_of(GRAPH, '--at', '1s', 'swap fx volume', '--at', '2s', 'swap fx flip', code=5)
    balanced(ledger, 100)
    equal([e['result'] for e in ledger['edits']], ['refused', 'done'])
    assert ledger['edits'][0]['reason'], ledger
    has(regraft('run', GRAPH, '--at', '1s', 'swap fx volume', code=5).err, '1 refused', 'refused: ')


def case_names_that_are_not_there():
    has(regraft('run', GRAPH, '--at', '1s', 'swap fy flip', code=2).err, 'no filter is named "fy"', '"fx"')
    ledger = ledger_of(GRAPH, '--at', '1s', 'remove fx', '--at', '2s', 'swap fx flip', code=5)
    equal([e['result'] for e in ledger['edits']], ['done', 'refused'])
    balanced(ledger, 100)


def case_wrong_options_are_found_before_the_run():
    has(regraft('run', GRAPH, '--at', '1s', 'swap fx flip bogus=1', code=2).err, 'no option "bogus"')


def case_wall_time_and_blocks():
    graph = 'testsrc size=160x120 fps=25 frames=50 live=true ! invert name=fx ! null name=end'
    ledger = ledger_of(graph, '--at', 'wall:200ms', 'swap fx flip', '--at', 'wall:400ms', 'block fx',
                       '--at', 'wall:600ms', 'unblock fx', '--at', 'wall:700ms', 'set fx mode=vertical', code=0)
    equal([e['clock'] for e in ledger['edits']], ['wall'] * 4)
    equal([e['result'] for e in ledger['edits']], ['done'] * 4)
    balanced(ledger, 50)


def case_the_name_stays_with_the_place():
    ledger = ledger_of(GRAPH, '--at', '1s', 'swap fx flip', '--at', '2s', 'swap fx grayscale',
                       '--at', '3s', 'swap fx invert')
    equal([e['result'] for e in ledger['edits']], ['done'] * 3)
    balanced(ledger, 100)


def case_verbose_tells_each_edit():
    has(regraft('run', '-v', GRAPH, '--at', '1s', 'swap fx flip').err, 'running', '1.000 s  swap fx → flip: done')


def case_refusals_say_their_own_reason():
    out = regraft('run', '-q', '--no-clock', 'testsrc size=160x120 frames=50 ! invert name=fx ! null', '--at', '1s',
                  'insert volume after fx', '--at', '1.2s', 'insert flip name=fx after fx', '--ledger', '-', code=5).json()
    whole, taken = (edit['reason'] for edit in out['edits'])
    has(whole, 'what would help: connect a pin that carries the same kind of stream')
    has(taken, 'another filter is named "fx"')


TEE = 'testsrc size=160x120 fps=25 frames=200 ! tee name=t ! null name=end'


def assert_whole(path, frames):
    """The file decodes without a word, begins at 0 and has so many frames."""
    if not shutil.which('ffprobe'):
        return
    equal(subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', path, '-f', 'null', '-'], check=True,
                         stderr=subprocess.PIPE).stderr, b'')
    said = subprocess.run(['ffprobe', '-v', 'error', '-count_packets', '-show_entries',
                           'stream=start_time,nb_read_packets', '-of', 'csv=p=0', path], check=True,
                          stdout=subprocess.PIPE, encoding='utf-8').stdout
    equal(said.strip(), f'0.000000,{frames}')


def case_a_recording_comes_and_goes():
    for clock in ([], ['--no-clock']):
        ledger = ledger_of(TEE, *clock, '--at', '2s', 'attach t queue ! encode codec=h264 name=e ! file a.mp4 name=rec',
                           '--at', '5s', 'detach rec',
                           '--at', '6s', 'attach t encode codec=mpeg4 name=e ! file b.mkv name=rec',
                           '--at', '7s', 'attach t flip ! null')
        equal([(e['result'], e['cut_ns']) for e in ledger['edits']],
              [('done', at * 10**9) for at in (2, 5, 6, 7)])
        assert_whole('a.mp4', 75)
        assert_whole('b.mkv', 50)
        balanced(ledger, 200)
        equal(link(ledger, 't', 'queue0')['samples_in'], 75)
        equal(link(ledger, 't', 'flip0')['samples_in'], 25)
        # what the tee still had for the branch that left is for nobody, and no drop of its row
        equal(link(ledger, 't', 'queue0')['drops'], {})
        equal(link(ledger, 't', 'end')['drops'], {})


def case_a_branch_below_an_edit_that_is_prepared():
    graph = 'testsrc size=160x120 fps=25 frames=100 ! invert name=fx ! tee name=t ! null name=end'
    ledger = ledger_of(graph, '--at', '1s', 'attach t null name=more', '--at', '2s', 'detach more',
                       '--at', '3s', 'swap fx flip')
    balanced(ledger, 100)
    equal([(row['from'], row['to'], row['samples_in']) for row in ledger['links']],
          [('testsrc0.Out', 'fx.In', 100), ('fx.Out', 't.In', 100), ('t.Out 0', 'end.In', 100),
           ('t.Out 1', 'more.In', 25)])


def case_a_branch_at_wall_time():
    graph = 'testsrc size=160x120 fps=25 frames=50 live=true ! tee name=t ! null name=end'
    ledger = ledger_of(graph, '--at', 'wall:300ms', 'attach t encode codec=mpeg4 ! file w.mkv name=rec',
                       '--at', 'wall:1s', 'detach rec')
    equal([e['result'] for e in ledger['edits']], ['done', 'done'])
    balanced(ledger, 50)
    frames = link(ledger, 't', 'encode0')['samples_in']
    assert 0 < frames < 50, frames
    assert_whole('w.mkv', frames)


def case_a_file_begins_when_its_edit_is_due():
    for edit in ('attach t encode codec=mpeg4 ! file kept.mkv', 'swap m mux kept.mkv'):
        with open('kept.mkv', 'w', encoding='utf-8') as f:
            f.write('precious')
        graph = f'testsrc size=160x120 fps=25 frames=50 ! tee name=t ! encode codec=mpeg4 ! mux name=m ! file x{len(edit)}.mkv'
        regraft('run', '-q', graph, '--at', '1h', edit)
        with open('kept.mkv', encoding='utf-8') as f:
            equal(f.read(), 'precious')


def case_an_end_that_is_never_due_is_not_waited_for():
    for edit in ('attach t flip ! null', 'swap end null'):
        ledger = ledger_of(TEE, '--no-clock', '--at', '1s', 'attach t null name=more', '--at', '1h', edit)
        equal([e['result'] for e in ledger['edits']], ['done', 'not reached'])
        balanced(ledger, 200)


def case_branches_that_can_not_be():
    for edit, word in (('attach t encode', 'goes nowhere'),
                       ('attach t encode ! file a.mkv  testsrc ! null', 'one beginning'),
                       ('attach t', 'the branch is missing here'), ('attach x null', 'no filter is named "x"'),
                       ('attach t flip bogus=1 ! null', 'no option "bogus"'), ('detach nobody', 'no filter is named')):
        has(regraft('run', TEE, '--at', '1s', edit, code=2).err, word)
    has(regraft('run', TEE, '--every', '1s', 'attach t null', code=2).err, 'only once')
    for edit, reason in (('attach end null', 'no free output'), ('detach t', 'is in no branch'),
                         ('attach t volume ! null', ''), ('attach t flip name=end ! null', 'another filter is named "end"')):
        ledger = ledger_of(TEE, '--no-clock', '--at', '1s', edit, '--at', '2s', 'attach t null name=more', code=5)
        equal([e['result'] for e in ledger['edits']], ['refused', 'done'])
        has(ledger['edits'][0]['reason'], reason)
        balanced(ledger, 200)
        equal(link(ledger, 't', 'more')['samples_in'], 150)


def case_a_file_that_is_open_is_not_written():
    regraft('run', '-q', 'testsrc size=160x120 fps=25 frames=50 ! encode codec=mpeg4 ! file in.mkv', '--no-clock')
    size = os.path.getsize('in.mkv')
    graph = 'file in.mkv ! decode ! tee name=t ! null name=end'
    ledger = ledger_of(graph, '--at', '1s', 'attach t encode codec=mpeg4 ! file in.mkv', code=5)
    has(ledger['edits'][0]['reason'], 'in.mkv is being read')
    equal(os.path.getsize('in.mkv'), size)


main(globals())
