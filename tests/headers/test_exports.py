#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every function and GUID of the public headers is in the library.

test_exports.py NM LIBRARY HEADER...      Exit 0, 1.
"""
import re
import subprocess
import sys

# what a module defines, not the library
MODULES = {'DllGetClassObject', 'DllCanUnloadNow', 'DllRegisterServer', 'DllUnregisterServer'}
PROTOTYPE = re.compile(r'^(?:WINBASEAPI|WINMMAPI|WINOLEAPI|WINOLEAPI_\(\w+\)|WINOLEAUTAPI|'
                       r'WINOLEAUTAPI_\(\w+\)|STDAPI|STDAPI_\(\w+\)|RG_API)(?!\w)[^;{#]*?\b(\w+)\(',
                       re.M)
GUID = re.compile(r'\b(?:OUR_GUID_ENTRY|RG_FOURCC_ENTRY|DEFINE_GUID|DEFINE_MEDIATYPE_GUID)'
                  r'\((\w+), *\n? *(?:0x|0,)')


def main():
    nm, library, *headers = sys.argv[1:]
    listing = subprocess.run([nm, '-D', '--defined-only', library], capture_output=True,
                             text=True, check=True).stdout
    exported = {line.split()[-1].split('@')[0] for line in listing.splitlines()}
    functions = set()
    guids = set()
    for path in headers:
        with open(path, encoding='utf-8') as source:
            text = re.sub(r'/\*.*?\*/', '', source.read(), flags=re.S)
        functions |= set(PROTOTYPE.findall(text)) - MODULES
        guids |= set(GUID.findall(text))
    missing = sorted((functions | guids) - exported)
    for name in missing:
        print(f'{name}: declared, but not exported')
    print(f'{len(functions)} functions, {len(guids)} GUIDs, {len(missing)} missing')
    return 1 if missing or len(functions) < 100 or len(guids) < 500 else 0


if __name__ == '__main__':
    sys.exit(main())
