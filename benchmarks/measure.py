"""Workers, one for each peer, and how they take turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, log, log1p
from statistics import median
from typing import NamedTuple

from compiled import HERE, Absent, compiled
from items import Task
from peers import PEERS

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "PURENN_THREADS",
)
PAUSE = 0.05  # threads of a BLAS that has just finished spin about half as long
WAITING = "\nprint(flush=True)\ninput()"


class Setting(NamedTuple):
    """How to measure: with how many threads, how often, and at least how long each time."""

    threads: int
    rounds: int
    seconds: float
    folder: str


class Failed(Exception):
    """A worker ended that shouldn't have."""


class Worker:
    """A process that has a peer and a task. Raises Absent where the peer is."""

    def __init__(self, command: list[str], setting: Setting) -> None:
        self.process = start(command, setting)
        about = json.loads(self.answer())
        if "absent" in about:
            self.close()
            raise Absent(about["absent"])
        self.version: str = about["version"]
        self.differs: str = about["differs"]

    def answer(self) -> str:
        """The next line."""
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"ended with code {self.process.wait()}")
        return line

    def ask(self, question: str) -> str:
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self.answer()

    def seconds(self, count: int) -> float:
        """The mean of so many runs."""
        return float(self.ask(f"time {count}"))

    def outputs(self, path: str) -> array:
        """What the trained network gives for all samples."""
        self.ask(f"outputs {path}")
        with open(path, "rb") as file:
            return array("d", file.read())

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def start(command: list[str], setting: Setting) -> subprocess.Popen:
    """A process with that many threads, away from the checkout."""
    counts = {name: str(setting.threads) for name in THREAD_VARIABLES}
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **counts},
        cwd=setting.folder,
    )


def peak_memory(process: subprocess.Popen) -> int | None:
    """The most memory a running process has had, in bytes; None where the system won't say."""
    try:
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return 1024 * int(fields["VmHWM"].split()[0])
    except (OSError, KeyError):
        return None


def memory_of(code: str, setting: Setting) -> int:
    """The same of a fresh interpreter with that code; 0 where the system won't say."""
    process = start([sys.executable, "-c", code + WAITING], setting)
    process.stdout.readline()
    memory = peak_memory(process)
    process.communicate("\n")
    return memory or 0


@dataclass
class Entry:
    """A peer with a task, whose data lie in a folder; and what came out."""

    task: Task
    peer: str
    group: int
    data: str
    worker: Worker | None = None
    count: int = 1  # runs in one measurement
    seconds: list[float] = field(default_factory=list)  # per unit of the task, one for each round
    memory: int | None = None  # bytes
    loss: float | None = None  # after a run
    absent: str = ""  # why there is nothing of this
    failed: bool = False

    @property
    def median(self) -> float:
        return median(self.seconds)

    def command(self, setting: Setting) -> list[str]:
        """What the worker is: a program in C, with the arguments of c/driver.h, or worker.py."""
        source, libraries, task = *PEERS[self.peer][3:5], self.task
        if not source:
            script = os.path.join(HERE, "worker.py")
            return [sys.executable, script, self.data, self.peer, str(setting.threads)]
        program = compiled(source, setting.folder, libraries=libraries)
        arguments = [self.data, task.call, task.output, int(task.bias), task.samples, task.epochs]
        return [program, *map(str, [*arguments, task.batch, task.rate, *task.sizes])]

    def enter(self, setting: Setting) -> None:
        """Starts the worker and finds out, while it warms up, how many runs are long enough."""
        self.worker = Worker(self.command(setting), setting)
        self.count = ceil(setting.seconds / self.worker.seconds(1))

    def turn(self, setting: Setting) -> None:
        """One measurement."""
        time.sleep(PAUSE)
        self.seconds.append(self.worker.seconds(self.count) / self.task.per)

    def leave(self, setting: Setting) -> None:
        """Memory first: the outputs need some of their own."""
        peak = peak_memory(self.worker.process)
        self.memory = peak and peak - (0 if PEERS[self.peer].source else memory_of("", setting))
        outputs = self.worker.outputs(os.path.join(self.data, "outputs"))
        self.loss = mean_loss(self.task, outputs, self.data)
        self.worker.close()


def measure(entries: list[Entry], setting: Setting) -> None:
    """All together: every one once, then every one again ..."""
    for entry in entries:
        attempt(entry, entry.enter, setting)
    for _ in range(setting.rounds):
        for entry in entries:
            attempt(entry, entry.turn, setting)
    for entry in entries:
        attempt(entry, entry.leave, setting)


def attempt(entry: Entry, action: Callable[[Setting], None], setting: Setting) -> None:
    """The action, as long as the peer is there."""
    if not entry.absent:
        try:
            action(setting)
        except (Absent, Failed) as error:
            entry.absent = str(error)
            entry.failed = isinstance(error, Failed)


def mean_loss(task: Task, outputs: array, data: str) -> float:
    """The cross-entropy that belongs to the outputs, summed over them, averaged over samples."""
    with open(os.path.join(data, "y"), "rb") as file:
        targets = array("d", file.read())
    total = 0.0
    for a, y in zip(outputs, targets):
        if y == 1.0:
            total -= log(a)
        elif task.output == "sigmoid":
            total -= log1p(-a)
    return total / task.samples
