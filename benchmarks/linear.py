"""Whether the cost grows linearly, over three decades of samples and of weights."""

from __future__ import annotations

from math import log

from measure import Entry
from report import threads_text
from results import rounded
from table import Table, seconds


def growth(
    entries: list[Entry], sizes: list[int], what: str, threads: int
) -> tuple[Table, list[dict]]:
    """Time over size, and the exponent that fits best."""
    title = f"linear: an epoch over the number of {what}s; {threads_text(threads)}"
    absent = next((entry.absent for entry in entries if entry.absent), "")
    if absent:
        return Table(title, [""], [[f"not measured: {absent}"]], []), []
    medians = [rounded(entry.median) for entry in entries]
    rows = [
        [f"{size:,} {what}s", seconds(median), seconds(median / size)]
        for size, median in zip(sizes, medians)
    ]
    power = exponent(sizes, medians)
    remark = f"Fitted: time grows with {what}s to the power of {power:.2f}."
    record = {"item": "linear", "threads": threads, "what": what, "sizes": sizes}
    table = Table(title, ["", "an epoch", f"for a {what}"], rows, [remark])
    return table, [{**record, "medians": medians}]


def exponent(x: list[int], y: list[float]) -> float:
    """p of y ≈ c·xᵖ, by least squares on the logarithms."""
    u, v = [log(value) for value in x], [log(value) for value in y]
    mean_u, mean_v = sum(u) / len(u), sum(v) / len(v)
    covariance = sum((a - mean_u) * (b - mean_v) for a, b in zip(u, v))
    return covariance / sum((a - mean_u) ** 2 for a in u)
