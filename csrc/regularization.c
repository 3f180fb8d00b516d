/* SPDX-License-Identifier: MIT */
/* What keeps weights and steps small: weight decay, and clipping by the norm of all gradients. */
#include "contract.h"
#include "purenn.h"

#include <math.h>

/* g[i] <- g[i] + weight_decay*w[i], in place: the gradient of (weight_decay / 2)*sum of w[i]^2.
 *
 * w and g are (count): all parameters and their gradients, or any part of them. */
void pn_l2_decay(double *w, double *g, double weight_decay, double learning_rate, size_t count)
{
    (void)learning_rate;
    for (size_t i = 0; i < count; i++)
        g[i] = g[i] + weight_decay * w[i];
}

/* w[i] <- (1 - learning_rate*weight_decay)*w[i], in place, before the step: with Adam, AdamW.
 *
 * w is (count): all parameters, or any part of them.
 * Source: I. Loshchilov and F. Hutter, ICLR 2019; PyTorch's form. */
void pn_decoupled_decay(double *w, double *g, double weight_decay, double learning_rate,
                        size_t count)
{
    double rest = 1.0 - learning_rate * weight_decay;
    (void)g;
    for (size_t i = 0; i < count; i++)
        w[i] = rest * w[i];
}

/* sqrt(sum of g^2) over all gradients (dW, db), layer by layer.
 *
 * In a layer the squares of each column of dW are summed, rows ascending; then the sum goes on
 * over these sums, columns ascending, and over the squares of db, ascending. */
double pn_gradient_norm(const double *gradients, const size_t *sizes, size_t n_layers)
{
    double total = 0.0;
    for (size_t layer = 0; layer < n_layers; layer++) {
        size_t n_in = sizes[layer], n_out = sizes[layer + 1];
        const double *db = gradients + n_in * n_out;
        for (size_t j = 0; j < n_out; j++) {
            double column = 0.0;
            for (size_t k = 0; k < n_in; k++)
                column = column + gradients[k * n_out + j] * gradients[k * n_out + j];
            total = total + column;
        }
        for (size_t j = 0; j < n_out; j++)
            total = total + db[j] * db[j];
        gradients = db + n_out;
    }
    return sqrt(total);
}

/* g <- (largest_norm / (norm + 10^-6))*g for all gradients, in place, if that factor is below 1.
 *
 * Source: R. Pascanu et al., ICML 2013; with the 10^-6 of PyTorch. */
void pn_clip_gradients(double *gradients, double largest_norm, const size_t *sizes, size_t n_layers)
{
    double factor = largest_norm / (pn_gradient_norm(gradients, sizes, n_layers) + 1e-06);
    size_t count = pn_count_parameters(sizes, n_layers);
    for (size_t i = 0; factor < 1.0 && i < count; i++)
        gradients[i] = factor * gradients[i];
}
