"""Printed figures against computed ones: what an article claims, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Figure(NamedTuple):
    """One printed figure: its place, the text as printed, and the same computed by purenn.

    `erratum` is empty, or names the entry of docs/errata.md that explains why the article
    contradicts itself there; such a figure counts neither as reproduced nor as differing. `again`
    marks a printed figure that is compared a second time, with another computation.
    """

    article: str
    name: str
    printed: str
    computed: str
    agrees: bool
    erratum: str = ""
    again: bool = False

    @property
    def verdict(self) -> str:
        """reproduced, differs, or the erratum that explains the figure."""
        if self.agrees:
            return "reproduced"
        return f"erratum {self.erratum}" if self.erratum else "differs"


class Result(NamedTuple):
    """What one engine made of an article.

    `trace` holds computed numbers in order, the same numbers on every engine, for comparing
    their bits; `picture` draws the article's plots into a matplotlib figure; `shortened` says
    what was left out.
    """

    figures: list[Figure]
    trace: list[float]
    picture: Callable[[Any], None]
    shortened: str = ""


class Options(NamedTuple):
    """What the command line may change: epochs or iterations, the seed, the data."""

    epochs: int | None = None
    seed: int | None = None
    data: str | None = None


def decimals_figure(article: str, name: str, printed: str, computed: float) -> Figure:
    """A number that NumPy printed with up to 8 decimals; it agrees if all 8 do."""
    text = f"{computed:.8f}"
    agrees = text == f"{float(printed):.8f}"
    return Figure(article, name, printed, trimmed(text), agrees)


def exact_figure(article: str, name: str, printed: str, computed: float) -> Figure:
    """A number printed with all its digits; it agrees within 1e-12."""
    return Figure(article, name, printed, repr(computed), abs(computed - float(printed)) <= 1e-12)


def text_figure(article: str, name: str, printed: str, computed: str, erratum: str = "") -> Figure:
    """A text; it agrees if it is the same, white space apart."""
    agrees = "".join(printed.split()) == "".join(computed.split())
    return Figure(article, name, printed, computed, agrees, erratum)


def matrix_figures(
    article: str, name: str, printed: Sequence[Sequence[str]], computed: Sequence[Sequence[float]]
) -> list[Figure]:
    """One figure for each printed number of a matrix."""
    return [
        decimals_figure(article, f"{name}[{i}][{j}]", text, computed[i][j])
        for i, row in enumerate(printed)
        for j, text in enumerate(row)
    ]


def trimmed(text: str) -> str:
    """A decimal without its last zeros, as NumPy prints it: 0.50000000 becomes 0.5."""
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0')}"


def array_text(rows: Sequence[Sequence[float]]) -> str:
    """A matrix as NumPy prints it: 8 decimals, last zeros left out, points aligned."""
    texts = [[trimmed(f"{value:.8f}").split(".") for value in row] for row in rows]
    before = max(len(whole) for row in texts for whole, _ in row)
    after = max(len(fraction) for row in texts for _, fraction in row)
    lines = [
        " ".join(f"{whole:>{before}}.{fraction:<{after}}" for whole, fraction in row)
        for row in texts
    ]
    return "[[" + "]\n [".join(lines) + "]]"
