#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every rule of tools/arch_check can fail: a small tree is right, and one breach at a time is found.

  test_arch_check.py PATH-OF-ARCH_CHECK
"""
import importlib.machinery
import importlib.util
import os
import sys
import tempfile

CARD = '/* SPDX-License-Identifier: MIT */\n/* file.c - something.  Any thread. */\n'

GOOD = {
    'include/dshow.h': CARD + 'typedef long long LONGLONG; /* long */\n#define L "long"\n',
    'src/platform/event.h': CARD + '#include <stdint.h>\n',
    'src/com/object.c': CARD + '#include "com/object.h"\n#include "platform/event.h"\n#include <dshow.h>\n',
    'src/com/object.h': CARD,
    'src/media/type.h': CARD,
    'src/storage/tree.h': CARD + '#include "com/object.h"\n',
    'src/base/link.h': CARD + '#include "media/type.h"\n',
    'src/graph/graph.c': CARD + '#include "media/type.h"\n',
    'src/ff/codec.h': CARD + '#include <libavcodec/avcodec.h>\n#include "media/type.h"\n',
    'src/filters/invert.c': CARD + '#include "base/link.h"\n#include "ff/codec.h"\n'
                            'int f(void) { return 0; /* strcpy() */ }\nconst char *s = "strcpy(a, b)";\n',
    'src/app/text.h': CARD + '#include <jansson.h>\n',
    'src/cli/main.c': CARD + '#include "app/text.h"\nint snprintf_all(void);\n',
    'tests/unit/test_x.c': CARD + '#include "graph/anything.h"\n',
    'ARCHITECTURE.md': ''.join(
        f'### The room `{folder}/`\n| File | What it does |\n|---|---|\n' +
        ''.join(f'| `{name}` | file.c - something |\n' for name in names.split()) + '\n'
        for folder, names in {
            'include': 'dshow.h', 'src/platform': 'event.h', 'src/com': 'object.c object.h', 'src/media': 'type.h', 'src/storage': 'tree.h', 'src/base': 'link.h',
            'src/graph': 'graph.c', 'src/ff': 'codec.h', 'src/filters': 'invert.c', 'src/app': 'text.h',
            'src/cli': 'main.c'}.items()),
}

# what is wrong, rule that has to find it, file, text
BREACHES = [
    ('platform knows com', 'arrow', 'src/platform/event.h', CARD + '#include "com/object.h"\n'),
    ('com knows media', 'arrow', 'src/com/object.c', CARD + '#include "media/type.h"\n'),
    ('media knows base', 'arrow', 'src/media/type.h', CARD + '#include "base/link.h"\n'),
    ('storage knows media', 'arrow', 'src/storage/tree.h', CARD + '#include "media/type.h"\n'),
    ('base knows graph', 'arrow', 'src/base/link.h', CARD + '#include "graph/graph.h"\n'),
    ('graph knows base', 'arrow', 'src/graph/graph.c', CARD + '# include "base/link.h"\n'),
    ('ff knows base', 'arrow', 'src/ff/codec.h', CARD + '#include "base/link.h"\n'),
    ('a filter knows graph', 'arrow', 'src/filters/invert.c', CARD + '#include "graph/graph.h"\n'),
    ('app knows com', 'arrow', 'src/app/text.h', CARD + '#include "com/object.h"\n'),
    ('cli knows graph', 'arrow', 'src/cli/main.c', CARD + '#include "graph/graph.h"\n'),
    ('include without a room', 'quotes', 'src/com/object.c', CARD + '#include "object.h"\n'),
    ('our header in angles', 'quotes', 'src/com/object.c', CARD + '#include <com/object.h>\n'),
    ('libav in a filter', 'libav', 'src/filters/invert.c', CARD + '#include <libavutil/mem.h>\n'),
    ('libsw in a test', 'libav', 'tests/unit/test_x.c', CARD + '#include <libswscale/swscale.h>\n'),
    ('jansson in a filter', 'foreign', 'src/filters/invert.c', CARD + '#include <jansson.h>\n'),
    ('no licence', 'spdx', 'src/com/object.c', '/* object.c - something */\n'),
    ('no card', 'card', 'src/com/object.c', '/* SPDX-License-Identifier: MIT */\n#include <stdint.h>\n'),
    ('an empty card', 'card', 'src/com/object.c', '/* SPDX-License-Identifier: MIT */\n/* */\n'),
    ('an essay for a card', 'card', 'src/com/object.c',
     '/* SPDX-License-Identifier: MIT */\n/* much' + '\n * to say' * 20 + ' */\n'),
    ('too long a file', 'size', 'src/com/object.c', CARD + 'int x;\n' * 700),
    ('strcpy', 'banned', 'src/com/object.c', CARD + 'void f(void) { strcpy(a, b); }\n'),
    ('sprintf', 'banned', 'src/com/object.c', CARD + 'void f(void) { sprintf (a, b); }\n'),
    ('atoi', 'banned', 'src/cli/main.c', CARD + 'int f(void) { return 1 + atoi(b); }\n'),
    ('alloca', 'banned', 'src/com/object.c', CARD + 'void f(void) { char *p = alloca(3); }\n'),
    ('a test that sleeps', 'banned', 'tests/unit/test_x.c', CARD + 'void f(void) { usleep(5); }\n'),
    ('long in a header', 'long', 'include/dshow.h', CARD + 'void f(long x);\n'),
    ('unsigned long in a header', 'long', 'include/dshow.h', CARD + 'typedef unsigned long ULONG;\n'),
    ('a file off the map', 'map', 'src/com/new.c', CARD),
    ('a file only on the map', 'map', 'ARCHITECTURE.md', GOOD['ARCHITECTURE.md'] + '`src/com/gone.c`\n'),
    ('a row only on the map', 'map', 'ARCHITECTURE.md',
     GOOD['ARCHITECTURE.md'] + '### `src/com/`\n|---|---|\n| `gone.c` | file.c - something |\n'),
    ('a walk through a function that is gone', 'map', 'ARCHITECTURE.md',
     GOOD['ARCHITECTURE.md'] + '| `f`, `gone` | `src/filters/invert.c` | pixels |\n'),
    ('a row with other words than the card', 'map', 'src/com/object.c',
     GOOD['src/com/object.c'].replace('something', 'something else')),
]


def load(path):
    loader = importlib.machinery.SourceFileLoader('arch_check', path)
    spec = importlib.util.spec_from_loader('arch_check', loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def rules_broken(arch_check, changed):
    with tempfile.TemporaryDirectory() as tree:
        for path, text in {**GOOD, **changed}.items():
            path = os.path.join(tree, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        return [b[2] for b in arch_check.check(tree)[0]]


def main():
    arch_check = load(sys.argv[1])
    wrong = 0
    found = rules_broken(arch_check, {})
    if found:
        print(f'not ok: a tree that is right breaks {found}')
        wrong += 1
    for what, rule, path, text in BREACHES:
        found = rules_broken(arch_check, {path: text})
        good = rule in found
        print(f'{"ok" if good else "not ok"}: {what}: expected {rule}, found {found}')
        wrong += not good
    unproved = set(arch_check.RULES) - {b[1] for b in BREACHES}
    if unproved:
        print(f'not ok: no test makes these rules fail: {sorted(unproved)}')
        wrong += 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
