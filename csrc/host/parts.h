/* SPDX-License-Identifier: MIT */
/* How members share a work, and what they read of the inputs: for the files of this folder. */
#ifndef PN_PARTS_H
#define PN_PARTS_H

#include "host.h"

static inline size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A part: from <= i < to. */
struct part {
    size_t from, to;
};

static inline size_t size_of(struct part part)
{
    return part.to - part.from;
}

/* The part of 0 ... length - 1 that a member takes, a whole number of units but at the end: all
 * parts together are the whole, in the order of members; late ones may be empty. */
static inline struct part part_of(size_t length, size_t unit, size_t member, size_t members)
{
    size_t units = (length + unit - 1) / unit;
    size_t share = (units + members - 1) / members * unit;
    struct part part = {smaller(member * share, length), smaller((member + 1) * share, length)};
    return part;
}

/* The inputs of those rows as doubles: where they lie if they can be, else read into X. */
static inline const double *doubles_of_rows(double *X, const struct pn_inputs *inputs,
                                            struct pn_rows rows)
{
    if (inputs->type == PN_FLOAT64 && rows.order == NULL)
        return (const double *)inputs->X + rows.first * inputs->n_in;
    pn_read_columns(X, inputs, rows, 0, inputs->n_in);
    return X;
}

#endif
