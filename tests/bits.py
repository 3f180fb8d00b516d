"""Numbers as bits, for tests that two engines compute the same."""

import struct


def bits(values):
    """Numbers in nested lists or buffers as 16 hexadecimal digits each; any NaN as nan."""
    if isinstance(values, (int, float)):
        return "nan" if values != values else struct.pack(">d", values).hex()
    return [bits(value) for value in values]
