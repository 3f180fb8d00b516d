/* SPDX-License-Identifier: MIT */
/* Times an exported network, and the plain core with the same weights, in turns.
 *
 * The arguments are a file of its parameters as the core has them, then of its inputs. Prints the
 * least seconds of a prediction of each, and whether all outputs have the same bits. */
#define _POSIX_C_SOURCE 200809L
#include "purenn.h"
#include "wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N_LAYERS = 3, TURNS = 100, REPETITIONS = 5 };

static const size_t sizes[] = {WIDE_INPUTS, 512, 512, WIDE_OUTPUTS};
static const struct pn_activation *const activations[] = {
    &pn_sigmoid_activation, &pn_sigmoid_activation, &pn_softmax_activation};
static double x[WIDE_INPUTS], out[WIDE_OUTPUTS], A[512 + 512 + WIDE_OUTPUTS];
static double *parameters;

static void exported(void) { wide_predict(x, out); }

static void plain(void)
{
    const struct pn_network network = {
        sizes, activations, &pn_categorical_cross_entropy_loss, parameters, N_LAYERS, 1};
    pn_forward(A, A, x, &network, NULL, 1);
}

static void read_file(const char *path, double *numbers, size_t count)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(numbers, sizeof *numbers, count, file) != count)
        exit(2);
    fclose(file);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void time_it(double *least, void (*predict)(void))
{
    double start = now(), seconds;
    int i;
    for (i = 0; i < REPETITIONS; i++)
        predict();
    seconds = (now() - start) / REPETITIONS;
    if (seconds < *least)
        *least = seconds;
}

int main(int count, char **arguments)
{
    const size_t n_parameters = pn_count_parameters(sizes, N_LAYERS);
    double of_export = 1e9, of_core = 1e9;
    int turn;
    parameters = malloc(n_parameters * sizeof *parameters);
    if (count != 3 || parameters == NULL)
        return 2;
    read_file(arguments[1], parameters, n_parameters);
    read_file(arguments[2], x, WIDE_INPUTS);
    for (turn = 0; turn < TURNS; turn++) {
        time_it(&of_export, exported);
        time_it(&of_core, plain);
    }
    printf("%.9g %.9g %d\n", of_export, of_core,
           memcmp(out, A + 512 + 512, sizeof out) == 0);
    free(parameters);
    return 0;
}
