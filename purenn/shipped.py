"""The files that ship with purenn; the data sets among them are CSV tables in `datasets/`."""

from __future__ import annotations

import os


def shipped_bytes(path: str) -> bytes:
    """A file that ships with purenn, from the package, the checkout or a zip file.

    Raises FileNotFoundError where there is none.
    """
    package = os.path.dirname(__file__)
    loader = globals()["__loader__"]
    for folder in (package, os.path.dirname(package)):
        try:
            return loader.get_data(os.path.join(folder, *path.split("/")))
        except OSError:
            continue
    raise FileNotFoundError(f"{path}: missing from this copy of purenn")


def dataset_bytes(name: str) -> bytes:
    """The file of that name in `datasets/`."""
    return shipped_bytes(f"datasets/{name}")


def dataset_tables(name: str) -> list[list[list[str]]]:
    """The tables of a CSV file in `datasets/`, each field as a string.

    An empty line ends a table; lines that begin with # are comments.
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
