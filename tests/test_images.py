"""The image files of others: read exactly, or refused with the place."""

import gzip
import os
import struct

import pytest

from purenn.articles import digits
from purenn.images import read_images

PIXELS = bytes(range(12))  # three images of 2×2
LABELS = bytes([0, 5, 9])
IMAGES_NAME = "train-images-idx3-ubyte"
LABELS_NAME = "train-labels-idx1-ubyte"
HEADER = b"label,pixel0,pixel1\n"


def idx(data, *sizes):
    """An IDX file of unsigned bytes, as http://yann.lecun.com/exdb/mnist describes it."""
    return struct.pack(f">HBB{len(sizes)}I", 0, 8, len(sizes), *sizes) + data


IMAGES = idx(PIXELS, 3, 2, 2)


def write_pair(folder, images=IMAGES, labels=None, compress=None):
    """A folder with an IDX pair; labels=b"" writes an empty file, compress a .gz pair."""
    folder.mkdir(exist_ok=True)
    labels = idx(LABELS, 3) if labels is None else labels
    for name, content in ((IMAGES_NAME, images), (LABELS_NAME, labels)):
        if compress:
            (folder / f"{name}.gz").write_bytes(compress(content))
        else:
            (folder / name).write_bytes(content)
    return str(folder)


def refused(path, *words, most=100):
    """That reading raises a readable ValueError or OSError with these words."""
    with pytest.raises((ValueError, OSError)) as caught:
        read_images(str(path), most)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert len(message.splitlines()) == 1 and len(message) < len(str(path)) + 250, message


# MNIST's IDX files


@pytest.mark.parametrize("compress", [None, gzip.compress])
def test_idx_pair(tmp_path, compress):
    folder = write_pair(tmp_path / "mnist", compress=compress)
    expected = (PIXELS, 4, [0, 5, 9])
    assert read_images(folder, 100) == expected
    ending = ".gz" if compress else ""
    assert read_images(os.path.join(folder, IMAGES_NAME + ending), 100) == expected
    assert read_images(folder, 2) == (PIXELS[:8], 4, [0, 5])
    assert read_images(folder, 3) == expected


@pytest.mark.parametrize("name", ["images", "idx3", "my images-idx3.of mnist"])
def test_idx_pair_in_a_folder_of_any_name(tmp_path, name):
    folder = write_pair(tmp_path / name)
    assert read_images(folder, 100) == (PIXELS, 4, [0, 5, 9])


WRONG_PAIRS = {
    "no image": ({"images": b""}, IMAGES_NAME, "IDX"),
    "half a header": ({"images": IMAGES[:7]}, IMAGES_NAME, "IDX"),
    "a size missing": ({"images": IMAGES[:15]}, IMAGES_NAME, "IDX"),
    "floats": ({"images": b"\0\0\x0d\x03" + IMAGES[4:]}, IMAGES_NAME, "unsigned bytes", "13"),
    "another magic": ({"images": b"\1" + IMAGES[1:]}, IMAGES_NAME, "IDX", "[1, 0, 8, 3]"),
    "labels as images": ({"images": idx(LABELS, 3)}, IMAGES_NAME, "3 dimensions"),
    "images as labels": ({"labels": IMAGES}, LABELS_NAME, "1 dimension", "[0, 0, 8, 3]"),
    "a byte missing": ({"images": IMAGES[:-1]}, IMAGES_NAME, "12", "11"),
    "a byte too many": ({"images": IMAGES + b"x"}, IMAGES_NAME, "12", "13"),
    "sizes alone": ({"images": IMAGES[:16]}, IMAGES_NAME, "12", "0"),
    "absurd sizes": ({"images": idx(b"1234", *[2**32 - 1] * 3)}, IMAGES_NAME, "4"),
    "no images": ({"images": idx(b"", 0, 2, 2), "labels": idx(b"", 0)}, IMAGES_NAME),
    "images of nothing": ({"images": idx(b"", 3, 0, 2)}, IMAGES_NAME),
    "no labels": ({"labels": b""}, LABELS_NAME, "IDX"),
    "a label missing": ({"labels": idx(LABELS[:2], 2)}, LABELS_NAME, "3 labels", "2"),
    "a label too many": ({"labels": idx(LABELS + b"\1", 4)}, LABELS_NAME, "3 labels", "4"),
    "a label cut off": ({"labels": idx(LABELS, 3)[:-1]}, LABELS_NAME, "3", "2"),
    "a label of 10": ({"labels": idx(bytes([0, 10, 9]), 3)}, LABELS_NAME, "0 to 9", "10"),
}


@pytest.mark.parametrize("name", WRONG_PAIRS)
@pytest.mark.parametrize("compress", [None, gzip.compress])
def test_wrong_idx_pairs(tmp_path, name, compress):
    files, *words = WRONG_PAIRS[name]
    refused(write_pair(tmp_path / "mnist", compress=compress, **files), *words)


def test_labels_that_are_not_there(tmp_path):
    folder = write_pair(tmp_path / "mnist")
    os.remove(os.path.join(folder, LABELS_NAME))
    refused(folder, LABELS_NAME)


# gzip


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:5],
        lambda data: data[:-4],
        lambda data: data[:-9],
        lambda data: data[:-8] + bytes(4) + data[-4:],
        lambda data: data[:-4] + bytes(4),
        lambda data: data + b"rubbish",
        lambda data: data[:2] + b"\7" + data[3:],
        lambda data: b"\0" + data[1:],
        lambda data: gzip.decompress(data),
    ],
    ids=["empty", "header cut", "end cut", "data cut", "checksum", "length", "longer", "method"]
    + ["magic", "not compressed"],
)
def test_spoilt_gzip(tmp_path, spoil):
    folder = write_pair(tmp_path / "mnist", compress=lambda data: spoil(gzip.compress(data)))
    refused(folder, IMAGES_NAME + ".gz")


def test_gzip_with_any_byte_altered(tmp_path):
    """Refused, or the alteration was in a remark that means nothing: never other pixels."""
    whole = gzip.compress(IMAGES, mtime=0)
    folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
    path = tmp_path / "mnist" / f"{IMAGES_NAME}.gz"
    for position in range(len(whole)):
        for change in (1, 0x80):
            spoilt = bytearray(whole)
            spoilt[position] ^= change
            path.write_bytes(spoilt)
            try:
                assert read_images(folder, 100)[0] == PIXELS
            except (ValueError, OSError) as error:
                assert len(str(error).splitlines()) == 1


# Kaggle's train.csv


def write_csv(folder, content, name="train.csv"):
    (folder / name).write_bytes(content)
    return folder


CSV = HEADER + b"1,2,3\n0,255,0\n"


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.rstrip(),
        CSV.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + CSV,
        CSV + b"\n",
        CSV.replace(b",", b", "),
    ],
    ids=["plain", "no last end of line", "CRLF", "BOM", "an empty last line", "spaces"],
)
def test_csv(tmp_path, content):
    expected = (bytes([2, 3, 255, 0]), 2, [1, 0])
    write_csv(tmp_path, content)
    assert read_images(str(tmp_path), 100) == expected
    assert read_images(str(tmp_path / "train.csv"), 100) == expected
    write_csv(tmp_path, gzip.compress(content), "other.csv.gz")
    assert read_images(str(tmp_path / "other.csv.gz"), 100) == expected
    assert read_images(str(tmp_path), 1) == (bytes([2, 3]), 2, [1])


def test_csv_beyond_what_is_wanted_is_not_read(tmp_path):
    write_csv(tmp_path, CSV + b"rubbish\n")
    assert read_images(str(tmp_path), 2)[2] == [1, 0]
    refused(tmp_path, "line 4")


WRONG_CSV = {
    "empty": (b"", "header"),
    "blank": (b"\n\n", "header"),
    "header alone": (HEADER, "line for each image"),
    "no header": (b"1,2,3\n", "header"),
    "another header": (b"pixel0,pixel1,label\n1,2,3\n", "header"),
    "no pixels": (b"label\n1\n", "header"),
    "256": (HEADER + b"1,2,3\n1,2,256\n", "line 3", "0 to 255"),
    "negative": (HEADER + b"1,2,-1\n", "line 2", "0 to 255"),
    "a fraction": (HEADER + b"1,2,1.5\n", "line 2", "whole numbers"),
    "exponent": (HEADER + b"1,2,1e2\n", "line 2", "whole numbers"),
    "a word": (HEADER + b"1,2,x\n", "line 2", "whole numbers"),
    "NaN": (HEADER + b"1,2,nan\n", "line 2", "whole numbers"),
    "an empty field": (HEADER + b"1,,3\n", "line 2", "whole numbers"),
    "an empty line": (HEADER + b"1,2,3\n\n1,2,3\n", "line 3"),
    "a pixel missing": (HEADER + b"1,2,3\n1,2\n", "line 3", "2 pixels", "1"),
    "a pixel too many": (HEADER + b"1,2,3,4\n", "line 2", "2 pixels", "3"),
    "a label of 10": (HEADER + b"10,2,3\n", "line 2", "0 to 9", "10"),
    "a negative label": (HEADER + b"-1,2,3\n", "line 2", "0 to 9", "-1"),
    "a label in words": (HEADER + b"one,2,3\n", "line 2"),
    "a huge number": (HEADER + b"1,2," + b"9" * 5000 + b"\n", "line 2", "0 to 255"),
    "no text": (HEADER + bytes(range(256)), "line 2"),
    "semicolons": (b"label;pixel0\n1;2\n", "header"),
}


@pytest.mark.parametrize("name", WRONG_CSV)
def test_wrong_csv(tmp_path, name):
    content, *words = WRONG_CSV[name]
    write_csv(tmp_path, content)
    refused(tmp_path, "train.csv", *words)


# Where there is nothing to read


def test_nothing_to_read(tmp_path):
    refused(tmp_path, "train.csv", IMAGES_NAME, str(tmp_path))
    refused(tmp_path / "absent", "absent")
    refused(tmp_path / "absent.csv", "absent.csv")
    refused(tmp_path / "absent.csv.gz", "absent.csv.gz")
    (tmp_path / "notes.txt").write_bytes(b"hello")
    refused(tmp_path / "notes.txt", "notes.txt", "IDX")
    (tmp_path / "train.csv").mkdir()
    refused(tmp_path, "train.csv")


# As the digits article takes them


def test_the_article_splits_what_it_reads(tmp_path):
    lines = [b"%d,%d,%d" % (i % 10, i, 255 - i) for i in range(42)]
    write_csv(tmp_path, HEADER + b"\n".join(lines))
    images, count = digits.load(str(tmp_path))
    assert (count, len(images.labels), images.size) == (30, 42, 2)


def test_the_article_needs_images_to_train_and_to_test(tmp_path):
    write_csv(tmp_path, HEADER + b"1,2,3\n")
    with pytest.raises(ValueError) as caught:
        digits.load(str(tmp_path))
    assert "image" in str(caught.value) and len(str(caught.value).splitlines()) == 1
