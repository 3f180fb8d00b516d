/* SPDX-License-Identifier: MIT */
/* The core on a host: with the kernels of its processor, over ranges of samples, by several
 * threads. Every sum has the order of csrc/, so all of it has the bits of csrc/.
 *
 * All memory is the caller's. Used by the binding; an embedded core does without this folder.
 *
 * The threads that share a work are its members, numbered from 0. What they take at a time:
 * - a range: the samples that one member takes;
 * - a group: the samples that all of them take, a range each, up to the end of a batch;
 * - a part: the samples of a group, the rows of a W or the tiles that one member takes;
 * - a tile: PN_TILE inputs whose columns begin at a known place in each sample. */
#ifndef PN_HOST_H
#define PN_HOST_H

#include "../simd/kernels.h"

/* cffi: begin */

/* environment.c
 * -------------
 * 0 if this thread computes as IEEE-754 says, else what was changed, of enum pn_found. */
int pn_environment(void);

/* inputs.c: what a data set holds
 * -------------------------------
 * Somebody else may change the numbers meanwhile: what is found may then be anything, but nothing
 * is read or written beyond the sizes. */
/* X[s][k] = the inputs from <= k < to of those rows, as doubles. */
void pn_read_columns(double *X, const struct pn_inputs *inputs, struct pn_rows rows, size_t from,
                     size_t to);
/* The first of count numbers that is not finite, or count. */
size_t pn_first_not_finite(const struct pn_kernels *kernels, const void *X, int type,
                           size_t count);
/* The first row of X (n, width >= 1) with a number that is not low ... high, or a sum that is not
 * least ... most; or n. */
size_t pn_first_outside(const double *X, double low, double high, double least, double most,
                        size_t n, size_t width);
/* Fills columns, which has room for so many, and starts for the n samples from the first one on;
 * starts[first*tiles] is known, and so is starts[(first + n)*tiles] afterwards. Needs room for
 * PN_TILE more than it finds, and stops where there is less: PN_NO_ROOM. PN_NOT_FINITE says that one
 * of the numbers is not finite; does nothing where pn_environment() is not 0. n_in <=
 * PN_MOST_COLUMNS, and room < 2^32. */
int pn_find_columns(const struct pn_kernels *kernels, uint16_t *columns, uint32_t *starts,
                    const struct pn_inputs *inputs, size_t room, size_t first, size_t n);

/* diagnosis.c: what may keep a training from learning
 * ---------------------------------------------------
 * What is found in inputs: numbers, of which these are the places. An input is constant if it is
 * the same in all samples that are looked at, and not 0. */
enum pn_look {
    PN_VARYING,        /* how many inputs are not the same in all samples */
    PN_CONSTANT,       /* how many are constant; the first of them, what it is, and whether another */
    PN_FIRST_CONSTANT, /* one is something else */
    PN_ITS_VALUE,
    PN_OTHER_VALUES,
    PN_NARROW, /* of those that vary, the one whose range is smallest, and its range */
    PN_NARROW_LOW,
    PN_NARROW_HIGH,
    PN_WIDE, /* the one whose range is largest */
    PN_WIDE_LOW,
    PN_WIDE_HIGH,
    PN_LARGEST, /* size of an input */
    PN_SIZE,    /* the sum of a sample's sizes, the mean over samples; and so of their squares */
    PN_SQUARES,
    PN_LOOK
};
/* found (PN_LOOK) in `looked` of n samples, evenly spaced; 1 <= looked <= n. Sums go over samples
 * first, and then over inputs. */
void pn_look_at_inputs(double *found, const struct pn_inputs *inputs, size_t n, size_t looked);
/* The first row of Y (n, width) that differs from the one before, or n. */
size_t pn_first_other(const double *Y, size_t n, size_t width);
/* Whether there is nothing to say about the samples of a training: no input's range is more than
 * `apart` times another's, sums are at most size and squares, and targets low ... high; and where
 * few samples or more are looked at, inputs vary, none is constant, and all targets don't agree. */
int pn_is_usual(const struct pn_training *training, size_t looked, size_t few, double apart,
                double size, double squares, double low, double high);
/* Looks at the units of every layer in PN_STUCK_AT_ONCE samples, from the first on of `looked` among
 * n, evenly spaced. stuck, a number for each unit, is 1 where no slope of its activation was above
 * least (n_layers) since the call for the first 0. Gives whether at least three quarters of
 * the units of a layer are stuck. */
#define PN_STUCK_AT_ONCE 3
size_t pn_stuck_workspace(const struct pn_network *network);
int pn_find_stuck(const struct pn_kernels *kernels, uint8_t *stuck,
                  const struct pn_network *network, const double *least, double *workspace,
                  const void *X, int type, size_t n, size_t looked, size_t first);

/* prediction.c
 * ------------
 * The outputs (n, n_out) for the n rows of X, numbers of that type, by `threads` threads, each of
 * which takes `range` samples at a time. workspace holds threads*pn_predict_workspace(...). */
size_t pn_predict_workspace(const struct pn_network *network, size_t range);
void pn_predict(const struct pn_kernels *kernels, double *outputs,
                const struct pn_network *network, double *workspace, const void *X, int type,
                size_t n, size_t range, size_t threads);
/* The outputs (n_out) for the row x of doubles, wherever it lies, with a workspace for a range of 1.
 * Gives what forbids to compute them: anything of enum pn_found but PN_NO_ROOM. */
int pn_predict_row(const struct pn_kernels *kernels, double *outputs,
                   const struct pn_network *network, double *workspace, const void *x);

/* training.c
 * ---------- */
size_t pn_training_workspace(const struct pn_kernels *kernels,
                             const struct pn_training *training);

/* Goes on for at most `epochs` epochs and `samples` samples, the last group of which it finishes.
 * losses gets the mean loss of each epoch that ended. Where `kept` is not NULL, a training whose
 * loss is not finite, or whose parameters are not at the end of the call, goes back to the end of
 * the last epoch that left them finite, or to the beginning of this call's first epoch: a call may
 * end within an epoch only if it ends no other. Gives pn_environment(), and does nothing but where
 * that is 0. */
int pn_train(const struct pn_kernels *kernels, struct pn_training *training, double *losses,
              size_t epochs, size_t samples);

/* cffi: end */

#endif
