/* SPDX-License-Identifier: MIT */
/* Training: one step on a batch, one epoch over all samples. */
#include "contract.h"
#include "purenn.h"

/* Changes the parameters by one step of gradient descent on the batch X, Y.
 *
 * X (n, n_in), Y (n, n_out) -> L, the loss of each sample before the step, (n). */
void pn_train_step(double *L, const struct pn_network *network, double *workspace,
                   const double *X, const double *Y, double learning_rate, size_t n)
{
    size_t n_layers = network->n_layers;
    size_t n_out = network->sizes[n_layers];
    size_t count = pn_count_parameters(network->sizes, n_layers);
    size_t units = pn_count_units(network->sizes, n_layers);
    double *gradients = workspace;
    double *A = gradients + count;
    double *dZ = A + n * units;
    size_t last = n * (units - n_out);
    pn_forward(dZ, A, X, network, n); /* the Z lie where the dZ will */
    pn_output_losses(L, dZ + last, A + last, Y, network->activations[n_layers - 1], network->loss,
                     n, n_out);
    pn_backward(dZ, gradients, A, X, Y, network, n);
    pn_gradient_descent(network->parameters, gradients, learning_rate, count);
}

/* One step for each batch of batch_size samples, taken in the given order.
 *
 * The last batch holds what is left. order (n) names rows of X (n, n_in) and Y (n, n_out).
 * Returns the mean over all samples of the loss each had before its batch's step. */
double pn_train_epoch(double *L, const struct pn_network *network, double *workspace,
                      double *batch, const double *X, const double *Y, const size_t *order,
                      size_t batch_size, double learning_rate, size_t n)
{
    size_t n_in = network->sizes[0];
    size_t n_out = network->sizes[network->n_layers];
    size_t start, size, s, i;
    for (start = 0; start < n; start += size) {
        const double *batch_X = X + start * n_in;
        const double *batch_Y = Y + start * n_out;
        size = n - start < batch_size ? n - start : batch_size;
        if (order) {
            double *rows_X = batch;
            double *rows_Y = batch + size * n_in;
            for (s = 0; s < size; s++) {
                size_t row = order[start + s];
                for (i = 0; i < n_in; i++)
                    rows_X[s * n_in + i] = X[row * n_in + i];
                for (i = 0; i < n_out; i++)
                    rows_Y[s * n_out + i] = Y[row * n_out + i];
            }
            batch_X = rows_X;
            batch_Y = rows_Y;
        }
        pn_train_step(L + start, network, workspace, batch_X, batch_Y, learning_rate, size);
    }
    return pn_mean(L, n);
}
