/* Every kernel of one table against the plain table, which is csrc/ itself: random shapes, tails,
 * sums long enough to be taken up again, and numbers at which arithmetic goes wrong. All memory has
 * just the size that kernels.h asks for, so that a sanitizer sees one step too far.
 *
 * kernels LEVEL SHAPES: prints each difference, and how many shapes were compared. */
#include "purenn.h"
#include "host/host.h"
#include "tables.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200000   /* products in a shape */
#define LARGE 4000000 /* and in every fiftieth one */

static const struct pn_kernels *fast, *plain;
static size_t shape, n, n_in, n_out, different;

/* Numbers from xorshift64*, the same everywhere. */
static uint64_t state;

static uint64_t random_bits(void)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1Du;
}

static size_t below(size_t limit)
{
    return (size_t)((random_bits() >> 33) % limit);
}

static const double EDGES[] = {
    0.0, -0.0, 4.9406564584124654e-324, -4.9406564584124654e-324, DBL_MIN, -1e-310, 1.0, -1.0,
    3.7e-9, 0.625, -0.625, 0.7071067811865476,
    1e154, -1e154, 709.782712893384, -745.2, -708.4, DBL_MAX, -DBL_MAX,
    INFINITY, -INFINITY, NAN,
};

enum { SMALL = 12, FINITE = 19, ALL = 22 };

/* Mostly a number of everyday size; sometimes one of the first `most` ones above, but in this shape
 * only of the first `edges` ones: where a NaN is in every sum, no sum is compared. */
static size_t edges;

static double number(size_t most)
{
    if (most > edges)
        most = edges;
    if (most > 0 && below(24) == 0)
        return EDGES[below(most)];
    return ((double)(random_bits() >> 11) / 9007199254740992.0 - 0.5) * 4.0;
}

static void *room(size_t count, size_t size)
{
    void *memory = malloc(count * size);
    if (memory == NULL && count > 0) {
        fputs("out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

static double *numbers(size_t count, size_t most)
{
    double *x = room(count, sizeof *x);
    size_t i;
    for (i = 0; i < count; i++)
        x[i] = number(most);
    return x;
}

static double *copy(const double *x, size_t count)
{
    double *y = room(count, sizeof *y);
    if (count > 0)
        memcpy(y, x, count * sizeof *y);
    return y;
}

/* Room that a kernel may use as it likes, full of what it must not take for its own. */
static double *scratch(void)
{
    double *x = room(PN_SCRATCH, sizeof *x);
    size_t i;
    for (i = 0; i < PN_SCRATCH; i++)
        x[i] = NAN;
    return x;
}

/* Whether they have the same bits; any NaN is any other. */
static int same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/* Frees both and reports where they differ. */
static void compare(const char *what, double *found, double *expected, size_t count)
{
    size_t i;
    for (i = 0; i < count; i++)
        if (!same(found[i], expected[i])) {
            printf("shape %lu (%lu, %lu, %lu): %s [%lu] is %a, not %a\n", (unsigned long)shape,
                   (unsigned long)n, (unsigned long)n_in, (unsigned long)n_out, what,
                   (unsigned long)i, found[i], expected[i]);
            different++;
            break;
        }
    free(found);
    free(expected);
}

/* Small, or around whole vectors, panels and tiles of sums, or deeper than a panel; large ones also
 * around whole blocks of rows and of panels. */
static size_t length(int large)
{
    static const size_t BLOCKS[] = {1, 32, 64, 128, 256, 512};
    if (large)
        return BLOCKS[below(6)] + below(20) - below(2);
    switch (below(8)) {
    case 0:
        return below(4);
    case 1:
        return below(3) + (size_t)8 * below(9);
    case 2:
        return below(300);
    case 3:
        return below(4) == 0 ? 250 + below(900) : below(70);
    default:
        return below(20);
    }
}

/* W with rows that lie apart, where what lies between them must not count. */
static void input_gradient_of_wide_rows(const double *dZ, const double *W, double *work)
{
    size_t w_row = n_out + below(4), k, j;
    double *wide = room(n_in * w_row, sizeof *wide);
    double *found = room(n * n_in, sizeof *found), *expected = room(n * n_in, sizeof *found);
    for (k = 0; k < n_in; k++)
        for (j = 0; j < w_row; j++)
            wide[k * w_row + j] = j < n_out ? W[k * n_out + j] : NAN;
    fast->input_gradient(found, dZ, wide, w_row, n, n_in, n_out, work);
    plain->input_gradient(expected, dZ, W, n_out, n, n_in, n_out, work);
    compare("input_gradient of wide rows", found, expected, n * n_in);
    free(wide);
}

static void products(void)
{
    size_t x_row = n_in + below(4);
    int fresh = (int)below(2);
    double *X = numbers(n * n_in, ALL), *W = numbers(n_in * n_out, ALL), *b = numbers(n_out, ALL);
    double *dZ = numbers(n * n_out, ALL);
    double *wide = numbers(n > 0 ? (n - 1) * x_row + n_in : 0, ALL);
    double *work = scratch();
    double *found = room(n * n_out, sizeof *found), *expected = room(n * n_out, sizeof *found);
    fast->affine(found, X, W, b, n, n_in, n_out, work);
    plain->affine(expected, X, W, b, n, n_in, n_out, work);
    compare("affine", found, expected, n * n_out);

    found = numbers(n_in * n_out, ALL);
    expected = copy(found, n_in * n_out);
    fast->add_weight_products(found, NULL, wide, x_row, dZ, n, n_in, n_out, fresh, work);
    plain->add_weight_products(expected, NULL, wide, x_row, dZ, n, n_in, n_out, fresh, work);
    compare("add_weight_products", found, expected, n_in * n_out);

    found = numbers((n_in + 1) * n_out, ALL);
    expected = copy(found, (n_in + 1) * n_out);
    fast->add_weight_products(found + n_out, found, wide, x_row, dZ, n, n_in, n_out, fresh, work);
    plain->add_weight_products(expected + n_out, expected, wide, x_row, dZ, n, n_in, n_out, fresh,
                               work);
    compare("add_weight_products and biases", found, expected, (n_in + 1) * n_out);

    found = numbers(n_out, ALL);
    expected = copy(found, n_out);
    fast->add_bias_products(found, dZ, n, n_out, fresh);
    plain->add_bias_products(expected, dZ, n, n_out, fresh);
    compare("add_bias_products", found, expected, n_out);

    found = room(n * n_in, sizeof *found);
    expected = room(n * n_in, sizeof *found);
    fast->input_gradient(found, dZ, W, n_out, n, n_in, n_out, work);
    plain->input_gradient(expected, dZ, W, n_out, n, n_in, n_out, work);
    compare("input_gradient", found, expected, n * n_in);
    input_gradient_of_wide_rows(dZ, W, work);
    free(X), free(W), free(b), free(dZ), free(wide), free(work);
}

/* X (n, n_in) of that type, mostly zeros of both signs, what it holds as doubles. */
static void *many_zeros(int type, double *X)
{
    size_t count = n * n_in, i;
    uint8_t *bytes = room(type == PN_UINT8 ? count : 0, sizeof *bytes);
    float *floats = room(type == PN_FLOAT32 ? count : 0, sizeof *floats);
    double *doubles = room(type == PN_FLOAT64 ? count : 0, sizeof *doubles);
    for (i = 0; i < count; i++) {
        int zero = below(5) != 0;
        if (type == PN_UINT8)
            X[i] = bytes[i] = zero ? 0 : (uint8_t)below(256);
        else if (type == PN_FLOAT32)
            X[i] = floats[i] = zero ? below(2) ? 0.0f : -0.0f
                               : below(99) ? (float)number(SMALL) : (float)number(ALL);
        else
            X[i] = doubles[i] = zero ? EDGES[below(2)] : number(ALL);
    }
    if (type != PN_UINT8)
        free(bytes);
    if (type != PN_FLOAT32)
        free(floats);
    if (type != PN_FLOAT64)
        free(doubles);
    return type == PN_UINT8 ? (void *)bytes : type == PN_FLOAT32 ? (void *)floats : (void *)doubles;
}

static size_t nonzero(const double *x, size_t count)
{
    size_t i, found = 0;
    for (i = 0; i < count; i++)
        found += x[i] != 0.0;
    return found;
}

/* Zeros left out, against all of X: n rows of it in some order, some of them twice. */
static void sparse(int type)
{
    size_t tiles = (n_in + PN_TILE - 1) / PN_TILE, first = below(3), from = below(tiles + 1), s, i;
    size_t to = from + below(tiles - from + 1), end = to * PN_TILE < n_in ? to * PN_TILE : n_in;
    int ordered = below(2) == 0;
    struct pn_inputs inputs = {NULL, type, n_in, NULL, NULL};
    struct pn_rows rows = {NULL, ordered ? first : 0, n};
    double *all = room(n * n_in, sizeof *all), *X = room(n * n_in, sizeof *X);
    double *W = numbers(n_in * n_out, FINITE), *b = numbers(n_out, ALL), *work = scratch();
    double *dZ = numbers(n * n_out, FINITE);
    double *found = room(n * n_out, sizeof *found), *expected = room(n * n_out, sizeof *found);
    void *given = many_zeros(type, all);
    double *part;
    size_t left, right;
    size_t *order = room(first + n, sizeof *order);
    uint32_t *starts = room(n * tiles + 1, sizeof *starts);
    size_t most = PN_TILE + nonzero(all, n * n_in), missing = 1 + below(most);
    uint16_t *columns = room(most, sizeof *columns), *less = room(most - missing, sizeof *less);
    uint16_t *again = room(most, sizeof *again);
    uint32_t *same_starts = room(n * tiles + 1, sizeof *same_starts);
    int expected_found = plain->all_finite(all, n * n_in) ? 0 : PN_NOT_FINITE;
    inputs.X = given;
    starts[0] = same_starts[0] = 0;
    if (pn_find_columns(fast, less, starts, &inputs, most - missing, 0, n) != PN_NO_ROOM &&
        missing > PN_TILE) {
        printf("shape %lu: find_columns found too few\n", (unsigned long)shape);
        different++;
    }
    if (pn_find_columns(fast, columns, starts, &inputs, most, 0, n) != expected_found ||
        pn_find_columns(plain, again, same_starts, &inputs, most, 0, n) != expected_found ||
        starts[n * tiles] != most - PN_TILE ||
        memcmp(columns, again, (most - PN_TILE) * sizeof *columns) != 0 ||
        memcmp(starts, same_starts, (n * tiles + 1) * sizeof *starts) != 0) {
        printf("shape %lu: find_columns\n", (unsigned long)shape);
        different++;
    }
    free(less);
    free(again);
    free(same_starts);
    inputs.columns = columns;
    inputs.starts = starts;
    for (s = 0; s < first + n; s++)
        order[s] = s < first ? (size_t)-1 : below(n);
    rows.order = ordered ? order : NULL;
    pn_read_columns(X, &inputs, rows, 0, n_in);
    left = below(n_in + 1);
    right = left + below(n_in - left + 1);
    part = room(n * (right - left), sizeof *part);
    pn_read_columns(part, &inputs, rows, left, right);
    for (s = 0; s < n; s++) {
        const double *row = all + (ordered ? order[first + s] : s) * n_in;
        for (i = 0; i < n_in; i++) {
            different += !same(X[s * n_in + i], row[i]);
            if (left <= i && i < right)
                different += !same(part[s * (right - left) + i - left], row[i]);
        }
    }
    free(part);

    fast->sparse_affine(found, &inputs, rows, W, b, n_out, work);
    plain->affine(expected, X, W, b, n, n_in, n_out, work);
    compare("sparse_affine", found, expected, n * n_out);

    found = numbers(n_in * n_out, 0); /* never -0.0: such a sum begins at +0.0 */
    expected = copy(found, n_in * n_out);
    fast->sparse_add_weight_products(found, &inputs, rows, dZ, n_out, from, to, work);
    if (from * PN_TILE < end)
        plain->add_weight_products(expected + from * PN_TILE * n_out, NULL, X + from * PN_TILE, n_in, dZ,
                                   n, end - from * PN_TILE, n_out, 0, work);
    compare("sparse_add_weight_products", found, expected, n_in * n_out);
    free(all), free(X), free(W), free(b), free(work), free(dZ), free(given), free(order);
    free(starts), free(columns);
}

/* All that there are, and one that no table of kernels knows. */
static const struct pn_activation own_activation = {pn_tanh_forward, pn_sigmoid_backward};
static const struct pn_loss own_loss = {
    pn_mean_squared_error, pn_categorical_cross_entropy_gradient, &own_activation,
    pn_categorical_cross_entropy};
static const struct pn_activation *const ACTIVATIONS[] = {
    EACH_ACTIVATION(ITS_ACTIVATION) &own_activation,
};
static const struct pn_loss *const LOSSES[] = {EACH_LOSS(ITS_LOSS) &own_loss};
static const struct pn_rule *const RULES[] = {EACH_RULE(ITS_RULE)};
enum { N_ACTIVATIONS = sizeof ACTIVATIONS / sizeof *ACTIVATIONS };
enum { N_LOSSES = sizeof LOSSES / sizeof *LOSSES };

/* n*n_out outputs. */
static void outputs(void)
{
    size_t count = n * n_out;
    double *A = numbers(count, ALL), *Y = numbers(count, ALL), *dA = numbers(count, ALL);
    double *found, *expected;
    size_t others = below(2) ? 3 : 0, i, a, l;
    for (i = 0; i < count; i++) { /* labels and probabilities in most places, or in all */
        if (others == 0 || below(others))
            Y[i] = below(2) ? 1.0 : EDGES[below(2)];
        if (below(3))
            A[i] = fabs(A[i]) / 2.0;
    }
    for (a = 0; a < N_ACTIVATIONS; a++) {
        found = room(count, sizeof *found);
        expected = room(count, sizeof *found);
        fast->activation_forward(found, dA, ACTIVATIONS[a], n, n_out, count);
        plain->activation_forward(expected, dA, ACTIVATIONS[a], n, n_out, count);
        compare("activation_forward", found, expected, count);
        found = copy(dA, count);
        expected = copy(dA, count);
        fast->activation_forward(found, found, ACTIVATIONS[a], n, n_out, count);
        plain->activation_forward(expected, expected, ACTIVATIONS[a], n, n_out, count);
        compare("activation_forward in place", found, expected, count);
        found = room(count, sizeof *found);
        expected = room(count, sizeof *found);
        fast->activation_backward(found, dA, A, ACTIVATIONS[a], n, n_out, count);
        plain->activation_backward(expected, dA, A, ACTIVATIONS[a], n, n_out, count);
        compare("activation_backward", found, expected, count);
        found = copy(dA, count);
        expected = copy(dA, count);
        fast->activation_backward(found, found, A, ACTIVATIONS[a], n, n_out, count);
        plain->activation_backward(expected, expected, A, ACTIVATIONS[a], n, n_out, count);
        compare("activation_backward in place", found, expected, count);
        for (l = 0; l < N_LOSSES; l++) {
            found = room(count, sizeof *found);
            expected = room(count, sizeof *found);
            fast->output_gradient(found, A, Y, ACTIVATIONS[a], LOSSES[l], n, n_out, count);
            plain->output_gradient(expected, A, Y, ACTIVATIONS[a], LOSSES[l], n, n_out, count);
            compare("output_gradient", found, expected, count);
            found = room(n, sizeof *found);
            expected = room(n, sizeof *found);
            fast->output_losses(found, dA, A, Y, ACTIVATIONS[a], LOSSES[l], n, n_out);
            plain->output_losses(expected, dA, A, Y, ACTIVATIONS[a], LOSSES[l], n, n_out);
            compare("output_losses", found, expected, n);
        }
    }
    free(A), free(Y), free(dA);
}

/* Steps of any rate on sums of any number of samples. */
static void steps(void)
{
    static const double RATES[] = {0.0, 0.1, 1.0, -0.5, 1e300, 1e-310, INFINITY, NAN};
    static const size_t COUNTS[] = {1, 2, 3, 64, 100, 1024, 60000};
    double *sums = numbers(n_out, ALL), *found = numbers(n_out, ALL);
    double *expected = copy(found, n_out);
    double *moments = numbers(2 * n_out, ALL), *others = copy(moments, 2 * n_out);
    struct pn_optimizer optimizer;
    struct pn_step step;
    memset(&optimizer, 0, sizeof optimizer);
    optimizer.rule = RULES[below(sizeof RULES / sizeof *RULES)];
    optimizer.weight_decay = RATES[below(8)];
    optimizer.decay = below(2) ? NULL : below(2) ? pn_l2_decay : pn_decoupled_decay;
    step.optimizer = &optimizer;
    step.rates.learning_rate = step.learning_rate = RATES[below(8)];
    step.rates.mu = step.rates.beta_1 = RATES[below(8)];
    step.rates.beta_2 = RATES[below(8)];
    step.rates.epsilon = RATES[below(8)];
    step.factor = RATES[below(3)];
    step.n = COUNTS[below(7)];
    step.apart = n_out;
    fast->update(found, moments, sums, &step, n_out);
    plain->update(expected, others, sums, &step, n_out);
    compare("update", found, expected, n_out);
    compare("moments", moments, others, 2 * n_out);
    free(sums);
}

/* Numbers of every kind: any bits, everyday ones, edges times powers of two. */
static double *any_numbers(size_t count)
{
    double *x = numbers(count, ALL);
    size_t i;
    for (i = 0; i < count; i++) {
        uint64_t bits = random_bits();
        switch (below(4)) {
        case 0:
            memcpy(&x[i], &bits, sizeof bits);
            break;
        case 1:
            x[i] *= ldexp(1.0, (int)below(24) - 12);
            break;
        case 2:
            x[i] *= 400.0;
            break;
        default:
            break;
        }
    }
    return x;
}

static void elementary(void)
{
    double *x = any_numbers(n_out), *Y = numbers(n_out, SMALL), *found, *expected;
    size_t a, l;
#define EACH(f)                                                                                   \
    found = room(n_out, sizeof *found);                                                           \
    expected = room(n_out, sizeof *found);                                                        \
    fast->f(found, x, n_out);                                                                     \
    plain->f(expected, x, n_out);                                                                 \
    compare(#f, found, expected, n_out);
    EACH(exp)
    EACH(log)
    EACH(tanh)
    for (a = 0; a < N_ACTIVATIONS; a++) {
        found = room(n_out, sizeof *found);
        expected = room(n_out, sizeof *found);
        fast->activation_forward(found, x, ACTIVATIONS[a], n_out, 1, n_out);
        plain->activation_forward(expected, x, ACTIVATIONS[a], n_out, 1, n_out);
        compare("activation_forward of any numbers", found, expected, n_out);
        found = room(n_out, sizeof *found);
        expected = room(n_out, sizeof *found);
        fast->activation_backward(found, x, x, ACTIVATIONS[a], n_out, 1, n_out);
        plain->activation_backward(expected, x, x, ACTIVATIONS[a], n_out, 1, n_out);
        compare("activation_backward of any numbers", found, expected, n_out);
    }
    for (l = 0; l < N_LOSSES; l++) {
        const struct pn_activation *last = LOSSES[l]->matched ? LOSSES[l]->matched : ACTIVATIONS[0];
        found = room(1, sizeof *found);
        expected = room(1, sizeof *found);
        fast->output_losses(found, x, x, Y, last, LOSSES[l], 1, n_out);
        plain->output_losses(expected, x, x, Y, last, LOSSES[l], 1, n_out);
        compare("output_losses of any numbers", found, expected, 1);
    }
    free(x), free(Y);
}

static void finiteness(void)
{
    double *x = numbers(n_out, FINITE);
    int finite = 1;
    if (n_out > 0 && below(2)) {
        x[below(n_out)] = EDGES[FINITE + below(ALL - FINITE)];
        finite = 0;
    }
    if (!fast->all_finite(x, n_out) != !finite || !plain->all_finite(x, n_out) != !finite) {
        printf("shape %lu: all_finite\n", (unsigned long)shape);
        different++;
    }
    free(x);
}

/* The places of the first number that is not finite, or outside of -1.5 ... 1.5: in numbers of each
 * type, from each place on. */
static void searches(int type)
{
    size_t saved = n, saved_in = n_in, from, size = type == PN_UINT8 ? 1 : type == PN_FLOAT32 ? 4 : 8;
    double *X;
    char *given;
    n = 1;
    n_in = n_out;
    X = room(n_in, sizeof *X);
    given = many_zeros(type, X);
    for (from = 0; from < n_in; from += 1 + below(40)) {
        size_t count = n_in - from, finite = 0, inside = 0, i;
        const double *x = X + from;
        double sum = x[0];
        while (finite < count && x[finite] - x[finite] == 0.0)
            finite++;
        while (inside < count && x[inside] >= -1.5 && x[inside] <= 1.5)
            inside++;
        for (i = 1; i < count; i++)
            sum = sum + x[i];
        if (pn_first_not_finite(fast, given + from * size, type, count) != finite ||
            pn_first_not_finite(plain, given + from * size, type, count) != finite ||
            pn_first_outside(x, -1.5, 1.5, -INFINITY, INFINITY, count, 1) != inside ||
            pn_first_outside(x, -INFINITY, INFINITY, -1.5, 1.5, 1, count) !=
                (sum >= -1.5 && sum <= 1.5)) {
            printf("shape %lu: searches from %lu\n", (unsigned long)shape, (unsigned long)from);
            different++;
        }
    }
    free(X);
    free(given);
    n = saved;
    n_in = saved_in;
}

int main(int argc, char **argv)
{
    size_t shapes = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    fast = argc == 3 ? pn_kernels(argv[1]) : NULL;
    plain = pn_kernels("plain");
    if (fast == NULL) {
        fputs("kernels LEVEL SHAPES: this processor and build have no such level\n", stderr);
        return 3;
    }
    for (shape = 0; shape < shapes; shape++) {
        state = 0x9E3779B97F4A7C15u * (shape + 1);
        edges = shape % 50 == 0 || below(3) ? SMALL : ALL;
        do {
            n = length(shape % 50 == 0);
            n_in = length(shape % 50 == 0);
            n_out = length(shape % 50 == 0);
        } while ((n + 1) * (n_in + 1) * (n_out + 1) > (shape % 50 == 0 ? LARGE : MOST));
        products();
        if (fast->sparse_affine != NULL) {
            sparse(PN_FLOAT64);
            sparse(PN_FLOAT32);
            sparse(PN_UINT8);
        }
        if (n * n_out < 2000)
            outputs();
        searches(PN_FLOAT64);
        searches(PN_FLOAT32);
        searches(PN_UINT8);
        steps();
        elementary();
        finiteness();
    }
    printf("%lu shapes, %lu differences\n", (unsigned long)shapes, (unsigned long)different);
    return different > 0;
}
