/* SPDX-License-Identifier: MIT */
/* Computes every training of trainings.h and prints a line for each: how long it took, then the
 * bits of its parameters, and of a course also its losses, 16 hexadecimal digits for each number.
 * The last line is the stack it took.
 *
 * tests/portability.py writes trainings.h: articles, courses, and room for any one of them. */
#include "purenn.h"
#include "target.h"

#include <string.h>

struct article {
    struct pn_network network;
    const double *start, *X, *Y;
    size_t n, batch_size, epochs;
    double learning_rate;
};

/* A training with what articles do without. The first n samples are trained on, the others, held
 * out, only looked at. */
struct course {
    struct pn_network network;
    pn_initialization *initialization;
    uint32_t weights_seed, seed;
    const double *X, *Y, *offset, *scale, *dropout;
    size_t n, held, batch_size, epochs;
    size_t patience; /* epochs without a better one, or 0 for any number */
    struct pn_rates rates;
    double largest_norm;
    struct pn_random *random;
    size_t *order;
    double *inputs, *batch, *masks, *moments, *best, *history, *held_history;
};

#include "trainings.h"

static void train(const struct article *a, size_t count)
{
    struct pn_optimizer optimizer = {&pn_gradient_descent_rule, {a->learning_rate, 0, 0, 0, 0},
                                     NULL, 0, NULL, 0, NULL, {1, 1}};
    size_t epoch;
    memcpy(a->network.parameters, a->start, count * sizeof *a->start);
    for (epoch = 0; epoch < a->epochs; epoch++)
        pn_train_epoch(losses, &a->network, &optimizer, workspace, NULL, a->X, a->Y, NULL,
                       a->batch_size, NULL, NULL, a->n);
}

/* The mean loss of the samples that are held out. */
static double held_loss(const struct course *c)
{
    const struct pn_network *network = &c->network;
    size_t n_layers = network->n_layers, n_out = network->sizes[n_layers];
    size_t units = pn_count_units(network->sizes, n_layers);
    size_t last = c->held * (units - n_out);
    double *Z = workspace, *A = Z + c->held * units;
    pn_forward(Z, A, c->inputs + c->n * network->sizes[0], network, NULL, c->held);
    pn_output_losses(losses, Z + last, A + last, c->Y + c->n * n_out,
                     network->activations[n_layers - 1], network->loss, c->held, n_out);
    return pn_mean(losses, c->held);
}

/* Leaves the best parameters, or the last ones without patience; how many epochs it took. */
static size_t learn(const struct course *c, size_t count)
{
    const struct pn_network *network = &c->network;
    struct pn_optimizer optimizer = {&pn_adam_rule, c->rates, NULL, 0, pn_clip_gradients,
                                     c->largest_norm, c->moments, {1, 1}};
    struct pn_dropout dropout = {pn_draw_masks, c->dropout, c->random, c->masks};
    size_t epoch, best_epoch = 0, i;
    for (i = 0; i < 2 * count; i++)
        c->moments[i] = 0.0;
    pn_random_seed(c->random, c->weights_seed);
    pn_initialize(network->parameters, network->sizes, c->initialization, c->random,
                  network->n_layers);
    pn_scale_inputs(c->inputs, c->X, c->offset, c->scale, c->n + c->held, network->sizes[0]);
    pn_random_seed(c->random, c->seed);
    for (epoch = 0; epoch < c->epochs; epoch++) {
        if (c->patience && epoch > best_epoch + c->patience)
            break;
        pn_random_permutation(c->order, c->random, c->n);
        c->history[epoch] =
            pn_train_epoch(losses, network, &optimizer, workspace, c->batch, c->inputs, c->Y,
                           c->order, c->batch_size, NULL, &dropout, c->n);
        c->held_history[epoch] = held_loss(c);
        if (!c->patience || epoch == 0 || c->held_history[epoch] < c->held_history[best_epoch]) {
            best_epoch = epoch;
            memcpy(c->best, network->parameters, count * sizeof *c->best);
        }
    }
    return epoch;
}

static void put_number(uint64_t number, unsigned base, int width)
{
    char text[21];
    int place = sizeof text - 1;
    text[place] = '\0';
    do {
        text[--place] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number > 0 || (int)sizeof text - 1 - place < width);
    put(text + place);
}

static void put_bits(const double *values, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        put_number(bits, 16, 16);
    }
}

/* The time since `start`, and these numbers; the line goes on. */
static void put_line(uint64_t start, const double *values, size_t count)
{
    put_number(ticks() - start, 10, 1);
    put(" ");
    put_bits(values, count);
}

static size_t parameters_of(const struct pn_network *network)
{
    return pn_count_parameters(network->sizes, network->n_layers);
}

int main(void)
{
    const struct article *const *a;
    const struct course *const *c;
    for (a = articles; *a; a++) {
        size_t count = parameters_of(&(*a)->network);
        uint64_t start = ticks();
        train(*a, count);
        put_line(start, (*a)->network.parameters, count);
        put("\n");
    }
    for (c = courses; *c; c++) {
        size_t count = parameters_of(&(*c)->network);
        uint64_t start = ticks();
        size_t epochs = learn(*c, count);
        put_line(start, (*c)->best, count);
        put_bits((*c)->history, epochs);
        put_bits((*c)->held_history, epochs);
        put("\n");
    }
    put_number(stack_used(), 10, 1);
    put("\n");
    return 0;
}
