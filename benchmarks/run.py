"""purenn beside its peers: times, memory, and whether they computed the same."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from compiled import HERE, Absent
from data import Images, load_images, write_data
from imports import import_times
from items import COMPARED, Task, growing_samples, growing_weights
from limits import Peak, limits, peak_now
from linear import growth
from measure import Entry, Setting, measure
from peers import PEERS
from processors import Processor, this_processor
from report import compared, limits_table, mistakes, record
from results import Results, path_of, rounded, write
from table import Table, text

import purenn

NAMES = [*(task.name for task in COMPARED), "linear", "import"]
ROUNDS, SECONDS = 7, 0.2
QUICK_ROUNDS, QUICK_SECONDS = 3, 0.02


class Run:
    """What was asked for, what it gives."""

    def __init__(self, options: argparse.Namespace, folder: str) -> None:
        self.options = options
        self.folder = folder
        self.processor: Processor = this_processor()
        self.commit = commit()
        self.load = round(os.getloadavg()[0], 1) if os.name == "posix" else None
        self.images: Images = load_images(options.data)
        self.folders: dict[Task, str] = {}
        self.records: list[dict] = []
        self.versions: set[str] = set()
        self.wrong: list[str] = []

    def setting(self, threads: int) -> Setting:
        """With that many threads, as often and as long as was asked for."""
        if self.options.quick:
            return Setting(threads, QUICK_ROUNDS, QUICK_SECONDS, self.folder, self.options.install)
        return Setting(threads, ROUNDS, SECONDS, self.folder, self.options.install)

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
            self.records += found
            yield table

    def measured_limits(self, thread_counts: list[int]) -> Table:
        """What the machine can do."""
        seconds = self.setting(1).seconds
        try:
            measured = [limits(threads, seconds, self.folder) for threads in thread_counts]
        except Absent as reason:
            return Table("limits", [""], [[f"not measured: {reason}"]], [])
        for found in measured:
            numbers = {name: rounded(value) for name, value in found._asdict().items()}
            whole = {"threads": found.threads, "vector_bits": found.vector_bits}
            self.records.append({"item": "limits", **numbers, **whole})
        return limits_table(measured)

    def peak(self, threads: int) -> Peak | None:
        """The limit as it is now: a processor's clock changes from minute to minute."""
        try:
            return peak_now(threads, self.setting(threads).seconds, self.folder)
        except Absent:
            return None

    def comparison(self, task: Task, threads: int) -> Table:
        """A task and those of its peers that can use the threads."""
        data = self.written(task)
        entries = [
            Entry(task, peer, group, data)
            for group, peers in enumerate(task.peers)
            for peer in peers
            if threads == 1 or PEERS[peer].threads
        ]
        limit = self.peak(threads)
        measure(entries, self.setting(threads))
        self.records += [record(entry, entries[0], threads, limit) for entry in entries]
        self.versions |= {entry.worker.version for entry in entries if entry.worker}
        self.wrong += mistakes(entries)
        return compared(entries, threads, limit)

    def growth(self, tasks: list[Task], what: str, threads: int) -> Table:
        """purenn alone, with tasks of growing size."""
        entries = [Entry(task, task.peers[0][0], 0, self.written(task)) for task in tasks]
        measure(entries, self.setting(threads))
        sizes = [task.samples if what == "sample" else task.weights for task in tasks]
        table, found = growth(entries, sizes, what, threads)
        self.records += found
        return table

    def written(self, task: Task) -> str:
        """The folder with the task's data, written the first time."""
        if task not in self.folders:
            self.folders[task] = tempfile.mkdtemp(dir=self.folder)
            write_data(task, self.images, self.folders[task])
        return self.folders[task]

    def results(self) -> Results:
        """All that was measured, where, and with what."""
        about = {
            "processor": self.processor.generation,
            "name": self.processor.name,
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
            "commit": self.commit,
            "core": {name: str(value) for name, value in purenn.backend_info().items()},
            "versions": sorted(self.versions - {""}),
            "digits": f"{self.images.name}; {100 * self.images.zeros:.0f} % of the pixels are 0",
            "rounds": self.setting(1).rounds,
            "load": self.load,
        }
        return Results(about, self.records)


def takes_part(task: Task, threads: int) -> bool:
    """Whether the task is measured with so many threads, and any of its peers can use them."""
    if threads == 1:
        return True
    return task.several_threads and any(
        PEERS[peer].threads for peers in task.peers for peer in peers
    )


def counts_of_threads(choice: str) -> list[int]:
    """One, or as many as there are cores, or both."""
    cores = os.cpu_count() or 1
    return {"1": [1], "all": [cores], "both": sorted({1, cores})}[choice]


def commit() -> str:
    """What git calls the checkout; "unknown" where there is no git or no repository."""
    command = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    except FileNotFoundError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def parse(arguments: list[str]) -> argparse.Namespace:
    """The options; every item's name is checked."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    names = ", ".join(NAMES)
    parser.add_argument("--only", metavar="NAMES", help=f"some of {names}, with commas between")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter measurements")
    parser.add_argument("--threads", choices=["1", "all", "both"], default="both")
    parser.add_argument("--data", metavar="FOLDER", help="where MNIST's IDX files are")
    parser.add_argument("--install", action="store_true", help="install peers that Debian has")
    parser.add_argument(
        "--json", metavar="FILE", help="write every measurement there, item by item"
    )
    parser.add_argument(
        "--keep", action="store_true", help="write them to this processor's file in results/"
    )
    options = parser.parse_args(arguments)
    if options.keep and (options.only or options.quick or options.threads != "both"):
        parser.error("--keep: expected a whole run, without --only, --quick and --threads")
    options.only = options.only.split(",") if options.only else NAMES
    for name in options.only:
        if name not in NAMES:
            parser.error(f"--only: expected some of {names}, got {name!r}")
    return options


def main() -> None:
    options = parse(sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        run = Run(options, folder)
        print(f"{run.processor.generation}: {run.processor.name}\n")
        for table in run.tables():
            print(text(table), flush=True)
            if options.json:
                write(options.json, run.results())
    print(", ".join(run.results().about["versions"]))
    if options.keep:
        write(path_of(run.processor.key), run.results())
    if run.wrong:
        sys.exit("\n".join(["Wrong:", *run.wrong]))


if __name__ == "__main__":
    main()
