#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the slot test of interfaces.tsv: gen_slots.py c|c++ TABLE OUTPUT.

The table holds facts (IID, base, methods after the base's).  The C view is held by
_Static_assert on offsets, the C++ view by the slot that a pointer to member carries.
"""
import sys

HEAD = '''/* SPDX-License-Identifier: MIT */
/* Made by gen_slots.py from interfaces.tsv. */
#include <regraft.h>
#include <qedit.h>
#include "slots.h"

'''


def read_table(path):
    table = {}
    with open(path, encoding='utf-8') as lines:
        next(lines)
        for line in lines:
            name, iid, base, methods = line.rstrip('\n').split('\t')
            table[name] = (iid, base, [m for m in methods.split(',') if m])
    return table


def all_methods(table, name):
    _, base, own = table[name]
    return (all_methods(table, base) if base != '-' else []) + own


def c_view(table):
    out = [HEAD]
    for name in table:
        methods = all_methods(table, name)
        for slot, method in enumerate(methods):
            out.append(f'_Static_assert(offsetof({name}Vtbl, {method}) == {slot} * sizeof(void *),\n'
                       f'               "{name}::{method} is not in slot {slot}");\n')
        out.append(f'_Static_assert(sizeof({name}Vtbl) == {len(methods)} * sizeof(void *),\n'
                   f'               "{name} does not have {len(methods)} slots");\n\n')
    out.append('const struct iid_row iid_rows[] = {\n')
    for name, (iid, _, _) in table.items():
        out.append(f'    {{ "{name}", &IID_{name}, "{{{iid}}}" }},\n')
    out.append('};\nconst size_t iid_row_count = sizeof(iid_rows) / sizeof(iid_rows[0]);\n')
    return ''.join(out)


def cpp_view(table):
    out = [HEAD, 'const struct slot_row slot_rows[] = {\n']
    for name in table:
        for slot, method in enumerate(all_methods(table, name)):
            out.append(f'    {{ "{name}", "{method}", slot_of(&{name}::{method}), {slot} }},\n')
    out.append('};\nconst size_t slot_row_count = sizeof(slot_rows) / sizeof(slot_rows[0]);\n\n'
               'const struct iid_row iid_rows[] = {\n')
    for name, (iid, _, _) in table.items():
        out.append(f'    {{ "{name}", &__uuidof({name}), "{{{iid}}}" }},\n')
    out.append('};\nconst size_t iid_row_count = sizeof(iid_rows) / sizeof(iid_rows[0]);\n')
    return ''.join(out)


def main():
    language, table_path, output = sys.argv[1:]
    table = read_table(table_path)
    text = c_view(table) if language == 'c' else cpp_view(table)
    with open(output, 'w', encoding='utf-8') as out:
        out.write(text)


if __name__ == '__main__':
    main()
