/* SPDX-License-Identifier: MIT */
/* The update rules: how a gradient g changes the parameters w. */
#include "contract.h"
#include "purenn.h"

/* w[i] <- w[i] - (learning_rate*g[i]), in place.
 *
 * w and g are (count): all parameters and their gradients, or any part of them. */
void pn_gradient_descent(double *w, const double *g, double learning_rate, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        w[i] = w[i] - learning_rate * g[i];
}
