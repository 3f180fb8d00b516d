"""How an article trains, written once for its program, the golden hashes and the benchmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..architecture import Architecture
from ..network import Network


class Recipe(NamedTuple):
    """A training by gradient descent, sample after sample as they stand.

    `batch_size` None is the full batch, 1 is one by one. `start` gives the first weights
    [(W, b), ...]; `samples` gives X (n, n_in) and Y (n, n_out) as lists of floats, and is None
    where the article's data doesn't ship with purenn.
    """

    sizes: tuple[int, ...]
    activations: tuple[str, ...]
    loss: str
    bias: bool
    learning_rate: float
    batch_size: int | None
    epochs: int
    start: Callable[[], list]
    samples: Callable[[], tuple[list, list]] | None

    def network(self, backend: str, weights: list | None = None) -> Network:
        """The network that is trained, on that engine, with the first weights or with others."""
        architecture = Architecture(
            self.sizes, activations=self.activations, loss=self.loss, bias=self.bias, seed=0
        )
        return Network.of(architecture, weights or self.start(), backend=backend)
