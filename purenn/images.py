"""Images of digits in the files of others: MNIST's IDX and Kaggle's train.csv, plain or gzipped."""

from __future__ import annotations

import os


def read_images(path: str, most: int) -> tuple[bytes, int, list[int]]:
    """At most `most` images of digits: all pixels in one string, pixels in an image, labels.

    `path` is Kaggle's train.csv, MNIST's train-images-idx3-ubyte with its labels file beside it,
    or a folder with either; each plain or gzipped.
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


def _read_bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read()
    return _unzipped(path, data) if path.endswith(".gz") else data


def _unzipped(path: str, data: bytes) -> bytes:
    """What a gzip file holds, all its members; by zlib, since not every Python has `gzip`."""
    import zlib

    content = b""
    while data:
        member = zlib.decompressobj(wbits=31)  # 31 means gzip's own header and checksum
        try:
            content += member.decompress(data)
        except zlib.error as error:
            raise ValueError(f"{path}: not a whole gzip file: {error}") from None
        if not member.eof:
            raise ValueError(f"{path}: not a whole gzip file: it ends too early")
        data = member.unused_data.lstrip(b"\0")
    return content


def _read_idx(path: str, dimensions: int, most: int) -> tuple[bytes, list[int]]:
    """The data bytes and the sizes of an IDX file of unsigned bytes, cut to `most` items.

    Its form: 0, 0, 8 for unsigned bytes, the number of dimensions, each size as a big-endian
    32-bit number, the data.
    """
    data = _read_bytes(path)
    start = 4 + 4 * dimensions
    if len(data) < start or data[:4] != bytes((0, 0, 8, dimensions)):
        raise ValueError(
            f"{path}: expected an IDX file of unsigned bytes in {dimensions} dimensions, "
            f"got one that begins with {list(data[:4])}"
        )
    sizes = [int.from_bytes(data[i : i + 4], "big") for i in range(4, start, 4)]
    item = 1
    for size in sizes[1:]:
        item = item * size
    if len(data) - start != sizes[0] * item or not data[start:]:
        raise ValueError(
            f"{path}: expected {sizes[0] * item} bytes of data, got {len(data) - start}"
        )
    sizes[0] = min(sizes[0], most)
    return data[start : start + sizes[0] * item], sizes


def _read_kaggle(path: str, most: int) -> tuple[bytes, int, list[int]]:
    """train.csv: a header label,pixel0,…, then a line per image: its label, its pixels."""
    text = _read_bytes(path).decode("utf-8-sig", "replace").rstrip()
    header, *lines = text.splitlines()[: most + 1] or [""]
    size = header.count(",")
    if not header.startswith("label,") or not lines:
        raise ValueError(f"{path}: expected a header label,pixel0,... and a line for each image")
    pixels = bytearray()
    labels = []
    for number, line in enumerate(lines, 2):
        try:
            label, *values = map(int, line.split(","))
            pixels += bytes(values)
        except ValueError:
            raise ValueError(f"{path}, line {number}: expected whole numbers, 0 to 255") from None
        if len(values) != size or not 0 <= label <= 9:
            raise ValueError(
                f"{path}, line {number}: expected a label 0 to 9 and {size} pixels, "
                f"got {label} and {len(values)}"
            )
        labels.append(label)
    return bytes(pixels), size, labels
