"""Workers, one for each peer, and how they take turns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil, log, log1p
from statistics import median
from threading import Timer
from typing import NamedTuple

from compiled import HERE, Absent, compiled, install
from items import Task
from peers import PEERS, Peer

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "PURENN_THREADS",
)
PATIENCE = 300.0  # seconds for an answer; torch.compile may take one of them
TRIALS = 3  # of each way to write a peer
PAUSE = 0.05  # threads of a BLAS that has just finished spin about half as long
WAITING = "\nprint(flush=True)\ninput()"


class Setting(NamedTuple):
    """How to measure: with how many threads, how often, and at least how long each time.

    Programs are compiled into the folder; `install` says whether what they need may be installed.
    """

    threads: int
    rounds: int
    seconds: float
    folder: str
    install: bool = False


class Failed(Exception):
    """A worker ended that shouldn't have."""


class Worker:
    """A process that has a peer and a task. Raises Absent where the peer is, and Failed."""

    def __init__(self, command: list[str], setting: Setting) -> None:
        self.process = start(command, setting)
        about = json.loads(self.answer())
        if "absent" in about:
            self.close()
            raise Absent(about["absent"])
        self.version: str = about["version"]
        self.differs: str = about["differs"]

    def answer(self) -> str:
        """The next line; a worker that takes too long is ended."""
        timer, began = Timer(PATIENCE, self.process.kill), time.monotonic()
        timer.start()
        line = self.process.stdout.readline()
        timer.cancel()
        if line:
            return line
        self.close()
        late = time.monotonic() - began >= PATIENCE
        ended = f"ended with code {self.process.returncode}"
        raise Failed(f"took more than {PATIENCE:g} s" if late else ended)

    def ask(self, question: str) -> str:
        with suppress(BrokenPipeError):  # then there is no answer either
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
        self.process.communicate()


def start(command: list[str], setting: Setting) -> subprocess.Popen:
    """A process with that many threads, away from the checkout."""
    variables = {name: str(setting.threads) for name in THREAD_VARIABLES}
    variables["TORCHINDUCTOR_CACHE_DIR"] = setting.folder  # so that it compiles each program once
    variables["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
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
    way: str = ""  # the one that it is written in
    ways: dict[str, float] = field(default_factory=dict)  # of several: the least seconds of each
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
        peer, task = PEERS[self.peer], self.task
        if not peer.source:
            script = os.path.join(HERE, "worker.py")
            return [sys.executable, script, self.data, self.peer, self.way, str(setting.threads)]
        program = program_of(peer, setting)
        arguments = [self.data, task.call, task.output, int(task.bias), task.samples, task.epochs]
        return [program, *map(str, [*arguments, task.batch, task.rate, *task.sizes])]

    def enter(self, setting: Setting) -> None:
        """Starts the worker, written in the way that is the fastest here, and warms it up."""
        ways = PEERS[self.peer].ways
        self.way = ways[0]
        if len(ways) > 1:
            self.choose(ways, setting)
        self.start(setting)

    def start(self, setting: Setting) -> None:
        """Finds out, while the worker warms up, how many runs are long enough."""
        self.worker = Worker(self.command(setting), setting)
        self.worker.seconds(1)
        self.count = ceil(setting.seconds / self.worker.seconds(1))

    def choose(self, ways: tuple[str, ...], setting: Setting) -> None:
        """Tries each in a process of its own. Raises the last one's reason if there is none."""
        for self.way in ways:
            try:
                self.start(setting._replace(seconds=setting.seconds / TRIALS))
                trials = [self.worker.seconds(self.count) for _ in range(TRIALS)]
                self.worker.close()
                self.ways[self.way] = min(trials) / self.task.per
            except (Absent, Failed) as error:
                reason = error
        if not self.ways:
            raise reason
        self.way = min(self.ways, key=self.ways.__getitem__)

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


def program_of(peer: Peer, setting: Setting) -> str:
    """Compiled; what it lacks is installed first where that is allowed. Raises Absent."""
    try:
        return compiled(peer.source, setting.folder, libraries=peer.libraries)
    except Absent as reason:
        if not peer.package:
            raise
        if not setting.install:
            how = f"Debian's package is {peer.package}, --install installs it"
            raise Absent(f"{reason}; {how}") from None
    install(peer.package)
    return compiled(peer.source, setting.folder, libraries=peer.libraries)


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
