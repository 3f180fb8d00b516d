/* SPDX-License-Identifier: MIT */
/* An example for purenn's C core: learns three letters of 5x6 pixels, then reads one of them.
 *
 *     cc -std=c99 -O2 letters.c purenn.c -lm -o letters && ./letters
 *
 * Nothing is allocated: all memory is in arrays of fixed sizes, as purenn.h asks for. */
#include "purenn.h"

#include <stdio.h>

enum { N_IN = 30, N_HIDDEN = 5, N_OUT = 3, N_LAYERS = 2, N_LETTERS = 3, EPOCHS = 1000 };
enum { MOST_PARAMETERS = 173, MOST_UNITS = 8 }; /* main checks that they suffice */

static const char *const LETTERS[N_LETTERS] = {
    "..##.."
    ".#..#."
    "######"
    "#....#"
    "#....#",

    ".####."
    ".#..#."
    ".####."
    ".#..#."
    ".####.",

    ".####."
    ".#...."
    ".#...."
    ".#...."
    ".####.",
};

static double parameters[MOST_PARAMETERS];
static double workspace[MOST_PARAMETERS + 2 * MOST_UNITS]; /* for batches of one letter */
static double batch[N_IN + N_OUT + 1];
static double X[N_LETTERS * N_IN], Y[N_LETTERS * N_OUT], L[N_LETTERS];
static size_t order[N_LETTERS];
static struct pn_random state;

static const size_t sizes[] = {N_IN, N_HIDDEN, N_OUT};
static const struct pn_activation *const activations[] = {
    &pn_sigmoid_activation, &pn_sigmoid_activation};
static const struct pn_network network = {
    sizes, activations, &pn_binary_cross_entropy_loss, parameters, N_LAYERS, 1};

int main(void)
{
    const size_t count = pn_count_parameters(sizes, N_LAYERS);
    const size_t n_units = pn_count_units(sizes, N_LAYERS);
    double loss = 0.0, A[MOST_UNITS];
    const double *outputs = A + n_units - N_OUT;
    struct pn_optimizer optimizer = {
        &pn_gradient_descent_rule, {0.1, 0.0, 0.0, 0.0, 0.0}, NULL, 0.0, NULL, 0.0, NULL, {1.0, 1.0}};
    size_t s, i, epoch;

    if (count > MOST_PARAMETERS || n_units > MOST_UNITS) {
        printf("these sizes need room for %u parameters and %u units\n",
               (unsigned)count, (unsigned)n_units);
        return 2;
    }

    for (s = 0; s < N_LETTERS; s++) {
        for (i = 0; i < N_IN; i++)
            X[s * N_IN + i] = LETTERS[s][i] == '#' ? 1.0 : 0.0;
        Y[s * N_OUT + s] = 1.0;
    }
    pn_random_seed(&state, 1);
    pn_initialize(parameters, sizes, pn_glorot_uniform, &state, N_LAYERS);

    for (epoch = 1; epoch <= EPOCHS; epoch++) {
        pn_random_permutation(order, &state, N_LETTERS);
        loss = pn_train_epoch(L, &network, &optimizer, workspace, batch, X, Y, order, 1, NULL, NULL,
                              N_LETTERS);
        if (epoch % 200 == 0)
            printf("epoch %4d: loss %.17g\n", (int)epoch, loss);
    }

    pn_forward(A, A, X + N_IN, &network, NULL, 1);
    for (i = 0; i < N_OUT; i++)
        printf("%c: %.17g\n", (int)('A' + i), outputs[i]);
    return outputs[1] > outputs[0] && outputs[1] > outputs[2] ? 0 : 1;
}
