/* SPDX-License-Identifier: MIT */
/* Everything in this folder compiled for one instruction set, and its table: included by avx2.c,
 * avx512.c, zen4.c and neon.c, which define LEVEL, its name, LANES and ROWS. */
#include "../contract.h"
#include "inputs.h"
#include "linalg.h"
#include "training.h"

#define PN_TABLE_NAME(level) pn_kernels_##level
#define PN_TABLE(level) PN_TABLE_NAME(level)
#define PN_STRING_OF(level) #level
#define PN_STRING(level) PN_STRING_OF(level)

static const struct pn_kernels own_kernels = {
    .name = PN_STRING(LEVEL),
    .exp = exp_forward,
    .log = log_forward,
    .tanh = tanh_forward,
    .affine = affine,
    .add_weight_products = add_weight_products,
    .add_bias_products = add_bias_products,
    .input_gradient = input_gradient,
    .sparse_affine = sparse_affine,
    .sparse_add_weight_products = sparse_add_weight_products,
    .activation_forward = activation_forward,
    .activation_backward = activation_backward,
    .output_losses = output_losses,
    .output_gradient = output_gradient,
    .update = update,
    .all_finite = all_finite,
    .first_not_finite = first_not_finite,
    .find_columns = find_columns,
    .train_one_by_one = train_one_by_one,
    .one_by_one_workspace = one_by_one_workspace,
};

const struct pn_kernels *const PN_TABLE(LEVEL) = &own_kernels;
