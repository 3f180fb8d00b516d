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

static pn_initialization *const INITIALIZATIONS[] = {EACH_INITIALIZATION(ITS_INITIALIZATION)};
enum { DRAWN = 1500, N_SIZES = 4 };

/* Whatever a seed gives: an odd number of normal ones, so that the next one waits meanwhile. */
static void random_numbers(void)
{
    static const size_t sizes[N_SIZES] = {3, 5, 0, 2};
    const size_t count = pn_count_parameters(sizes, N_SIZES - 1);
    struct pn_random *state = buffer(1, sizeof *state);
    size_t *order = buffer(DRAWN, sizeof *order);
    double *numbers = buffer(DRAWN, sizeof *numbers);
    double *parameters = buffer(count, sizeof *parameters);
    size_t i;
    pn_random_seed(state, (uint32_t)read_size());
    for (i = 0; i < DRAWN; i++)
        numbers[i] = pn_random_word(state);
    print_numbers(numbers, DRAWN);
    for (i = 0; i < DRAWN - 1; i++)
        numbers[i] = i % 4 ? pn_random_uniform(state) : pn_random_normal(state);
    print_numbers(numbers, DRAWN - 1);
    for (i = 0; i < DRAWN; i++)
        numbers[i] = pn_random_below_or_equal(state, (uint32_t)(i * i * i));
    print_numbers(numbers, DRAWN);
    pn_random_permutation(order, state, DRAWN);
    for (i = 0; i < DRAWN; i++)
        numbers[i] = (double)order[i];
    print_numbers(numbers, DRAWN);
    for (i = 0; i < sizeof INITIALIZATIONS / sizeof *INITIALIZATIONS; i++) {
        pn_initialize(parameters, sizes, INITIALIZATIONS[i], state, N_SIZES - 1);
        print_numbers(parameters, count);
    }
    free(state), free(order), free(numbers), free(parameters);
}

static void training(void)
{
    struct training t = read_training();
    double *L = buffer(t.n, sizeof *L);
    double *workspace = buffer(t.count + 2 * t.batch_size * t.units, sizeof *workspace);
    double *batch = t.order ? buffer(t.batch_size * (t.n_in + t.n_out + 1), sizeof *batch) : NULL;
    double *Z = buffer(t.n * t.units, sizeof *Z), *A = buffer(t.n * t.units, sizeof *A);
    double *dZ = buffer(t.n * t.units, sizeof *dZ), *gradients = buffer(t.count, sizeof *gradients);
    struct pn_dropout dropout = {pn_draw_masks, t.dropout, t.random, NULL};
    size_t epoch;
    dropout.masks = buffer(t.batch_size * (t.units - t.n_out), sizeof(double));
    for (epoch = 0; epoch < t.epochs; epoch++) {
        double mean;
        read_order(&t);
        mean = pn_train_epoch(L, &t.network, &t.optimizer, workspace, batch, t.X, t.Y, t.order,
                              t.batch_size, t.weights, t.dropout ? &dropout : NULL, t.n);
        print_numbers(&mean, 1);
    }
    pn_forward(Z, A, t.X, &t.network, NULL, t.n);
    pn_backward(dZ, gradients, A, t.X, t.Y, &t.network, t.weights, NULL, t.n);
    print_numbers(t.network.parameters, t.count);
    print_numbers(Z, t.n * t.units);
    print_numbers(A, t.n * t.units);
    print_numbers(dZ, t.n * t.units);
    print_numbers(gradients, t.count);
    free(dropout.masks), free(L), free(workspace), free(batch), free(Z), free(A), free(dZ), free(gradients);
    free_training(&t);
}

int main(void)
{
    char kind;
    while (scanf(" %c", &kind) == 1) {
        if (kind == 'e')
            elementary();
        else if (kind == 'r')
            random_numbers();
        else
            training();
    }
    return 0;
}
