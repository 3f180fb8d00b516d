/* SPDX-License-Identifier: MIT */
/* The kernels for NEON: 2 doubles side by side. Empty on other processors. */
#include "kernels.h"

#if defined(__aarch64__) && defined(__GNUC__)
#define LEVEL neon
#define LANES 2
#define ROWS 8
#include "table.h"
#endif
