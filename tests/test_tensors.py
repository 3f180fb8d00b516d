"""safetensors files: the same numbers as the package of that name reads and writes, whatever their
bits and shapes; and nothing that a file claims is believed before it is checked."""

import json
import struct
import sys
import time
from array import array
from math import prod

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from purenn import tensors
from purenn.tensors import MOST_HEADER, Tensor, read_tensors, write_tensors

NUMBERS = [0.0, -0.0, 5e-324, -2.2e-308, 1.7976931348623157e308, 1 / 3, float("inf"), float("nan")]
IN_A_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "numbers.safetensors"


@pytest.fixture(params=["json", "ast"])
def parser(request, monkeypatch):
    """With the json module, and as on a Python without it."""
    if request.param == "ast":
        monkeypatch.setitem(sys.modules, "json", None)


def as_bytes(header, data=b"", length=None):
    """A file with that header, a text or what is one in JSON."""
    if not isinstance(header, bytes):
        text = header if isinstance(header, str) else json.dumps(header)
        header = text.encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(shape=(1,), begin=0, end=8, dtype="F64"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [begin, end]}


def refused(path, content, *words):
    """That reading it raises ValueError, with the file's name and these words, in a line or two."""
    path.write_bytes(content)
    start = time.monotonic()
    with pytest.raises(ValueError) as caught:
        read_tensors(path)
    assert time.monotonic() - start < 10
    message = str(caught.value)
    assert type(caught.value) is ValueError and message.startswith(f"{path}: "), message
    assert all(word in message for word in words), message
    assert len(message) < len(str(path)) + 400 and len(message.splitlines()) <= 2, message


def same(first, second):
    """Whether tensors have the same names, shapes and bits."""
    return {name: (t.shape, t.numbers.tobytes()) for name, t in first.items()} == {
        name: (t.shape, t.numbers.tobytes()) for name, t in second.items()
    }


# What is written

STRINGS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
ANY_BITS = st.integers(0, 2**64 - 1).map(lambda bits: struct.pack("<Q", bits))


@st.composite
def named_tensors(draw):
    named = {}
    for name in draw(st.lists(STRINGS.filter(lambda name: name != "__metadata__"), unique=True)):
        shape = draw(SHAPES)
        one_of = st.one_of(st.sampled_from(NUMBERS).map(lambda x: struct.pack("<d", x)), ANY_BITS)
        each = draw(st.lists(one_of, min_size=prod(shape), max_size=prod(shape)))
        named[name] = Tensor(shape, array("d", b"".join(each)))
    return named


@IN_A_FOLDER
@given(named_tensors(), st.dictionaries(STRINGS, STRINGS, max_size=3))
@example({}, {})
@example({"": Tensor((), array("d", [1.0])), '😀\n"\\': Tensor((0, 3), array("d"))}, {"\x7f": "\0"})
def test_whatever_is_written_is_read(path, named, metadata):
    write_tensors(path, named, metadata)
    found, strings = read_tensors(path)
    assert same(found, named) and [*found] == [*named] and strings == metadata
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    assert length % 8 == 0 and content[8:9] == b"{" and content[8 : 8 + length].isascii()
    header = json.loads(content[8 : 8 + length])
    assert header.pop("__metadata__", {}) == metadata
    assert [*header] == [*named]
    for name, tensor in named.items():
        begin, end = header[name]["data_offsets"]
        numbers = struct.unpack(f"<{len(tensor.numbers)}d", content[8 + length :][begin:end])
        assert header[name]["dtype"] == "F64" and tuple(header[name]["shape"]) == tensor.shape
        assert list(map(repr, numbers)) == list(map(repr, tensor.numbers))


def test_every_byte_of_a_small_file(path):
    write_tensors(path, {"a": Tensor((2, 1), array("d", [1.0, -0.5]))}, {"b": "c"})
    header = b'{"__metadata__":{"b":"c"},"a":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]}}'
    numbers = b"\0\0\0\0\0\0\xf0\x3f" + b"\0\0\0\0\0\0\xe0\xbf"
    padded = header + b" " * (-len(header) % 8)
    assert len(padded) == 88
    assert path.read_bytes() == b"\x58\0\0\0\0\0\0\0" + padded + numbers


@pytest.mark.skipif(sys.byteorder == "big", reason="looks like the other kind of machine")
def test_bytes_are_swapped_where_the_other_end_comes_first(path, monkeypatch):
    """On s390x itself: tests/test_portability.py."""
    named = {"a": Tensor((2,), array("d", [1.0, -0.5]))}
    write_tensors(path, named, {})
    little = path.read_bytes()
    monkeypatch.setattr(tensors.sys, "byteorder", "big")
    write_tensors(path, named, {})
    swapped = path.read_bytes()
    assert swapped[:-16] == little[:-16]
    assert swapped[-16:-8] == little[-16:-8][::-1] and swapped[-8:] == little[-8:][::-1]
    assert same(read_tensors(path)[0], named)
    assert named["a"].numbers.tolist() == [1.0, -0.5]


WRONG_TO_WRITE = {
    "a shape too large": ({"a": Tensor((2,), array("d", [1.0]))}, {}, "'a'", "(2,)", "1"),
    "a shape too small": ({"a": Tensor((), array("d"))}, {}, "'a'", "()", "0"),
    "the name of the metadata": ({"__metadata__": Tensor((0,), array("d"))}, {}, "__metadata__"),
    "a long header": ({}, {"a": "b" * MOST_HEADER}, "header", "1,048,576", "1,048,6"),
    "half a character": ({}, {"a": "\ud800"}, "surrogates"),
}


@pytest.mark.parametrize("name", WRONG_TO_WRITE)
def test_what_could_not_be_read_is_not_written(path, name):
    named, metadata, *words = WRONG_TO_WRITE[name]
    path.write_bytes(b"old")
    with pytest.raises(ValueError) as caught:
        write_tensors(path, named, metadata)
    assert all(word in str(caught.value) for word in words), caught.value
    assert path.read_bytes() == b"old"


def test_a_file_too_large_is_neither_written_nor_read(path, monkeypatch):
    named = {"a": Tensor((2,), array("d", [1.0, 2.0]))}
    write_tensors(path, named, {})
    size = path.stat().st_size
    monkeypatch.setattr(tensors, "MOST_BYTES", size)
    write_tensors(path, named, {})
    assert same(read_tensors(path)[0], named)
    monkeypatch.setattr(tensors, "MOST_BYTES", size - 1)
    for call in (lambda: write_tensors(path, named, {}), lambda: read_tensors(path)):
        with pytest.raises(ValueError, match=f"at most {size - 1} bytes, got {size}$"):
            call()


# What others write


def test_the_order_in_the_header_is_free(path):
    header = {"b": entry((1,), 16, 24), "a": entry((2,), 0, 16), "c": entry((3, 0), 16, 16)}
    path.write_bytes(as_bytes(header, struct.pack("<3d", 1.0, 2.0, 3.0)))
    found, _ = read_tensors(path)
    assert [*found] == ["a", "c", "b"]
    assert [found[name].numbers.tolist() for name in found] == [[1.0, 2.0], [], [3.0]]


def test_float32_becomes_the_same_numbers(path):
    numbers = [0.0, -0.0, 1e-45, 3.4028234663852886e38, float("inf"), 0.1]
    data = struct.pack("<6f", *numbers)
    path.write_bytes(as_bytes({"a": entry((2, 3), 0, 24, "F32")}, data))
    found, _ = read_tensors(path)
    assert found["a"].shape == (2, 3) and found["a"].numbers.typecode == "d"
    assert list(map(repr, found["a"].numbers)) == list(map(repr, struct.unpack("<6f", data)))


def test_numbers_anywhere_in_the_file(path):
    """A header of others may have any length, and float64 may follow float32."""
    header = {"a": entry((1,), 0, 4, "F32"), "b": entry((1,), 4, 12)}
    for spaces in range(9):
        text = json.dumps(header) + " " * spaces
        path.write_bytes(as_bytes(text, struct.pack("<fd", 0.5, 1 / 3)))
        assert [t.numbers.tolist() for t in read_tensors(path)[0].values()] == [[0.5], [1 / 3]]


def test_names_in_any_spelling(path, parser):
    for text in ('"\\ud83d\\ude00é"', '"😀\\u00e9"', '"\\uD83D\\uDE00é"'):
        path.write_bytes(as_bytes(f'{{"__metadata__":{{{text}:{text}}}}}'))
        assert read_tensors(path) == ({}, {"😀é": "😀é"})


@pytest.fixture
def peer():
    """The package whose format it is, for NumPy's arrays."""
    pytest.importorskip("numpy")
    return pytest.importorskip("safetensors.numpy")


def test_safetensors_reads_what_is_written(path, peer):
    named = {
        "é😀\n": Tensor((2, 4), array("d", NUMBERS)),
        "scalar": Tensor((), array("d", [-0.0])),
        "empty": Tensor((3, 0), array("d")),
    }
    write_tensors(path, named, {"a": 'b"\\\n'})
    found = peer.load_file(path)
    assert {name: (a.shape, a.tobytes()) for name, a in found.items()} == {
        name: (t.shape, t.numbers.tobytes()) for name, t in named.items()
    }
    assert all(values.dtype == "float64" for values in found.values())
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        assert file.metadata() == {"a": 'b"\\\n'}


def test_what_safetensors_writes_is_read(path, peer):
    import numpy as np

    arrays = {
        "z": np.array(NUMBERS).reshape(2, 2, 2),
        "é😀\n": np.arange(3, dtype=np.float32) / 3,
        "a": np.float64([[1.0]]),
        "empty": np.zeros((0, 2)),
        "scalar": np.array(2.5),
    }
    peer.save_file(arrays, path, metadata={"format": "np", "é": '"\\\n'})
    found, metadata = read_tensors(path)
    assert metadata == {"format": "np", "é": '"\\\n'}
    assert found.keys() == arrays.keys()
    for name, values in arrays.items():
        assert found[name].shape == values.shape
        assert found[name].numbers.tobytes() == values.astype(np.float64).tobytes()


# What is no such file

ONE = struct.pack("<d", 1.0)
PLAIN = json.dumps(entry())
WRONG = {
    "empty": (b"", "0 bytes"),
    "seven bytes": (b"\2\0\0\0\0\0\0", "7 bytes"),
    "no header": (bytes(8), "8 bytes and a header of 0"),
    "a header of one byte": (as_bytes("{"), "9 bytes and a header of 1"),
    "a header longer than the file": (as_bytes("{}", length=3), "10 bytes and a header of 3"),
    "a header of 16 EiB": (b"\xff" * 8 + b"{}", "18,446,744,073,709,551,615"),
    "a model in JSON": (b'{\n"format": "purenn model",\n', "expected a safetensors file"),
    "a header too long": (as_bytes("{}" + " " * MOST_HEADER), "2 to 1,048,576 bytes", "1,048,578"),
    "a space first": (as_bytes(" {}"), "header", "begin"),
    "a byte-order mark": (as_bytes("\ufeff{}"), "header", "begin"),
    "no UTF-8": (as_bytes(b'{"\xff": 0}'), "header", "utf-8"),
    "UTF-16": (as_bytes("{}".encode("utf-16-le")), "header"),
    "encoded half a pair": (as_bytes(b'{"\xed\xa0\x80": 0}'), "header", "utf-8"),
    "half a pair": (as_bytes('{"\\ud800": ' + PLAIN + "}", ONE), "header", "string", "ud800"),
    "the wrong half": (as_bytes('{"\\ude00\\ud83d": ' + PLAIN + "}", ONE), "header", "string"),
    "half a pair in a string": (as_bytes('{"__metadata__": {"a": "\\udfff"}}'), "__metadata__"),
    "half a pair as its name": (as_bytes('{"__metadata__": {"\\udfff": ""}}'), "__metadata__"),
    "not closed": (as_bytes('{"a": '), "header", "JSON"),
    "two headers": (as_bytes("{}{}"), "header", "JSON"),
    "null bytes": (as_bytes("{}\0\0"), "header", "JSON"),
    "no braces": (as_bytes("{1}"), "header"),
    "a number as name": (as_bytes("{1: 2}"), "header"),
    "deep lists": (as_bytes('{"a": ' + "[" * 100_000), "header", "JSON"),
    "deep lists, closed": (as_bytes('{"a": ' + "[" * 900 + "]" * 900 + "}"), ""),
    "deep braces": (as_bytes('{"a":' * 100_000), "header", "JSON"),
    "many signs": (as_bytes('{"a":' + "-" * 100_000 + "1}"), "header", "JSON"),
    "a tensor twice": (as_bytes(f'{{"a": {PLAIN}, "a": {PLAIN}}}', ONE), "header", "'a' twice"),
    "dtype twice": (as_bytes('{"a": {"dtype": "F64", "dtype": "F64"}}'), "'dtype' twice"),
    "metadata twice": (as_bytes('{"__metadata__": {}, "__metadata__": {}}'), "twice"),
    "a string twice": (as_bytes('{"__metadata__": {"a": "", "a": ""}}'), "'a' twice"),
    "metadata is a list": (as_bytes({"__metadata__": []}), "__metadata__", "[]"),
    "metadata is null": (as_bytes('{"__metadata__": null}'), ""),
    "a number in the metadata": (as_bytes({"__metadata__": {"a": 1}}), "__metadata__", "string"),
    "a list in the metadata": (as_bytes({"__metadata__": {"a": ["b"]}}), "__metadata__", "['b']"),
    "a tensor that is a number": (as_bytes({"a": 1}), "'a'", "dtype, shape", "1"),
    "a tensor that is a list": (as_bytes({"a": [entry()]}), "'a'", "dtype, shape"),
    "a tensor without dtype": (as_bytes({"a": {"shape": [], "data_offsets": [0, 8]}}, ONE), "'a'"),
    "a field too many": (as_bytes({"a": {**entry(), "strides": [1]}}, ONE), "'a'", "strides"),
    "no name of dtype": (as_bytes({"a": entry(dtype=["F64"])}, ONE), "'a'", "dtype", "['F64']"),
    "too few bytes": (as_bytes({"a": entry()}, ONE[:7]), "8 bytes", "got 7"),
    "too many bytes": (as_bytes({"a": entry()}, ONE + b"\0"), "8 bytes", "got 9"),
    "bytes of no tensor": (as_bytes("{}", ONE), "0 bytes", "got 8"),
    "a hole": (as_bytes({"a": entry(), "b": entry((1,), 16, 24)}, ONE * 3), "'b'", "8", "16"),
    "a hole first": (as_bytes({"a": entry((1,), 8, 16)}, ONE * 2), "'a'", "0", "8"),
    "an overlap": (as_bytes({"a": entry((2,), 0, 16), "b": entry((2,), 8, 24)}, ONE * 3), "'b'"),
    "the same place": (as_bytes({"a": entry(), "b": entry()}, ONE), "'b'", "8", "got 0"),
    "an empty one inside": (
        as_bytes({"a": entry((2,), 0, 16), "b": entry((0,), 8, 8)}, ONE * 2),
        "'b'",
        "16",
        "got 8",
    ),
    "backwards": (as_bytes({"a": entry((1,), 8, 0)}, ONE), "'a'", "data_offsets", "[8, 0]"),
    "past the end": (as_bytes({"a": entry((2,), 0, 16)}, ONE), "16 bytes", "got 8"),
    "another size": (as_bytes({"a": entry((3,), 0, 16)}, ONE * 2), "'a'", "24 bytes apart"),
    "three offsets": (as_bytes({"a": {**entry(), "data_offsets": [0, 8, 8]}}, ONE), "[0, 8, 8]"),
    "one offset": (as_bytes({"a": {**entry(), "data_offsets": [8]}}, ONE), "data_offsets", "[8]"),
    "offsets in a string": (as_bytes({"a": {**entry(), "data_offsets": "08"}}, ONE), "'08'"),
    "16 EiB": (as_bytes({"a": entry((2**61,), 0, 2**64)}, ONE), "'a'"),
    "a product that overflows": (as_bytes({"a": entry((2**32, 2**32), 0, 0)}), "'a'", "apart"),
    "a product of 8 again": (as_bytes({"a": entry((2**32, 2**32 + 1), 0, 8)}, ONE), "'a'", "apart"),
    "more than any file": (as_bytes({"a": entry((2**40,), 0, 2**43)}, ONE), "'a'", "apart"),
    "many dimensions": (as_bytes({"a": entry((2**62,) * 10_000, 0, 8)}, ONE), "'a'", "apart"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_such_file(path, parser, name):
    content, *words = WRONG[name]
    refused(path, content, *words)


@pytest.mark.parametrize("dtype", ["BF16", "F16", "I64", "U8", "BOOL", "F8_E4M3", "f64", "", 1])
def test_other_numbers_are_refused_by_name(path, dtype):
    content = as_bytes({"weight": entry((1,), 0, 8, dtype)}, ONE)
    refused(path, content, "'weight'", "dtype F64 or F32", repr(dtype), "convert it to float64")


NO_COUNTS = ["true", "null", "1.0", "1e0", "-1", '"1"', "{}", "NaN", "Infinity", "-Infinity"]
NO_COUNTS += ["9" * 19, "9" * 400, "9" * 10_000, "1E400", "0x1", "01", "1_0"]


@pytest.mark.parametrize("count", NO_COUNTS)
def test_what_is_no_count(path, count):
    """Python would take True for 1, and 1.0 as equal to it."""
    for text in (
        f'{{"a": {{"dtype": "F64", "shape": [{count}], "data_offsets": [0, 8]}}}}',
        f'{{"a": {{"dtype": "F64", "shape": [0, {count}], "data_offsets": [0, 0]}}}}',
        f'{{"a": {{"dtype": "F64", "shape": {count}, "data_offsets": [0, 8]}}}}',
        f'{{"a": {{"dtype": "F64", "shape": [1], "data_offsets": [0, {count}]}}}}',
        f'{{"a": {{"dtype": "F64", "shape": [1], "data_offsets": [{count}, 8]}}}}',
        f'{{"a": {{"dtype": {count}, "shape": [1], "data_offsets": [0, 8]}}}}',
        f'{{"a": {count}}}',
        f'{{"__metadata__": {{"a": {count}}}}}' if count != '"1"' else "{",
    ):
        refused(path, as_bytes(text, ONE))


def whole_file(path):
    named = {"W": Tensor((2, 2), array("d", NUMBERS[:4])), "b": Tensor((2,), array("d", [1, 2]))}
    write_tensors(path, named, {"format": "test"})
    return path.read_bytes()


def test_truncated_anywhere(path, parser):
    content = whole_file(path)
    for length in range(len(content)):
        refused(path, content[:length])
    refused(path, content + b"\0")


@IN_A_FOLDER
@given(st.data())
def test_altered_in_any_way(path, data):
    """It is refused, or what it says now is read; nothing else happens."""
    content = bytearray(whole_file(path))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        kind = data.draw(st.sampled_from(["set", "insert", "delete", "token"]))
        if kind == "set":
            content[at] = data.draw(st.integers(0, 255))
        elif kind == "insert":
            content[at:at] = data.draw(st.binary(max_size=9))
        elif kind == "delete":
            del content[at : at + data.draw(st.integers(1, 20))]
            content += b" " * (not content)
        else:
            token = st.sampled_from(
                [b"null", b"[", b"}", b"-1", b"1e9", b"9" * 30, b'"', b",", b"\\"]
            )
            content[at : at + 2] = data.draw(token)
    path.write_bytes(content)
    try:
        found, metadata = read_tensors(path)
    except ValueError as error:
        assert str(error).startswith(f"{path}: ")
    else:
        assert all(prod(t.shape) == len(t.numbers) for t in found.values())
        assert sum(8 * len(t.numbers) for t in found.values()) <= 2 * len(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["dtype", "shape", "data_offsets", "__metadata__", "a"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@IN_A_FOLDER
@given(st.dictionaries(st.sampled_from(["__metadata__", "a", "b"]), JSON), st.binary(max_size=24))
def test_any_json_as_a_header(path, header, data):
    path.write_bytes(as_bytes(header, data))
    try:
        found, _ = read_tensors(path)
    except ValueError as error:
        assert str(error).startswith(f"{path}: ")
    else:
        assert sum(8 * len(t.numbers) for t in found.values()) <= 2 * len(data)


def test_a_file_that_shrinks_meanwhile(path, monkeypatch):
    write_tensors(path, {"a": Tensor((2**16,), array("d", bytes(2**19)))}, {})
    parse = tensors.parse

    def shrink(text):
        with open(path, "r+b") as file:
            file.truncate(2**19)
        return parse(text)

    monkeypatch.setattr(tensors, "parse", shrink)
    with pytest.raises(ValueError, match="became shorter while it was read"):
        read_tensors(path)


# What it takes


def peak_of(call):
    tracemalloc = pytest.importorskip("tracemalloc")
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_numbers_take_the_memory_that_they_need(path):
    named = {name: Tensor((2**19,), array("d", bytes(2**22))) for name in "ab"}
    assert peak_of(lambda: write_tensors(path, named, {})) < 1.1 * 2**23
    assert peak_of(lambda: read_tensors(path)) < 1.1 * 2**23


@pytest.mark.parametrize(
    "inner",
    [
        pytest.param("[]", marks=pytest.mark.slow),
        "{}",
        "1",
        pytest.param('""', marks=pytest.mark.slow),
    ],
)
def test_memory_for_a_header_is_within_bounds(path, inner):
    many = ",".join([inner] * ((MOST_HEADER - 60) // (len(inner) + 1)))
    text = f'{{"a":{{"dtype":"F64","shape":[{many}],"data_offsets":[0,8]}}}}'
    peak = peak_of(lambda: refused(path, as_bytes(text)))
    assert peak < 40 * MOST_HEADER


def test_claims_take_no_memory(path):
    claim = as_bytes({"a": entry((2**30,), 0, 2**33)}, bytes(1000))
    assert peak_of(lambda: refused(path, claim, "8,589,934,592 bytes", "got 1,000")) < 10**6
    assert peak_of(lambda: refused(path, as_bytes("{}", length=MOST_HEADER))) < 10**6


def test_a_large_file_of_nothing_is_refused_by_its_header(path):
    """Sparse, as a file of 16 GiB is that takes no room."""
    with open(path, "wb") as file:
        file.truncate(2**34)
    start = time.monotonic()
    with pytest.raises(ValueError, match="a header of 0"):
        read_tensors(path)
    assert time.monotonic() - start < 1
