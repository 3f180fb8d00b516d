/* SPDX-License-Identifier: MIT */
/* The kernels for AVX-512: 8 doubles side by side. Empty on other processors.
 *
 * Never with avx512bw, which -march may add: there gcc 12 keeps integers in mask registers, and
 * may store the 8 bits of a mask where it then reads 32 (bits_of in find_columns, at -O1). */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,no-avx512bw")
#endif
#define LEVEL avx512
#define LANES 8
#define ROWS 8
#include "table.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
