"""Writes the tables of docs/performance.md from what results/ has of each processor.

`python benchmarks/page.py` replaces what stands between the page's marks, and says which claims of
claims.py don't hold.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from claims import CLAIMS, TARGETS, Statement, broken
from compiled import HERE
from imports import BARE, MODULES
from items import COMPARED, Task
from linear import exponent
from peers import PEERS
from report import AGREEMENT, threads_text
from results import Results, kept
from table import Table, digits, markdown, megabytes, percent, seconds

PAGE = os.path.join(os.path.dirname(HERE), "docs", "performance.md")
MARKED = re.compile(r"(<!-- (\w+), by benchmarks/page\.py -->\n).*?(\n<!-- end of \2 -->)", re.S)
NOTHING = "–"


def written(page: str, all_results: list[Results]) -> str:
    """The page with its marked parts made anew."""
    parts = {
        "summary": summary(all_results),
        "targets": bare(targets(all_results)),
        "figures": figures(all_results),
    }
    return MARKED.sub(lambda found: f"{found[1]}\n{parts[found[2]]}\n{found[3]}", page)


def summary(all_results: list[Results]) -> str:
    """A row per item and group of peers at one thread, then where purenn isn't ahead."""
    columns = ["one thread"]
    for results in all_results:
        columns += [f"{results.processor}: purenn", "of the limit", "nearest peer"]
    rows = [
        [label(task, group), *(cell for it in all_results for cell in nearest(it, task, peers))]
        for task in COMPARED
        for group, peers in enumerate(task.peers)
    ]
    table = bare(Table("", columns, rows, []))
    return "\n\n".join([table, *map(behind, all_results)])


def bare(table: Table) -> str:
    """Without its title."""
    return "\n".join(markdown(table).splitlines()[2:])


def label(task: Task, group: int) -> str:
    """An item, and who calls."""
    return f"{task.name}, per {task.unit}{', from C' if group else ''}"


def nearest(results: Results, task: Task, peers: tuple[str, ...]) -> list[str]:
    """purenn's time, its share of the limit, and the fastest of its peers."""
    found = {it["peer"]: it for it in results.of(task.name, 1)}
    own = found.get(peers[0])
    if own is None or "absent" in own:
        return [NOTHING] * 3
    ratios = dict(others(results, task.name))
    rivals = [(ratios[peer], peer) for peer in peers if ratios.get(peer)]
    ratio, peer = min(rivals, default=(0.0, ""))
    return [seconds(own["median"]), share_text(own), f"{peer} {digits(ratio)}" if peer else NOTHING]


def others(results: Results, item: str) -> Iterator[tuple[str, float | None]]:
    """Each peer that isn't purenn itself, and its time over purenn's, at one thread."""
    for record in results.of(item, 1):
        if not record["peer"].startswith("purenn"):
            yield record["peer"], results.ratio(record)


def behind(results: Results) -> str:
    """Where a peer takes less time."""
    pairs = [(task.name, *it) for task in COMPARED for it in others(results, task.name)]
    measured = [it for it in pairs if it[2] is not None]
    slower = [
        f"{item} ({peer} takes {digits(ratio)} of its time)"
        for item, peer, ratio in measured
        if ratio < 1.0
    ]
    ahead = len(measured) - len(slower)
    start = f"{results.processor}: purenn is ahead in {ahead} of {len(measured)} comparisons"
    return f"{start}; it isn't in {', '.join(slower)}." if slower else f"{start}."


def targets(all_results: list[Results]) -> Table:
    """What was aimed at, and what was reached."""
    columns = ["target", *(results.processor for results in all_results)]
    rows = [[it.words, *(reached(it, results) for results in all_results)] for it in TARGETS]
    return Table("", columns, rows, [])


def reached(target: Statement, results: Results) -> str:
    """The figure, and whether it isn't enough."""
    value = target.value(results)
    if value is None:
        return NOTHING
    shown = seconds if target.time else digits if target.peer or target.other else percent
    return shown(value) + ("" if target.holds(value) else ", missed")


def figures(all_results: list[Results]) -> str:
    """Machines, limits, every item, memory, growth, imports."""
    measured = [task for task in COMPARED if any(it.of(task.name, 1) for it in all_results)]
    tables = [limits(all_results), *(item(task, all_results) for task in measured)]
    tables += [memory(all_results), growth(all_results), imports(all_results)]
    return "\n\n".join([*map(about, all_results), *(markdown(it).rstrip("\n") for it in tables)])


def about(results: Results) -> str:
    """The machine, and what ran on it."""
    it = results.about
    kernels = it["core"].get("simd", "none")
    text = (
        f"**{it['processor']}**: {it['name']}, {it['cores']} cores, {it['system']}, "
        f"{it['python']}; commit {it['commit']}, kernels {kernels}; {', '.join(it['versions'])}; "
        f"digits: {it['digits']}; {it['rounds']} rounds, load {it['load']} at the start."
    )
    return f"{text} {it['remark']}" if "remark" in it else text


def sides(all_results: list[Results]) -> list[tuple[Results, int]]:
    """Each processor with one thread and with all: the columns of a table."""
    return [(results, n) for results in all_results for n in results.thread_counts]


def heads(columns: list[tuple[Results, int]]) -> list[str]:
    return ["", *(f"{results.processor}, {threads_text(n)}" for results, n in columns)]


def limits(all_results: list[Results]) -> Table:
    """What the machines can do."""
    columns = sides(all_results)
    found = [results.of("limits", threads)[0] for results, threads in columns]
    rows = [
        ["multiply, then add"] + [f"{digits(it['separate_flops'] / 1e9)} GFLOP/s" for it in found],
        ["fused multiply-add"] + [f"{digits(it['fused_flops'] / 1e9)} GFLOP/s" for it in found],
        ["divide and take a root"] + [rate_text(it.get("roots_per_second")) for it in found],
        ["vectors, bits"] + [str(it["vector_bits"]) for it in found],
        ["reading memory"] + [f"{digits(it['bytes_per_second'] / 1e9)} GB/s" for it in found],
        ["add to the last sum"] + [seconds(it["latency"]) for it in found],
        ["clock"] + [clock(it["cycles_per_second"]) for it in found],
    ]
    return Table("limits, in float64", heads(columns), rows, [])


def rate_text(rate: float | None) -> str:
    return f"{digits(rate / 1e9)} G/s" if rate else NOTHING


def clock(cycles: float | None) -> str:
    return f"{digits(cycles / 1e9)} GHz" if cycles else NOTHING


def item(task: Task, all_results: list[Results]) -> Table:
    """purenn's time and share of the limit, each peer's time over purenn's."""
    columns = [it for it in sides(all_results) if it[0].of(task.name, it[1])]
    rows = []
    for peers in task.peers:
        own = [find(*column, task, peers[0]) for column in columns]
        rows.append([f"{peers[0]}, per {task.unit}", *map(time_text, own)])
        rows.append(["of the limit", *map(share_text, own)])
        for peer in peers[1:]:
            cells = [ratio_text(it[0], find(*it, task, peer)) for it in columns]
            rows.append([f"{peer}, ×", *cells])
    return Table(task.title, heads(columns), rows, losses(task, columns))


def find(results: Results, threads: int, task: Task, peer: str) -> dict | None:
    """A peer's record."""
    return next((it for it in results.of(task.name, threads) if it["peer"] == peer), None)


def time_text(record: dict | None) -> str:
    return absence(record) or seconds(record["median"])


def share_text(record: dict | None) -> str:
    return absence(record) or (percent(record["share"]) if record["share"] else NOTHING)


def ratio_text(results: Results, record: dict | None) -> str:
    """With the way that was the fastest, where it could be written in several."""
    missing = absence(record)
    ratio = None if missing else results.ratio(record)
    if ratio is None:
        return missing or NOTHING
    way = record["way"] if len(PEERS[record["peer"]].ways) > 1 else ""
    return f"{digits(ratio)} {way}".strip()


def absence(record: dict | None) -> str:
    """Why there is no figure, if there is none."""
    if record is None:
        return NOTHING
    return ("failed" if record["failed"] else "absent") if "absent" in record else ""


def losses(task: Task, columns: list[tuple[Results, int]]) -> list[str]:
    """Who computed the same, and who says that it didn't."""
    records = [it for results, n in columns for it in results.of(task.name, n)]
    distances = [it["distance"] for it in records if it.get("distance") is not None]
    differing = {it["peer"]: it["differs"] for it in records if it.get("differs")}
    remarks = [f"{peer}: {differs}." for peer, differs in differing.items()]
    if max(distances) > AGREEMENT:
        return [*remarks, f"Losses differ by up to {max(distances):.0e}."]
    return [
        *remarks,
        f"Losses agree within {max(distances):.0e}." if any(distances) else "Losses are equal.",
    ]


def memory(all_results: list[Results]) -> Table:
    """Of the largest data set."""
    task = next(it for it in COMPARED if it.name == "digits")
    rows = [
        [peer, *(memory_text(find(results, 1, task, peer)) for results in all_results)]
        for peers in task.peers
        for peer in peers
    ]
    title = "memory beyond the interpreter's, training on 30,000 images; one thread"
    return Table(title, ["", *(it.processor for it in all_results)], rows, [])


def memory_text(record: dict | None) -> str:
    return absence(record) or megabytes(record["memory"])


def growth(all_results: list[Results]) -> Table:
    """Exponents, fitted over three decades."""
    columns = sides(all_results)
    found = [
        {it["what"]: it for it in results.of("linear", threads)} for results, threads in columns
    ]
    rows = [
        [f"{what}s", *(power_text(it.get(what)) for it in found)] for what in ("sample", "weight")
    ]
    title = "linear: time grows with the number of … to the power of …"
    return Table(title, heads(columns), rows, [])


def power_text(record: dict | None) -> str:
    return f"{exponent(record['sizes'], record['medians']):.2f}" if record else NOTHING


def imports(all_results: list[Results]) -> Table:
    """Times and memory."""
    rows = []
    for name in (BARE, *MODULES):
        row = [name]
        for results in all_results:
            records = {
                it["peer"]: it for n in results.thread_counts for it in results.of("import", n)
            }
            it = records.get(name)
            row += [seconds(it["median"]), megabytes(it["memory"])] if it else [NOTHING] * 2
        rows.append(row)
    columns = [head for it in all_results for head in (f"{it.processor}: time", "memory")]
    remark = "Times and memory of the packages are beyond those of the bare interpreter."
    return Table("import: the first import in a process", ["", *columns], rows, [remark])


def main() -> None:
    all_results = kept()
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(written(page, all_results))
    wrong = broken(CLAIMS, all_results)
    if wrong:
        sys.exit("\n".join(["Claims that don't hold:", *wrong]))


if __name__ == "__main__":
    main()
