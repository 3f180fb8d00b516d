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
#include <stdint.h>

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
void pn_one_hot(double *Y, const uint32_t *classes, size_t n_out, size_t n);
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

/* random.c: random numbers
 * ------------------------
 * The state of a stream: the caller owns it, and begins with pn_random_seed. */
#define PN_RANDOM_WORDS 624
struct pn_random {
    uint32_t words[PN_RANDOM_WORDS];
    size_t position; /* of the next word; PN_RANDOM_WORDS where all have been taken */
    int has_spare;   /* whether spare is a normal number that waits */
    double spare;
};

/* order is (n), n <= 2^32. */
void pn_random_seed(struct pn_random *state, uint32_t seed);
void pn_random_twist(struct pn_random *state);
uint32_t pn_random_word(struct pn_random *state);
double pn_random_uniform(struct pn_random *state);
uint32_t pn_random_below_or_equal(struct pn_random *state, uint32_t largest);
void pn_random_permutation(size_t *order, struct pn_random *state, size_t n);
double pn_random_normal(struct pn_random *state);

/* dropout.c: units that are left out
 * ----------------------------------
 * masks are (n, n_out) for each layer but the last, rates (n_layers - 1), each at least 0 and below
 * 1. D may be A. */
void pn_draw_masks(double *masks, struct pn_random *random, const double *rates,
                   size_t n, const size_t *sizes, size_t n_layers);
void pn_drop(double *D, const double *A, const double *mask, size_t n, size_t n_out);

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
void pn_forward(double *Z, double *A, const double *X, const struct pn_network *network,
                const double *masks, size_t n);
void pn_output_losses(double *L, const double *Z, const double *A, const double *Y,
                      const struct pn_activation *activation, const struct pn_loss *loss,
                      size_t n, size_t n_out);
void pn_output_gradient(double *dZ, const double *A, const double *Y,
                        const struct pn_activation *activation, const struct pn_loss *loss,
                        size_t n, size_t n_out);
void pn_weigh_samples(double *dZ, const double *sample_weights, size_t n, size_t n_out);
void pn_backward(double *dZ, double *gradients, const double *A, const double *X,
                 const double *Y, const struct pn_network *network, const double *sample_weights,
                 const double *masks, size_t n);

/* initialization.c: first weights
 * -------------------------------
 * W is (n_in, n_out), drawn row by row. pn_initialize takes any of the rules. */
typedef void pn_initialization(double *W, struct pn_random *state, size_t n_in, size_t n_out);

void pn_uniform_weights(double *W, struct pn_random *state, double limit,
                        size_t n_in, size_t n_out);
void pn_normal_weights(double *W, struct pn_random *state, double deviation,
                       size_t n_in, size_t n_out);
void pn_glorot_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_glorot_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_he_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_he_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_lecun_uniform(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_lecun_normal(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_zeros(double *W, struct pn_random *state, size_t n_in, size_t n_out);
void pn_initialize(double *parameters, const size_t *sizes, pn_initialization *initialization,
                   struct pn_random *state, size_t n_layers);

/* optimizers.c: the update rules
 * ------------------------------
 * w, g and what a rule keeps are (count), each in memory of its own. */
struct pn_rates {
    double learning_rate;
    double mu;             /* of momentum and nesterov */
    double beta_1, beta_2; /* of adam, and epsilon */
    double epsilon;
};
void pn_gradient_descent(double *w, const double *g, double learning_rate, size_t count);
void pn_momentum(double *w, double *v, const double *g, double learning_rate, double mu,
                 size_t count);
void pn_nesterov(double *w, double *v, const double *g, double learning_rate, double mu,
                 size_t count);
void pn_adam(double *w, double *m, double *v, const double *g, double learning_rate,
             double beta_1, double beta_2, double epsilon, size_t count);
void pn_rprop(double *w, double *before, double *sizes, const double *g, double learning_rate,
              size_t count);
void pn_adam_rates(struct pn_rates *rates, double *powers);

/* What a rule takes in a step: its moments, each (count), lie `apart` doubles apart. */
struct pn_update {
    double *w, *moments;
    const double *g;
    const struct pn_rates *rates;
    size_t apart, count;
};

/* An update rule as a training uses it, and how many moments it keeps. */
struct pn_rule {
    void (*update)(const struct pn_update *u);
    void (*correct)(struct pn_rates *rates, double *powers); /* before each step, or NULL */
    size_t moments;
};
extern const struct pn_rule pn_gradient_descent_rule;
extern const struct pn_rule pn_momentum_rule;
extern const struct pn_rule pn_nesterov_rule;
extern const struct pn_rule pn_adam_rule;
extern const struct pn_rule pn_rprop_rule;

/* regularization.c: what keeps weights and steps small
 * ----------------------------------------------------
 * w and g are (count); gradients are those of the whole network. */
void pn_l2_decay(double *w, double *g, double weight_decay, double learning_rate, size_t count);
void pn_decoupled_decay(double *w, double *g, double weight_decay, double learning_rate,
                        size_t count);
double pn_gradient_norm(const double *gradients, const size_t *sizes, size_t n_layers);
void pn_clip_gradients(double *gradients, double largest_norm, const size_t *sizes,
                       size_t n_layers);

/* training.c: learning
 * --------------------
 * How a network learns: a linker leaves out the functions that no optimizer names. rates is one
 * for all rules: what a rule doesn't name may be 0. */
struct pn_optimizer {
    const struct pn_rule *rule;
    struct pn_rates rates;
    void (*decay)(double *w, double *g, double weight_decay, double learning_rate,
                  size_t count); /* a decay of regularization.c, or NULL */
    double weight_decay;
    void (*clip)(double *gradients, double largest_norm, const size_t *sizes,
                 size_t n_layers); /* that of regularization.c, or NULL */
    double largest_norm;
    double *moments; /* as many as the rule keeps, each (count), 0 at first; or NULL for none */
    double powers[2]; /* 1 at first */
};

/* Dropout of a training, which draws masks for each batch: n*pn_count_units of the layers but the
 * last, for batches of n samples. */
struct pn_dropout {
    void (*draw)(double *masks, struct pn_random *random, const double *rates,
                 size_t n, const size_t *sizes, size_t n_layers); /* that of dropout.c */
    const double *rates;
    struct pn_random *random;
    double *masks;
};

/* n >= 1; sample_weights is (n) or NULL for 1, dropout may be NULL. workspace holds, for a batch of
 * n samples, the gradients, A and dZ of every layer: pn_count_parameters + 2*n*pn_count_units
 * doubles. */
void pn_update_parameters(const struct pn_network *network, struct pn_optimizer *optimizer,
                          double *gradients);
void pn_train_step(double *L, const struct pn_network *network,
                   struct pn_optimizer *optimizer, double *workspace, const double *X,
                   const double *Y, const double *sample_weights,
                   const struct pn_dropout *dropout, size_t n);

/* Returns the mean of L, which is (n) and gets the losses in the order taken. order is (n), each
 * below n, or NULL for 0, 1, 2 ...; 1 <= batch_size <= n. batch holds batch_size*(n_in + n_out + 1)
 * doubles, and may be NULL where order is. workspace is that of a step on batch_size samples. */
double pn_train_epoch(double *L, const struct pn_network *network,
                      struct pn_optimizer *optimizer, double *workspace, double *batch,
                      const double *X, const double *Y, const size_t *order, size_t batch_size,
                      const double *sample_weights, const struct pn_dropout *dropout, size_t n);

/* cffi: end */

#ifdef __cplusplus
}
#endif

#endif
