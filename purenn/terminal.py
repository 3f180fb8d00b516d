"""Pictures and progress in a terminal: text alone, no colours, no cursor tricks but \\r."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isfinite
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 2.0  # seconds of work before a progress line appears
MAP_WIDTH, MAP_HEIGHT = 61, 25
CURVE_WIDTH, CURVE_HEIGHT = 61, 12


def blocks(pixels: Sequence[float], columns: int) -> str:
    """A picture of 0 and 1, row by row: two characters a pixel, so that it looks square."""
    rows = [pixels[start : start + columns] for start in range(0, len(pixels), columns)]
    return "\n".join("".join("██" if pixel else "··" for pixel in row) for row in rows)


def curve(values: Sequence[float], name: str) -> str:
    """A curve over 1 … len(values), with its extremes and its last value written beside it."""
    if not all(map(isfinite, values)):
        first = next(step for step, value in enumerate(values, 1) if not isfinite(value))
        return f"{name}, last {values[-1]:.6g}: no curve, {name} is not finite at {first}"
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    width = min(CURVE_WIDTH, len(values))
    cells = [[" "] * width for _ in range(CURVE_HEIGHT)]
    rows = [round((high - value) / span * (CURVE_HEIGHT - 1)) for value in values]
    for column in range(width):
        # All values of this column, and the last one of the column before it.
        start, end = (len(rows) * edge // width for edge in (column, column + 1))
        part = rows[max(start - 1, 0) : end]
        for row in range(min(part), max(part) + 1):
            cells[row][column] = "•"
    labels = {0: f"{high:.5g}", CURVE_HEIGHT - 1: f"{low:.5g}"}
    lines = [
        f"{labels.get(row, ''):>9} │{''.join(line).rstrip()}" for row, line in enumerate(cells)
    ]
    axis = f"{'':>9} └{'─' * width}"
    ticks = f"{'':>11}1" + (f" {len(values)}".rjust(width - 1) if len(values) > 1 else "")
    return "\n".join([f"{name}, last {values[-1]:.6g}", *lines, axis, ticks])


def decision_map(
    classify: Callable[[list[list[float]]], list[int]],
    points: Sequence[Sequence[float]],
    labels: Sequence[int],
) -> str:
    """The plane by class, · for 0 and ▒ for 1, and in it the points, o for 0 and x for 1."""
    lows = [min(axis) for axis in zip(*points)]
    highs = [max(axis) for axis in zip(*points)]
    steps = [
        (high - low) / (count - 1) for low, high, count in zip(lows, highs, (MAP_WIDTH, MAP_HEIGHT))
    ]
    grid = [
        [lows[0] + column * steps[0], highs[1] - row * steps[1]]
        for row in range(MAP_HEIGHT)
        for column in range(MAP_WIDTH)
    ]
    cells = ["▒" if label else "·" for label in classify(grid)]
    for (x, y), label in zip(points, labels):
        column = round((x - lows[0]) / steps[0])
        row = round((highs[1] - y) / steps[1])
        cells[row * MAP_WIDTH + column] = "x" if label else "o"
    return "\n".join(
        "".join(cells[start : start + MAP_WIDTH]) for start in range(0, len(cells), MAP_WIDTH)
    )


def terminal_columns() -> int:
    """How wide the terminal of stderr is; 80 where it won't say or there is none."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (AttributeError, OSError, ValueError):
        return 80


def progress(steps: Iterable[T], total: int, name: str) -> Iterator[T]:
    """The same steps, with a line on a terminal's stderr once they take over two seconds."""
    start = shown = time.monotonic()
    visible = False
    columns = min(terminal_columns(), 60)
    on_terminal = sys.stderr is not None and sys.stderr.isatty()  # None where it is closed
    try:
        for done, step in enumerate(steps):
            now = time.monotonic()
            if on_terminal and now - start > PATIENCE and now - shown > 0.2:
                left = (now - start) / done * (total - done) if done else 0.0
                text = f"{name}: {done} of {total}, {left:.0f} s left"
                # The cursor goes back, so that what is printed next takes the line's place.
                print(
                    f"{text[: columns - 1]:<{columns - 1}}\r", end="", file=sys.stderr, flush=True
                )
                shown = now
                visible = True
            yield step
    finally:
        if visible:
            print(" " * (columns - 1) + "\r", end="", file=sys.stderr, flush=True)
