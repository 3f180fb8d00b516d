"""How fast a network exported as C predicts on this machine, beside the plain core in C."""

from __future__ import annotations

import argparse
import os
import tempfile
from array import array
from glob import glob

from compiled import CORE, HERE, Absent
from images import run
from items import WIDE
from table import Table, digits, seconds, text

from purenn import Network, export_c
from purenn.export.rounding import FORMATS, stored

LIBRARY = ["gcc", "-std=c99", "-O3", "-ffp-contract=off"]  # as setup.py compiles the core
BUILDS = [[compiler, level] for compiler in ("gcc", "clang") for level in ("-O2", "-O3")]


def rows(form: str, builds: list[list[str]]) -> list[list[str]]:
    """A row for each way to compile the network in that form."""
    with tempfile.TemporaryDirectory() as folder:
        network = Network(
            WIDE,
            activations=["sigmoid", "sigmoid", "softmax"],
            loss="categorical_cross_entropy",
            seed=1,
        )
        export_c(network, folder, "wide", weights=form)
        layers = [layer.weights for layer in stored(network.get_weights(), form)]
        write(folder, "parameters", [w for W, b in layers for row in (*W, b) for w in row])
        write(folder, "x", [k % 101 / 101 for k in range(WIDE[0])])
        return [[f"{form}, {' '.join(build)}", *attempt(folder, build)] for build in builds]


def write(folder: str, name: str, numbers: list[float]) -> None:
    """The numbers as exported.c reads them."""
    with open(os.path.join(folder, name), "wb") as file:
        array("d", numbers).tofile(file)


def attempt(folder: str, build: list[str]) -> list[str]:
    """The times of both, and their ratio; or what is missing."""
    try:
        run(*build, "-std=c99", "-c", "wide.c", cwd=folder)
        main = os.path.join(HERE, "c", "exported.c")
        sources = [main, *glob(f"{CORE}/*.c"), "wide.o"]
        run(*LIBRARY, "-I", CORE, "-I", folder, *sources, "-lm", "-o", "program", cwd=folder)
    except Absent as reason:
        return [str(reason), "", ""]
    program = os.path.join(folder, "program")
    exported, plain, same = map(float, run(program, "parameters", "x", cwd=folder).split())
    if not same:
        raise RuntimeError(f"{' '.join(build)}: the export has other bits than the core")
    return [seconds(exported), seconds(plain), digits(plain / exported)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="exported.py", description=__doc__)
    parser.add_argument("--form", choices=FORMATS, action="append", help="of the weights; all")
    options = parser.parse_args()
    found = [row for form in options.form or FORMATS for row in rows(form, BUILDS)]
    title = f"exported: a prediction of {'-'.join(map(str, WIDE))}; one thread"
    columns = ["", "exported", "plain core", "speed of the export / of the core"]
    print(text(Table(title, columns, found, [])))


if __name__ == "__main__":
    main()
