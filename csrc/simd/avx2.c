/* SPDX-License-Identifier: MIT */
/* The kernels for AVX2: 4 doubles side by side, in 16 registers. Empty on other processors. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC target("avx2")
#endif
#define LEVEL avx2
#define LANES 4
#define ROWS 6
#include "table.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
