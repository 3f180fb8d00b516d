/* SPDX-License-Identifier: MIT */
/* Dropout: in a training, units of hidden layers are left out at random, others count for more.
 *
 * Source: N. Srivastava et al., JMLR 15 (2014); inverted, so that a prediction needs no factor. */
#include "contract.h"
#include "purenn.h"

/* masks[l][s][j]: 0 with probability rates[l], else 1 / (1 - rates[l]), for hidden layers l.
 *
 * A word of the stream for each unit of each layer with a rate above 0, sample by sample, in each
 * layer by layer, units ascending: the unit is left out where the word is below rates[l]*2^32.
 * sizes are the inputs, then the outputs of each layer -> matrices (n, n_out of layer l). */
void pn_draw_masks(double *masks, struct pn_random *random, const double *rates,
                   size_t n, const size_t *sizes, size_t n_layers)
{
    for (size_t s = 0; s < n; s++) {
        double *start = masks;
        for (size_t layer = 0; layer + 1 < n_layers; layer++) {
            size_t n_out = sizes[layer + 1];
            double rate = rates[layer], kept = 1.0 / (1.0 - rate);
            double *mask = start + s * n_out;
            for (size_t j = 0; j < n_out; j++)
                mask[j] =
                    rate > 0.0 && pn_random_word(random) < rate * 4294967296.0 ? 0.0 : kept;
            start += n * n_out;
        }
    }
}

/* D[s][j] = A[s][j]*mask[s][j].
 *
 * A, mask and D are (n, n_out). */
void pn_drop(double *D, const double *A, const double *mask, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        D[i] = A[i] * mask[i];
}
