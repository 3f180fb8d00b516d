"""What a training goes on from, the same for every engine."""

from __future__ import annotations

from .annotations import TYPE_CHECKING, Sequence

if TYPE_CHECKING:
    from array import array

    from .trained import Trained


class Snapshot:
    """What steps change: weights and moments, each moment as a block like that of the weights, the
    powers of the optimizer, and the state of the random numbers or None."""

    __slots__ = ("block", "moments", "powers", "random")

    def __init__(
        self,
        block: array,
        moments: Sequence[array],
        powers: tuple[float, float],
        random: tuple[list[int], int, bool, float] | None,
    ) -> None:
        self.block, self.moments, self.powers, self.random = block, moments, powers, random


class State:
    """The position of a training, (epoch, sample), the losses of this epoch so far in one sum, the
    present snapshot, and within an epoch the one that it began with."""

    __slots__ = ("begun", "now", "position", "total")

    def __init__(
        self, position: tuple[int, int], total: float, now: Snapshot, begun: Snapshot | None
    ) -> None:
        self.position, self.total, self.now, self.begun = position, total, now, begun


class Best:
    """The weights of the best epoch so far, and how they were trained: what EarlyStopping keeps.

    `by` says what is best of it; None until that is known of one from a file.
    """

    by: str | None = None

    def __init__(self, epoch: int, value: float, block: array, trained: Trained) -> None:
        self.epoch, self.value, self.block, self.trained = epoch, value, block, trained
