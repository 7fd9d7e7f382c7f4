#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every filter of doc/filter-howto.md, and one that tools/new_filter begins, and runs all checks over them.

usage: test_filter_howto.py SOURCE_ROOT BUILD_ROOT TEST_FILTERS CC...
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"^```c file=(\S+) list=(\S+)\n(.*?)^```$", re.M | re.S)
FENCE = re.compile(r"^```c.*$", re.M)
WARNINGS = ["-std=gnu11", "-O1", "-fPIC", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wshadow",
            "-Wstrict-prototypes", "-Wundef", "-Wwrite-strings", "-Wno-unknown-pragmas",
            "-Werror", "-D_GNU_SOURCE", "-DCOBJMACROS="]


def begin_filter(source, work, name):
    """Lets tools/new_filter work on a tree of its own.  Returns the file and its line of the list."""
    tree = work / "tree"
    for folder in ("tools", "src/filters/transform", "tests/filter"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(source / "tools/new_filter", tree / "tools")
    shutil.copy(source / "src/filters/plain.list", tree / "src/filters")
    command = [str(tree / "tools/new_filter"), name]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert f"RG_TRANSFORM({name})" in (tree / "src/filters/plain.list").read_text().splitlines()
    again = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    assert again.returncode == 1, "a second filter of the same name has to be refused"
    for wrong in ("Upper", "9lives", "a-b", ""):
        bad = subprocess.run([command[0], wrong], capture_output=True, check=False)
        assert bad.returncode == 2, f"the name '{wrong}' has to be refused"
    return tree / f"src/filters/transform/{name}.c", tree / f"tests/filter/test_{name}.c"


def main():
    source, build = Path(sys.argv[1]), Path(sys.argv[2])
    test_filters, compiler = sys.argv[3], sys.argv[4:]
    text = (source / "doc/filter-howto.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert len(blocks) >= 4, "the page has lost its examples"
    assert len(blocks) == len(FENCE.findall(text)), "a C block without file= and list= is compiled by nobody"
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "filters").mkdir()
        (work / "modules").mkdir()
        lines, files = [], []
        for name, line, code in blocks:
            (work / name).write_text(code, encoding="utf-8")
            files.append(work / name)
            lines.append(line)
        begun, begun_test = begin_filter(source, work, "begun")
        files.append(begun)
        lines.append("RG_TRANSFORM(begun)")
        (work / "filters/howto.list").write_text("\n".join(lines) + "\n")
        module = (source / "src/filters/plain_module.c").read_text().replace("plain.list", "howto.list")
        (work / "howto_module.c").write_text(module)
        include = ["-I" + str(path) for path in
                   (work, source / "include", build / "idl", source / "src")]
        # named as our own, so that no check is lenient
        subprocess.run(compiler + WARNINGS + include + ["-shared", "-o", work / "modules/plain.so"] +
                       files + [work / "howto_module.c", source / "src/filters/module.c"], check=True)
        subprocess.run(compiler + WARNINGS + include + ["-I" + str(source / "tests/filter"),
                       "-fsyntax-only", begun_test], check=True)
        environment = dict(os.environ, REGRAFT_MODULE_PATH=str(work / "modules"))
        result = subprocess.run([test_filters], env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(result.stdout, result.stderr)
        return 1
    print(f"{len(files)} filters compiled and checked")
    return 0


sys.exit(main())
