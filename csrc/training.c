/* SPDX-License-Identifier: MIT */
/* Training: one step on a batch, one epoch over all samples. */
#include "contract.h"
#include "purenn.h"

/* Changes the parameters by one step of gradient descent on the batch X, Y.
 *
 * X (n, n_in), Y (n, n_out) -> L, the loss of each sample before the step, (n). */
void pn_train_step(double *L, double *parameters, double *workspace, const double *X,
                   const double *Y, const int *activations, int loss, int bias,
                   double learning_rate, const size_t *sizes, size_t n_layers, size_t n)
{
    size_t n_out = sizes[n_layers];
    size_t count = 0, units = 0, layer;
    double *gradients, *A, *dZ;
    for (layer = 0; layer < n_layers; layer++) {
        count += (sizes[layer] + 1) * sizes[layer + 1];
        units += sizes[layer + 1];
    }
    gradients = workspace;
    A = gradients + count;
    dZ = A + n * units;
    pn_forward(A, A, X, parameters, activations, sizes, n_layers, n);
    pn_sample_losses(L, A + n * (units - n_out), Y, loss, n, n_out);
    pn_backward(dZ, gradients, A, X, Y, parameters, activations, loss, bias, sizes, n_layers, n);
    pn_gradient_descent(parameters, gradients, learning_rate, count);
}

/* One step for each batch of batch_size samples, taken in the given order.
 *
 * The last batch holds what is left. order (n) names rows of X (n, n_in) and Y (n, n_out).
 * Returns the mean over all samples of the loss each had before its batch's step. */
double pn_train_epoch(double *L, double *parameters, double *workspace, double *batch,
                      const double *X, const double *Y, const size_t *order, size_t batch_size,
                      const int *activations, int loss, int bias, double learning_rate,
                      const size_t *sizes, size_t n_layers, size_t n)
{
    size_t n_in = sizes[0];
    size_t n_out = sizes[n_layers];
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
        pn_train_step(L + start, parameters, workspace, batch_X, batch_Y, activations, loss,
                      bias, learning_rate, sizes, n_layers, size);
    }
    return pn_mean(L, n);
}
