/* SPDX-License-Identifier: MIT */
/* purenn: dense neural networks, the same bits on every machine.
 *
 * C99. No allocation, no input or output, no state: the caller owns all memory. Rows are
 * samples, matrices are contiguous and row-major: X is (n, n_in), W is (n_in, n_out), b is
 * (n_out), Z, A and dZ are (n, n_out), and d before a letter is a gradient. Outputs come first,
 * then inputs, then sizes. A function reads and writes just the elements its shapes name. No
 * pointer may be NULL unless its comment says so, also where a size is 0.
 *
 * Each function has a twin of the same name, without pn_, in purenn/reference/: file for file,
 * with the same formula and the same order of every sum. Both compute the same bits.
 */
#ifndef PURENN_H
#define PURENN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* cffi: begin */

#define PN_VERSION_MAJOR 0
#define PN_VERSION_MINOR 1
#define PN_VERSION_PATCH 0

/* elementary.c: numbers
 * ---------------------
 * None raises a signal or sets errno: overflow gives inf, bad arguments NaN. */
double pn_divide(double a, double b);
double pn_power_of_two(int k); /* -1022 <= k <= 1023 */
double pn_exp(double x);
double pn_log(double x);
double pn_tanh(double x);

/* near_zero.c: numbers near 0
 * ---------------------------
 * As in elementary.c. */
double pn_log1p(double x);
double pn_expm1(double x);

/* linalg.c: the products of a dense layer
 * ---------------------------------------
 * No output may overlap an input. The gradients take n >= 1. */
void pn_affine(double *Z, const double *X, const double *W, const double *b,
               size_t n, size_t n_in, size_t n_out);
void pn_weight_gradient(double *dW, const double *X, const double *dZ,
                        size_t n, size_t n_in, size_t n_out);
void pn_bias_gradient(double *db, const double *dZ, size_t n, size_t n_out);
void pn_input_gradient(double *dX, const double *dZ, const double *W,
                       size_t n, size_t n_in, size_t n_out);

/* activations.c: A = f(Z) and back
 * --------------------------------
 * A may be Z, and dZ may be dA: each function works in place. */
void pn_identity_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_identity_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_sigmoid_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_sigmoid_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_tanh_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_tanh_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_relu_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_relu_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_leaky_relu_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_leaky_relu_backward(double *dZ, const double *dA, const double *A,
                            size_t n, size_t n_out);
void pn_elu_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_elu_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_softplus_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_softplus_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
void pn_softmax_forward(double *A, const double *Z, size_t n, size_t n_out);
void pn_softmax_backward(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);

/* An activation as a network uses it: a linker leaves out those that no network names. */
struct pn_activation {
    void (*forward)(double *A, const double *Z, size_t n, size_t n_out);
    void (*backward)(double *dZ, const double *dA, const double *A, size_t n, size_t n_out);
};
extern const struct pn_activation pn_identity_activation;
extern const struct pn_activation pn_sigmoid_activation;
extern const struct pn_activation pn_tanh_activation;
extern const struct pn_activation pn_relu_activation;
extern const struct pn_activation pn_leaky_relu_activation;
extern const struct pn_activation pn_elu_activation;
extern const struct pn_activation pn_softplus_activation;
extern const struct pn_activation pn_softmax_activation;

/* regression.c: how far the outputs A are from the targets Y
 * ----------------------------------------------------------
 * L is (n): one loss per sample. Gradients are per sample, never divided by n. dA and dZ may be A;
 * so it is in cross_entropy.c, too. */
void pn_mean_squared_error(double *L, const double *A, const double *Y, size_t n, size_t n_out);
void pn_mean_squared_error_gradient(double *dA, const double *A, const double *Y,
                                    size_t n, size_t n_out);
void pn_mean_absolute_error(double *L, const double *A, const double *Y, size_t n, size_t n_out);
void pn_mean_absolute_error_gradient(double *dA, const double *A, const double *Y,
                                     size_t n, size_t n_out);
void pn_huber(double *L, const double *A, const double *Y, size_t n, size_t n_out);
void pn_huber_gradient(double *dA, const double *A, const double *Y, size_t n, size_t n_out);

/* cross_entropy.c: how far the probabilities A, or those behind which Z stand, are from Y
 * --------------------------------------------------------------------------------------- */
double pn_xlogy(double x, double y);
double pn_xdivy(double x, double y);
void pn_binary_cross_entropy(double *L, const double *A, const double *Y, size_t n, size_t n_out);
void pn_binary_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                      size_t n, size_t n_out);
void pn_binary_cross_entropy_with_logits(double *L, const double *Z, const double *Y,
                                         size_t n, size_t n_out);
void pn_categorical_cross_entropy(double *L, const double *A, const double *Y,
                                  size_t n, size_t n_out);
void pn_categorical_cross_entropy_gradient(double *dA, const double *A, const double *Y,
                                           size_t n, size_t n_out);
void pn_categorical_cross_entropy_with_logits(double *L, const double *Z, const double *Y,
                                              size_t n, size_t n_out);
void pn_matched_gradient(double *dZ, const double *A, const double *Y, size_t n, size_t n_out);

/* losses.c: all losses
 * -------------------- */
double pn_mean(const double *L, size_t n);

/* A loss as a network uses it. */
struct pn_loss {
    void (*losses)(double *L, const double *A, const double *Y, size_t n, size_t n_out);
    void (*gradient)(double *dA, const double *A, const double *Y, size_t n, size_t n_out);
    const struct pn_activation *matched; /* with which dZ is A - Y, or NULL */
    void (*losses_of_Z)(double *L, const double *Z, const double *Y, /* there, or NULL */
                        size_t n, size_t n_out);
};
extern const struct pn_loss pn_mean_squared_error_loss;
extern const struct pn_loss pn_mean_absolute_error_loss;
extern const struct pn_loss pn_huber_loss;
extern const struct pn_loss pn_binary_cross_entropy_loss;
extern const struct pn_loss pn_categorical_cross_entropy_loss;

/* network.c: all layers
 * ---------------------
 * What a network computes with. Everything but the parameters can be static const. */
struct pn_network {
    const size_t *sizes; /* (n_layers + 1): the inputs, then the outputs of each layer */
    const struct pn_activation *const *activations; /* (n_layers) */
    const struct pn_loss *loss;
    double *parameters;  /* layer by layer W row-major, then b; only training writes them */
    size_t n_layers;     /* >= 1 */
    int bias;            /* 0 for a network without biases: b is 0, and so is every db */
};

/* How many numbers W and b of the first n_layers layers hold, and so where the next one begins in
 * parameters and in gradients; and how many units these layers have: times n, where the next one
 * begins in Z, A and dZ, which hold a matrix (n, sizes[l + 1]) for each layer l. */
size_t pn_count_parameters(const size_t *sizes, size_t n_layers);
size_t pn_count_units(const size_t *sizes, size_t n_layers);

/* S may be X. Z may be A where nobody wants the Z. In pn_output_gradient dZ may not be A.
 * pn_backward takes n >= 1. */
void pn_scale_inputs(double *S, const double *X, const double *offset, const double *scale,
                     size_t n, size_t n_in);
void pn_forward(double *Z, double *A, const double *X, const struct pn_network *network, size_t n);
void pn_output_losses(double *L, const double *Z, const double *A, const double *Y,
                      const struct pn_activation *activation, const struct pn_loss *loss,
                      size_t n, size_t n_out);
void pn_output_gradient(double *dZ, const double *A, const double *Y,
                        const struct pn_activation *activation, const struct pn_loss *loss,
                        size_t n, size_t n_out);
void pn_backward(double *dZ, double *gradients, const double *A, const double *X,
                 const double *Y, const struct pn_network *network, size_t n);

/* optimizers.c: the update rules
 * ------------------------------ */
void pn_gradient_descent(double *w, const double *g, double learning_rate, size_t count);

/* training.c: learning
 * --------------------
 * n >= 1. workspace holds, for a batch of n samples, the gradients, A and dZ of every layer:
 * pn_count_parameters + 2*n*pn_count_units doubles. */
void pn_train_step(double *L, const struct pn_network *network, double *workspace,
                   const double *X, const double *Y, double learning_rate, size_t n);

/* Returns the mean of L, which is (n) and gets the losses in the order taken. order is (n), each
 * below n, or NULL for 0, 1, 2 ...; 1 <= batch_size <= n. batch holds batch_size*(n_in + n_out)
 * doubles, and may be NULL where order is. workspace is that of a step on batch_size samples. */
double pn_train_epoch(double *L, const struct pn_network *network, double *workspace,
                      double *batch, const double *X, const double *Y, const size_t *order,
                      size_t batch_size, double learning_rate, size_t n);

/* cffi: end */

#ifdef __cplusplus
}
#endif

#endif
