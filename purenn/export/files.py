"""Exported files: what they may be called, and how they are written: all or none, over none."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import Any

from ..checks import shown
from ..network import Network


def check_network(network: Any) -> None:
    """Refuses what is no network, as the path of a model file. Raises TypeError."""
    if not isinstance(network, Network):
        raise TypeError(
            f"network: expected a Network, got {shown(network)}; Network.load reads a model file"
        )


def check_prefix(prefix: Any, reserved: Mapping[str, Collection[str]]) -> None:
    """Refuses what is no identifier in C, names that purenn uses, and reserved ones.

    `reserved` says in the words of a message why each list of names is taken.
    Raises ValueError.
    """
    if not isinstance(prefix, str) or not re.fullmatch("[A-Za-z][A-Za-z0-9_]*", prefix):
        raise ValueError(
            "prefix: expected a C identifier (a letter, then letters, digits and _), "
            f"got {shown(prefix)}"
        )
    name = prefix.lower()
    reasons = [what for what, names in reserved.items() if prefix in names or name in names]
    if re.fullmatch("pn|pn_.*|purenn", name):
        reasons.append("which purenn itself uses")
    if reasons:
        raise ValueError(f"prefix: expected a name of your own, got {prefix!r}, {reasons[0]}")


def check_folder(folder: str | os.PathLike) -> str:
    """The path of a folder that exists or can be made; raises NotADirectoryError for another."""
    path = os.fsdecode(folder) or "."
    place = os.path.abspath(path)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        raise NotADirectoryError(
            f"{path}: expected a folder, but {place!r} is not one; choose another"
        )
    return path


def write_new(folder: str | os.PathLike, texts: dict[str, str]) -> list[str]:
    """Writes each text to the file of its name in the folder, which is made where it is missing.

    Raises FileExistsError, before anything is written, where one of them exists.
    """
    folder = check_folder(folder)
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
