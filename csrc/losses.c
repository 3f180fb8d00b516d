/* SPDX-License-Identifier: MIT */
/* What all losses have in common, and a description of each.
 *
 * A loss gives one number per sample, (n), and a gradient is per sample too: it carries the 1/n_out
 * of a mean over outputs but never 1/n. The mean over samples is taken once: of the losses in
 * pn_mean, of the gradients in dW and db. Losses for numbers are means over samples and outputs,
 * cross-entropies sums over outputs and means over samples. */
#include "contract.h"
#include "purenn.h"

/* Y[s][j] = 1 where j is the class of sample s, else 0: targets that name classes.
 *
 * classes (n), each less than n_out -> Y (n, n_out). */
void pn_one_hot(double *Y, const uint32_t *classes, size_t n_out, size_t n)
{
    for (size_t s = 0; s < n; s++)
        for (size_t j = 0; j < n_out; j++)
            Y[s * n_out + j] = j == classes[s] ? 1.0 : 0.0;
}

/* (sum of L[s]) / n, s ascending: the loss of a batch. */
double pn_mean(const double *L, size_t n)
{
    double total = 0.0;
    for (size_t s = 0; s < n; s++)
        total = total + L[s];
    return total / (double)n;
}

const struct pn_loss pn_mean_squared_error_loss = {
    pn_mean_squared_error, pn_mean_squared_error_gradient, NULL, NULL};
const struct pn_loss pn_mean_absolute_error_loss = {
    pn_mean_absolute_error, pn_mean_absolute_error_gradient, NULL, NULL};
const struct pn_loss pn_huber_loss = {pn_huber, pn_huber_gradient, NULL, NULL};
const struct pn_loss pn_binary_cross_entropy_loss = {
    pn_binary_cross_entropy, pn_binary_cross_entropy_gradient, &pn_sigmoid_activation,
    pn_binary_cross_entropy_with_logits};
const struct pn_loss pn_categorical_cross_entropy_loss = {
    pn_categorical_cross_entropy, pn_categorical_cross_entropy_gradient, &pn_softmax_activation,
    pn_categorical_cross_entropy_with_logits};
