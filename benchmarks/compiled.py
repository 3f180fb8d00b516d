"""C programs, compiled when they are needed, into a folder that goes away."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from glob import glob

HERE = os.path.dirname(os.path.abspath(__file__))
CORE = os.path.join(os.path.dirname(HERE), "csrc")


class Absent(Exception):
    """Why a peer can't take part: what it needs isn't installed."""


def compiled(
    source: str, folder: str, flags: Sequence[str] = (), libraries: Sequence[str] = ()
) -> str:
    """The program made from that file in c/, with purenn's core if it is purenn.c."""
    program = os.path.join(folder, "-".join([source, *flags]).replace("/", "_"))
    if not os.path.exists(program):
        own = source == "purenn.c"
        core = [path for folders in ("", "*/") for path in glob(f"{CORE}/{folders}*.c") if own]
        command = ["gcc", "-std=gnu11", "-O3", "-pthread", *(flags or ["-ffp-contract=off"])]
        command += ["-I", CORE, os.path.join(HERE, "c", source), *core, "-lm", "-o", program]
        _run(command + [f"-l{library}" for library in libraries])
    return program


def install(package: str) -> None:
    """Debian's package of that name. Raises Absent where that can't be done."""
    _run(["apt-get", "-qq", "install", "-y", "--no-install-recommends", package])


def _run(command: list[str]) -> None:
    """Raises Absent with the first reason that the command gives."""
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise Absent(f"there is no {command[0]}") from None
    if done.returncode:
        words = ("error", "cannot", "E: ")
        reasons = [line for line in done.stderr.splitlines() if any(word in line for word in words)]
        raise Absent((reasons or [f"{command[0]} failed"])[0].split("error: ")[-1])
