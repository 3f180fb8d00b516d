"""purenn beside its peers: times, memory, and whether they computed the same."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator

from compiled import Absent
from data import Images, load_images, write_data
from imports import import_times
from items import COMPARED, Task, growing_samples, growing_weights
from limits import Limits, limits
from linear import growth
from measure import Entry, Setting, measure
from peers import PEERS
from report import compared, limits_table, mistakes, record
from table import Table, markdown, text

NAMES = [*(task.name for task in COMPARED), "linear", "import"]
ROUNDS, SECONDS = 7, 0.2
QUICK_ROUNDS, QUICK_SECONDS = 3, 0.02


class Run:
    """What was asked for, what it gives."""

    def __init__(self, options: argparse.Namespace, folder: str) -> None:
        self.options = options
        self.folder = folder
        self.load = f", load {os.getloadavg()[0]:.1f} at the start" if os.name == "posix" else ""
        self.images: Images = load_images(options.data)
        self.folders: dict[Task, str] = {}
        self.limits: dict[int, Limits] = {}
        self.records: list[dict] = []
        self.wrong: list[str] = []

    def setting(self, threads: int) -> Setting:
        """With that many threads, as often and as long as was asked for."""
        if self.options.quick:
            return Setting(threads, QUICK_ROUNDS, QUICK_SECONDS, self.folder)
        return Setting(threads, ROUNDS, SECONDS, self.folder)

    def tables(self) -> Iterator[Table]:
        """One after the other, as they are measured."""
        thread_counts = counts_of_threads(self.options.threads)
        yield self.measured_limits(thread_counts)
        for task in COMPARED:
            for threads in thread_counts:
                if task.name in self.options.only and takes_part(task, threads):
                    yield self.comparison(task, threads)
        if "linear" in self.options.only:
            for threads in thread_counts:
                yield self.growth(growing_samples(), "sample", threads)
                yield self.growth(growing_weights(), "weight", threads)
        if "import" in self.options.only:
            table, found = import_times(self.setting(thread_counts[-1]))
            self.records.append(found)
            yield table

    def measured_limits(self, thread_counts: list[int]) -> Table:
        """What the machine can do, which the other tables refer to."""
        try:
            for threads in thread_counts:
                seconds = self.setting(threads).seconds
                self.limits[threads] = limits(threads, seconds, self.folder)
        except Absent as reason:
            return Table("limits", [""], [[f"not measured: {reason}"]], [])
        measured = [self.limits[threads] for threads in thread_counts]
        self.records += [{"item": "limits", **found._asdict()} for found in measured]
        return limits_table(list(self.limits.values()))

    def comparison(self, task: Task, threads: int) -> Table:
        """A task and those of its peers that can use the threads."""
        data = self.written(task)
        entries = [
            Entry(task, peer, group, data)
            for group, peers in enumerate(task.peers)
            for peer in peers
            if threads == 1 or PEERS[peer].threads
        ]
        self.measured_limits([threads])  # again: a processor's clock changes from minute to minute
        self.measure(entries, threads)
        self.wrong += mistakes(entries)
        return compared(entries, threads, self.limits.get(threads))

    def growth(self, tasks: list[Task], what: str, threads: int) -> Table:
        """purenn alone, with tasks of growing size."""
        entries = [Entry(task, task.peers[0][0], 0, self.written(task)) for task in tasks]
        self.measure(entries, threads)
        sizes = [task.samples if what == "sample" else task.weights for task in tasks]
        return growth(entries, sizes, what, threads)

    def measure(self, entries: list[Entry], threads: int) -> None:
        """Measures, and keeps everything for the file."""
        measure(entries, self.setting(threads))
        self.records += [record(entry, threads) for entry in entries]

    def written(self, task: Task) -> str:
        """The folder with the task's data, written the first time."""
        if task not in self.folders:
            self.folders[task] = tempfile.mkdtemp(dir=self.folder)
            write_data(task, self.images, self.folders[task])
        return self.folders[task]

    def about(self) -> list[str]:
        """The machine, and what ran on it."""
        versions = sorted({r["version"] for r in self.records if r.get("version")})
        return [
            f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
            f"{platform.python_implementation()} {platform.python_version()}{self.load}.",
            f"Digits: {self.images.name}; {100 * self.images.zeros:.0f} % of the pixels are 0.",
            ", ".join(versions) + ".",
        ]


def takes_part(task: Task, threads: int) -> bool:
    """Whether any of the task's peers can use so many threads."""
    return threads == 1 or any(PEERS[peer].threads for peers in task.peers for peer in peers)


def counts_of_threads(choice: str) -> list[int]:
    """One, or as many as there are cores, or both."""
    cores = os.cpu_count() or 1
    return {"1": [1], "all": [cores], "both": sorted({1, cores})}[choice]


def processor() -> str:
    """Its name."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
    except OSError:
        fields = {}
    names = {name.strip(): value.strip() for name, value in fields.items()}
    return names.get("model name") or platform.processor() or "unknown processor"


def write_markdown(path: str, about: list[str], tables: list[Table]) -> None:
    """All tables on one page."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n\n".join(about) + "\n\n" + "\n".join(markdown(table) for table in tables))


def write_json(path: str, about: list[str], records: list[dict]) -> None:
    """All that was measured, nothing rounded."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"about": about, "measured": records}, file, indent=1, ensure_ascii=False)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; every item's name is checked."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    names = ", ".join(NAMES)
    parser.add_argument("--only", metavar="NAMES", help=f"some of {names}, with commas between")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements")
    parser.add_argument("--threads", choices=["1", "all", "both"], default="both")
    parser.add_argument("--data", metavar="FOLDER", help="where MNIST's IDX files are")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    parser.add_argument("--json", metavar="FILE", help="write every measurement there")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",") if options.only else NAMES
    for name in options.only:
        if name not in NAMES:
            parser.error(f"--only: expected some of {names}, got {name!r}")
    return options


def main() -> None:
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        run = Run(options, folder)
        tables = []
        for table in run.tables():
            print(text(table), flush=True)
            tables.append(table)
    print("\n".join(run.about()))
    if options.markdown:
        write_markdown(options.markdown, run.about(), tables)
    if options.json:
        write_json(options.json, run.about(), run.records)
    if run.wrong:
        sys.exit("\n".join(["Wrong:", *run.wrong]))


if __name__ == "__main__":
    main()
