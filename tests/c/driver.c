/* A plain C program on the core, for sanitizers and compilers: it reads a training from standard
 * input, runs it, and prints every result, all numbers as C99 hexadecimal. Each buffer has just
 * the size that purenn.h asks for, so that a sanitizer sees one step too far. */
#include "purenn.h"

#include <stdio.h>
#include <stdlib.h>

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
    double *S = buffer(count - 2, sizeof *S);
    for (i = 0; i < count; i++)
        printf("%a %a %a %a ", pn_exp(x[i]), pn_log(x[i]), pn_tanh(x[i]),
               pn_divide(x[i], x[count - 1 - i]));
    printf("\n");
    pn_scale_inputs(S, x, x + 1, x + 2, 1, count - 2);
    print_numbers(S, count - 2);
    free(x), free(S);
}

static void training(void)
{
    size_t n_layers = read_size(), n = read_size(), batch_size = read_size();
    size_t epochs = read_size(), ordered = read_size();
    int loss = (int)read_size(), bias = (int)read_size();
    size_t *sizes = buffer(n_layers + 1, sizeof *sizes);
    int *activations = buffer(n_layers, sizeof *activations);
    size_t *order = buffer(n, sizeof *order);
    size_t count = 0, units = 0, i, epoch;
    double *rate, *parameters, *X, *Y, *L, *workspace, *batch, *Z, *A, *dZ, *gradients;
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
    L = buffer(n, sizeof *L);
    workspace = buffer(count + 2 * batch_size * units, sizeof *workspace);
    batch = buffer(batch_size * (sizes[0] + sizes[n_layers]), sizeof *batch);
    for (epoch = 0; epoch < epochs; epoch++) {
        double mean;
        for (i = 0; ordered && i < n; i++)
            order[i] = read_size();
        mean = pn_train_epoch(L, parameters, workspace, ordered ? batch : NULL, X, Y,
                              ordered ? order : NULL, batch_size, activations, loss, bias, *rate,
                              sizes, n_layers, n);
        print_numbers(&mean, 1);
    }
    Z = buffer(n * units, sizeof *Z);
    A = buffer(n * units, sizeof *A);
    dZ = buffer(n * units, sizeof *dZ);
    gradients = buffer(count, sizeof *gradients);
    pn_forward(Z, A, X, parameters, activations, sizes, n_layers, n);
    pn_backward(dZ, gradients, A, X, Y, parameters, activations, loss, bias, sizes, n_layers, n);
    print_numbers(parameters, count);
    print_numbers(Z, n * units);
    print_numbers(A, n * units);
    print_numbers(dZ, n * units);
    print_numbers(gradients, count);
    free(sizes), free(activations), free(order), free(rate), free(parameters), free(X), free(Y);
    free(L), free(workspace), free(batch), free(Z), free(A), free(dZ), free(gradients);
}

int main(void)
{
    char kind;
    while (scanf(" %c", &kind) == 1) {
        if (kind == 'e')
            elementary();
        else
            training();
    }
    return 0;
}
