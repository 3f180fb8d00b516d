"""Pictures and progress in a terminal."""

import io
import sys

import pytest

from purenn import terminal


class Terminal(io.StringIO):
    def isatty(self):
        return True


def rows_of(picture):
    return [line.split("│")[1] for line in picture.splitlines() if "│" in line]


def test_blocks():
    assert terminal.blocks([0, 1, 1, 0], 2) == "··██\n██··"


@pytest.mark.parametrize("count", [1, 2, 3, 61, 62, 500, 10000])
def test_a_curve_begins_high_ends_low_and_has_no_gap(count):
    values = [1.0 - i / count for i in range(count)]
    rows = rows_of(terminal.curve(values, "loss"))
    width = min(count, terminal.CURVE_WIDTH)
    assert rows[0].startswith("•") or count == 1
    marked = [{r for r, row in enumerate(rows) if row[c : c + 1] == "•"} for c in range(width)]
    assert all(marked)
    for left, right in zip(marked, marked[1:]):
        assert min(right) <= max(left) + 1


def test_a_curve_shows_a_spike_wherever_it_is():
    for spike in range(0, 500, 7):
        values = [0.0] * 500
        values[spike] = 1.0
        assert "•" in rows_of(terminal.curve(values, "cost"))[0]


def test_a_curve_names_its_ends():
    picture = terminal.curve([3.0, 1.0], "loss")
    assert picture.splitlines()[0] == "loss, last 1"
    assert picture.splitlines()[-1].split() == ["1", "2"]


@pytest.mark.parametrize("last", [float("nan"), float("inf")])
def test_what_is_not_finite_is_told_not_drawn(last):
    picture = terminal.curve([2.0, 1.0, last, last], "cost")
    assert picture == f"cost, last {last}: no curve, cost is not finite at 3"


def test_decision_map_shows_classes_and_points():
    points, labels = [[0.0, 0.0], [1.0, 1.0]], [0, 1]
    picture = terminal.decision_map(lambda rows: [int(y > 0.5) for _, y in rows], points, labels)
    lines = picture.splitlines()
    assert (len(lines), len(lines[0])) == (terminal.MAP_HEIGHT, terminal.MAP_WIDTH)
    assert lines[0].endswith("x") and lines[-1].startswith("o")
    assert lines[0].startswith("▒") and lines[-1].endswith("·")


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_appears_on_a_terminal_after_two_seconds(monkeypatch, is_terminal):
    clock = iter(range(1000))
    stream = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(terminal.time, "monotonic", lambda: next(clock))
    assert list(terminal.progress(range(6), 6, "planar")) == list(range(6))
    written = stream.getvalue()
    if not is_terminal:
        assert written == ""
        return
    assert "planar: 2 of 6" in written and "planar: 1 of 6" not in written
    assert "\n" not in written and written.endswith(" \r")


def test_progress_without_stderr(monkeypatch):
    """It is None where it was closed before Python began."""
    monkeypatch.setattr(sys, "stderr", None)
    assert list(terminal.progress(range(3), 3, "planar")) == [0, 1, 2]
