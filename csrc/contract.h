/* SPDX-License-Identifier: MIT */
/* What this code asks of its compiler: IEEE-754 binary64 arithmetic, each product and each sum
 * rounded by itself. purenn's docs/arithmetic.md says why. */
#ifndef PURENN_CONTRACT_H
#define PURENN_CONTRACT_H

#include <float.h>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || \
    defined(__NO_SIGNED_ZEROS__) || defined(__ARM_FP_FAST) || defined(_M_FP_FAST) || \
    (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "purenn: -ffast-math, or a part of it, changes results; compile these files without it"
#endif

#if DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error "purenn: double is not IEEE-754 binary64 on this target, so its results can't be kept"
#endif

#ifndef FLT_EVAL_METHOD
#error "purenn: compile these files as C99 or later"
#elif FLT_EVAL_METHOD < 0 || FLT_EVAL_METHOD == 2
#error "purenn: doubles are computed in another precision; on 32-bit x86 use -msse2 -mfpmath=sse"
#endif

/* -fsingle-precision-constant would make every literal a float. */
typedef char pn_literals_are_doubles[sizeof 1.0 == sizeof(double) ? 1 : -1];

/* No fused multiply-add and no reassociation, whatever the flags of the build. */
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wignored-pragmas" /* where a processor has no float_control */
#pragma float_control(precise, on) /* which switches contraction on, so it comes first */
#pragma clang diagnostic pop
#if __clang_major__ >= 18
#pragma clang fp reassociate(off) reciprocal(off)
#elif __clang_major__ >= 13
#pragma clang fp reassociate(off)
#endif
#if __has_warning("-Wnan-infinity-disabled") /* by -fno-honor-nans or -fno-honor-infinities */
#pragma clang diagnostic error "-Wnan-infinity-disabled"
#endif
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
/* gcc 12 would switch -fassociative-math on here, after it has said that it is off. */
#pragma GCC optimize("fp-contract=off", "no-fast-math", "no-associative-math")
#elif defined(_MSC_VER)
#pragma fp_contract(off)
#else
#pragma STDC FP_CONTRACT OFF
#endif

/* Where code is to be small, a function that is called often stays one, and no loop becomes a call
 * of memset, which would have to be linked. */
#if defined(__OPTIMIZE_SIZE__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#define PN_ONE_COPY __attribute__((noinline))
#else
#define PN_ONE_COPY
#endif

#endif
