"""One fixed workload on every target, bit for bit: the trained weights of the four articles, and
two trainings that draw, drop out, shuffle, clip and stop.

tests/test_portability.py compares the digests, tests/portability_page.py writes them down.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Union

from portability_workload import c_text, python_text
from test_c_core import ROOT, STRICT

from purenn import BackendError, __version__, reference
from purenn.engines import engine
from purenn.export import export_core

TESTS = Path(__file__).resolve().parent
HERE = TESTS / "portability"
REFERENCE = Path(reference.__file__).parent
WHEEL = f"purenn-{__version__}-py3-none-any.whl"
# In gnu99 compilers fuse a multiplication with an addition, unless the core forbids it. For a fixed
# address, without tables to unwind the stack, constants count as constants and nothing else does.
FLAGS = ["-std=gnu99", "-O2", "-fno-asynchronous-unwind-tables", "-fno-pie", *STRICT]


class Absent(Exception):
    """What a target needs and this machine lacks."""


class Elsewhere(Absent):
    """What only another processor can have."""


class Failed(Exception):
    """A command that ended badly, and what it said."""


class Result(NamedTuple):
    """What a target computed of each training: the digest, and how long it took.

    Ticks are nanoseconds, or instructions on a board. Sizes are the bytes of the core's code with
    its constants, of its variables, and of all that the workload keeps in RAM.
    """

    digests: list[str]
    ticks: list[int]
    sizes: tuple[int, ...] = ()


class Core(NamedTuple):
    """The core as one file, compiled with workload.c by that command, run by that one."""

    compiler: str
    runner: str = ""
    size: str = "size"
    board: bool = False
    install: str = ""

    def run(self, names: list[str], folder: Path) -> Result:
        compiler = expand(self.compiler, self.install)
        runner = expand(self.runner, self.install)
        if not os.path.isabs(run(folder, *compiler, "-print-file-name=libc.a").strip()):
            raise Absent(f"the C library of {compiler[0]}: {self.install}")
        self.export(folder)
        (folder / "trainings.h").write_text(c_text(names), encoding="ascii")
        machine = "board" if self.board else "host"
        sources = folder / "purenn.c", HERE / "workload.c", HERE / f"{machine}.c"
        run(folder, *compiler, *FLAGS, f"-I{folder}", "-c", *sources)
        objects = [f"{source.stem}.o" for source in sources]
        link = ["-nostartfiles", f"-T{HERE / 'board.ld'}"] if self.board else ["-static"]
        run(folder, *compiler, *objects, "-lm", *link, "-o", "workload")
        *lines, stack = run(folder, *runner, "./workload").splitlines()
        rows = run(folder, self.size, *objects[:2]).splitlines()[1:]
        core, workload = ([int(word) for word in row.split()[:3]] for row in rows)
        ram = sum(core[1:] + workload[1:]) + int(stack)
        return read(lines)._replace(sizes=(core[0], sum(core[1:]), ram))

    def export(self, folder: Path) -> None:
        export_core(folder)


class Reference(NamedTuple):
    """The reference, on a Python that runs program.py by that command."""

    command: str
    install: str = ""

    def run(self, names: list[str], folder: Path) -> Result:
        command = expand(self.command, self.install)
        if WHEEL in command:
            build_wheel(folder)
        self.reference(folder)
        workload = (HERE / "workload.py").read_text(encoding="utf-8")
        (folder / "program.py").write_text(python_text(names) + workload, encoding="utf-8")
        return read(run(folder, *command).splitlines())

    def reference(self, folder: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REFERENCE, folder / "reference", ignore=ignored)


class Binding(NamedTuple):
    """The installed C core, with the kernels of that level."""

    level: str

    def run(self, names: list[str], folder: Path) -> Result:
        try:
            levels = engine("c").functions.core.available_levels()
        except BackendError as error:
            raise Absent(str(error)) from None
        if self.level not in levels:
            raise Elsewhere(f"a processor with {self.level}")
        lines = run(
            folder, sys.executable, HERE / "binding.py", *names,
            PURENN_SIMD=self.level, PYTHONPATH=str(TESTS),
        )  # fmt: skip
        return read(lines.splitlines())


class Kernels(NamedTuple):
    """workload.c with the kernels of a level, on the machine of that core."""

    level: str
    core: Core

    def run(self, names: list[str], folder: Path) -> Result:
        compiler = expand(self.core.compiler, self.core.install)
        runner = expand(self.core.runner, self.core.install)
        (folder / "trainings.h").write_text(c_text(names), encoding="ascii")
        sources = *(ROOT / "csrc").glob("*.c"), *(ROOT / "csrc").glob("*/*.c")
        build = *compiler, *FLAGS, "-pthread", f"-I{ROOT / 'csrc'}", f"-I{folder}"
        run(folder, *build, "-Dpn_train_epoch=train_epoch", "-c", HERE / "workload.c")
        run(
            folder, *build, f'-DKERNELS="{self.level}"', "-static", *sources, HERE / "kernels.c",
            HERE / "host.c", "workload.o", "-lm", "-o", "workload",
        )  # fmt: skip
        *lines, _ = run(folder, *runner, "./workload").splitlines()
        return read(lines)


Target = Union[Core, Reference, Binding, Kernels]


def board(flags: str, machine: str) -> Core:
    """A bare board, on which an instruction is counted as a nanosecond."""
    return Core(
        f"arm-none-eabi-gcc -mthumb {flags}",
        f"qemu-system-arm -machine {machine} -icount shift=0 -display none -monitor none"
        " -serial none -chardev stdio,id=out -semihosting-config enable=on,chardev=out -kernel",
        "arm-none-eabi-size",
        board=True,
        install="apt install gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm",
    )


def linux(triplet: str, processor: str, library: str, flags: str = "") -> Core:
    """Another processor's Linux, with Debian's compiler for it."""
    return Core(
        f"{triplet}-gcc {flags}".strip(),
        f"qemu-{processor}",
        f"{triplet}-size",
        install=f"apt install gcc-{triplet} libc6-dev-{library}-cross qemu-user",
    )


def foreign_python(processor: str, architecture: str) -> Reference:
    """Debian's CPython for another processor, without the rest of its standard library."""
    root = f"$PURENN_FOREIGN_PYTHON/{architecture}"
    return Reference(
        f"qemu-{processor} -L {root} {root}/usr/bin/python3.11 -S program.py",
        f"apt install qemu-user; tests/portability/foreign_python.sh FOLDER {architecture}; "
        "PURENN_FOREIGN_PYTHON=FOLDER",
    )


MICROPYTHON = shlex.quote(str(TESTS / "micropython" / "run.mjs"))
PYODIDE = shlex.quote(str(HERE / "pyodide.mjs"))
AARCH64 = linux("aarch64-linux-gnu", "aarch64", "arm64")
TARGETS = {
    "CPython": Reference(f"{shlex.quote(sys.executable)} -s program.py"),
    "PyPy": Reference("pypy3 -s program.py", "apt install pypy3"),
    "MicroPython, WebAssembly": Reference(
        f"node {MICROPYTHON} $PURENN_MICROPYTHON reference program.py",
        "npm install @micropython/micropython-webassembly-pyscript@1.27.0; "
        "PURENN_MICROPYTHON=its folder in node_modules",
    ),
    "Pyodide, WebAssembly": Reference(
        f"node {PYODIDE} $PURENN_PYODIDE {WHEEL} program.py",
        "npm install pyodide@314.0.7; PURENN_PYODIDE=its folder in node_modules",
    ),
    "CPython, aarch64": foreign_python("aarch64", "arm64"),
    "CPython, 32-bit Arm": foreign_python("arm", "armhf"),
    "CPython, s390x, big-endian": foreign_python("s390x", "s390x"),
    "C core, installed, plain": Binding("plain"),
    "C core, installed, AVX2": Binding("avx2"),
    "C core, installed, AVX-512": Binding("avx512"),
    "C core, installed, Zen 4": Binding("zen4"),
    "C core, gcc": Core("gcc", install="apt install gcc libc6-dev"),
    "C core, clang": Core("clang", install="apt install clang libc6-dev"),
    "C core, musl": Core("musl-gcc", install="apt install musl-tools"),
    "C core, aarch64": AARCH64,
    "C core, aarch64, NEON": Kernels("neon", AARCH64),
    "C core, 32-bit Arm": linux("arm-linux-gnueabihf", "arm", "armhf", "-mfpu=vfpv4"),
    "C core, riscv64": linux("riscv64-linux-gnu", "riscv64", "riscv64"),
    "C core, i386 with SSE2": linux("i686-linux-gnu", "i386", "i386", "-msse2 -mfpmath=sse"),
    "C core, s390x, big-endian": linux("s390x-linux-gnu", "s390x", "s390x"),
    "C core, Cortex-M4, bare metal": board("-mcpu=cortex-m4", "mps2-an386"),
    "C core, Cortex-M7, bare metal": board(
        "-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard", "mps2-an500"
    ),
}
# Where the articles' full lengths take no more than minutes.
HOSTS = ["CPython", "PyPy"]
HOSTS += [name for name, target in TARGETS.items() if isinstance(target, Binding)]
HOSTS += ["C core, gcc", "C core, clang", "C core, musl"]
# It computes in registers of 80 bits, so the reference refuses to run there.
X87 = foreign_python("i386", "i386")


def expand(command: str, install: str) -> list[str]:
    """The words of a command with its environment variables; raises Absent where it can't run."""
    words = [os.path.expandvars(word) for word in shlex.split(command)]
    for word in words:
        if word.startswith("$"):
            raise Absent(f"{word}: {install}")
    if words and shutil.which(words[0]) is None:
        raise Absent(f"{words[0]}: {install}")
    return words


def run(folder: Path, *command: object, input: str = "", **environment: str) -> str:
    """What the command prints; raises Failed where it ends badly."""
    result = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env={**os.environ, **environment},
        input=input,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=900,
    )
    if result.returncode != 0:
        raise Failed(f"{command[0]}: status {result.returncode}\n{result.stderr[-3000:]}")
    return result.stdout


def read(lines: list[str]) -> Result:
    """The ticks and the digest of each line that a workload prints."""
    ticks, words = zip(*(line.split() for line in lines))
    digests = [sha256(bytes.fromhex(word)).hexdigest() for word in words]
    return Result(digests, [*map(int, ticks)])


def build_wheel(folder: Path) -> None:
    """The wheel without C, from a copy of the tree."""
    own = (".*", "build", "purenn-*", "*.egg-info", "*.so", "__pycache__")
    shutil.copytree(ROOT, folder / "tree", ignore=shutil.ignore_patterns(*own))
    run(
        folder, sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "./tree",
        PURENN_BUILD_C="off",
    )  # fmt: skip


def compute(target: Target, names: list[str]) -> Result:
    """What the target computes of these trainings, in a folder that lasts as long."""
    with tempfile.TemporaryDirectory() as folder:
        return target.run(names, Path(folder).resolve())
