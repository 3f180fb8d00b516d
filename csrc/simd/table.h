/* SPDX-License-Identifier: MIT */
/* Everything in this folder compiled for one instruction set, and its table: included by avx2.c,
 * avx512.c and neon.c, which define LEVEL, its name, and LANES. */
#include "../contract.h"
#include "linalg.h"
#include "training.h"

#define PN_TABLE_NAME(level) pn_kernels_##level
#define PN_TABLE(level) PN_TABLE_NAME(level)
#define PN_TEXT_OF(level) #level
#define PN_TEXT(level) PN_TEXT_OF(level)

extern const struct pn_kernels PN_TABLE(LEVEL);
const struct pn_kernels PN_TABLE(LEVEL) = {
    PN_TEXT(LEVEL),     exp_forward,         log_forward,       tanh_forward,
    affine,             add_weight_products, add_bias_products, input_gradient,
    sparse_affine,      sparse_add_weight_products,
    activation_forward, activation_backward, sample_losses,     output_gradient,
    gradient_descent,   all_finite,          train_one_by_one,  one_by_one_workspace,
};
