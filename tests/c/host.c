/* The host's way to the same trainings that driver.c computes: pn_train with the kernels and the
 * threads that the command line names, stopped and taken up again after every range or two, or not
 * at all. Reads what driver.c reads and prints the same lines. Each buffer has just the size that
 * host.h asks for, so that a sanitizer sees one step too far. */
#include "purenn.h"
#include "host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pn_kernels *kernels;
static size_t threads;

static void *buffer(size_t count, size_t size)
{
    void *memory = malloc(count * size);
    if (memory == NULL && count > 0) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static size_t read_size(void)
{
    unsigned long value;
    if (scanf("%lu", &value) != 1) {
        fputs("expected a size\n", stderr);
        exit(2);
    }
    return (size_t)value;
}

static double *read_numbers(size_t count)
{
    double *numbers = buffer(count, sizeof *numbers);
    size_t i;
    for (i = 0; i < count; i++)
        if (scanf("%la", &numbers[i]) != 1) {
            fputs("expected a number\n", stderr);
            exit(2);
        }
    return numbers;
}

static void print_numbers(const double *numbers, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        printf("%a ", numbers[i]);
    printf("\n");
}

static void elementary(void)
{
    size_t count = read_size(), i;
    double *x = read_numbers(count);
    double *exps = buffer(count, sizeof *x), *logs = buffer(count, sizeof *x);
    double *tanhs = buffer(count, sizeof *x);
    kernels->exp(exps, x, count);
    kernels->log(logs, x, count);
    kernels->tanh(tanhs, x, count);
    for (i = 0; i < count; i++)
        printf("%a %a %a %a ", exps[i], logs[i], tanhs[i], pn_divide(x[i], x[count - 1 - i]));
    printf("\n");
    free(x), free(exps), free(logs), free(tanhs);
}

/* X as the narrowest type that holds all of its numbers. */
static void *narrowest(const double *X, size_t count, int *type)
{
    float *floats;
    uint8_t *bytes;
    size_t i;
    int small = 1, whole = 1;
    for (i = 0; i < count; i++) {
        int byte = X[i] >= 0.0 && X[i] <= 255.0 && X[i] == (double)(int)X[i];
        whole = whole && byte && (1.0 / X[i] > 0.0);
        small = small && X[i] - X[i] == 0.0 && X[i] < 1e30 && X[i] > -1e30 &&
                (double)(float)X[i] == X[i];
    }
    *type = whole ? PN_UINT8 : small ? PN_FLOAT32 : PN_FLOAT64;
    if (whole) {
        bytes = buffer(count, 1);
        for (i = 0; i < count; i++)
            bytes[i] = (uint8_t)X[i];
        return bytes;
    }
    if (small) {
        floats = buffer(count, sizeof *floats);
        for (i = 0; i < count; i++)
            floats[i] = (float)X[i];
        return floats;
    }
    return memcpy(buffer(count, sizeof *X), X, count * sizeof *X);
}

static void training(void)
{
    size_t n_layers = read_size(), n = read_size(), batch_size = read_size();
    size_t epochs = read_size(), ordered = read_size();
    int loss = (int)read_size(), bias = (int)read_size();
    size_t *sizes = buffer(n_layers + 1, sizeof *sizes);
    int *activations = buffer(n_layers, sizeof *activations);
    size_t *order = buffer(n, sizeof *order);
    size_t count = 0, units = 0, tiles, nonzero, i, epoch;
    double *rate, *parameters, *X, *Y, *workspace, *Z, *A, *dZ, *gradients, *scratch, *outputs;
    void *narrow;
    uint16_t *columns;
    uint32_t *starts;
    struct pn_training t;
    for (i = 0; i <= n_layers; i++)
        sizes[i] = read_size();
    for (i = 0; i < n_layers; i++) {
        activations[i] = (int)read_size();
        count += (sizes[i] + 1) * sizes[i + 1];
        units += sizes[i + 1];
    }
    rate = read_numbers(1);
    parameters = read_numbers(count);
    X = read_numbers(n * sizes[0]);
    Y = read_numbers(n * sizes[n_layers]);
    memset(&t, 0, sizeof t);
    t.network.parameters = parameters;
    t.network.activations = activations;
    t.network.sizes = sizes;
    t.network.n_layers = n_layers;
    t.network.loss = loss;
    t.network.bias = bias;
    t.network.learning_rate = *rate;
    narrow = narrowest(X, n * sizes[0], &t.inputs.type);
    t.inputs.X = narrow;
    t.inputs.n_in = sizes[0];
    tiles = (sizes[0] + 63) / 64;
    nonzero = pn_count_nonzero(narrow, t.inputs.type, n * sizes[0]);
    columns = buffer(nonzero + 1, sizeof *columns);
    starts = buffer(n * tiles + 1, sizeof *starts);
    starts[0] = 0;
    pn_find_columns(columns, starts, &t.inputs, 0, n / 2);
    pn_find_columns(columns, starts, &t.inputs, n / 2, n - n / 2);
    t.inputs.columns = columns;
    t.inputs.starts = starts;
    t.sparse = n % 2 == 0;
    t.Y = Y;
    t.n = n;
    t.batch_size = batch_size;
    t.range = n < 16 ? 1 + n % 3 : 8; /* of each thread: shared in whole rows of 8 */
    t.threads = threads;
    for (epoch = 0; epoch < epochs; epoch++) {
        double mean;
        for (i = 0; ordered && i < n; i++)
            order[i] = read_size();
        t.order = ordered ? order : NULL;
        workspace = buffer(pn_training_workspace(kernels, &t), sizeof *workspace);
        t.workspace = workspace;
        while (pn_train(kernels, &t, &mean, 1, n % 4 ? 1 + n % 2 : n) == 0)
            ;
        print_numbers(&mean, 1);
        free(workspace);
    }
    Z = buffer(n * units, sizeof *Z);
    A = buffer(n * units, sizeof *A);
    dZ = buffer(n * units, sizeof *dZ);
    gradients = buffer(count, sizeof *gradients);
    scratch = buffer(PN_SCRATCH, sizeof *scratch);
    pn_host_forward(kernels, Z, A, X, &t.network, n, scratch);
    pn_host_backward(kernels, dZ, gradients, A, X, Y, &t.network, n, scratch);
    outputs = buffer(n * sizes[n_layers], sizeof *outputs);
    workspace = buffer(threads * pn_predict_workspace(&t.network, t.range), sizeof *workspace);
    pn_predict(kernels, outputs, &t.network, workspace, narrow, t.inputs.type, n, t.range,
               threads);
    for (i = 0; i < n * sizes[n_layers]; i++) {
        double output = A[n * (units - sizes[n_layers]) + i];
        if (memcmp(&outputs[i], &output, sizeof output) != 0 &&
            !(outputs[i] != outputs[i] && output != output))
            printf("pn_predict: %a, not %a\n", outputs[i], output);
    }
    print_numbers(parameters, count);
    print_numbers(Z, n * units);
    print_numbers(A, n * units);
    print_numbers(dZ, n * units);
    print_numbers(gradients, count);
    free(sizes), free(activations), free(order), free(rate), free(parameters), free(X), free(Y);
    free(workspace), free(Z), free(A), free(dZ), free(gradients), free(scratch), free(outputs);
    free(narrow), free(columns), free(starts);
}

int main(int argc, char **argv)
{
    char kind;
    kernels = argc == 3 ? pn_kernels(argv[1]) : NULL;
    if (kernels == NULL) {
        fputs("host LEVEL THREADS: this processor and build have no such level\n", stderr);
        return 3;
    }
    threads = (size_t)strtoul(argv[2], NULL, 10);
    while (scanf(" %c", &kind) == 1) {
        if (kind == 'e')
            elementary();
        else
            training();
    }
    return 0;
}
