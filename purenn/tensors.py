"""Tensors in a safetensors file: numbers with names and shapes, and strings that belong to them.

The file is 8 bytes, little-endian, that are the length of the header; the header; the numbers. The
header is JSON in UTF-8, {"__metadata__": {name: string}, name: {"dtype": "F64", "shape": [...],
"data_offsets": [begin, end]}, ...}, and spaces up to a multiple of 8 bytes. The numbers are
little-endian, row-major, each tensor's from begin to end, with no holes between them. Float64 is
what is written; float32 is read as well, since float64 has each of its numbers.
Source: https://github.com/huggingface/safetensors, README.md, "Format".
"""

from __future__ import annotations

import os
import sys
from array import array
from math import prod

from .annotations import TYPE_CHECKING, Any, Callable, Mapping
from .checks import shown
from .files import reading, replace
from .notation import parse, quoted

if TYPE_CHECKING:
    from io import BufferedReader

METADATA = "__metadata__"
FORMATS, SIZES = {"F64": "d", "F32": "f"}, {"F64": 8, "F32": 4}
ENTRY = {"dtype", "shape", "data_offsets"}
LENGTH = 8  # bytes that hold the length of the header
MOST_COUNT = 2**63
MOST_HEADER = 2**20  # bytes: reading them takes 30 times as much memory, without json 600 times
MOST_BYTES = 2**34 + 2**23  # a file: as many numbers as a network may have, and what is around them


class Tensor:
    """Float64 numbers, an array("d") row by row, and their shape."""

    __slots__ = ("numbers", "shape")

    def __init__(self, shape: tuple[int, ...], numbers: array) -> None:
        self.shape, self.numbers = shape, numbers


def write_tensors(
    path: str | os.PathLike, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]
) -> None:
    """Writes the tensors in their order, and the metadata; all at once or not at all.

    Raises ValueError where the header or the file would be too large, OSError where it can't be
    written.
    """
    header = _header_text(tensors, metadata).encode("ascii")
    header += b" " * (-len(header) % LENGTH)
    size = LENGTH + len(header) + sum(8 * len(tensor.numbers) for tensor in tensors.values())
    for what, found, most in (("header", len(header), MOST_HEADER), ("file", size, MOST_BYTES)):
        if found > most:
            raise ValueError(
                f"{os.fsdecode(path)}: expected a {what} of at most {most:,} bytes, got {found:,}"
            )
    length = len(header).to_bytes(LENGTH, "little")
    numbers = (little_endian(tensor.numbers) for tensor in tensors.values())
    replace(path, b"".join([length, header, *numbers]))


def read_tensors(path: str | os.PathLike) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file, in the order of their numbers, and its metadata.

    All that the header says is checked before the numbers are read. Raises ValueError that says
    what is wrong, OSError where the file can't be read.
    """
    with reading(path, MOST_BYTES) as (file, size):
        try:
            places, metadata = _header(file, size)
            tensors = {name: _tensor(file, *place) for name, place in places.items()}
        except ValueError as error:
            raise ValueError(f"{os.fsdecode(path)}: {error}") from None
    return tensors, metadata


def read_as(path: str | os.PathLike, make: Callable[[dict, dict], Any]) -> Any:
    """What `make` gives for the tensors and the strings of a file; its errors name the file."""
    tensors, metadata = read_tensors(path)
    try:
        return make(tensors, metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{os.fsdecode(path)}: {error}") from None


def looks_like_tensors(data: bytes) -> bool:
    """Whether a file with these bytes begins as a safetensors file does."""
    length = int.from_bytes(data[:LENGTH], "little")
    return data[LENGTH : LENGTH + 1] == b"{" and length <= len(data) - LENGTH


def little_endian(numbers: array) -> memoryview:
    """The bytes of the numbers as they are in a file."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return memoryview(numbers).cast("B")


def _header_text(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> str:
    strings = ",".join(f"{quoted(name)}:{quoted(string)}" for name, string in metadata.items())
    entries = [f'"{METADATA}":{{{strings}}}'] if metadata else []
    end = 0
    for name, tensor in tensors.items():
        if name == METADATA or prod(tensor.shape) != len(tensor.numbers):
            raise ValueError(
                f"{shown(name)}: expected a tensor of another name than {METADATA}, "
                f"with as many numbers as its shape {tensor.shape} says, got {len(tensor.numbers)}"
            )
        begin, end = end, end + 8 * len(tensor.numbers)
        shape = ",".join(map(str, tensor.shape))
        entries.append(
            f'{quoted(name)}:{{"dtype":"F64","shape":[{shape}],"data_offsets":[{begin},{end}]}}'
        )
    return "{" + ",".join(entries) + "}"


def _header(file: BufferedReader, size: int) -> tuple[dict[str, tuple], dict[str, str]]:
    """Each tensor's dtype, shape, begin and end, in the order of their numbers; the metadata."""
    begin = file.read(LENGTH)
    length, room = int.from_bytes(begin, "little"), size - LENGTH
    if not 2 <= length <= min(room, MOST_HEADER):
        if begin.lstrip().startswith(b"{"):
            raise ValueError(
                "expected a safetensors file, got JSON, which is no training; "
                "Network.load reads a model in it, under another suffix than .safetensors"
            )
        raise ValueError(
            f"expected a safetensors file with a header of 2 to {MOST_HEADER:,} bytes, "
            f"got {size:,} bytes" + (f" and a header of {length:,}" if room >= 0 else "")
        )
    text = file.read(length)
    if not text.startswith(b"{"):
        raise ValueError(f"header: expected {{ at its begin, got {shown(text)}")
    try:
        values = parse(text.decode("utf-8"))
    except ValueError as error:
        raise ValueError(f"header: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"header: expected names and tensors in braces, got {shown(values)}")
    metadata = _metadata(values.pop(METADATA, {}))
    places = {_string("header", name): _place(name, entry) for name, entry in values.items()}
    return _in_order(places, room - length), metadata


def _metadata(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        raise ValueError(f"{METADATA}: expected strings in braces, got {shown(values)}")
    return {_string(METADATA, name): _string(METADATA, text) for name, text in values.items()}


def _string(where: str, value: Any) -> str:
    """A string that is one: without half a surrogate pair."""
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError(f"{where}: expected a string, got {shown(value)}")
    return value


def _place(name: str, entry: Any) -> tuple[str, tuple[int, ...], int, int]:
    """A tensor's dtype, shape, begin and end, which fit each other."""
    if not isinstance(entry, dict) or entry.keys() != ENTRY:
        expected = "dtype, shape and data_offsets"
        raise ValueError(f"{shown(name)}: expected {expected} in braces, got {shown(entry)}")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in FORMATS:
        raise ValueError(
            f"{shown(name)}: expected dtype {' or '.join(FORMATS)}, got {shown(dtype)}; "
            "convert it to float64 before it is written"
        )
    if not _are_counts(shape):
        raise ValueError(f"{shown(name)}: expected a shape of whole numbers, got {shown(shape)}")
    n_bytes = SIZES[dtype]
    for count in shape:
        n_bytes = min(n_bytes * count, MOST_BYTES + 1)  # which no file has
    if not _are_counts(offsets) or len(offsets) != 2 or offsets[1] - offsets[0] != n_bytes:
        raise ValueError(
            f"{shown(name)}: expected data_offsets {n_bytes:,} bytes apart, for {dtype} of shape "
            f"{shown(shape)}, got {shown(offsets)}"
        )
    return dtype, tuple(shape), offsets[0], offsets[1]


def _are_counts(values: Any) -> bool:
    """Whether they are a list of whole numbers from 0 to what a file system can count."""
    return isinstance(values, list) and all(
        type(value) is int and 0 <= value < MOST_COUNT for value in values
    )


def _in_order(places: dict[str, tuple], room: int) -> dict[str, tuple]:
    """The places by their begin; together they fill the room."""
    end = 0
    ordered = dict(sorted(places.items(), key=lambda item: item[1][2:]))
    for name, (_, _, begin, its_end) in ordered.items():
        if begin != end:
            raise ValueError(
                f"{shown(name)}: expected data_offsets that begin at {end}, "
                f"where the numbers before it end, got {begin}"
            )
        end = its_end
    if end != room:
        raise ValueError(f"expected {end:,} bytes of numbers after the header, got {room:,}")
    return ordered


def _tensor(
    file: BufferedReader, dtype: str, shape: tuple[int, ...], begin: int, end: int
) -> Tensor:
    """The tensor whose numbers are next in the file."""
    numbers: array = array(FORMATS[dtype], [0]) * ((end - begin) // SIZES[dtype])
    if file.readinto(numbers) != end - begin:
        raise ValueError("the file became shorter while it was read")
    if sys.byteorder == "big":
        numbers.byteswap()
    return Tensor(shape, numbers if dtype == "F64" else array("d", numbers))
