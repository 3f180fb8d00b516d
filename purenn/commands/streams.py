"""stdout and stderr as a command finds them: in any encoding, closed, full, or without a reader."""

from __future__ import annotations

import codecs
import os
import sys
from typing import TextIO

# For terminals without these characters.
PLAIN_CHARACTERS = str.maketrans("█·▒•│└─═→×", "#.:*|+-=>x")


def take_every_character() -> None:
    """Lets stdout and stderr print something plain for a character that they don't have."""
    codecs.register_error("purenn", plain_characters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="purenn")


def plain_characters(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that can't be encoded, and where to go on."""
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return missing.translate(PLAIN_CHARACTERS).encode("ascii", "replace").decode(), error.end


def complain(message: str) -> None:
    """Prints one line on stderr, where there is one that takes it."""
    if sys.stderr is None:  # closed: print would take stdout instead
        return
    try:
        print(f"purenn: {' '.join(message.split())}", file=sys.stderr, flush=True)
    except OSError:
        discard(sys.stderr)


def flush() -> None:
    """Writes what is left, here, where a failure can be told and need not be told again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        discard(sys.stdout)
        raise


def discard(stream: TextIO) -> None:
    """Lets what the stream still holds go nowhere: at exit Python would try to write it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
