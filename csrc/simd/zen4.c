/* SPDX-License-Identifier: MIT */
/* The kernels for AVX-512 on AMD's Zen 4: 8 doubles side by side, which it computes in two halves.
 * Empty on other processors. Without avx512bw for the reason in avx512.c. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl,no-avx512bw")
#endif
#define LEVEL zen4
#define LANES 8
#define ROWS 8
#define BROADCASTS_COST
#include "table.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
