"""Builds the optional C core; all other metadata is in pyproject.toml.

PURENN_BUILD_C=auto (the default) builds it where that works and installs purenn without it
elsewhere; require makes its absence an error; off leaves it out. Only a package with the C core
depends on cffi.
"""

import os
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location

from setuptools import Distribution, Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py


def build_mode():
    mode = os.environ.get("PURENN_BUILD_C", "auto")
    if mode not in ("auto", "require", "off"):
        sys.exit(f"PURENN_BUILD_C: expected auto, require or off, got {mode!r}")
    return mode


def compiler_error():
    """Why a two-line extension can't be compiled here; empty where it can."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "probe.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <Python.h>\nPyObject *PyInit_probe(void) { return NULL; }\n")
        command = build_ext(Distribution({"ext_modules": [Extension("probe", [source])]}))
        command.build_lib = command.build_temp = folder
        try:
            command.ensure_finalized()
            command.run()
        except Exception as error:  # the ways in which a compiler can fail have no common class
            return f"no C extension can be built (compiler or Python headers missing): {error}"
    return ""


def core_extension():
    """The cffi extension that purenn/native/build.py describes."""
    spec = spec_from_file_location("purenn_native_build", "purenn/native/build.py")
    build = module_from_spec(spec)
    spec.loader.exec_module(build)
    extension = build.ffi_builder().distutils_extension(tmpdir="build")
    extension.optional = mode == "auto"
    return extension


class BuildPython(build_py):
    """build_py that leaves a note in a package without the C core: why it has none."""

    def run(self):
        if absent and mode == "require":
            sys.exit(f"purenn: PURENN_BUILD_C=require, but {absent}")
        super().run()
        if absent and not self.editable_mode:
            path = os.path.join(self.build_lib, "purenn", "native", "absent.txt")
            with open(path, "w", encoding="utf-8") as file:
                file.write(" ".join(absent.split()) + "\n")


mode = build_mode()
absent = "it was built with PURENN_BUILD_C=off" if mode == "off" else compiler_error()
requirements = [] if absent else ["cffi>=1.15"]
extensions = []
if not absent:
    try:
        extensions.append(core_extension())
    except ImportError as error:  # also the first time round, when setuptools asks what it needs
        absent = f"cffi could not be imported: {error}"

setup(
    setup_requires=requirements,
    install_requires=requirements,
    ext_modules=extensions,
    cmdclass={"build_py": BuildPython},
)
