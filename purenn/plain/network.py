"""A network for the fast bodies: its weights in tiles, its functions written out.

Its weights are tame: those of the first layer are finite, and none anywhere is −0. So
- zeros of x may be left out (docs/arithmetic.md, section 5), and
- the step of one sample may be w − learning_rate·(x·d), without the 0.0 that its sum starts from:
  that turns an x·d of −0 into +0, which no weight but −0 would notice.
Steps leave them tame. w − s is −0 only if w is −0. And where the learning rate, all x, and all d of
the first layer are less than LIMIT, a weight there moves by less than LIMIT³ in a step: it stays
finite for 10³⁰ of them. training.py looks at these three.
"""

from math import copysign

from ..reference import LOSSES, Network, expm1, log1p
from ..reference.activations import LEAK
from .activations import softmax_backward, softmax_forward
from .elementary import exp, tanh
from .linalg import body, parts, row_of, source
from .losses import gradient_of, loss_of

LIMIT = 1e90
MOST_LAYERS = 30  # written out: Python takes a few milliseconds to compile each
MOST_KEPT = 64  # of them, for networks to come: each takes up to 2 MB
_layers: dict = {}


class Layers:
    """What no training changes: a network's settings, and its functions.

    `outputs`, `errors` and `one_step` are for one sample and go through all layers;
    `weight_gradients` and `steps` have a function for each.
    """

    def __init__(self, widths: list, activations: list, loss: str, bias: bool) -> None:
        self.activations, self.loss, self.bias = activations, loss, bias
        functions = {
            "exp": exp,
            "tanh": tanh,
            "log1p": log1p,
            "expm1": expm1,
            "softmax_forward": softmax_forward,
            "softmax_backward": softmax_backward,
            "loss_of": loss_of(activations[-1], loss),
            "output_gradient": gradient_of(activations[-1], loss),
            "LEAK": LEAK,
            "LIMIT": LIMIT,
        }
        exec(walks(widths, activations, loss, bias), functions)
        self.outputs = functions["outputs"]
        self.errors = functions["errors"]
        self.one_step = functions["one_step"]
        self.weight_gradients = []
        self.steps = []
        for width in widths:
            exec(source("weight_gradient", width) + source("step", width), functions)
            self.weight_gradients.append(functions["weight_gradient"])
            self.steps.append(functions["step"])


def layers_of(widths: list, activations: list, loss: str, bias: bool) -> Layers:
    """Those with these settings, written out once."""
    key = tuple(widths), tuple(activations), loss, bias
    if key not in _layers:
        if len(_layers) >= MOST_KEPT:
            _layers.clear()
        _layers[key] = Layers(widths, activations, loss, bias)
    return _layers[key]


def walks(widths: list, activations: list, loss: str, bias: bool) -> str:
    """The source of the functions that go through all layers, for the pairs x0 of one sample.

    W has the tiles of each layer. `errors` gives the loss, the outputs and dz of each layer,
    `one_step` the tiles after it and the loss before; both None where dz of the first is too large.
    """
    last = len(widths) - 1
    forward = backward = steps = ""
    for i, width in enumerate(widths):
        inputs = f"    x, tiles = x{i}, W[{i}]\n"
        lines, a = body("forward", width, activations[i])
        outputs = f"{forward}{inputs}{lines}    a{i} = {a}\n"
        if i == last and LOSSES[loss].matched == activations[i]:
            lines, z = body("forward", width)
            row, a = row_of(activations[i])
            forward += f"{inputs}{lines}    z = {z}\n    a = {row}\n    a{i} = {a}\n"
            loss_from = "z"
        else:
            forward, loss_from = outputs, f"a{i}"
        if i < last:
            forward += f"    x{i + 1} = list(enumerate(a{i}))\n"
            if bias:
                forward += f"    x{i + 1}.append(({width}, 1.0))\n"
        lines, _ = body("one_step", width)
        steps += f"    x, dz, tiles = x{i}, dz{i}, W[{i}]\n{lines}    W{i} = stepped\n"
    backward += f"    dz = dz{last} = output_gradient(a{last}, y)\n"
    for i in range(last, 0, -1):
        lines, dz = body("backward", widths[i], activations[i - 1])
        backward += f"    tiles, a = W[{i}], a{i - 1}\n{lines}    dz = dz{i - 1} = {dz}\n"
    lines, small = body("are_small", widths[0])
    backward += f"{lines}    if not {small}:\n        return None\n"
    backward += f"    L = loss_of({loss_from}, y)\n"
    A, dZ, stepped = [
        ", ".join([f"{name}{i}" for i in range(last + 1)]) for name in ("a", "dz", "W")
    ]
    return (
        f"def outputs(x0, W):\n{outputs}    return a{last}\n"
        f"def errors(x0, y, W):\n{forward}{backward}    return L, [{A}], [{dZ}]\n"
        f"def one_step(x0, y, W, learning_rate):\n{forward}{backward}{steps}"
        f"    return [{stepped}], L\n"
    )


class Tiled:
    """A network of tame weights: its layers, and their W with b as last row, in tiles.

    Nothing in it changes: a step makes another one, which shares what it didn't touch.
    """

    def __init__(self, layers: Layers, tiles: list) -> None:
        self.layers = layers
        self.tiles = tiles

    @property
    def parameters(self) -> list:
        """(W, b) of each layer, as lists of their own."""
        parameters = []
        for tiles in self.tiles:
            W = [[w for row in rows for w in row] for rows in zip(*tiles)]
            b = W.pop() if self.layers.bias else [0.0 for _ in W[0]]
            parameters.append((W, b))
        return parameters

    def untiled(self) -> Network:
        """The same network for the reference."""
        layers = self.layers
        return Network(self.parameters, layers.activations, layers.loss, layers.bias)


def tiled(network: Network):
    """The network for the fast bodies; None where it is too deep, or its weights are not tame."""
    if len(network.parameters) > MOST_LAYERS:
        return None
    first = network.parameters[0][0]
    if not all(-LIMIT < w < LIMIT for row in first for w in row):
        return None
    layers = []
    for W, b in network.parameters:
        rows = W + [b]
        if not (W and b and all(w or copysign(1.0, w) > 0.0 for row in rows for w in row)):
            return None
        if not network.bias and any(rows.pop()):
            return None
        layers.append([[tuple(row[i:j]) for row in rows] for i, j in parts(len(b))])
    widths = [len(b) for _, b in network.parameters]
    return Tiled(layers_of(widths, network.activations, network.loss, network.bias), layers)


def pairs(row: list[float], bias: bool) -> list:
    """(k, row[k]) of what is not 0, k ascending; and a 1, if there is a bias to take it."""
    found = [(k, x_k) for k, x_k in enumerate(row) if x_k]
    if bias:
        found.append((len(row), 1.0))
    return found
