"""RandomState: the interface of NumPy's legacy generator to the streams of the reference."""

from .reference.random import (
    MASK,
    Random,
    random_below_or_equal,
    random_normal,
    random_permutation,
    random_seed,
    random_uniform,
    random_word,
)


class RandomState:
    """A stream of random numbers that its seed, 0 … 2³² − 1, determines.

    seed, rand, uniform, randint, permutation and shuffle give NumPy's numbers bit for bit. randn
    is within 2 ulp of NumPy's but for about eight numbers in a million, which are 3 ulp away.
    Where a method takes a size, None gives one number, an int a list, (rows, columns) a list
    of rows, drawn row by row.
    """

    def __init__(self, seed: int) -> None:
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Starts the stream anew. Raises ValueError for a seed outside 0 … 2³² − 1."""
        if not 0 <= seed <= MASK:
            raise ValueError(f"seed: expected 0 to 4294967295, got {seed}")
        self._state = random_seed(seed)

    def get_state(self) -> tuple:
        """What the stream goes on from, for set_state."""
        state = self._state
        return list(state.words), state.position, state.has_spare, state.spare

    def set_state(self, state: tuple) -> None:
        """Goes on from there."""
        words, position, has_spare, spare = state
        self._state = Random(words, position, has_spare, spare)

    def rand(self, *shape: int):
        """Uniform numbers in [0, 1): one, a list of shape[0], or shape[0] rows of shape[1]."""
        return _fill(lambda: random_uniform(self._state), shape)

    def uniform(self, low: float = 0.0, high: float = 1.0, size=None):
        """low + (high − low)·u, u uniform in [0, 1)."""
        return _fill(lambda: low + (high - low) * random_uniform(self._state), _shape(size))

    def randint(self, low: int, high=None, size=None):
        """Whole numbers low ≤ i < high; 0 ≤ i < low where high is left out.

        Raises ValueError where there is no such number, or there are more than 2⁶⁴.
        """
        if high is None:
            low, high = 0, low
        if not 0 < high - low <= 1 << 64:
            raise ValueError(f"randint: expected 1 to 2**64 numbers from {low} to below {high}")
        return _fill(lambda: low + self._below_or_equal(high - 1 - low), _shape(size))

    def _below_or_equal(self, largest: int) -> int:
        """A whole number 0 … largest: above 2³² from two words at a time."""
        if largest <= MASK:
            return random_below_or_equal(self._state, largest)
        mask = MASK
        while mask < largest:
            mask = 2 * mask + 1
        while True:
            high = random_word(self._state)
            value = ((high << 32) | random_word(self._state)) & mask
            if value <= largest:
                return value

    def shuffle(self, items: list) -> None:
        """Puts the items into a random order, in place."""
        for place, item in enumerate([items[i] for i in self.permutation(len(items))]):
            items[place] = item

    def permutation(self, n: int) -> list[int]:
        """The numbers 0 … n − 1 in a random order."""
        return random_permutation(self._state, n)

    def randn(self, *shape: int):
        """Normal numbers with mean 0 and deviation 1, in the shape of `rand`."""
        return _fill(lambda: random_normal(self._state), shape)

    def normal(self, loc: float = 0.0, scale: float = 1.0, size=None):
        """loc + scale·g, g normal with mean 0 and deviation 1."""
        return _fill(lambda: loc + scale * random_normal(self._state), _shape(size))


def _shape(size) -> tuple:
    if size is None:
        return ()
    return (size,) if isinstance(size, int) else tuple(size)


def _fill(draw, shape: tuple):
    if not shape:
        return draw()
    return [_fill(draw, shape[1:]) for _ in range(shape[0])]
