/* SPDX-License-Identifier: MIT */
/* What workload.c needs besides the core: host.c has it for an operating system, board.c for a
 * bare Cortex-M. */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

void put(const char *text);
uint64_t ticks(void); /* nanoseconds of processor time; on a board, instructions */
uint32_t stack_used(void); /* the most bytes of stack so far; 0 where nobody knows */

#endif
