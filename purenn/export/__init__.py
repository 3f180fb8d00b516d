"""Exports: a trained network as one C or Python file, and the C core as one file."""

from .c import CExport, export_c
from .change import Change
from .core import export_core
from .python import export_python
