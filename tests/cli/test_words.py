# SPDX-License-Identifier: MIT
"""What the command says: help, versions, wrong use, and where the caret stands."""
import os

from harness import equal, has, lacks, main, need_filters, regraft

VERBS = ('run', 'convert', 'inspect', 'probe', 'graph')


def case_no_words_print_short_help():
    result = regraft(code=2)
    equal(result.out, '')
    has(result.err, 'Usage: regraft', *VERBS)


def case_help_is_data():
    for word in ('--help', '-h', 'help'):
        result = regraft(word)
        has(result.out, 'Usage: regraft', *VERBS)
        equal(result.err, '')


def case_version():
    has(regraft('--version').out, 'regraft ')


def case_every_verb_has_help_with_examples():
    for verb in VERBS:
        for flag in ('--help', '-h'):
            result = regraft(verb, flag)
            has(result.out, f'regraft {verb} - ', 'Usage: ', 'Options:', 'Examples:', '--help')
            equal(result.err, '')
            assert max(map(len, result.out.splitlines())) <= 100, result


def case_unknown_verb():
    result = regraft('rnu', 'x', code=2)
    has(result.err, 'no verb "rnu"', 'did you mean "regraft run"?')
    equal(result.out, '')
    has(regraft('xyzzy', code=2).err, 'regraft --help')


def case_unknown_option():
    has(regraft('run', '--eveyr', 'x', code=2).err, 'no option --eveyr', 'did you mean --every?')
    has(regraft('run', '-z', code=2).err, 'no option -z', 'regraft run --help')
    has(regraft('inspect', '--jsn', code=2).err, '--json')


def case_missing_values():
    has(regraft('run', 'testsrc ! null', '--at', '1s', code=2).err, '--at needs TIME EDIT')
    has(regraft('run', '--ledger', code=2).err, '--ledger needs FILE')
    has(regraft('inspect', '--json=x', code=2).err, 'takes no value')


def case_missing_words():
    has(regraft('run', code=2).err, 'which graph?')
    has(regraft('graph', code=2).err, 'which graph?')
    has(regraft('probe', code=2).err, 'which file?')
    has(regraft('convert', code=2).err, 'which file?')
    has(regraft('convert', 'a', code=2).err, 'OUT is missing')
    has(regraft('convert', 'a', 'b', 'c', code=2).err, 'third file')
    has(regraft('convert', 'a', 'b', '--size', '12', code=2).err, 'WIDTHxHEIGHT')


def caret_column(text):
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.strip().startswith('^'):
            return lines[number - 1][line.index('^'):]
    raise AssertionError(f'no caret in:\n{text}')


def case_caret_points_at_the_wrong_word():
    for graph, rest in (
            ('testsrc ! invrt ! null', 'invrt'),
            ('testsrc frams=1 ! null', 'frams=1'),
            ('testsrc frames=many ! null', 'frames=many'),
            ('testsrc ! null !', '!'),
            ("testsrc ! null name='x", "'x"),
            ('testsrc ! nowhere.', 'nowhere.')):
        err = regraft('run', graph, code=2).err
        assert caret_column(err).startswith(rest), err


def case_wrong_values_tell_the_range():
    has(regraft('run', 'testsrc frames=-1 ! null', code=2).err, 'whole number from 0')
    has(regraft('run', 'testsrc pixels=purple ! null', code=2).err, 'one of', 'I420')
    has(regraft('run', 'invert alpha=perhaps ! null', code=2).err, 'true or false')
    has(regraft('run', 'null bogus=1', code=2).err, 'has no option "bogus"')


def case_wrong_edits():
    graph = 'testsrc frames=5 ! invert name=fx ! null'
    has(regraft('run', graph, '--at', 'soon', 'remove fx', code=2).err, 'this is no time', '1.5s')
    has(regraft('run', graph, '--at', '1s', 'swop fx flip', code=2).err, 'did you mean "swap"')
    has(regraft('run', graph, '--at', '1s', 'swap fx flop', code=2).err, 'did you mean "flip"')


def case_errors_of_connecting_name_the_pins():
    err = regraft('run', 'testsrc frames=5 ! volume ! null', code=1).err
    has(err, 'testsrc0.Out', 'volume0.In', 'video I420')
    assert caret_column(err).startswith('volume'), err


def case_refused_texts_quote_the_help():
    need_filters('encode')
    err = regraft('run', 'testsrc ! encode codec=nonsense ! null', code=2).err
    has(err, 'codec can\'t be "nonsense"', 'h264', 'aac')
    assert caret_column(err).startswith('codec=nonsense'), err
    has(regraft('run', 'testsrc size=abc ! null', code=2).err, 'size can\'t be "abc"', '1280x720')
    has(regraft('run', 'testsrc ! encode codec=' + 'x' * 100 + ' ! null', code=2).err, 'shorter than')


def case_options_that_spoil_a_connection_are_named():
    need_filters('encode')
    has(regraft('run', 'testsrc ! encode codec=h264 preset=nonsense ! null', code=1).err, 'codec=h264 preset=nonsense')
    has(regraft('run', 'testsrc ! encode codec=aac ! null', code=1).err, 'encode0 is set to codec=aac')


def case_files_take_what_they_hold():
    need_filters('encode', 'mux')
    has(regraft('run', 'testsrc ! file a.avi', code=1).err, 'A file takes what "encode"')
    has(regraft('run', 'testsrc ! encode codec=h264 ! file a.webm', code=1).err, 'its container holds')
    has(regraft('run', 'testsrc ! encode ! file a.xyz', code=1).err, 'its ending is no container\'s', 'format=NAME')
    has(regraft('run', 'testsrc ! encode ! file a.mp4 format=xyz', code=1).err, 'no container "xyz"')


def case_chains_that_go_nowhere():
    """They would run for ever, or end at once and say nothing."""
    for graph, words, rest in (
            ('testsrc', 'joined to nothing', 'testsrc'),
            ('null', 'joined to nothing', 'null'),
            ('testsrc frames=5 ! null  tone', 'joined to nothing', 'tone'),
            ('testsrc frames=5 ! invert', 'goes nowhere', 'invert'),
            ('testsrc frames=5 ! tee', 'goes nowhere', 'tee'),
            ('invert ! null', 'nothing flows into', 'invert')):
        err = regraft('run', graph, code=2).err
        has(err, words)
        assert caret_column(err).startswith(rest), err
    has(regraft('graph', 'testsrc').out, 'not connected')


def case_no_modules():
    environment = dict(os.environ, REGRAFT_MODULE_PATH='/nonexistent')
    has(regraft('run', 'testsrc ! null', code=2, env=environment).err, 'REGRAFT_MODULE_PATH=/nonexistent')
    lacks(regraft('run', '--help', env=environment).err, 'REGRAFT')


def case_an_unwritable_ledger_is_known_before_the_run():
    err = regraft('run', 'testsrc frames=5 ! null', '--ledger', 'no/l.json', code=1).err
    has(err, "can't write no/l.json")
    lacks(err, 'Samples')


def case_quiet_is_quiet():
    result = regraft('run', '-q', 'testsrc frames=5 ! null')
    equal(result.out + result.err, '')


def case_no_progress_without_terminal():
    lacks(regraft('run', 'testsrc frames=50 ! null').err, '\r', '\033')


main(globals())
