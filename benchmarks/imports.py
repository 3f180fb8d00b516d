"""What it costs to import a package: time and memory beyond those of a bare interpreter."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from statistics import median
from time import perf_counter

from measure import Setting, memory_of, start
from results import rounded
from table import Table, megabytes, seconds

MODULES = {
    "purenn": "purenn",
    "purenn and its C core": "purenn.native._core",
    "NumPy": "numpy",
    "scikit-learn": "sklearn.neural_network",
    "PyTorch": "torch",
}
BARE = "the bare interpreter"


def import_times(setting: Setting) -> tuple[Table, list[dict]]:
    """All of them in turn, in fresh interpreters."""
    present = {name: module for name, module in MODULES.items() if is_installed(module)}
    codes = {BARE: "", **{name: f"import {module}" for name, module in present.items()}}
    times: dict[str, list[float]] = {name: [] for name in codes}
    for _ in range(setting.rounds):
        for name, code in codes.items():
            times[name].append(timed(code, setting))
    memory = {name: memory_of(code, setting) for name, code in codes.items()}
    records = [record(name, times, memory, setting.threads) for name in codes]
    base = next(it["median"] for it in records if it["peer"] == "purenn")
    absent = [[name, "not installed", "", "", ""] for name in MODULES if name not in codes]
    columns = ["", "time", "least … most", "× purenn", "memory"]
    remark = "Times and memory of the packages are beyond those of the bare interpreter."
    rows = [row(it, base) for it in records] + absent
    return Table("import: the first import in a process", columns, rows, [remark]), records


def is_installed(module: str) -> bool:
    """Whether it can be imported."""
    try:
        return find_spec(module) is not None
    except ImportError:  # of a package that it is in
        return False


def record(name: str, times: dict, memory: dict[str, int], threads: int) -> dict:
    """A package, without what the interpreter takes anyway."""
    bare_time, bare_memory = (0.0, 0) if name == BARE else (median(times[BARE]), memory[BARE])
    own = [value - bare_time for value in times[name]]
    return {
        "item": "import",
        "threads": threads,
        "peer": name,
        "median": rounded(median(own)),
        "least": rounded(min(own)),
        "most": rounded(max(own)),
        "memory": memory[name] - bare_memory,
    }


def row(found: dict, base: float) -> list[str]:
    """A record, beside the seconds that purenn takes."""
    return [
        found["peer"],
        seconds(found["median"]),
        f"{seconds(found['least'])} … {seconds(found['most'])}",
        "" if found["peer"] == BARE else f"{found['median'] / base:.1f}",
        megabytes(found["memory"]),
    ]


def timed(code: str, setting: Setting) -> float:
    """From the start to the end of an interpreter with that code."""
    began = perf_counter()
    start([sys.executable, "-c", code], setting).communicate()
    return perf_counter() - began
