"""The cffi description of the C core, for setup.py: what is declared, compiled and how.

The declarations are read from the headers, between their two cffi marks, so that nothing is
declared twice.
"""

from __future__ import annotations

import glob
import os
import re
import sys

from cffi import FFI

HEADERS = [
    "purenn.h",
    os.path.join("host", "limits.h"),
    os.path.join("simd", "kernels.h"),
    os.path.join("host", "host.h"),
]

# What the binding wants to know beside the core: which compiler built it.
SOURCE = """
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

# A constant struct: cffi would copy it, where the core wants its address.
DESCRIPTION = re.compile(r"^extern (const struct \w+) (\w+);\n", re.M)


def declarations(header: str) -> str:
    """The part of the header between `cffi: begin` and `cffi: end`."""
    start = header.index("/* cffi: begin */")
    return header[start : header.index("/* cffi: end */")]


def ffi_builder(root: str = "") -> FFI:
    """The extension purenn.native._core, with paths relative to the root of the project."""
    csrc = os.path.join(root, "csrc")
    builder, source = FFI(), SOURCE
    for name in HEADERS:
        with open(os.path.join(csrc, name), encoding="utf-8") as file:
            text = declarations(file.read())
        for kind, described in DESCRIPTION.findall(text):
            source += f"static {kind} *const {described}_pointer = &{described};\n"
        builder.cdef(DESCRIPTION.sub(r"static \1 *const \2_pointer;\n", text))
    builder.cdef("const char *pn_compiler(void);")
    gnu = sys.platform != "win32"
    builder.set_source(
        "purenn.native._core",
        source,
        sources=files(csrc, ".c"),
        depends=files(csrc, ".h"),
        include_dirs=[csrc],
        libraries=["m"] if gnu else [],  # for sqrt
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
