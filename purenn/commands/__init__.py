"""The command line: `purenn reproduce`, `purenn export` and `purenn info`, each in its own file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from .. import BackendError, __version__
from . import export, info, reproduce
from .streams import complain, flush, take_every_character

COMMANDS = (reproduce, export, info)


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> Any:
        raise ValueError(f"{message} (try {self.prog} --help)")


def parser() -> Parser:
    """What the command line accepts."""
    result = Parser(
        prog="purenn",
        description="Dense neural networks, the same bits everywhere. "
        "Without a command, purenn reproduces the articles.",
    )
    result.add_argument("--version", action="version", version=f"purenn {__version__}")
    result.set_defaults(parser=result)
    commands = result.add_subparsers(title="commands", metavar="command", dest="command")
    for command in COMMANDS:
        command.add_to(commands)
    return result


def parsed(words: Sequence[str]) -> argparse.Namespace:
    """The options of a command line, with `run`, the command that it names.

    Without words it is that of `purenn reproduce`. Raises ValueError for what is not accepted.
    """
    words = [f" {word}" if is_negative(word) else word for word in words or ["reproduce"]]
    options, unknown = parser().parse_known_args(words)
    if unknown:
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    if options.command is None:
        options.parser.error("expected a command")
    return options


def is_negative(word: str) -> bool:
    """Whether the word is a negative number; argparse takes some, as -1e3, for options.

    A space before it makes it a value, and int and float drop the space.
    """
    try:
        float(word)
    except ValueError:
        return False
    return word.startswith("-")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 is success, 1 a number that differs, 2 an error, 130 Ctrl-C."""
    take_every_character()
    try:
        try:
            options = parsed(sys.argv[1:] if arguments is None else arguments)
            return options.run(options)
        finally:
            flush()
    except KeyboardInterrupt:
        complain("stopped")
        return 130
    except BrokenPipeError:  # the reader of the output has gone, as `head` does
        return 0
    except MemoryError:
        complain("out of memory")
    except (ValueError, TypeError, OSError, ArithmeticError, BackendError) as error:
        complain(str(error))
    return 2
