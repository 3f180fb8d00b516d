/* SPDX-License-Identifier: MIT */
/* The kernels for AVX-512: 8 doubles side by side. Empty on other processors. */
#include "kernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512dq,avx512vl")
#endif
#define LEVEL avx512
#define LANES 8
#define ROWS 8
#include "table.h"
#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
