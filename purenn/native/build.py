"""The cffi description of the C core, for setup.py: what is declared, compiled and how.

The declarations are read from the headers, between their two cffi marks, so that nothing is
declared twice.
"""

from __future__ import annotations

import glob
import os
import sys

from cffi import FFI

HEADERS = [
    os.path.join("simd", "kernels.h"),
    "purenn.h",
    os.path.join("host", "host.h"),
]

# What the binding wants to know beside the core: which compiler built it.
COMPILER = """
#include "purenn.h"
#include "host/host.h"
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
    builder = FFI()
    for name in HEADERS:
        with open(os.path.join(csrc, name), encoding="utf-8") as file:
            builder.cdef(declarations(file.read()))
    builder.cdef("const char *pn_compiler(void);")
    gnu = sys.platform != "win32"
    builder.set_source(
        "purenn.native._core",
        COMPILER,
        sources=files(csrc, ".c"),
        depends=files(csrc, ".h"),
        include_dirs=[csrc],
        extra_compile_args=["-std=c99", "-O3", "-ffp-contract=off", "-pthread"] if gnu else ["/O2"],
        extra_link_args=["-pthread"] if gnu else [],
    )
    return builder


def files(csrc: str, ending: str) -> list[str]:
    """The files of the core and of its folders for hosts: kernels, threads, training."""
    return sorted(
        glob.glob(os.path.join(csrc, "*" + ending))
        + glob.glob(os.path.join(csrc, "*", "*" + ending))
    )
