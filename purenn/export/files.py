"""Exported files: how they may be called, and writing all of them or none, over none."""

from __future__ import annotations

import os
import re
from collections.abc import Container
from typing import Any

from ..checks import shown

KEYWORDS = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while"
)


def check_prefix(prefix: Any, taken: Container[str]) -> None:
    """Refuses what is no identifier in C, what purenn's core uses, and names that are taken."""
    if not isinstance(prefix, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", prefix):
        raise ValueError(
            "prefix: expected a C identifier (a letter, then letters, digits and _), "
            f"got {shown(prefix)}"
        )
    if prefix in KEYWORDS.split():
        raise ValueError(f"prefix: expected a name of your own, got {prefix!r}, a keyword of C")
    if re.fullmatch("pn|pn_.*|purenn", prefix.lower()):
        raise ValueError(
            f"prefix: expected a name of your own, got {prefix!r}, which purenn's core uses"
        )
    if prefix.lower() in taken:
        raise ValueError(f"prefix: expected none that names a library's file, got {prefix!r}")


def write_new(folder: str | os.PathLike, texts: dict[str, str]) -> list[str]:
    """Writes each text to the file of its name in the folder, made where it is missing.

    Raises FileExistsError, before anything is written, where one of them exists.
    """
    folder = os.fsdecode(folder) or "."
    paths = {os.path.join(folder, name): text for name, text in texts.items()}
    for path in paths:
        if os.path.lexists(path):
            raise FileExistsError(
                f"{path}: exists already; expected a new file: choose another folder or prefix"
            )
    os.makedirs(folder, exist_ok=True)
    written: list[str] = []
    try:
        for path, text in paths.items():
            with open(path, "x", encoding="utf-8", newline="\n") as file:
                written.append(path)
                file.write(text)
    except BaseException as error:
        for path in written:
            os.unlink(path)
        if isinstance(error, OSError) and error.filename is None:  # as when a disk is full
            raise OSError(error.errno, error.strerror, written[-1]) from None
        raise
    return written
