"""purenn itself, given its samples in each of the forms it takes."""

from __future__ import annotations

from given import Given, rows_of

import purenn


class Float64:
    """Float64 buffers, used where they lie."""

    differs = ""
    backend = "auto"

    def __init__(self, given: Given, threads: int) -> None:
        task = self.task = given.task
        self.weights = given.weights
        self.optimizer = purenn.Optimizer(task.optimizer, **task.settings)
        self.net = purenn.Network(
            task.sizes,
            activations=task.activations,
            loss=task.loss,
            bias=task.bias,
            seed=0,
            backend=self.backend,
        )
        self.X, self.Y = self.form(given)
        self.run = getattr(self, task.call)
        if task.call != "train":
            width, height = task.sizes[0], task.sizes[-1]
            self.rows = rows_of(self.X)
            self.samples = [row.cast("B").cast("d", (1, width)) for row in self.rows]
            self.targets = [row.cast("B").cast("d", (1, height)) for row in rows_of(self.Y)]
        self.version = f"purenn {purenn.__version__} (engine {self.net.backend})"

    def form(self, given: Given):
        """X and Y as they are handed to purenn."""
        return given.float64(), given.Y

    def reset(self) -> None:
        self.net.set_weights(self.weights)

    def train(self) -> None:
        """The whole training in one call."""
        task = self.task
        self.net.fit(
            self.X,
            self.Y,
            epochs=task.epochs,
            learning_rate=task.rate,
            optimizer=self.optimizer,
            batch_size=task.batch,
            shuffle=task.shuffle,
            seed=task.seed,
        )

    def step(self) -> None:
        """A call for each sample."""
        for x, y in zip(self.samples, self.targets):
            self.net.fit(x, y, epochs=1, learning_rate=self.task.rate)

    def predict(self) -> None:
        """A call for each sample."""
        for x in self.rows:
            self.net.predict(x)

    def outputs(self):
        return self.net.predict(self.X)


class Bytes(Float64):
    """Pixels as the bytes that they are."""

    def form(self, given: Given):
        return given.X, given.Y


class Lists(Float64):
    """Lists of lists."""

    def form(self, given: Given):
        return given.float64().tolist(), given.Y.tolist()


class Reference(Lists):
    """The reference, in plain Python."""

    backend = "python"
