/* What the C peers share: the task from the arguments, the data from files, and the lines of
 * ../worker.py on standard input. A peer includes this and defines the functions below. */
#ifndef DRIVER_H
#define DRIVER_H

#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_LAYERS 7

static struct {
    int predict, step, softmax, bias;
    size_t n, epochs, batch, n_layers, sizes[MOST_LAYERS + 1];
    size_t n_in, n_out, count, units; /* all parameters, all units of all layers */
    double rate;
    double *x, *y, *w;
} task;

static const char *version(void);
static const char *differs(void);
static void prepare(void);             /* once */
static void reset(void);               /* back to the first weights w */
static void run(void);                 /* what is measured */
static void outputs(double *results);  /* of all samples, (n, n_out) */

static double *buffer(size_t count)
{
    double *memory = calloc(count, sizeof *memory);
    if (memory == NULL)
        exit(2);
    return memory;
}

static double *read_file(const char *folder, const char *name, size_t count)
{
    double *numbers = buffer(count);
    char path[4096];
    FILE *file;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    file = fopen(path, "rb");
    if (file == NULL || fread(numbers, sizeof *numbers, count, file) != count)
        exit(2);
    fclose(file);
    return numbers;
}

static void write_outputs(const char *path)
{
    size_t count = task.n * task.n_out;
    double *results = buffer(count);
    FILE *file = fopen(path, "wb");
    reset();
    run();
    outputs(results);
    if (file == NULL || fwrite(results, sizeof *results, count, file) != count)
        exit(2);
    fclose(file);
    free(results);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double mean_seconds(long count)
{
    double total = 0.0, start;
    long i;
    for (i = 0; i < count; i++) {
        reset();
        start = now();
        run();
        total += now() - start;
    }
    return total / (double)count;
}

/* folder, train | step | predict, softmax | sigmoid, bias, n, epochs, batch, rate, sizes ... */
static void read_task(int argc, char **argv)
{
    size_t l;
    if (argc < 11 || argc > 10 + MOST_LAYERS)
        exit(2);
    task.predict = strcmp(argv[2], "predict") == 0;
    task.step = strcmp(argv[2], "step") == 0;
    task.softmax = strcmp(argv[3], "softmax") == 0;
    task.bias = atoi(argv[4]);
    task.n = strtoul(argv[5], NULL, 10);
    task.epochs = strtoul(argv[6], NULL, 10);
    task.batch = strtoul(argv[7], NULL, 10);
    task.rate = strtod(argv[8], NULL);
    task.n_layers = (size_t)argc - 10;
    for (l = 0; l <= task.n_layers; l++)
        task.sizes[l] = strtoul(argv[9 + l], NULL, 10);
    for (l = 0; l < task.n_layers; l++) {
        task.count += (task.sizes[l] + 1) * task.sizes[l + 1];
        task.units += task.sizes[l + 1];
    }
    task.n_in = task.sizes[0];
    task.n_out = task.sizes[task.n_layers];
    task.x = read_file(argv[1], "x", task.n * task.n_in);
    task.y = read_file(argv[1], "y", task.n * task.n_out);
    task.w = read_file(argv[1], "w", task.count);
}

int main(int argc, char **argv)
{
    char line[4096];
    read_task(argc, argv);
    prepare();
    printf("{\"version\": \"%s\", \"differs\": \"%s\"}\n", version(), differs());
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "time ", 5) == 0) {
            printf("%.9g\n", mean_seconds(atol(line + 5)));
        } else {
            write_outputs(line + 8); /* "outputs PATH" */
            printf("written\n");
        }
        fflush(stdout);
    }
    return 0;
}

#endif
