"""Programs for a Cortex-M: compiled, linked with just what they need, weighed, and run."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from typing import NamedTuple

from compiled import HERE, Absent

from purenn import Network, export_c
from purenn.articles import letters
from purenn.export import CExport, export_core
from purenn.export.parts import HEADER, c_text

TARGET = os.path.join(os.path.dirname(HERE), "tests", "portability")
COMPILER, SIZE = "arm-none-eabi-gcc", "arm-none-eabi-size"
SMALL = ["-std=c99", "-Os", "-ffunction-sections", "-fdata-sections", "--specs=nano.specs"]
CORTEX_M4 = ["-mcpu=cortex-m4", "-mthumb"]
CORTEX_M4F = [*CORTEX_M4, "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]
CORTEX_M0_PLUS = ["-mcpu=cortex-m0plus", "-mthumb"]  # whose instructions a Cortex-M4 has, too
BOARD = (
    "qemu-system-arm -machine mps2-an386 -icount shift=0 -display none -monitor none -serial none"
    " -chardev stdio,id=out -semihosting-config enable=on,chardev=out -kernel"
)

# What a device may call of the core, and what the foundation of it is.
INFERENCE = ["pn_forward", "pn_sigmoid_activation"]
FOUNDATION_ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softmax")
FOUNDATION_LOSSES = ("mean_squared_error", "binary_cross_entropy", "categorical_cross_entropy")
FOUNDATION = [
    *("pn_forward", "pn_backward", "pn_mean", "pn_gradient_descent", "pn_exp", "pn_log", "pn_tanh"),
    *(f"pn_{name}_activation" for name in FOUNDATION_ACTIVATIONS),
    *(f"pn_{name}_loss" for name in FOUNDATION_LOSSES),
]
TRAINING = ["pn_train_step"]
DRAWING = ["pn_random_seed", "pn_random_permutation", "pn_initialize", "pn_glorot_uniform"]
DECLARED = re.compile(r"^(?:void|double|size_t|uint32_t) (pn_\w+)\(", re.M)  # by purenn.h
TABLES = re.compile(r"^extern const struct \w+ (pn_\w+);", re.M)
LARGEST_CORE, LARGEST_CORE_M4F = 8192, 8448  # bytes of flash of FOUNDATION
LARGEST_LETTERS = 4096  # of letters in float32

# Lines of `size -A`, and of the linker's map, about what goes to flash.
SECTION = re.compile(r"^\.(text|rodata|data|bss|ARM\.exidx) +(\d+) ", re.M)
PLACED = re.compile(r"^ \.(text|rodata|data|ARM\.exidx)\S*\s+0x\S+\s+0x(\S+) (\S.*)$", re.M)


class Image(NamedTuple):
    """Bytes of a linked program: in flash code, constants and libraries; variables in RAM.

    Libraries are the compiler's, for arithmetic that the processor lacks, and the one of C.
    """

    code: int
    constants: int
    libraries: int
    ram: int

    @property
    def flash(self) -> int:
        return self.code + self.constants + self.libraries


class Predictor(NamedTuple):
    """A source that predicts letters, use.h for it: how it is called, and what it offers."""

    source: str
    use: str
    flags: Sequence[str] = ()
    roots: Sequence[str] = ("letters_classify",)


class Run(NamedTuple):
    """What a thousand predictions took, all together and of stack, and the outputs of each."""

    ticks: int
    stack: int
    outputs: list[str]


def compiler_version() -> str:
    """As gcc states it."""
    return run(COMPILER, "-dumpfullversion").strip()


def image(source: str, roots: Sequence[str], flags: Sequence[str]) -> Image:
    """These functions of the source, and whatever they call; no start-up code, no interrupts."""
    folder, program, places = os.path.dirname(source), f"{source}.elf", f"{source}.map"
    compiled = compile_small(source, flags)
    wanted = [f"-Wl,-u,{name}" for name in roots]
    link = ["-nostartfiles", "-Wl,--gc-sections", "-Wl,--entry=0", f"-Wl,-Map={places}"]
    run(COMPILER, *SMALL, *flags, *link, *wanted, compiled, "-lm", "-o", program, cwd=folder)
    sizes = {kind: int(size) for kind, size in SECTION.findall(run(SIZE, "-A", program))}
    ram = sizes.get("data", 0) + sizes.get("bss", 0)
    constants, libraries = shares(places)
    flash = sum(sizes.values()) - sizes.get("bss", 0)
    return Image(flash - constants - libraries, constants, libraries, ram)


def shares(places: str) -> tuple[int, int]:
    """Bytes of the source's constants, and of all that came from libraries, by the linker's map."""
    with open(places, encoding="utf-8") as file:
        kept = file.read().split("Linker script and memory map")[1]
    constants = libraries = 0
    for kind, size, origin in PLACED.findall(kept):
        if ".a(" in origin:
            libraries += int(size, 16)
        elif kind in ("rodata", "data"):
            constants += int(size, 16)
    return constants, libraries


def compile_small(source: str, flags: Sequence[str]) -> str:
    """The object of a source, for the board."""
    if not os.path.isabs(run(COMPILER, "-print-file-name=libc_nano.a").strip()):
        raise Absent(f"there is no C library for {COMPILER}")
    compiled = f"{source}.o"
    run(COMPILER, *SMALL, *flags, "-c", source, "-o", compiled, cwd=os.path.dirname(source))
    return compiled


def run_on_board(predictor: Predictor, flags: Sequence[str]) -> Run:
    """A thousand predictions in an emulator, where an instruction is a tick."""
    folder, sources = program_of(predictor, "board.c")
    objects = [compile_small(predictor.source, [*flags, *predictor.flags])]
    for source in sources:
        objects.append(os.path.join(folder, f"{os.path.basename(source)}.o"))
        run(COMPILER, *SMALL, *flags, "-I", TARGET, "-I", folder, "-c", source, "-o", objects[-1])
    program = os.path.join(folder, "board.elf")
    link = ["-nostartfiles", "-Wl,--gc-sections", "-T", os.path.join(TARGET, "board.ld")]
    run(COMPILER, *SMALL, *flags, *link, *objects, "-lm", "-o", program)
    return read(run(*BOARD.split(), program))


def run_here(predictor: Predictor) -> Run:
    """The same source compiled and run on this machine."""
    folder, sources = program_of(predictor, "host.c")
    program = os.path.join(folder, "here")
    include = ["-I", TARGET, "-I", folder]
    sources = [predictor.source, *sources]
    run("gcc", "-std=c99", "-O2", *predictor.flags, *include, *sources, "-lm", "-o", program)
    return read(run(program))


def program_of(predictor: Predictor, target: str) -> tuple[str, list[str]]:
    """Its folder, now with use.h, and the sources that make a program of it on that target."""
    folder = os.path.dirname(predictor.source)
    with open(os.path.join(folder, "use.h"), "w", encoding="utf-8") as file:
        file.write(predictor.use)
    main = os.path.join(HERE, "c", "predictions.c")
    return folder, [main, os.path.join(TARGET, target)]


def read(printed: str) -> Run:
    """What predictions.c prints."""
    ticks, stack, *outputs = printed.split()
    first, second = (int.from_bytes(bytes.fromhex(word), "little") for word in (ticks, stack))
    return Run(first, second, outputs)


def run(*command: str, cwd: str | None = None) -> str:
    """What the command prints; raises Absent where there is none, and where it fails."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        raise Absent(f"there is no {command[0]}") from None
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def everything() -> list[str]:
    """All that the core offers."""
    header = c_text(HEADER)
    return DECLARED.findall(header) + TABLES.findall(header)


def core(folder: str) -> str:
    """The core as one file."""
    export_core(folder)
    return os.path.join(folder, "purenn.c")


def trained_letters() -> Network:
    """The article's network, trained for its 100 epochs."""
    recipe = letters.RECIPE
    network = recipe.network("auto")
    network.fit(
        *recipe.samples(),
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=recipe.learning_rate,
    )
    return network


def exported_letters(folder: str, **how: object) -> CExport:
    """The trained letters as letters.h and letters.c."""
    return export_c(trained_letters(), folder, "letters", **how)
