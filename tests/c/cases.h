/* What driver.c and host.c share: reading a training of tests/cases.py, printing numbers. */
#include "purenn.h"
#include "tables.h"

#include <stdio.h>
#include <stdlib.h>

static const struct pn_activation *const ACTIVATIONS[] = {EACH_ACTIVATION(ITS_ACTIVATION)};
static const struct pn_loss *const LOSSES[] = {EACH_LOSS(ITS_LOSS)};
static const struct pn_rule *const RULES[] = {EACH_RULE(ITS_RULE)};

static void *buffer(size_t count, size_t size)
{
    void *memory = malloc(count * size);
    if (memory == NULL && count > 0) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static size_t read_size(void)
{
    unsigned long value;
    if (scanf("%lu", &value) != 1) {
        fputs("expected a size\n", stderr);
        exit(2);
    }
    return (size_t)value;
}

/* A place in a table of that length. */
static size_t read_place(size_t length)
{
    size_t place = read_size();
    if (place >= length) {
        fputs("tests/c/tables.h lacks an activation, a loss or a rule\n", stderr);
        exit(2);
    }
    return place;
}

static double *read_numbers(size_t count)
{
    double *numbers = buffer(count, sizeof *numbers);
    size_t i;
    for (i = 0; i < count; i++)
        if (scanf("%la", &numbers[i]) != 1) {
            fputs("expected a number\n", stderr);
            exit(2);
        }
    return numbers;
}

static void print_numbers(const double *numbers, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        printf("%a ", numbers[i]);
    printf("\n");
}

/* A training: `order` is NULL or has room for the one of each epoch, which is read when it comes. */
struct training {
    struct pn_network network;
    const struct pn_activation **activations;
    size_t *sizes, *order;
    size_t n, batch_size, epochs;
    size_t n_in, n_out, count, units;
    double *X, *Y, *weights; /* weights of the samples, or NULL */
    struct pn_optimizer optimizer;
    double *dropout; /* rates, or NULL */
    struct pn_random random[2];
};

/* The optimizer's rule, decay (0 for none) and numbers. */
static void read_optimizer(struct pn_optimizer *optimizer, size_t count)
{
    size_t decay, i;
    double *numbers;
    optimizer->rule = RULES[read_place(sizeof RULES / sizeof *RULES)];
    decay = read_size();
    optimizer->decay = decay == 0 ? NULL : decay == 1 ? pn_l2_decay : pn_decoupled_decay;
    numbers = read_numbers(7);
    optimizer->rates.learning_rate = numbers[0];
    optimizer->rates.mu = numbers[1];
    optimizer->rates.beta_1 = numbers[2];
    optimizer->rates.beta_2 = numbers[3];
    optimizer->rates.epsilon = numbers[4];
    optimizer->weight_decay = numbers[5];
    optimizer->largest_norm = numbers[6];
    optimizer->clip = numbers[6] > 0.0 ? pn_clip_gradients : NULL;
    optimizer->powers[0] = optimizer->powers[1] = 1.0;
    optimizer->moments = buffer(optimizer->rule->moments * count, sizeof(double));
    for (i = 0; i < optimizer->rule->moments * count; i++)
        optimizer->moments[i] = 0.0;
    free(numbers);
}

static struct training read_training(void)
{
    struct training t;
    size_t n_layers = read_size(), ordered, weighed, i;
    t.n = read_size();
    t.batch_size = read_size();
    t.epochs = read_size();
    ordered = read_size();
    t.order = ordered ? buffer(t.n, sizeof *t.order) : NULL;
    t.network.loss = LOSSES[read_place(sizeof LOSSES / sizeof *LOSSES)];
    t.network.bias = (int)read_size();
    t.network.n_layers = n_layers;
    t.network.sizes = t.sizes = buffer(n_layers + 1, sizeof *t.sizes);
    t.network.activations = t.activations = buffer(n_layers, sizeof *t.activations);
    for (i = 0; i <= n_layers; i++)
        t.sizes[i] = read_size();
    for (i = 0; i < n_layers; i++)
        t.activations[i] = ACTIVATIONS[read_place(sizeof ACTIVATIONS / sizeof *ACTIVATIONS)];
    t.n_in = t.sizes[0];
    t.n_out = t.sizes[n_layers];
    t.count = pn_count_parameters(t.sizes, n_layers);
    t.units = pn_count_units(t.sizes, n_layers);
    read_optimizer(&t.optimizer, t.count);
    weighed = read_size();
    t.weights = weighed ? read_numbers(t.n) : NULL;
    t.dropout = NULL;
    if (read_size()) {
        pn_random_seed(t.random, (uint32_t)read_size());
        t.dropout = read_numbers(n_layers - 1);
    }
    t.network.parameters = read_numbers(t.count);
    t.X = read_numbers(t.n * t.n_in);
    t.Y = read_numbers(t.n * t.n_out);
    return t;
}

static void read_order(struct training *t)
{
    size_t i;
    for (i = 0; t->order && i < t->n; i++)
        t->order[i] = read_size();
}

static void free_training(struct training *t)
{
    free(t->sizes), free(t->activations), free(t->order), free(t->network.parameters);
    free(t->X), free(t->Y), free(t->weights), free(t->optimizer.moments), free(t->dropout);
}
