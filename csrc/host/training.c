/* SPDX-License-Identifier: MIT */
/* Training over ranges of samples, by several threads, with the bits of csrc/training.c.
 *
 * A batch is taken in groups: as many samples as all threads together take at a time. For each
 * group the threads first share the samples, each computing forward and backward for its own;
 * then they share the weights, each adding the products of all samples, in their order, to the
 * sums of its own weights. When the batch ends, each makes the step of those weights. A sum is
 * never split: it goes on where it was, whoever takes it up. */
#include "../contract.h"
#include "../purenn.h"
#include "../threads/team.h"
#include "host.h"

#include <math.h>
#include <string.h>

#define TILE 64

struct task {
    const struct pn_kernels *kernels;
    struct pn_training *training;
    double *losses;
    size_t epochs, ranges;
    size_t ended; /* epochs */
};

/* Where things lie in the workspace, in doubles from its start. */
struct places {
    size_t group;   /* samples that all members take together */
    size_t scratch; /* PN_SCRATCH for each member */
    size_t sums;    /* (count) */
    size_t L;       /* (group) */
    size_t A, dZ;   /* layer by layer (group, width) */
    size_t X, Y;    /* (group, n_in), (group, n_out): rows that must be converted or gathered */
    size_t columns; /* (group, n_in), columns of X by member: nobody reads what another wrote */
    size_t end;
};

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int reads_in_place(const struct pn_training *t)
{
    return t->inputs.type == PN_FLOAT64 && t->order == NULL;
}

/* count rounded up to whole cache lines. */
static size_t whole_lines(size_t count)
{
    return (count + 7) / 8 * 8;
}

static struct places places_of(const struct pn_training *t)
{
    const size_t *sizes = t->network.sizes;
    size_t n_layers = t->network.n_layers, count = 0, units = 0, layer;
    struct places at;
    for (layer = 0; layer < n_layers; layer++) {
        count += (sizes[layer] + 1) * sizes[layer + 1];
        units += sizes[layer + 1];
    }
    count = whole_lines(count);
    at.group = smaller(t->range * t->threads, t->batch_size);
    at.scratch = 0;
    at.sums = at.scratch + t->threads * PN_SCRATCH;
    at.L = at.sums + count;
    at.A = at.L + whole_lines(at.group);
    at.dZ = at.A + whole_lines(at.group * units);
    at.X = at.dZ + whole_lines(at.group * units);
    at.columns = at.X + (reads_in_place(t) ? 0 : at.group * sizes[0]);
    at.Y = at.columns + (reads_in_place(t) || t->threads == 1 ? 0 : at.group * sizes[0]);
    at.end = at.Y + (t->order ? at.group * sizes[n_layers] : 0);
    return at;
}

static int one_by_one(const struct pn_kernels *kernels, const struct pn_training *t)
{
    return t->batch_size == 1 && kernels->train_one_by_one != NULL;
}

size_t pn_training_workspace(const struct pn_kernels *kernels, const struct pn_training *training)
{
    if (one_by_one(kernels, training))
        return kernels->one_by_one_workspace(&training->network);
    return places_of(training).end;
}

/* Zeros of X may be left out of a sum of products with these. */
static int first_weights_are_finite(const struct task *task)
{
    const struct pn_network *network = &task->training->network;
    return task->kernels->all_finite(network->parameters, network->sizes[0] * network->sizes[1]);
}

/* Where the part of a member begins, in whole tiles of 8 rows. */
static size_t part_start(size_t length, size_t member, size_t members)
{
    size_t part = (length + members - 1) / members;
    part = (part + 7) / 8 * 8;
    return smaller(member * part, length);
}

/* forward, losses and dZ of every layer, for the samples from <= s < to of a group. */
static void pass_samples(const struct task *task, const struct places *at, int sparse,
                         size_t first, size_t from, size_t to, size_t size, double *scratch)
{
    const struct pn_training *t = task->training;
    const struct pn_kernels *kernels = task->kernels;
    const struct pn_network *network = &t->network;
    const size_t *sizes = network->sizes;
    size_t last = network->n_layers - 1;
    size_t n = to - from, n_out = sizes[last + 1], layer, s;
    struct pn_rows rows = {t->order, first + from, n};
    const double *W = network->parameters;
    const double *X = NULL;
    const double *Y = t->Y + (first + from) * n_out;
    double *A = t->workspace + at->A, *dZ = t->workspace + at->dZ;
    double *L = t->workspace + at->L;
    if (n == 0)
        return;
    if (reads_in_place(t)) {
        X = (const double *)t->inputs.X + (first + from) * sizes[0];
    } else if (!sparse) {
        double *read = t->workspace + at->X + from * sizes[0];
        pn_read_columns(read, &t->inputs, rows, 0, sizes[0]);
        X = read;
    }
    if (t->order) {
        double *gathered = t->workspace + at->Y + from * n_out;
        for (s = 0; s < n; s++)
            memcpy(gathered + s * n_out, t->Y + t->order[first + from + s] * n_out,
                   n_out * sizeof *Y);
        Y = gathered;
    }
    for (layer = 0;; layer++) {
        size_t n_in = sizes[layer], width = sizes[layer + 1];
        double *a = A + from * width;
        const double *b = W + n_in * width;
        if (layer == 0 && sparse)
            kernels->sparse_affine(a, &t->inputs, rows, W, b, width);
        else
            kernels->affine(a, X, W, b, n, n_in, width, scratch);
        kernels->activation_forward(a, a, network->activations[layer], n, width);
        if (layer == last)
            break;
        X = a;
        W += (n_in + 1) * width;
        A += size * width;
        dZ += size * width;
    }
    kernels->sample_losses(L + from, A + from * n_out, Y, network->loss, n, n_out);
    kernels->output_gradient(dZ + from * n_out, A + from * n_out, Y, network->activations[last],
                             network->loss, n, n_out);
    for (layer = last; layer > 0; layer--) {
        size_t n_in = sizes[layer], width = sizes[layer + 1];
        double *dz = dZ - size * n_in + from * n_in;
        kernels->input_gradient(dz, dZ + from * width, W, n, n_in, width, scratch);
        A -= size * n_in;
        dZ -= size * n_in;
        kernels->activation_backward(dz, dz, A + from * n_in, network->activations[layer - 1], n,
                                     n_in);
        W -= (sizes[layer - 1] + 1) * n_in;
    }
}

/* The part of the first layer's weights that a member takes, in tiles, so that each member has as
 * many inputs that are not 0: counted in the samples that come next. */
struct share {
    size_t from, to;
};

#define COUNTED 512

static struct share share_of_tiles(const struct pn_training *t, size_t member, size_t members)
{
    size_t tiles = (t->inputs.n_in + TILE - 1) / TILE;
    size_t n = smaller(COUNTED, t->n), all = 0, before = 0, tile, s;
    struct share share = {0, 0};
    for (s = 0; s < n; s++)
        all += t->inputs.starts[(s + 1) * tiles] - t->inputs.starts[s * tiles];
    for (tile = 0; tile < tiles; tile++) {
        size_t middle = 2 * before; /* of the tile, in half inputs */
        for (s = 0; s < n; s++)
            before += t->inputs.starts[s * tiles + tile + 1] - t->inputs.starts[s * tiles + tile];
        middle = (middle + 2 * before) / 2;
        if (middle * members < 2 * all * member)
            share.from = tile + 1;
        if (middle * members < 2 * all * (member + 1))
            share.to = tile + 1;
    }
    if (member + 1 == members)
        share.to = tiles;
    if (member == 0)
        share.from = 0;
    return share;
}

/* The inputs of a group, of which this member takes the columns from <= k < to, as doubles; *x_row
 * becomes their distance from row to row. `read` tells whether pass_samples has read them. */
static const double *columns_of_inputs(const struct pn_training *t, const struct places *at,
                                       struct pn_rows rows, size_t from, size_t to, int read,
                                       size_t *x_row)
{
    double *columns = t->workspace + at->columns + from * at->group;
    *x_row = t->inputs.n_in;
    if (reads_in_place(t))
        return (const double *)t->inputs.X + rows.first * t->inputs.n_in + from;
    if (t->threads == 1 && read)
        return t->workspace + at->X + from;
    if (t->threads == 1)
        columns = t->workspace + at->X;
    pn_read_columns(columns, &t->inputs, rows, from, to);
    *x_row = to - from;
    return columns;
}

/* Adds a group to the sums of this member's weights, from 0.0 if it begins its batch, and makes
 * their step if it ends it: then batch is the number of samples in it, and 0 before. */
static void pass_weights(const struct task *task, const struct places *at, int sparse,
                         struct share share, size_t first, size_t size, size_t member,
                         size_t members, int begins, size_t batch)
{
    const struct pn_training *t = task->training;
    const struct pn_kernels *kernels = task->kernels;
    const struct pn_network *network = &t->network;
    const size_t *sizes = network->sizes;
    struct pn_rows rows = {t->order, first, size};
    double *W = network->parameters, *sums = t->workspace + at->sums;
    double *scratch = t->workspace + at->scratch + member * PN_SCRATCH;
    const double *A = t->workspace + at->A, *dZ = t->workspace + at->dZ;
    int leaves_out = sparse && kernels->all_finite(dZ, size * sizes[1]);
    size_t layer;
    for (layer = 0; layer < network->n_layers; layer++) {
        size_t n_in = sizes[layer], width = sizes[layer + 1], x_row = n_in;
        size_t from = part_start(n_in, member, members);
        size_t to = part_start(n_in, member + 1, members);
        double *b = W + n_in * width, *b_sums = sums + n_in * width;
        int biases = member == layer % members;
        if (biases && !network->bias)
            memset(b_sums, 0, width * sizeof *b_sums);
        if (layer == 0 && leaves_out) {
            from = smaller(share.from * TILE, n_in);
            to = smaller(share.to * TILE, n_in);
            if (begins)
                memset(sums + from * width, 0, (to - from) * width * sizeof *sums);
            kernels->sparse_add_weight_products(sums, &t->inputs, rows, dZ, width, share.from,
                                                share.to);
            if (biases && network->bias)
                kernels->add_bias_products(b_sums, dZ, size, width, begins);
        } else {
            const double *X = layer == 0 ? columns_of_inputs(t, at, rows, from, to, !sparse, &x_row)
                                         : A - size * n_in + from;
            kernels->add_weight_products(sums + from * width,
                                         biases && network->bias ? b_sums : NULL, X, x_row, dZ,
                                         size, to - from, width, begins, scratch);
        }
        if (batch) {
            kernels->gradient_descent(W + from * width, sums + from * width,
                                      network->learning_rate, batch, (to - from) * width);
            if (biases)
                kernels->gradient_descent(b, b_sums, network->learning_rate, batch, width);
        }
        W = b + width;
        sums = b_sums + width;
        A += size * width;
        dZ += size * width;
    }
}

/* What each member does: the same groups in the same order, a part of each. */
static void train_part(void *context, size_t member, struct pn_team *team)
{
    struct task *task = context;
    struct pn_training *t = task->training;
    struct places at = places_of(t);
    double *scratch = t->workspace + at.scratch + member * PN_SCRATCH;
    const double *L = t->workspace + at.L;
    size_t first = t->first, ended = 0, range, s;
    double total = t->total;
    int sparse = t->sparse;
    struct share share = {0, 0};
    if (sparse)
        share = share_of_tiles(t, member, team->members);
    for (range = 0; range < task->ranges && ended < task->epochs; range++) {
        size_t start = first - first % t->batch_size;
        size_t batch = smaller(t->batch_size, t->n - start);
        size_t size = smaller(at.group, start + batch - first);
        int ends = first + size == start + batch;
        pass_samples(task, &at, sparse, first, part_start(size, member, team->members),
                     part_start(size, member + 1, team->members), size, scratch);
        pn_team_wait(team);
        if (member == 0)
            for (s = 0; s < size; s++)
                total = total + L[s];
        pass_weights(task, &at, sparse, share, first, size, member, team->members,
                     first == start, ends ? batch : 0);
        pn_team_wait(team);
        if (ends && sparse)
            sparse = first_weights_are_finite(task);
        first += size;
        if (first == t->n) {
            if (member == 0)
                task->losses[ended] = total / (double)t->n;
            total = 0.0;
            first = 0;
            ended++;
        }
    }
    pn_team_wait(team); /* all have read where the training was */
    if (member == 0) {
        t->first = first;
        t->total = total;
        t->sparse = sparse;
        task->ended = ended;
    }
}

size_t pn_train(const struct pn_kernels *kernels, struct pn_training *training, double *losses,
                size_t epochs, size_t ranges)
{
    struct task task = {kernels, training, losses, epochs, ranges, 0};
    struct pn_team team;
    double step_of_zero = training->network.learning_rate * 0.0;
    if (training->sparse) /* a step by a gradient of 0 must change nothing */
        training->sparse = kernels->sparse_affine != NULL && step_of_zero == 0.0 &&
                           !signbit(step_of_zero) && first_weights_are_finite(&task);
    if (one_by_one(kernels, training))
        return kernels->train_one_by_one(training, losses, epochs, ranges * training->range);
    pn_team_run(&team, training->threads, train_part, &task);
    return task.ended;
}
