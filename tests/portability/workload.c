/* SPDX-License-Identifier: MIT */
/* Trains every article of articles.h and prints a line for each: how long it took, then the bits
 * of its parameters, 16 hexadecimal digits for each number. The last line is the stack it took.
 *
 * tests/portability.py writes articles.h: the articles, and the most that one of them needs. */
#include "purenn.h"
#include "target.h"

#include <string.h>

struct article {
    const double *start, *X, *Y;
    const int *activations;
    const size_t *sizes;
    size_t n_layers, count, n, batch_size, epochs;
    int loss, bias;
    double learning_rate;
};

#include "articles.h"

static double parameters[MOST_PARAMETERS];
static double workspace[MOST_WORKSPACE];
static double losses[MOST_SAMPLES];

static void train(const struct article *a)
{
    size_t epoch;
    memcpy(parameters, a->start, a->count * sizeof *parameters);
    for (epoch = 0; epoch < a->epochs; epoch++)
        pn_train_epoch(losses, parameters, workspace, NULL, a->X, a->Y, NULL, a->batch_size,
                       a->activations, a->loss, a->bias, a->learning_rate, a->sizes, a->n_layers,
                       a->n);
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

static void put_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_number(bits, 16, 16);
}

int main(void)
{
    size_t a, i;
    for (a = 0; a < sizeof articles / sizeof *articles; a++) {
        uint64_t start = ticks();
        train(&articles[a]);
        put_number(ticks() - start, 10, 1);
        put(" ");
        for (i = 0; i < articles[a].count; i++)
            put_bits(parameters[i]);
        put("\n");
    }
    put_number(stack_used(), 10, 1);
    put("\n");
    return 0;
}
