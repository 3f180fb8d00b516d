/* What every file of the core asks of its compiler: IEEE-754 binary64 arithmetic, each product
 * and each sum rounded by itself. See docs/arithmetic.md. Included first by every .c file. */
#ifndef PURENN_CONTRACT_H
#define PURENN_CONTRACT_H

#include <float.h>

#if defined(__FAST_MATH__)
#error "purenn: -ffast-math (or -Ofast) changes results; compile these files without it"
#endif

#if DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error "purenn: double is not IEEE-754 binary64 on this target, so its results can't be kept"
#endif

#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "purenn: doubles are computed in another precision; on 32-bit x86 use -msse2 -mfpmath=sse"
#endif

/* No fused multiply-add, whatever the flags of the build. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif

#endif
