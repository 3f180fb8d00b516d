"""What it costs to import a package: time and memory beyond those of a bare interpreter."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from statistics import median
from time import perf_counter

from measure import Setting, memory_of, start
from table import Table, megabytes, seconds

MODULES = {
    "purenn": "purenn",
    "purenn and its C core": "purenn.native._core",
    "NumPy": "numpy",
    "scikit-learn": "sklearn.neural_network",
    "PyTorch": "torch",
}
BARE = "the bare interpreter"


def import_times(setting: Setting) -> tuple[Table, dict]:
    """All of them in turn, in fresh interpreters."""
    present = {name: module for name, module in MODULES.items() if is_installed(module)}
    codes = {BARE: "", **{name: f"import {module}" for name, module in present.items()}}
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(setting.rounds):
        for name, code in codes.items():
            times[name].append(timed(code, setting))
    memory = {name: memory_of(code, setting) for name, code in codes.items()}
    rows = [
        row(name, times, memory) if name in codes else [name, "not installed", "", "", ""]
        for name in [BARE, *MODULES]
    ]
    columns = ["", "time", "least … most", "× purenn", "memory"]
    remark = "Times and memory of the packages are beyond those of the bare interpreter."
    table = Table("import: the first import in a process", columns, rows, [remark])
    return table, {"item": "import", "seconds": times, "memory": memory}


def is_installed(module: str) -> bool:
    """Whether it can be imported."""
    try:
        return find_spec(module) is not None
    except ImportError:  # of a package that it is in
        return False


def row(name: str, times: dict[str, list[float]], memory: dict[str, int]) -> list[str]:
    """A package, without what the interpreter takes anyway."""
    bare_time, bare_memory = (0.0, 0) if name == BARE else (median(times[BARE]), memory[BARE])
    own = [value - bare_time for value in times[name]]
    base = median(times["purenn"]) - median(times[BARE])
    return [
        name,
        seconds(median(own)),
        f"{seconds(min(own))} … {seconds(max(own))}",
        "" if name == BARE else f"{median(own) / base:.1f}",
        megabytes(memory[name] - bare_memory),
    ]


def timed(code: str, setting: Setting) -> float:
    """From the start to the end of an interpreter with that code."""
    began = perf_counter()
    start([sys.executable, "-c", code], setting).communicate()
    return perf_counter() - began
