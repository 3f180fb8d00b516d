"""Runs the workload wherever this machine can and writes the tables of docs/portability.md.

`python tests/portability_page.py` takes a few minutes, most of them CPython's full lengths.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from golden import FULL, WORKLOAD, golden
from portability import HOSTS, TARGETS, Absent, Result, compute
from test_c_core import ROOT

PAGE = ROOT / "docs" / "portability.md"
DIGITS = 6  # of a hash, in a cell
LETTERS = "letters, 100 epochs"
HASHES = "training | SHA-256"
SIZES = ".text | .data | RAM, letters | RAM, all six"


def tables() -> Iterator[str]:
    """In the order of their places on the page."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        all_six = {name: pool.submit(compute, TARGETS[name], [*WORKLOAD]) for name in TARGETS}
        small = {name: pool.submit(compute, TARGETS[name], [LETTERS]) for name in TARGETS}
        full = {name: pool.submit(compute, TARGETS[name], [*FULL]) for name in HOSTS}
    yield table(HASHES, ([name, f"`{golden(name)}`"] for name in WORKLOAD))
    yield table(
        f"target | the six hashes | {SIZES} | time, letters | time, all six",
        (row(name, WORKLOAD, all_six[name], small[name]) for name in TARGETS),
    )
    yield table(HASHES, ([name, f"`{golden(name)}`"] for name in FULL))
    yield table(
        "host | the two hashes | time, planar | time, digits",
        (row(name, FULL, full[name]) for name in HOSTS),
    )


def row(name: str, names: Iterable[str], run: Future, small: Future | None = None) -> list[str]:
    """The cells of a target: its hashes, sizes beside those of a smaller run, and times."""
    try:
        result = run.result()
        sizes = sizes_of(result, small.result()) if small else []
    except Absent as absent:
        return [name, f"not run, needs {absent}"]
    ticks = [small.result().ticks[0], sum(result.ticks)] if small else result.ticks
    unit = "instructions" if getattr(TARGETS[name], "board", False) else "nanoseconds"
    return [name, shown(result.digests, names), *sizes, *(amount(n, unit) for n in ticks)]


def sizes_of(result: Result, small: Result) -> list[str]:
    if not result.sizes:
        return [""] * 4
    text, data, ram = result.sizes
    return [f"{size:,}" for size in (text, data, small.sizes[2], ram)]


def shown(digests: list[str], names: Iterable[str]) -> str:
    """The first digits of what a target computed; a digest that isn't the golden one in full."""
    pairs = zip(names, digests)
    return " ".join(f"`{d[:DIGITS] if d == golden(name) else d}`" for name, d in pairs)


def amount(ticks: int, unit: str) -> str:
    if unit == "instructions":
        return f"{ticks / 1e6:.1f} M instructions"
    return f"{ticks / 1e9:.1f} s" if ticks >= 1e9 else f"{ticks / 1e6:.3g} ms"


def table(header: str, rows: Iterable[list[str]]) -> str:
    columns = header.split(" | ")
    lines = [columns, ["---"] * len(columns)]
    lines += [cells + [""] * (len(columns) - len(cells)) for cells in rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = tables()
    page = re.sub(r"^\|(?:.*\n\|)*.*$", lambda _: next(written), page, flags=re.M)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
