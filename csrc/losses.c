/* SPDX-License-Identifier: MIT */
/* Losses and their gradients with respect to the outputs A; Y are the targets.
 *
 * A and Y are (n, n_out), rows are samples. A loss gives one number per sample, (n), and a gradient
 * is per sample too: it carries the 2/n_out of the squared error but never 1/n. The mean over
 * samples is taken once: of the losses in pn_mean, of the gradients in dW and db.
 *
 * Scales: mean_squared_error is the mean over samples and outputs, as in Keras and PyTorch. Both
 * cross-entropies are summed over outputs and averaged over samples; Keras and PyTorch divide the
 * binary one by the number of outputs as well. */
#include "contract.h"
#include "purenn.h"

/* x*log y, which is 0 where x is 0, whatever y. */
double pn_xlogy(double x, double y)
{
    if (x == 0.0)
        return 0.0;
    return x * pn_log(y);
}

/* x / y, which is 0 where x is 0, whatever y: the derivative of x*log y by y. */
double pn_xdivy(double x, double y)
{
    if (x == 0.0)
        return 0.0;
    return x / y;
}

/* L[s] = (sum of (A[s][j] - Y[s][j])^2) / n_out, j ascending. */
void pn_mean_squared_error(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    size_t s, j;
    for (s = 0; s < n; s++) {
        const double *a = A + s * n_out;
        const double *y = Y + s * n_out;
        double total = 0.0;
        for (j = 0; j < n_out; j++)
            total = total + (a[j] - y[j]) * (a[j] - y[j]);
        L[s] = total / (double)n_out;
    }
}

/* dA = (2 / n_out)*(A - Y). */
void pn_mean_squared_error_gradient(double *dA, const double *A, const double *Y,
                                    size_t n, size_t n_out)
{
    size_t i;
    double scale = 2.0 / (double)n_out;
    for (i = 0; i < n * n_out; i++)
        dA[i] = scale * (A[i] - Y[i]);
}

/* L[s] = -sum of (Y*log A + (1 - Y)*log(1 - A)) over the outputs j, ascending; 0*log 0 is 0. */
void pn_binary_cross_entropy(double *L, const double *A, const double *Y, size_t n, size_t n_out)
{
    size_t s, j;
    for (s = 0; s < n; s++) {
        const double *a = A + s * n_out;
        const double *y = Y + s * n_out;
        double total = 0.0;
        for (j = 0; j < n_out; j++)
            total = total - (pn_xlogy(y[j], a[j]) + pn_xlogy(1.0 - y[j], 1.0 - a[j]));
        L[s] = total;
    }
}

/* dA = (1 - Y) / (1 - A) - Y / A, each quotient 0 where its numerator is 0. */
void pn_binary_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                      size_t n, size_t n_out)
{
    size_t i;
    for (i = 0; i < n * n_out; i++)
        dA[i] = pn_xdivy(1.0 - Y[i], 1.0 - A[i]) - pn_xdivy(Y[i], A[i]);
}

/* L[s] = -sum of Y[s][j]*log A[s][j], j ascending; 0*log 0 is 0. */
void pn_categorical_cross_entropy(double *L, const double *A, const double *Y,
                                  size_t n, size_t n_out)
{
    size_t s, j;
    for (s = 0; s < n; s++) {
        const double *a = A + s * n_out;
        const double *y = Y + s * n_out;
        double total = 0.0;
        for (j = 0; j < n_out; j++)
            total = total - pn_xlogy(y[j], a[j]);
        L[s] = total;
    }
}

/* dA = -Y / A, 0 where Y is 0. */
void pn_categorical_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                           size_t n, size_t n_out)
{
    size_t i;
    for (i = 0; i < n * n_out; i++)
        dA[i] = -pn_xdivy(Y[i], A[i]);
}

/* dZ = A - Y: the short form, gradient by Z at once, where activation and loss match.
 *
 * They match as sigmoid with binary and softmax with categorical cross-entropy, there for
 * targets that sum to 1. */
void pn_matched_gradient(double *dZ, const double *A, const double *Y, size_t n, size_t n_out)
{
    size_t i;
    for (i = 0; i < n * n_out; i++)
        dZ[i] = A[i] - Y[i];
}

/* (sum of L[s]) / n, s ascending: the loss of a batch. */
double pn_mean(const double *L, size_t n)
{
    size_t s;
    double total = 0.0;
    for (s = 0; s < n; s++)
        total = total + L[s];
    return total / (double)n;
}

const struct pn_loss pn_mean_squared_error_loss = {
    pn_mean_squared_error, pn_mean_squared_error_gradient, NULL};
const struct pn_loss pn_binary_cross_entropy_loss = {
    pn_binary_cross_entropy, pn_binary_cross_entropy_gradient, &pn_sigmoid_activation};
const struct pn_loss pn_categorical_cross_entropy_loss = {
    pn_categorical_cross_entropy, pn_categorical_cross_entropy_gradient, &pn_softmax_activation};
