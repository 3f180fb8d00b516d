/* SPDX-License-Identifier: MIT */
/* The heavy functions of the core for one kind of processor: same bits, other speeds.
 *
 * Each table holds fast bodies of functions of csrc/, compiled for one instruction set; the plain
 * table holds those of csrc/ themselves. No function keeps state, none allocates. Where a table
 * has NULL, the caller takes another way to the same bits. For hosts: gcc and clang. */
#ifndef PN_KERNELS_H
#define PN_KERNELS_H

#include "../host/limits.h"
#include "../purenn.h"

#include <stdint.h>

/* cffi: begin */

enum pn_number {
    PN_FLOAT64,
    PN_FLOAT32,
    PN_UINT8
};

/* The inputs X (n, n_in) of a data set where they lie, row-major, as numbers of one type.
 *
 * If columns is not NULL, it names those that are not 0, ascending in each sample, tile by tile of
 * PN_TILE inputs: the ones of sample s in tile t are columns[i] for starts[s*tiles + t] <= i <
 * starts[s*tiles + t + 1], where tiles is n_in / PN_TILE rounded up. */
struct pn_inputs {
    const void *X;
    int type; /* enum pn_number */
    size_t n_in;
    const uint16_t *columns;
    const uint32_t *starts;
};

/* The rows of a data set that are taken one after the other: order[first] ... or, where order is
 * NULL, first, first + 1 ... */
struct pn_rows {
    const size_t *order;
    size_t first;
    size_t n;
};

/* A training that can stop after any range of samples and go on later: csrc/host/host.h says what
 * a range is. order (n), batch_size and n are those of pn_train_epoch. */
struct pn_training {
    struct pn_network network;
    struct pn_inputs inputs;
    const double *Y;
    const uint32_t *classes; /* NULL, or (n) in place of Y, which pn_one_hot makes of them */
    size_t *order; /* NULL where samples are taken as they stand */
    int shuffle;              /* whether each epoch begins with drawing its order */
    struct pn_random *random; /* NULL, or (2): draws orders and masks; and as it was kept */
    const double *dropout;    /* NULL, or (n_layers - 1) rates, which need random */
    size_t n;
    size_t batch_size;
    struct pn_optimizer optimizer;
    const double *sample_weights; /* (n) or NULL */
    double *gradients; /* NULL, or (count): gets the gradients of each batch, and no step is made */
    size_t range;
    size_t threads;    /* 1 ... PN_MOST_THREADS */
    double *workspace; /* pn_training_workspace(...) doubles */
    int sparse;        /* whether zeros may be left out: 1 at first, if inputs name columns */
    size_t first;      /* the next sample of this epoch; 0 at first */
    double total;      /* the losses of this epoch so far; 0 at first */
    size_t ended;      /* the epochs that ended in the last call */
    double *kept;      /* NULL, or ((1 + moments)*count): parameters and moments as they were when */
    double kept_powers[2]; /* the epoch, or the first one of the last call, began; so random[1] */
    int diverged;      /* whether the last call took back an epoch: a number was not finite */
};

/* A step of some parameters, of which each rule takes what it names. */
struct pn_step {
    const struct pn_optimizer *optimizer;
    struct pn_rates rates; /* corrected */
    double learning_rate;  /* not corrected, for decays */
    double factor;         /* of gradients that are clipped, else 1 */
    size_t n;              /* samples of the batch */
    size_t apart;          /* between the moments of a parameter: all parameters */
};

/* What a call found, as a set of these; 0 where all is well. */
enum pn_found {
    PN_FLUSHES_SUBNORMALS = 1, /* by the arithmetic of this thread: environment.c */
    PN_ROUNDS_OTHERWISE = 2,
    PN_NOT_FINITE = 4,
    PN_NOT_ALIGNED = 8,
    PN_NO_ROOM = 16
};

struct pn_kernels {
    const char *name;

    /* elementary.c, on count numbers. */
    void (*exp)(double *y, const double *x, size_t count);
    void (*log)(double *y, const double *x, size_t count);
    void (*tanh)(double *y, const double *x, size_t count);

    /* linalg.c. scratch holds PN_SCRATCH doubles, and may be NULL for less than PN_LEAST_PACKED
     * rows. The sums of the two gradients are taken up where they are, or begin at 0.0 if fresh,
     * and are not divided by n; rows of X lie x_row doubles apart, those of W w_row, and bias_sums
     * may be NULL. */
    void (*affine)(double *Z, const double *X, const double *W, const double *b,
                   size_t n, size_t n_in, size_t n_out, double *scratch);
    void (*add_weight_products)(double *sums, double *bias_sums, const double *X, size_t x_row,
                                const double *dZ, size_t n, size_t n_in, size_t n_out, int fresh,
                                double *scratch);
    void (*add_bias_products)(double *sums, const double *dZ, size_t n, size_t n_out, int fresh);
    void (*input_gradient)(double *dX, const double *dZ, const double *W, size_t w_row,
                           size_t n, size_t n_in, size_t n_out, double *scratch);

    /* The same for inputs whose zeros are left out; W and dZ have to be finite. The sums are
     * those of tiles from <= t < to. NULL in the plain table. */
    void (*sparse_affine)(double *Z, const struct pn_inputs *inputs, struct pn_rows rows,
                          const double *W, const double *b, size_t n_out, double *scratch);
    void (*sparse_add_weight_products)(double *sums, const struct pn_inputs *inputs,
                                       struct pn_rows rows, const double *dZ, size_t n_out,
                                       size_t from, size_t to, double *scratch);

    /* activations.c, network.c. What is computed number by number may be computed for
     * `count` numbers, n*n_out or more: whole vectors. */
    void (*activation_forward)(double *A, const double *Z,
                               const struct pn_activation *activation,
                               size_t n, size_t n_out, size_t count);
    void (*activation_backward)(double *dZ, const double *dA, const double *A,
                                const struct pn_activation *activation,
                                size_t n, size_t n_out, size_t count);
    void (*output_losses)(double *L, const double *Z, const double *A, const double *Y,
                          const struct pn_activation *activation, const struct pn_loss *loss,
                          size_t n, size_t n_out);
    void (*output_gradient)(double *dZ, const double *A, const double *Y,
                            const struct pn_activation *activation, const struct pn_loss *loss,
                            size_t n, size_t n_out, size_t count);

    /* training.c: pn_update_parameters for some of them, with gradients sums[i] / n. */
    void (*update)(double *w, double *moments, const double *sums, const struct pn_step *step,
                   size_t count);
    /* Whether every number is finite. */
    int (*all_finite)(const double *x, size_t count);

    /* host/inputs.c, for inputs of every type. */
    size_t (*first_not_finite)(const void *X, int type, size_t count);
    int (*find_columns)(uint16_t *columns, uint32_t *starts, const struct pn_inputs *inputs,
                        size_t room, size_t first, size_t n);

    /* training.c: pn_train for batches of one. NULL in the plain table. one_by_one_workspace tells
     * the size of the workspace. */
    void (*train_one_by_one)(struct pn_training *training, double *losses, size_t epochs,
                             size_t samples);
    size_t (*one_by_one_workspace)(const struct pn_network *network);
};

/* The table of that name, plain, avx2, avx512, zen4 or neon, or NULL where this build or this
 * processor has none; for the name NULL the fastest one. */
const struct pn_kernels *pn_kernels(const char *name);

/* cffi: end */

extern const struct pn_kernels *const pn_kernels_plain, *const pn_kernels_avx2;
extern const struct pn_kernels *const pn_kernels_avx512, *const pn_kernels_zen4;
extern const struct pn_kernels *const pn_kernels_neon;

#endif
