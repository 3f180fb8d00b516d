"""The data sets that ship with purenn: text tables, in `datasets/` of a checkout or package."""

from __future__ import annotations

import os


def dataset_bytes(name: str) -> bytes:
    """The file of that name in `datasets/`, from the package, the checkout or a zip file.

    Raises FileNotFoundError where there is none.
    """
    package = os.path.dirname(__file__)
    loader = globals()["__loader__"]
    for folder in (package, os.path.dirname(package)):
        try:
            return loader.get_data(os.path.join(folder, "datasets", name))
        except OSError:
            continue
    raise FileNotFoundError(f"no data set {name!r}: datasets/ is missing from this copy of purenn")


def dataset_tables(name: str) -> list[list[list[str]]]:
    """The tables of a CSV file in `datasets/`, as the text of each field.

    An empty line ends a table; lines that begin with # are remarks.
    """
    tables: list[list[list[str]]] = [[]]
    for line in dataset_bytes(name).decode("utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line:
            tables[-1].append(line.split(","))
        elif tables[-1]:
            tables.append([])
    return [table for table in tables if table]


def numbers(table: list[list[str]]) -> list[list[float]]:
    """The fields of a table as numbers."""
    return [[float(field) for field in row] for row in table]
