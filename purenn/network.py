"""Network: what a user holds. It checks what comes in and asks an engine for the arithmetic."""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence
from math import isfinite, sqrt

from .annotations import TYPE_CHECKING, Any
from .architecture import (
    PROBABILITIES,
    check_activations,
    check_labels,
    check_pair,
    check_scaling,
    check_seed,
    check_sizes,
)
from .checks import (
    TEXT,
    buffer_view,
    check_choice,
    check_count,
    check_matrix,
    check_positive,
    check_probabilities,
    check_row,
    check_targets,
    check_truth,
    shown,
)
from .engines import LOSSES, engine, lists
from .model_file import Model, digest_of, read_model, write_model
from .reference.random import RandomState

if TYPE_CHECKING:
    from .export import CExport

MOST_THREADS = 64
LARGEST_FLOAT = 1.7976931348623157e308
LOSS_SCALES = {
    "mean_squared_error": "mean over samples and outputs",
    "binary_cross_entropy": "sum over outputs, mean over samples",
    "categorical_cross_entropy": "sum over outputs, mean over samples",
}

Weights = list[tuple[list[list[float]], list[float]]]


class History:
    """What a training did: `history["loss"]` has the mean loss of each epoch, taken before its
    steps; `seed` is the one that shuffled, or None."""

    def __init__(self, losses: list[float], seed: int | None) -> None:
        self.history = {"loss": losses}
        self.seed = seed

    def __repr__(self) -> str:
        losses = self.history["loss"]
        return f"History({len(losses)} epochs, loss {losses[0]:.6g} → {losses[-1]:.6g})"


class Network:
    """A dense network: A[l] = f[l](A[l−1]·W[l] + b[l]), A[−1] = X, the outputs are the last A.

    `sizes` are the numbers of inputs and of units in each layer. `activations` is one name for
    all layers or a list with one per layer: identity (linear), sigmoid (logistic), tanh, relu,
    leaky_relu, softmax. `loss` is mean_squared_error (mean over samples and outputs),
    binary_cross_entropy or categorical_cross_entropy (sums over outputs, means over samples).
    With `bias=False` all biases are 0 and stay 0. The first weights are Glorot's uniform ones,
    drawn from `seed`, layer by layer, W row-major; without a seed one is drawn and kept as
    `seed`. `backend` is auto, c or python: the results have the same bits. So they have for any
    number of `threads` (of the C core); None is PURENN_THREADS or what the work is worth.

    With `input_offset` or `input_scale`, one number for all inputs or one for each, every x that
    comes in is taken as (x − input_offset) / input_scale; of only one, the other is 0 or 1.
    `labels` are the texts that `classify` gives: one per output, or two for a single output,
    below and above 0.5. All of them are saved with the network.

    Raises ValueError or TypeError for a wrong argument, BackendError where the C core is asked
    for and absent.

    Source of the first weights: X. Glorot and Y. Bengio, AISTATS 2010, equation 16.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activations: str | Sequence[str] = "sigmoid",
        loss: str = "mean_squared_error",
        bias: bool = True,
        seed: int | None = None,
        backend: str = "auto",
        threads: int | None = None,
        input_offset: Any = None,
        input_scale: Any = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        self.sizes = check_sizes(sizes)
        self.activations = check_activations(activations, len(self.sizes) - 1)
        self.loss = check_choice("loss", LOSSES, loss)
        check_pair(self.activations[-1], self.loss, self.sizes[-1])
        self.bias = check_truth("bias", bias)
        self.seed = check_seed(seed)
        self._engine = engine(backend)
        self.threads = None if threads is None else check_count("threads", threads, 1, MOST_THREADS)
        self.input_offset = check_scaling("input_offset", input_offset, self.sizes[0])
        self.input_scale = check_scaling("input_scale", input_scale, self.sizes[0])
        self._scaling = [array("d", v) for v in self.scaling()] if self.scales else []
        self.labels = check_labels(labels, self.activations[-1], self.sizes[-1])
        self._hold(self._engine.parameters(glorot_uniform(self.sizes, self.seed)))

    def _hold(self, parameters: Any) -> None:
        self._parameters = parameters
        self._predictor = self._engine.predictor(parameters, self.activations, self.threads)

    @property
    def backend(self) -> str:
        """The engine that computes: "c" or "python"."""
        return self._engine.name

    def __repr__(self) -> str:
        optional = {
            "input_offset": self.input_offset,
            "input_scale": self.input_scale,
            "labels": self.labels,
        }
        given = [f", {name}={shown(v)}" for name, v in optional.items() if v is not None]
        return (
            f"Network({list(self.sizes)}, activations={list(self.activations)}, "
            f"loss={self.loss!r}, bias={self.bias}, seed={self.seed}, backend={self.backend!r}"
            f"{''.join(given)})  # loss: {LOSS_SCALES[self.loss]}"
        )

    def get_weights(self) -> Weights:
        """A copy of the weights: [(W, b), ...], W (n_in, n_out) and b (n_out) as lists."""
        return [([list(row) for row in W], list(b)) for W, b in self._parameters]

    def set_weights(self, weights: Sequence[tuple[Any, Any]]) -> None:
        """Replaces all weights by a copy of [(W, b), ...] of the same shapes.

        Raises ValueError or TypeError, and changes nothing, where a shape or a number is wrong
        or a bias is not 0 in a network without biases.
        """
        shapes = list(zip(self.sizes, self.sizes[1:]))
        if not isinstance(weights, Sequence) or isinstance(weights, TEXT):
            raise TypeError(f"weights: expected a list of (W, b), got {shown(weights)}")
        if len(weights) != len(shapes):
            raise ValueError(f"weights: expected {len(shapes)} layers, got {len(weights)}")
        checked = []
        for layer, ((n_in, n_out), pair) in enumerate(zip(shapes, weights)):
            if not isinstance(pair, Sequence) or isinstance(pair, TEXT):
                raise TypeError(f"weights[{layer}]: expected a pair (W, b), got {shown(pair)}")
            if len(pair) != 2:
                raise ValueError(f"weights[{layer}]: expected a pair (W, b), got {len(pair)} items")
            W, _ = check_matrix(f"weights[{layer}] W", pair[0], n_out, "row")
            if len(W) != n_in:
                raise ValueError(f"weights[{layer}] W: expected {n_in} rows, got {len(W)}")
            b = check_row(f"weights[{layer}] b", pair[1], n_out)
            if not self.bias and any(b):
                raise ValueError(f"weights[{layer}] b: expected 0 in a network without biases")
            checked.append((lists(W), b if self.bias else [0.0] * n_out))
        self._hold(self._engine.parameters(checked))

    @property
    def scales(self) -> bool:
        """Whether inputs are scaled."""
        return self.input_offset is not None or self.input_scale is not None

    def scaling(self) -> tuple[list[float], list[float]]:
        """The offset and the scale of each input, (n_in) both: 0 and 1 where none was given."""
        n_in = self.sizes[0]
        return list(self.input_offset or [0.0] * n_in), list(self.input_scale or [1.0] * n_in)

    def predict(self, X: Any) -> list:
        """The outputs for X (n, n_in): n lists of n_out numbers; for one flat sample, one list.

        Raises ValueError or TypeError where X is not finite numbers in rows of n_in, or is not
        finite after scaling.
        """
        view = None if self.scales else buffer_view(X)
        if view is not None and (row := self._predictor.row(view)) is not None:
            return row
        inputs, flat = self._inputs(X)
        outputs = lists(self._predictor(inputs))
        return outputs[0] if flat else outputs

    def classify(self, X: Any) -> Any:
        """The class of each sample of X (n, n_in): a list of n; for one flat sample, its class.

        It is the number of the largest output, the first among equals; of a single output a, 1
        if a > 0.5, else 0. With labels, it is the label of that number.
        Raises ValueError or TypeError where X is not finite numbers in rows of n_in, ValueError
        where the last activation is neither sigmoid nor softmax or an output is NaN.
        """
        if self.activations[-1] not in PROBABILITIES:
            raise ValueError(
                "classify: expected sigmoid or softmax as the last activation, "
                f"got {self.activations[-1]}; predict gives its outputs"
            )
        outputs = self.predict(X)
        flat = not isinstance(outputs[0], list)
        classes: list = [class_of(row) for row in ([outputs] if flat else outputs)]
        if self.labels is not None:
            classes = [self.labels[number] for number in classes]
        return classes[0] if flat else classes

    def gradients(self, X: Any, Y: Any) -> tuple[float, Weights]:
        """The mean loss over X (n, n_in) and Y (n, n_out), and its gradients [(dW, db), ...].

        Raises ValueError or TypeError where X or Y is not finite numbers of these shapes.
        """
        X, Y = self._samples(X, Y)
        X = self._engine.matrix(X)
        functions = self._engine.functions
        _, A = functions.forward(X, self._parameters, self.activations)
        loss = functions.mean(functions.sample_losses(A[-1], Y, self.loss))
        _, gradients = functions.backward(
            A, X, Y, self._parameters, self.activations, self.loss, self.bias
        )
        return loss, [(lists(dW), lists(db)) for dW, db in gradients]

    def fit(
        self,
        X: Any,
        Y: Any,
        *,
        epochs: int,
        learning_rate: float,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
    ) -> History:
        """Trains by gradient descent on X (n, n_in) and Y (n, n_out), from the present weights.

        w ← w − learning_rate·dw after every batch of batch_size samples: None is all of them, 1
        is one by one. Samples are taken as they stand, or with shuffle in a new order each
        epoch, drawn from seed. Returns the History with the loss of each epoch.
        Raises ValueError or TypeError for a wrong argument, before anything has changed.
        """
        X, Y = self._samples(X, Y)
        n = len(X)
        epochs = check_count("epochs", epochs)
        learning_rate = check_positive("learning_rate", learning_rate)
        batch_size = n if batch_size is None else check_count("batch_size", batch_size)
        shuffle = check_truth("shuffle", shuffle)
        if shuffle or seed is not None:
            seed = check_seed(seed)
        stream = RandomState(seed) if shuffle and seed is not None else None
        training = self._engine.training(
            self._parameters,
            X,
            Y,
            batch_size,
            self.activations,
            self.loss,
            self.bias,
            learning_rate,
            threads=self.threads,
        )
        if stream is None:
            losses = training.run(epochs)
        else:
            losses = [training.run(1, stream.permutation(n))[0] for _ in range(epochs)]
        return History(losses, seed if shuffle else None)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the network to one readable JSON file, all at once or not at all.

        The weights round-trip exactly. Raises ValueError, before anything is written, where a
        weight or an output is not finite, and OSError where the file can't be written.
        """
        x = glorot_uniform((1, self.sizes[0]), self.seed)[0][0][0]  # any small numbers would do
        if self.scales:  # from what gives them, where that is finite
            offset, scale = self.scaling()
            unscaled = [o + d * value for value, o, d in zip(x, offset, scale)]
            x = [u if isfinite(u) else o for u, o in zip(unscaled, offset)]
        weights = self.get_weights()
        output = self.predict(x)
        check_finite_weights(weights, "save")
        _check_finite("test_output", [output], "save")
        model = Model(
            sizes=list(self.sizes),
            activations=list(self.activations),
            loss=self.loss,
            loss_scale=LOSS_SCALES[self.loss],
            bias=int(self.bias),
            seed=self.seed,
            weights=weights,
            test_input=x,
            test_output=output,
            input_offset=None if self.input_offset is None else list(self.input_offset),
            input_scale=None if self.input_scale is None else list(self.input_scale),
            labels=None if self.labels is None else list(self.labels),
        )
        write_model(path, model)

    def export_c(
        self,
        folder: str | os.PathLike = ".",
        prefix: str = "network",
        *,
        weights: str = "float64",
        train: bool = False,
        inputs: Sequence[float] = (-1.0, 1.0),
    ) -> CExport:
        """Writes the network as prefix.h and prefix.c, in C99 that needs nothing else.

        Its outputs have the bits of `predict`; with weights in float32 or int8, those of the
        network with its weights rounded, and the result tells what that changes. `train` adds
        the training step. `inputs` are the limits, after the input scaling, of the random inputs
        that go into its self-test and into what is told about rounding.
        Raises ValueError or TypeError for a wrong argument, or a weight or output that is not
        finite, and FileExistsError where a file exists; nothing is written then.
        """
        from .export import export_c

        return export_c(self, folder, prefix, weights=weights, train=train, inputs=inputs)

    def export_python(
        self,
        folder: str | os.PathLike = ".",
        prefix: str = "network",
        *,
        inputs: Sequence[float] = (-1.0, 1.0),
    ) -> list[str]:
        """Writes the network as the module prefix.py, for CPython, PyPy and MicroPython; its path.

        Its outputs have the bits of `predict`. Arguments and errors are those of `export_c`.
        """
        from .export import export_python

        return export_python(self, folder, prefix, inputs=inputs)

    @classmethod
    def load(cls, path: str | os.PathLike, *, backend: str = "auto") -> Network:
        """The network that `save` wrote; its outputs for the test input in the file are checked.

        Raises ValueError that says what is wrong where, for a file that is truncated, altered or
        of another shape; OSError where it can't be read.
        """
        engine(backend)  # first, so that the file is not blamed for it
        model, digest = read_model(path)
        try:
            network = cls(
                model.sizes,
                activations=model.activations,
                loss=model.loss,
                bias=bool(model.bias),
                seed=model.seed,
                backend=backend,
                input_offset=model.input_offset,
                input_scale=model.input_scale,
                labels=model.labels,
            )
            network.set_weights(model.weights)
            check_choice("loss_scale", [LOSS_SCALES[network.loss]], model.loss_scale)
            output = network.predict(check_row("test_input", model.test_input, network.sizes[0]))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: {error}") from None
        if digest != digest_of(model):
            raise ValueError(f"{path}: sha256: the file was altered after it was written")
        if output != model.test_output:
            raise ValueError(
                f"{path}: test_output: expected {shown(model.test_output)}, "
                f"computed {shown(output)}: "
                "these weights did not make it, or this machine's arithmetic is not purenn's"
            )
        return network

    def _samples(self, X: Any, Y: Any) -> tuple[Any, Any]:
        """X, scaled, and Y, checked, in the engine's own form."""
        X, _ = self._inputs(X)
        finite = self._engine.all_finite
        Y = self._engine.matrix(check_targets("Y", Y, len(X), self.sizes[-1], finite))
        if self.loss != "mean_squared_error" and not self._engine.all_between(Y, 0.0, 1.0):
            check_probabilities("Y", lists(Y), self.loss)
        return X, Y

    def _inputs(self, X: Any) -> tuple[Any, bool]:
        """X, checked and scaled, in the engine's own form, and whether it came as one flat row."""
        rows, flat = check_matrix("X", X, self.sizes[0], all_finite=self._engine.all_finite)
        inputs = self._engine.inputs(rows)
        if self.scales:
            inputs = self._engine.functions.scale_inputs(inputs, *self._scaling)
            if not self._engine.all_between(inputs, -LARGEST_FLOAT, LARGEST_FLOAT):
                _check_scaled(lists(inputs))
        return inputs, flat


def check_finite_weights(weights: Weights, purpose: str) -> None:
    """Refuses what neither a model file nor an export can hold."""
    for layer, (W, b) in enumerate(weights):
        _check_finite(f"weights[{layer}] W", W, purpose)
        _check_finite(f"weights[{layer}] b", [b], purpose)


def _check_finite(name: str, rows: list[list[float]], purpose: str) -> None:
    for row in rows:
        for value in row:
            if not isfinite(value):
                raise ValueError(f"{name}: expected finite numbers to {purpose}, got {value}")


def _check_scaled(rows: list[list[float]]) -> None:
    """Refuses finite inputs that are not finite any more."""
    for s, row in enumerate(rows):
        for k, value in enumerate(row):
            if not isfinite(value):
                raise ValueError(
                    f"X[{s}][{k}]: expected finite numbers after scaling, got {value}; "
                    "this one is too far from input_offset for input_scale"
                )


def class_of(outputs: list[float]) -> int:
    """The number of the largest output, the first among equals; of a single one 1 if it is > 0.5.

    Raises ValueError where an output is NaN.
    """
    if any(value != value for value in outputs):
        raise ValueError(
            "classify: expected outputs that can be compared, got nan; "
            "the weights or inputs are too large"
        )
    return outputs.index(max(outputs)) if len(outputs) > 1 else int(outputs[0] > 0.5)


def glorot_uniform(sizes: Sequence[int], seed: int) -> Weights:
    """First weights: W uniform in ±√(6 / (n_in + n_out)), drawn row by row; b is 0."""
    stream = RandomState(seed)
    weights = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        limit = sqrt(6.0 / (n_in + n_out))
        W = [[(2.0 * u - 1.0) * limit for u in row] for row in stream.rand(n_in, n_out)]
        weights.append((W, [0.0] * n_out))
    return weights
