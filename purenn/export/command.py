"""The command `purenn export`: a model as C or Python, or the core of purenn itself."""

from __future__ import annotations

import os
import re
from typing import Any

from .. import __version__
from ..network import Network
from .c import CExport, export_c
from .core import export_core
from .python import export_python
from .vectors import LIMITS


def export(options: Any) -> int:
    """Writes what was asked for, and says what it takes."""
    if options.core:
        written = write_core(options)
    elif options.model is None:
        raise ValueError("export: expected a model file (or --core for the C core itself)")
    elif options.to is None:
        raise ValueError("export: expected --to c or --to python")
    elif options.to == "c":
        written = write_c(options)
    else:
        written = write_python(options)
    print("\n".join(written))
    return 0


def write_core(options: Any) -> list[str]:
    """The core as one file."""
    of_models = (options.model, options.to, options.prefix, options.inputs)
    flags = (options.float32, options.int8, options.train)
    if any(value is not None for value in of_models) or any(flags):
        raise ValueError("--core: exports purenn's core, so it takes no model, and only --out")
    paths = export_core(options.out, __version__)
    example = quoted(os.path.join(options.out, "letters"))
    return [*paths, f"try     make -C {quoted(options.out)} && {example}"]


def write_python(options: Any) -> list[str]:
    """The model as a Python module."""
    if options.float32 or options.int8 or options.train:
        raise ValueError("--to python: --float32, --int8 and --train are for --to c")
    network = Network.load(options.model)
    paths = export_python(network, options.out, prefix(options), inputs=options.inputs or LIMITS)
    return [*paths, f"proof   python {quoted(paths[0])}"]


def write_c(options: Any) -> list[str]:
    """The model as C, and what it takes."""
    if options.float32 and options.int8:
        raise ValueError("--float32, --int8: expected one of them")
    weights = "float32" if options.float32 else "int8" if options.int8 else "float64"
    network = Network.load(options.model)
    name = prefix(options)
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
    return [*result.paths, *report(result), f"proof   {proof}"]


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


def prefix(options: Any) -> str:
    """The prefix asked for, or the name of the model file."""
    if options.prefix is not None:
        return options.prefix
    return os.path.splitext(os.path.basename(options.model))[0]
