"""What a model file holds, in whichever form: an architecture, its weights, how it was trained, and
a test vector."""

from __future__ import annotations

from math import isfinite, sqrt

from .annotations import TYPE_CHECKING, Any, Iterable
from .architecture import Architecture, Preparation
from .checks import check_choice, check_count, shown
from .notation import fields_of, quoted
from .optimizers import Optimizer
from .random_state import RandomState
from .schedules import described, made
from .trained import OWN, Trained

if TYPE_CHECKING:
    from array import array

FORMAT = "purenn model"
VERSION = 1
MOST = 2**63  # epochs or samples that a file may count
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
    "training": (dict, "fields in braces"),
    "sha256": (str, "a string"),
}
TRAINING: dict[str, tuple[type, str]] = {
    "optimizer": (dict, "fields in braces"),
    "learning_rate": (list, "a list"),
    "batch_size": (int, "a whole number"),
    "shuffle": (int, "0 or 1"),
    "seed": (int, "a whole number"),
    "samples": (int, "a whole number"),
    "epochs": (int, "a whole number"),
    "measured": (dict, "fields in braces"),
}
INFINITE = {"inf": float("inf"), "-inf": float("-inf")}
OPTIONAL = ("dropout", "initialization", "preparation", "training")


class Model:
    """An architecture, its weights in a block, a test vector, and how it was trained, or None."""

    def __init__(
        self,
        architecture: Architecture,
        block: array,
        test_input: list[float],
        test_output: list[float],
        trained: Trained | None,
    ) -> None:
        self.architecture, self.block, self.trained = architecture, block, trained
        self.test_input, self.test_output = test_input, test_output


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


def head_lines(architecture: Architecture) -> list[str]:
    """A line for each field that says what the network is, but for what is done around it."""
    dropout, initialization = architecture.dropout, architecture.initialization
    return [
        f'"format": "{FORMAT}"',
        f'"version": {VERSION}',
        f'"sizes": {list(architecture.sizes)}',
        '"activations": [' + ", ".join(f'"{name}"' for name in architecture.activations) + "]",
        f'"loss": "{architecture.loss}"',
        f'"loss_scale": "{architecture.loss_scale}"',
        f'"bias": {int(architecture.bias)}',
        f'"seed": {architecture.seed}',
        *([f'"dropout": {list(dropout)}'] if dropout else []),
        *([f'"initialization": "{initialization}"'] if initialization != INITIALIZATION else []),
    ]


def preparation_lines(given: dict[str, tuple]) -> list[str]:
    """A line for each thing that is done around the network; the labels, if any, come first."""
    numbers = {name: values for name, values in given.items() if name != "labels"}
    lines = []
    if "labels" in given:
        lines.append(LABELS + "[" + ", ".join(map(quoted, given["labels"])) + "]")
    lines += [f' "{name}": {list(values)}' for name, values in numbers.items()]
    return ['"preparation": {\n' + ",\n".join(lines) + "\n}"] if lines else []


def unsigned(lines: list[str]) -> str:
    """The lines as fields, up to their digest."""
    return "{\n" + "".join(line + ",\n" for line in lines)


def signed(text: str, digest: str) -> str:
    """The fields with their digest, the last one."""
    return f'{text}"sha256": "{digest}"\n}}\n'


def digest_of(text: str, parts: Iterable[Any] = ()) -> str:
    """The SHA-256 of the text without the line of the labels, and of bytes that follow it."""
    from hashlib import sha256

    kept = "\n".join(line for line in text.split("\n") if not line.startswith(LABELS))
    digest = sha256(kept.encode("ascii"))
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def check_digest(fields: dict[str, Any], digest: str) -> None:
    """Refuses a file with another digest than that of what it holds."""
    if fields["sha256"] != digest:
        raise ValueError("sha256: the file was altered after it was written")


def check_fields(
    values: Any, kinds: dict[str, tuple[type, str]], form: str = FORMAT
) -> dict[str, Any]:
    """The fields of a file of that form, each of its kind."""
    if not isinstance(values, dict):
        raise ValueError(f"expected a model, got a {type(values).__name__}")
    values = fields_of(values, kinds, OPTIONAL)
    if values["bias"] not in (0, 1):
        raise ValueError(f"bias: expected 0 or 1, got {shown(values['bias'])}")
    if (values["format"], values["version"]) != (form, VERSION):
        raise ValueError(
            f"expected {form!r} version {VERSION}, "
            f"got {shown(values['format'])} version {shown(values['version'])}"
        )
    return values


def architecture_of(fields: dict[str, Any]) -> Architecture:
    """The architecture with these fields.

    Raises ValueError or TypeError where one is wrong.
    """
    preparation = fields.get("preparation", {})
    for name in preparation:
        if name not in Preparation.NAMES:
            raise ValueError(f"preparation: expected no field {shown(name)}")
        if not isinstance(preparation[name], list):
            raise ValueError(f"{name}: expected a list, got {shown(preparation[name])}")
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
    return architecture


def training_lines(trained: Trained | None) -> list[str]:
    """A field of a file that says how a network was trained, a line for each of its own."""
    if trained is None:
        return []
    measured = ", ".join(f"{quoted(n)}: {_number(x)}" for n, x in trained.measured.items())
    lines = [
        f'"optimizer": {optimizer_text(trained.optimizer)}',
        f'"learning_rate": {rate_text(trained.learning_rate)}',
        f'"batch_size": {trained.batch_size}',
        f'"shuffle": {int(trained.shuffle)}',
        *([] if trained.seed is None else [f'"seed": {trained.seed}']),
        f'"samples": {trained.samples}',
        f'"epochs": {trained.epochs}',
        f'"measured": {{{measured}}}',
    ]
    return ['"training": {\n ' + ",\n ".join(lines) + "\n}"]


def trained_of(fields: dict[str, Any] | None) -> Trained | None:
    """What such a field says; None where there is none. Raises ValueError where it is wrong."""
    if fields is None:
        return None
    try:
        values = fields_of(fields, TRAINING, ("seed",))
        rate, measured = values["learning_rate"], values["measured"]
        for name in ("samples", "epochs"):
            check_count(name, values[name], 0, MOST)
        values["optimizer"] = optimizer_of(values["optimizer"])
        values["learning_rate"] = OWN if rate == [OWN] else made(rate)
        values["measured"] = {
            name: INFINITE.get(value, value) if isinstance(value, str) else value
            for name, value in measured.items()
        }
        return Trained(**{"seed": None, **values})
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"training: {error}") from None


def optimizer_text(optimizer: Optimizer) -> str:
    """An optimizer in a file: its name and its settings, but for those that are None."""
    given = [(name, value) for name, value in optimizer.settings.items() if value is not None]
    settings = "".join(f', "{name}": {value!r}' for name, value in given)
    return f'{{"name": "{optimizer.name}"{settings}}}'


def optimizer_of(fields: dict[str, Any]) -> Optimizer:
    """The optimizer of that text. Raises ValueError or TypeError where it is wrong."""
    settings = {**fields}
    return Optimizer(settings.pop("name", ""), **settings)


def rate_text(rate: Any) -> str:
    """A learning rate in a file: a list of a number, of a schedule's name and its arguments, or of
    what no file can hold; empty for a function."""
    return _listed(described(rate))


def _listed(description: list) -> str:
    texts: dict[type, Any] = {list: _listed, str: quoted}
    return f"[{', '.join(texts.get(type(part), repr)(part) for part in description)}]"


def _number(number: float) -> str:
    return repr(number) if isfinite(number) else quoted(repr(number))
