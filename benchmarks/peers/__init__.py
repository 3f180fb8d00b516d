"""The peers, each in a file of its own.

A Python peer is a class: made from what is Given and a number of threads, with `version`, with
`differs` (what it computes otherwise than purenn, or nothing), and with `reset()` (back to the
first weights), `run()` (what is measured) and `outputs()` (rows, for all samples). It raises
NotImplementedError if it is no way to do the task.
A C peer is a program on ../c/driver.h, which asks it for the same.
"""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple


class Peer(NamedTuple):
    """Where a peer is found, the ways it is written in, and whether it can use several threads."""

    module: str = ""
    ways: tuple[str, ...] = ("",)
    threads: bool = True
    source: str = ""
    libraries: tuple[str, ...] = ()
    package: str = ""


PEERS = {
    "purenn": Peer("purenn_peer", ("Float64",)),
    "purenn, bytes": Peer("purenn_peer", ("Bytes",)),
    "purenn, lists": Peer("purenn_peer", ("Lists",)),
    "purenn in Python": Peer("purenn_peer", ("Reference",), threads=False),
    "purenn in C": Peer(source="purenn.c", threads=False),
    "article's code": Peer("articles", ("article",), threads=False),
    "NumPy": Peer("numpy_peer", ("Textbook", "Columns", "Rows", "Blocks", "Vectors")),
    "scikit-learn": Peer("sklearn_peer", ("ScikitLearn",)),
    "PyTorch": Peer(
        "torch_peer",
        tuple(
            prefix + way
            for way in ("Modules", "Columns", "Blocks", "Vectors")
            for prefix in ("", "Compiled")
        ),
    ),
    "eager PyTorch": Peer("torch_peer", ("Modules", "Columns", "Vectors")),
    "FANN": Peer(
        source="fann.c", libraries=("doublefann", "m"), threads=False, package="libfann-dev"
    ),
    "plain Python": Peer("plain_python", ("PlainPython", "WithoutZeros"), threads=False),
}


def python_peer(name: str, way: str):
    """The class of that peer. Raises ImportError where its package isn't installed."""
    return getattr(import_module(f"peers.{PEERS[name].module}"), way)
