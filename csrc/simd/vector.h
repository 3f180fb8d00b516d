/* SPDX-License-Identifier: MIT */
/* The vectors that the fast bodies are written with: LANES doubles side by side.
 *
 * + - * / on a vec are those of the compiler's vector extension (gcc and clang): each lane by
 * itself, rounded as a double is, so a lane computes the bits that plain C computes. Whoever
 * includes this file has defined LANES: 8 for AVX-512, 4 for AVX2, 2 for NEON. Only this file
 * knows one instruction set from another. */
#ifndef PN_VECTOR_H
#define PN_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline, unused))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

typedef double vec __attribute__((vector_size(8 * LANES)));
typedef uint64_t bits __attribute__((vector_size(8 * LANES)));
typedef double anywhere __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

/* p[0] ... p[LANES - 1]. */
INLINE vec load(const double *p)
{
    return *(const anywhere *)p;
}

INLINE void store(double *p, vec v)
{
    *(anywhere *)p = v;
}

/* x in every lane. */
INLINE vec all(double x)
{
#if LANES == 8
    return (vec){x, x, x, x, x, x, x, x};
#elif LANES == 4
    return (vec){x, x, x, x};
#else
    return (vec){x, x};
#endif
}

/* *x times each lane of v.
 *
 * Compilers load *x into all lanes of a register, once, and multiply by that as often as they need.
 * Such a load takes as long as a multiplication on Zen 4, where one that is part of a multiplication
 * is free: BROADCASTS_COST asks for these. On Arm it takes more than loading *x alone, and a
 * multiplication by one lane of a register is free. */
INLINE vec scaled(vec v, const double *x)
{
#if defined(BROADCASTS_COST)
    vec product;
    __asm__("vmulpd\t%2%{1to8%}, %1, %0" : "=v"(product) : "v"(v), "m"(*x));
    return product;
#elif defined(__aarch64__)
    vec product;
    __asm__("fmul\t%0.2d, %1.2d, %2.d[0]" : "=w"(product) : "w"(v), "w"(*x));
    return product;
#else
    return all(*x) * v;
#endif
}

/* Comparisons give a mask; NaN compares as in C. */
#if LANES == 8
typedef __mmask8 mask;
#define COMPARE(name, operator, code)                                                             \
    INLINE mask name(vec a, vec b)                                                                \
    {                                                                                             \
        return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, code);                                  \
    }
#else
typedef int64_t mask __attribute__((vector_size(8 * LANES)));
#define COMPARE(name, operator, code)                                                             \
    INLINE mask name(vec a, vec b)                                                                \
    {                                                                                             \
        return (mask)(a operator b);                                                              \
    }
#endif

COMPARE(less, <, _CMP_LT_OQ)
COMPARE(at_most, <=, _CMP_LE_OQ)
COMPARE(equal, ==, _CMP_EQ_OQ)
COMPARE(differ, !=, _CMP_NEQ_UQ)

/* a where the mask is set, b elsewhere. */
INLINE vec choose(mask where, vec a, vec b)
{
#if LANES == 8
    return (vec)_mm512_mask_blend_pd(where, (__m512d)b, (__m512d)a);
#elif LANES == 4
    return (vec)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)where);
#else
    return (vec)(((bits)where & (bits)a) | (~(bits)where & (bits)b));
#endif
}

/* Whether the mask is set in any lane, or in every lane. */
INLINE int any(mask where)
{
#if LANES == 8
    return where != 0;
#elif LANES == 4
    return _mm256_movemask_pd((__m256d)where) != 0;
#else
    return (where[0] | where[1]) != 0;
#endif
}

INLINE int every(mask where)
{
#if LANES == 8
    return where == 0xFF;
#elif LANES == 4
    return _mm256_movemask_pd((__m256d)where) == 0xF;
#else
    return (where[0] & where[1]) != 0;
#endif
}

/* Bit i is set where lane i of the mask is. */
INLINE unsigned bits_of(mask where)
{
#if LANES == 8
    return where;
#elif LANES == 4
    return (unsigned)_mm256_movemask_pd((__m256d)where);
#else
    return (unsigned)(where[0] & 1) | (unsigned)(where[1] & 2);
#endif
}

/* Bit i is set where p[i] is not 0, for 32 bytes. */
INLINE uint32_t bits_of_bytes(const uint8_t *p)
{
#if defined(__x86_64__)
    __m256i zeros = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p), _mm256_setzero_si256());
    return ~(uint32_t)_mm256_movemask_epi8(zeros);
#else
    uint32_t found = 0, i;
    for (i = 0; i < 32; i++)
        found |= (uint32_t)(p[i] != 0) << i;
    return found;
#endif
}

/* columns[0] ... = k + the places of the bits that are set, of sixteen; how many there are. Writes
 * sixteen in any case: what comes next is written over what lies behind the last one. */
INLINE uint32_t store_places(uint16_t *columns, unsigned sixteen, size_t k)
{
#if LANES == 8
    const __m512i ascending = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    __m512i places = _mm512_maskz_compress_epi32((__mmask16)sixteen, ascending);
    places = _mm512_add_epi32(places, _mm512_set1_epi32((int)k));
    _mm256_storeu_si256((__m256i *)columns, _mm512_cvtepi32_epi16(places));
#else
    static const uint16_t PLACES[16][4] = {
        {0}, {0}, {1}, {0, 1}, {2}, {0, 2}, {1, 2}, {0, 1, 2},
        {3}, {0, 3}, {1, 3}, {0, 1, 3}, {2, 3}, {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3},
    };
    unsigned bit, found = 0;
    UNROLL
    for (bit = 0; bit < 16; bit += 4) {
        unsigned four = sixteen >> bit & 15;
        uint64_t places;
        memcpy(&places, PLACES[four], sizeof places);
        places += (k + bit) * 0x0001000100010001u; /* to each of the four */
        memcpy(columns + found, &places, sizeof places);
        found += (unsigned)__builtin_popcount(four);
    }
#endif
    return (uint32_t)__builtin_popcount(sixteen);
}

/* The square root of each lane, rounded as IEEE-754 says. */
INLINE vec square_root(vec v)
{
#if LANES == 8
    return (vec)_mm512_sqrt_pd((__m512d)v);
#elif LANES == 4
    return (vec)_mm256_sqrt_pd((__m256d)v);
#else
    return (vec){__builtin_sqrt(v[0]), __builtin_sqrt(v[1])};
#endif
}

INLINE size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* width rounded up to whole vectors. */
INLINE size_t padded(size_t width)
{
    return (width + LANES - 1) / LANES * LANES;
}

/* For each vector of `count` numbers: i is where it starts, width how many lanes it has, which is
 * LANES but for the last. */
#define FOR_VECTORS(i, width, count)                                                              \
    for (i = 0; i < (count) && (width = smaller(LANES, (count)-i)) > 0; i += LANES)

/* p[0] ... p[count - 1], and 0 in the other lanes; 1 <= count <= LANES. No more is read. */
INLINE vec load_part(const double *p, size_t count)
{
    if (count == LANES)
        return load(p);
#if LANES == 8
    return (vec)_mm512_maskz_loadu_pd((__mmask8)(0xFFu >> (8 - count)), p);
#elif LANES == 4
    static const int64_t first[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
    return (vec)_mm256_maskload_pd(p, _mm256_loadu_si256((const __m256i *)(first + 4 - count)));
#else
    return (vec){p[0], 0.0};
#endif
}

/* p[0], p[step] ... p[(count - 1)*step], and 0 in the other lanes. */
INLINE vec load_apart(const double *p, size_t step, size_t count)
{
    vec v = all(0.0);
    size_t i;
    if (count == LANES)
#if LANES == 8
        return (vec){p[0],        p[step],     p[2 * step], p[3 * step],
                     p[4 * step], p[5 * step], p[6 * step], p[7 * step]};
#elif LANES == 4
        return (vec){p[0], p[step], p[2 * step], p[3 * step]};
#else
        return (vec){p[0], p[step]};
#endif
    for (i = 0; i < count; i++)
        v[i] = p[i * step];
    return v;
}

/* p[0] ... p[count - 1] = the first lanes of v; 1 <= count <= LANES. No more is written. */
INLINE void store_part(double *p, vec v, size_t count)
{
    if (count == LANES) {
        store(p, v);
        return;
    }
#if LANES == 8
    _mm512_mask_storeu_pd(p, (__mmask8)(0xFFu >> (8 - count)), (__m512d)v);
#elif LANES == 4
    static const int64_t first[8] = {-1, -1, -1, -1, 0, 0, 0, 0};
    _mm256_maskstore_pd(p, _mm256_loadu_si256((const __m256i *)(first + 4 - count)), (__m256d)v);
#else
    p[0] = v[0];
#endif
}

#endif
