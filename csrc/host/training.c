/* SPDX-License-Identifier: MIT */
/* Training over ranges of samples, by several threads, with the bits of csrc/training.c.
 *
 * A batch is taken in groups. For each group the members first share the samples, each computing
 * forward and backward for its own; then they share the weights, each adding the products of all
 * samples, in their order, to the sums of its own weights. When the batch ends, each makes the step
 * of those weights; where gradients are clipped, after all have summed the squares of their columns.
 * A sum is never split: it goes on where it was, whoever takes it up. */
#include "../contract.h"
#include "../threads/team.h"
#include "host.h"
#include "task.h"
#include "updates.h"

#include <math.h>
#include <string.h>

#define NEAR 128    /* rows of W, whose sums are still near when the step needs them */
#define COUNTED 512 /* samples, after which the tiles are shared */

static int one_by_one(const struct pn_kernels *kernels, const struct pn_training *t)
{
    const struct pn_optimizer *optimizer = &t->optimizer;
    return t->batch_size == 1 && t->gradients == NULL && t->sample_weights == NULL &&
           t->dropout == NULL &&
           optimizer->rule == &pn_gradient_descent_rule && optimizer->decay == NULL &&
           optimizer->clip == NULL && kernels->train_one_by_one != NULL;
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

/* The layers of the network, with room for a group. */
static struct layer *layers_of(const struct task *task)
{
    return (struct layer *)(void *)(task->training->workspace + task->at.layers);
}

/* The walk of some samples of a group, whose X is still to be set. */
static struct walk walk_of(const struct task *task, const struct member *self,
                           const struct group *group, struct part samples)
{
    const struct pn_training *t = task->training;
    struct walk walk = {
        .network = &t->network,
        .layers = layers_of(task),
        .inputs = &t->inputs,
        .rows = {t->order, group->first + samples.from, size_of(samples)},
        .from = samples.from,
        .masks = t->dropout && t->gradients == NULL ? t->workspace + task->at.masks : NULL,
        .drawn = group->size,
        .scratch = t->workspace + task->at.scratch + self->number * PN_SCRATCH,
    };
    return walk;
}

/* The targets of those rows, where they lie, or gathered or made from classes in Y. */
static const double *targets_of(double *Y, const struct pn_training *t, struct pn_rows rows)
{
    size_t n_out = t->network.sizes[t->network.n_layers], s;
    if (targets_lie_in_order(t))
        return t->Y + rows.first * n_out;
    if (t->order == NULL) {
        pn_one_hot(Y, t->classes + rows.first, n_out, rows.n);
        return Y;
    }
    for (s = 0; s < rows.n; s++) {
        size_t row = t->order[rows.first + s];
        if (t->classes)
            pn_one_hot(Y + s * n_out, t->classes + row, n_out, 1);
        else
            memcpy(Y + s * n_out, t->Y + row * n_out, n_out * sizeof *Y);
    }
    return Y;
}

/* The weights of those samples likewise, or NULL. */
static const double *weights_of(double *weights, const struct pn_training *t, struct pn_rows rows)
{
    size_t s;
    if (t->sample_weights == NULL || t->order == NULL)
        return t->sample_weights ? t->sample_weights + rows.first : NULL;
    for (s = 0; s < rows.n; s++)
        weights[s] = t->sample_weights[t->order[rows.first + s]];
    return weights;
}

/* forward, losses and dZ of every layer, for this member's part of a group. */
static void pass_samples(const struct task *task, const struct member *self,
                         const struct group *group)
{
    const struct pn_training *t = task->training;
    struct part part = part_of(group->size, ROWS, self->number, self->members);
    struct walk walk = walk_of(task, self, group, part);
    double *X = t->workspace + task->at.X + part.from * t->inputs.n_in;
    double *Y = t->workspace + task->at.Y + part.from * t->network.sizes[t->network.n_layers];
    if (size_of(part) == 0)
        return;
    if (!self->sparse)
        walk.X = doubles_of_rows(X, &t->inputs, walk.rows);
    walk.weights = weights_of(t->workspace + task->at.weights + part.from, t, walk.rows);
    walk_forward(task->kernels, &walk);
    walk_backward(task->kernels, &walk, t->workspace + task->at.L + part.from,
                  targets_of(Y, t, walk.rows));
}

/* The columns of a group's inputs that are this part, as doubles; *x_row becomes their distance
 * from row to row. pass_samples has read them, unless zeros were left out. */
static const double *columns_of_inputs(const struct task *task, const struct member *self,
                                       struct pn_rows rows, struct part part, size_t *x_row)
{
    const struct pn_training *t = task->training;
    double *X = t->workspace + task->at.X;
    *x_row = t->inputs.n_in;
    if (reads_in_place(t))
        return (const double *)t->inputs.X + rows.first * t->inputs.n_in + part.from;
    if (!self->sparse)
        return X + part.from;
    X += part.from * rows.n; /* where no other member's columns lie */
    pn_read_columns(X, &t->inputs, rows, part.from, part.to);
    *x_row = size_of(part);
    return X;
}

/* Adds a group's products to the sums of the rows of the first W that are in this member's tiles,
 * zeros left out; and ends the batch for them if it is the last one. */
static void pass_sparse_rows(const struct task *task, const struct member *self,
                             const struct group *group, const struct walk *walk)
{
    double *sums = task->training->workspace + task->at.sums;
    const struct layer *first = walk->layers;
    struct part rows = {smaller(self->tiles.from * PN_TILE, first->n_in),
                        smaller(self->tiles.to * PN_TILE, first->n_in)};
    if (group->begins)
        memset(sums + rows.from * first->width, 0, size_of(rows) * first->width * sizeof *sums);
    task->kernels->sparse_add_weight_products(sums, walk->inputs, walk->rows, first->dZ,
                                              first->width, self->tiles.from, self->tiles.to,
                                              walk->scratch);
    if (group->batch)
        end_batch(task, rows.from * first->width, sums + rows.from * first->width, group->batch,
                  size_of(rows) * first->width);
}

/* Adds a group's products to the sums of the rows of W that this member has, and to those of the
 * biases unless bias_sums is NULL; and ends the batch for these rows if it is the last one. */
static void pass_rows(const struct task *task, const struct member *self,
                      const struct group *group, const struct walk *walk, size_t l,
                      double *bias_sums)
{
    const struct layer *layer = &walk->layers[l];
    struct part all = part_of(layer->n_in, ROWS, self->number, self->members), rows = all;
    size_t x_row = layer->n_in, place = (size_t)(layer->parameters - walk->network->parameters);
    const double *X = l == 0 ? columns_of_inputs(task, self, walk->rows, all, &x_row)
                             : layer[-1].A + all.from;
    double *sums = task->training->workspace + task->at.sums + place + all.from * layer->width;
    do {
        size_t first = rows.from * layer->width, count;
        rows.to = smaller(rows.from + NEAR, all.to);
        count = size_of(rows) * layer->width;
        task->kernels->add_weight_products(sums, bias_sums, X + (rows.from - all.from), x_row,
                                           layer->dZ, group->size, size_of(rows), layer->width,
                                           group->begins, walk->scratch);
        if (group->batch)
            end_batch(task, place + first, sums, group->batch, count);
        if (!group->begins || !group->batch || task->training->optimizer.clip)
            sums += count; /* else the batch of one group needs them no more */
        bias_sums = NULL;
        rows.from = rows.to;
    } while (rows.from < all.to);
}

/* Adds a group to the sums of this member's weights, and ends the batch for them if it is the last
 * one. The biases of a layer are one member's, of the layers by turns. */
static void pass_weights(const struct task *task, const struct member *self,
                         const struct group *group)
{
    const struct pn_training *t = task->training;
    const struct pn_kernels *kernels = task->kernels;
    struct part all = {0, group->size};
    struct walk walk = walk_of(task, self, group, all);
    size_t l;
    for (l = 0; l < t->network.n_layers; l++) {
        const struct layer *layer = &walk.layers[l];
        size_t place = (size_t)(layer->b - t->network.parameters);
        int biases = self->number == l % self->members;
        double *bias_sums = biases ? t->workspace + task->at.sums + place : NULL;
        if (biases && !t->network.bias) {
            memset(bias_sums, 0, layer->width * sizeof *bias_sums);
            bias_sums = NULL;
        }
        if (l == 0 && self->sparse &&
            kernels->all_finite(layer->dZ, group->size * layer->width)) {
            if (bias_sums)
                kernels->add_bias_products(bias_sums, layer->dZ, group->size, layer->width,
                                           group->begins);
            pass_sparse_rows(task, self, group, &walk);
        } else {
            pass_rows(task, self, group, &walk, l, bias_sums);
        }
        if (group->batch && biases)
            end_batch(task, place, t->workspace + task->at.sums + place, group->batch,
                      layer->width);
    }
}

/* The tiles of a member, so that each has about as many inputs that are not 0, as far as the first
 * samples tell: those whose middle lies in its share of them. */
static struct part tiles_of_member(const struct pn_training *t, size_t number, size_t members)
{
    const uint32_t *starts = t->inputs.starts;
    size_t tiles = (t->inputs.n_in + PN_TILE - 1) / PN_TILE;
    size_t n = smaller(COUNTED, t->n), all = starts[n * tiles], before = 0, tile, s;
    struct part part = {0, 0};
    for (tile = 0; tile < tiles; tile++) {
        size_t inside = 0, twice_the_middle;
        for (s = 0; s < n; s++)
            inside += starts[s * tiles + tile + 1] - starts[s * tiles + tile];
        twice_the_middle = 2 * before + inside;
        before += inside;
        if (number > 0 && twice_the_middle * members < 2 * all * number)
            part.from = tile + 1;
        if (twice_the_middle * members < 2 * all * (number + 1))
            part.to = tile + 1;
    }
    if (number + 1 == members)
        part.to = tiles;
    return part;
}

/* The group that begins with sample `first`. */
static struct group group_from(const struct task *task, size_t first)
{
    const struct pn_training *t = task->training;
    size_t start = first - first % t->batch_size;
    size_t batch = smaller(t->batch_size, t->n - start);
    struct group group = {first, smaller(task->at.group, start + batch - first), first == start, 0};
    if (first + group.size == start + batch)
        group.batch = batch;
    return group;
}

/* Draws the order of an epoch that begins, and the masks of a group. */
static void draw(const struct task *task, const struct group *group)
{
    const struct pn_training *t = task->training;
    if (group->first == 0 && t->shuffle)
        pn_random_permutation(t->order, t->random, t->n);
    if (t->dropout)
        pn_draw_masks(t->workspace + task->at.masks, t->random, t->dropout, group->size,
                      t->network.sizes, t->network.n_layers);
}

/* What each member does: the same groups in the same order, a part of each. */
static void train_part(void *context, size_t number, struct pn_team *team)
{
    struct task *task = context;
    struct pn_training *t = task->training;
    const double *L = t->workspace + task->at.L;
    size_t first = t->first, ended = 0, taken = 0, s;
    double total = t->total;
    struct member self = {number, team->members, {0, 0}, t->sparse};
    if (self.sparse)
        self.tiles = tiles_of_member(t, number, team->members);
    while (taken < task->samples && ended < task->epochs) {
        struct group group = group_from(task, first);
        if (t->random && (t->dropout || first == 0)) {
            if (number == 0)
                draw(task, &group);
            pn_team_wait(team);
        }
        pass_samples(task, &self, &group);
        if (group.batch && number == 0)
            begin_step(task, group.batch);
        pn_team_wait(team);
        if (number == 0) {
            for (s = 0; s < group.size; s++)
                total = total + L[s];
            task->well = first + group.size < t->n || is_finite(total);
        }
        pass_weights(task, &self, &group);
        pn_team_wait(team);
        if (group.batch && t->optimizer.clip && t->gradients == NULL) {
            sum_squares(task, &self);
            pn_team_wait(team);
            clipped_step(task, &self);
            pn_team_wait(team);
        }
        if (group.batch && self.sparse)
            self.sparse = first_weights_are_finite(task);
        taken += group.size;
        first += group.size;
        if (first == t->n) {
            if (number == 0)
                task->losses[ended] = total / (double)t->n;
            total = 0.0;
            first = 0;
            ended++;
            if (!task->well)
                break;
        }
    }
    pn_team_wait(team); /* all have read where the training was */
    if (number == 0) {
        t->first = first;
        t->total = total;
        t->sparse = self.sparse;
        t->ended = ended;
    }
}

static void run(struct task *task)
{
    struct pn_training *t = task->training;
    double step_of_zero = t->optimizer.rates.learning_rate * 0.0;
    struct pn_team team;
    if (t->sparse) /* a step by a gradient of 0 must change nothing */
        t->sparse = task->kernels->sparse_affine != NULL && step_of_zero == 0.0 &&
                    !signbit(step_of_zero) && first_weights_are_finite(task);
    if (one_by_one(task->kernels, t)) {
        task->kernels->train_one_by_one(t, task->losses, task->epochs, task->samples);
        return;
    }
    lay_out(layers_of(task), &t->network, 1, task->at.group, t->workspace + task->at.A,
            t->workspace + task->at.dZ, NULL);
    pn_team_run(&team, t->threads, train_part, task);
}

/* Copies what a training changes to where it is kept, or back. */
static void keep(struct pn_training *t, int back)
{
    size_t count = pn_count_parameters(t->network.sizes, t->network.n_layers);
    double *own[] = {t->network.parameters, t->optimizer.moments, t->optimizer.powers};
    double *kept[] = {t->kept, t->kept + count, t->kept_powers};
    size_t counts[] = {count, t->optimizer.rule->moments * count, 2}, i;
    for (i = 0; i < 3; i++)
        if (counts[i] > 0)
            memcpy(back ? own[i] : kept[i], back ? kept[i] : own[i], counts[i] * sizeof(double));
    if (t->random)
        t->random[!back] = t->random[back];
}

static int parameters_are_finite(const struct task *task)
{
    const struct pn_network *network = &task->training->network;
    size_t count = pn_count_parameters(network->sizes, network->n_layers);
    return task->kernels->all_finite(network->parameters, count);
}

/* Whether the epoch that ended last left a finite loss and finite parameters. */
static int went_well(const struct task *task)
{
    const struct pn_training *t = task->training;
    if (t->first > 0 || t->ended == 0)
        return 1;
    return is_finite(task->losses[t->ended - 1]) && parameters_are_finite(task);
}

/* Makes the epochs that leave finite parameters once more, from what is kept: what isn't finite
 * stays so, so their number is found by halving. */
static void go_back(struct task *task)
{
    struct pn_training *t = task->training;
    size_t good = 0, bad = t->ended, epochs = bad - 1;
    do {
        keep(t, 1);
        task->epochs = epochs;
        task->samples = epochs * t->n;
        run(task);
        if (parameters_are_finite(task))
            good = epochs;
        else
            bad = epochs;
        epochs = good + (bad - good) / 2;
    } while (bad - good > 1 || t->ended != good);
}

int pn_train(const struct pn_kernels *kernels, struct pn_training *training, double *losses,
              size_t epochs, size_t samples)
{
    struct task task = {
        kernels, training, places_of(training), {NULL, {0.0, 0.0, 0.0, 0.0, 0.0}, 0.0, 1.0, 1, 0},
        losses, epochs, samples, 1};
    int changed = pn_environment();
    if (changed)
        return changed;
    if (training->kept && training->first == 0)
        keep(training, 0);
    run(&task);
    training->diverged = training->kept && !went_well(&task);
    if (training->diverged)
        go_back(&task);
    return 0;
}
