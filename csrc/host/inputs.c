/* SPDX-License-Identifier: MIT */
/* The inputs of a data set: read as doubles a few rows at a time, checked, searched for zeros. */
#include "../contract.h"
#include "parts.h"

/* f(x) for numbers x of that type. */
#define FOR_TYPE(X, type, f)                                                                      \
    switch (type) {                                                                               \
    case PN_UINT8:                                                                                \
        f((const uint8_t *)(X));                                                                  \
        break;                                                                                    \
    case PN_FLOAT32:                                                                              \
        f((const float *)(X));                                                                    \
        break;                                                                                    \
    default:                                                                                      \
        f((const double *)(X));                                                                   \
    }

void pn_read_columns(double *X, const struct pn_inputs *inputs, struct pn_rows rows, size_t from,
                     size_t to)
{
    size_t s, k, start;
#define READ(x)                                                                                   \
    for (s = 0; s < rows.n; s++, X += to - from) {                                                \
        start = (rows.order ? rows.order[rows.first + s] : rows.first + s) * inputs->n_in;        \
        for (k = from; k < to; k++)                                                               \
            X[k - from] = (double)(x)[start + k];                                                 \
    }
    FOR_TYPE(inputs->X, inputs->type, READ)
}

size_t pn_first_not_finite(const struct pn_kernels *kernels, const void *X, int type,
                           size_t count)
{
    return type == PN_UINT8 ? count : kernels->first_not_finite(X, type, count);
}

size_t pn_first_outside(const double *X, double low, double high, double least, double most,
                        size_t n, size_t width)
{
    size_t s, j;
    for (s = 0; s < n; s++, X += width) {
        double sum = X[0];
        int inside = low <= X[0] && X[0] <= high;
        for (j = 1; j < width; j++) {
            sum = sum + X[j];
            inside &= low <= X[j] && X[j] <= high;
        }
        if (!inside || !(least <= sum && sum <= most))
            return s;
    }
    return n;
}

int pn_find_columns(const struct pn_kernels *kernels, uint16_t *columns, uint32_t *starts,
                    const struct pn_inputs *inputs, size_t room, size_t first, size_t n)
{
    int changed = pn_environment();
    return changed ? changed : kernels->find_columns(columns, starts, inputs, room, first, n);
}
