/* SPDX-License-Identifier: MIT */
/* Output and time where there is an operating system. */
#include "target.h"

#include <stdio.h>
#include <time.h>

void put(const char *text)
{
    fputs(text, stdout);
}

uint64_t ticks(void)
{
    return (uint64_t)clock() * (1000000000u / CLOCKS_PER_SEC);
}

uint32_t stack_used(void)
{
    return 0;
}
