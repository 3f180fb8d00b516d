/* SPDX-License-Identifier: MIT */
/* An example for purenn's C core: learns three letters of 5x6 pixels, then reads one of them.
 *
 *     cc -std=c99 -O2 letters.c purenn.c -o letters && ./letters
 *
 * All memory is counted here, and none is allocated: see purenn.h for the sizes. */
#include "purenn.h"

#include <stdint.h>
#include <stdio.h>

enum { N_IN = 30, N_HIDDEN = 5, N_OUT = 3, N_LETTERS = 3, EPOCHS = 1000 };
enum { COUNT = (N_IN + 1) * N_HIDDEN + (N_HIDDEN + 1) * N_OUT, UNITS = N_HIDDEN + N_OUT };

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

static const size_t sizes[] = {N_IN, N_HIDDEN, N_OUT};
static const int activations[] = {PN_SIGMOID, PN_SIGMOID};

static double X[N_LETTERS * N_IN], Y[N_LETTERS * N_OUT], L[N_LETTERS];
static double parameters[COUNT], workspace[COUNT + 2 * UNITS]; /* for batches of one letter */

/* Uniform in -0.5 ... 0.5, by a linear congruential generator: every first weight is exact. */
static double next_weight(uint32_t *state)
{
    *state = 1664525u * *state + 1013904223u;
    return (double)(*state >> 8) / 16777216.0 - 0.5;
}

int main(void)
{
    double loss = 0.0, A[UNITS];
    const double *outputs = A + N_HIDDEN;
    uint32_t state = 1;
    size_t s, i, epoch;

    for (s = 0; s < N_LETTERS; s++) {
        for (i = 0; i < N_IN; i++)
            X[s * N_IN + i] = LETTERS[s][i] == '#' ? 1.0 : 0.0;
        Y[s * N_OUT + s] = 1.0;
    }
    for (i = 0; i < COUNT; i++)
        parameters[i] = next_weight(&state);

    for (epoch = 1; epoch <= EPOCHS; epoch++) {
        loss = pn_train_epoch(L, parameters, workspace, NULL, X, Y, NULL, 1, activations,
                              PN_BINARY_CROSS_ENTROPY, 1, 0.1, sizes, 2, N_LETTERS);
        if (epoch % 200 == 0)
            printf("epoch %4d: loss %.17g\n", (int)epoch, loss);
    }

    pn_forward(A, A, X + N_IN, parameters, activations, sizes, 2, 1);
    for (i = 0; i < N_OUT; i++)
        printf("%c: %.17g\n", (int)('A' + i), outputs[i]);
    return outputs[1] > outputs[0] && outputs[1] > outputs[2] ? 0 : 1;
}
