# SPDX-License-Identifier: MIT
"""Ctrl-C: once drains and closes files properly, twice stops now.  SIGUSR1: who waits for what."""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import time

from harness import PATIENCE, REGRAFT, Result, equal, has, lacks, main, need_filters, regraft


class Running:
    """The command in the background, from its line "running" on."""

    def __init__(self, *args, stdin=None):
        self.args = args
        self.process = subprocess.Popen([REGRAFT, 'run', '-v', *args],
                                        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding='utf-8')
        self.err = ''
        if stdin is not None:  # bytes; more may come
            self.process.stdin.buffer.write(stdin)
            self.process.stdin.flush()
        self.until('running')

    def until(self, words):
        for line in self.process.stderr:
            self.err += line
            if words in line:
                return
        raise AssertionError(f'{words!r} never came:\n{self.err}')

    def ask(self, last, *wanted):
        """Asks who waits for what until the answer, up to a line with the words `last`, has all that is wanted."""
        end = time.monotonic() + PATIENCE
        told = ''
        while not all(part in told for part in wanted):
            assert time.monotonic() < end, told
            before = len(self.err)
            self.process.send_signal(signal.SIGUSR1)
            self.until(last)
            told = self.err[before:]
        return told

    def end(self, code):
        out, err = self.process.communicate(timeout=PATIENCE)
        result = Result(self.args, self.process.returncode, out, self.err + err)
        assert self.process.returncode == code, f'exit code {code} expected\n{result}'
        return result


def case_once_drains():
    for number in (signal.SIGINT, signal.SIGTERM):
        running = Running('testsrc size=160x120 live=true ! invert name=fx ! null', '--every', '40ms',
                          'swap fx flip invert')
        running.until('swap fx → invert: done')
        running.process.send_signal(number)
        result = running.end(0)
        has(result.err, 'finishing', 'Samples')


def case_twice_stops():
    # what flows into fx is blocked, so that draining would take for ever
    running = Running('testsrc size=160x120 live=true ! tee name=t  t. ! null  t. ! queue ! null')
    running.process.send_signal(signal.SIGINT)
    running.until('finishing')
    running.process.send_signal(signal.SIGINT)
    running.process.wait(timeout=PATIENCE)
    assert running.process.returncode in (0, 1)
    running.process.communicate()


def case_blocked_graphs_end_too():
    running = Running('testsrc size=160x120 live=true ! invert name=fx ! null', '--at', '80ms', 'block fx')
    running.until('block fx: done')
    running.process.send_signal(signal.SIGINT)
    has(running.end(0).err, 'Samples')


def case_who_waits_for_what():
    running = Running('testsrc size=160x120 live=true name=src ! invert name=fx ! queue name=q ! null', '--at', '80ms',
                      'block fx')
    running.until('block fx: done')
    told = running.ask('src.Out: closed for ', 'the stream of src.Out: waits ',
                       ' s for the gate to open at src.Out, held by regraft (', '(sample of 0.080 s)',
                       'the pump of q.Out: waits ', ' s for samples in the queue at q.Out')
    has(told, 'threads of this graph:', 'held in this graph:')
    running.process.send_signal(signal.SIGINT)
    has(running.end(0).err, 'finishing', 'Samples')


def case_who_waits_for_data():
    running = Running('testsrc size=160x120 live=true fps=1/60 name=src ! null')
    running.ask('other threads:', 'the stream of src.Out: waits ', ' s for its data, which is live (due at 60.000 s)')
    running.process.send_signal(signal.SIGINT)
    running.end(0)
    need_filters('mux', 'demux')
    regraft('run', 'tone seconds=4 ! file whole.wav')
    with open('whole.wav', 'rb') as file:
        whole = file.read()
    running = Running('file - name=in ! null', stdin=whole[:len(whole) // 2])
    running.ask('other threads:', 'the stream of in.', ' s for data of the file or URL')
    running.end(0)  # closes standard input


def case_who_waits_while_nothing_hangs():
    """Nobody is blocked, -q says nothing else, and the answer comes all the same."""
    running = Running('-q', 'testsrc size=160x120 live=true name=src ! invert name=fx ! null', '--at', '80ms',
                      'swap fx flip')
    running.until('swap fx → flip: done')  # all threads are under way
    running.process.send_signal(signal.SIGUSR1)
    running.until('threads of this graph:')
    running.until('the stream of src.Out')
    running.process.send_signal(signal.SIGINT)
    lacks(running.end(0).err, 'held in this graph', 'Samples')


def case_files_are_closed_properly():
    need_filters('encode', 'mux', 'demux')
    running = Running('testsrc size=160x120 live=true ! invert name=fx ! encode codec=h264 preset=ultrafast ! '
                      'mux name=m ! file out.mp4  tone live=true ! encode codec=aac ! m.', '--at', '400ms', 'swap fx flip')
    running.until('swap fx → flip: done')
    running.process.send_signal(signal.SIGINT)
    running.end(0)
    probe = regraft('probe', 'out.mp4', '--json').json()
    equal(len(probe['streams']), 2)
    assert probe['duration_ns'] >= 350000000, probe


def case_progress_fits_the_terminal():
    """A row that wraps can't be erased."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 20, 0, 0))
    process = subprocess.Popen([REGRAFT, 'run', 'testsrc size=160x120 frames=20 live=true ! null'],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    told = b''
    try:
        while chunk := os.read(master, 4096):
            told += chunk
    except OSError:
        pass  # the other end is closed
    os.close(master)
    equal(process.wait(timeout=PATIENCE), 0)
    rows = told.decode().split('Samples')[0].split('\r\033[K')
    has(told.decode(), '\r\033[K', 'Samples')
    assert max(map(len, rows)) < 20, rows


main(globals())
