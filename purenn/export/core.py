"""The plain C core as one file, with an example that trains and predicts, and its build files."""

from __future__ import annotations

import os

from ..shipped import shipped_bytes
from ..version import VERSION
from .files import write_new
from .parts import CONTRACT, HEADER, c_body, c_rooms, c_text

EXAMPLE = ("letters.c", "Makefile", "CMakeLists.txt")

INTRODUCTION = """\
/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The purenn authors
 *
 * purenn {version}, the whole core as one file; purenn.h says what it does and how to call it.
 *
 * Compile it with your own flags, as C99 or as C++11: it guards its arithmetic itself, or
 * refuses. It links nothing but memset, memcpy and, for random numbers, first weights, Adam and
 * clipping, sqrt (-lm); with -ffunction-sections, -fdata-sections and --gc-sections a program holds
 * only what it uses. */
"""


def core_text() -> str:
    """purenn.c: the contract, then every file of the core in the order of the header."""
    texts = [INTRODUCTION.format(version=VERSION), c_body(CONTRACT), f'#include "{HEADER}"\n']
    for room in c_rooms():
        texts.append(f"/* {'=' * 10} {room} {'=' * (70 - len(room))} */\n\n{c_body(room)}")
    return "\n".join(texts)


def export_core(folder: str | os.PathLike) -> list[str]:
    """Writes purenn.h, purenn.c, an example and its build files into the folder; their paths.

    Raises FileExistsError, before anything is written, where one of them exists.
    """
    texts = {HEADER: c_text(HEADER), "purenn.c": core_text()}
    for name in EXAMPLE:
        texts[name] = shipped_bytes(f"export/embedded/{name}").decode("ascii")
    return write_new(folder, texts)
