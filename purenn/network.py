"""Network: what a user holds, an architecture and its weights."""

from __future__ import annotations

import os

from . import door, samples
from .access import Claim
from .annotations import TYPE_CHECKING, Any, Sequence
from .architecture import PROBABILITIES, Architecture
from .checks import check_bool, check_count, shown
from .classes import class_of
from .engines import MOST_THREADS, BackendError, engine
from .engines import lists as rows_of
from .engines import numbers as numbers_of
from .environment import check_arithmetic
from .frozen import Frozen
from .history import History
from .optimizers import PLAIN, Optimizer
from .schedules import Schedule
from .trained import Past, Trained
from .training import NOBODY, Training
from .weights import (
    Weights,
    block_of,
    check_finite_block,
    check_finite_rows,
    lists_of,
)

if TYPE_CHECKING:
    from array import array

    from .engines import EngineWeights


class Network(Frozen):
    """A dense network: A[l] = f[l](A[l−1]·W[l] + b[l]), A[−1] = X, the outputs are the last A.

    `sizes` are the numbers of inputs and of units in each layer. `activations` is one name for
    all layers or a list with one per layer: identity (linear), sigmoid (logistic), tanh, relu,
    leaky_relu, elu, softplus, softmax. `loss` is mean_squared_error, mean_absolute_error or huber
    (means over samples and outputs), binary_cross_entropy or categorical_cross_entropy (sums over
    outputs, means over samples). With `bias=False` all biases are 0 and stay 0. The first weights
    are drawn from `seed`, layer by layer, W row-major, by the rule `initialization`:
    glorot_uniform, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal or zeros;
    biases begin at 0. Without a seed one is drawn and kept as `seed`. To begin with weights of your
    own, use `Network.of`. `dropout` is the share of each hidden layer's units that every step of a
    training leaves out, one number or one for each. `backend`, the engine, is auto, c or python;
    `threads` is how many threads the C core uses, or None for PURENN_THREADS, or else as many as
    the work repays: neither changes a bit.

    With `input_offset` or `input_scale`, one number for all inputs or one for each, every input x
    is taken as (x − input_offset) / input_scale; where only one is given, the offset is 0 or the
    scale 1. `labels` are the names that `classify` gives: one per output, or two for a single
    output, below and above 0.5. All of them are saved with the network.

    What a network is, its `architecture`, can't be changed; its weights can. A copy, or a network
    that was pickled, has weights of its own and the engine that it finds where it is made. Several
    threads may use one network: they take turns, and see its weights between two steps of a
    training. While one trains it or sets its weights, anyone else who tries gets RuntimeError.

    Raises ValueError or TypeError for a wrong argument, BackendError where the C core is asked
    for and absent.
    """

    __slots__ = (
        "__weakref__",
        "architecture",
        "claim",
        "past",
        "threads",
        "wanted_backend",
        "weights",
    )
    architecture: Architecture
    claim: Claim
    past: Past
    threads: int | None
    wanted_backend: str
    weights: EngineWeights

    def __init__(
        self,
        sizes: Sequence[int],
        *,
        activations: str | Sequence[str] = "sigmoid",
        loss: str = "mean_squared_error",
        bias: bool = True,
        seed: int | None = None,
        dropout: float | Sequence[float] = 0.0,
        initialization: str = "glorot_uniform",
        backend: str = "auto",
        threads: int | None = None,
        input_offset: Any = None,
        input_scale: Any = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        architecture = Architecture(
            sizes,
            activations=activations,
            loss=loss,
            bias=bias,
            seed=seed,
            dropout=dropout,
            initialization=initialization,
            input_offset=input_offset,
            input_scale=input_scale,
            labels=labels,
        )
        self._hold(architecture, None, backend, threads)

    def _hold(
        self, architecture: Architecture, block: array | None, backend: str, threads: int | None
    ) -> None:
        """Holds the weights in that block, or first ones that are drawn."""
        chosen = engine(backend)
        if threads is not None:
            threads = check_count("threads", threads, 1, MOST_THREADS)
        check_arithmetic()
        if block is None:
            block = chosen.first_weights(architecture)
        weights = chosen.weights(architecture, block, threads)
        self._fill(
            architecture=architecture,
            claim=Claim("this network is being trained or changed; wait until that has finished"),
            past=Past(),
            threads=threads,
            wanted_backend=backend,
            weights=weights,
        )

    @classmethod
    def of(
        cls,
        architecture: Architecture,
        weights: Sequence[tuple[Any, Any]],
        *,
        backend: str = "auto",
        threads: int | None = None,
    ) -> Network:
        """The network of that architecture with a copy of the weights [(W, b), ...].

        Raises ValueError or TypeError where a shape or a number is wrong.
        """
        if not isinstance(architecture, Architecture):
            raise TypeError(f"architecture: expected an Architecture, got {shown(architecture)}")
        block = block_of(architecture, weights)
        return _network(cls, architecture, block, backend, threads)

    def __reduce__(self) -> tuple:
        return _network, (
            type(self),
            self.architecture,
            self.weights.block(),
            self.wanted_backend,
            self.threads,
            True,
            self.trained,
        )

    def __repr__(self) -> str:
        architecture = self.architecture
        return (
            f"Network({architecture.description}, backend={self.backend!r})"
            f"  # loss: {architecture.loss_scale}"
        )

    @property
    def backend(self) -> str:
        """The engine that computes: "c" or "python"."""
        return self.weights.engine.name

    @property
    def seed(self) -> int:
        """The seed of the first weights, also where it was drawn."""
        return self.architecture.seed

    @property
    def trained(self) -> Trained | None:
        """How it was trained: optimizer, learning rate, epochs and so on, and the last loss.

        None before its first training, and again after `set_weights`. The settings are those of the
        last training, the epochs those of all; where EarlyStopping has restored the best weights,
        epochs and loss are theirs. It is saved with the network.
        """
        return self.past.trained

    def get_weights(self) -> Weights:
        """A copy of the weights: [(W, b), ...], W (n_in, n_out) and b (n_out) as lists."""
        return lists_of(self.architecture, self.weights.block())

    def set_weights(self, weights: Sequence[tuple[Any, Any]]) -> None:
        """Replaces all weights by a copy of [(W, b), ...] of the same shapes.

        How the network was trained before is forgotten.
        Raises ValueError or TypeError where a shape or a number is wrong or a bias is not 0 in a
        network without biases, RuntimeError while it is trained; nothing changes then.
        """
        block = block_of(self.architecture, weights)
        self.claim.during(self._replace, block)

    def _replace(self, block: array) -> None:
        self.weights.replace(block)
        self.past.last = None

    def predict(self, X: Any, *, lists: bool = True) -> Any:
        """The outputs for X (n, n_in): n lists of n_out numbers; for one flat sample, one list.

        With `lists=False` they are a writable memoryview of float64 numbers, (n, n_out) or (n_out),
        in memory that nobody else uses: `numpy.asarray` takes it without a copy, and it is indexed
        as `outputs[s, j]`. With the C core, many samples take a fraction of the time.
        Raises ValueError or TypeError where X is not finite numbers in rows of n_in, or is not
        finite after scaling.
        """
        architecture, weights = self.architecture, self.weights
        n_in, scales = architecture.sizes[0], architecture.preparation.scales
        row = None if scales or lists is not True else door.float64_row(X, n_in)
        if row is not None:
            return weights.row(row)
        lists = check_bool("lists", lists)
        block = door.matrix("X", X, n_in, "sample")
        if lists and block.one_row and block.view.format == "d" and not scales:
            return weights.row(block.view)
        outputs = weights.outputs(samples.inputs(weights.engine, architecture, block))
        if lists:
            rows = rows_of(outputs)
            return rows[0] if block.one_row else rows
        shape = (architecture.n_out,) if block.one_row else (block.shape[0], architecture.n_out)
        return numbers_of(outputs).cast("B").cast("d", shape)

    def classify(self, X: Any) -> Any:
        """The class of each sample of X (n, n_in): a list of n; for one flat sample, its class.

        It is the number of the largest output, the first among equals; of a single output a, 1
        if a > 0.5, else 0. With labels, it is the label of that number.
        Raises ValueError or TypeError where X is not finite numbers in rows of n_in, ValueError
        where the last activation is neither sigmoid nor softmax or an output is NaN.
        """
        architecture = self.architecture
        if not architecture.gives_probabilities:
            raise ValueError(
                f"classify: expected {PROBABILITIES} as the last activation, "
                f"got {architecture.activations[-1]}; predict gives its outputs"
            )
        outputs = self.predict(X)
        one_row = not isinstance(outputs[0], list)
        classes: list = [class_of(row) for row in ([outputs] if one_row else outputs)]
        labels = architecture.preparation.labels
        if labels is not None:
            classes = [labels[number] for number in classes]
        return classes[0] if one_row else classes

    def evaluate(self, X: Any, Y: Any) -> dict[str, float]:
        """How well the network does on X (n, n_in) and Y: its mean loss, and metrics, by name.

        Y is as `fit` takes it. The metrics are "accuracy" where the last activation is sigmoid or
        softmax and Y names a class for each sample: by number, by label, or by 1 among 0s, for a
        single output by 0 or 1. Otherwise they are "r2" and "mean_absolute_error". Where an output
        is not finite, they are NaN. What they are, purenn.metrics says, which has others.
        Raises ValueError or TypeError where X or Y is wrong.
        """
        from .evaluation import Evaluation

        return Evaluation(self.architecture, self.weights, X, Y).measure()

    def gradients(self, X: Any, Y: Any) -> tuple[float, Weights]:
        """The mean loss over X (n, n_in) and Y, and its gradients [(dW, db), ...].

        Y is as `fit` takes it.
        Raises ValueError or TypeError where X or Y is not finite numbers of these shapes.
        """
        weights, architecture = self.weights, self.architecture
        block = door.matrix("X", X, architecture.n_in, "sample")
        X = samples.inputs(weights.engine, architecture, block, architecture.sizes[1])
        given = samples.read_targets(architecture, Y, block.shape[0])
        Y = samples.targets(weights.engine, architecture, given)
        loss, gradients = weights.gradients(X, Y)
        return loss, lists_of(architecture, gradients)

    def fit(
        self,
        X: Any,
        Y: Any,
        *,
        epochs: int,
        learning_rate: float | Schedule | None = None,
        optimizer: str | Optimizer = PLAIN,
        batch_size: int | None = None,
        shuffle: bool = False,
        seed: int | None = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        validation_data: Any = None,
        validation_split: float | None = None,
        callbacks: Any = NOBODY,
        verbose: bool = False,
    ) -> History:
        """Trains on X (n, n_in) and Y (n, n_out) for so many epochs, from the present weights.

        - X, Y, sample_weight: lists, buffers such as NumPy's arrays, or what has a `to_numpy`, as
          tables and columns of pandas have.
        - Y: n_out numbers for each sample; or, where the last activation is sigmoid or softmax, a
          class for each, as a number from 0 or as a label.
        - learning_rate: a number, or a schedule, a function of the epoch, 0, 1, 2 ... None is what
          suits the optimizer: 0.01, for adam and adamw 0.001.
        - optimizer: gradient_descent (sgd), momentum, nesterov, adam, adamw, rprop, or an Optimizer
          with settings.
        - batch_size: how many samples a step takes. None is all of them, 1 is one by one.
        - shuffle: a new order of the samples each epoch, instead of the one they stand in.
        - seed: what that order and the masks of dropout are drawn from; without one it is drawn,
          and kept in the history.
        - sample_weight: a number of at least 0 for each sample, which multiplies its loss.
        - class_weight: a dict from classes, by number or label, to such numbers.
        - validation_data: a pair (X, Y) that is evaluated after each epoch, or
        - validation_split: the share of the samples, from the end, that is held out for this
          instead of trained on.
        - callbacks: a function, or several, of the training and of a mapping of what was measured,
          called after each epoch; where one returns True, the training stops (purenn.callbacks).
        - verbose: whether a line tells how far it is.

        Returns the History with the loss of each epoch. Ctrl-C leaves the weights where they are; a
        Training can go on from there. What may keep it from learning is said in a TrainingWarning;
        a training that diverges ends with one, at the last epoch whose weights were finite.
        docs/training.md shows trainings, docs/optimizers.md the formulas.
        Raises ValueError or TypeError for a wrong argument, RuntimeError while this network is
        trained elsewhere, before anything has changed.
        """
        training = Training(
            self,
            X,
            Y,
            learning_rate=learning_rate,
            optimizer=optimizer,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            sample_weight=sample_weight,
            class_weight=class_weight,
            validation_data=validation_data,
            validation_split=validation_split,
        )
        return training.run(epochs, callbacks=callbacks, verbose=verbose)

    def save(self, path: str | os.PathLike) -> None:
        """Writes the network to one file, all at once or not at all.

        It is readable JSON, or with the suffix .safetensors a file of that form, which takes less
        room and time where the network is large. The weights round-trip exactly in both. A link is
        followed, and the mode of a file that is replaced is kept. Raises ValueError, before
        anything is written, where a weight or an output is not finite or the file would be too
        large, and OSError where it can't be written.
        """
        from .model import Model, test_input

        form = _form(path)
        x = test_input(self.architecture)
        block, trained = self.weights.block(), self.trained
        saved = _network(Network, self.architecture, block, self.backend, self.threads)
        output = saved.predict(x)
        check_finite_block(self.architecture, block, "save")
        check_finite_rows("test_output", [output], "save")
        form.write_model(path, Model(self.architecture, block, x, output, trained))

    @classmethod
    def load(
        cls, path: str | os.PathLike, *, backend: str = "auto", threads: int | None = None
    ) -> Network:
        """The network that `save` wrote; its outputs for the test input in the file are checked.

        Raises ValueError that says what is wrong where, for a file that is truncated, altered, of
        another shape, or of another form than its suffix says; OSError where it can't be read.
        """
        engine(backend)  # both first, so that the file is not blamed for it
        check_arithmetic()
        model = _form(path).read_model(path)
        network = _network(
            cls, model.architecture, model.block, backend, threads, trained=model.trained
        )
        output = network.predict(model.test_input)
        if output != model.test_output:
            raise ValueError(
                f"{os.fsdecode(path)}: test_output: expected {shown(model.test_output)}, "
                f"computed {shown(output)}: "
                "these weights did not make it, or this machine's arithmetic is not purenn's"
            )
        return network


def _form(path: str | os.PathLike) -> Any:
    """What writes and reads a model file with the path's suffix."""
    if os.fsdecode(path).lower().endswith(".safetensors"):
        from . import model_tensors

        return model_tensors
    from . import model_file

    return model_file


def _network(
    kind: type[Network],
    architecture: Architecture,
    block: array,
    backend: str,
    threads: int | None,
    any_backend: bool = False,
    trained: Trained | None = None,
) -> Network:
    """The network with these weights, trained so; where it may, on another engine than the one
    wanted."""
    network = kind.__new__(kind)
    try:
        network._hold(architecture, block, backend, threads)
    except BackendError:
        if not any_backend:
            raise
        network._hold(architecture, block, "auto", threads)
    network.past.last = trained
    return network


Training.makes_network = staticmethod(lambda *given: _network(Network, *given))
