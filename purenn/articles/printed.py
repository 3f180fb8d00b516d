"""What an article prints beside what purenn computes, and whether the two agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Document(NamedTuple):
    """A document that an article came in: what it says of itself, how many numbers it prints."""

    article: str
    number: str
    title: str
    numbers: int
    author: str = ""
    site: str = ""
    date: str = ""

    def __str__(self) -> str:
        facts = {"author": self.author, "site": self.site, "date": self.date}
        absent = ", ".join(name for name, fact in facts.items() if not fact)
        given = [fact for fact in facts.values() if fact]
        return f'document {self.number}: "{self.title}" ({"; ".join([*given, absent])} not given)'


class Number(NamedTuple):
    """One printed number: its place, as it is printed, and as purenn computes it.

    A letter's pixels are compared at once, and `counts_as` is how many numbers they are; 0 marks
    a number that is compared a second time, with another computation. `erratum` is empty, or names
    the entry of docs/errata.md that explains why the article contradicts itself there. `repeats`
    marks what an earlier document of the same article prints as well.
    """

    document: Document
    name: str
    printed: str
    computed: str
    agrees: bool
    counts_as: int = 1
    erratum: str = ""
    repeats: bool = False

    @property
    def differs(self) -> bool:
        """Whether it is not as printed, and no erratum explains it."""
        return not self.agrees and not self.erratum

    @property
    def verdict(self) -> str:
        """reproduced, differs, or the erratum that explains the number."""
        if self.agrees:
            return "reproduced"
        return f"erratum {self.erratum}" if self.erratum else "differs"


class Result(NamedTuple):
    """What one engine made of an article.

    `trace` holds computed numbers in order, the same numbers on every engine, for comparing
    their bits; `picture` draws the article's plots into a matplotlib figure; `shortened` says
    what was left out, `remark` what the counts of numbers would hide.
    """

    numbers: list[Number]
    trace: list[float]
    picture: Callable[[Any], None]
    shortened: str = ""
    remark: str = ""


class Options(NamedTuple):
    """What the command line may change: epochs or iterations, the seed, the data."""

    epochs: int | None = None
    seed: int | None = None
    data: str | None = None


def compare_decimals(document: Document, name: str, printed: str, computed: float) -> Number:
    """A number that NumPy printed with up to 8 decimals; it agrees if all 8 do."""
    digits = f"{computed:.8f}"
    agrees = digits == f"{float(printed):.8f}"
    return Number(document, name, printed, trimmed(digits), agrees)


def compare_digits(document: Document, name: str, printed: str, computed: float) -> Number:
    """A number printed with all its digits; it agrees within 1e-12."""
    agrees = abs(computed - float(printed)) <= 1e-12
    return Number(document, name, printed, repr(computed), agrees)


def compare_words(
    document: Document, name: str, printed: str, computed: str, counts_as: int = 1
) -> Number:
    """A sentence, or numbers in a row; they agree if they are the same, white space apart."""
    agrees = "".join(printed.split()) == "".join(computed.split())
    return Number(document, name, printed, computed, agrees, counts_as)


def compare_matrix(
    document: Document,
    name: str,
    printed: Sequence[Sequence[str]],
    computed: Sequence[Sequence[float]],
) -> list[Number]:
    """Each number of a matrix that NumPy printed."""
    return [
        compare_decimals(document, f"{name}[{i}][{j}]", number, computed[i][j])
        for i, row in enumerate(printed)
        for j, number in enumerate(row)
    ]


def trimmed(decimal: str) -> str:
    """A decimal without its last zeros, as NumPy prints it: 0.50000000 becomes 0.5."""
    whole, _, fraction = decimal.partition(".")
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
