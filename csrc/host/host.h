/* SPDX-License-Identifier: MIT */
/* The core on a host: with the kernels of its processor, over ranges of samples, by several
 * threads. Every sum has the order of csrc/, so all of it has the bits of csrc/.
 *
 * All memory is the caller's. Used by the binding; an embedded core does without this folder. */
#ifndef PN_HOST_H
#define PN_HOST_H

#include "../simd/kernels.h"

/* cffi: begin */

/* environment.c
 * -------------
 * 0 if this thread computes as IEEE-754 says, else what was changed: */
enum pn_environment {
    PN_FLUSHES_SUBNORMALS = 1,
    PN_ROUNDS_OTHERWISE = 2
};
int pn_environment(void);

/* inputs.c: what a data set holds
 * ------------------------------- */
/* X[s][k] = the inputs from <= k < to of those rows, as doubles. */
void pn_read_columns(double *X, const struct pn_inputs *inputs, struct pn_rows rows, size_t from,
                     size_t to);
/* The first of count numbers that is not finite, or count. */
size_t pn_first_not_finite(const void *X, int type, size_t count);
/* The first of count numbers outside of low ... high, or count. */
size_t pn_first_outside(const double *X, double low, double high, size_t count);
/* How many of count numbers are not 0. */
size_t pn_count_nonzero(const void *X, int type, size_t count);
/* Fills columns and starts for the n samples from the first one on; starts[first*tiles] is known,
 * and so is starts[(first + n)*tiles] afterwards. n_in <= 65536; columns has room for one
 * more than there are. */
void pn_find_columns(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                     size_t first, size_t n);

/* network.c
 * ---------
 * Functions of purenn.h with any kernels. scratch holds PN_SCRATCH doubles. */
void pn_host_weight_gradient(const struct pn_kernels *kernels, double *dW, const double *X,
                             const double *dZ, size_t n, size_t n_in, size_t n_out,
                             double *scratch);
void pn_host_bias_gradient(const struct pn_kernels *kernels, double *db, const double *dZ,
                           size_t n, size_t n_out);
void pn_host_forward(const struct pn_kernels *kernels, double *Z, double *A, const double *X,
                     const struct pn_network *network, size_t n, double *scratch);
void pn_host_backward(const struct pn_kernels *kernels, double *dZ, double *gradients,
                      const double *A, const double *X, const double *Y,
                      const struct pn_network *network, size_t n, double *scratch);

/* The outputs (n, n_out) for the n rows of X, numbers of that type, by `threads` threads, each of
 * which takes `range` samples at a time. workspace holds threads*pn_predict_workspace(...). */
size_t pn_predict_workspace(const struct pn_network *network, size_t range);
void pn_predict(const struct pn_kernels *kernels, double *outputs,
                const struct pn_network *network, double *workspace, const void *X, int type,
                size_t n, size_t range, size_t threads);

/* training.c
 * ---------- */
size_t pn_training_workspace(const struct pn_kernels *kernels,
                             const struct pn_training *training);

/* Goes on for at most `ranges` ranges (of each thread) and `epochs` epochs. losses gets the mean
 * loss of each epoch that ended; returns their number. */
size_t pn_train(const struct pn_kernels *kernels, struct pn_training *training, double *losses,
                size_t epochs, size_t ranges);

/* cffi: end */

#endif
