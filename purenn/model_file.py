"""The model file: one network as readable JSON that is also a Python literal.

It holds no true, false or null, so that `ast.literal_eval` reads it on a Python without `json`.
Numbers are written with the digits that round-trip exactly. `sha256` is the digest of all that
stands above it as this module writes it, but for the line of the labels: white space may change and
labels may be edited, but no number. `dropout` is there only if there is any, `initialization` only
if it isn't glorot_uniform,
`preparation` only if something is done around the network, and says only that. Labels are written
in ASCII as JSON has it: another character is \\u and four digits, above U+FFFF a pair of
surrogates. They are read in UTF-8 as well.
"""

from __future__ import annotations

import codecs
import os
from array import array
from math import isfinite, sqrt

from .annotations import Any
from .architecture import Architecture, Preparation
from .checks import check_choice, shown
from .door import finite_row
from .files import read_whole, replace
from .reference import RandomState
from .weights import block_of, lists_of

FORMAT = "purenn model"
VERSION = 1
MOST_BYTES = 2**30
INITIALIZATION = "glorot_uniform"  # of a file that doesn't say
LABELS = ' "labels": '  # what the line begins with that the digest leaves out

KINDS: dict[str, tuple[type, str]] = {
    "format": (str, "a string"),
    "version": (int, "a whole number"),
    "sizes": (list, "a list"),
    "activations": (list, "a list"),
    "loss": (str, "a string"),
    "loss_scale": (str, "a string"),
    "bias": (int, "0 or 1"),
    "seed": (int, "a whole number"),
    "dropout": (list, "a list"),
    "initialization": (str, "a string"),
    "preparation": (dict, "fields in braces"),
    "weights": (list, "a list"),
    "test_input": (list, "a list"),
    "test_output": (list, "a list"),
    "sha256": (str, "a string"),
}
OPTIONAL = ("dropout", "initialization", "preparation")


class Model:
    """What a model file holds: an architecture, its weights, and a test vector."""

    def __init__(
        self,
        architecture: Architecture,
        block: array,
        test_input: list[float],
        test_output: list[float],
    ) -> None:
        self.architecture, self.block = architecture, block
        self.test_input, self.test_output = test_input, test_output


def write_model(path: str | os.PathLike, model: Model) -> None:
    """Writes the file, all at once or not at all.

    Raises ValueError where it would be too large, OSError where it can't be written.
    """
    text = _text(model)
    content = f'{text}"sha256": "{_digest(text)}"\n}}\n'.encode("ascii")
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"{os.fsdecode(path)}: expected a model of at most {MOST_BYTES:,} bytes, "
            f"got {len(content):,}"
        )
    replace(path, content)


def read_model(path: str | os.PathLike) -> Model:
    """The model in a file, after a check of its form, its shapes and its digest.

    Raises ValueError that says what is wrong where, OSError where it can't be read.
    """
    data = read_whole(path, MOST_BYTES)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        return _model(_fields(_parse(text)))
    except UnicodeError as error:
        reason = f"not a whole model file: {error}"
    except (TypeError, ValueError) as error:
        reason = str(error)
    raise ValueError(f"{os.fsdecode(path)}: {reason}")


def test_input(architecture: Architecture) -> list[float]:
    """A sample for a test vector: drawn from the seed, small numbers after the input scaling."""
    n_in, preparation = architecture.n_in, architecture.preparation
    limit = sqrt(6.0 / (1 + n_in))
    x = [(2.0 * u - 1.0) * limit for u in RandomState(architecture.seed).rand(n_in)]
    if not preparation.scales:
        return x
    offset, scale = architecture.scaling
    unscaled = [o + d * value for value, o, d in zip(x, offset, scale)]
    return [u if isfinite(u) else o for u, o in zip(unscaled, offset)]


def _model(fields: dict[str, Any]) -> Model:
    """The model with these fields."""
    preparation = fields.get("preparation", {})
    for name in preparation:
        if name not in Preparation.NAMES:
            raise ValueError(f"preparation: expected no field {shown(name)}")
        if not isinstance(preparation[name], list):
            raise ValueError(f"{name}: expected a list, got {shown(preparation[name])}")
    if "labels" in preparation:
        preparation["labels"] = [_joined(label) for label in preparation["labels"]]
    architecture = Architecture(
        fields["sizes"],
        activations=fields["activations"],
        loss=fields["loss"],
        bias=bool(fields["bias"]),
        seed=fields["seed"],
        dropout=fields.get("dropout", 0.0),
        initialization=fields.get("initialization", INITIALIZATION),
        **preparation,
    )
    check_choice("loss_scale", [architecture.loss_scale], fields["loss_scale"])
    model = Model(
        architecture,
        block_of(architecture, fields["weights"]),
        finite_row("test_input", fields["test_input"], architecture.n_in),
        finite_row("test_output", fields["test_output"], architecture.n_out),
    )
    if fields["sha256"] != _digest(_text(model)):
        raise ValueError("sha256: the file was altered after it was written")
    return model


def _digest(text: str) -> str:
    """The SHA-256 of the text without the line of the labels."""
    from hashlib import sha256

    kept = "\n".join(line for line in text.split("\n") if not line.startswith(LABELS))
    return sha256(kept.encode("ascii")).hexdigest()


def _fields(values: Any) -> dict[str, Any]:
    """The fields of a file, each of its kind."""
    if not isinstance(values, dict):
        raise ValueError(f"expected a model, got a {type(values).__name__}")
    for key, (kind, expected) in KINDS.items():
        if key not in values and key not in OPTIONAL:
            raise ValueError(f"expected a field {key!r}, found none")
        if key in values and not isinstance(values[key], kind):
            raise ValueError(f"{key}: expected {expected}, got {shown(values[key])}")
    for key in values:
        if key not in KINDS:
            raise ValueError(f"expected no field {shown(key)}")
    if values["bias"] not in (0, 1):
        raise ValueError(f"bias: expected 0 or 1, got {shown(values['bias'])}")
    if (values["format"], values["version"]) != (FORMAT, VERSION):
        raise ValueError(
            f"expected {FORMAT!r} version {VERSION}, "
            f"got {shown(values['format'])} version {shown(values['version'])}"
        )
    return values


def _parse(text: str) -> Any:
    try:
        import json
    except ImportError:
        return _parse_literal(text)
    try:
        return json.loads(text, object_pairs_hook=_unlike)
    except _Twice:
        raise
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a whole model file: {error}") from None


def _parse_literal(text: str) -> Any:
    import ast

    try:
        tree = ast.parse(text.strip(), mode="eval")
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                _unlike([(getattr(key, "value", None), None) for key in node.keys])
        return ast.literal_eval(tree)
    except _Twice:
        raise
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"not a whole model file: {error}") from None


class _Twice(ValueError):
    """A field that stands in a file twice."""


def _unlike(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """The pairs as a dict, no two with one key."""
    fields: dict[Any, Any] = {}
    for key, value in pairs:
        if key in fields:
            raise _Twice(f"expected each field once, got {shown(key)} twice")
        fields[key] = value
    return fields


def _text(model: Model) -> str:
    """The file up to its digest: a field a line, and a line for each row of numbers."""
    architecture = model.architecture
    layers = lists_of(architecture, model.block)
    lines = [
        f'"format": "{FORMAT}"',
        f'"version": {VERSION}',
        f'"sizes": {list(architecture.sizes)}',
        '"activations": [' + ", ".join(f'"{name}"' for name in architecture.activations) + "]",
        f'"loss": "{architecture.loss}"',
        f'"loss_scale": "{architecture.loss_scale}"',
        f'"bias": {int(architecture.bias)}',
        f'"seed": {architecture.seed}',
        *([f'"dropout": {list(architecture.dropout)}'] if architecture.dropout else []),
        *_initialization_lines(architecture.initialization),
        *_preparation_lines(architecture.preparation),
        '"weights": [\n' + ",\n".join(_layer_text(*layer) for layer in layers) + "]",
        f'"test_input": {model.test_input}',
        f'"test_output": {model.test_output}',
    ]
    return "{\n" + "".join(line + ",\n" for line in lines)


def _initialization_lines(initialization: str) -> list[str]:
    """A line for a rule other than the one that files without a rule mean."""
    return [f'"initialization": "{initialization}"'] if initialization != INITIALIZATION else []


def _preparation_lines(preparation: Preparation) -> list[str]:
    """A line for each thing that is done around the network; the labels, if any, come first."""
    given = preparation.given
    lines = []
    if "labels" in given:
        lines.append(LABELS + "[" + ", ".join(map(_quoted, given.pop("labels"))) + "]")
    lines += [f' "{name}": {list(values)}' for name, values in given.items()]
    return ['"preparation": {\n' + ",\n".join(lines) + "\n}"] if lines else []


def _quoted(string: str) -> str:
    """The string in ASCII, as JSON has it. Python reads the same but for surrogate pairs."""
    quoted = ""
    for character in string:
        if character in '"\\':
            quoted += "\\" + character
        elif character.isascii():
            quoted += character
        else:
            digits = character.encode("utf-16-be").hex()
            quoted += "".join(f"\\u{digits[i : i + 4]}" for i in range(0, len(digits), 4))
    return f'"{quoted}"'


def _joined(string: Any) -> Any:
    """The string with each surrogate pair as the character that it stands for."""
    if not isinstance(string, str):
        return string
    return string.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _layer_text(W: list[list[float]], b: list[float]) -> str:
    return " [[" + ",\n   ".join(repr(row) for row in W) + f"],\n  {b!r}]"
