"""Numbers in C: literals that are read back as the same bits, and arrays of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

LINE = 95
SHORT_LINE = 50


def literal(value: float, c_type: str = "double") -> str:
    """A decimal that a compiler reads as this value of that type: 9 digits are enough for float."""
    if c_type == "double":
        return repr(value)
    if c_type != "float":
        return str(value)
    text = f"{value:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def rows(values: Sequence[Iterable[float]], c_type: str = "double") -> str:
    """The rows of a matrix between braces, each beginning a line; one short row on one line."""
    lines = []
    for row in values:
        line = "   "
        for value in row:
            word = f" {literal(value, c_type)},"
            if len(line) + len(word) > LINE:
                lines.append(line)
                line = "   "
            line += word
        lines.append(line)
    if len(lines) == 1 and len(lines[0]) < SHORT_LINE:
        return "{" + lines[0].strip(" ,") + "}"
    return "{\n" + "\n".join(lines) + "\n}"


def constant(name: str, values: Sequence[Sequence[float]], c_type: str = "double") -> str:
    """A matrix as a constant, row by row."""
    size = f"{len(values)} * {len(values[0])}" if len(values) > 1 else f"{len(values[0])}"
    return f"static const {c_type} {name}[{size}] = {rows(values, c_type)};\n"
