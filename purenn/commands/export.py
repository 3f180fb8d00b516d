"""The command `purenn export`: a model as C or Python, or the core of purenn itself."""

from __future__ import annotations

import os
import re
from typing import Any

from ..export import CExport, export_c, export_core, export_python
from ..export.vectors import LIMITS
from ..network import Network
from ..optimizers import OPTIMIZERS


def add_to(commands: Any) -> None:
    """Adds the command to the command line."""
    command = commands.add_parser(
        "export", help="write a model as C or Python code that runs without purenn"
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
        "--float32", action="store_true", help="C: store each weight in 4 bytes instead of 8"
    )
    command.add_argument(
        "--int8", action="store_true", help="C: store each weight in 1 byte instead of 8"
    )
    command.add_argument("--train", action="store_true", help="C: add the training step")
    command.add_argument(
        "--optimizer",
        choices=tuple(OPTIMIZERS),
        help="C: what the training step is made by; by default gradient_descent",
    )
    command.add_argument(
        "--inputs",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="the range of inputs, after the model's own scaling, for which the self-test is made "
        "and the effect of rounded weights is reported; by default -1 1",
    )
    command.add_argument(
        "--core", action="store_true", help="write the C core itself as one file; takes no model"
    )


def export(options: Any) -> int:
    """Writes what was asked for, and reports what it takes."""
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
    of_models = (options.model, options.to, options.prefix, options.inputs, options.optimizer)
    flags = (options.float32, options.int8, options.train)
    if any(value is not None for value in of_models) or any(flags):
        raise ValueError("--core: takes no model and no option but --out")
    paths = export_core(options.out)
    example = quoted(os.path.join(options.out, "letters"))
    return [*paths, f"try     make -C {quoted(options.out)} && {example}"]


def write_model(options: Any) -> list[str]:
    """The model in the language asked for."""
    if options.float32 and options.int8:
        raise ValueError("--float32, --int8: choose one of them")
    if options.to == "python" and (options.float32 or options.int8 or options.train):
        raise ValueError("--to python: --float32, --int8 and --train are for --to c")
    network = Network.load(options.model)
    stem = os.path.splitext(os.path.basename(options.model))[0]
    write = write_c if options.to == "c" else write_python
    try:
        prefix = prefix_of(stem) if options.prefix is None else options.prefix
        paths, details = write(network, prefix, options)
    except ValueError as error:
        if options.prefix is None and str(error).startswith("prefix: "):
            raise ValueError(f"{error}; choose another with --prefix") from None
        raise
    if prefix not in (stem, options.prefix):
        paths.append(f"prefix  {prefix}, made from the file's name")
    return [*paths, *details]


def prefix_of(stem: str) -> str:
    """A C identifier made from a file's name."""
    name = re.sub("[^A-Za-z0-9]+", "_", stem).strip("_")
    if not name:
        raise ValueError(f"prefix: cannot make one from the file's name {stem!r}")
    return name if name[0].isalpha() else f"net_{name}"


def write_python(network: Network, prefix: str, options: Any) -> tuple[list[str], list[str]]:
    """The model as a Python module: its path, and how to test it."""
    paths = export_python(network, options.out, prefix, inputs=options.inputs or LIMITS)
    return paths, [f"test    python {quoted(paths[0])}"]


def write_c(network: Network, prefix: str, options: Any) -> tuple[list[str], list[str]]:
    """The model as C: its paths, what it takes, and how to test it."""
    result = export_c(
        network,
        options.out,
        prefix,
        weights="float32" if options.float32 else "int8" if options.int8 else "float64",
        train=options.train,
        optimizer=options.optimizer or "gradient_descent",
        inputs=options.inputs or LIMITS,
    )
    source = quoted(result.paths[1])
    test = f"cc -std=c99 -O2 -D{prefix.upper()}_SELFTEST {source} -o selftest && ./selftest"
    return result.paths, [*report(result), f"test    {test}"]


def report(result: CExport) -> list[str]:
    """What the export takes on the device, line by line."""
    trains = result.workspace > 0
    lines = [
        f"flash   {result.flash:,} bytes of constants, plus the code",
        f"RAM     {result.ram:,} bytes: {'the parameters, and ' * trains}buffers on the stack",
    ]
    if trains:
        lines.append(f"        plus {result.workspace:,} of workspace to train on one sample")
    if result.state:
        lines.append(f"        plus {result.state:,} that the optimizer remembers")
    lines.append(f"time    {result.multiply_adds:,} multiply-adds per prediction")
    if result.change:
        low, high = result.inputs
        seen, bound = rounded_up(result.change.seen), rounded_up(result.change.bound)
        samples = f"{result.change.samples:,} random samples"
        lines += [
            f"change  rounding the weights changes an output, for inputs from {low:g} to {high:g},",
            f"        by at most {seen} in {samples}, and by at most {bound} in any",
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
