"""A trained network as one C file and its header: C99, nothing else needed.

The arithmetic in it is csrc's, function by function; what is written here is the order in which
one network calls it.
"""

from .export import CExport, export_c
