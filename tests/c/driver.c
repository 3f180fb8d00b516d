/* A plain C program on the core, for sanitizers and compilers: it reads a training from standard
 * input, runs it, and prints every result, all numbers as C99 hexadecimal. Each buffer has just
 * the size that purenn.h asks for, so that a sanitizer sees one step too far. */
#include "cases.h"

static void elementary(void)
{
    size_t count = read_size(), i;
    double *x = read_numbers(count);
    double *S = buffer(count, sizeof *S);
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
    struct training t = read_training();
    double *L = buffer(t.n, sizeof *L);
    double *workspace = buffer(t.count + 2 * t.batch_size * t.units, sizeof *workspace);
    double *batch = t.order ? buffer(t.batch_size * (t.n_in + t.n_out + 1), sizeof *batch) : NULL;
    double *Z = buffer(t.n * t.units, sizeof *Z), *A = buffer(t.n * t.units, sizeof *A);
    double *dZ = buffer(t.n * t.units, sizeof *dZ), *gradients = buffer(t.count, sizeof *gradients);
    size_t epoch;
    for (epoch = 0; epoch < t.epochs; epoch++) {
        double mean;
        read_order(&t);
        mean = pn_train_epoch(L, &t.network, &t.optimizer, workspace, batch, t.X, t.Y, t.order,
                              t.batch_size, t.weights, t.n);
        print_numbers(&mean, 1);
    }
    pn_forward(Z, A, t.X, &t.network, t.n);
    pn_backward(dZ, gradients, A, t.X, t.Y, &t.network, t.weights, t.n);
    print_numbers(t.network.parameters, t.count);
    print_numbers(Z, t.n * t.units);
    print_numbers(A, t.n * t.units);
    print_numbers(dZ, t.n * t.units);
    print_numbers(gradients, t.count);
    free(L), free(workspace), free(batch), free(Z), free(A), free(dZ), free(gradients);
    free_training(&t);
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
