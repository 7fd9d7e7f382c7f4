#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compound files (MS-CFB) written and read by rules of this script's own, to hold the library against.

  compound.py make FOLDER      writes the files that the tests open
  compound.py check PROGRAM    runs PROGRAM --write FILE and looks at every rule of the format in FILE

A tree is a dict: names to bytes (streams) or to dicts (storages).  What write() makes is valid, and as
unlike the library's own files as can be: chains jump about, siblings hang in a line.
"""
import os
import random
import struct
import subprocess
import sys
import tempfile

SIGNATURE = bytes.fromhex('d0cf11e0a1b11ae1')
FREE, END, FAT, DIFAT = 0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc
NONE = 0xffffffff
CUTOFF, MINI = 4096, 64


def order(name):
    units = name.encode('utf-16-le')
    return len(units), name.upper().encode('utf-16-be')


class Writer:
    def __init__(self, version, seed):
        self.size = 512 if version == 3 else 4096
        self.version = version
        self.random = random.Random(seed)
        self.sectors, self.next = {}, {}
        self.free = [0]
        self.mini, self.mini_next = {}, {}
        self.mini_free = [0]
        self.entries = []

    def take(self, free):
        """Eight at a time, in no order; free[0] is the first number that nobody has had."""
        if len(free) == 1:
            batch = list(range(free[0], free[0] + 8))
            self.random.shuffle(batch)
            free[:] = [free[0] + 8, *batch]
        return free.pop()

    def chain(self, data, size, sectors, following, free):
        """The first sector of a chain with the data; sectors come in no order."""
        ids = []
        for at in range(0, len(data), size):
            ids.append(self.take(free))
            sectors[ids[-1]] = data[at:at + size].ljust(size, b'\0')
        for a, b in zip(ids, [*ids[1:], END]):
            following[a] = b
        return ids[0] if ids else END

    def stream(self, data):
        if len(data) < CUTOFF:
            return self.chain(data, MINI, self.mini, self.mini_next, self.mini_free)
        return self.chain(data, self.size, self.sectors, self.next, self.free)

    def add(self, name, kind, content):
        """One entry; its children follow, the first below it and each to the right of the one before."""
        entry = {'name': name, 'kind': kind, 'right': NONE, 'child': NONE, 'start': 0, 'size': 0}
        index = len(self.entries)
        self.entries.append(entry)
        if kind == 2:
            entry['start'], entry['size'] = self.stream(content), len(content)
            return index
        last = None
        for child in sorted(content, key=order):
            at = self.add(child, 1 if isinstance(content[child], dict) else 2, content[child])
            if last is None:
                entry['child'] = at
            else:
                self.entries[last]['right'] = at
            last = at
        return index

    def directory(self):
        data = b''
        for e in self.entries:
            name = e['name'].encode('utf-16-le') + b'\0\0'
            data += struct.pack('<64sHBBIII16sIQQIQ', name, len(name), e['kind'], 1, NONE, e['right'], e['child'],
                                bytes(16), 0, 0, 0, e['start'], e['size'])
        empty = struct.pack('<64sHBBIII16sIQQIQ', b'', 0, 0, 0, NONE, NONE, NONE, bytes(16), 0, 0, 0, 0, 0)
        while len(data) % self.size:
            data += empty
        return data

    def numbers(self, values):
        data = b''.join(struct.pack('<I', v) for v in values)
        return data + b'\xff' * (-len(data) % self.size)

    def file(self, tree):
        self.add('Root Entry', 5, tree)
        count = max([-1, *self.mini]) + 1
        root = self.entries[0]
        root['size'] = count * MINI
        mini = b''.join(self.mini.get(i, bytes(MINI)) for i in range(count))
        root['start'] = self.chain(mini, self.size, self.sectors, self.next, self.free)
        mini_fat = self.numbers(self.mini_next.get(i, FREE) for i in range(count)) if count else b''
        mini_fat_start = self.chain(mini_fat, self.size, self.sectors, self.next, self.free)
        directory = self.directory()
        directory_start = self.chain(directory, self.size, self.sectors, self.next, self.free)
        used = max([*self.sectors]) + 1
        per = self.size // 4
        fats = difats = 0
        while True:
            more = -(-(used + fats + difats) // per)
            chained = -(-max(0, more - 109) // (per - 1))
            if (more, chained) == (fats, difats):
                break
            fats, difats = more, chained
        fat_ids = list(range(used, used + fats))
        difat_ids = list(range(used + fats, used + fats + difats))
        self.next.update({i: FAT for i in fat_ids})
        self.next.update({i: DIFAT for i in difat_ids})
        fat = self.numbers(self.next.get(i, FREE) for i in range(fats * per))
        rest = fat_ids[109:]
        difat = b''
        for at, following in zip(range(0, len(rest), per - 1), [*difat_ids[1:], END]):
            part = rest[at:at + per - 1]
            difat += struct.pack(f'<{per}I', *part, *[FREE] * (per - 1 - len(part)), following)
        header = SIGNATURE + bytes(16) + struct.pack(
            '<HHHHH6xIIIIIIIIII', 0x3e, self.version, 0xfffe, 9 if self.version == 3 else 12, 6,
            len(directory) // self.size if self.version == 4 else 0, fats, directory_start, 0, CUTOFF,
            mini_fat_start, len(mini_fat) // self.size, difat_ids[0] if difat_ids else END, difats,
            fat_ids[0] if fat_ids else FREE)
        header += struct.pack('<108I', *fat_ids[1:109], *[FREE] * (109 - max(1, len(fat_ids[:109]))))
        body = b''.join(self.sectors.get(i, b'\xa5' * self.size) for i in range(used))
        return header.ljust(self.size, b'\0') + body + fat + difat


def write(path, tree, version=3, seed=1):
    with open(path, 'wb') as f:
        f.write(Writer(version, seed).file(tree))


# --- reading, with every rule held -------------------------------------------------------------


class Reader:
    def __init__(self, data):
        self.data = data
        assert data[:8] == SIGNATURE, 'no signature'
        minor, major, marker, shift, mini_shift = struct.unpack_from('<HHHHH', data, 24)
        assert (minor, major, marker, shift, mini_shift) == (0x3e, 3, 0xfffe, 9, 6), 'header'
        assert len(data) % 512 == 0, 'whole sectors'
        (_, fats, self.directory, _, cutoff, mini, minis, difat, difats) = struct.unpack_from('<9I', data, 40)
        assert cutoff == CUTOFF
        self.total = len(data) // 512 - 1
        ids = [i for i in struct.unpack_from('<109I', data, 76) if i != FREE]
        self.owner = {}
        while difat != END:
            self.claim(difat, 'DIFAT')
            numbers = struct.unpack('<128I', self.sector(difat))
            ids += [i for i in numbers[:127] if i != FREE]
            difat, difats = numbers[127], difats - 1
        assert difats == 0 and len(ids) == fats, 'counts of tables'
        self.fat = []
        for i in ids:
            self.claim(i, 'FAT')
            self.fat += struct.unpack('<128I', self.sector(i))
        assert len(self.fat) >= self.total
        assert all(v == FREE for v in self.fat[self.total:]), 'FAT behind the file'
        for i, who in self.owner.items():
            assert self.fat[i] == (FAT if who == 'FAT' else DIFAT)
        raw = self.chain(mini, 'mini FAT') if minis else b''
        assert len(raw) == minis * 512
        self.mini_fat = struct.unpack(f'<{len(raw) // 4}I', raw)
        self.mini_owner = {}
        entries = self.chain(self.directory, 'directory')
        self.entries = [entries[i:i + 128] for i in range(0, len(entries), 128)]

    def sector(self, i):
        assert i < self.total, f'sector {i} of {self.total}'
        return self.data[(i + 1) * 512:(i + 2) * 512]

    def claim(self, i, who):
        assert i not in self.owner, f'sector {i} of {who} and {self.owner.get(i)}'
        self.owner[i] = who

    def chain(self, start, who):
        parts = []
        while start != END:
            self.claim(start, who)
            parts.append(self.sector(start))
            start = self.fat[start]
        return b''.join(parts)

    def entry(self, i):
        (name, length, kind, colour, left, right, child, _, _, _, _, start, size) = struct.unpack(
            '<64sHBBIII16sIQQIQ', self.entries[i])
        text = name[:length - 2].decode('utf-16-le')
        assert name[length - 2:] == bytes(64 - (length - 2)), 'zeros behind a name'
        assert colour in (0, 1)
        return text, kind, colour, left, right, child, start, size

    def stream(self, start, size):
        if size == 0:
            return b''
        if size >= CUTOFF:
            data = self.chain(start, 'stream')
            assert len(data) == -(-size // 512) * 512, 'length of a chain'
            return data[:size]
        data = b''
        while start != END:
            assert start not in self.mini_owner, 'mini sector used twice'
            self.mini_owner[start] = True
            data += self.mini[start * MINI:(start + 1) * MINI]
            start = self.mini_fat[start]
        assert len(data) == -(-size // MINI) * MINI, 'length of a mini chain'
        return data[:size]

    def siblings(self, i, low, high):
        """(names in order, black height); checks order and colours."""
        if i == NONE:
            return [], 1
        name, _, colour, left, right, *_ = self.entry(i)
        assert (low is None or order(low) < order(name)) and (high is None or order(name) < order(high)), name
        if colour == 0:
            for below in (left, right):
                assert below == NONE or self.entry(below)[2] == 1, 'red below red'
        before, height = self.siblings(left, low, name)
        after, other = self.siblings(right, name, high)
        assert height == other, 'black height'
        return [*before, i, *after], height + colour

    def storage(self, i):
        tree = {}
        for at in self.siblings(self.entry(i)[5], None, None)[0]:
            name, kind, _, _, _, child, start, size = self.entry(at)
            assert kind in (1, 2)
            if kind == 2:
                assert child == NONE
            tree[name] = self.storage(at) if kind == 1 else self.stream(start, size)
        return tree

    def tree(self):
        name, kind, _, left, right, _, start, size = self.entry(0)
        assert (name, kind, left, right) == ('Root Entry', 5, NONE, NONE), 'root'
        self.mini = self.chain(start, 'mini stream')[:size] if size else b''
        tree = self.storage(0)
        for i in range(self.total):
            assert i in self.owner, f'sector {i} is nobody\'s'
        return tree


def read(path):
    with open(path, 'rb') as f:
        return Reader(f.read()).tree()


# --- what the tests ask for -------------------------------------------------------------------


def content(length, seed):
    """As in the C tests: byte i is (i * 7 + seed) & 255."""
    period = bytes((i * 7 + seed) & 255 for i in range(256))
    return (period * (length // 256 + 1))[:length]


SIZES = (0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 20000)


def sample_tree():
    tree = {f'size {n}': content(n, n & 255) for n in SIZES}
    tree['Storage'] = {'inner': content(100, 1), 'deeper': {'\u00c9cole \U0001d11e': content(5000, 2)}}
    tree['empty'] = {}
    return tree


def make(folder):
    write(os.path.join(folder, 'three.bin'), sample_tree(), 3)
    write(os.path.join(folder, 'four.bin'), sample_tree(), 4)
    write(os.path.join(folder, 'large.bin'), {'large': content(8 << 20, 3)}, 3)


def check(program):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'out.bin')
        subprocess.run([program, '--write', path], check=True)
        tree = read(path)
    many = tree.pop('many')
    assert {n: len(v) for n, v in many.items()} == {f'element {i}': i % 7 for i in range(300)}, 'many'
    large = tree.pop('large')
    assert large == content(8 << 20, 3), 'large'
    assert tree == sample_tree(), sorted(tree)


if __name__ == '__main__':
    {'make': make, 'check': check}[sys.argv[1]](sys.argv[2])
