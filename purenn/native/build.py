"""The cffi description of the C core, for setup.py: what is declared, compiled and how.

The declarations are read from csrc/purenn.h, between its two cffi marks, so that nothing is
declared twice.
"""

from __future__ import annotations

import os
import sys

from cffi import FFI

SOURCES = [
    "elementary.c",
    "linalg.c",
    "activations.c",
    "losses.c",
    "network.c",
    "optimizers.c",
    "training.c",
]

# What the binding wants to know beside the core: which compiler built it.
COMPILER = """
#include "purenn.h"
#if defined(__clang__)
#define PN_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define PN_COMPILER "gcc " __VERSION__
#else
#define PN_COMPILER "unknown compiler"
#endif
static const char *pn_compiler(void) { return PN_COMPILER; }
"""


def declarations(header: str) -> str:
    """The part of the header between `cffi: begin` and `cffi: end`."""
    start = header.index("/* cffi: begin */")
    return header[start : header.index("/* cffi: end */")]


def ffi_builder(root: str = "") -> FFI:
    """The extension purenn.native._core, with paths relative to the root of the project."""
    csrc = os.path.join(root, "csrc")
    with open(os.path.join(csrc, "purenn.h"), encoding="utf-8") as file:
        header = file.read()
    builder = FFI()
    builder.cdef(declarations(header) + "const char *pn_compiler(void);")
    gnu_flags = ["-std=c99", "-O3", "-ffp-contract=off"]
    builder.set_source(
        "purenn.native._core",
        COMPILER,
        sources=[os.path.join(csrc, name) for name in SOURCES],
        depends=[os.path.join(csrc, name) for name in ("purenn.h", "contract.h")],
        include_dirs=[csrc],
        extra_compile_args=["/O2"] if sys.platform == "win32" else gnu_flags,
    )
    return builder
