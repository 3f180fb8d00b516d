/* The host's way to the same trainings that driver.c computes: pn_train with the kernels and the
 * threads that the command line names, stopped and taken up again after every range or two, or not
 * at all; then gradients and predictions. Reads what driver.c reads and prints the same lines. Each
 * buffer has just the size that host.h asks for, so that a sanitizer sees one step too far. */
#include "cases.h"
#include "host/host.h"

#include <string.h>

static const struct pn_kernels *kernels;
static size_t threads;

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

/* The classes that the targets name, or NULL. */
static uint32_t *classes_of(const struct training *t)
{
    uint32_t *classes = buffer(t->n, sizeof *classes);
    size_t s, j, ones;
    for (s = 0; s < t->n; s++) {
        const double *y = t->Y + s * t->n_out;
        for (ones = j = 0; j < t->n_out && (y[j] == 0.0 || y[j] == 1.0); j++)
            if (y[j] == 1.0) {
                classes[s] = (uint32_t)j;
                ones++;
            }
        if (j < t->n_out || ones != 1) {
            free(classes);
            return NULL;
        }
    }
    return classes;
}

/* The inputs as they are, and the columns of those that are not 0. */
static void find_inputs(struct pn_inputs *inputs, const struct training *t)
{
    size_t tiles = (t->n_in + PN_TILE - 1) / PN_TILE, half = t->n / 2, room = PN_TILE, i;
    uint16_t *columns;
    uint32_t *starts = buffer(t->n * tiles + 1, sizeof *starts);
    inputs->n_in = t->n_in;
    inputs->X = narrowest(t->X, t->n * t->n_in, &inputs->type);
    for (i = 0; i < t->n * t->n_in; i++)
        room += t->X[i] != 0.0;
    columns = buffer(room, sizeof *columns);
    starts[0] = 0;
    if (pn_find_columns(kernels, columns, starts, inputs, room, 0, half) == PN_NO_ROOM ||
        pn_find_columns(kernels, columns, starts, inputs, room, half, t->n - half) == PN_NO_ROOM)
        printf("pn_find_columns: no room\n");
    inputs->columns = columns;
    inputs->starts = starts;
}

/* Trains for an epoch, in calls of that many samples. */
static double epoch_of(struct pn_training *training, size_t samples)
{
    double mean;
    training->workspace =
        buffer(pn_training_workspace(kernels, training), sizeof *training->workspace);
    do {
        pn_train(kernels, training, &mean, 1, samples);
    } while (training->ended == 0);
    free(training->workspace);
    return mean;
}

static void predict(const struct training *t, const struct pn_training *training, const double *A)
{
    size_t room = threads * pn_predict_workspace(&t->network, training->range), i;
    double *workspace = buffer(room, sizeof *workspace);
    double *outputs = buffer(t->n * t->n_out, sizeof *outputs);
    pn_predict(kernels, outputs, &t->network, workspace, training->inputs.X,
               training->inputs.type, t->n, training->range, threads);
    for (i = 0; i < t->n * t->n_out; i++)
        if (memcmp(&outputs[i], &A[i], sizeof *A) != 0 && !(outputs[i] != outputs[i] && A[i] != A[i]))
            printf("pn_predict: %a, not %a\n", outputs[i], A[i]);
    free(workspace), free(outputs);
}

static void training(void)
{
    struct training t = read_training();
    struct pn_training training;
    uint32_t *classes;
    size_t samples, epoch;
    double *Z = buffer(t.n * t.units, sizeof *Z), *A = buffer(t.n * t.units, sizeof *A);
    double *dZ = buffer(t.n * t.units, sizeof *dZ), *plain = buffer(t.count, sizeof *plain);
    double *gradients = buffer(t.count, sizeof *gradients);
    memset(&training, 0, sizeof training);
    training.network = t.network;
    training.optimizer = t.optimizer;
    training.sample_weights = t.weights;
    training.dropout = t.dropout;
    training.random = t.dropout ? t.random : NULL;
    find_inputs(&training.inputs, &t);
    training.sparse = t.n % 2 == 0;
    training.order = t.order;
    training.classes = classes = classes_of(&t);
    training.Y = classes ? NULL : t.Y;
    training.n = t.n;
    training.batch_size = t.batch_size;
    training.range = t.n < 16 ? 1 + t.n % 3 : 8; /* shared in whole rows of 8 */
    training.threads = threads;
    samples = t.n % 4 ? 1 + t.n % 2 * training.range * threads : t.n;
    for (epoch = 0; epoch < t.epochs; epoch++) {
        double mean;
        read_order(&t);
        mean = epoch_of(&training, samples);
        print_numbers(&mean, 1);
    }
    training.order = NULL;
    training.batch_size = t.n;
    training.gradients = gradients;
    epoch_of(&training, samples);
    pn_forward(Z, A, t.X, &t.network, NULL, t.n);
    pn_backward(dZ, plain, A, t.X, t.Y, &t.network, t.weights, NULL, t.n);
    predict(&t, &training, A + t.n * (t.units - t.n_out));
    print_numbers(t.network.parameters, t.count);
    print_numbers(Z, t.n * t.units);
    print_numbers(A, t.n * t.units);
    print_numbers(dZ, t.n * t.units);
    print_numbers(gradients, t.count);
    free(Z), free(A), free(dZ), free(plain), free(gradients);
    free((void *)training.inputs.X), free((void *)training.inputs.columns);
    free((void *)training.inputs.starts), free(classes);
    free_training(&t);
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
