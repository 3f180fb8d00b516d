"""What an exported network consists of: its names, its arrays, and the memory they take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from ...architecture import Architecture
from ...optimizers import Optimizer
from ..rounding import Layer

BYTES = {"double": 8, "float": 4, "signed char": 1, "char": 1}
WEIGHTS = {"float64": "double", "float32": "float", "int8": "signed char"}
LINE = 95
SHORT_LINE = 50


class Array(NamedTuple):
    """An array of C: its name, its type, and its rows; `declared` where it isn't static const."""

    name: str
    c_type: str
    rows: Sequence[Sequence[float]]
    declared: str = ""

    @property
    def length(self) -> int:
        """How many numbers it holds."""
        return sum(map(len, self.rows))

    @property
    def bytes(self) -> int:
        """The memory it takes."""
        return self.length * BYTES[self.c_type]

    @property
    def definition(self) -> str:
        """The array in C."""
        size = f"{len(self.rows)} * {len(self.rows[0])}" if len(self.rows) > 1 else f"{self.length}"
        declared = self.declared or f"static const {self.c_type} {self.name}[{size}]"
        return f"{declared} = {braces(self.rows, self.c_type)};\n"

    @property
    def element(self) -> str:
        """An expression in C for its number i, as a double."""
        if self.c_type == "char":  # whose sign is the compiler's choice, in an array of strings
            return f"(double)((const unsigned char *){self.name})[i]"
        return f"(double){self.name}[i]"


class Plan(NamedTuple):
    """A network of that architecture with these layers, in that form, and the prefix of its names.

    With an `optimizer` the parameters are one array that can be changed, else each layer has
    constants.
    """

    prefix: str
    architecture: Architecture
    layers: list[Layer]
    form: str
    optimizer: Optimizer | None

    @property
    def train(self) -> bool:
        """Whether there is a training step."""
        return self.optimizer is not None

    @property
    def state_size(self) -> int:
        """Doubles that the optimizer remembers: whether it has begun, powers, moments; or 0."""
        if self.optimizer is None or self.optimizer.moments == 0:
            return 0
        return 3 + self.optimizer.moments * self.architecture.parameter_count

    @property
    def names(self) -> dict[str, Any]:
        """What every template of C may need."""
        n_in, n_out = self.architecture.n_in, self.architecture.n_out
        return {"p": self.prefix, "P": self.prefix.upper(), "n_in": n_in, "n_out": n_out}

    @property
    def weight_type(self) -> str:
        """The C type of W."""
        return WEIGHTS[self.form]

    @property
    def bias_type(self) -> str:
        """The C type of b, empty where there is none."""
        if not (self.architecture.bias or self.train):
            return ""
        return "double" if self.form == "float64" else "float"

    @property
    def scaling(self) -> dict[str, list[float]]:
        """Offset and scale of the inputs where they change them; one number if all are equal."""
        offset, scale = self.architecture.scaling
        found = {"offset": offset} if any(offset) else {}
        if any(value != 1.0 for value in scale):
            found["scale"] = scale
        return {name: v[:1] if len(set(v)) == 1 else v for name, v in found.items()}

    @property
    def labels(self) -> list[bytes]:
        """Each label in UTF-8, padded with zeros to one length, at least one."""
        labels = [label.encode() for label in self.architecture.preparation.labels or ()]
        size = max(map(len, labels), default=0) + 1
        return [label.ljust(size, b"\0") for label in labels]

    @property
    def arrays(self) -> list[Array]:
        """All numbers of the network: weights, what scales inputs, labels."""
        p, P, arrays = self.prefix, self.prefix.upper(), []
        if self.train:
            rows = [row for W, b, _ in self.layers for row in (*W, b)]
            declared = f"double {p}_parameters[{P}_PARAMETERS]"
            arrays.append(Array(f"{p}_parameters", "double", rows, declared))
        else:
            for number, (W, b, scale) in enumerate(self.layers, 1):
                arrays.append(Array(f"{p}_W{number}", self.weight_type, W))
                if scale:
                    arrays.append(Array(f"{p}_scale{number}", "float", [scale]))
                if self.bias_type:
                    arrays.append(Array(f"{p}_b{number}", self.bias_type, [b]))
        for name, values in self.scaling.items():
            arrays.append(Array(f"{p}_input_{name}", "double", [values]))
        if labels := self.labels:
            declared = f"const char {p}_labels[{len(labels)}][{len(labels[0])}]"
            arrays.append(Array(f"{p}_labels", "char", labels, declared))
        return arrays

    @property
    def buffers(self) -> list[int]:
        """Doubles in the two buffers that hidden layers fill in turns."""
        hidden = self.architecture.sizes[1:-1]
        return [max(hidden[turn::2]) for turn in (0, 1) if hidden[turn::2]]

    def flash(self) -> int:
        """Bytes of constants, and of the first values of parameters."""
        return sum(array.bytes for array in self.arrays)

    def ram(self) -> int:
        """Bytes of buffers on the stack of a prediction, and of parameters that are trained."""
        outputs = self.architecture.n_out if self.architecture.gives_probabilities else 0
        parameters = self.architecture.parameter_count if self.train else 0
        return 8 * (sum(self.buffers) + outputs + parameters)

    def workspace_per_sample(self) -> int:
        """Doubles that a training step needs for each sample: A and dZ, a loss, scaled inputs."""
        scaled = self.architecture.n_in if self.scaling else 0
        return 2 * self.architecture.unit_count + 1 + scaled


def literal(value: float, c_type: str = "double") -> str:
    """A decimal that a compiler reads as this value of that type: 9 digits are enough for float."""
    if c_type == "double":
        return repr(value)
    if c_type != "float":
        return str(value)
    text = f"{value:.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")


def braces(rows: Iterable[Any], c_type: str) -> str:
    """The rows of a matrix between braces, each on new lines, or one short row on the same line."""
    lines = []
    for row in rows:
        line = "   "
        for word in [string(row)] if c_type == "char" else (literal(v, c_type) for v in row):
            if len(line) + len(word) + 2 > LINE:
                lines.append(line)
                line = "   "
            line += f" {word},"
        lines.append(line)
    if len(lines) == 1 and len(lines[0]) < SHORT_LINE:
        return "{" + lines[0].strip(" ,") + "}"
    return "{\n" + "\n".join(lines) + "\n}"


def string(label: bytes) -> str:
    """The label as a string of C; bytes other than plain ASCII are three octal digits."""
    characters = (
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
        for byte in label.rstrip(b"\0")
    )
    return f'"{"".join(characters)}"'
