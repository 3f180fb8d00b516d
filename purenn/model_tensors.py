"""A model as a safetensors file: `layers.0.W` (n_in, n_out), `layers.0.b` (n_out), and so on.

`input_offset` and `input_scale` are tensors, too, if inputs are scaled, and so are `test_input` and
`test_output`. What else there is stands in the metadata `purenn`, in the words of the model file.
Its `sha256` is the digest of what stands above it there, but for the line of the labels, and then
of the name and the bytes of each tensor, in the order of this module. Names and strings that others
have added to the metadata don't matter.
"""

from __future__ import annotations

import os
from math import prod

from .annotations import Any
from .architecture import Architecture
from .checks import shown
from .door import finite_row
from .model import (
    KINDS,
    Model,
    architecture_of,
    check_digest,
    check_fields,
    digest_of,
    head_lines,
    preparation_lines,
    signed,
    trained_of,
    training_lines,
    unsigned,
)
from .notation import parse
from .tensors import Tensor, little_endian, read_as, write_tensors
from .weights import block_of

KEY = "purenn"
SCALING = ("input_offset", "input_scale")


def write_model(path: str | os.PathLike, model: Model) -> None:
    """Writes the file, all at once or not at all.

    Raises ValueError where it would be too large, OSError where it can't be written.
    """
    text, tensors = _text(model), _tensors(model)
    write_tensors(path, tensors, {KEY: signed(text, _digest(text, tensors))})


def read_model(path: str | os.PathLike) -> Model:
    """The model in a file, after a check of its form, its shapes and its digest.

    Raises ValueError that says what is wrong where, OSError where it can't be read.
    """
    return read_as(path, _model)


def _model(tensors: dict[str, Tensor], metadata: dict[str, str]) -> Model:
    """The model in these tensors."""
    if KEY not in metadata:
        raise ValueError(
            f"expected metadata {KEY!r}, which says what network it is, found none; "
            "purenn.tensors.read_tensors reads its numbers, Network.of makes a network of them"
        )
    fields = check_fields(parse(metadata[KEY]), KINDS)
    scaling = {name: tensors[name].numbers.tolist() for name in SCALING if name in tensors}
    fields["preparation"] = {**fields.get("preparation", {}), **scaling}
    architecture = architecture_of(fields)
    shapes = _shapes(architecture)
    _check_shapes(tensors, shapes)
    model = Model(
        architecture,
        block_of(architecture, _weights(architecture, tensors)),
        finite_row("test_input", tensors["test_input"].numbers, architecture.n_in),
        finite_row("test_output", tensors["test_output"].numbers, architecture.n_out),
        trained_of(fields.get("training")),
    )
    check_digest(fields, _digest(_text(model), {name: tensors[name] for name in shapes}))
    return model


def _shapes(architecture: Architecture) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor, in the order in which they are written."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, shape in enumerate(architecture.shapes):
        shapes[f"layers.{layer}.W"], shapes[f"layers.{layer}.b"] = shape, shape[1:]
    for name in SCALING:
        if name in architecture.preparation.given:
            shapes[name] = (architecture.n_in,)
    return {**shapes, "test_input": (architecture.n_in,), "test_output": (architecture.n_out,)}


def _check_shapes(tensors: dict[str, Tensor], shapes: dict[str, tuple[int, ...]]) -> None:
    """Refuses other tensors than those of these names and shapes."""
    for name, shape in shapes.items():
        if name not in tensors:
            raise ValueError(f"expected a tensor {name!r}, found none")
        if tensors[name].shape != shape:
            found = shown(list(tensors[name].shape))
            raise ValueError(f"{name}: expected the shape {list(shape)}, got {found}")
    for name in tensors:
        if name not in shapes:
            raise ValueError(f"expected no tensor {shown(name)}")


def _weights(architecture: Architecture, tensors: dict[str, Tensor]) -> list[tuple[Any, Any]]:
    """[(W, b), ...] where the tensors hold them."""
    weights = []
    for layer, shape in enumerate(architecture.shapes):
        W, b = (tensors[f"layers.{layer}.{name}"].numbers for name in "Wb")
        weights.append((memoryview(W).cast("B").cast("d", shape), b))
    return weights


def _tensors(model: Model) -> dict[str, Tensor]:
    """The tensors that hold the numbers of a model."""
    given = model.architecture.preparation.given
    scaling = [given[name] for name in SCALING if name in given]
    numbers = model.block[:]
    for row in (*scaling, model.test_input, model.test_output):
        numbers.extend(row)
    tensors, start = {}, 0
    for name, shape in _shapes(model.architecture).items():
        end = start + prod(shape)
        tensors[name] = Tensor(shape, numbers[start:end])
        start = end
    return tensors


def _text(model: Model) -> str:
    """All that isn't a number of the network, up to the digest."""
    given = model.architecture.preparation.given
    labels = {name: values for name, values in given.items() if name not in SCALING}
    lines = [*head_lines(model.architecture), *preparation_lines(labels)]
    return unsigned([*lines, *training_lines(model.trained)])


def _digest(text: str, tensors: dict[str, Tensor]) -> str:
    """The digest of the text, and of the tensors in this order."""
    parts = ((name.encode(), little_endian(each.numbers)) for name, each in tensors.items())
    return digest_of(text, (part for pair in parts for part in pair))
