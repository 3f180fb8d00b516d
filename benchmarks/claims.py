"""What README.md and docs/performance.md say of speed, each with what must hold for it everywhere.

A test looks for the words on the pages and holds each claim to every file of results/.
"""

from __future__ import annotations

from typing import NamedTuple

from results import Results

TRAINING = ("letters", "planar", "digits", "dense")


class Claim(NamedTuple):
    """Words of a page; `peer` takes at least so many times purenn's time for each of the items."""

    words: str
    peer: str
    items: tuple[str, ...]
    at_least: float


CLAIMS: list[Claim] = []


def broken(claim: Claim, all_results: list[Results]) -> list[str]:
    """Where it doesn't hold, at one thread; a peer that was absent says nothing."""
    return [
        f"{claim.words!r}: {results.processor}, {item}: {claim.peer} {ratio:.2f}"
        for results in all_results
        for item in claim.items
        for record in results.of(item, 1)
        if record["peer"] == claim.peer
        for ratio in [results.ratio(record)]
        if ratio is not None and not ratio >= claim.at_least
    ]
