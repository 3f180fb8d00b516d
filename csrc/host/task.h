/* SPDX-License-Identifier: MIT */
/* What members share in a training, and where it lies: for the files of this folder. */
#ifndef PN_TASK_H
#define PN_TASK_H

#include "layers.h"
#include "parts.h"

#define ROWS 8 /* of samples or of W, which a part has a multiple of: whole tiles of sums */

/* Where things lie in the workspace, in doubles from its start. */
struct places {
    size_t group;   /* samples */
    size_t layers;  /* struct layer, (n_layers) */
    size_t scratch; /* PN_SCRATCH for each member */
    size_t sums;    /* (count) */
    size_t L;       /* (group) */
    size_t A, dZ;   /* layer by layer (group, width) */
    size_t X, Y;    /* (group, n_in), (group, n_out): rows that must be made or gathered */
    size_t weights; /* (group) of samples: gathered */
    size_t squares; /* (units): sums of the columns of each dW, if gradients are clipped */
    size_t masks;   /* (group, hidden units), if there is dropout */
    size_t end;
};

/* One call of pn_train. Members read it, and what they write lies in the workspace. */
struct task {
    const struct pn_kernels *kernels;
    struct pn_training *training;
    struct places at;
    struct pn_step step; /* of the batch that ends: the first member's */
    double *losses;
    size_t epochs, samples; /* at most */
    int well;               /* whether the loss of the last epoch is finite */
};

/* Samples that all members take together. */
struct group {
    size_t first, size;
    int begins;   /* its batch */
    size_t batch; /* the samples of the batch that it ends, or 0 */
};

/* Who computes: one of `members`, with scratch of its own, and the tiles that are its part. */
struct member {
    size_t number, members;
    struct part tiles;
    int sparse; /* whether zeros are left out */
};

static int reads_in_place(const struct pn_training *t)
{
    return t->inputs.type == PN_FLOAT64 && t->order == NULL;
}

/* Whether the targets lie as rows in the order in which they are taken. */
static int targets_lie_in_order(const struct pn_training *t)
{
    return t->classes == NULL && t->order == NULL;
}

/* count rounded up to whole cache lines. */
static size_t whole_lines(size_t count)
{
    return whole(count, 8);
}

static struct places places_of(const struct pn_training *t)
{
    const size_t *sizes = t->network.sizes;
    size_t n_layers = t->network.n_layers;
    size_t count = pn_count_parameters(sizes, n_layers), units = pn_count_units(sizes, n_layers);
    struct places at;
    at.group = smaller(t->range * t->threads, t->batch_size);
    at.layers = 0;
    at.scratch = whole_lines(layers_room(&t->network));
    at.sums = at.scratch + t->threads * PN_SCRATCH;
    at.L = at.sums + whole_lines(count);
    at.A = at.L + whole_lines(at.group);
    at.dZ = at.A + whole_lines(at.group * units);
    at.X = at.dZ + whole_lines(at.group * units);
    at.Y = at.X + (reads_in_place(t) ? 0 : at.group * sizes[0]);
    at.weights = at.Y + (targets_lie_in_order(t) ? 0 : at.group * sizes[n_layers]);
    at.squares = at.weights + (t->order && t->sample_weights ? at.group : 0);
    at.masks = at.squares + (t->optimizer.clip ? units : 0);
    at.end = at.masks + (t->dropout ? at.group * (units - sizes[n_layers]) : 0);
    return at;
}

#endif
