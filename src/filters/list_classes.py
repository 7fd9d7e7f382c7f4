#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""list_classes.py OUTPUT SOURCE... - the list that lies beside a module (src/com/module.h): a line
"NAME {CLSID}" for each class table in the sources."""
import re
import sys

NAME = re.compile(r'^    \.name = "([^"]+)",$', re.M)
CLSID = re.compile(r"^    \.clsid = \{ ([^{}]*)\{ ([^{}]*)\} \},$", re.M)


def numbers(text):
    return [int(word, 16) for word in text.replace(",", " ").split()]


def line_of(path):
    text = open(path, encoding="utf-8").read()
    names, clsids = NAME.findall(text), CLSID.findall(text)
    if len(names) != 1 or len(clsids) != 1:
        sys.exit(f"{path}: {len(names)} names and {len(clsids)} CLSIDs of classes, one each is wanted")
    head, tail = numbers(clsids[0][0]), bytes(numbers(clsids[0][1])).hex().upper()
    return f"{names[0]} {{{head[0]:08X}-{head[1]:04X}-{head[2]:04X}-{tail[:4]}-{tail[4:]}}}\n"


def main(output, sources):
    with open(output, "w", encoding="utf-8") as file:
        file.writelines(line_of(source) for source in sources)


main(sys.argv[1], sys.argv[2:])
