"""A network as a safetensors file: the numbers as tensors, all else in the metadata, and refused
if altered. What both forms keep to: tests/test_model_file.py; all files: tests/test_tensors.py."""

import hashlib
import json
import struct
import sys
from array import array
from math import prod
from pathlib import Path

import pytest
from bits import bits
from test_model_file import B0, B1, LABELS, W0, W1, edge_network, identity_of, labelled_network

from purenn import Network
from purenn.tensors import Tensor, read_tensors, write_tensors

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


@pytest.fixture(params=["json", "ast"])
def parser(request, monkeypatch):
    """With the json module, and as on a Python without it."""
    if request.param == "ast":
        monkeypatch.setitem(sys.modules, "json", None)


def parts_of(path):
    """The names, shapes and numbers in a file, and its metadata, read by nothing of purenn."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        assert entry["dtype"] == "F64" and begin % 8 == 0
        numbers = struct.unpack(f"<{(end - begin) // 8}d", content[begin:end])
        assert len(numbers) == prod(entry["shape"])
        tensors[name] = (entry["shape"], list(numbers))
    return tensors, metadata


def write(path, tensors, metadata):
    """The file of these parts."""
    named = {name: Tensor(tuple(shape), array("d", row)) for name, (shape, row) in tensors.items()}
    write_tensors(path, named, metadata)


def forged(path, tensors, text, **metadata):
    """Writes the file of these parts with the digest that they would have."""
    above = text[: text.index('"sha256"')]
    kept = [line for line in above.splitlines(True) if not line.startswith(' "labels": ')]
    digest = hashlib.sha256("".join(kept).encode())
    for name, (_, numbers) in tensors.items():
        digest.update(name.encode() + struct.pack(f"<{len(numbers)}d", *numbers))
    write(path, tensors, {"purenn": f'{above}"sha256": "{digest.hexdigest()}"\n}}\n', **metadata})


def refused(path, *words):
    """That the file is refused, with its name and these words, in a line or two."""
    with pytest.raises(ValueError) as caught:
        Network.load(path, backend="python")
    message = str(caught.value)
    assert message.startswith(f"{path}: "), message
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= 2 and len(message) <= len(str(path)) + 400, message


# What is written


def test_what_stands_in_the_file(path):
    labelled_network().save(path)
    tensors, metadata = parts_of(path)
    net = labelled_network()
    ((W, b),) = net.get_weights()
    x = tensors["test_input"][1]
    expected = {
        "layers.0.W": ([2, 4], W[0] + W[1]),
        "layers.0.b": ([4], b),
        "input_offset": ([2], [-0.0, 1 / 3]),
        "input_scale": ([2], [255.0, -5e-324]),
        "test_input": ([2], x),
        "test_output": ([4], net.predict(x)),
    }
    assert [*tensors] == [*expected]
    assert bits([*tensors.values()]) == bits([*expected.values()])
    assert [*metadata] == ["purenn"]
    fields = json.loads(metadata["purenn"])
    assert len(fields.pop("sha256")) == 64
    assert fields == {
        "format": "purenn model",
        "version": 1,
        "sizes": [2, 4],
        "activations": ["softmax"],
        "loss": "mean_squared_error",
        "loss_scale": "mean over samples and outputs",
        "bias": 1,
        "seed": 1,
        "preparation": {"labels": LABELS},
    }


def test_the_digest_is_the_one_that_is_described(path):
    for net in (edge_network(), labelled_network()):
        net.save(path)
        content = path.read_bytes()
        tensors, metadata = parts_of(path)
        forged(path, tensors, metadata["purenn"])
        assert path.read_bytes() == content
        net.save(path)
        assert path.read_bytes() == content  # the same each time


def test_one_text_in_both_forms(path, tmp_path):
    """But for what is a tensor here, the metadata is the model file, character by character."""
    edge_network().save(path)
    edge_network().save(tmp_path / "model.json")
    text = (tmp_path / "model.json").read_text(encoding="ascii")
    _, metadata = parts_of(path)
    assert metadata["purenn"].split('"sha256"')[0] == text.split('"weights"')[0]


@pytest.mark.parametrize(
    "name", ["m.safetensors", "m.SafeTensors", "m.SAFETENSORS", ".safetensors"]
)
def test_the_suffix_chooses(tmp_path, name):
    edge_network().save(tmp_path / name)
    tensors, _ = parts_of(tmp_path / name)
    assert bits(tensors["layers.0.W"]) == bits(([2, 2], W0[0] + W0[1]))
    assert bits(tensors["layers.1.b"]) == bits(([1], B1))
    assert identity_of(Network.load(tmp_path / name)) == identity_of(edge_network())


@pytest.mark.parametrize("name", ["safetensors", "m.safetensors.json", "m.safetensor", "m.tensors"])
def test_any_other_suffix_is_json(tmp_path, name):
    edge_network().save(tmp_path / name)
    assert json.loads((tmp_path / name).read_text())["weights"] == [[W0, B0], [W1, B1]]


def test_a_file_of_the_other_form(path, tmp_path):
    edge_network().save(tmp_path / "model.json")
    path.write_bytes((tmp_path / "model.json").read_bytes())
    refused(path, "expected a safetensors file, got JSON")
    edge_network().save(path)
    (tmp_path / "model.json").write_bytes(path.read_bytes())
    refused(tmp_path / "model.json", "looks like a safetensors file", "suffix .safetensors")


def test_a_model_without_json(path, parser):
    labelled_network().save(path)
    assert identity_of(Network.load(path)) == identity_of(labelled_network())


def test_a_network_that_a_header_cannot_hold(path):
    """JSON can; nothing is written."""
    net = Network([1] + [1] * 12_000, seed=1)
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="expected a header of at most 1,048,576 bytes, got 1,"):
        net.save(path)
    assert path.read_bytes() == b"old"


# What others do with it


@pytest.fixture
def peer():
    """The package whose format it is, for NumPy's arrays."""
    pytest.importorskip("numpy")
    return pytest.importorskip("safetensors.numpy")


def test_safetensors_and_numpy_compute_with_it(path, peer):
    import numpy as np

    net = Network([3, 4, 2], activations=["relu", "identity"], seed=1)
    net.save(path)
    found = peer.load_file(path)
    for layer, (W, b) in enumerate(net.get_weights()):
        assert bits(found[f"layers.{layer}.W"].tolist()) == bits(W)
        assert bits(found[f"layers.{layer}.b"].tolist()) == bits(b)
    A = np.array([[0.5, -1.0, 2.0]])
    hidden = np.maximum(A @ found["layers.0.W"] + found["layers.0.b"], 0.0)
    outputs = hidden @ found["layers.1.W"] + found["layers.1.b"]
    np.testing.assert_allclose(outputs, net.predict(A), rtol=1e-14)


@pytest.mark.parametrize("network", [edge_network, labelled_network])
def test_what_safetensors_writes_again_is_loaded(path, tmp_path, peer, network):
    """In an order of its own, and with names of its own in the metadata."""
    from safetensors import safe_open

    network().save(path)
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
    again = tmp_path / "again.safetensors"
    peer.save_file(peer.load_file(path), again, metadata={**metadata, "format": "np"})
    assert again.read_bytes() != path.read_bytes()
    assert identity_of(Network.load(again)) == identity_of(network())


def test_the_pages_example_for_numpy(tmp_path, peer, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Network([2, 3, 1], activations=["tanh", "sigmoid"], seed=1).save("xor.safetensors")
    page = (Path(__file__).parent.parent / "docs" / "files.md").read_text(encoding="utf-8")
    code = page.split("With NumPy:\n\n```python\n")[1].split("```")[0]
    exec(code, {})
    assert capsys.readouterr().out == "(2, 3) ['tanh', 'sigmoid']\n"


def test_numbers_without_a_network(path, peer):
    import numpy as np

    W = np.arange(6.0).reshape(2, 3)
    for metadata in (None, {"format": "pt"}):
        peer.save_file({"weight": W}, path, metadata=metadata)
        refused(path, "metadata 'purenn'", "found none", "read_tensors", "Network.of")
        found, strings = read_tensors(path)
        assert strings == (metadata or {}) and found["weight"].numbers.tolist() == [*range(6)]


def test_float32_is_loaded_where_it_is_exact(path, peer):
    import numpy as np

    def rounded(number):
        return struct.unpack("<f", struct.pack("<f", number))[0]

    net = Network([1, 2], activations="identity", seed=1)
    net.set_weights([([[0.5, -2.0]], [0.25, 1.0])])
    net.save(path)
    tensors, metadata = parts_of(path)
    tensors["test_input"] = ([1], [0.5])
    tensors["test_output"] = ([2], [0.5, 0.0])
    forged(path, tensors, metadata["purenn"])
    _, metadata = parts_of(path)
    arrays = peer.load_file(path)
    peer.save_file({n: a.astype(np.float32) for n, a in arrays.items()}, path, metadata=metadata)
    assert identity_of(Network.load(path)) == identity_of(net)
    net.set_weights([([[0.5, 0.1]], [0.25, 1.0])])
    net.save(path)
    _, metadata = parts_of(path)
    arrays = {n: a.astype(np.float32) for n, a in peer.load_file(path).items()}
    assert arrays["layers.0.W"][0, 1] == rounded(0.1) != 0.1
    peer.save_file(arrays, path, metadata=metadata)
    refused(path, "sha256")


def test_labels_may_be_edited(path, parser):
    """And no number, nor another field."""
    net = Network([1, 1], seed=1, input_offset=1.5, labels=["x", "z"])
    net.set_weights([([[1.0]], [0.0])])
    net.save(path)
    tensors, metadata = parts_of(path)
    text = metadata["purenn"]
    write(path, tensors, {"purenn": text.replace('"x"', '"ü 😀"'), "note": "edited"})
    assert Network.load(path).classify([[-9.0], [9.0]]) == ["ü 😀", "z"]
    for old, new, words in (
        ('"x"', '"z"', "labels[1]"),
        ('"seed": 1', '"seed": 2', "sha256"),
        ('"labels"', '"label"', "'label'"),
        ('["x", "z"]', '["x", "z"], "input_scale": [1.0]', "tensor 'input_scale'"),
    ):
        write(path, tensors, {"purenn": text.replace(old, new)})
        refused(path, words)


# What is altered, or never was whole


def test_truncated_anywhere(path, parser):
    edge_network().save(path)
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        refused(path)
    path.write_bytes(content + b"\0")
    refused(path)


@pytest.mark.parametrize("change", ["another", "gone", "twice"])
def test_altered_anywhere(path, change):
    """Each alteration is refused, or was one of white space or spelling and changed nothing."""
    labelled_network().save(path)
    content, expected = path.read_bytes(), identity_of(labelled_network())[:-2]
    loaded = 0
    for i, byte in enumerate(content):
        middle = {"another": bytes([byte ^ 1]), "gone": b"", "twice": bytes([byte, byte])}[change]
        path.write_bytes(content[:i] + middle + content[i + 1 :])
        try:
            net = Network.load(path, backend="python")
        except ValueError as error:
            assert str(error).startswith(f"{path}: ") and len(str(error).splitlines()) <= 2, error
        else:  # a label, or the space around fields
            identity = identity_of(net)
            assert identity[:-2] == expected, i
            assert bits(net.get_weights()) == bits(labelled_network().get_weights())
            loaded += 1
    assert loaded < 200


WRONG_TENSORS = {
    "no weights": ({"layers.0.W": None}, "a tensor 'layers.0.W', found none"),
    "no biases": ({"layers.1.b": None}, "a tensor 'layers.1.b', found none"),
    "no test input": ({"test_input": None}, "a tensor 'test_input', found none"),
    "no test output": ({"test_output": None}, "a tensor 'test_output', found none"),
    "a layer too many": ({"layers.2.W": ([1, 1], [1.0])}, "no tensor 'layers.2.W'"),
    "a name of PyTorch": ({"layers.0.weight": ([1], [1.0])}, "no tensor 'layers.0.weight'"),
    "a long name": ({"x" * 10_000: ([1], [1.0])}, "no tensor 'xxx"),
    "weights the other way round": (
        {"layers.1.W": ([1, 2], [1 / 3, 0.75])},
        "layers.1.W: expected the shape [2, 1], got [1, 2]",
    ),
    "weights in a row": ({"layers.0.W": ([4], [1.0] * 4)}, "layers.0.W", "[2, 2]", "[4]"),
    "biases in rows": ({"layers.0.b": ([1, 2], [1.0] * 2)}, "layers.0.b", "[2]", "[1, 2]"),
    "weights of no room": ({"layers.0.W": ([2, 0], [])}, "layers.0.W", "[2, 2]", "[2, 0]"),
    "a scalar": ({"layers.1.b": ([], [1.0])}, "layers.1.b", "[1]", "[]"),
    "a weight is NaN": ({"layers.0.W": ([2, 2], [1, 2, NAN, 4])}, "weights[0] W[1][0]", "nan"),
    "a bias is infinite": ({"layers.1.b": ([1], [-INF])}, "weights[1] b[0]", "-inf"),
    "a test input is NaN": ({"test_input": ([2], [1.0, NAN])}, "test_input[1]", "nan"),
    "a test output is NaN": ({"test_output": ([1], [NAN])}, "test_output[0]", "nan"),
    "another test output": ({"test_output": ([1], [0.5])}, "test_output: expected [0.5], computed"),
    "another weight": ({"layers.1.W": ([2, 1], [1 / 3, 0.5])}, "test_output: expected"),
    "a scale of 0": ({"input_scale": ([2], [1.0, 0.0])}, "input_scale[1]", "other than 0"),
    "a scale too many": ({"input_scale": ([3], [1.0] * 3)}, "input_scale", "2", "3"),
    "an infinite offset": ({"input_offset": ([2], [1.0, INF])}, "input_offset[1]", "inf"),
    "a scale as a scalar": ({"input_scale": ([], [1.0])}, "input_scale"),
    "an offset in rows": ({"input_offset": ([2, 1], [1.0, 2.0])}, "input_offset", "[2]", "[2, 1]"),
}


@pytest.mark.parametrize("name", WRONG_TENSORS)
def test_wrong_tensors_even_with_a_right_digest(path, name):
    changes, *words = WRONG_TENSORS[name]
    edge_network().save(path)
    tensors, metadata = parts_of(path)
    tensors.update(changes)
    kept = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    forged(path, kept, metadata["purenn"])
    refused(path, *words)


def test_biases_of_a_network_without_biases(path):
    Network([2, 1], bias=False, seed=1).save(path)
    tensors, metadata = parts_of(path)
    assert tensors["layers.0.b"] == ([1], [0.0])
    tensors["layers.0.b"] = ([1], [1.0])
    forged(path, tensors, metadata["purenn"])
    refused(path, "weights[0] b", "without biases")


WRONG_FIELDS = {
    "another format": ('"purenn model"', '"purenn training"', "'purenn model'", "training"),
    "a later version": ('"version": 1', '"version": 2', "version 1", "version 2"),
    "no seed": ('"seed": 1,\n', "", "'seed'"),
    "weights as text": ('"seed": 1', '"seed": 1, "weights": []', "no field 'weights'"),
    "other sizes": ("[2, 2, 1]", "[2, 3, 1]", "layers.0.W", "[2, 3]", "[2, 2]"),
    "fewer layers": ("[2, 2, 1]", "[2, 1]", "activations", "1", "2"),
    "huge sizes": ("[2, 2, 1]", "[1000000000000, 1000000000000, 1]", "at most"),
    "an unknown activation": ('"tanh"', '"selu"', "'selu'"),
    "the scale of another loss": ('"mean over samples and outputs"', '"sum"', "loss_scale"),
    "bias neither 0 nor 1": ('"bias": 1', '"bias": 2', "0 or 1"),
    "a field twice": ('"seed": 1', '"seed": 1, "seed": 1', "'seed' twice"),
    "deep lists": ("[2, 2, 1]", "[" * 50_000, "JSON"),
    "a number": ('{\n"format"', "1", "JSON"),
    "scaling as text, without the tensor": (
        '"seed": 1',
        '"seed": 1, "preparation": {"input_scale": [2.0, 2.0]}',
        "tensor 'input_scale', found none",
    ),
}


@pytest.mark.parametrize("name", WRONG_FIELDS)
def test_wrong_fields_even_with_a_right_digest(path, parser, name):
    old, new, *words = WRONG_FIELDS[name]
    edge_network().save(path)
    tensors, metadata = parts_of(path)
    assert metadata["purenn"].count(old) == 1
    forged(path, tensors, metadata["purenn"].replace(old, new))
    refused(path, *words)


@pytest.mark.parametrize("text", ["", "{}", "[]", "1", '"purenn"', "null", "{1}", '{"sha256": ""}'])
def test_metadata_that_say_no_network(path, parser, text):
    edge_network().save(path)
    tensors, _ = parts_of(path)
    write(path, tensors, {"purenn": text})
    refused(path)


def test_what_an_altered_number_gives(path):
    """Also where the names of two tensors change places and no number does."""
    Network([1, 1], activations="identity", seed=1, input_offset=2.0).save(path)
    tensors, metadata = parts_of(path)
    changed = {**tensors, "layers.0.b": ([1], [1e-300])}
    write(path, changed, metadata)
    refused(path, "sha256")
    scaled = {"input_scale" if name == "input_offset" else name: t for name, t in tensors.items()}
    write(path, scaled, metadata)
    refused(path, "sha256")
