/* SPDX-License-Identifier: MIT */
/* The letters from layers.h, where m2cgen wrote each layer as a linear model: their sigmoids. */
#include <math.h>

#include "layers.h"

static void sigmoids(double *z, int count)
{
    int j;
    for (j = 0; j < count; j++)
        z[j] = 1 / (1 + exp(-z[j]));
}

void letters_predict(double *x, double *out)
{
    double hidden[5];
    layer1(x, hidden);
    sigmoids(hidden, 5);
    layer2(hidden, out);
    sigmoids(out, 3);
}

int letters_classify(double *x)
{
    double out[3];
    int j, best = 0;

    letters_predict(x, out);
    for (j = 1; j < 3; j++)
        if (out[j] > out[best])
            best = j;
    return best;
}
