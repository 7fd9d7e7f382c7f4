#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every public and generated header alone, and a few ways of using them.

test_standalone.py c|c++ COMPILER... -- INCLUDE_DIR... -- HEADER...
A failure names the header.  Exit 0, 1.
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

FLAGS = {
    'c': ['-x', 'c', '-std=c11', '-Wstrict-prototypes', '-Wmissing-prototypes'],
    'c++': ['-x', 'c++', '-std=c++17'],
}
COMMON = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wundef', '-Werror', '-fsyntax-only',
          '-fvisibility=hidden']

GUID_TABLE = '''
#include <dshow.h>
struct entry {
    const char *name;
    GUID guid;
};
#define OUR_GUID_ENTRY(name, d1, d2, d3, b0, b1, b2, b3, b4, b5, b6, b7) \\
    { #name, { d1, d2, d3, { b0, b1, b2, b3, b4, b5, b6, b7 } } },
extern const struct entry rg_table[];
const struct entry rg_table[] = {
#include <uuids.h>
};
'''

# name -> (languages, source)
USES = {
    'COBJMACROS': ('c c++', '#define COBJMACROS\n#include <regraft.h>\n#include <qedit.h>\n'),
    'inline wrappers': ('c', '#define COBJMACROS\n#define WIDL_C_INLINE_WRAPPERS\n'
                             '#include <regraft.h>\n#include <qedit.h>\n'),
    'INITGUID': ('c c++', '#define INITGUID\n#include <regraft.h>\n#include <ksmedia.h>\n'
                          '#include <qedit.h>\n#include <uuids.h>\n'),
    'initguid.h late': ('c c++', '#include <dshow.h>\n#include <initguid.h>\n'
                                 'DEFINE_GUID(CLSID_late, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);\n'),
    'CINTERFACE': ('c c++', '#define CINTERFACE\n#define COBJMACROS\n#include <regraft.h>\n'
                            'HRESULT rg_use(IPin *pin);\n'
                            'HRESULT rg_use(IPin *pin) { return IPin_Disconnect(pin); }\n'),
    'UNICODE': ('c c++', '#define UNICODE\n#define _UNICODE\n#include <dshow.h>\n#include <tchar.h>\n'
                         'HANDLE rg_use(void);\n'
                         'HANDLE rg_use(void) { return CreateEvent(NULL, TRUE, FALSE, _T("name")); }\n'),
    'ANSI': ('c c++', '#include <dshow.h>\n#include <tchar.h>\nHANDLE rg_use(void);\n'
                      'HANDLE rg_use(void) { return CreateEvent(NULL, TRUE, FALSE, TEXT("name")); }\n'),
    '__int64': ('c c++', '#include <windows.h>\nunsigned __int64 rg_use(unsigned __int64 x);\n'
                         'unsigned __int64 rg_use(unsigned __int64 x) { return x >> 40; }\n'),
    "the system's headers first": ('c c++', '#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include <fcntl.h>\n#include <pthread.h>\n'
                                            '#include <sys/socket.h>\n#include <unistd.h>\n#include <regraft.h>\n'),
    'GUID table': ('c c++', GUID_TABLE),
    'interface in C++': ('c++', '''
#include <dshow.h>
class Callback : public IGraphConfigCallback
{
public:
    STDMETHODIMP QueryInterface(REFIID iid, void **object) override
    {
        *object = iid == IID_IUnknown || iid == __uuidof(IGraphConfigCallback) ? this : nullptr;
        return *object ? S_OK : E_NOINTERFACE;
    }
    STDMETHODIMP_(ULONG) AddRef() override { return InterlockedIncrement(&count_); }
    STDMETHODIMP_(ULONG) Release() override { return InterlockedDecrement(&count_); }
    STDMETHODIMP Reconfigure(PVOID, DWORD) override { return S_OK; }
    virtual ~Callback() = default;

private:
    volatile LONG count_ = 1;
};
HRESULT rg_use(IGraphBuilder **graph);
HRESULT rg_use(IGraphBuilder **graph)
{
    Callback callback;
    return CoCreateInstance(CLSID_FilterGraph, nullptr, CLSCTX_INPROC_SERVER, IID_PPV_ARGS(graph));
}
'''),
    'DECLARE_INTERFACE_': ('c c++', '''
#include <dshow.h>
#undef INTERFACE
#define INTERFACE IPrivate
DECLARE_INTERFACE_(IPrivate, IUnknown)
{
#ifndef __cplusplus
    STDMETHOD(QueryInterface)(THIS_ REFIID iid, void **object) PURE;
    STDMETHOD_(ULONG, AddRef)(THIS) PURE;
    STDMETHOD_(ULONG, Release)(THIS) PURE;
#endif
    STDMETHOD(Knock)(THIS_ LONG times) PURE;
    STDMETHOD_(LONG, Count)(THIS) PURE;
};
LONG rg_use(IPrivate *it);
LONG rg_use(IPrivate *it)
{
#ifdef __cplusplus
    return FAILED(it->Knock(1)) ? -1 : it->Count();
#else
    return FAILED(it->lpVtbl->Knock(it, 1)) ? -1 : it->lpVtbl->Count(it);
#endif
}
'''),
}


def split(words):
    groups = [[]]
    for word in words:
        if word == '--':
            groups.append([])
        else:
            groups[-1].append(word)
    return groups


def main():
    language = sys.argv[1]
    compiler, dirs, headers = split(sys.argv[2:])
    command = compiler + FLAGS[language] + COMMON + ['-I' + d for d in dirs] + ['-']

    jobs = {}
    for header in headers:
        name = os.path.basename(header)
        jobs[name] = f'#include <{name}>\n#include <{name}>\nextern int rg_alone;\n'
    for name, (languages, source) in USES.items():
        if language in languages.split():
            jobs['use: ' + name] = source

    def compile_one(item):
        name, source = item
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        return name, done.returncode, done.stderr

    failures = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for name, code, text in pool.map(compile_one, jobs.items()):
            if code != 0:
                failures += 1
                print(f'FAILED {name}\n{text}')
    print(f'{len(jobs) - failures} of {len(jobs)} compile as {language}')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
