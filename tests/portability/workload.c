/* SPDX-License-Identifier: MIT */
/* Trains every article of articles.h and prints a line for each: how long it took, then the bits
 * of its parameters, 16 hexadecimal digits for each number. The last line is the stack it took.
 *
 * tests/portability.py writes articles.h: the articles, and room for any one of them. */
#include "purenn.h"
#include "target.h"

#include <string.h>

struct article {
    struct pn_network network;
    const double *start, *X, *Y;
    size_t n, batch_size, epochs;
    double learning_rate;
};

#include "articles.h"

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
        const struct pn_network *network = &articles[a].network;
        size_t count = pn_count_parameters(network->sizes, network->n_layers);
        uint64_t start = ticks();
        train(&articles[a], count);
        put_number(ticks() - start, 10, 1);
        put(" ");
        for (i = 0; i < count; i++)
            put_bits(network->parameters[i]);
        put("\n");
    }
    put_number(stack_used(), 10, 1);
    put("\n");
    return 0;
}
