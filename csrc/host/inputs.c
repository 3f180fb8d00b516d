/* SPDX-License-Identifier: MIT */
/* The inputs of a data set: read as doubles a few rows at a time, checked, searched for zeros. */
#include "../contract.h"
#include "parts.h"

#define BLOCK 256

/* f(x, zero) for numbers x of that type. */
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

void pn_read_columns(double *X, const struct pn_inputs *inputs, struct pn_rows rows, size_t from,
                     size_t to)
{
    size_t s, k, start;
#define READ(x, zero)                                                                             \
    for (s = 0; s < rows.n; s++, X += to - from) {                                                \
        start = (rows.order ? rows.order[rows.first + s] : rows.first + s) * inputs->n_in;        \
        for (k = from; k < to; k++)                                                               \
            X[k - from] = (double)(x)[start + k];                                                 \
    }
    FOR_TYPE(inputs->X, inputs->type, READ)
}

/* Of an infinity and of NaN the difference with itself is NaN. Block by block, a loop without a
 * branch; the number is looked for in the block that has one. */
size_t pn_first_not_finite(const void *X, int type, size_t count)
{
    size_t start, end, i;
    int found;
#define NOT_FINITE(x, zero)                                                                       \
    for (start = 0; start < count; start = end) {                                                 \
        end = smaller(start + BLOCK, count);                                                      \
        for (found = 0, i = start; i < end; i++)                                                  \
            found |= !((x)[i] - (x)[i] == (zero));                                                \
        for (i = start; found && i < end; i++)                                                    \
            if (!((x)[i] - (x)[i] == (zero)))                                                     \
                return i;                                                                         \
    }
    FOR_TYPE(X, type, NOT_FINITE)
    return count;
}

size_t pn_first_outside(const double *X, double low, double high, size_t n, size_t width)
{
    size_t s, j;
    for (s = 0; s < n; s++, X += width) {
        double sum = X[0];
        for (j = 1; j < width; j++)
            sum = sum + X[j];
        if (!(low <= sum && sum <= high))
            return s;
    }
    return n;
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

int pn_find_columns(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                    size_t room, size_t first, size_t n)
{
    size_t n_in = inputs->n_in, tiles = (n_in + PN_TILE - 1) / PN_TILE;
    size_t s, t, k;
    uint32_t next = starts[first * tiles];
    /* Without a branch: what is written for a 0 is written over by what comes next. */
#define FIND(x, zero)                                                                             \
    for (s = first; s < first + n; s++)                                                           \
        for (t = 0; t < tiles; t++) {                                                             \
            size_t end = smaller((t + 1) * PN_TILE, n_in);                                        \
            if (room - next < PN_TILE)                                                            \
                return 0;                                                                         \
            for (k = t * PN_TILE; k < end; k++) {                                                 \
                columns[next] = (uint16_t)k;                                                      \
                next += (x)[s * n_in + k] != (zero);                                              \
            }                                                                                     \
            starts[s * tiles + t + 1] = next;                                                     \
        }
    FOR_TYPE(inputs->X, inputs->type, FIND)
    return 1;
}
