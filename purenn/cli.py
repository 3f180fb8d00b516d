"""The command line: `purenn` reproduces the articles, `purenn info` tells what computes here."""

from __future__ import annotations

import argparse
import codecs
import math
import os
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import __version__
from .architecture import LARGEST_SEED
from .articles import digits, house_price, letters, planar
from .articles.figures import Figure, Options, Result
from .checks import check_choice, check_count
from .engines import BACKENDS, BackendError, Engine, backend_info, engine

ARTICLES: dict[str, Callable[[Engine, Callable[[str], None], Options], Result]] = {
    "house_price": house_price.reproduce,
    "letters": letters.reproduce,
    "planar": planar.reproduce,
    "digits": digits.reproduce,
}

# What plain Python shortens where nothing was asked for: beside the C core, which does it all, and
# alone. No figure that an article prints depends on it.
SHORTENED_BESIDE_C = {"planar": 500, "digits": 10}
SHORTENED_ALONE = {"digits": 100}

# For terminals without these characters.
PLAIN_TEXT = str.maketrans("█·▒•│└─═→", "#.:*|+-=>")

WIDEST = 50  # a column of a table is as wide as its widest text up to this


class Run(NamedTuple):
    """One article on every engine asked for: results by engine name, and the time they took."""

    article: str
    results: dict[str, Result]
    seconds: float

    @property
    def figures(self) -> list[Figure]:
        """All figures of all engines."""
        return [figure for result in self.results.values() for figure in result.figures]

    @property
    def first(self) -> Result:
        """The result of the engine that ran first, and did everything."""
        return next(iter(self.results.values()))

    @property
    def same_bits(self) -> bool:
        """Whether all engines computed the same bits, as far as each went."""
        traces = [result.trace for result in self.results.values()]
        return all(bits(trace) == bits(traces[0][: len(trace)]) for trace in traces)


def bits(numbers: list[float]) -> bytes:
    """The numbers as binary64, any NaN as the same."""
    return struct.pack(f"{len(numbers)}d", *(x if x == x else math.nan for x in numbers))


def plain_text(error: UnicodeError) -> tuple[str, int]:
    """What stands for a character that the terminal does not have."""
    assert isinstance(error, UnicodeEncodeError)
    missing = error.object[error.start : error.end]
    return missing.translate(PLAIN_TEXT).encode("ascii", "replace").decode(), error.end


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> Any:
        raise ValueError(f"{message} (try {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 is success, 1 a figure that differs, 2 an error, 130 Ctrl-C."""
    codecs.register_error("purenn", plain_text)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="purenn")
    try:
        try:
            options = parser().parse_args(arguments)
            return options.run(options)
        finally:
            flush()
    except KeyboardInterrupt:
        print("purenn: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has gone, as `head` does
        return 0
    except (ValueError, TypeError, OSError, BackendError) as error:
        print(f"purenn: {' '.join(str(error).split())}", file=sys.stderr)
        return 2


def flush() -> None:
    """Writes what is left, here, where a failure can be told and need not be told again."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def parser() -> Parser:
    """What the command line accepts."""
    result = Parser(prog="purenn", description="Dense neural networks, the same bits everywhere.")
    result.set_defaults(
        run=reproduce, article=[], backend=None, epochs=None, seed=None, data=None, plot=None,
        json=False,
    )  # fmt: skip
    result.add_argument("--version", action="version", version=f"purenn {__version__}")
    commands = result.add_subparsers(title="commands", metavar="command")
    command = commands.add_parser("reproduce", help="the articles' figures, printed and computed")
    command.add_argument(
        "article", nargs="*", help=f"{', '.join(ARTICLES)}; all of them if none is named"
    )
    command.add_argument(
        "--backend", choices=("python", "c", "both"), help="both, where the C core is installed"
    )
    command.add_argument("--epochs", type=int, help="another number of epochs or iterations")
    command.add_argument("--seed", type=int, help="another seed than the article's")
    command.add_argument(
        "--data", metavar="PATH", help="digits: train.csv, or a folder with MNIST's IDX files"
    )
    command.add_argument("--plot", metavar="FILE", help="the pictures, as .png, .svg or .pdf")
    command.add_argument("--json", action="store_true", help="one JSON record per figure instead")
    command = commands.add_parser("export", help="a model as C or Python that needs no purenn")
    command.add_argument("model", nargs="?", help="a model file, as Network.save writes it")
    command.add_argument("--to", choices=("c", "python"), help="the language")
    command.add_argument("--out", metavar="DIR", default=".", help="where; here if not given")
    command.add_argument("--prefix", help="what names begin with; the model's name if not given")
    command.add_argument("--float32", action="store_true", help="weights of 4 bytes")
    command.add_argument("--int8", action="store_true", help="weights of 1 byte")
    command.add_argument("--train", action="store_true", help="the training step as well")
    command.add_argument(
        "--inputs",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="limits of random inputs, for the self-test and what rounding changes; -1 1",
    )
    command.add_argument("--core", action="store_true", help="instead: the C core as one file")
    command.set_defaults(run=export)
    commands.add_parser("info", help="what computes here").set_defaults(run=info)
    return result


def reproduce(options: argparse.Namespace) -> int:
    """Runs articles on engines, prints their figures, and ends with a summary."""
    for name in options.article:
        check_choice("article", list(ARTICLES), name)
    if options.epochs is not None:
        check_count("--epochs", options.epochs)
    if options.seed is not None:
        check_count("--seed", options.seed, 0, LARGEST_SEED)
    if options.data is not None and options.article != ["digits"]:
        raise ValueError("--data: only digits reads data: purenn reproduce digits --data PATH")
    if options.json:
        json_module()
    figure = None if options.plot is None else new_plot(options)
    engines = engines_for(options.backend)
    runs = []
    for name in options.article or ARTICLES:
        run = run_article(name, engines, options)
        runs.append(run)
        print_records(run) if options.json else print_table(run)
    if figure is not None:
        save_plot(figure, runs, options.plot)
    if not options.json:
        print_summary(runs)
    return 1 if any(not run.same_bits or differing(run.figures) for run in runs) else 0


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
    for position, chosen in enumerate(engines):
        epochs = options.epochs
        if epochs is None and not options.article and chosen.name == "python":
            epochs = (SHORTENED_BESIDE_C if position else SHORTENED_ALONE).get(name)
        show = quiet if options.json or position else print
        results[chosen.name] = ARTICLES[name](
            chosen, show, Options(epochs, options.seed, options.data)
        )
    return Run(name, results, time.monotonic() - start)


def quiet(text: str) -> None:
    """Prints nothing."""


def print_table(run: Run) -> None:
    """Every printed figure beside what each engine computed."""
    names = list(run.results)
    rows: list[tuple[str, ...]] = [("figure", "printed", *names, "")]
    for same in zip(*(result.figures for result in run.results.values())):
        verdict = "; ".join(dict.fromkeys(figure.verdict for figure in same))
        rows.append((same[0].name, same[0].printed, *(f.computed for f in same), verdict))
    widths = [max(len(text) for text in column if len(text) <= WIDEST) for column in zip(*rows)]
    print()
    if len(rows) == 1:
        rows = [("the article prints no figure",)]
    for row in rows:
        print("  ".join(f"{text:<{width}}" for text, width in zip(row, widths)).rstrip())
    for name, result in run.results.items():
        if result.shortened:
            print(f"{name}: {result.shortened}")
    if len(names) > 1:
        print(f"{' and '.join(names)}: " + ("the same bits" if run.same_bits else "DIFFERENT BITS"))


def print_records(run: Run) -> None:
    """One JSON record per figure and engine."""
    for backend, result in run.results.items():
        for figure in result.figures:
            record = {
                "article": figure.article,
                "figure": figure.name,
                "printed": figure.printed,
                "computed": figure.computed,
                "agrees": figure.agrees,
                "backend": backend,
            }
            if figure.erratum:
                record["erratum"] = figure.erratum
            print(json_module().dumps(record, ensure_ascii=False))


def json_module() -> Any:
    """The module, asked for before the first run, so that its absence costs none."""
    try:
        import json
    except ImportError:
        raise ValueError("--json: needs Python's json module, which this Python lacks") from None
    return json


def print_summary(runs: list[Run]) -> None:
    """Figures printed, reproduced, explained by an erratum, differing, and seconds, by article."""
    print(f"\n{'═' * 30} summary {'═' * 61}\n")
    heading = ("printed", "reproduced", "errata", "differing", "bits", "seconds")
    print(" " * 12 + "".join(f"{text:>12}" for text in heading))
    everything = [figure for run in runs for figure in run.first.figures]
    for name, figures, part in [
        *((run.article, run.first.figures, [run]) for run in runs),
        ("all", everything, runs),
    ]:
        printed = [figure for figure in figures if not figure.again]
        reproduced = sum(figure.agrees for figure in printed)
        wrong = sum(len(differing(run.figures)) for run in part)
        errata = sum(not figure.agrees and figure.erratum != "" for figure in printed)
        engines = max(len(run.results) for run in part)
        same = "same" if all(run.same_bits for run in part) else "DIFFERENT"
        seconds = sum(run.seconds for run in part)
        cells = (len(printed), reproduced, errata, wrong, same if engines > 1 else "-")
        print(f"{name:<12}" + "".join(f"{cell:>12}" for cell in cells) + f"{seconds:>12.1f}")
    if any(figure.erratum for figure in everything):
        print("\ndocs/errata.md in the source explains each erratum.")


def differing(figures: list[Figure]) -> list[Figure]:
    """Those that neither agree nor have an erratum."""
    return [figure for figure in figures if not figure.agrees and not figure.erratum]


def new_plot(options: argparse.Namespace) -> Any:
    """An empty matplotlib figure, made first so that its absence costs no run."""
    try:
        from matplotlib.figure import Figure as Picture
    except ImportError:
        raise ValueError("--plot: needs matplotlib; pip install 'purenn[plot]' adds it") from None
    folder = os.path.dirname(os.path.abspath(options.plot))
    if not os.path.isdir(folder):
        raise ValueError(f"--plot: expected a file in a folder that exists, got {options.plot!r}")
    ending = os.path.splitext(options.plot)[1].lower()
    if ending not in (".png", ".svg", ".pdf") or os.path.isdir(options.plot):
        raise ValueError(f"--plot: expected a name in .png, .svg or .pdf, got {options.plot!r}")
    return Picture(figsize=(9, 4.5 * len(options.article or ARTICLES)), layout="constrained")


def save_plot(picture: Any, runs: list[Run], path: str) -> None:
    """One part of the picture for each article, below each other."""
    for part, run in zip(picture.subfigures(len(runs), squeeze=False).flat, runs):
        part.suptitle(run.article)
        run.first.picture(part)
    picture.savefig(path, dpi=150)


def export(options: argparse.Namespace) -> int:
    """Exports a model, or the core."""
    from .export.command import export

    return export(options)


def info(options: argparse.Namespace) -> int:
    """Prints the version, the Python, and which engine computes and why."""
    print(f"purenn {__version__}")
    print(f"python: {sys.implementation.name} {sys.version.split()[0]}")
    print(f"package: {os.path.dirname(os.path.abspath(__file__))}")
    for key, value in backend_info().items():
        print(f"{key}: {value}")
    return 0
