"""The functions of csrc/random.c, and the state that they take: see purenn/reference/random.py."""

from __future__ import annotations

from ..access import Turns
from ..annotations import Any, Sequence
from ..checks import check_bool, check_count, check_finite, shown
from ..door import items
from ..frozen import Frozen
from .core import ffi, lib
from .memory import MOST_NUMBERS

LARGEST_WORD = 2**32 - 1
PN_RANDOM, WORDS = ffi.typeof("struct pn_random *"), lib.PN_RANDOM_WORDS


class Random(Frozen):
    """A state as C has it: 624 words, the place of the next one, and whether `spare` waits.

    `struct` is a `struct pn_random *`, which one thread at a time uses, in one of its `turns`.
    Raises ValueError or TypeError where the numbers can't be those of a state.
    """

    __slots__ = ("struct", "turns")
    struct: Any
    turns: Turns

    def __init_subclass__(cls) -> None:
        raise TypeError("Random: expected no subclass, since C relies on what a Random says")

    def __init__(self, words: Sequence[int], position: int, has_spare: bool, spare: float) -> None:
        struct = ffi.new(PN_RANDOM)
        struct.words = _words(words)
        struct.position = check_count("position", position, 0, WORDS)
        struct.has_spare = check_bool("has_spare", has_spare)
        struct.spare = check_finite("spare", spare)
        self._fill(struct=struct, turns=Turns())

    @property
    def words(self) -> list[int]:
        """A copy of the words."""
        return list(self.struct.words)

    @property
    def position(self) -> int:
        """The place of the next word; 624 where all have been taken."""
        return self.struct.position

    @property
    def has_spare(self) -> bool:
        """Whether a normal number waits."""
        return bool(self.struct.has_spare)

    @property
    def spare(self) -> float:
        """The normal number that waits."""
        return self.struct.spare


def random_seed(seed: int) -> Random:
    """The state at the beginning of a stream, which its seed, 0 … 2³² − 1, determines."""
    seed = check_count("seed", seed, 0, LARGEST_WORD)
    state = Random.__new__(Random)
    state._fill(struct=ffi.new(PN_RANDOM), turns=Turns())
    lib.pn_random_seed(state.struct, seed)
    return state


def random_twist(state: Random) -> None:
    """Replaces all 624 words by the next ones."""
    drawn(state, lib.pn_random_twist)


def random_word(state: Random) -> int:
    """The next word, 0 … 2³² − 1."""
    return drawn(state, lib.pn_random_word)


def random_uniform(state: Random) -> float:
    """A multiple of 2⁻⁵³ in [0, 1)."""
    return drawn(state, lib.pn_random_uniform)


def random_below_or_equal(state: Random, largest: int) -> int:
    """A whole number 0 … largest, largest below 2³²."""
    largest = check_count("largest", largest, 0, LARGEST_WORD)
    return drawn(state, lib.pn_random_below_or_equal, largest)


def random_permutation(state: Random, n: int) -> list[int]:
    """The numbers 0 … n − 1 in a random order, n at most 2³²."""
    n = check_count("n", n, 0, min(LARGEST_WORD + 1, MOST_NUMBERS))
    order = ffi.new("size_t[]", n)
    drawn(state, lambda struct: lib.pn_random_permutation(order, struct, n))
    return ffi.unpack(order, n)


def random_normal(state: Random) -> float:
    """A normal number of mean 0 and deviation 1."""
    return drawn(state, lib.pn_random_normal)


def drawn(state: Random, function: Any, *arguments: Any) -> Any:
    """What the function gives for the state's struct, and for the arguments after it."""
    if not isinstance(state, Random):
        raise TypeError(f"state: expected purenn.native.Random, got {shown(state)}")
    with state.turns.queue, state.turns.use:
        return function(state.struct, *arguments)


def _words(words: Any) -> list[int]:
    """The words of a state, each checked. From zeros alone only zeros follow."""
    own = items("words", words) if isinstance(words, Sequence) else []
    if len(own) != WORDS:
        raise ValueError(f"words: expected {WORDS} whole numbers, got {shown(words)}")
    found = [check_count(f"words[{i}]", word, 0, LARGEST_WORD) for i, word in enumerate(own)]
    if not any(found[1:]):
        raise ValueError("words: expected some other than 0 after the first, got none")
    return found
