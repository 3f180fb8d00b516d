/* SPDX-License-Identifier: MIT */
/* The inputs of a data set: read as doubles a few rows at a time, checked, searched for zeros. */
#include "../contract.h"
#include "host.h"

#include <string.h>

#define TILE 64
#define BLOCK 256

#if defined(__GNUC__)
typedef uint64_t __attribute__((may_alias)) wide_bits;
typedef uint32_t __attribute__((may_alias)) narrow_bits;
#else
typedef uint64_t wide_bits;
typedef uint32_t narrow_bits;
#endif

/* x[i] = number i from `start` on, in a loop for each type. */
static void read_numbers(double *x, const void *X, int type, size_t start, size_t count)
{
    size_t i;
    switch (type) {
    case PN_UINT8:
        for (i = 0; i < count; i++)
            x[i] = ((const uint8_t *)X)[start + i];
        break;
    case PN_FLOAT32:
        for (i = 0; i < count; i++)
            x[i] = (double)((const float *)X)[start + i];
        break;
    default:
        memcpy(x, (const double *)X + start, count * sizeof *x);
    }
}

void pn_read_columns(double *X, const struct pn_inputs *inputs, struct pn_rows rows, size_t from,
                     size_t to)
{
    size_t s;
    for (s = 0; s < rows.n; s++) {
        size_t row = rows.order ? rows.order[rows.first + s] : rows.first + s;
        read_numbers(X + s * (to - from), inputs->X, inputs->type, row * inputs->n_in + from,
                     to - from);
    }
}

/* The exponent of an infinity or NaN has all bits set. Looked at as whole numbers, block by block:
 * a loop without a branch. */
#define FIRST_NOT_FINITE(bits, exponent)                                                          \
    for (start = 0; start < count; start += BLOCK) {                                              \
        size_t end = count - start < BLOCK ? count : start + BLOCK;                               \
        int found = 0;                                                                            \
        for (i = start; i < end; i++)                                                             \
            found |= ((bits)[i] & (exponent)) == (exponent);                                      \
        for (i = start; found && i < end; i++)                                                    \
            if (((bits)[i] & (exponent)) == (exponent))                                           \
                return i;                                                                         \
    }

size_t pn_first_not_finite(const void *X, int type, size_t count)
{
    size_t start, i;
    if (type == PN_FLOAT64) {
        FIRST_NOT_FINITE((const wide_bits *)X, 0x7FF0000000000000u)
    } else if (type == PN_FLOAT32) {
        FIRST_NOT_FINITE((const narrow_bits *)X, 0x7F800000u)
    }
    return count;
}

size_t pn_first_outside(const double *X, double low, double high, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (!(low <= X[i] && X[i] <= high))
            return i;
    return count;
}

/* The same for numbers of each type. */
#define FOR_TYPE(X, type, f)                                                                      \
    switch (type) {                                                                               \
    case PN_UINT8:                                                                                \
        f((const uint8_t *)(X), 0);                                                               \
        break;                                                                                    \
    case PN_FLOAT32:                                                                              \
        f((const float *)(X), 0.0f);                                                              \
        break;                                                                                    \
    default:                                                                                      \
        f((const double *)(X), 0.0);                                                              \
    }

size_t pn_count_nonzero(const void *X, int type, size_t count)
{
    size_t i, found = 0;
#define COUNT(x, zero)                                                                            \
    for (i = 0; i < count; i++)                                                                   \
        found += (x)[i] != (zero);
    FOR_TYPE(X, type, COUNT)
    return found;
}

void pn_find_columns(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                     size_t first, size_t n)
{
    size_t n_in = inputs->n_in, tiles = (n_in + TILE - 1) / TILE;
    size_t s, t, k;
    uint32_t next = starts[first * tiles];
    /* Without a branch: what is written for a 0 is written over by what comes next. */
#define FIND(x, zero)                                                                             \
    for (s = first; s < first + n; s++)                                                           \
        for (t = 0; t < tiles; t++) {                                                             \
            size_t end = (t + 1) * TILE < n_in ? (t + 1) * TILE : n_in;                           \
            for (k = t * TILE; k < end; k++) {                                                    \
                columns[next] = (uint16_t)k;                                                      \
                next += (x)[s * n_in + k] != (zero);                                              \
            }                                                                                     \
            starts[s * tiles + t + 1] = next;                                                     \
        }
    FOR_TYPE(inputs->X, inputs->type, FIND)
}
