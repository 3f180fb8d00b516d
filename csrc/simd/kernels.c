/* SPDX-License-Identifier: MIT */
/* Which kernels this processor can run. */
#include "kernels.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>

/* Whether this is AMD's family 19h: of its models Zen 4 has AVX-512. */
static int is_zen4(void)
{
    unsigned eax, ebx, ecx, edx;
    if (!__builtin_cpu_is("amd") || !__get_cpuid(1, &eax, &ebx, &ecx, &edx))
        return 0;
    return ((eax >> 8) & 0xF) + ((eax >> 20) & 0xFF) == 0x19;
}
#endif

const struct pn_kernels *pn_kernels(const char *name)
{
    const struct pn_kernels *able[4];
    size_t count = 0, i;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        able[count++] = is_zen4() ? pn_kernels_zen4 : pn_kernels_avx512;
        able[count++] = is_zen4() ? pn_kernels_avx512 : pn_kernels_zen4;
    }
    if (__builtin_cpu_supports("avx2"))
        able[count++] = pn_kernels_avx2;
#elif defined(__aarch64__) && defined(__GNUC__)
    able[count++] = pn_kernels_neon;
#endif
    able[count++] = pn_kernels_plain;
    for (i = 0; i < count; i++)
        if (name == NULL || strcmp(able[i]->name, name) == 0)
            return able[i];
    return NULL;
}
