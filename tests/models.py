"""What LLVM's models of processors say of the inner loops of each SIMD level.

`python tests/models.py` writes the tables of docs/performance.md, in half a minute. It finds the
loops in what the compilers make of csrc/simd by how many multiplications and additions they hold.
"""

from __future__ import annotations

import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import product
from typing import NamedTuple

from portability import expand, run
from portability_page import table
from test_c_core import ROOT

PAGE = ROOT / "docs" / "performance.md"
SECTION = re.compile(r"^## Processors that aren't here\n.*?(?=^## )", re.M | re.S)
COMPILERS = "gcc", "clang"
ITERATIONS = 1000
# The levels that each can run, first the one that purenn takes there, and the share of the limit
# that its tile has to reach.
PROCESSORS = {
    "znver3": {"avx2": 0.8},
    "znver4": {"zen4": 0.95, "avx512": 0.65, "avx2": 0.8},
    "znver5": {"avx512": 0.65, "avx2": 0.8},
    "alderlake": {"avx2": 0.9},
    "skylake-avx512": {"avx512": 0.95, "avx2": 0.95},
    "icelake-server": {"avx512": 0.95, "avx2": 0.95},
    "sapphirerapids": {"avx512": 0.95, "avx2": 0.9},
    "neoverse-n1": {"neon": 0.7},
    "neoverse-v2": {"neon": 0.85},
    "apple-m1": {"neon": 0.9},
}


class Level(NamedTuple):
    """The doubles of a vector; a multiplication and an addition that write register {}."""

    lanes: int
    multiply: str
    add: str
    triple: str = "x86_64"
    gcc: str = "gcc"
    clang: str = "clang"


LEVELS = {
    "avx2": Level(4, "vmulpd %ymm14, %ymm15, %ymm{}", "vaddpd %ymm14, %ymm15, %ymm{}"),
    "avx512": Level(8, "vmulpd %zmm14, %zmm15, %zmm{}", "vaddpd %zmm14, %zmm15, %zmm{}"),
    "zen4": Level(8, "vmulpd %zmm14, %zmm15, %zmm{}", "vaddpd %zmm14, %zmm15, %zmm{}"),
    "neon": Level(
        2, "fmul v{}.2d, v14.2d, v15.2d", "fadd v{}.2d, v14.2d, v15.2d",
        "aarch64", "aarch64-linux-gnu-gcc", "clang --target=aarch64-linux-gnu",
    ),
}  # fmt: skip
# Where tiles are, which multiply as often as they add.
PRODUCTS = re.compile(r"affine|add_weight_products|input_gradient|panel_products[.\w]*")
STORE = re.compile(  # but for those of registers to the stack, which cost what they cost
    r"\tvmov\w+\t%[yz]mm\d+, [^\n(]*\((?!%rsp)|\tst[rp]\tq[^\n]*\[(?!sp)"
)
# Other loops: the function, the multiplications and additions, and the vectors done by them.
OTHERS = {
    "exp": ("exp_forward", 19, 17, 1),
    "log": ("log_forward", 16, 17, 1),
    "product, one sample": ("train_one_by_one", 4, 4, 4),
    "step, one sample": ("train_one_by_one", 12, 12, 4),
    "product without zeros": ("sparse_affine", 8, 8, 8),
    "gradient without zeros": ("sparse_add_weight_products", 4, 4, 4),
    "gradient, 4 inputs": ("add_weight_products", 4, 5, 4),
}


class Loop(NamedTuple):
    """An innermost loop: the instructions, how many of them multiply vectors and how many add."""

    function: str
    multiplications: int
    additions: int
    body: str


@cache
def loops(level: str, compiler: str) -> list[Loop]:
    """The innermost loops that a compiler makes of a level."""
    command = expand(
        getattr(LEVELS[level], compiler), "apt install gcc clang gcc-aarch64-linux-gnu"
    )
    flags = "-std=c99", "-O3", "-ffp-contract=off", "-fPIC", "-S", "-o", "-"
    lines = run(ROOT, *command, *flags, ROOT / "csrc" / "simd" / f"{level}.c").splitlines()
    labels: dict[str, int] = {}
    found, function, end = [], "", 0
    for i, line in enumerate(lines):
        if label := re.match(r"([.\w]+):", line):
            labels[label[1]] = i
            function = function if label[1].startswith(".") else label[1]
        jump = re.match(r"\t(?:j|b|cb|tb)[\w.]*\s+(?:\w+, *)?(?:#\d+, *)?(\.L\w+)", line)
        if jump and labels.get(jump[1], 0) > end:  # back, over no other loop
            body = "\n".join(filter(re.compile(r"\t[a-z]").match, lines[labels[jump[1]] : i + 1]))
            found.append(Loop(function, amount("mul", body), amount("(add|sub)", body), body))
            end = i
    return found


def amount(operation: str, body: str) -> int:
    """How many instructions are that operation on vectors of doubles."""
    return len(re.findall(rf"^\t(v{operation}pd|f{operation}\tv)", body, re.M))


def tiles(level: str, compiler: str) -> list[Loop]:
    """The main tile, wherever the compiler put it; not the one that copies a panel."""
    found = [
        loop
        for loop in loops(level, compiler)
        if PRODUCTS.fullmatch(loop.function)
        and loop.multiplications == loop.additions
        and not STORE.search(loop.body)
    ]
    most = max(loop.multiplications for loop in found)
    return [loop for loop in found if loop.multiplications == most]


def other(level: str, name: str) -> Loop:
    """That loop as gcc makes it; for doubles, as no other type makes it shorter."""
    *wanted, _ = OTHERS[name]
    found = [loop for loop in loops(level, "gcc") if [*loop[:3]] == wanted]
    return min(found, key=lambda loop: len(loop.body))


def cycles(processor: str, level: str, bodies: list[str]) -> list[float]:
    """The cycles of each loop's body, one iteration after the other, in the processor's model.

    LLVM takes Zen's vbroadcastsd from memory to ymm0 ... ymm15 for an operation of the ports that
    add and multiply. Measured on Zen 4 it is a load and no more, so a load stands for it.
    """
    program = expand(
        "$PURENN_LLVM_MCA",
        "tests/models/llvm_mca.sh FOLDER; PURENN_LLVM_MCA=FOLDER/usr/lib/llvm-22/bin/llvm-mca",
    )
    text = "".join(f"// LLVM-MCA-BEGIN\n{body}\n// LLVM-MCA-END\n" for body in bodies)
    if processor.startswith("znver"):
        text = re.sub(r"vbroadcastsd(\t[^%\n]*\(.*, %ymm(?:\d|1[0-5])\n)", r"vmovupd\1", text)
    printed = run(
        ROOT, *program, f"-mtriple={LEVELS[level].triple}", f"-mcpu={processor}",
        f"-iterations={ITERATIONS}", "-json", "-instruction-info=0", "-resource-pressure=0",
        input=text,
    )  # fmt: skip
    regions = json.loads(printed)["CodeRegions"]
    return [region["SummaryView"]["TotalCycles"] / ITERATIONS for region in regions]


class Tile(NamedTuple):
    """A level's tile on a processor."""

    operations: int  # multiplications and additions of vectors
    ports: int  # how many of them can begin in a cycle
    taken: dict[str, float]  # by each compiler's: the cycles of its slowest copy

    @property
    def limit(self) -> float:
        return self.operations / self.ports

    @property
    def share(self) -> float:
        return self.limit / max(self.taken.values())


def tile(processor: str, level: str) -> Tile:
    """The tile of a level in a processor's model."""
    pair = LEVELS[level].multiply, LEVELS[level].add
    alone = [pair[i % 2].format(i) for i in range(12)]  # none of which waits for another
    copies = [(compiler, loop) for compiler in COMPILERS for loop in tiles(level, compiler)]
    bodies = ["\n".join(alone), *(loop.body for _, loop in copies)]
    of_alone, *of_copies = cycles(processor, level, bodies)
    taken = dict.fromkeys(COMPILERS, 0.0)
    for (compiler, _), each in zip(copies, of_copies):
        taken[compiler] = max(taken[compiler], each)
    (operations,) = {loop.multiplications + loop.additions for _, loop in copies}
    return Tile(operations, round(len(alone) / of_alone), taken)


def tile_row(processor: str, level: str) -> list[str]:
    """The cells of a tile; the level that purenn takes by itself in bold."""
    run, kept = tile(processor, level), PROCESSORS[processor][level]
    return [
        processor,
        f"**{level}**" if level == chosen(processor) else level,
        f"{run.operations} of {LEVELS[level].lanes}",
        f"{run.ports}",
        *(f"{each:.1f}" for each in (run.limit, *run.taken.values())),
        f"{run.share:.0%}".replace("%", " %"),
        f"{kept:.0%}".replace("%", " %"),
    ]


def chosen(processor: str) -> str:
    return next(iter(PROCESSORS[processor]))


def others(processor: str) -> list[str]:
    """The cycles that the other loops take for a number, with the processor's own level."""
    level = chosen(processor)
    taken = cycles(processor, level, [other(level, name).body for name in OTHERS])
    numbers = [vectors * LEVELS[level].lanes for *_, vectors in OTHERS.values()]
    return [f"{each / number:.2f}" for each, number in zip(taken, numbers)]


def tables() -> list[str]:
    """In the order of their places on the page."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pool.map(lambda each: loops(*each), product(LEVELS, COMPILERS))
    rows = [
        tile_row(processor, level) for processor in PROCESSORS for level in PROCESSORS[processor]
    ]
    columns = zip(OTHERS, *map(others, PROCESSORS))
    return [
        table(
            "processor | level | operations | ports | limit | gcc | clang | share | kept above",
            rows,
        ),
        table(" | ".join(["cycles for a number", *PROCESSORS]), map(list, columns)),
    ]


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    written = iter(tables())
    section = SECTION.search(page)[0]
    new = re.sub(r"^\|(?:.*\n\|)*.*$", lambda _: next(written), section, flags=re.M)
    PAGE.write_text(page.replace(section, new), encoding="utf-8")


if __name__ == "__main__":
    main()
