"""The command `purenn export`: a model as C or Python, or the core of purenn itself."""

from __future__ import annotations

import os
import re
from typing import Any

from .. import __version__
from ..export.c import CExport, export_c
from ..export.core import export_core
from ..export.python import export_python
from ..export.vectors import LIMITS
from ..network import Network


def add_to(commands: Any) -> None:
    """Adds the command to the command line."""
    command = commands.add_parser(
        "export", help="write a model as C or Python that needs no purenn"
    )
    command.set_defaults(run=export, parser=command)
    command.add_argument("model", nargs="?", help="a model file, as Network.save writes it")
    command.add_argument("--to", choices=("c", "python"), help="the language to write")
    command.add_argument(
        "--out",
        metavar="DIR",
        default=".",
        help="the folder to write into; by default the current one",
    )
    command.add_argument(
        "--prefix",
        metavar="NAME",
        help="what all exported names begin with; by default made from the model file's name",
    )
    command.add_argument(
        "--float32", action="store_true", help="C: store each weight in 4 bytes, not 8"
    )
    command.add_argument("--int8", action="store_true", help="C: store each weight in 1 byte")
    command.add_argument("--train", action="store_true", help="C: add the training step")
    command.add_argument(
        "--inputs",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="the range of the random inputs for the self-test and for what is said about "
        "rounded weights; by default -1 1",
    )
    command.add_argument(
        "--core", action="store_true", help="write the C core itself as one file; takes no model"
    )


def export(options: Any) -> int:
    """Writes what was asked for, and says what it takes."""
    check_folder(options.out)
    if options.core:
        written = write_core(options)
    elif options.model is None:
        raise ValueError("export: expected a model file, or --core for the C core itself")
    elif options.to is None:
        raise ValueError("export: expected --to c or --to python")
    else:
        written = write_model(options)
    print("\n".join(written))
    return 0


def write_core(options: Any) -> list[str]:
    """The core as one file."""
    of_models = (options.model, options.to, options.prefix, options.inputs)
    flags = (options.float32, options.int8, options.train)
    if any(value is not None for value in of_models) or any(flags):
        raise ValueError("--core: takes no model, and no other option than --out")
    paths = export_core(options.out, __version__)
    example = quoted(os.path.join(options.out, "letters"))
    return [*paths, f"try     make -C {quoted(options.out)} && {example}"]


def write_model(options: Any) -> list[str]:
    """The model in the language asked for."""
    write = write_c if options.to == "c" else write_python
    network = Network.load(options.model)
    try:
        return write(network, prefix(options), options)
    except ValueError as error:
        if options.prefix is None and str(error).startswith("prefix: "):
            raise ValueError(f"{error}; choose another with --prefix") from None
        raise


def write_python(network: Network, name: str, options: Any) -> list[str]:
    """The model as a Python module."""
    if options.float32 or options.int8 or options.train:
        raise ValueError("--to python: --float32, --int8 and --train are for --to c")
    paths = export_python(network, options.out, name, inputs=options.inputs or LIMITS)
    return [*paths, *said_of(name, options), f"proof   python {quoted(paths[0])}"]


def write_c(network: Network, name: str, options: Any) -> list[str]:
    """The model as C, and what it takes."""
    if options.float32 and options.int8:
        raise ValueError("--float32, --int8: expected one of them")
    weights = "float32" if options.float32 else "int8" if options.int8 else "float64"
    result = export_c(
        network,
        options.out,
        name,
        weights=weights,
        train=options.train,
        inputs=options.inputs or LIMITS,
    )
    source = quoted(result.paths[1])
    proof = f"cc -std=c99 -O2 -D{name.upper()}_SELFTEST {source} -o selftest && ./selftest"
    return [*result.paths, *said_of(name, options), *report(result), f"proof   {proof}"]


def report(result: CExport) -> list[str]:
    """What the export takes on the device, line by line."""
    trains = result.workspace > 0
    lines = [
        f"flash   {result.flash:,} bytes of constants, and the code",
        f"RAM     {result.ram:,} bytes of {'parameters and ' * trains}buffers on the stack",
    ]
    if trains:
        lines.append(f"        and {result.workspace:,} of workspace for a step on one sample")
    lines.append(f"time    {result.multiply_adds:,} multiply-adds for a prediction")
    if result.change:
        low, high = result.inputs
        seen, bound = rounded_up(result.change.seen), rounded_up(result.change.bound)
        samples = result.change.samples
        lines += [
            f"change  of an output by rounding the weights, for inputs from {low:g} to {high:g}:",
            f"        {seen} at most in {samples:,} random ones, {bound} at most in any",
        ]
    return lines


def quoted(path: str) -> str:
    """A path as one word of a shell (shlex is absent from a minimal Python)."""
    if re.fullmatch(r"[\w./+-]+", path):
        return path
    return "'" + path.replace("'", "'\"'\"'") + "'"


def rounded_up(value: float) -> str:
    """The value with two digits, never less than it is."""
    text = f"{value:.2g}"
    return text if float(text) >= value else f"{1.05 * value:.2g}"


def check_folder(path: str) -> None:
    """Refuses to write into what is no folder, and can't become one."""
    place = os.path.abspath(path)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place):
        raise ValueError(f"--out: expected a folder, got {path!r}, where {place!r} is a file")


def prefix(options: Any) -> str:
    """The prefix asked for, or the model file's name made a C identifier."""
    if options.prefix is not None:
        return options.prefix
    stem = stem_of(options.model)
    name = re.sub("[^A-Za-z0-9]+", "_", stem).strip("_")
    if not name:
        raise ValueError(f"prefix: none can be made from the file's name {stem!r}")
    return name if name[0].isalpha() else f"net_{name}"


def said_of(name: str, options: Any) -> list[str]:
    """The prefix, where the user can't know it."""
    known = stem_of(options.model) if options.prefix is None else options.prefix
    return [] if name == known else [f"prefix  {name}, made from the file's name"]


def stem_of(path: str) -> str:
    """A file's name without its ending."""
    return os.path.splitext(os.path.basename(path))[0]
