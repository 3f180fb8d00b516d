/* SPDX-License-Identifier: MIT */
/* Predicts letters of random greys, on a board or here, whatever it is that predicts: use.h has
 * its type of `number`, its declarations, CLASSIFY(x) and PREDICT(x, out).
 *
 * Prints bytes in hexadecimal, each line beginning with the lowest: the ticks of all predictions,
 * the stack that they took, and the outputs of each. */
#include "target.h"
#include "use.h"

#include <stddef.h>

enum { N_IN = 30, N_OUT = 3, COUNT = 1000 };

static number X[COUNT][N_IN], out[N_OUT];

static void put_bytes(const void *start, size_t count)
{
    const unsigned char *byte = start;
    char digits[3] = "";
    for (; count > 0; count--, byte++) {
        digits[0] = "0123456789abcdef"[*byte >> 4];
        digits[1] = "0123456789abcdef"[*byte & 15];
        put(digits);
    }
    put("\n");
}

/* Uniform in 0 ... 1, by a linear congruential generator: exact in either type of number. */
static number next_grey(uint32_t *state)
{
    *state = 1664525u * *state + 1013904223u;
    return (number)(*state >> 16) / 65536;
}

int main(void)
{
    uint32_t state = 1, before = stack_used(), stack;
    uint64_t time;
    size_t s, k;

    for (s = 0; s < COUNT; s++)
        for (k = 0; k < N_IN; k++)
            X[s][k] = next_grey(&state);
    time = ticks();
    for (s = 0; s < COUNT; s++)
        CLASSIFY(X[s]);
    time = ticks() - time;
    stack = stack_used() - before;
    put_bytes(&time, sizeof time);
    put_bytes(&stack, sizeof stack);
    for (s = 0; s < COUNT; s++) {
        PREDICT(X[s], out);
        put_bytes(out, sizeof out);
    }
    return 0;
}
