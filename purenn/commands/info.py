"""The command `purenn info`: which purenn this is, and which engine computes."""

from __future__ import annotations

import os
import sys
from typing import Any

from .. import __file__ as purenn_file
from .. import __version__, backend_info


def add_to(commands: Any) -> None:
    """Adds the command to the command line."""
    command = commands.add_parser("info", help="show the version and which engine computes")
    command.set_defaults(run=info, parser=command)


def info(options: Any) -> int:
    """Prints the version, the Python, and which engine computes and why."""
    engine = backend_info()
    print(f"purenn {__version__}")
    print(f"python: {sys.implementation.name} {sys.version.split()[0]}")
    print(f"package: {os.path.dirname(os.path.abspath(purenn_file))}")
    for key, value in engine.items():
        print(f"{key}: {value}")
    return 0
