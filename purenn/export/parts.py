"""csrc/ and reference/ in parts: each function, record, constant and check by its name.

What is exported is made of these parts, word for word, so that it computes what they compute.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import NamedTuple

from ..shipped import shipped_bytes

HEADER = "purenn.h"
CONTRACT = "contract.h"
CHECK = "check"

# A function with the comment above it, a record, or a constant on one line.
C_PART = re.compile(
    r"^(?:/\*(?:(?!\*/)[\s\S])*?\*/\n)?(?:static )?(?:PN_ONE_COPY )?"
    r"(?:void|double|size_t|uint32_t) "
    r"(?P<function>\w+)\([^{;]*\)\n"
    r"\{\n[\s\S]*?^\}\n|^struct (?P<record>\w+) \{\n[\s\S]*?^\};\n|^#define (?P<constant>\w+) .*\n",
    re.M,
)
PYTHON_ROOMS = ("elementary", "near_zero", "activations", "linalg", "network")


class Part(NamedTuple):
    """A function, record, constant or check: its text, and the words that may name other parts."""

    name: str
    text: str
    words: frozenset[str]


def c_text(name: str) -> str:
    """A file of the plain core."""
    return shipped_bytes(f"csrc/{name}").decode("ascii")


def c_rooms() -> list[str]:
    """The files of the plain core, in the order of its header."""
    return re.findall(r"^/\* (\w+\.c): ", c_text(HEADER), re.M)


def c_body(name: str) -> str:
    """A file of the plain core without its licence line and the includes of its own headers."""
    lines = c_text(name).splitlines(keepends=True)[1:]
    return "".join(line for line in lines if not line.startswith('#include "'))


def c_parts() -> list[Part]:
    """Every function, record and constant of the plain core, each after those it needs."""
    parts = []
    for room in (HEADER, *c_rooms()):
        for found in C_PART.finditer(c_text(room)):
            (name,) = filter(None, found.groups())
            parts.append(Part(name, found[0], frozenset(re.findall(r"\w+", found[0]))))
    return parts


def python_parts() -> list[Part]:
    """Every function, constant and check that a prediction of the reference may need, in order."""
    parts = []
    for room in PYTHON_ROOMS:
        text = shipped_bytes(f"reference/{room}.py").decode("utf-8")
        lines = text.splitlines(keepends=True)
        for node in ast.parse(text).body:
            if isinstance(node, (ast.FunctionDef, ast.Assign, ast.If)):
                words = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                code = "".join(lines[node.lineno - 1 : node.end_lineno])
                parts.append(Part(_name(node), code, frozenset(words)))
    return parts


def _name(node: ast.stmt) -> str:
    """What a function or a constant is called; a check is called CHECK and its line."""
    if isinstance(node, ast.FunctionDef):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return f"{CHECK} {node.lineno}"


def needed(parts: list[Part], roots: Iterable[str]) -> list[Part]:
    """The parts of these names, all parts that they need, and all checks, in that order."""
    by_name = {part.name: part for part in parts}
    names: set[str] = set()
    waiting = [*roots, *(name for name in by_name if name.startswith(CHECK))]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in names:
            names.add(name)
            waiting += by_name[name].words
    return [part for part in parts if part.name in names]
