"""Tables: as plain text, as Markdown."""

from __future__ import annotations

from typing import NamedTuple

MEGABYTE = 2**20


class Table(NamedTuple):
    """A title, a line of names, lines of cells; the first column is text, the others numbers."""

    title: str
    columns: list[str]
    rows: list[list[str]]
    remarks: list[str]


def text(table: Table) -> str:
    """For a terminal."""
    lines = [table.columns, *table.rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(table.columns))]
    printed = [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([table.title, *("  " + line for line in printed), *table.remarks, ""])


def markdown(table: Table) -> str:
    """For a page."""
    rules = ["---", *["--:"] * (len(table.columns) - 1)]
    lines = [f"| {' | '.join(line)} |" for line in (table.columns, rules, *table.rows)]
    remarks = [f"\n{remark}" for remark in table.remarks]
    return "\n".join([f"### {table.title}", "", *lines, *remarks, ""])


def seconds(value: float) -> str:
    """With three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{digits(value / size)} {unit}"
    return f"{digits(value / 1e-9)} ns"


def digits(value: float) -> str:
    """Three of them, and no exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def percent(share: float) -> str:
    """With two digits."""
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def megabytes(count: int | None) -> str:
    """A number of bytes, or a dash."""
    return "–" if count is None else digits(count / MEGABYTE) + " MB"
