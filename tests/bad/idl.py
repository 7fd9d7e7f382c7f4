# SPDX-License-Identifier: MIT
"""Reads interfaces out of IDL files: names, bases, methods, and what each parameter is.

As much of the language as idl/ uses.  Knows nothing of what is made from it.
"""
import re
from dataclasses import dataclass, field

COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.S)
QUOTE = re.compile(r'cpp_quote\s*\(\s*"(?:[^"\\]|\\.)*"\s*\)\s*;?')
INTERFACE = re.compile(r'\[([^\]]*)\]\s*interface\s+(\w+)\s*(?::\s*(\w+)\s*)?\{', re.S)
METHOD = re.compile(r'([\w\s*]+?)\b(\w+)\s*\(((?:[^()]|\([^()]*\))*)\)\s*$', re.S)
PARAMETER = re.compile(r'(?:\[([^\]]*)\]\s*)?(.*?)(\w+)\s*(\[\s*\w*\s*\])?$', re.S)


@dataclass
class Parameter:
    attributes: set
    type: str  # "const AM_MEDIA_TYPE *"
    name: str

    @property
    def stars(self):
        return self.type.count('*')

    @property
    def base(self):
        """The type without const and stars."""
        return ' '.join(w for w in self.type.replace('*', ' ').split() if w != 'const')

    @property
    def is_out(self):
        return 'out' in self.attributes


@dataclass
class Method:
    name: str
    result: str
    parameters: list


@dataclass
class Interface:
    name: str
    base: str
    methods: list = field(default_factory=list)  # its own, in the order of their slots


def body_end(text, start):
    depth = 1
    for at in range(start, len(text)):
        depth += {'{': 1, '}': -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError('an interface without an end')


def read_parameters(text):
    found = []
    for word in re.split(r',(?![^\[]*\])', text):
        word = ' '.join(word.split())
        if word in ('', 'void'):
            continue
        attributes, kind, name, array = PARAMETER.match(word).groups()
        kind = ' '.join(kind.replace('*', ' * ').split()) + (' *' if array else '')
        kind = re.sub(r'\* (?=\*)', '*', kind)
        found.append(Parameter({a.strip() for a in (attributes or '').split(',')}, kind, name))
    return found


def read_methods(body):
    methods = []
    for statement in body.split(';'):
        statement = statement.strip()
        statement = re.sub(r'^\[[^\]]*\]\s*', '', statement)
        if not statement or statement.startswith('typedef'):
            continue
        found = METHOD.match(statement)
        if found is None:
            raise ValueError(f'not a method: {statement!r}')
        result, name, parameters = found.groups()
        methods.append(Method(name, ' '.join(result.split()), read_parameters(parameters)))
    return methods


def read(paths):
    """The interfaces of all files by name, bases first."""
    found = {}
    for path in paths:
        with open(path, encoding='utf-8') as source:
            text = QUOTE.sub('', COMMENT.sub(' ', source.read()))
        for match in INTERFACE.finditer(text):
            attributes, name, base = match.groups()
            if 'object' in (a.strip() for a in attributes.split(',')):
                found[name] = Interface(
                    name, base, read_methods(text[match.end():body_end(text, match.end())]))
    ordered = {}

    def place(name):
        if name in found and name not in ordered:
            place(found[name].base)
            ordered[name] = found[name]

    for name in found:
        place(name)
    return ordered


def all_methods(interfaces, name):
    """Slots with those of the bases, in order; with the interface each comes from."""
    one = interfaces[name]
    above = all_methods(interfaces, one.base) if one.base in interfaces else []
    return above + [(name, method) for method in one.methods]
