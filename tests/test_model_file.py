"""The model file: whole, exact, readable without json, written at once, and refused if altered."""

import ast
import errno
import hashlib
import json
import os
import sys
from pathlib import Path

import pytest
from bits import bits

from purenn import Network, Training, model_file

NAN, INF = float("nan"), float("inf")

# Numbers whose digits are the first to go wrong.
W0 = [[-0.0, 5e-324], [1.7976931348623157e308, 0.1]]
B0 = [2.2250738585072014e-308, -5e-324]
W1, B1 = [[1 / 3], [0.75]], [-1e-22]


def edge_network(backend="python"):
    net = Network([2, 2, 1], activations=["tanh", "sigmoid"], seed=1, backend=backend)
    net.set_weights([(W0, B0), (W1, B1)])
    return net


def identity_of(net):
    """All that a file must keep."""
    architecture = net.architecture
    preparation = architecture.preparation
    return (
        architecture.sizes,
        architecture.activations,
        architecture.loss,
        architecture.bias,
        architecture.seed,
        bits(preparation.input_offset or ()),
        bits(preparation.input_scale or ()),
        preparation.labels,
        bits(net.get_weights()),
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.json"


@pytest.fixture(params=["model.json", "model.safetensors"])
def either(request, tmp_path):
    """A path for each form of the file; what its content means: tests/test_model_tensors.py."""
    return tmp_path / request.param


@pytest.fixture
def text(path):
    """The text of a saved network, which lies at `path`."""
    edge_network().save(path)
    return path.read_text(encoding="ascii")


@pytest.fixture(params=["json", "ast"])
def parser(request, monkeypatch):
    """With the json module, and as on a Python without it."""
    if request.param == "ast":
        monkeypatch.setitem(sys.modules, "json", None)


def load(path, content):
    """The network that this content of a file gives."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    return Network.load(path, backend="python")


def refused(path, content, *words):
    """That this content is refused, with the file's name and these words, in a line or two."""
    with pytest.raises(ValueError) as caught:
        load(path, content)
    message = str(caught.value)
    assert message.startswith(str(path)), message
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= 2, message
    assert len(message) <= len(str(path)) + 400, f"{len(message)} characters"


def forged(text, old, new):
    """The text with a part replaced, and the digest that such a text would have."""
    assert text.count(old) == 1
    text = text.replace(old, new)
    above = text[: text.index('"sha256"')]
    return f'{above}"sha256": "{digest_of(above)}"\n}}\n'


def digest_of(above):
    """The digest of what stands above it, which leaves out the line of the labels."""
    lines = [line for line in above.splitlines(True) if not line.startswith(' "labels": ')]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


# What is written


def test_round_trip_is_exact(engine, either):
    net = edge_network(engine.name)
    net.save(either)
    loaded = Network.load(either, backend=engine.name)
    assert identity_of(loaded) == identity_of(net)
    assert bits(loaded.get_weights()) == bits([(W0, B0), (W1, B1)])
    assert loaded.backend == engine.name


def test_every_option_is_kept(engine, either):
    for number, options in enumerate(
        [
            {"activations": ["relu", "softmax"], "loss": "categorical_cross_entropy"},
            {"activations": "sigmoid", "loss": "binary_cross_entropy", "bias": False},
            {"activations": ["leaky_relu", "linear"]},
            {"activations": ["logistic", "tanh"], "bias": False},
        ]
    ):
        net = Network([3, 4, 2], seed=2**32 - 1 - number, backend=engine.name, **options)
        net.fit([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, 1]], epochs=2, learning_rate=0.1)
        net.save(either)
        loaded = Network.load(either, backend=engine.name)
        assert identity_of(loaded) == identity_of(net)
        loaded.fit([[1, 2, 3]], [[1, 0]], epochs=1, learning_rate=0.1)
        net.fit([[1, 2, 3]], [[1, 0]], epochs=1, learning_rate=0.1)
        assert bits(loaded.get_weights()) == bits(net.get_weights())


def test_both_engines_write_the_same_file(native, either, tmp_path):
    for backend in ("python", "c"):
        edge_network(backend).save(tmp_path / f"{backend}-{either.name}")
    assert (tmp_path / f"python-{either.name}").read_bytes() == (
        tmp_path / f"c-{either.name}"
    ).read_bytes()
    for backend in ("python", "c"):
        assert Network.load(tmp_path / f"python-{either.name}", backend=backend).backend == backend


def test_what_stands_in_the_file(path, text):
    values = json.loads(text)
    assert values == ast.literal_eval(text)
    assert repr(values) == repr(ast.literal_eval(text))
    above = text[: text.index('"sha256"')]
    assert values.pop("sha256") == hashlib.sha256(above.encode()).hexdigest()
    assert values == {
        "format": "purenn model",
        "version": 1,
        "sizes": [2, 2, 1],
        "activations": ["tanh", "sigmoid"],
        "loss": "mean_squared_error",
        "loss_scale": "mean over samples and outputs",
        "bias": 1,
        "seed": 1,
        "weights": [[W0, B0], [W1, B1]],
        "test_input": values["test_input"],
        "test_output": edge_network().predict(values["test_input"]),
    }
    assert bits(values["weights"]) == bits([(W0, B0), (W1, B1)])
    for word in ("true", "false", "null", "True", "False", "None", "NaN", "Infinity"):
        assert word not in text
    assert text.isascii() and text.endswith("}\n") and "\r" not in text
    assert max(map(len, text.splitlines())) < 100
    edge_network().save(path)
    assert path.read_text(encoding="ascii") == text  # the same each time


LABELS = [
    'a "quote"',
    "back\\slash \\u0041 \\n \\\\",
    "ünïcödé 漢 'x'",
    "\U0001f600\U0010ffff\uffff",
]


def labelled_network(backend="python"):
    return Network(
        [2, 4],
        activations="softmax",
        seed=1,
        backend=backend,
        input_offset=[-0.0, 1 / 3],
        input_scale=[255, -5e-324],
        labels=LABELS,
    )


def labelled_text(path):
    labelled_network().save(path)
    return path.read_text(encoding="ascii")


def test_scaling_and_labels_are_kept(engine, either, parser):
    labelled_network(engine.name).save(either)
    loaded = Network.load(either, backend=engine.name)
    assert identity_of(loaded) == identity_of(labelled_network())
    preparation = loaded.architecture.preparation
    assert bits(preparation.input_offset) == bits([-0.0, 1 / 3])
    assert bits(preparation.input_scale) == bits([255.0, -5e-324])
    assert preparation.labels == tuple(LABELS)
    assert loaded.classify([1, 1 / 3]) == labelled_network().classify([1, 1 / 3])


def test_each_is_written_only_if_it_is_there(path):
    options = {"input_offset": [1.0, 1.0], "input_scale": [2.0, 2.0], "labels": ["no", "yes"]}
    for given in ([], ["input_offset"], ["input_scale"], ["labels"], options):
        net = Network([2, 1], seed=1, **{name: options[name] for name in given})
        net.save(path)
        values = json.loads(path.read_text(encoding="ascii"))
        assert not any(name in values for name in options)
        assert ("preparation" in values) == bool(given)
        assert values.get("preparation", {}) == {name: options[name] for name in given}
        loaded = Network.load(path)
        assert repr(loaded) == repr(net)


def test_a_file_without_them_has_no_other_line(path):
    net = Network([1, 1], activations="identity", seed=1)
    net.set_weights([([[1.0]], [2.0])])
    net.save(path)
    text = path.read_text(encoding="ascii")
    x = json.loads(text)["test_input"][0]
    above = f"""\
{{
"format": "purenn model",
"version": 1,
"sizes": [1, 1],
"activations": ["identity"],
"loss": "mean_squared_error",
"loss_scale": "mean over samples and outputs",
"bias": 1,
"seed": 1,
"weights": [
 [[[1.0]],
  [2.0]]],
"test_input": [{x!r}],
"test_output": [{x + 2.0!r}],
"""
    assert text == f'{above}"sha256": "{hashlib.sha256(above.encode()).hexdigest()}"\n}}\n'


def test_labels_in_the_file_are_json_and_python(path):
    text = labelled_text(path)
    assert text.isascii()
    assert json.loads(text)["preparation"]["labels"] == LABELS
    assert (
        ast.literal_eval(text)["preparation"]["labels"][:3] == LABELS[:3]
    )  # all but surrogate pairs
    assert "\\ud83d\\ude00\\udbff\\udfff\\uffff" in text
    for variant in (json.dumps(json.loads(text), indent=2), text.replace("\\ud83d", "\\uD83D")):
        assert load(path, variant).architecture.preparation.labels == tuple(LABELS)


@pytest.mark.parametrize("label", ["".join(map(chr, range(32, 127))), "\xa0", "\xff", "\ufeff"])
def test_labels_of_all_kinds_of_characters(either, parser, label):
    Network([1, 1], seed=1, labels=["x", label]).save(either)
    assert Network.load(either).architecture.preparation.labels == ("x", label)


def test_a_network_whose_scale_is_extreme_is_saved(engine, either):
    for offset, scale in ((0, 5e-324), (0, 1.7e308), (1.7e308, -1.7e308), (1e300, 1e-300)):
        for seed in range(8):
            options = {"input_offset": offset, "input_scale": scale, "backend": engine.name}
            net = Network([2, 1], seed=seed, **options)
            net.save(either)
            assert identity_of(Network.load(either)) == identity_of(net)


WRONG_LABELS = {
    "a label twice": ('"x"', '"z"', "labels[1]"),
    "a number": ('"x"', "1", "labels[0]", "1"),
    "a list": ('"x"', '["x"]', "labels[0]"),
    "empty": ('"x"', '""', "labels[0]"),
    "a tab": ('"x"', '"\\t"', "labels[0]", "control"),
    "half a pair": ('"x"', '"\\ud83d"', "labels[0]", "control"),
    "a pair in the wrong order": ('"x"', '"\\ude00\\ud83d"', "labels[0]", "control"),
    "too many": ('"x"', '"x", "y"', "labels", "2", "3"),
    "too few": ('"x", ', "", "labels", "2", "1"),
    "a text": ('["x", "z"]', '"xz"', "labels", "'xz'"),
    "none at all": ('["x", "z"]', "[]", "labels", "2", "0"),
    "null": ('["x", "z"]', "null"),
    "of no probability": ('"sigmoid"', '"tanh"', "labels", "tanh"),
    "an offset too many": ("[1.5]", "[1.5, 1.5]", "input_offset", "1", "2"),
    "an offset of a text": ("[1.5]", '["1.5"]', "input_offset[0]", "'1.5'"),
    "a number as offset": ("[1.5]", "1.5", "input_offset", "list", "1.5"),
    "an offset in rows": ("[1.5]", "[[1.5]]", "input_offset[0]"),
    "an infinite offset": ("[1.5]", "[1e999]", "input_offset[0]", "finite", "inf"),
    "a scale of 0": ("[2.5]", "[0.0]", "input_scale[0]", "0"),
    "a scale of -0": ("[2.5]", "[-0.0]", "input_scale[0]", "0"),
    "no scale": ("[2.5]", "[]", "input_scale", "1", "0"),
    "another scale": ("[2.5]", "[2.6]", "test_output"),
    "null as scale": ("[2.5]", "null"),
}


@pytest.mark.parametrize("name", WRONG_LABELS)
def test_wrong_scaling_and_labels(path, parser, name):
    old, new, *words = WRONG_LABELS[name]
    net = Network([1, 1], seed=1, input_offset=1.5, input_scale=2.5, labels=["x", "z"])
    net.save(path)
    text = path.read_text(encoding="ascii")
    refused(path, forged(text, old, new), *words)


def test_the_file_with_all_of_them(path):
    options = {"input_offset": 1.5, "input_scale": 2.5, "labels": ["x", "z"]}
    net = Network([1, 1], activations="sigmoid", seed=1, **options)
    net.set_weights([([[1.0]], [2.0])])
    net.save(path)
    text = path.read_text(encoding="ascii")
    above = text[: text.index('"sha256"')]
    assert (
        """
"seed": 1,
"preparation": {
 "labels": ["x", "z"],
 "input_offset": [1.5],
 "input_scale": [2.5]
},
"weights": ["""
        in above
    )
    assert text == f'{above}"sha256": "{digest_of(above)}"\n}}\n'


def test_labels_may_be_edited(path, parser):
    """And nothing else, whatever the file looks like."""
    net = Network([1, 1], seed=1, input_offset=1.5, input_scale=2.5, labels=["x", "z"])
    net.set_weights([([[1.0]], [0.0])])
    net.save(path)
    text = path.read_text(encoding="ascii")
    for written in (text, json.dumps(json.loads(text), indent=1)):
        edited = load(path, written.replace('"x"', '"another"'))
        assert edited.architecture.preparation.labels == ("another", "z")
        assert edited.classify([[-9.0], [9.0]]) == ["another", "z"]
        assert bits(edited.get_weights()) == bits(net.get_weights())
        refused(path, written.replace('"x"', '"z"'), "labels[1]")
        refused(path, written.replace("1.5", "1.25"), "sha256")
        refused(path, written.replace('"labels"', '"label"'), "'label'")


@pytest.mark.parametrize("value", ["0.0", "2.0"])
def test_no_number_hides_beside_the_labels(path, value):
    """Their line is not in the digest, and this output is 1 for any offset."""
    net = Network([1, 1], seed=1, labels=["x", "z"])
    net.set_weights([([[1.0]], [100.0])])
    net.save(path)
    text = path.read_text(encoding="ascii")
    assert load(path, text.replace('"x"', '"y"')).predict([1]) == [1.0]
    refused(path, text.replace('"z"]', f'"z"], "input_offset": [{value}]'), "sha256")


def test_no_token_of_json_alone_without_biases(path):
    Network([2, 1], bias=False, seed=0).save(path)
    values = ast.literal_eval(path.read_text(encoding="ascii"))
    assert values["bias"] == 0 and type(values["bias"]) is int


# Where it is written


def test_kinds_of_paths(tmp_path, monkeypatch):
    net = edge_network()
    monkeypatch.chdir(tmp_path)
    names = [
        "relative.json",
        "no ending",
        "ünïcödé 漢.json",
        "ünïcödé 漢.safetensors",
        "b" * 238 + ".safetensors",
        "a" * 250,
        str(tmp_path / "absolute"),
    ]
    for name in names:
        for form in (name, Path(name)):
            net.save(form)
            assert identity_of(Network.load(form)) == identity_of(net)
    assert sorted(os.listdir(tmp_path)) == sorted([*names[:-1], "absolute"])


def test_bytes_as_a_path(either):
    net = edge_network()
    name = os.fsencode(either)
    net.save(name)
    assert identity_of(Network.load(name)) == identity_of(net)


@pytest.mark.parametrize("wrong", [None, 1.5, [], object()])
def test_what_is_no_path(tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TypeError):
        edge_network().save(wrong)
    with pytest.raises(TypeError):
        Network.load(wrong)
    assert os.listdir(tmp_path) == []


def test_a_number_is_no_path(either):
    """Not the open file of that number, which would be read and closed."""
    edge_network().save(either)
    content = either.read_bytes()
    with open(either, "rb") as file:
        with pytest.raises(TypeError):
            Network.load(file.fileno())
        with pytest.raises(TypeError):
            edge_network().save(file.fileno())
        assert file.read() == content


def test_saving_replaces_what_was_there(either):
    edge_network().save(either)
    other = Network([1, 1], seed=9)
    other.save(either)
    assert identity_of(Network.load(either)) == identity_of(other)
    assert os.listdir(either.parent) == [either.name]


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_permissions_are_those_of_any_new_file(either, tmp_path):
    (tmp_path / "other").write_text("", encoding="ascii")
    edge_network().save(either)
    mode = os.stat(tmp_path / "other").st_mode
    assert os.stat(either).st_mode == mode


@pytest.mark.parametrize(
    "name", ["missing/model.json", "file/model.json", "file/model.safetensors", "folder", ""]
)
def test_where_no_file_can_be(tmp_path, monkeypatch, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x", encoding="ascii")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    target = os.path.join(tmp_path, name) if name else ""
    with pytest.raises(OSError) as caught:
        edge_network().save(target)
    assert target in str(caught.value) and ".part" not in str(caught.value), caught.value
    with pytest.raises(OSError):
        Network.load(target)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder", "here"]
    assert os.listdir(tmp_path / "here") == os.listdir(tmp_path / "folder") == []


@pytest.mark.skipif(
    os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root may write anywhere",
)
def test_folder_that_may_not_be_written(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)
    try:
        with pytest.raises(PermissionError):
            edge_network().save(folder / "model.json")
        assert os.listdir(folder) == []
    finally:
        folder.chmod(0o700)


def test_file_that_is_not_there(either):
    with pytest.raises(FileNotFoundError, match="model"):
        Network.load(either)


# An interrupted or impossible save leaves the old file


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), MemoryError()]
)
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_interrupted_save(either, monkeypatch, function, error):
    edge_network().save(either)
    content = either.read_bytes()

    def fail(*arguments, **keywords):
        raise error

    monkeypatch.setattr(os, function, fail)
    with pytest.raises(type(error)):
        Network([1, 1], seed=9).save(either)
    monkeypatch.undo()
    assert either.read_bytes() == content
    assert os.listdir(either.parent) == [either.name]


def test_a_network_of_no_numbers_is_not_saved(engine, either):
    """After a divergence the last good file must stay: what isn't finite can't be loaded."""
    edge_network().save(either)
    content = either.read_bytes()
    net = Network([1, 1], activations="identity", seed=1, backend=engine.name)
    Training(net, [[1e200]] * 2, [[0.0]] * 2, learning_rate=1e200, batch_size=1).step()
    assert not all(abs(value) < INF for value in (net.get_weights()[0][1]))
    with pytest.raises(ValueError, match=r"weights\[0\].*finite.*try a smaller learning_rate"):
        net.save(either)
    assert either.read_bytes() == content
    assert os.listdir(either.parent) == [either.name]


def test_what_is_saved_can_be_loaded(engine, either, text):
    """Finite weights whose outputs overflow: saved so that they load, or refused."""
    signs = json.loads(text)["test_input"]  # depends on the seed and the inputs alone
    edge_network().save(either)
    content = either.read_bytes()
    net = Network([2, 1], activations="identity", seed=1, backend=engine.name)
    net.set_weights([([[1.7e308 if x > 0 else -1.7e308] for x in signs], [1.7e308])])
    try:
        net.save(either)
    except ValueError as error:
        assert "finite" in str(error)
        assert either.read_bytes() == content
    else:
        assert identity_of(Network.load(either)) == identity_of(net)


# White space may change


def test_other_white_space_loads(path, text, parser):
    expected = identity_of(edge_network())
    values = ast.literal_eval(text)
    one_line = repr(values).replace("'", '"')
    for variant in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", " "),
        text.replace(", ", ","),
        text.replace(",", "\n,\n"),
        text.replace("\n", "\n    "),
        text.replace("[", "[\n\t"),
        "\n  \n" + text,
        "\n   " + text,
        " \t" + text + "\n\n  ",
        one_line,
        repr(dict(reversed(list(values.items())))).replace("'", '"'),
        one_line.replace("-0.0", "-0.000").replace("5e-324", "4.94065645841246544e-324"),
    ):
        assert identity_of(load(path, variant)) == expected, variant


def test_json_tools_may_indent(path, text):
    assert identity_of(load(path, json.dumps(json.loads(text), indent=4))) == identity_of(
        edge_network()
    )


# A file that is not whole, or was altered


def test_truncated_anywhere(path, text, parser):
    whole = text.rstrip()
    for length in range(len(whole)):
        refused(path, text[:length])
    assert identity_of(load(path, whole)) == identity_of(edge_network())


@pytest.mark.parametrize("change", ["another", "gone", "swapped", "line gone"])
def test_altered_anywhere(path, text, change):
    """Each alteration is refused, or was one of white space or spelling and changed nothing."""
    expected = identity_of(edge_network())
    for i, character in enumerate(text):
        if change == "another":
            following = "1234567890123"
            other = following[following.find(character) + 1] if character.isdigit() else "7"
            variant = text[:i] + other + text[i + 1 :]
        elif change == "gone":
            variant = text[:i] + text[i + 1 :]
        elif change == "swapped":
            variant = text[:i] + text[i + 1 : i + 2] + character + text[i + 2 :]
        elif character == "\n":
            variant = text[: text.rfind("\n", 0, i) + 1] + text[i + 1 :]
        else:
            continue
        if variant == text:
            continue
        try:
            net = load(path, variant)
        except ValueError as error:
            assert str(error).startswith(str(path)), (variant, error)
            assert len(str(error).splitlines()) <= 2, error
        else:
            assert identity_of(net) == expected, variant
            assert change != "line gone", variant


NOT_MODELS = {
    "empty": "",
    "blank": " \n\n ",
    "a list": "[]",
    "a number": "1",
    "a text": '"model"',
    "an empty object": "{}",
    "two models": "{}{}",
    "a null": "null",
    "a list as a key": "{[1]: 2}",
    "a list in a set": "{[1], 2}",
    "keys of two kinds": '{1: 2, "a": 3}',
    "zero bytes": b"\0" * 100,
    "every byte": bytes(range(256)),
    "no UTF-8": b"\xff\xfe\xfa" * 10,
    "UTF-16": '{"format": "purenn model"}'.encode("utf-16"),
    "deep lists": "[" * 100000,
    "deep lists, closed": "[" * 5000 + "]" * 5000,
    "deep objects": '{"a":' * 100000,
    "deep parentheses": "(" * 100000,
    "many signs": "-" * 100000 + "1",
    "a long sum": "1+" * 100000 + "1",
    "a long text": '"' + "a" * 1000000,
    "a long number": "9" * 10000,
}


@pytest.mark.parametrize("name", NOT_MODELS)
def test_what_is_no_model(path, parser, name):
    refused(path, NOT_MODELS[name])


@pytest.mark.parametrize(
    "field",
    ["format", "version", "sizes", "activations", "loss", "loss_scale", "bias", "seed", "weights"]
    + ["test_input", "test_output", "sha256"],
)
def test_every_field_is_needed_and_of_its_kind(path, text, parser, field):
    values = ast.literal_eval(text)
    others = {name: value for name, value in values.items() if name != field}
    refused(path, as_json(others), f"{field!r}")
    for wrong in (None, "x", "", 0.5, -1, 10**30, [], [[]], [None], ["x"], {}, {"a": 1}, 2, INF):
        refused(path, as_json({**others, field: wrong}))
    for wrong in ({}, 0.5):
        refused(path, as_json({**others, field: wrong}), field)


def as_json(value):
    """The value as JSON, written without the json module."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {as_json(v)}' for key, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_json, value)) + "]"
    if value is None:
        return "null"
    return f'"{value}"' if isinstance(value, str) else "1e999" if value == INF else repr(value)


def test_unknown_fields(path, text, parser):
    refused(path, text.replace('"seed"', '"optimizer": "adam",\n"seed"'), "'optimizer'")
    refused(path, text.replace('"seed"', '1: 2,\n"a": 3,\n"seed"'))


WRONG_FIELDS = {
    "another format": ('"purenn model"', '"other model"', "'purenn model'", "'other model'"),
    "a later version": ('"version": 1', '"version": 2', "version 1", "version 2"),
    "version is a float": ('"version": 1', '"version": 1.0', "version", "1.0"),
    "sizes too few": ("[2, 2, 1]", "[2, 2]", "layer"),
    "no sizes": ("[2, 2, 1]", "[]", "sizes"),
    "sizes do not fit": ("[2, 2, 1]", "[2, 3, 1]", "weights[0]", "3", "2"),
    "sizes large": ("[2, 2, 1]", "[2, 500000000, 1]", "weights[0] W[0]", "500000000 numbers"),
    "sizes huge": ("[2, 2, 1]", "[1000000000000, 1000000000000, 1]", "at most"),
    "sizes negative": ("[2, 2, 1]", "[2, -2, 1]"),
    "sizes are floats": ("[2, 2, 1]", "[2.0, 2.0, 1.0]", "sizes[0]", "whole number", "2.0"),
    "sizes infinite": ("[2, 2, 1]", "[2, 1e999, 1]"),
    "sizes are strings": ("[2, 2, 1]", '["2", "2", "1"]'),
    "sizes are lists": ("[2, 2, 1]", "[[2], [2], [1]]"),
    "activation unknown": ('"tanh"', '"selu"', "activations", "'selu'"),
    "activation is a list": ('"tanh"', '["tanh"]', "activations", "tanh"),
    "activation is a number": ('"tanh"', "3", "activations", "3"),
    "activation missing": ('"tanh", ', "", "activations", "2", "1"),
    "loss unknown": ('"mean_squared_error"', '"mse"', "loss", "'mse'"),
    "loss of another output": ('"mean_squared_error"', '"categorical"', "loss"),
    "scale of another loss": ('"mean over samples and outputs"', '"sum"', "loss_scale", "'sum'"),
    "scale no text at all": ('"mean over samples and outputs"', '"\\ud800"'),
    "bias neither 0 nor 1": ('"bias": 1', '"bias": 2', "bias", "0 or 1", "2"),
    "bias negative": ('"bias": 1', '"bias": -1', "bias", "0 or 1", "-1"),
    "no bias, but biases": ('"bias": 1', '"bias": 0', "weights[0] b", "without biases"),
    "seed negative": ('"seed": 1', '"seed": -1', "seed", "-1"),
    "seed too large": ('"seed": 1', '"seed": 4294967296', "seed", "4294967296"),
    "seed is a float": ('"seed": 1', '"seed": 1.0', "seed", "1.0"),
    "a weight is text": ("0.1]", '"0.1"]', "weights[0] W[1][1]", "'0.1'"),
    "a weight is a list": ("0.1]", "[0.1]]", "weights[0] W[1][1]", "[0.1]"),
    "a weight too many": ("0.1]", "0.1, 0.1]", "weights[0] W[1]", "2", "3"),
    "a weight too few": (", 0.1]", "]", "weights[0] W[1]", "2", "1"),
    "a weight overflows": ("0.1]", "1e999]", "weights[0] W[1][1]", "finite", "inf"),
    "a weight is a large integer": ("0.1]", "1" + 400 * "0" + "]", "weights[0] W[1][1]"),
    "a bias is text": ("[-1e-22]", '["-1e-22"]', "weights[1] b", "'-1e-22'"),
    "biases are a number": ("[-1e-22]", "-1e-22", "weights[1] b", "row", "-1e-22"),
    "another weight": ("0.3333333333333333", "0.4333333333333333", "test_output"),
    "another test input": ("0.6231717734977641", "0.5231717734977641", "test_output"),
    "another test output": ('"test_output": [', '"test_output": [-', "test_output"),
    "a test input too many": ('"test_input": [', '"test_input": [1.0, ', "test_input", "2", "3"),
    "a test input in rows": ('"test_input": [', '"test_input": [[1.0, 2.0], ', "test_input"),
    "a test output too many": ('"test_output": [', '"test_output": [1.0, ', "test_output"),
}


@pytest.mark.parametrize("name", WRONG_FIELDS)
def test_wrong_fields_even_with_a_right_digest(path, text, parser, name):
    old, new, *words = WRONG_FIELDS[name]
    refused(path, forged(text, old, new), *words)


def test_tokens_that_are_no_numbers(path, text, parser):
    for token in ("NaN", "Infinity", "-Infinity", "nan", "inf", "null", "true", "0x1", "1_0", "01"):
        refused(path, forged(text, "0.1]", f"{token}]"))
    for token in ("True", "None", "False", "0j", "b'1'", "{1}", "exit()", "1+1"):
        refused(path, forged(text, "0.1]", f"{token}]"))


def test_altered_values_are_named_by_the_digest(path, text, parser):
    refused(path, text.replace("5e-324", "1e-323", 1), "sha256")
    refused(path, text.replace('"seed": 1', '"seed": 2'), "sha256")
    refused(path, text.replace("[[-0.0", "[[0.0"), "sha256")
    refused(path, text.replace("mean_squared_error", "binary_cross_entropy"))
    digest = ast.literal_eval(text)["sha256"]
    refused(path, text.replace(digest, digest[:-1]), "sha256")


@pytest.mark.parametrize("extra", ['"seed": 1', '"seed": 7', '"weights": 5', '"bias": 0'])
def test_fields_twice(path, text, parser, extra):
    """Readers differ in which they take: refused, whether or not they say the same."""
    name = extra[1 : extra.index('"', 1)]
    for place in ('"sizes"', '"sha256"'):
        refused(path, text.replace(place, f"{extra},\n{place}"), f"'{name}' twice")


@pytest.mark.parametrize("place", [' "labels"', ' "input_offset"'])
def test_fields_of_the_preparation_twice(path, parser, place):
    labelled = labelled_text(path)
    for extra in ('"labels": ["a", "b", "c", "d"]', '"input_offset": [-0.0, 0.3333333333333333]'):
        refused(path, labelled.replace(place, f"{extra},{place}"), "twice")


def test_long_values_are_not_repeated_in_full(path, text, parser):
    many = "[" + "1.0, " * 100000 + "1.0]"
    for old, new in (
        ('"purenn model"', many),
        ('"purenn model"', '"' + "x" * 100000 + '"'),
        ('"mean_squared_error"', '"' + "x" * 100000 + '"'),
        ('"tanh"', '"' + "x" * 100000 + '"'),
        ("0.1]", many + "]"),
        ("[-1e-22]", '"' + "x" * 100000 + '"'),
        ('"test_output": [', '"test_output": [' + "1.0, " * 100000),
        ('"seed": 1', '"' + "x" * 100000 + '": 1'),
    ):
        refused(path, forged(text, old, new))


def test_a_file_too_large_is_not_written(path, text, monkeypatch):
    monkeypatch.setattr(model_file, "MOST_BYTES", len(text) - 1)
    with pytest.raises(ValueError, match=rf"at most .* got {len(text):,}; .*\.safetensors"):
        edge_network().save(path)
    assert path.read_text(encoding="ascii") == text


def test_a_wrong_backend_is_not_the_files_fault(either):
    edge_network().save(either)
    with pytest.raises(ValueError, match="backend") as caught:
        Network.load(either, backend="gpu")
    assert str(either) not in str(caught.value)
