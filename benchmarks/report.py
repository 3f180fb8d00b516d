"""From what was measured to tables."""

from __future__ import annotations

from limits import Limits, Peak
from measure import Entry
from results import rounded
from table import Table, digits, megabytes, percent, seconds

AGREEMENT = 1e-9  # between losses after the same training, as a share of purenn's


def threads_text(threads: int) -> str:
    """How many, in words."""
    return "one thread" if threads == 1 else f"{threads} threads"


def limits_table(all_limits: list[Limits]) -> Table:
    """What the machine can do, beside each other for each number of threads."""
    columns = [
        [
            f"{digits(limit.separate_flops / 1e9)} GFLOP/s",
            f"{digits(limit.fused_flops / 1e9)} GFLOP/s",
            f"{digits(limit.roots_per_second / 1e9)} G/s",
            f"{digits(limit.bytes_per_second / 1e9)} GB/s",
            seconds(limit.latency),
            f"{digits(limit.cycles_per_second / 1e9)} GHz",
        ]
        for limit in all_limits
    ]
    names = [
        "multiply, then add",
        "fused multiply-add",
        "divide and take a root",
        "reading memory",
        "add to the last sum",
        "clock",
    ]
    return Table(
        f"limits: float64, vectors of {all_limits[0].vector_bits} bits",
        ["", *(threads_text(limit.threads) for limit in all_limits)],
        [list(line) for line in zip(names, *columns)],
        [],
    )


def compared(entries: list[Entry], threads: int, peak: Peak | None) -> Table:
    """The peers of a task, each beside the first of its group."""
    task = entries[0].task
    remarks = [f"{entry.peer}: {entry.worker.differs}." for entry in entries if other(entry)]
    remarks += [f"{entry.peer}: {entry.absent}." for entry in entries if entry.absent]
    remarks += [f"{entry.peer}: {ways_text(entry)}." for entry in entries if entry.ways]
    return Table(
        f"{task.title}; {threads_text(threads)}",
        [
            "",
            f"per {task.unit}",
            "least … most",
            "× purenn",
            "GFLOP/s",
            "of the limit",
            "memory",
            "loss",
        ],
        [line(entry, entries, peak) for entry in entries],
        remarks,
    )


def line(entry: Entry, entries: list[Entry], peak: Peak | None) -> list[str]:
    """A row: time, spread, ratio, work per second, memory, agreement."""
    if entry.absent:
        return [entry.peer, "failed" if entry.failed else "absent", *["–"] * 6]
    first = next(it for it in entries if it.group == entry.group)
    flops = entry.task.flops / entry.median
    return [
        entry.peer,
        seconds(entry.median),
        f"{seconds(min(entry.seconds))} … {seconds(max(entry.seconds))}",
        "–" if first.absent else digits(entry.median / first.median),
        digits(flops / 1e9),
        percent(peak.seconds(entry.task) / entry.median) if peak else "–",
        megabytes(entry.memory),
        loss_text(entry, entries[0]),
    ]


def ways_text(entry: Entry) -> str:
    """Each way to write it, the fastest first."""
    ways = sorted(entry.ways.items(), key=lambda pair: pair[1])
    return ", ".join(f"{way} {seconds(least)}" for way, least in ways)


def loss_text(entry: Entry, first: Entry) -> str:
    """The loss itself, how far it is from purenn's, or that it is another's."""
    if other(entry):
        return "another"
    if entry is first or first.absent:
        return f"{entry.loss:.9g}"
    distance = difference(entry, first)
    if distance == 0.0:
        return "equal"
    return f"{'' if distance <= AGREEMENT else 'DIFFERS '}±{distance:.0e}"


def difference(entry: Entry, first: Entry) -> float:
    """Between two losses, as a share of the second."""
    return abs(entry.loss - first.loss) / abs(first.loss)


def other(entry: Entry) -> bool:
    """Whether the peer computes something else, and says so."""
    return not entry.absent and bool(entry.worker.differs)


def mistakes(entries: list[Entry]) -> list[str]:
    """Peers that failed, or should have purenn's loss and haven't."""
    first = entries[0]
    failures = [f"{it.task.name}: {it.peer} {it.absent}" for it in entries if it.failed]
    return failures + [
        f"{entry.task.name}: {entry.peer} has a loss of {entry.loss!r}, purenn {first.loss!r}"
        for entry in entries
        if not (entry.absent or first.absent or other(entry))
        and not difference(entry, first) <= AGREEMENT
    ]


def record(entry: Entry, first: Entry, threads: int, peak: Peak | None) -> dict:
    """Everything about an entry, for a file; `first` is purenn."""
    alike = not (entry.absent or first.absent or other(entry))
    about = {"item": entry.task.name, "threads": threads, "peer": entry.peer, "group": entry.group}
    if entry.absent:
        return {**about, "absent": entry.absent, "failed": entry.failed}
    return {
        **about,
        "way": entry.way,
        "median": rounded(entry.median),
        "least": rounded(min(entry.seconds)),
        "most": rounded(max(entry.seconds)),
        "share": peak and rounded(peak.seconds(entry.task) / entry.median),
        "memory": entry.memory,
        "loss": entry.loss,
        "distance": difference(entry, first) if alike else None,
        "differs": entry.worker.differs,
        "ways": {way: rounded(least) for way, least in entry.ways.items()},
    }
