/* What this machine can do at most: `limits peak|roots|rest THREADS SECONDS`.
 *
 * peak: multiplications and additions of doubles per second, in vectors of BYTES, or in the widest
 * that the compiler may use. With -ffp-contract=off they are separate operations, with =fast fused
 * ones. roots: square roots per second, each with a division, as Adam's step has them. rest: bytes read from memory per second, seconds of an addition that waits for the one
 * before it, and cycles per second, counted by additions of whole numbers, which take one each.
 * Each is the best of several attempts, all threads starting at once. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(BYTES)
#elif defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
#define LANES (BYTES / (long)sizeof(double))

/* As many sums as fit the registers beside two constants: they hide each other's latency.
 * AVX-512 has 32 registers for narrower vectors, too. */
#define FOURTEEN(S) S(0) S(1) S(2) S(3) S(4) S(5) S(6) S(7) S(8) S(9) S(10) S(11) S(12) S(13)
#if defined(__AVX512F__) || defined(__aarch64__)
#define EACH(S) FOURTEEN(S) S(14) S(15) S(16) S(17) S(18) S(19) S(20) S(21) S(22) S(23)
#define SUMS 24
#else
#define EACH(S) FOURTEEN(S)
#define SUMS 14
#endif

#define ATTEMPTS 5
#define READ_BYTES (512L << 20) /* of all threads together: more than any cache holds */

typedef double vector __attribute__((vector_size(BYTES)));

static volatile double one = 1.0, small = 1e-9, sink;
static int threads;
static pthread_barrier_t barrier;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Each returns the work it did: operations, bytes, additions. */
static double multiply_add(double *unused, long rounds)
{
    vector c, d, total;
    long i;
    int k;
    (void)unused;
    for (k = 0; k < LANES; k++) {
        c[k] = one - small;
        d[k] = small;
    }
#define DECLARE(k) vector a##k = d + (double)k;
    EACH(DECLARE)
    for (i = 0; i < rounds; i++) {
#define UPDATE(k) a##k = a##k * c + d;
        EACH(UPDATE)
    }
    total = d;
#define COLLECT(k) total += a##k;
    EACH(COLLECT)
    sink = total[0];
    return 2.0 * SUMS * LANES * (double)rounds;
}

/* So many independent ones that the divider never waits; as vectors, where the compiler has them. */
#define AT_ONCE 64

static double divide_by_roots(double *unused, long rounds)
{
    double x[AT_ONCE], c[AT_ONCE];
    long i;
    int k;
    (void)unused;
    for (k = 0; k < AT_ONCE; k++)
        x[k] = c[k] = one + k / 7.0;
    for (i = 0; i < rounds; i++) {
        for (k = 0; k < AT_ONCE; k++)
            x[k] = c[k] / sqrt(x[k]);
        __asm__ volatile("" : : "r"(x) : "memory"); /* each is wanted, in this order */
    }
    sink = x[0];
    return AT_ONCE * (double)rounds;
}

static double read_memory(double *memory, long rounds)
{
    const vector *v = (const vector *)memory;
    long length = READ_BYTES / threads / BYTES / 8 * 8, i, round;
    vector s[8] = {{0.0}};
    int k;
    for (round = 0; round < rounds; round++)
        for (i = 0; i < length; i += 8)
            for (k = 0; k < 8; k++)
                s[k] += v[i + k];
    for (k = 1; k < 8; k++)
        s[0] += s[k];
    sink = s[0][0];
    return (double)(rounds * length * BYTES);
}

static double add_in_turn(double *unused, long rounds)
{
    double sum = 0.0, d = small;
    long i;
    (void)unused;
    for (i = 0; i < rounds; i++)
        sum += d;
    sink = sum;
    return (double)rounds;
}

static double count_cycles(double *unused, long rounds)
{
    unsigned long n = 0, d = (unsigned long)rounds | 1;
    long i;
    (void)unused;
#define NEXT(k) n += d; __asm__ volatile("" : "+r"(n));
    for (i = 0; i < rounds; i++) {
        FOURTEEN(NEXT)
    }
    sink = (double)n;
    return 14.0 * (double)rounds;
}

typedef double work(double *memory, long rounds);

struct thread {
    pthread_t id;
    work *function;
    long rounds;
    double start, end, done;
};

static double *new_memory(void)
{
    size_t bytes = (size_t)(READ_BYTES / threads);
    void *memory;
    if (posix_memalign(&memory, BYTES, bytes) != 0)
        exit(2);
    memset(memory, 1, bytes);
    return memory;
}

static void *measured(void *argument)
{
    struct thread *self = argument;
    double *memory = self->function == read_memory ? new_memory() : NULL;
    pthread_barrier_wait(&barrier);
    self->start = now();
    self->done = self->function(memory, self->rounds);
    self->end = now();
    free(memory);
    return NULL;
}

/* How long all threads together take; adds to *done what they did. */
static double seconds_of(work *function, long rounds, double *done)
{
    struct thread *all = calloc((size_t)threads, sizeof *all);
    double start, end;
    int t;
    if (all == NULL)
        exit(2);
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (t = 0; t < threads; t++) {
        all[t].function = function;
        all[t].rounds = rounds;
        if (pthread_create(&all[t].id, NULL, measured, &all[t]) != 0)
            exit(2);
    }
    for (t = 0; t < threads; t++)
        pthread_join(all[t].id, NULL);
    start = all[0].start;
    end = all[0].end;
    for (t = 0; t < threads; t++) {
        start = all[t].start < start ? all[t].start : start;
        end = all[t].end > end ? all[t].end : end;
        *done += all[t].done;
    }
    pthread_barrier_destroy(&barrier);
    free(all);
    return end - start;
}

/* Work per second of all threads together, at best. */
static double rate(work *function, double least_seconds)
{
    double best = 0.0, done = 0.0, found;
    long rounds = 1;
    int attempt;
    while (seconds_of(function, rounds, &done) < least_seconds)
        rounds *= 2;
    for (attempt = 0; attempt < ATTEMPTS; attempt++) {
        done = 0.0;
        found = seconds_of(function, rounds, &done);
        best = done / found > best ? done / found : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    double seconds;
    if (argc != 4)
        return 2;
    threads = atoi(argv[2]);
    seconds = atof(argv[3]);
    printf("%ld\n", 8L * BYTES);
    if (strcmp(argv[1], "peak") == 0)
        printf("%.9g\n", rate(multiply_add, seconds));
    else if (strcmp(argv[1], "roots") == 0)
        printf("%.9g\n", rate(divide_by_roots, seconds));
    else
        printf("%.9g\n%.9g\n%.9g\n", rate(read_memory, seconds),
               threads / rate(add_in_turn, seconds), rate(count_cycles, seconds) / threads);
    return 0;
}
