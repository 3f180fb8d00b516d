/* SPDX-License-Identifier: MIT */
/* The end of a batch: the steps of parameters by their sums, clipped or not. */
#ifndef PN_UPDATES_H
#define PN_UPDATES_H

#include "task.h"

#include <math.h>

/* Prepares the step of a batch. */
static void begin_step(struct task *task, size_t batch)
{
    struct pn_optimizer *optimizer = &task->training->optimizer;
    struct pn_step step = {optimizer, optimizer->rates, optimizer->rates.learning_rate, 1.0, batch,
                           pn_count_parameters(task->training->network.sizes,
                                               task->training->network.n_layers)};
    if (optimizer->rule->correct && task->training->gradients == NULL)
        optimizer->rule->correct(&step.rates, optimizer->powers);
    task->step = step;
}

/* The step of `count` parameters from `place` on. */
static void update(const struct task *task, const struct pn_step *step, size_t place,
                   const double *sums, size_t count)
{
    const struct pn_training *t = task->training;
    double *moments = t->optimizer.moments;
    task->kernels->update(t->network.parameters + place, moments ? moments + place : NULL, sums,
                          step, count);
}

/* The step of `count` parameters from `place` on, by their sums of a batch; or their gradients,
 * where these are what is wanted, or are to be clipped before the step. */
static void end_batch(const struct task *task, size_t place, double *sums, size_t batch,
                      size_t count)
{
    const struct pn_training *t = task->training;
    double *gradients = t->gradients ? t->gradients + place : sums;
    size_t i;
    if (t->gradients == NULL && t->optimizer.clip == NULL)
        update(task, &task->step, place, sums, count);
    else
        for (i = 0; i < count; i++)
            gradients[i] = sums[i] / (double)batch;
}

/* The squares of the columns of each dW that are this member's, each column's in one sum. */
static void sum_squares(const struct task *task, const struct member *self)
{
    const struct pn_network *network = &task->training->network;
    const double *g = task->training->workspace + task->at.sums;
    double *squares = task->training->workspace + task->at.squares;
    size_t l, k, j;
    for (l = 0; l < network->n_layers; l++) {
        size_t n_out = network->sizes[l + 1];
        struct part part = part_of(n_out, ROWS, self->number, self->members);
        for (j = part.from; j < part.to; j++)
            squares[j] = 0.0;
        for (k = 0; k < network->sizes[l]; k++, g += n_out)
            for (j = part.from; j < part.to; j++)
                squares[j] = squares[j] + g[j] * g[j];
        g += n_out;
        squares += n_out;
    }
}

/* pn_gradient_norm, from these sums. */
static double norm_of_gradients(const struct task *task)
{
    const struct pn_network *network = &task->training->network;
    const double *db = task->training->workspace + task->at.sums;
    const double *squares = task->training->workspace + task->at.squares;
    double total = 0.0;
    size_t l, j;
    for (l = 0; l < network->n_layers; l++) {
        size_t n_out = network->sizes[l + 1];
        db += network->sizes[l] * n_out;
        for (j = 0; j < n_out; j++)
            total = total + squares[j];
        for (j = 0; j < n_out; j++)
            total = total + db[j] * db[j];
        db += n_out;
        squares += n_out;
    }
    return sqrt(total);
}

/* pn_clip_gradients, and the step of this member's share of all parameters. */
static void clipped_step(const struct task *task, const struct member *self)
{
    struct pn_step step = task->step;
    struct part part = part_of(step.apart, ROWS, self->number, self->members);
    step.factor = step.optimizer->largest_norm / (norm_of_gradients(task) + 1e-06);
    step.n = 1; /* the sums are divided already */
    update(task, &step, part.from, task->training->workspace + task->at.sums + part.from,
           size_of(part));
}

#endif
