#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the calls of bad use from the IDL: gen_calls.py EXCEPTIONS OUTPUT IDL...

For each interface: its methods with those of its bases, what each parameter is, a function that makes the
call from a row of values, and a stub, which is an object of that interface that refuses everything.  What
differs from the house's rules (NULL gives E_POINTER; what fails leaves its outputs alone) is in EXCEPTIONS;
a row there that fits nothing is an error.
"""
import fnmatch
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import idl  # noqa: E402

HEAD = '''/* SPDX-License-Identifier: MIT */
/* Made by gen_calls.py from idl/. */
#include "bad.h"

'''
TEXTS = {'LPCWSTR', 'LPCOLESTR', 'LPWSTR', 'LPOLESTR', 'BSTR'}
REALS = {'double', 'float', 'REFTIME', 'DATE'}
RECORDS = {'LARGE_INTEGER', 'ULARGE_INTEGER', 'Quality', 'VARIANT', 'GUID', 'CY', 'IID', 'CLSID'}
HANDLES = {'HANDLE', 'HEVENT', 'HSEMAPHORE'}
GUIDS = {'REFIID', 'REFCLSID', 'REFGUID', 'LPCGUID'}
WHATS = {'null', 'value', 'written', 'skip', 'hidden', 'wrong'}


def kind_of(parameter, interfaces):
    base, stars = parameter.base, parameter.stars
    if stars == 0:
        if base in GUIDS:
            return 'BAD_GUID'
        if base in TEXTS:
            return 'BAD_TEXT'
        if base in HANDLES:
            return 'BAD_HANDLE'
        return 'BAD_REAL' if base in REALS else 'BAD_RECORD' if base in RECORDS else 'BAD_NUMBER'
    is_face = base in interfaces or base in ('void', 'ITypeInfo')
    if not parameter.is_out:
        if base in interfaces:
            return 'BAD_FACE' if stars == 1 else 'BAD_FACES'
        if base in ('GUID', 'IID', 'CLSID'):
            return 'BAD_GUID'
        return 'BAD_TEXT8' if base == 'char' else 'BAD_MEMORY'
    if stars == 2 and is_face:
        return 'BAD_OUT_FACE'
    if base in TEXTS or (stars == 2 and base == 'char'):
        return 'BAD_OUT_TASK'
    if stars == 2 and base == 'AM_MEDIA_TYPE':
        return 'BAD_OUT_TYPE'
    return 'BAD_INOUT' if 'in' in parameter.attributes else 'BAD_OUT'


class Exceptions:
    """Rows: call, what, says, why.  The call may hold * and ?."""

    def __init__(self, path):
        self.rows = []
        self.used = set()
        with open(path, encoding='utf-8') as lines:
            next(lines)
            for number, line in enumerate(lines, 2):
                row = line.rstrip('\n').split('\t')
                if len(row) != 4 or row[1].split()[0] not in WHATS or not row[3]:
                    sys.exit(f'{path}:{number}: call, what, says, why are wanted')
                self.rows.append(row)

    def find(self, call, what):
        found = None
        for number, row in enumerate(self.rows):
            if row[1] == what and fnmatch.fnmatchcase(call, row[0]):
                self.used.add(number)
                found = row[2]
        return found

    def unused(self):
        return [row for number, row in enumerate(self.rows) if number not in self.used]


WRONGS = ['direction', 'foreign', 'loose', 'self', 'stub']


def codes(text):
    if text is None:
        return 'NULL'
    if text == 'any':
        return 'bad_any'
    return '(const HRESULT[]){ ' + ', '.join(text.split() + ['BAD_END']) + ' }'


def parameter_row(call, parameter, interfaces, exceptions):
    kind = kind_of(parameter, interfaces)
    where = f'{call}.{parameter.name}'
    row = [f'.name = "{parameter.name}"', f'.type = "{parameter.base}"', f'.kind = {kind}']
    if kind in ('BAD_FACE', 'BAD_FACES', 'BAD_OUT_FACE') and parameter.base in interfaces:
        row.append(f'.face = {list(interfaces).index(parameter.base) + 1}')
    null = exceptions.find(where, 'null')
    if null is not None:
        row.append(f'.null = {codes(null)}')
    value = exceptions.find(where, 'value')
    if value is not None:
        row.append(f'.is_fixed = true, .fixed = (int64_t)({value})')
    if exceptions.find(where, 'written') is not None:
        row.append('.is_written = true')
    if exceptions.find(where, 'hidden') is not None:
        row.append('.is_hidden = true')
    if kind == 'BAD_FACE':
        for wrong in WRONGS:
            says = exceptions.find(where, f'wrong {wrong}')
            if says == 'never':
                row.append(f'.is_never[BAD_{wrong.upper()}] = true')
            elif says is not None:
                row.append(f'.wrong[BAD_{wrong.upper()}] = {codes(says)}')
    return '    { ' + ', '.join(row) + ' },\n'


def argument(number, parameter, interfaces):
    kind = kind_of(parameter, interfaces)
    value = f'v[{number}]'
    if kind == 'BAD_RECORD':
        return f'*({parameter.base} *){value}.pointer'
    if kind == 'BAD_REAL':
        return f'{value}.real'
    if kind == 'BAD_NUMBER':
        return f'({parameter.type}){value}.number'
    if kind == 'BAD_HANDLE':
        return f'({parameter.type})(uintptr_t){value}.pointer'
    return f'{value}.pointer'


def method_text(interfaces, name, source, method, exceptions):
    symbol = f'{name}_{method.name}'
    call = f'{source}.{method.name}'
    out = []
    if method.parameters:
        out.append(f'static const struct bad_parameter parameters_{symbol}[] = {{\n')
        out += [parameter_row(call, p, interfaces, exceptions) for p in method.parameters]
        out.append('};\n')
        out.append(f'_Static_assert({len(method.parameters)} <= BAD_PARAMETERS_MOST, "{symbol}");\n')
    arguments = ', '.join([f'({name} *)face'] + [argument(i, p, interfaces)
                                                 for i, p in enumerate(method.parameters)])
    out.append(f'static HRESULT call_{symbol}(void *face, const union bad_value *v)\n{{\n'
               f'    (void)v;\n    return (HRESULT)(({name} *)face)->lpVtbl->{method.name}({arguments});\n}}\n')
    return ''.join(out)


def method_row(name, source, method, exceptions):
    symbol = f'{name}_{method.name}'
    call = f'{source}.{method.name}'
    row = [f'.name = "{call}"', f'.call = call_{symbol}']
    if method.parameters:
        row += [f'.parameters = parameters_{symbol}', f'.count = {len(method.parameters)}']
    if method.result != 'HRESULT':
        row.append('.is_plain = true')
    if exceptions.find(call, 'skip') is not None:
        row.append('.is_skipped = true')
    return '    { ' + ', '.join(row) + ' },\n'


UNKNOWN = ('QueryInterface', 'AddRef', 'Release')


def stub_text(interfaces, name):
    out, slots = [], []
    for _, method in idl.all_methods(interfaces, name):
        symbol = f'stub_{name}_{method.name}'
        slots.append(f'    .{method.name} = {symbol},\n')
        parameters = [f'{name} *face'] + [f'{p.type} a{i}' for i, p in enumerate(method.parameters)]
        unused = ''.join(f'    (void)a{i};\n' for i in range(len(method.parameters)))
        body = '    (void)face;\n' + unused + f'    return ({method.result})E_NOTIMPL;\n'
        if method.name == 'QueryInterface':
            body = (f'    return bad_stub_query(face, &IID_{name}, a0, a1);\n')
        elif method.name in UNKNOWN:
            body = '    (void)face;\n    return 2;\n'
        out.append(f'static {method.result} STDMETHODCALLTYPE {symbol}({", ".join(parameters)})\n{{\n{body}}}\n')
    out.append(f'static {name}Vtbl stub_{name}_vtbl = {{\n' + ''.join(slots) + '};\n'
               f'static {name} stub_{name} = {{ &stub_{name}_vtbl }};\n\n')
    return ''.join(out)


def interface_text(interfaces, name, exceptions):
    methods = [(s, m) for s, m in idl.all_methods(interfaces, name) if m.name not in UNKNOWN[1:]]
    out = [method_text(interfaces, name, s, m, exceptions) for s, m in methods]
    out.append(f'static const struct bad_method methods_{name}[] = {{\n')
    out += [method_row(name, s, m, exceptions) for s, m in methods]
    out.append('};\n')
    out.append(stub_text(interfaces, name))
    return ''.join(out), len(methods)


def main():
    exceptions_path, output, *paths = sys.argv[1:]
    interfaces = idl.read(paths)
    exceptions = Exceptions(exceptions_path)
    text, rows = [HEAD], []
    for number, name in enumerate(interfaces, 1):
        body, count = interface_text(interfaces, name, exceptions)
        base = interfaces[name].base
        base_number = list(interfaces).index(base) + 1 if base in interfaces else 0
        text.append(body)
        rows.append(f'    [{number}] = {{ "{name}", &IID_{name}, {base_number}, methods_{name}, {count}, '
                    f'&stub_{name} }},\n')
    text.append('const struct bad_interface bad_interfaces[] = {\n' + ''.join(rows) + '};\n'
                f'const unsigned bad_interface_count = {len(interfaces) + 1};\n')
    if exceptions.unused():
        sys.exit('exceptions that fit nothing: ' + '; '.join(r[0] + ' ' + r[1] for r in exceptions.unused()))
    with open(output, 'w', encoding='utf-8') as out:
        out.write(''.join(text))


if __name__ == '__main__':
    main()
