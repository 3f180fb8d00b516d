"""What runs found out, one file for each processor in results/, and how it is read again."""

from __future__ import annotations

import json
import os
from glob import glob
from typing import NamedTuple

from compiled import HERE

FOLDER = os.path.join(HERE, "results")


class Results(NamedTuple):
    """A run: the machine and what ran on it, then a record of everything that was measured."""

    about: dict
    measured: list[dict]

    @property
    def processor(self) -> str:
        """Its generation."""
        return self.about["processor"]

    @property
    def thread_counts(self) -> list[int]:
        """One, and as many as there were cores."""
        return sorted({record["threads"] for record in self.measured})

    def of(self, item: str, threads: int) -> list[dict]:
        """What was measured of an item: for a comparison a record per peer, in their order."""
        return [it for it in self.measured if (it["item"], it["threads"]) == (item, threads)]

    def ratio(self, record: dict) -> float | None:
        """A peer's time over that of purenn in its group; None where either is absent."""
        peers = self.of(record["item"], record["threads"])
        first = next(it for it in peers if it["group"] == record["group"])
        if "absent" in record or "absent" in first:
            return None
        return record["median"] / first["median"]


def write(path: str, results: Results) -> None:
    """One record a line, so that differences can be read."""
    about = json.dumps(results.about, ensure_ascii=False, indent=1)
    records = ",\n".join(json.dumps(it, ensure_ascii=False) for it in results.measured)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{{\n"about": {about},\n"measured": [\n{records}\n]\n}}\n')


def read(path: str) -> Results:
    with open(path, encoding="utf-8") as file:
        return Results(**json.load(file))


def kept() -> list[Results]:
    """All that the tree has, in the order of their names."""
    return [read(path) for path in sorted(glob(os.path.join(FOLDER, "*.json")))]


def path_of(key: str) -> str:
    """Where a processor's results are kept."""
    return os.path.join(FOLDER, f"{key}.json")


def rounded(value: float) -> float:
    """To four digits: more are noise."""
    return float(f"{value:.4g}")
