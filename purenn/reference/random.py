"""Random numbers: the Mersenne Twister MT19937 with the streams of NumPy's legacy RandomState.

seed, rand, uniform, randint, permutation and shuffle give NumPy's numbers bit for bit. randn
and normal need a logarithm, so they use purenn's own: the same bits wherever purenn runs. randn
is within 2 ulp of NumPy's but for about eight numbers in a million, which are 3 ulp away.

Source of the generator: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
"""

from math import sqrt

from .elementary import log

N = 624
M = 397
MASK32 = 0xFFFFFFFF


class RandomState:
    """A stream of random numbers that its seed, 0 … 2³² − 1, determines.

    Where a method takes a size, None gives one number, an int a list, (rows, columns) a list
    of rows, drawn row by row.
    """

    def __init__(self, seed: int) -> None:
        self.seed(seed)

    def seed(self, seed: int) -> None:
        """Starts the stream anew. Raises ValueError for a seed outside 0 … 2³² − 1."""
        if not 0 <= seed <= MASK32:
            raise ValueError(f"seed: expected 0 to 4294967295, got {seed}")
        state = [seed]
        for i in range(1, N):
            previous = state[-1]
            state.append((1812433253 * (previous ^ (previous >> 30)) + i) & MASK32)
        self.set_state((state, N, None))

    def get_state(self) -> tuple:
        """What the stream goes on from, for set_state."""
        return list(self._state), self._position, self._spare_normal

    def set_state(self, state: tuple) -> None:
        """Goes on from there."""
        self._state, self._position, self._spare_normal = list(state[0]), state[1], state[2]

    def _twist(self) -> None:
        state = self._state
        for i in range(N):
            y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7FFFFFFF)
            state[i] = state[(i + M) % N] ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0)
        self._position = 0

    def _uint32(self) -> int:
        if self._position == N:
            self._twist()
        y = self._state[self._position]
        self._position = self._position + 1
        y = y ^ (y >> 11)
        y = y ^ ((y << 7) & 0x9D2C5680)
        y = y ^ ((y << 15) & 0xEFC60000)
        return y ^ (y >> 18)

    def _below_or_equal(self, largest: int) -> int:
        """A whole number 0 … largest: as many bits as that needs, drawn until they fit."""
        if largest == 0:
            return 0
        mask = 1
        while mask < largest:
            mask = 2 * mask + 1
        while True:
            value = self._uint32()
            if largest > MASK32:
                value = (value << 32) | self._uint32()
            value = value & mask
            if value <= largest:
                return value

    def _double(self) -> float:
        """A multiple of 2⁻⁵³ in [0, 1), from 27 and 26 random bits."""
        high = self._uint32() >> 5
        low = self._uint32() >> 6
        return (high * 67108864.0 + low) / 9007199254740992.0

    def _normal(self) -> float:
        """Marsaglia's polar method: two normal numbers at a time, the second one first."""
        spare, self._spare_normal = self._spare_normal, None
        if spare is not None:
            return spare
        while True:
            x = 2.0 * self._double() - 1.0
            y = 2.0 * self._double() - 1.0
            square = x * x + y * y
            if 0.0 < square < 1.0:
                break
        scale = sqrt(-2.0 * log(square) / square)
        self._spare_normal = scale * x
        return scale * y

    def rand(self, *shape: int):
        """Uniform numbers in [0, 1): one, a list of shape[0], or shape[0] rows of shape[1]."""
        return _fill(self._double, shape)

    def uniform(self, low: float = 0.0, high: float = 1.0, size=None):
        """low + (high − low)·u, u uniform in [0, 1)."""
        return _fill(lambda: low + (high - low) * self._double(), _shape(size))

    def randint(self, low: int, high=None, size=None):
        """Whole numbers low ≤ i < high; 0 ≤ i < low where high is left out.

        Raises ValueError where there is no such number, or there are more than 2⁶⁴.
        """
        if high is None:
            low, high = 0, low
        if not 0 < high - low <= 1 << 64:
            raise ValueError(f"randint: expected 1 to 2**64 numbers from {low} to below {high}")
        return _fill(lambda: low + self._below_or_equal(high - 1 - low), _shape(size))

    def shuffle(self, items: list) -> None:
        """Puts the items into a random order, in place."""
        for i in range(len(items) - 1, 0, -1):
            j = self._below_or_equal(i)
            items[i], items[j] = items[j], items[i]

    def permutation(self, n: int) -> list[int]:
        """The numbers 0 … n − 1 in a random order."""
        items = list(range(n))
        self.shuffle(items)
        return items

    def randn(self, *shape: int):
        """Normal numbers with mean 0 and deviation 1, in the shape of `rand`."""
        return _fill(self._normal, shape)

    def normal(self, loc: float = 0.0, scale: float = 1.0, size=None):
        """loc + scale·g, g normal with mean 0 and deviation 1."""
        return _fill(lambda: loc + scale * self._normal(), _shape(size))


def _shape(size) -> tuple:
    if size is None:
        return ()
    return (size,) if isinstance(size, int) else tuple(size)


def _fill(draw, shape: tuple):
    if not shape:
        return draw()
    return [_fill(draw, shape[1:]) for _ in range(shape[0])]
