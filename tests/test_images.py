"""The image files of others: read exactly, or refused with the place."""

import gzip
import os
import random
import struct
import subprocess
import sys

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


# What reading may take, in a process of its own.
MOST_BYTES = 64 * 2**20
MOST_SECONDS = 20
READ = """
import resource, sys
from purenn.images import read_images

path, most, spare = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open("/proc/self/statm") as file:
    bound = int(file.read().split()[0]) * resource.getpagesize() + spare
resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
try:
    print(read_images(path, most))
except (ValueError, OSError) as error:
    print("refused:", error)
"""

bounded = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="Linux bounds memory")


def read_bounded(path, most=100):
    """What read_images returns or says, in MOST_BYTES more than Python takes, in MOST_SECONDS."""
    command = [sys.executable, "-c", READ, str(path), str(most), str(MOST_BYTES)]
    cwd = os.path.dirname(path)
    result = subprocess.run(
        command, cwd=cwd, capture_output=True, encoding="utf-8", timeout=MOST_SECONDS
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stderr[-500:]
    return result.stdout.rstrip("\n")


def refused_bounded(path, *words, most=100):
    """That reading is refused in one line with these words, within the bounds."""
    message = read_bounded(path, most)
    assert message.startswith("refused: ") and len(message.splitlines()) == 1, message[:200]
    assert all(word in message for word in words), message


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


def sparse(path, content, size):
    """A file of that size which begins with the content, zeros without a place on the disk."""
    path.write_bytes(content)
    os.truncate(path, size)
    return path


@bounded
def test_an_idx_file_of_another_size_is_not_read(tmp_path):
    folder = write_pair(tmp_path / "mnist")
    path = tmp_path / "mnist" / IMAGES_NAME
    refused_bounded(sparse(path, IMAGES, 2**32 + 16), "12 bytes", "4294967296", most=2)
    header = idx(b"", 2**20, 2**6, 2**7)
    refused_bounded(sparse(path, header, 2**32), "8589934592 bytes", "4294967280")
    refused_bounded(folder, "8589934592 bytes", most=1)


@bounded
def test_the_wanted_images_of_a_large_idx_file_are_read(tmp_path):
    folder = write_pair(tmp_path / "mnist", labels=idx(bytes(2**20), 2**20))
    header = idx(b"", 2**20, 2**6, 2**6)
    sparse(tmp_path / "mnist" / IMAGES_NAME, header, 2**32 + 16)
    assert read_bounded(folder, 1) == f"{(bytes(2**12), 2**12, [0])}"


@bounded
@pytest.mark.parametrize("compress", [None, gzip.compress])
@pytest.mark.parametrize("sizes", [(2**32 - 1,) * 3, (1, 2**31, 2**32 - 1), (2**32 - 1, 28, 28)])
def test_sizes_that_no_memory_holds(tmp_path, compress, sizes):
    folder = write_pair(tmp_path / "mnist", idx(b"1234", *sizes), compress=compress)
    promised = sizes[0] * sizes[1] * sizes[2]
    refused_bounded(folder, IMAGES_NAME, f"{promised} bytes")
    refused_bounded(folder, IMAGES_NAME, f"{promised} bytes", most=2**62)


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


BOMBS = {
    "one member": lambda content: gzip.compress(content + bytes(2**27), 1),
    "many members": lambda content: gzip.compress(content) + 2**10 * gzip.compress(bytes(2**17)),
}


@bounded
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_more_is_unzipped_than_an_idx_file_promises(tmp_path, bomb):
    folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
    (tmp_path / "mnist" / f"{IMAGES_NAME}.gz").write_bytes(bomb(IMAGES))
    refused_bounded(folder, IMAGES_NAME, "12 bytes", "13 or more")
    refused_bounded(folder, IMAGES_NAME, "12 bytes", most=3)
    assert read_bounded(folder, 2) == f"{(PIXELS[:8], 4, [0, 5])}"
    (tmp_path / "mnist" / f"{IMAGES_NAME}.gz").write_bytes(gzip.compress(IMAGES))
    (tmp_path / "mnist" / f"{LABELS_NAME}.gz").write_bytes(bomb(idx(LABELS, 3)))
    refused_bounded(folder, LABELS_NAME, "3 bytes", "4 or more")


@bounded
def test_a_promise_that_the_gzip_file_is_too_small_for(tmp_path):
    folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
    path = tmp_path / "mnist" / f"{IMAGES_NAME}.gz"
    path.write_bytes(gzip.compress(idx(bytes(2**27), *[2**32 - 1] * 3)))
    refused_bounded(folder, IMAGES_NAME, f"{(2**32 - 1) ** 3} bytes", "at most")


@bounded
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_more_is_unzipped_than_the_lines_of_a_csv_file_take(tmp_path, bomb):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(bomb(CSV))
    refused_bounded(path, "line 4")
    assert read_bounded(path, 2) == f"{(bytes([2, 3, 255, 0]), 2, [1, 0])}"
    path.write_bytes(bomb(b"label,"))
    refused_bounded(path, "header")


@bounded
def test_many_members_take_no_longer_than_their_bytes(tmp_path):
    folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
    path = tmp_path / "mnist" / f"{IMAGES_NAME}.gz"
    path.write_bytes(gzip.compress(b"") * 400_000 + gzip.compress(IMAGES))
    assert read_bounded(folder) == f"{(PIXELS, 4, [0, 5, 9])}"


def test_gzip_in_members_of_any_sizes(tmp_path):
    """With zeros between and after them, as Python's gzip takes them too."""
    stream = random.Random(1)
    pixels = stream.randbytes(30_000) + bytes(200_000)
    content = idx(pixels, 230, 100, 10)

    def compress(content):
        data = b""
        while content:
            size = stream.choice([0, 1, 15, 16, 17, 1000, 8192, 100_000])
            data += gzip.compress(content[:size], stream.randrange(10))
            data += bytes(stream.choice([0, 0, 1, 8191, 20_000]))
            content = content[size:]
        return data

    for _ in range(20):
        folder = write_pair(tmp_path / "mnist", content, idx(bytes(230), 230), compress)
        assert read_images(folder, 1000) == (pixels, 1000, [0] * 230)
        assert read_images(folder, 7) == (pixels[:7000], 1000, [0] * 7)


def test_gzip_beyond_what_is_wanted_is_not_read(tmp_path):
    pixels = random.Random(1).randbytes(10**6)
    whole = gzip.compress(idx(pixels, 100, 100, 100))
    for spoilt in (whole[: len(whole) // 2], whole[:-9] + b"rubbish", whole + b"rubbish"):
        folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
        (tmp_path / "mnist" / f"{IMAGES_NAME}.gz").write_bytes(spoilt)
        (tmp_path / "mnist" / f"{LABELS_NAME}.gz").write_bytes(gzip.compress(idx(bytes(100), 100)))
        assert read_images(folder, 30) == (pixels[:300_000], 10_000, [0] * 30)
        refused(folder, IMAGES_NAME, "gzip")


def test_the_checksum_of_all_that_is_wanted_is_checked(tmp_path):
    for name, content, count in (("train.csv.gz", CSV, 2), (f"{IMAGES_NAME}.gz", IMAGES, 3)):
        whole = gzip.compress(content)
        path = tmp_path / name
        path.write_bytes(whole[:-8] + bytes(8))
        refused(path, name, "gzip", most=count)
        path.write_bytes(whole + b"rubbish")
        refused(path, name, "gzip", most=count)


def test_gzip_without_zlib(tmp_path, monkeypatch):
    folder = write_pair(tmp_path / "mnist", compress=gzip.compress)
    monkeypatch.setitem(sys.modules, "zlib", None)
    refused(folder, f"{IMAGES_NAME}.gz", "zlib")


# Kaggle's train.csv


def write_csv(folder, content, name="train.csv"):
    (folder / name).write_bytes(content)
    return folder


CSV = HEADER + b"1,2,3\n0,255,0\n"


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + CSV,
        CSV + b"\n",
        CSV.replace(b"1,2,3", b"01,002,03"),
    ],
    ids=["plain", "CRLF", "BOM", "an empty last line", "zeros in front"],
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
    "one zero too many": (HEADER + b"1,2,0003\n", "line 2", "whole numbers", "'0003'"),
    "an underscore": (HEADER + b"1,2,1_0\n", "line 2", "whole numbers", "'1_0'"),
    "a space before": (HEADER + b"1, 5,3\n", "line 2", "whole numbers", "' 5'"),
    "a space behind": (HEADER + b"1,5 ,3\n", "line 2", "whole numbers", "'5 '"),
    "a space at the end": (HEADER + b"1,2,3 \n", "line 2", "whole numbers"),
    "a space before the label": (HEADER + b" 1,2,3\n", "line 2", "whole numbers"),
    "a tabulator": (HEADER + b"1,2,\t3\n", "line 2", "whole numbers"),
    "a form feed": (HEADER + b"1,2,3\f\n", "line 2", "whole numbers"),
    "a plus": (HEADER + b"1,2,+3\n", "line 2", "whole numbers"),
    "a minus zero": (HEADER + b"1,2,-0\n", "line 2", "whole numbers"),
    "a fullwidth digit": (HEADER + "1,2,３\n".encode(), "line 2", "whole numbers"),
    "an Arabic digit": (HEADER + "1,2,٣\n".encode(), "line 2", "whole numbers"),
    "a no-break space": (HEADER + "1,2,\xa03\n".encode(), "line 2", "whole numbers"),
    "quotes": (HEADER + b'1,2,"3"\n', "line 2", "whole numbers"),
    "a NUL": (HEADER + b"1,2,3\0\n", "line 2", "whole numbers", r"'3\x00'"),
    "an escape": (HEADER + b"1,2,\x1b[2J\n", "line 2", "whole numbers", r"\x1b[2J"),
    "no label": (HEADER + b",2,3\n", "line 2", "whole numbers", "''"),
    "the label left out": (HEADER + b"2,3\n", "line 2", "2 pixels", "1"),
    "cut in its last number": (HEADER + b"1,2,3\n0,255,25", "line 3", "cut", "line end"),
    "cut in its last line end": (HEADER + b"1,2,3\r\n0,255,0\r", "line 3", "cut", "line end"),
    "cut in its last line": (HEADER + b"1,2,3\n0,255", "line 3", "2 pixels"),
    "cut in its header": (HEADER[:-1], "header"),
    "carriage returns": (CSV.replace(b"\n", b"\r"), "header"),
    "two carriage returns": (HEADER + b"1,2,3\r\r\n", "line 2", "whole numbers"),
    "a line separator": (HEADER + "1,2,3\u20280,1,2\n".encode(), "line 2"),
    "two empty last lines": (CSV + b"\n\n", "line 4", "whole numbers"),
    "UTF-16": (CSV.decode().encode("utf-16"), "header"),
    "a BOM in the middle": (HEADER + b"\xef\xbb\xbf1,2,3\n", "line 2", "whole numbers"),
    "an unbroken line": (HEADER + b"1" + b",2" * 10**6 + b"\n", "line 2", "2 pixels"),
    "a huge number": (HEADER + b"1,2," + b"9" * 5000 + b"\n", "line 2", "0 to 255"),
    "no text": (HEADER + bytes(range(256)), "line 2"),
    "semicolons": (b"label;pixel0\n1;2\n", "header"),
}


@pytest.mark.parametrize("name", WRONG_CSV)
def test_wrong_csv(tmp_path, name):
    content, *words = WRONG_CSV[name]
    write_csv(tmp_path, content)
    refused(tmp_path, "train.csv", *words)


@bounded
@pytest.mark.parametrize("begin", [b"label,pixel0", HEADER, HEADER + b"1,2,", CSV])
def test_a_line_without_end(tmp_path, begin):
    refused_bounded(sparse(tmp_path / "train.csv", begin, 2**33), "train.csv")


@bounded
def test_lines_beyond_what_is_wanted_are_not_read(tmp_path):
    path = sparse(tmp_path / "train.csv", CSV, 2**33)
    assert read_bounded(path, 2) == f"{(bytes([2, 3, 255, 0]), 2, [1, 0])}"
    refused_bounded(path, "line 4")


# What is no file


@bounded
@pytest.mark.parametrize("name", ["train.csv", "train.csv.gz", IMAGES_NAME, f"{IMAGES_NAME}.gz"])
def test_a_pipe(tmp_path, name):
    os.mkfifo(tmp_path / name)
    refused_bounded(tmp_path / name, name, "regular file")
    refused_bounded(tmp_path, name, "regular file")


@bounded
def test_a_pipe_for_the_labels(tmp_path):
    folder = write_pair(tmp_path / "mnist")
    os.remove(os.path.join(folder, LABELS_NAME))
    os.mkfifo(os.path.join(folder, LABELS_NAME))
    refused_bounded(folder, LABELS_NAME, "regular file")


@bounded
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device(tmp_path, device):
    refused_bounded(device, device, "regular file")
    for name in ("train.csv", "train.csv.gz"):
        os.symlink(device, tmp_path / name)
        refused_bounded(tmp_path / name, name, "regular file")


def test_symbolic_links(tmp_path):
    folder = write_pair(tmp_path / "mnist")
    linked = tmp_path / "linked"
    linked.mkdir()
    for name in (IMAGES_NAME, LABELS_NAME):
        os.symlink(os.path.join(folder, name), linked / name)
    assert read_images(str(linked), 100) == (PIXELS, 4, [0, 5, 9])
    os.symlink("train.csv", tmp_path / "train.csv")  # to itself
    refused(tmp_path / "train.csv", "train.csv")
    refused(tmp_path, "found none")
    os.symlink("nowhere", tmp_path / "nothing.csv")
    refused(tmp_path / "nothing.csv", "nothing.csv")


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
    lines = [b"%d,%d,%d\n" % (i % 10, i, 255 - i) for i in range(42)]
    write_csv(tmp_path, HEADER + b"".join(lines))
    images, count = digits.load(str(tmp_path))
    assert (count, len(images.labels), images.size) == (30, 42, 2)


def test_the_article_needs_images_to_train_and_to_test(tmp_path):
    write_csv(tmp_path, HEADER + b"1,2,3\n")
    with pytest.raises(ValueError) as caught:
        digits.load(str(tmp_path))
    assert "image" in str(caught.value) and len(str(caught.value).splitlines()) == 1
