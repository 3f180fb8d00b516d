"""The model file: one network as readable JSON that is also a Python literal.

It holds no true, false or null, so that `ast.literal_eval` reads it on a Python without `json`.
Numbers are written with the digits that round-trip exactly. `sha256` is the digest of all that
stands above it as this module writes it, so that white space may change but no value.
`input_offset`, `input_scale` and `labels` are there only if the network has them. Labels are in
ASCII as JSON has it: another character is \\u and four digits, above U+FFFF a pair of surrogates.
"""

from __future__ import annotations

import codecs
import os
from types import SimpleNamespace

from .annotations import Any
from .checks import shown

FORMAT = "purenn model"
VERSION = 1


class Model(SimpleNamespace):
    """What a model file says. weights are [(W, b), ...]; the test vector is one sample."""

    sizes: list[int]
    activations: list[str]
    loss: str
    loss_scale: str
    bias: int
    seed: int
    weights: list
    test_input: list[float]
    test_output: list[float]
    input_offset: list[float] | None = None
    input_scale: list[float] | None = None
    labels: list[str] | None = None


KINDS: dict[str, tuple[type, str]] = {
    "format": (str, "a text"),
    "version": (int, "a whole number"),
    "sizes": (list, "a list"),
    "activations": (list, "a list"),
    "loss": (str, "a text"),
    "loss_scale": (str, "a text"),
    "bias": (int, "0 or 1"),
    "seed": (int, "a whole number"),
    "input_offset": (list, "a list"),
    "input_scale": (list, "a list"),
    "labels": (list, "a list"),
    "weights": (list, "a list"),
    "test_input": (list, "a list"),
    "test_output": (list, "a list"),
    "sha256": (str, "a text"),
}
OPTIONAL = ("input_offset", "input_scale", "labels")


def write_model(path: str | os.PathLike, model: Model) -> None:
    """Writes the file beside its place and moves it there once it is whole."""
    text = f'{_text(model)}"sha256": "{digest_of(model)}"\n}}\n'
    path = os.fsdecode(path)
    try:
        _replace(path, text)
    except OSError as error:  # it may name the temporary file
        raise OSError(error.errno, error.strerror, path) from None


def _replace(path: str, text: str) -> None:
    name = f".purenn-{os.urandom(8).hex()}.part"
    temporary = os.path.join(os.path.dirname(path), name)
    try:
        with open(temporary, "x", encoding="ascii", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def read_model(path: str | os.PathLike) -> tuple[Model, str]:
    """The file's content and its digest, after a check of its form and shapes.

    Raises ValueError that says what is wrong where, OSError where it can't be read.
    """
    with open(os.fspath(path), "rb") as file:
        data = file.read()
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"{path}: not a whole model file: {error}") from None
    values = _parse(path, text)
    for key, (kind, expected) in KINDS.items():
        if key not in values and key in OPTIONAL:
            continue
        if key not in values:
            raise ValueError(f"{path}: expected a field {key!r}, found none")
        if not isinstance(values[key], kind):
            raise ValueError(f"{path}: {key}: expected {expected}, got {shown(values[key])}")
    for key in values:
        if key not in KINDS:
            raise ValueError(f"{path}: expected no field {shown(key)}")
    if (values["format"], values["version"]) != (FORMAT, VERSION):
        raise ValueError(
            f"{path}: expected {FORMAT!r} version {VERSION}, "
            f"got {shown(values['format'])} version {shown(values['version'])}"
        )
    if values["bias"] not in (0, 1):
        raise ValueError(f"{path}: bias: expected 0 or 1, got {shown(values['bias'])}")
    try:
        _check_shapes(values["sizes"], values["weights"])
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None
    if "labels" in values:
        values["labels"] = [_joined(label) for label in values["labels"]]
    model = Model(**{field: values[field] for field in Model.__annotations__ if field in values})
    return model, values["sha256"]


def digest_of(model: Model) -> str:
    """The SHA-256 of the file's text up to its digest."""
    from hashlib import sha256

    return sha256(_text(model).encode()).hexdigest()


def _check_shapes(sizes: list, weights: list) -> None:
    """Whether the weights have the sizes: before anything of these sizes is made."""
    if len(sizes) < 2:
        raise ValueError(f"sizes: expected at least inputs and outputs, got {sizes}")
    if len(weights) != len(sizes) - 1:
        raise ValueError(f"weights: expected {len(sizes) - 1} layers, got {len(weights)}")
    for layer, (pair, n_in, n_out) in enumerate(zip(weights, sizes, sizes[1:])):
        name = f"weights[{layer}]"
        _check_length(name, pair, 2)
        _check_length(f"{name} W", pair[0], n_in)
        for k, row in enumerate(pair[0]):
            _check_length(f"{name} W[{k}]", row, n_out)
        _check_length(f"{name} b", pair[1], n_out)


def _check_length(name: str, values: Any, length: Any) -> None:
    if not isinstance(values, list):
        raise ValueError(f"{name}: expected a list, got {shown(values)}")
    if len(values) != length:
        raise ValueError(f"{name}: expected {shown(length)} items, got {len(values)}")


def _parse(path: str | os.PathLike, text: str) -> dict[str, Any]:
    try:
        import json
    except ImportError:
        values = _parse_literal(path, text)
    else:
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"{path}: not a whole model file: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{path}: expected a model, got a {type(values).__name__}")
    return values


def _parse_literal(path: str | os.PathLike, text: str) -> Any:
    import ast

    try:
        return ast.literal_eval(text.strip())
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(f"{path}: not a whole model file: {error}") from None


def _text(model: Model) -> str:
    """The file up to its digest: a field a line, and a line for each row of numbers."""
    lines = [
        f'"format": "{FORMAT}"',
        f'"version": {VERSION}',
        f'"sizes": {model.sizes}',
        '"activations": [' + ", ".join(f'"{name}"' for name in model.activations) + "]",
        f'"loss": "{model.loss}"',
        f'"loss_scale": "{model.loss_scale}"',
        f'"bias": {model.bias}',
        f'"seed": {model.seed}',
        *_optional_lines(model),
        '"weights": [\n' + ",\n".join(_layer_text(layer) for layer in model.weights) + "]",
        f'"test_input": {model.test_input}',
        f'"test_output": {model.test_output}',
    ]
    return "{\n" + "".join(line + ",\n" for line in lines)


def _optional_lines(model: Model) -> list[str]:
    lines = []
    if model.input_offset is not None:
        lines.append(f'"input_offset": {model.input_offset}')
    if model.input_scale is not None:
        lines.append(f'"input_scale": {model.input_scale}')
    if model.labels is not None:
        lines.append('"labels": [' + ", ".join(map(_quoted, model.labels)) + "]")
    return lines


def _quoted(text: str) -> str:
    """The text in ASCII, as JSON has it. Python reads the same but for surrogate pairs."""
    quoted = ""
    for character in text:
        if character in '"\\':
            quoted += "\\" + character
        elif character.isascii():
            quoted += character
        else:
            digits = character.encode("utf-16-be").hex()
            quoted += "".join(f"\\u{digits[i : i + 4]}" for i in range(0, len(digits), 4))
    return f'"{quoted}"'


def _joined(text: Any) -> Any:
    """The text with each surrogate pair as the character that it stands for."""
    if not isinstance(text, str):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _layer_text(layer: Any) -> str:
    W, b = layer
    return " [[" + ",\n   ".join(repr(row) for row in W) + f"],\n  {b!r}]"
