"""Random numbers: the Mersenne Twister MT19937, with the streams of NumPy's legacy RandomState.

A state is what a stream of numbers goes on from. All but random_normal gives NumPy's numbers bit
for bit; that one needs a logarithm, purenn's own, so that it has the same bits wherever purenn
runs. Words are whole numbers below 2³², and nothing here is above 2⁴⁸: a language whose only
numbers are binary64 can repeat it.

Source of the generator: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998).
"""

from math import sqrt

from .elementary import log

WORDS = 624
AHEAD = 397
MASK = 0xFFFFFFFF
UPPER = 0x80000000
LOWER = 0x7FFFFFFF


class Random:
    """A state: 624 words, the place of the next one, and whether a normal number waits, `spare`."""

    def __init__(self, words: list[int], position: int, has_spare: bool, spare: float) -> None:
        self.words = list(words)
        self.position = position  # 624 where all words have been taken
        self.has_spare = has_spare
        self.spare = spare


def random_seed(seed: int) -> Random:
    """The state at the beginning of a stream, which its seed, 0 … 2³² − 1, determines.

    words[0] = seed, words[i] = 1812433253·(w ^ (w >> 30)) + i mod 2³² with w = words[i − 1].
    """
    word = seed
    words = [word]
    for i in range(1, WORDS):
        word = word ^ (word >> 30)
        high = (1812433253 * (word >> 16)) & 0xFFFF  # of the product, in halves of 16 bits
        low = 1812433253 * (word & 0xFFFF)
        word = (high * 65536 + low + i) & MASK
        words.append(word)
    return Random(words, WORDS, False, 0.0)


def random_twist(state: Random) -> None:
    """Replaces all 624 words by the next ones; their places are counted in a circle.

    words[i] = words[i + 397] ^ (y >> 1) ^ (0x9908B0DF if y is odd), where y is the highest bit of
    words[i] and the other 31 of words[i + 1].
    """
    words = state.words
    for i in range(WORDS):
        y = (words[i] & UPPER) | (words[i + 1 if i + 1 < WORDS else 0] & LOWER)
        ahead = words[i + AHEAD if i + AHEAD < WORDS else i + AHEAD - WORDS]
        words[i] = ahead ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0)
    state.position = 0


def random_word(state: Random) -> int:
    """The next word, 0 … 2³² − 1, its bits mixed."""
    if state.position == WORDS:
        random_twist(state)
    y = state.words[state.position]
    state.position = state.position + 1
    y = y ^ (y >> 11)
    y = y ^ ((y << 7) & 0x9D2C5680)
    y = y ^ ((y << 15) & 0xEFC60000)
    return y ^ (y >> 18)


def random_uniform(state: Random) -> float:
    """A multiple of 2⁻⁵³ in [0, 1), from the upper 27 and 26 bits of two words."""
    high = random_word(state) >> 5
    low = random_word(state) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0


def random_below_or_equal(state: Random, largest: int) -> int:
    """A whole number 0 … largest, largest below 2³²: as many bits as it has, until they fit."""
    if largest == 0:
        return 0
    mask = largest
    for shift in (1, 2, 4, 8, 16):
        mask = mask | (mask >> shift)
    value = random_word(state) & mask
    while value > largest:
        value = random_word(state) & mask
    return value


def random_permutation(state: Random, n: int) -> list[int]:
    """The numbers 0 … n − 1 in a random order, n at most 2³².

    Each from the last one down to the second changes places with one at or before it.
    Source: R. Durstenfeld, "Algorithm 235", CACM 7 (1964).
    """
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = random_below_or_equal(state, i)
        order[i], order[j] = order[j], order[i]
    return order


def random_normal(state: Random) -> float:
    """A normal number of mean 0 and deviation 1: two at a time, the second of which waits.

    x and y uniform in the circle s = x² + y² < 1: y·√(−2·log(s) / s), then x·√(−2·log(s) / s).
    Source: G. Marsaglia and T. A. Bray, SIAM Review 6 (1964).
    """
    if state.has_spare:
        state.has_spare = False
        return state.spare
    square = 0.0
    while not 0.0 < square < 1.0:
        x = 2.0 * random_uniform(state) - 1.0
        y = 2.0 * random_uniform(state) - 1.0
        square = x * x + y * y
    scale = sqrt(-2.0 * log(square) / square)
    state.spare = scale * x
    state.has_spare = True
    return scale * y
