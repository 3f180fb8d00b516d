"""One peer with one task, in a process of its own that obeys lines on standard input.

It says in a line of JSON who it is, or why it can't. `time COUNT` is answered by the mean seconds
of a run, each from the first weights, `outputs PATH` leaves there, as doubles, what the trained
network gives for all samples.
"""

from __future__ import annotations

import json
import sys
from array import array
from time import perf_counter

from given import Given
from peers import python_peer


def mean_seconds(peer, count: int) -> float:
    """How long a run takes, the way back to the first weights not counted."""
    total = 0.0
    for _ in range(count):
        peer.reset()
        start = perf_counter()
        peer.run()
        total += perf_counter() - start
    return total / count


def write_outputs(peer, path: str) -> None:
    """The outputs after one run."""
    peer.reset()
    peer.run()
    with open(path, "wb") as file:
        array("d", (value for row in peer.outputs() for value in row)).tofile(file)


def main(folder: str, name: str, way: str, threads: int) -> None:
    try:
        peer = python_peer(name, way)(Given(folder), threads)
    except (ImportError, NotImplementedError) as error:
        print(json.dumps({"absent": str(error)}), flush=True)
        return
    print(json.dumps({"version": peer.version, "differs": peer.differs}), flush=True)
    for line in sys.stdin:
        command, argument = line.rstrip("\n").split(" ", 1)
        if command == "time":
            print(mean_seconds(peer, int(argument)), flush=True)
        else:
            write_outputs(peer, argument)
            print("written", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
