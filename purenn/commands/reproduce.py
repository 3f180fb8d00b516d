"""The command `purenn reproduce`: runs articles on both engines and compares what they print."""

from __future__ import annotations

import argparse
import math
import os
import struct
import time
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..architecture import LARGEST_SEED
from ..articles import digits, house_price, letters, planar
from ..articles.printed import Document, Number, Options, Result
from ..checks import check_choice, check_count
from ..engines import BACKENDS, engine
from ..environment import check_arithmetic

if TYPE_CHECKING:
    from ..engines import Engine

ARTICLES: dict[str, ModuleType] = {
    "house_price": house_price,
    "letters": letters,
    "planar": planar,
    "digits": digits,
}

# What plain Python shortens where nothing was asked for: beside the C core, which does it all, and
# alone. No number that an article prints depends on it.
SHORTENED_BESIDE_C = {"planar": 500, "digits": 10}
SHORTENED_ALONE = {"digits": 100}

MOST_EPOCHS = 10**9

WIDEST = 50  # a column of a table is as wide as its widest cell up to this

SUMMARY = ("printed", "repeats", "reproduced", "errata", "differing", "omitted", "bits", "seconds")


def add_to(commands: Any) -> None:
    """Adds the command to the command line."""
    command = commands.add_parser(
        "reproduce", help="run the articles and compare every number that they print"
    )
    command.set_defaults(run=reproduce, parser=command)
    command.add_argument(
        "article", nargs="*", help=f"{', '.join(ARTICLES)}; all of them by default"
    )
    command.add_argument(
        "--backend",
        choices=("python", "c", "both"),
        help="the engine to use; by default both, or Python alone where the C core is missing",
    )
    command.add_argument(
        "--epochs", type=int, metavar="N", help="train for N epochs instead of the article's number"
    )
    command.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="use the seed N for everything that is drawn at random",
    )
    command.add_argument(
        "--data",
        metavar="PATH",
        help="images for digits: Kaggle's train.csv, or a folder with MNIST's IDX files",
    )
    command.add_argument(
        "--plot", metavar="FILE", help="save the articles' plots as a .png, .svg or .pdf file"
    )
    command.add_argument(
        "--json",
        action="store_true",
        help="print one JSON record for each number instead of tables",
    )


class Run(NamedTuple):
    """One article on every engine asked for: results by engine name, and the time they took."""

    article: str
    results: dict[str, Result]
    seconds: float

    @property
    def first(self) -> Result:
        """The result of the engine that ran first, and did everything."""
        return next(iter(self.results.values()))

    @property
    def same_bits(self) -> bool:
        """Whether all engines computed the same bits, as far as each went."""
        traces = [result.trace for result in self.results.values()]
        return all(bits(trace) == bits(traces[0][: len(trace)]) for trace in traces)

    @property
    def numbers(self) -> list[Number]:
        """Each number as an engine computed it on which it differs, or else as the first did."""
        together = zip(*(result.numbers for result in self.results.values()))
        return [next((number for number in same if number.differs), same[0]) for same in together]


def bits(numbers: list[float]) -> bytes:
    """The numbers as binary64, any NaN as the same."""
    return struct.pack(f"{len(numbers)}d", *(x if x == x else math.nan for x in numbers))


def reproduce(options: argparse.Namespace) -> int:
    """Runs articles on engines, prints their numbers, and ends with a summary."""
    for name in options.article:
        check_choice("article", list(ARTICLES), name)
    if options.epochs is not None:
        check_count("--epochs", options.epochs, 1, MOST_EPOCHS)
    if options.seed is not None:
        check_count("--seed", options.seed, 0, LARGEST_SEED)
    if options.data is not None and options.article != ["digits"]:
        raise ValueError("--data: only digits reads data: purenn reproduce digits --data PATH")
    if options.json:
        json_module()
    figure = None if options.plot is None else new_plot(options)
    engines = engines_for(options.backend)
    check_arithmetic()  # the articles call the reference, which doesn't
    runs = []
    for name in options.article or ARTICLES:
        run = run_article(name, engines, options)
        runs.append(run)
        print_records(run) if options.json else print_table(run)
    if figure is not None:
        save_plot(figure, runs, options.plot)
    if not options.json:
        print_summary(runs)
    differing = any(number.differs for run in runs for number in run.numbers)
    return 1 if differing or not all(run.same_bits for run in runs) else 0


def engines_for(backend: str | None) -> list[Engine]:
    """C before plain Python, so that the one that does everything prints."""
    if backend is None:
        backend = os.environ.get("PURENN_BACKEND", "auto")
        if backend not in BACKENDS:
            return [engine()]  # which says what is wrong
        if backend == "auto":
            backend = "both" if engine().name == "c" else "python"
    return [engine(name) for name in (("c", "python") if backend == "both" else (backend,))]


def run_article(name: str, engines: list[Engine], options: argparse.Namespace) -> Run:
    """One article on each engine, of which the first prints."""
    start = time.monotonic()
    results: dict[str, Result] = {}
    if not options.json:
        print(f"\n{'═' * 30} {name} {'═' * (68 - len(name))}\n")
        print(*ARTICLES[name].DOCUMENTS, "", sep="\n")
    for position, chosen in enumerate(engines):
        epochs = options.epochs
        if epochs is None and not options.article and chosen.name == "python":
            epochs = (SHORTENED_BESIDE_C if position else SHORTENED_ALONE).get(name)
        show = quiet if options.json or position else print
        results[chosen.name] = ARTICLES[name].reproduce(
            chosen, show, Options(epochs, options.seed, options.data)
        )
    return Run(name, results, time.monotonic() - start)


def quiet(text: str) -> None:
    """Prints nothing, where records or another engine's output are printed."""


def print_table(run: Run) -> None:
    """Every printed number beside what each engine computed."""
    names = list(run.results)
    rows: list[tuple[str, ...]] = [("number", "printed", *names, "")]
    for same in zip(*(result.numbers for result in run.results.values())):
        verdict = "; ".join(dict.fromkeys(number.verdict for number in same))
        rows.append((same[0].name, same[0].printed, *(n.computed for n in same), verdict))
    widths = [max(len(cell) for cell in column if len(cell) <= WIDEST) for column in zip(*rows)]
    print()
    if len(rows) == 1:
        rows = [("the article prints no numbers",)]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip())
    for name, result in run.results.items():
        if result.shortened:
            print(f"{name}: {result.shortened}")
    if len(names) > 1:
        print(f"{' and '.join(names)}: " + ("the same bits" if run.same_bits else "DIFFERENT BITS"))


def print_records(run: Run) -> None:
    """One JSON record for each number and engine."""
    for backend, result in run.results.items():
        for number in result.numbers:
            record = {
                "article": number.document.article,
                "document": number.document.number,
                "number": number.name,
                "counts_as": number.counts_as,
                "repeats": number.repeats,
                "printed": number.printed,
                "computed": number.computed,
                "agrees": number.agrees,
                "backend": backend,
            }
            if number.erratum:
                record["erratum"] = number.erratum
            print(json_module().dumps(record, ensure_ascii=False))


def json_module() -> Any:
    """The module, asked for before the first run, so that its absence costs none."""
    try:
        import json
    except ImportError:
        raise ValueError("--json: needs Python's json module, which this Python lacks") from None
    return json


def print_summary(runs: list[Run]) -> None:
    """By article, how many numbers are printed and what became of them; bits, and seconds."""
    print(f"\n{'═' * 30} summary {'═' * 61}\n")
    print(" " * 12 + "".join(f"{heading:>11}" for heading in SUMMARY))
    for name, part in [*((run.article, [run]) for run in runs), ("all", runs)]:
        cells = [*counts(part), same_bits(part), f"{sum(run.seconds for run in part):.1f}"]
        print(f"{name:<12}" + "".join(f"{cell:>11}" for cell in cells))
    print("\nrepeats: printed by an earlier document of the article too; omitted: not compared")
    for run in runs:
        if run.first.remark:
            print(f"{run.article}: {run.first.remark}")
    if any(number.erratum for run in runs for number in run.numbers):
        print("docs/errata.md in the source explains each erratum.")


def counts(runs: list[Run]) -> list[int]:
    """How many numbers are printed, repeated, reproduced, errata, differing and omitted."""
    documents: list[Document] = [d for run in runs for d in ARTICLES[run.article].DOCUMENTS]
    numbers = [number for run in runs for number in run.numbers]

    def count(which: Callable[[Number], Any]) -> int:
        return sum(number.counts_as for number in numbers if which(number))

    printed = sum(document.numbers for document in documents)
    return [
        printed,
        count(lambda number: number.repeats),
        count(lambda number: number.agrees),
        count(lambda number: number.erratum and not number.agrees),
        count(lambda number: number.differs),
        printed - count(lambda number: True),
    ]


def same_bits(runs: list[Run]) -> str:
    """What the summary says of the engines' bits."""
    if max(len(run.results) for run in runs) == 1:
        return "-"
    return "same" if all(run.same_bits for run in runs) else "DIFFERENT"


def new_plot(options: argparse.Namespace) -> Any:
    """An empty matplotlib figure, made first so that its absence costs no run."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ValueError("--plot: needs matplotlib; pip install 'purenn[plot]' adds it") from None
    folder = os.path.dirname(os.path.abspath(options.plot))
    if not os.path.isdir(folder):
        raise ValueError(f"--plot: expected a file in a folder that exists, got {options.plot!r}")
    ending = os.path.splitext(options.plot)[1].lower()
    if ending not in (".png", ".svg", ".pdf") or os.path.isdir(options.plot):
        raise ValueError(
            f"--plot: expected a file name ending in .png, .svg or .pdf, got {options.plot!r}"
        )
    return Figure(figsize=(9, 4.5 * len(options.article or ARTICLES)), layout="constrained")


def save_plot(figure: Any, runs: list[Run], path: str) -> None:
    """One part of the figure for each article, below each other."""
    for part, run in zip(figure.subfigures(len(runs), squeeze=False).flat, runs):
        part.suptitle(run.article)
        run.first.picture(part)
    figure.savefig(path, dpi=150)
