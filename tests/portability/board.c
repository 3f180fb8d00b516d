/* SPDX-License-Identifier: MIT */
/* A bare Cortex-M4 or Cortex-M7: start-up, output and time on Arm's MPS2 boards in QEMU.
 *
 * Output and the end go through semihosting: a breakpoint whose register r0 names the service.
 * Run with -icount shift=0, an instruction takes a nanosecond; the timer counts each 40. */
#include "target.h"

#include <string.h>

enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18 };
enum { ENDED_WELL = 0x20026, ENDED_BADLY = 0x20023 };

#define CPACR (*(volatile uint32_t *)0xE000ED88) /* access to the floating-point unit */
#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008)
#define INSTRUCTIONS_PER_TICK 40 /* 25 MHz */
#define UNTOUCHED 0x5AFE5AFE

int main(void);

/* board.ld gives these symbols their addresses. */
extern uint32_t data_at_rest[], data_start[], data_end[], bss_start[], bss_end[];
extern uint32_t stack_bottom[], stack_top[];

static void semihost(uint32_t service, uintptr_t argument)
{
    register uint32_t r0 __asm__("r0") = service;
    register uintptr_t r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

void put(const char *text)
{
    semihost(SYS_WRITE0, (uintptr_t)text);
}

uint64_t ticks(void)
{
    return (uint64_t)(UINT32_MAX - TIMER_VALUE) * INSTRUCTIONS_PER_TICK;
}

uint32_t stack_used(void)
{
    const uint32_t *word = stack_bottom;
    while (*word == UNTOUCHED)
        word++;
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)word);
}

static void start(void)
{
    CPACR |= 0xFu << 20;
    __asm__ volatile("dsb\n\tisb");
    memcpy(data_start, data_at_rest, (uintptr_t)data_end - (uintptr_t)data_start);
    memset(bss_start, 0, (uintptr_t)bss_end - (uintptr_t)bss_start);
    TIMER_VALUE = TIMER_RELOAD = UINT32_MAX;
    TIMER_CONTROL = 1;
    semihost(SYS_EXIT, main() == 0 ? ENDED_WELL : ENDED_BADLY);
}

/* Paints the stack, so that stack_used can see how far it was used, before anything is on it. */
__attribute__((naked)) static void reset(void)
{
    __asm__ volatile("ldr r0, =stack_bottom\n\t"
                     "ldr r1, =stack_top\n\t"
                     "ldr r2, =%1\n"
                     "1: stmia r0!, {r2}\n\t"
                     "cmp r0, r1\n\t"
                     "bne 1b\n\t"
                     "ldr r0, =%0\n\t"
                     "bx r0" ::"i"(start), "i"(UNTOUCHED));
}

static void fault(void)
{
    semihost(SYS_EXIT, ENDED_BADLY);
}

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*reset)(void);
    void (*faults[14])(void);
} vectors = {stack_top, reset, {fault, fault, fault, fault, fault}};
