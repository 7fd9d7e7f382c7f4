#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists the codes that vfwmsgs.h defines: gen_codes.py VFWMSGS_H OUTPUT."""
import re
import sys

with open(sys.argv[1], encoding='utf-8') as header:
    names = re.findall(r'^#define (VFW_[ES]_\w+) ', header.read(), re.M)
with open(sys.argv[2], 'w', encoding='utf-8') as out:
    out.write('/* SPDX-License-Identifier: MIT */\n/* Made by gen_codes.py from vfwmsgs.h. */\n')
    for name in names:
        out.write(f'{{ "{name}", {name} }},\n')
