"""Times the register tile of csrc/simd/linalg.h in the shapes it could have: for each level that
this processor runs, and for AVX-512 with 4 doubles in a vector, tiles of 4 to 8 rows by two
vectors.
Prints a table in Markdown.

    python benchmarks/tiles.py [SECONDS]

Every shape is one program, all take turns three times, and the best of each counts. Bold is the
shape that the level has; the limit is that of multiplications and additions without anything else.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile

from compiled import CORE, compiled
from limits import limits

AVX512 = ["-mavx512f", "-mavx512dq", "-mavx512vl"]
TARGETS = {"avx2": ["-mavx2"], "avx512": AVX512, "zen4": AVX512, "neon": []}
HALVES = "avx512, halves"
SHAPES = range(4, 9)
WORKS = ("tiles, by row", "by column", "forward", "weight gradient", "input gradient")
TURNS = 3


def definitions(level: str) -> dict[str, str]:
    """What a level defines: LANES, ROWS and the like."""
    if level == HALVES:
        return {**definitions("avx512"), "LANES": "4", "ROWS": "none"}
    with open(os.path.join(CORE, "simd", f"{level}.c"), encoding="utf-8") as file:
        return dict(re.findall(r"^#define (\w+) ?(\w*)$", file.read(), re.M))


def levels() -> list[str]:
    """Those that this processor runs."""
    if platform.machine() == "aarch64":
        return ["neon"]
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        flags = file.read().split()
    found = [
        level
        for level, options in TARGETS.items()
        if options and all(option[2:] in flags for option in options)
    ]
    return [*found, HALVES] if "avx512" in found else found


def programs(level: str, folder: str) -> dict[int, str]:
    """A program for each number of rows."""
    defined = {name: value for name, value in definitions(level).items() if name != "LEVEL"}
    found = {}
    for rows in SHAPES:
        flags = [f"-D{name}={value}" for name, value in {**defined, "ROWS": str(rows)}.items()]
        options = TARGETS.get(level, AVX512)
        found[rows] = compiled("tiles.c", folder, [*options, *flags, "-ffp-contract=off"])
    return found


def measured(program: str, seconds: float) -> list[float]:
    """What it prints."""
    done = subprocess.run([program, str(seconds)], capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def main() -> None:
    """Prints the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    with tempfile.TemporaryDirectory() as folder:
        shapes = {
            (level, rows): program
            for level in levels()
            for rows, program in programs(level, folder).items()
        }
        best = {shape: [0.0] * len(WORKS) for shape in shapes}
        limit = 0.0
        for _ in range(TURNS):
            limit = max(limit, limits(1, seconds, folder).separate_flops)
            for shape, program in shapes.items():
                best[shape] = [*map(max, best[shape], measured(program, seconds))]
    print(f"Limit: {limit / 1e9:.1f} GFLOP/s.\n")
    print("| level | doubles | tile | " + " | ".join(WORKS) + " |")
    print("|---|--:|--:|" + "--:|" * len(WORKS))
    for (level, rows), flops in best.items():
        defined = definitions(level)
        tile = f"**{rows} × 2**" if defined["ROWS"] == str(rows) else f"{rows} × 2"
        shares = " | ".join(f"{100 * value / limit:.0f} %" for value in flops)
        print(f"| {level} | {defined['LANES']} | {tile} | {shares} |")


if __name__ == "__main__":
    main()
