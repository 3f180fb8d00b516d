/* SPDX-License-Identifier: MIT */
/* What a data set holds: numbers that are not finite, and inputs that are not 0. */
#ifndef PN_SIMD_INPUTS_H
#define PN_SIMD_INPUTS_H

#include "sparse.h"

#define SPAN 512 /* numbers that are looked at without a branch */

/* x[k] ... x[k + count - 1] as doubles, and 0 in the other lanes; 1 <= count <= LANES. */
INLINE vec load_numbers(const void *x, size_t k, size_t count, int type)
{
    double numbers[LANES] = {0.0};
    size_t i;
    if (type == PN_FLOAT64)
        return load_part((const double *)x + k, count);
    for (i = 0; i < count; i++)
        numbers[i] = number(x, type, k + i);
    return load(numbers);
}

INLINE size_t first_not_finite_of_type(const void *X, size_t count, int type)
{
    size_t start, end, i, width;
    for (start = 0; start < count && type != PN_UINT8; start = end) {
        vec zero = all(0.0);
        end = smaller(start + SPAN, count);
        FOR_VECTORS(i, width, end - start)
        {
            zero = zero + 0.0 * load_numbers(X, start + i, width, type);
        }
        for (i = start; any(differ(zero, zero)) && i < end; i++)
            if (!(0.0 * number(X, type, i) == 0.0))
                return i;
    }
    return count;
}

/* The first of count numbers that is not finite, or count.
 *
 * for each i: if (!(X[i] - X[i] == 0.0)) return i */
static size_t first_not_finite(const void *X, int type, size_t count)
{
    return BY_TYPE(type, first_not_finite_of_type, X, count);
}

/* Names those of x[k] ... x[k + count - 1] that are not 0; how many they are. *zero becomes NaN
 * where one is not finite. 1 <= count <= 16. */
INLINE uint32_t name_numbers(uint16_t *columns, vec *zero, const void *x, size_t k, size_t count,
                             int type)
{
    unsigned nonzero = 0;
    size_t i, width;
    FOR_VECTORS(i, width, count)
    {
        vec v = load_numbers(x, k + i, width, type);
        nonzero |= bits_of(differ(v, all(0.0))) << i;
        *zero = *zero + 0.0 * v;
    }
    return store_places(columns, nonzero, k);
}

/* The same for x[k] ... x[k + 31], bytes. */
INLINE uint32_t name_bytes(uint16_t *columns, const uint8_t *x, size_t k)
{
    uint32_t nonzero = bits_of_bytes(x + k);
    uint32_t found = store_places(columns, nonzero & 0xFFFF, k);
    return found + store_places(columns + found, nonzero >> 16, k + 16);
}

INLINE int find_columns_of_type(uint16_t *columns, uint32_t *starts,
                                const struct pn_inputs *inputs, size_t room, size_t first,
                                size_t n, int type)
{
    size_t tiles = tiles_of(inputs), s, t, k;
    uint32_t next = starts[first * tiles];
    vec all_zero = all(0.0);
    for (s = first; s < first + n; s++) {
        const void *x = row_of(inputs, s);
        for (t = 0; t < tiles; t++) {
            size_t end = smaller((t + 1) * PN_TILE, inputs->n_in);
            vec zero = all(0.0);
            if (room - next < PN_TILE)
                return PN_NO_ROOM;
            for (k = t * PN_TILE; type == PN_UINT8 && k + 32 <= end; k += 32)
                next += name_bytes(columns + next, x, k);
            for (; k + 16 <= end; k += 16)
                next += name_numbers(columns + next, &zero, x, k, 16, type);
            if (k < end)
                next += name_numbers(columns + next, &zero, x, k, end - k, type);
            starts[s * tiles + t + 1] = next;
            all_zero = all_zero + zero;
        }
    }
    return any(differ(all_zero, all_zero)) ? PN_NOT_FINITE : 0;
}

/* Which inputs are not 0, as pn_find_columns says: by the bits of comparisons.
 *
 * for each s, t: for each k of t: if (X[s][k] != 0) columns[next++] = k; starts[s][t + 1] = next */
static int find_columns(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                        size_t room, size_t first, size_t n)
{
    return BY_TYPE(inputs->type, find_columns_of_type, columns, starts, inputs, room, first, n);
}

#endif
