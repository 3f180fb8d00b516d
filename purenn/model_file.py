"""The model file: one network as readable JSON that is also a Python literal.

It holds no true, false or null, so that a Python without `json` reads it, too. Numbers are written
with the digits that round-trip exactly. `sha256` is the digest of all that stands above it as this
module writes it, but for the line of the labels: white space may change and labels may be edited,
but no number. `dropout` is there only if there is any, `initialization` only if it isn't
glorot_uniform, `preparation` only if something is done around the network, and says only that;
`training` only if the network was trained: trained.py says what it holds.
Labels are written in ASCII, and read in UTF-8 as well.
"""

from __future__ import annotations

import codecs
import os

from .annotations import Any
from .door import finite_row
from .files import read_whole, replace
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
from .tensors import looks_like_tensors
from .weights import block_of, lists_of

MOST_BYTES = 2**30
NUMBERS = ("weights", "test_input", "test_output")
FIELDS = {**KINDS, **dict.fromkeys(NUMBERS, (list, "a list"))}


def write_model(path: str | os.PathLike, model: Model) -> None:
    """Writes the file, all at once or not at all.

    Raises ValueError where it would be too large, OSError where it can't be written.
    """
    text = _text(model)
    content = signed(text, digest_of(text)).encode("ascii")
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"{os.fsdecode(path)}: expected a model of at most {MOST_BYTES:,} bytes, "
            f"got {len(content):,}; with the suffix .safetensors it takes 8 for each number"
        )
    replace(path, content)


def read_model(path: str | os.PathLike) -> Model:
    """The model in a file, after a check of its form, its shapes and its digest.

    Raises ValueError that says what is wrong where, OSError where it can't be read.
    """
    data = read_whole(path, MOST_BYTES)
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
        return _model(check_fields(parse(text), FIELDS))
    except UnicodeError as error:
        reason = f"not a whole model file: {error}"
    except (TypeError, ValueError) as error:
        reason = str(error)
    if looks_like_tensors(data):
        reason = (
            "looks like a safetensors file: Training.load loads a training, "
            "and a model has the suffix .safetensors"
        )
    raise ValueError(f"{os.fsdecode(path)}: {reason}")


def _model(fields: dict[str, Any]) -> Model:
    """The model with these fields."""
    architecture = architecture_of(fields)
    model = Model(
        architecture,
        block_of(architecture, fields["weights"]),
        finite_row("test_input", fields["test_input"], architecture.n_in),
        finite_row("test_output", fields["test_output"], architecture.n_out),
        trained_of(fields.get("training")),
    )
    check_digest(fields, digest_of(_text(model)))
    return model


def _text(model: Model) -> str:
    """The file up to its digest: a field a line, and a line for each row of numbers."""
    architecture = model.architecture
    layers = lists_of(architecture, model.block)
    return unsigned(
        [
            *head_lines(architecture),
            *preparation_lines(architecture.preparation.given),
            *training_lines(model.trained),
            '"weights": [\n' + ",\n".join(_layer_text(*layer) for layer in layers) + "]",
            f'"test_input": {model.test_input}',
            f'"test_output": {model.test_output}',
        ]
    )


def _layer_text(W: list[list[float]], b: list[float]) -> str:
    return " [[" + ",\n   ".join(repr(row) for row in W) + f"],\n  {b!r}]"
