"""What an exported network consists of: its names, its shapes, and the room it takes."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...architecture import PROBABILITIES
from ...network import Network
from ..weights import Layer

SIZES = {"double": 8, "float": 4, "signed char": 1}  # bytes


class Plan(NamedTuple):
    """A network whose weights are those of the layers, in that form, and the prefix of its names.

    With `train` the parameters are one array that can be changed, else each layer has constants.
    """

    prefix: str
    network: Network
    layers: list[Layer]
    form: str
    train: bool

    @property
    def names(self) -> dict[str, Any]:
        """What every template of C may need."""
        p, sizes = self.prefix, self.network.sizes
        return {"p": p, "P": p.upper(), "n_in": sizes[0], "n_out": sizes[-1]}

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(n_in, n_out) of each layer."""
        return list(zip(self.network.sizes, self.network.sizes[1:]))

    @property
    def n_parameters(self) -> int:
        """Parameters in the order of purenn.h."""
        return sum((n_in + 1) * n_out for n_in, n_out in self.shapes)

    def parameters(self, layer: int, array: str = "") -> tuple[str, str]:
        """The places of W and b of a layer in the parameters, or in their gradients."""
        start = sum((n_in + 1) * n_out for n_in, n_out in self.shapes[:layer])
        n_in, n_out = self.shapes[layer]
        array = array or f"{self.prefix}_parameters"
        return f"{array} + {start}", f"{array} + {start + n_in * n_out}"

    @property
    def classifies(self) -> bool:
        """Whether the outputs are probabilities, so that one of them is a class."""
        return self.network.activations[-1] in PROBABILITIES

    @property
    def weight_type(self) -> str:
        """The C type of W."""
        return {"float64": "double", "float32": "float", "int8": "signed char"}[self.form]

    @property
    def bias_type(self) -> str:
        """The C type of b, empty where there is none."""
        if not (self.network.bias or self.train):
            return ""
        return "double" if self.form == "float64" else "float"

    @property
    def scaling(self) -> dict[str, list[float]]:
        """Offset and scale of the inputs where they change something; one number if one is all."""
        offset, scale = self.network.scaling()
        found = {"offset": offset} if any(offset) else {}
        if any(value != 1.0 for value in scale):
            found["scale"] = scale
        return {name: v[:1] if len(set(v)) == 1 else v for name, v in found.items()}

    @property
    def label_size(self) -> int:
        """Bytes for the longest label and the 0 after it."""
        return max((len(label.encode()) for label in self.network.labels or ()), default=0) + 1

    @property
    def buffers(self) -> list[int]:
        """Doubles in the two buffers that hidden layers fill in turns."""
        hidden = self.network.sizes[1:-1]
        return [max(hidden[turn::2]) for turn in (0, 1) if hidden[turn::2]]

    def flash(self) -> int:
        """Bytes of constants: weights, what scales inputs, labels."""
        weight, bias = (SIZES.get(name, 0) for name in (self.weight_type, self.bias_type))
        total = sum(n_in * n_out * weight + n_out * bias for n_in, n_out in self.shapes)
        if self.form == "int8":
            total += sum(n_out * SIZES["float"] for _, n_out in self.shapes)
        total += sum(len(values) * SIZES["double"] for values in self.scaling.values())
        return total + self.label_size * len(self.network.labels or ())

    def ram(self) -> int:
        """Bytes of buffers on the stack of a prediction, and of parameters that are trained."""
        outputs = self.network.sizes[-1] if self.classifies else 0
        return 8 * (sum(self.buffers) + outputs + (self.n_parameters if self.train else 0))

    def workspace_per_sample(self) -> int:
        """Doubles that a training step needs for each sample: A and dZ, a loss, scaled inputs."""
        scaled = self.network.sizes[0] if self.scaling else 0
        return 2 * sum(self.network.sizes[1:]) + 1 + scaled
