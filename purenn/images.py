"""Images of digits in a user's files: MNIST's IDX and Kaggle's train.csv, plain or gzipped."""

from __future__ import annotations

import codecs
import io
import os
from collections.abc import Iterator
from math import prod
from typing import Any

BLOCK = 2**13  # bytes; small, since zlib copies what is left of it at the end of each member
MOST_UNZIPPED = 1032  # bytes from one: deflate stores at most 258 bytes in 2 bits
LONGEST_HEADER = 2**20  # bytes
# 7, 07 and 007 are the byte 7.
BYTES = {b"%0*d" % (width, byte): byte for width in (1, 2, 3) for byte in range(256)}


def read_images(path: str, most: int) -> tuple[bytes, int, list[int]]:
    """At most `most` images of digits: all pixels in one string, pixels in an image, labels.

    `path` is Kaggle's train.csv, MNIST's train-images-idx3-ubyte with its labels file beside it,
    or a folder with either; each plain or gzipped.
    Only the wanted images are read, unzipped and kept in memory. Where they are all that a file
    holds, nothing may follow them and a gzip file's checksum must be right; where they are only
    the first ones, a plain IDX file must still have the size that its header promises, and nothing
    else is known of the rest.
    Raises ValueError that says what is wrong where, OSError where a file can't be read.
    """
    path = _image_file(path)
    if path.endswith((".csv", ".csv.gz")):
        return _read_kaggle(path, most)
    folder, name = os.path.split(path)
    labels_path = os.path.join(folder, name.replace("images", "labels").replace("idx3", "idx1"))
    pixels, (_, rows, columns) = _read_idx(path, 3, most)
    labels, _ = _read_idx(labels_path, 1, most)
    size = rows * columns
    if len(labels) * size != len(pixels):
        raise ValueError(
            f"{labels_path}: expected {len(pixels) // size} labels, as many as images, "
            f"got {len(labels)}"
        )
    if max(labels) > 9:
        raise ValueError(f"{labels_path}: expected labels 0 to 9, got {max(labels)}")
    return pixels, size, list(labels)


def _image_file(path: str) -> str:
    if not os.path.isdir(path):
        return path
    names = ["train.csv", "train.csv.gz", "train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"]
    for name in names:
        if os.path.exists(os.path.join(path, name)):
            return os.path.join(path, name)
    raise FileNotFoundError(f"{path}: expected {names[0]} or {names[2]}, plain or .gz, found none")


def _open(path: str) -> io.BufferedReader:
    """A regular file, unzipped where its name ends in .gz. Others may block or never end."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"{path}: expected a regular file, got a folder, a pipe or a device")
    return io.BufferedReader(_Unzipped(path)) if path.endswith(".gz") else open(path, "rb")


class _Unzipped(io.FileIO):
    """What a gzip file holds, as far as it is read; by zlib, since not every Python has `gzip`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._pieces = self._unzip()
        self._room = 0

    def readinto(self, buffer: Any, /) -> int:
        """Puts what comes next into the buffer and returns how many bytes, 0 at the end."""
        self._room = len(buffer)
        piece = next(self._pieces, b"")
        buffer[: len(piece)] = piece
        return len(piece)

    def _unzip(self) -> Iterator[bytes]:
        """All members, in pieces of at most `_room` bytes. Zeros may pad the file after each."""
        try:
            import zlib
        except ImportError:
            raise ValueError(
                f"{self.name}: needs Python's zlib module, which this Python lacks; gunzip it first"
            ) from None
        zipped = self.read(BLOCK)
        while zipped:
            member = zlib.decompressobj(wbits=31)  # 31 means gzip's own header and checksum
            while not member.eof:
                try:
                    piece = member.decompress(zipped, self._room)
                except zlib.error as error:
                    raise ValueError(f"{self.name}: not a whole gzip file: {error}") from None
                zipped = member.unconsumed_tail or member.unused_data or self.read(BLOCK)
                if piece:
                    yield piece
                elif not zipped and not member.eof:
                    raise ValueError(f"{self.name}: not a whole gzip file: it ends too early")
            while zipped and not (zipped := zipped.lstrip(b"\0")):
                zipped = self.read(BLOCK)


def _read_idx(path: str, dimensions: int, most: int) -> tuple[bytes, list[int]]:
    """The data bytes and the sizes of an IDX file of unsigned bytes, cut to `most` items.

    Its form: 0, 0, 8 for unsigned bytes, the number of dimensions, each size as a big-endian
    32-bit number, the data.
    """
    start = 4 + 4 * dimensions
    with _open(path) as file:
        header = file.read(start)
        if len(header) < start or header[:4] != bytes((0, 0, 8, dimensions)):
            raise ValueError(
                f"{path}: expected an IDX file of unsigned bytes in {dimensions} dimensions, "
                f"got one that begins with {list(header[:4])}"
            )
        sizes = [int.from_bytes(header[i : i + 4], "big") for i in range(4, start, 4)]
        if 0 in sizes:
            raise ValueError(f"{path}: expected sizes of at least 1, got {sizes}")
        promised = prod(sizes)
        sizes[0] = min(sizes[0], most)
        return _read_data(path, file, promised, prod(sizes)), sizes


def _read_data(path: str, file: io.BufferedReader, promised: int, wanted: int) -> bytes:
    """The first `wanted` of the `promised` bytes that are to be the rest of the file."""

    def wrong(got: object) -> ValueError:
        return ValueError(f"{path}: expected {promised} bytes of data, got {got}")

    size = os.fstat(file.fileno()).st_size
    if not path.endswith(".gz") and size - file.tell() != promised:
        raise wrong(size - file.tell())
    if promised > MOST_UNZIPPED * size:
        raise wrong(f"at most {MOST_UNZIPPED * size}")
    data = bytearray()
    while len(data) < wanted and (piece := file.read(min(BLOCK, wanted - len(data)))):
        data += piece
    if len(data) < wanted:
        raise wrong(len(data))
    if wanted == promised and file.read(1):
        raise wrong(f"{promised + 1} or more")
    return bytes(data)


def _read_kaggle(path: str, most: int) -> tuple[bytes, int, list[int]]:
    """train.csv: a header label,pixel0,…, then a line per image: its label, its pixels."""
    with _open(path) as file:
        header = file.readline(LONGEST_HEADER).removeprefix(codecs.BOM_UTF8)
        if not header.startswith(b"label,") or not header.endswith(b"\n"):
            raise ValueError(
                f"{path}: expected a header label,pixel0,... that ends within {LONGEST_HEADER} "
                f"bytes, got {_shown(header)}"
            )
        size = header.count(b",")
        lines = enumerate(_lines(file, size, most), 2)
        images = [_image(f"{path}, line {number}", line, size) for number, line in lines]
    if not images:
        raise ValueError(f"{path}: expected a line for each image below the header, got none")
    return b"".join(image[1:] for image in images), size, [image[0] for image in images]


def _lines(file: io.BufferedReader, size: int, most: int) -> Iterator[bytes]:
    """At most `most` lines of `size` pixels, longer ones cut; an empty one may end the file."""
    longest = 4 * size + 5  # label and pixels in three digits, a comma after all but one, CRLF
    for _ in range(most):
        line = file.readline(longest)
        if not line.strip(b"\r\n") and not file.read(1):
            return
        yield line
    file.read(1)  # where a gzip file ends here, its checksum is checked


def _image(where: str, line: bytes, size: int) -> bytes:
    """A line's label and pixels, a byte each."""
    fields = line.removesuffix(b"\n").removesuffix(b"\r").split(b",")
    try:
        image = bytes(map(BYTES.__getitem__, fields))
    except KeyError as error:
        raise ValueError(
            f"{where}: expected a label 0 to 9 and whole numbers 0 to 255, "
            f"got {_shown(error.args[0])}"
        ) from None
    more = "" if line.endswith(b"\n") else " or more"
    if len(image) != size + 1 or image[0] > 9:
        raise ValueError(
            f"{where}: expected a label 0 to 9 and {size} pixels, "
            f"got {image[0]} and {len(image) - 1}{more}"
        )
    if more:
        raise ValueError(
            f"{where}: expected a line end, got the end of the file, so it may be cut; "
            "if it is whole, add a line end"
        )
    return image


def _shown(content: bytes) -> str:
    """How it begins, in ASCII."""
    return ascii(content[:20].decode("latin-1"))
