#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds the public headers side by side with the Windows headers of mingw-w64.

compare_windows.py LAYOUT DIFFERENCES MINGW_GCC|none GCC|none -- INCLUDE_DIR... -- HEADER...

One probe, a table of (name, value), is compiled to assembly by both compilers and read back from
there; nothing is run.  The table has every integer constant and enumerator of our headers, size
and member offsets of the structures in LAYOUT, the slot of every method, and every GUID of
uuids.h.  Beside it, the IIDs and the parameter types of the methods are compared as text.
What differs on purpose is listed in DIFFERENCES with its reason; a line there that is no longer
needed is an error too.  Exit 0, 1, 77 (skipped: a compiler is missing).
"""
import fnmatch
import os
import re
import subprocess
import sys
import tempfile
import uuid

OURS = '#include <regraft.h>\n#include <qedit.h>\n#include <ksmedia.h>\n#include <tchar.h>\n'
THEIRS = '''
#define NO_DSHOW_STRSAFE
#include <windows.h>
#include <mmsystem.h>
#include <mmreg.h>
#include <objbase.h>
#include <oleauto.h>
#include <olectl.h>
#include <ocidl.h>
#include <servprov.h>
#include <dshow.h>
#include <qedit.h>
#include <amvideo.h>
#include <dvdmedia.h>
#include <evcode.h>
#include <vfwmsgs.h>
#include <errors.h>
#include <ks.h>
#include <ksmedia.h>
#include <edevdefs.h>
#include <dvdevcod.h>
#include <audevcod.h>
#include <tchar.h>
'''
GUIDS = '''
#undef OUR_GUID_ENTRY
#undef __ENCODER_API_GUIDS__
#define RG_PACK(a, b, c, d) \\
    ((unsigned)(a) << 24 | (unsigned)(b) << 16 | (unsigned)(c) << 8 | (unsigned)(d))
#define OUR_GUID_ENTRY(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7) \\
    __asm__ volatile("\\n->" "guid " #name " %c0 %c1 %c2 %c3" \\
                     : : "i"((unsigned)(d1)), "i"((unsigned)(d2) << 16 | (unsigned)(d3)), \\
                     "i"(RG_PACK(b0, b1, b2, b3)), "i"(RG_PACK(b4, b5, b6, b7)));
void rg_guids(void);
void rg_guids(void)
{
#include <uuids.h>
}
'''


class Side:
    """One compiler with its headers."""

    def __init__(self, command, prelude):
        self.command = command
        self.prelude = prelude

    def run(self, source, flags):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'probe.c')
            with open(path, 'w', encoding='utf-8') as out:
                out.write(source)
            return subprocess.run(
                self.command + ['-x', 'c', '-std=gnu11', '-w', '-O0', '-fmax-errors=0',
                                '-ftrack-macro-expansion=0'] + flags + [path],
                capture_output=True, text=True, check=False,
                env=dict(os.environ, LC_ALL='C'))

    def preprocessed(self, folders):
        """What the headers in folders say, without those of the system."""
        kept = []
        inside = False
        for line in self.run(self.prelude, ['-E']).stdout.splitlines():
            marker = re.match(r'# \d+ "(.*?)"', line)
            if marker:
                inside = any(marker.group(1).startswith(f + os.sep) for f in folders)
            elif inside:
                kept.append(line)
        return '\n'.join(kept)

    def header_files(self):
        text = self.run(self.prelude, ['-M']).stdout
        return [w for w in text.replace('\\\n', ' ').split()[1:] if w.endswith('.h')]

    def values(self, entries):
        """entries: [(key, expression)].  Returns {key: value}; what doesn't compile is left out."""
        left = list(entries)
        while True:
            head = '#include <stddef.h>\n' + self.prelude + GUIDS
            body = []
            for number, (key, expression) in enumerate(left):
                # an enumerator: the front end says at once which ones are no integer constants
                body.append(f'void rg_{number}(void) '
                            f'{{ enum {{ rg_value = (int)({expression}) }}; '
                            f'__asm__ volatile("\\n->value {key} %c0" : : "i"(rg_value)); }}\n')
            done = self.run(head + ''.join(body), ['-S', '-o', '-'])
            if done.returncode == 0:
                break
            bad = {int(n) for n in re.findall(r"In function 'rg_(\d+)'", done.stderr)}
            if not bad:
                sys.exit('the probe does not compile:\n' + done.stderr[:4000])
            left = [e for i, e in enumerate(left) if i not in bad]
        found = {}
        for line in done.stdout.splitlines():
            words = line.replace('$', '').split()
            if words[:1] == ['->value']:
                found[' '.join(words[1:-1])] = int(words[-1])
            elif words[:1] == ['->guid']:
                found['guid ' + words[1]] = tuple(int(w) & 0xffffffff for w in words[2:])
        return found


# --- what to ask for --------------------------------------------------------------------------

def macro_names(headers):
    names = []
    for path in headers:
        with open(path, encoding='utf-8') as text:
            for line in text:
                match = re.match(r'\s*#\s*define\s+(\w+)[ \t]+\S', line)
                if match:
                    names.append(match.group(1))
    return names


def enumerators(text):
    names = []
    for body in re.findall(r'\benum\b[^{;()]*\{(.*?)\}', text, re.S):
        for part in body.split(','):
            match = re.match(r'\s*([A-Za-z_]\w*)', part)
            if match:
                names.append(match.group(1))
    return names


def constant_entries(headers, text):
    entries = {}
    for name in macro_names(headers) + enumerators(text):
        if not re.match(r'(RG_|__|_I64_)', name) and name != 'interface':
            # taken as an int: whether a constant is signed is no difference
            entries['constant ' + name] = name
    return list(entries.items())


def layout_entries(path):
    entries = []
    structs = set()
    with open(path, encoding='utf-8') as lines:
        for line in lines:
            if line.startswith('#') or not line.strip():
                continue
            name, members = line.rstrip('\n').split('\t')
            structs.add(name)
            entries.append((f'size {name}', f'sizeof({name})'))
            entries += [(f'offset {name}.{m}', f'offsetof({name}, {m})')
                        for m in members.split()]
    return entries, structs


def struct_names(text):
    """Structures and unions that our headers name with a typedef."""
    names = set()
    depth = 0
    starts = []
    for match in re.finditer(r'\b(?:struct|union)\b[^;{}()]*\{|\{|\}([^;{}]*);|\}', text):
        token = match.group(0)
        if token.endswith('{'):
            starts.append(token)
            depth += 1
        else:
            opened = starts.pop() if starts else ''
            depth -= 1
            name = re.match(r'\s*(\w+)', match.group(1) or '')
            if depth == 0 and name and opened.startswith(('struct', 'union')):
                names.add(name.group(1))
    return names


# --- interfaces as text -----------------------------------------------------------------------

TYPE_NAMES = [
    (r'__LONG32|\blong\b', 'LONG'), (r'\bunsigned LONG\b', 'ULONG'), (r'\bint\b', 'INT'),
    (r'\bshort\b', 'SHORT'), (r'\bWINBOOL\b', 'BOOL'), (r'\bLPC(?:OLE|W)STR\b', 'const WCHAR*'),
    (r'\bLP(?:OLE|W)STR\b', 'WCHAR*'), (r'\bOLECHAR\b', 'WCHAR'), (r'\bL?P(?:VOID)\b', 'void*'),
    (r'\bREF(?:CLSID|GUID|IID)\b', 'REFGUID'), (r'\b(?:CLSID|IID)\b', 'GUID'),
    (r'\bLPCRECT\b', 'const RECT*'), (r'\bVARIANTARG\b', 'VARIANT'),
    (r'\b(?:DISPID|MEMBERID|OAFilterState)\b', 'LONG'), (r'\b(?:LCID|DWORD)\b', 'ULONG'),
    (r'\bLPUNKNOWN\b', 'IUnknown*'), (r'\bREFTIME\b', 'double'),
    (r'\b(?:OAEVENT|OAHWND)\b', 'LONG_PTR'), (r'\bLPMSG\b', 'MSG*'),
    (r'\bLPSTREAM\b', 'IStream*'),
]


def plain_type(text):
    for pattern, name in TYPE_NAMES:
        text = re.sub(pattern, name, text)
    return re.sub(r'\s*\*\s*', '*', re.sub(r'\s+', ' ', text)).strip()


VTABLE = re.compile(r'typedef struct (\w+)Vtbl \{(.*?)\n\s*\} \w+Vtbl;', re.S)
METHOD = re.compile(r'([\w ]+?\**)\s*\((?:STDMETHODCALLTYPE|WINAPI) \*(\w+)\)\((.*?)\);', re.S)
CPP_IID = re.compile(r'MIDL_INTERFACE\("([0-9a-f-]{36})"\)\s*(\w+)')
LINKED_IID = re.compile(r'Contents of section \.rdata\$IID_(\w+):\n 0000 ((?:[0-9a-f]{8} ){4})')


def signatures(files):
    """{'IPin::Connect': 'HRESULT(IPin*, const AM_MEDIA_TYPE*)'} of the C vtables."""
    found = {}
    for path in files:
        with open(path, encoding='utf-8', errors='replace') as source:
            text = re.sub(r'/\*.*?\*/', '', source.read(), flags=re.S)
        for name, body in VTABLE.findall(text):
            for result, method, args in METHOD.findall(body):
                types = []
                for arg in args.split(',')[1:]:
                    match = re.match(r'(.*\W)\w+(\[\])?$', arg.strip(), re.S)
                    types.append(plain_type((match.group(1) if match else arg) +
                                            ('*' if match and match.group(2) else '')))
                found.setdefault(f'{name}::{method}', f'{plain_type(result)}({", ".join(types)})')
    return found


def declared_ids(files):
    """IIDs in the C++ view of generated headers."""
    found = {}
    for path in files:
        with open(path, encoding='utf-8') as source:
            for iid, name in CPP_IID.findall(source.read()):
                found[name] = uuid.UUID(iid).bytes_le.hex()
    return found


def linked_ids(mingw):
    """IIDs in the import libraries: one read-only section each."""
    found = {}
    objdump = re.sub(r'gcc(-posix|-win32)?$', 'objdump', mingw)
    for name in ('libuuid.a', 'libstrmiids.a'):
        path = subprocess.run([mingw, '-print-file-name=' + name], capture_output=True,
                              text=True, check=True).stdout.strip()
        text = subprocess.run([objdump, '-s', path], capture_output=True, text=True,
                              check=True).stdout
        for iid, words in LINKED_IID.findall(text):
            found[iid] = words.replace(' ', '')
    return found


# --- the comparison ---------------------------------------------------------------------------

class Differences:
    def __init__(self, path):
        self.rows = []
        with open(path, encoding='utf-8') as lines:
            for line in lines:
                if not line.startswith('#') and line.strip():
                    pattern, reason = line.rstrip('\n').split('\t')
                    self.rows.append([pattern, reason, 0])

    def allows(self, key):
        for row in self.rows:
            if fnmatch.fnmatchcase(key, row[0]):
                row[2] += 1
                return True
        return False

    def stale(self):
        return [row[0] for row in self.rows if row[2] == 0]


def compare(kind, ours, theirs, differences):
    """Returns the number of equal entries and prints the others that nobody explained."""
    equal = 0
    bad = []
    for key, value in ours.items():
        full = f'{kind} {key}'.strip()
        if key not in theirs:
            if not differences.allows('absent ' + full):
                bad.append(f'{full}: not in the Windows headers')
        elif theirs[key] == value:
            equal += 1
        elif not differences.allows(full):
            bad.append(f'{full}: {value} here, {theirs[key]} on Windows')
    for text in bad:
        print(text)
    return equal, len(bad)


def split(words):
    groups = [[]]
    for word in words:
        if word == '--':
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def main():
    layout_path, differences_path, mingw = sys.argv[1:4]
    cc, dirs, headers = split(sys.argv[4:])
    if mingw == 'none':
        print('skipped: x86_64-w64-mingw32-gcc-posix is not installed '
              '(Debian: gcc-mingw-w64-x86-64-posix)')
        return 77
    if cc == ['none']:
        print('skipped: gcc is not installed')
        return 77
    differences = Differences(differences_path)
    here = Side(cc + ['-I' + d for d in dirs], OURS)
    windows = Side([mingw], THEIRS)
    text = here.preprocessed(dirs)
    layout, structs = layout_entries(layout_path)

    bad = 0
    for name in sorted(struct_names(text) - structs):
        if not name.endswith('Vtbl') and not name.startswith(('RG_', '_')):
            print(f'{name}: a structure of the public headers that {layout_path} does not list')
            bad += 1

    signatures_here = signatures(headers)
    slots = [(f'slot {k}', 'offsetof({0}Vtbl, {1}) / sizeof(void *)'.format(*k.split('::')))
             for k in signatures_here]
    entries = constant_entries(headers, text) + layout + slots
    ours = here.values(entries)
    missing = [k for k, _ in layout + slots if k not in ours]
    for key in missing:
        print(f'{key}: does not compile here')
    theirs = windows.values([e for e in entries if e[0] in ours])

    their_files = windows.header_files()
    total = 0
    for kind, a, b in (('', ours, theirs),
                       ('signature', signatures_here, signatures(their_files)),
                       ('iid', declared_ids(headers), linked_ids(mingw))):
        equal, wrong = compare(kind, a, b, differences)
        total += equal
        bad += wrong
    for pattern in differences.stale():
        print(f'{differences_path}: "{pattern}" explains nothing any more')
        bad += 1
    print(f'{total} values equal, {bad} not explained')
    return 1 if bad or missing else 0


if __name__ == '__main__':
    sys.exit(main())
