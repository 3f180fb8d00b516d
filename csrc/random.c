/* SPDX-License-Identifier: MIT */
/* Random numbers: the Mersenne Twister MT19937, with the streams of NumPy's legacy RandomState.
 *
 * A state is what a stream of numbers goes on from. All but pn_random_normal gives NumPy's numbers
 * bit for bit; that one needs a logarithm, purenn's own, so that it has the same bits wherever
 * purenn runs. Words are whole numbers below 2^32, as uint32_t has them: products and shifts lose
 * what is above.
 *
 * Source of the generator: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998). */
#include "contract.h"
#include "purenn.h"

#include <math.h>

#define WORDS PN_RANDOM_WORDS
#define AHEAD 397
#define UPPER 0x80000000u
#define LOWER 0x7FFFFFFFu

/* The state at the beginning of a stream, which its seed, 0 ... 2^32 - 1, determines.
 *
 * words[0] = seed, words[i] = 1812433253*(w ^ (w >> 30)) + i mod 2^32 with w = words[i - 1]. */
void pn_random_seed(struct pn_random *state, uint32_t seed)
{
    uint32_t word = seed;
    state->words[0] = word;
    for (uint32_t i = 1; i < WORDS; i++) {
        word = 1812433253u * (word ^ (word >> 30)) + i;
        state->words[i] = word;
    }
    state->position = WORDS;
    state->has_spare = 0;
    state->spare = 0.0;
}

/* Replaces all 624 words by the next ones; their places are counted in a circle.
 *
 * words[i] = words[i + 397] ^ (y >> 1) ^ (0x9908B0DF if y is odd), where y is the highest bit of
 * words[i] and the other 31 of words[i + 1]. */
void pn_random_twist(struct pn_random *state)
{
    uint32_t *words = state->words;
    for (size_t i = 0; i < WORDS; i++) {
        uint32_t y = (words[i] & UPPER) | (words[i + 1 < WORDS ? i + 1 : 0] & LOWER);
        uint32_t ahead = words[i + AHEAD < WORDS ? i + AHEAD : i + AHEAD - WORDS];
        words[i] = ahead ^ (y >> 1) ^ (y & 1 ? 0x9908B0DFu : 0);
    }
    state->position = 0;
}

/* The next word, 0 ... 2^32 - 1, its bits mixed. */
uint32_t pn_random_word(struct pn_random *state)
{
    if (state->position == WORDS)
        pn_random_twist(state);
    uint32_t y = state->words[state->position];
    state->position = state->position + 1;
    y = y ^ (y >> 11);
    y = y ^ ((y << 7) & 0x9D2C5680u);
    y = y ^ ((y << 15) & 0xEFC60000u);
    return y ^ (y >> 18);
}

/* A multiple of 2^-53 in [0, 1), from the upper 27 and 26 bits of two words. */
double pn_random_uniform(struct pn_random *state)
{
    uint32_t high = pn_random_word(state) >> 5;
    uint32_t low = pn_random_word(state) >> 6;
    return ((double)high * 67108864.0 + (double)low) / 9007199254740992.0;
}

/* A whole number 0 ... largest, largest below 2^32: as many bits as it has, until they fit. */
uint32_t pn_random_below_or_equal(struct pn_random *state, uint32_t largest)
{
    uint32_t mask = largest;
    if (largest == 0)
        return 0;
    for (int shift = 1; shift < 32; shift = 2 * shift)
        mask = mask | (mask >> shift);
    uint32_t value = pn_random_word(state) & mask;
    while (value > largest)
        value = pn_random_word(state) & mask;
    return value;
}

/* The numbers 0 ... n - 1 in a random order, n at most 2^32.
 *
 * Each from the last one down to the second changes places with one at or before it.
 * Source: R. Durstenfeld, "Algorithm 235", CACM 7 (1964). */
void pn_random_permutation(size_t *order, struct pn_random *state, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    for (size_t i = n; i-- > 1;) {
        size_t j = pn_random_below_or_equal(state, (uint32_t)i);
        size_t item = order[i];
        order[i] = order[j];
        order[j] = item;
    }
}

/* A normal number of mean 0 and deviation 1: two at a time, the second of which waits.
 *
 * x and y uniform in the circle s = x^2 + y^2 < 1: y*sqrt(-2*log(s) / s), then x*sqrt(-2*log(s) / s).
 * Source: G. Marsaglia and T. A. Bray, SIAM Review 6 (1964). */
double pn_random_normal(struct pn_random *state)
{
    double x = 0.0, y = 0.0, square = 0.0;
    if (state->has_spare) {
        state->has_spare = 0;
        return state->spare;
    }
    while (!(0.0 < square && square < 1.0)) {
        x = 2.0 * pn_random_uniform(state) - 1.0;
        y = 2.0 * pn_random_uniform(state) - 1.0;
        square = x * x + y * y;
    }
    double scale = sqrt(-2.0 * pn_log(square) / square);
    state->spare = scale * x;
    state->has_spare = 1;
    return scale * y;
}
