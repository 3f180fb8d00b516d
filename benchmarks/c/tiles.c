/* How fast the tile of csrc/simd/linalg.h is, compiled with LANES and ROWS: `tiles SECONDS`.
 *
 * Prints the multiplications and additions per second of tiles whose numbers lie in the first
 * cache, and of the three products of a layer of 512 inputs and 512 outputs for 128 samples. Each is
 * the best of many attempts. */
#define _POSIX_C_SOURCE 200809L
#include "simd/linalg.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SAMPLES 128
#define WIDTH 512
#define ATTEMPT 2e7 /* multiplications and additions of an attempt, at least */

static double *X, *Z, *W, *b, *scratch;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Each returns how many multiplications and additions it did. */
static double tiles_of(size_t a_row, size_t a_step, size_t a_tile)
{
    size_t m = 48 / ROWS * ROWS, count = SAMPLES;
    struct sums sums = {Z, PANEL, PANEL, 1, NULL};
    struct factors factors = {X, W, a_row, a_step, a_tile, PANEL, count, NULL};
    panel_products(&sums, &factors, m, 0);
    return 2.0 * (double)(m * PANEL * count);
}

/* As the weight gradient takes them, and as the others do. */
static double tiles_by_column(void)
{
    return tiles_of(1, ROWS, ROWS);
}

static double tiles_by_row(void)
{
    return tiles_of(BLOCK_ROW, 1, ROWS * BLOCK_ROW);
}

static double forward(void)
{
    affine(Z, X, W, b, SAMPLES, WIDTH, WIDTH, scratch);
    return 2.0 * SAMPLES * WIDTH * WIDTH;
}

static double weights(void)
{
    add_weight_products(W, b, X, WIDTH, Z, SAMPLES, WIDTH, WIDTH, 1, scratch);
    return 2.0 * SAMPLES * WIDTH * WIDTH;
}

static double inputs(void)
{
    input_gradient(X, Z, W, WIDTH, SAMPLES, WIDTH, WIDTH, scratch);
    return 2.0 * SAMPLES * WIDTH * WIDTH;
}

static double best(double (*work)(void), double seconds)
{
    double start = now(), most = 0.0;
    size_t i;
    for (i = 0; i < WIDTH * WIDTH; i++)
        W[i] = 1e-3 * (double)(i % 997);
    for (i = 0; i < SAMPLES * WIDTH; i++)
        X[i] = Z[i] = 1e-3 * (double)(i % 991);
    while (now() < start + seconds) {
        double from = now(), done = 0.0;
        while (done < ATTEMPT)
            done += work();
        done /= now() - from;
        most = done > most ? done : most;
    }
    return most;
}

static double *new_doubles(size_t count)
{
    void *memory;
    if (posix_memalign(&memory, 64, count * sizeof(double)) != 0)
        exit(2);
    return memory;
}

int main(int argc, char **argv)
{
    double seconds = argc == 2 ? atof(argv[1]) : 0.1;
    X = new_doubles(SAMPLES * WIDTH);
    Z = new_doubles(SAMPLES * WIDTH);
    W = new_doubles(WIDTH * WIDTH);
    b = new_doubles(WIDTH);
    scratch = new_doubles(PN_SCRATCH);
    printf("%.9g\n%.9g\n%.9g\n%.9g\n%.9g\n", best(tiles_by_row, seconds),
           best(tiles_by_column, seconds), best(forward, seconds), best(weights, seconds),
           best(inputs, seconds));
    return 0;
}
