/* SPDX-License-Identifier: MIT */
/* The letters, 30-5-3 with sigmoids and no biases, as one would write them by hand.
 *
 * weights.h has them: static const float W1[30][5], W2[5][3]. NUMBER and EXP may be float and expf;
 * without those it computes in double, with exp. */
#include <math.h>

#include "weights.h"

#ifndef NUMBER
#define NUMBER double
#define EXP exp
#endif

static NUMBER sigmoid(NUMBER z)
{
    return 1 / (1 + EXP(-z));
}

void letters_predict(const NUMBER *x, NUMBER *out)
{
    NUMBER hidden[5];
    int i, j;

    for (j = 0; j < 5; j++) {
        NUMBER z = 0;
        for (i = 0; i < 30; i++)
            z += x[i] * W1[i][j];
        hidden[j] = sigmoid(z);
    }
    for (j = 0; j < 3; j++) {
        NUMBER z = 0;
        for (i = 0; i < 5; i++)
            z += hidden[i] * W2[i][j];
        out[j] = sigmoid(z);
    }
}

int letters_classify(const NUMBER *x)
{
    NUMBER out[3];
    int j, best = 0;

    letters_predict(x, out);
    for (j = 1; j < 3; j++)
        if (out[j] > out[best])
            best = j;
    return best;
}
