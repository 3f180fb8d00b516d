/* SPDX-License-Identifier: MIT */
/* A dense network: forward keeps what every layer computed, backward gives every gradient.
 *
 * Parameters hold, layer by layer, W row-major, then b. Z, A and dZ hold one matrix (n, n_out) per
 * layer; the last of A are the outputs. */
#include "contract.h"
#include "purenn.h"

/* The sum of (sizes[l] + 1)*sizes[l + 1] over the layers l: all numbers in W and b.
 *
 * sizes are the inputs, then the outputs of each layer. */
size_t pn_count_parameters(const size_t *sizes, size_t n_layers)
{
    size_t count = 0;
    for (size_t layer = 0; layer < n_layers; layer++)
        count += (sizes[layer] + 1) * sizes[layer + 1];
    return count;
}

/* The sum of sizes[l + 1] over the layers l: all numbers in A for one sample.
 *
 * sizes are the inputs, then the outputs of each layer. */
size_t pn_count_units(const size_t *sizes, size_t n_layers)
{
    size_t count = 0;
    for (size_t layer = 0; layer < n_layers; layer++)
        count += sizes[layer + 1];
    return count;
}

/* S[s][k] = (X[s][k] - offset[k]) / scale[k].
 *
 * X (n, n_in), offset and scale (n_in) -> S (n, n_in). */
void pn_scale_inputs(double *S, const double *X, const double *offset, const double *scale,
                     size_t n, size_t n_in)
{
    for (size_t s = 0; s < n; s++)
        for (size_t k = 0; k < n_in; k++)
            S[s * n_in + k] = (X[s * n_in + k] - offset[k]) / scale[k];
}

/* Z[l] = A[l-1]*W[l] + b[l], A[l] = f[l](Z[l]), with A[-1] = X, for every layer l.
 *
 * X (n, n_in), masks of hidden layers or None -> Z and A, matrices (n, n_out of layer l). With
 * masks, the next layer gets D[l] = A[l]*masks[l], which stands in place of Z[l]. */
void pn_forward(double *Z, double *A, const double *X, const struct pn_network *network,
                const double *masks, size_t n)
{
    const double *inputs = X, *W = network->parameters;
    for (size_t layer = 0; layer < network->n_layers; layer++) {
        size_t n_in = network->sizes[layer], n_out = network->sizes[layer + 1];
        const double *b = W + n_in * n_out;
        pn_affine(Z, inputs, W, b, n, n_in, n_out);
        network->activations[layer]->forward(A, Z, n, n_out);
        inputs = A;
        if (masks && layer + 1 < network->n_layers) {
            pn_drop(Z, A, masks, n, n_out);
            inputs = Z;
            masks += n * n_out;
        }
        Z += n * n_out;
        A += n * n_out;
        W = b + n_out;
    }
}

/* The loss of each sample: from Z where activation and loss match, else from A.
 *
 * Z, A and Y (n, n_out) -> L (n). */
void pn_output_losses(double *L, const double *Z, const double *A, const double *Y,
                      const struct pn_activation *activation, const struct pn_loss *loss,
                      size_t n, size_t n_out)
{
    if (loss->matched == activation)
        loss->losses_of_Z(L, Z, Y, n, n_out);
    else
        loss->losses(L, A, Y, n, n_out);
}

/* dZ of the last layer: A - Y where activation and loss match, else f' of the loss's dA. */
void pn_output_gradient(double *dZ, const double *A, const double *Y,
                        const struct pn_activation *activation, const struct pn_loss *loss,
                        size_t n, size_t n_out)
{
    if (loss->matched == activation) {
        pn_matched_gradient(dZ, A, Y, n, n_out);
    } else {
        loss->gradient(dZ, A, Y, n, n_out);
        activation->backward(dZ, dZ, A, n, n_out);
    }
}

/* dZ[s][j] <- sample_weights[s]*dZ[s][j], in place.
 *
 * dZ (n, n_out), sample_weights (n). */
void pn_weigh_samples(double *dZ, const double *sample_weights, size_t n, size_t n_out)
{
    for (size_t i = 0; i < n * n_out; i++)
        dZ[i] = sample_weights[i / n_out] * dZ[i];
}

/* dZ[l], dW[l] and db[l] for every layer l, from the last layer to the first.
 *
 * dW[l] = A[l-1]^T*dZ[l] / n, db[l] the mean of dZ[l], dZ[l-1] = f'[l-1] of dZ[l]*W[l]^T.
 * Without bias, db is 0, so that a bias which starts at 0 stays 0.
 * A of every layer, X (n, n_in), Y (n, n_out), sample_weights (n) or None for 1 -> dZ, and
 * gradients as parameters hold them. Weights don't change n: a weight of 2 counts twice as much
 * as 1 in a mean over as many samples. With masks, layers but the first got A*mask of the one
 * before, and so goes the gradient back. */
void pn_backward(double *dZ, double *gradients, const double *A, const double *X,
                 const double *Y, const struct pn_network *network, const double *sample_weights,
                 const double *masks, size_t n)
{
    const size_t *sizes = network->sizes;
    size_t last = network->n_layers - 1, parameters = pn_count_parameters(sizes, last);
    size_t units = n * pn_count_units(sizes, last);
    const double *W = network->parameters + parameters;
    double *dW = gradients + parameters;
    A += units;
    dZ += units;
    masks = masks ? masks + units : NULL;
    pn_output_gradient(dZ, A, Y, network->activations[last], network->loss, n, sizes[last + 1]);
    if (sample_weights)
        pn_weigh_samples(dZ, sample_weights, n, sizes[last + 1]);
    for (size_t layer = last;; layer--) {
        size_t n_in = sizes[layer], n_out = sizes[layer + 1];
        double *db = dW + n_in * n_out;
        const double *inputs = layer > 0 ? A - n * n_in : X;
        if (masks && layer > 0) {
            masks -= n * n_in;
            pn_drop(dZ - n * n_in, inputs, masks, n, n_in);
            inputs = dZ - n * n_in;
        }
        pn_weight_gradient(dW, inputs, dZ, n, n_in, n_out);
        if (network->bias)
            pn_bias_gradient(db, dZ, n, n_out);
        else
            for (size_t j = 0; j < n_out; j++)
                db[j] = 0.0;
        if (layer == 0)
            break;
        pn_input_gradient(dZ - n * n_in, dZ, W, n, n_in, n_out);
        dZ -= n * n_in;
        A -= n * n_in;
        if (masks)
            pn_drop(dZ, dZ, masks, n, n_in);
        network->activations[layer - 1]->backward(dZ, dZ, A, n, n_in);
        W -= (sizes[layer - 1] + 1) * n_in;
        dW -= (sizes[layer - 1] + 1) * n_in;
    }
}
