"""Numbers as bits, for tests that two engines compute the same."""

import struct


def bits(values):
    """A nest of numbers, lists, buffers as nested lists of 16 hexadecimal digits; any NaN as nan."""
    if isinstance(values, (int, float)):
        return "nan" if values != values else struct.pack(">d", values).hex()
    return [bits(value) for value in values]
