"""What is said of purenn's speed, and what was aimed at, in a form that results can be held to.

A claim's words stand in README.md or docs/performance.md, and hold for every file of results/; a
test sees to both. Targets stand on the page with what was measured, met or missed.
"""

from __future__ import annotations

from typing import NamedTuple

from results import Results


class Statement(NamedTuple):
    """Of an item at one thread: `own` is purenn in one of its forms.

    With a peer: it takes `bound` times purenn's time or more. Without: purenn reaches `bound` of
    the limit or more; where `bound` is a time in seconds, it takes that or less, and where there is
    another item, `bound` times as long as that or less.
    """

    words: str
    item: str
    bound: float
    peer: str = ""
    own: str = "purenn"
    time: bool = False
    other: str = ""

    def value(self, results: Results) -> float | None:
        """What was measured; None where something wasn't."""
        found = measured(results, self.item)
        own, peer = found.get(self.own), found.get(self.peer)
        if self.other:
            other = measured(results, self.other).get(self.own)
            return own["median"] / other["median"] if own and other else None
        if own is None or (self.peer and peer is None):
            return None
        if peer is not None:
            return peer["median"] / own["median"]
        return own["median"] if self.time else own["share"]

    def holds(self, value: float) -> bool:
        return value <= self.bound if self.time or self.other else value >= self.bound


def measured(results: Results, item: str) -> dict[str, dict]:
    """The records of an item at one thread, by their peers, but for those that were absent."""
    return {it["peer"]: it for it in results.of(item, 1) if "absent" not in it}


def ahead(words: str, items: str, peers: str, bound: float, own: str = "purenn") -> list[Statement]:
    """The same of each peer at each item."""
    return [
        Statement(words, item, bound, peer, own)
        for item in items.split(", ")
        for peer in peers.split(", ")
    ]


PACKAGES = "NumPy, scikit-learn, PyTorch"
EAGER = "NumPy, scikit-learn, eager PyTorch"

CLAIMS = [
    *ahead(
        "at least 1.9 times as fast as NumPy, scikit-learn and PyTorch on small nets and single "
        "predictions",
        "letters, planar, predict",
        PACKAGES,
        1.9,
    ),
    *ahead("ahead of all three on the digits", "digits, dense", PACKAGES, 1.0),
    *ahead(
        "ahead of all three by momentum and by Adam",
        "momentum-32, momentum-200, adam-32, adam-200, wide-momentum-32, wide-momentum-200, "
        "wide-adam-32, wide-adam-200",
        EAGER,
        1.0,
    ),
    *ahead("ahead of all three with shuffled digits", "shuffled", EAGER, 1.0, "purenn, bytes"),
    *ahead(
        "from C at least 1.4 times as fast as FANN",
        "letters, predict, step",
        "FANN",
        1.4,
        own="purenn in C",
    ),
]

TARGETS = [
    Statement("letters in `fit`: 1.5 × as fast as FANN", "letters", 1.5, "FANN"),
    Statement("letters from C: 2 × as fast as FANN", "letters", 2.0, "FANN", own="purenn in C"),
    Statement("wide: 85 % of the limit", "wide", 0.85),
    Statement("wide-dense: 85 % of the limit", "wide-dense", 0.85),
    *(
        Statement(f"{item}: 1.25 × as long as {other}", item, 1.25, own=own, other=other)
        for item, other, own in (
            ("shuffled", "batches", "purenn, bytes"),
            ("wide-shuffled", "wide-batches", "purenn, bytes"),
            ("letters-shuffled", "letters", "purenn"),
        )
    ),
    Statement("one prediction from Python: 2.5 µs", "predict", 2.5e-6, time=True),
    Statement("one training step from Python: 12 µs", "step", 12e-6, time=True),
    *(
        Statement(
            f"{item}: plain Python takes {bound} × its time or more",
            item,
            bound,
            "plain Python",
            own="purenn in Python",
        )
        for item, bound in {
            "python-letters": 0.77,
            "python-digits": 0.77,
            "python-batches": 1,
        }.items()
    ),
]


def broken(claims: list[Statement], all_results: list[Results]) -> list[str]:
    """Which of them don't hold, and where."""
    return [
        f"{claim.words!r}: {results.processor}, {claim.item}, {claim.peer}: {value:.3g}"
        for claim in claims
        for results in all_results
        for value in [claim.value(results)]
        if value is not None and not claim.holds(value)
    ]
