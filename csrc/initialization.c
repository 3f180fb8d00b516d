/* SPDX-License-Identifier: MIT */
/* First weights: each rule draws W (n_in, n_out) from the stream of a state, row by row.
 *
 * Uniform and normal weights of the same name have the same variance. The normal ones are not cut
 * off: PyTorch's aren't either, while Keras draws again beyond 2 deviations, and widens the rest to
 * the same variance.
 *
 * Sources: X. Glorot and Y. Bengio, AISTATS 2010, equations 12 and 16; K. He et al., ICCV 2015,
 * equation 10; Y. LeCun et al., "Efficient BackProp", 1998, equation 16. */
#include "contract.h"
#include "purenn.h"

#include <math.h>

/* W = (2*u - 1)*limit, u uniform in [0, 1). */
void pn_uniform_weights(double *W, struct pn_random *state, double limit, size_t n_in, size_t n_out)
{
    for (size_t i = 0; i < n_in * n_out; i++)
        W[i] = (2.0 * pn_random_uniform(state) - 1.0) * limit;
}

/* W = g*deviation, g normal of mean 0 and deviation 1. */
void pn_normal_weights(double *W, struct pn_random *state, double deviation,
                       size_t n_in, size_t n_out)
{
    for (size_t i = 0; i < n_in * n_out; i++)
        W[i] = pn_random_normal(state) * deviation;
}

/* W uniform in +-sqrt(6 / (n_in + n_out)): for tanh, sigmoid and softmax. */
void pn_glorot_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_uniform_weights(W, state, sqrt(6.0 / (double)(n_in + n_out)), n_in, n_out);
}

/* W normal with deviation sqrt(2 / (n_in + n_out)): for tanh, sigmoid and softmax. */
void pn_glorot_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_normal_weights(W, state, sqrt(2.0 / (double)(n_in + n_out)), n_in, n_out);
}

/* W uniform in +-sqrt(6 / n_in): for relu and leaky_relu. */
void pn_he_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_uniform_weights(W, state, sqrt(6.0 / (double)n_in), n_in, n_out);
}

/* W normal with deviation sqrt(2 / n_in): for relu and leaky_relu. */
void pn_he_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_normal_weights(W, state, sqrt(2.0 / (double)n_in), n_in, n_out);
}

/* W uniform in +-sqrt(3 / n_in): for tanh and identity. */
void pn_lecun_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_uniform_weights(W, state, sqrt(3.0 / (double)n_in), n_in, n_out);
}

/* W normal with deviation sqrt(1 / n_in): for tanh and identity. */
void pn_lecun_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    pn_normal_weights(W, state, sqrt(1.0 / (double)n_in), n_in, n_out);
}

/* W = 0, nothing drawn: for a single layer. Units of a hidden layer would remain the same. */
void pn_zeros(double *W, struct pn_random *state, size_t n_in, size_t n_out)
{
    (void)state;
    for (size_t i = 0; i < n_in * n_out; i++)
        W[i] = 0.0;
}

/* First parameters: W of each layer in turn by the rule, every b = 0.
 *
 * sizes are the inputs, then the outputs of each layer -> (W, b) of each layer. */
void pn_initialize(double *parameters, const size_t *sizes, pn_initialization *initialization,
                   struct pn_random *state, size_t n_layers)
{
    for (size_t layer = 0; layer < n_layers; layer++) {
        size_t n_in = sizes[layer], n_out = sizes[layer + 1];
        double *b = parameters + n_in * n_out;
        initialization(parameters, state, n_in, n_out);
        for (size_t j = 0; j < n_out; j++)
            b[j] = 0.0;
        parameters = b + n_out;
    }
}
