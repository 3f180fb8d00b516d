/* What pn_environment says of a thread that somebody switched to other arithmetic, and of the same
 * thread switched back. Prints each wrong answer. */
#include "host/host.h"

#include <fenv.h>
#include <stdint.h>
#include <stdio.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
#define SWITCHES {0x8000u, 0x0040u, 0x8040u} /* results, operands, or both become 0 */
static void write_control(unsigned word)
{
    _mm_setcsr(word);
}
static unsigned read_control(void)
{
    return _mm_getcsr();
}
#elif defined(__aarch64__)
#define SWITCHES {1u << 24}
static void write_control(unsigned word)
{
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)word));
}
static unsigned read_control(void)
{
    uint64_t word;
    __asm__ volatile("mrs %0, fpcr" : "=r"(word));
    return (unsigned)word;
}
#endif

static int wrong;

static void expect(const char *what, int expected)
{
    int found = pn_environment();
    if (found != expected) {
        printf("%s: %d, not %d\n", what, found, expected);
        wrong = 1;
    }
}

int main(void)
{
    static const int DIRECTIONS[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    size_t i;
    expect("at first", 0);
    for (i = 0; i < sizeof DIRECTIONS / sizeof *DIRECTIONS; i++) {
        fesetround(DIRECTIONS[i]);
        expect("rounding switched", PN_ROUNDS_OTHERWISE);
        fesetround(FE_TONEAREST);
        expect("rounding switched back", 0);
    }
#if defined(SWITCHES)
    {
        static const unsigned BITS[] = SWITCHES;
        unsigned before = read_control();
        for (i = 0; i < sizeof BITS / sizeof *BITS; i++) {
            write_control(before | BITS[i]);
            expect("subnormals flushed", PN_FLUSHES_SUBNORMALS);
            fesetround(FE_UPWARD);
            expect("both", PN_FLUSHES_SUBNORMALS | PN_ROUNDS_OTHERWISE);
            fesetround(FE_TONEAREST);
            write_control(before);
            expect("subnormals back", 0);
        }
    }
#endif
    return wrong;
}
