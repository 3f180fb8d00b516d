/* SPDX-License-Identifier: MIT */
/* Which kernels this processor can run. */
#include "kernels.h"

#include <string.h>

const struct pn_kernels *pn_kernels(const char *name)
{
    const struct pn_kernels *able[3];
    size_t count = 0, i;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
        able[count++] = pn_kernels_avx512;
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
