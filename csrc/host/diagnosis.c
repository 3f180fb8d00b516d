/* SPDX-License-Identifier: MIT */
/* What may keep a training from learning: seen in its inputs, its targets and its units. */
#include "../contract.h"
#include "host.h"
#include "layers.h"
#include "parts.h"

#include <math.h>

/* Which of n samples is number i of those that are looked at, evenly spaced. */
static size_t place_of(size_t i, size_t n, size_t looked)
{
    return (size_t)((uint64_t)i * n / looked);
}

/* What is known of each of a tile's inputs. */
struct columns {
    double low[PN_TILE], high[PN_TILE], sizes[PN_TILE], squares[PN_TILE];
};

/* Of inputs from <= k < to, in `looked` of n samples, evenly spaced. */
static void look_at_columns(struct columns *columns, const struct pn_inputs *inputs, size_t n,
                            size_t looked, size_t from, size_t to)
{
    double x[PN_TILE];
    size_t i, k, width = to - from;
    for (k = 0; k < width; k++) {
        columns->low[k] = INFINITY;
        columns->high[k] = -INFINITY;
        columns->sizes[k] = columns->squares[k] = 0.0;
    }
    for (i = 0; i < looked; i++) {
        struct pn_rows row = {NULL, place_of(i, n, looked), 1};
        pn_read_columns(x, inputs, row, from, to);
        for (k = 0; k < width; k++) {
            columns->low[k] = x[k] < columns->low[k] ? x[k] : columns->low[k];
            columns->high[k] = x[k] > columns->high[k] ? x[k] : columns->high[k];
            columns->sizes[k] = columns->sizes[k] + fabs(x[k]);
            columns->squares[k] = columns->squares[k] + x[k] * x[k];
        }
    }
}

static void take_column(double *found, size_t column, double low, double high)
{
    double range = high - low, largest = -low > high ? -low : high;
    if (largest > found[PN_LARGEST])
        found[PN_LARGEST] = largest;
    if (!(low < high)) {
        if (low != 0.0 && found[PN_CONSTANT]++ == 0.0) {
            found[PN_FIRST_CONSTANT] = (double)column;
            found[PN_ITS_VALUE] = low;
        }
        if (low != 0.0 && low != found[PN_ITS_VALUE])
            found[PN_OTHER_VALUES] = 1.0;
        return;
    }
    if (found[PN_VARYING]++ == 0.0 || range < found[PN_NARROW_HIGH] - found[PN_NARROW_LOW]) {
        found[PN_NARROW] = (double)column;
        found[PN_NARROW_LOW] = low;
        found[PN_NARROW_HIGH] = high;
    }
    if (range > found[PN_WIDE_HIGH] - found[PN_WIDE_LOW]) {
        found[PN_WIDE] = (double)column;
        found[PN_WIDE_LOW] = low;
        found[PN_WIDE_HIGH] = high;
    }
}

void pn_look_at_inputs(double *found, const struct pn_inputs *inputs, size_t n, size_t looked)
{
    struct columns columns;
    size_t from, to, i;
    for (i = 0; i < PN_LOOK; i++)
        found[i] = 0.0;
    for (from = 0; from < inputs->n_in; from = to) {
        to = smaller(from + PN_TILE, inputs->n_in);
        look_at_columns(&columns, inputs, n, looked, from, to);
        for (i = 0; i < to - from; i++) {
            take_column(found, from + i, columns.low[i], columns.high[i]);
            found[PN_SIZE] = found[PN_SIZE] + columns.sizes[i];
            found[PN_SQUARES] = found[PN_SQUARES] + columns.squares[i];
        }
    }
    found[PN_SIZE] = found[PN_SIZE] / (double)looked;
    found[PN_SQUARES] = found[PN_SQUARES] / (double)looked;
}

size_t pn_first_other(const double *Y, size_t n, size_t width)
{
    size_t i;
    for (i = width; i < n * width; i++)
        if (Y[i] != Y[i - width])
            return i / width;
    return n;
}

/* What pn_is_usual is told. */
struct usual {
    size_t few;
    double apart, size, squares, low, high;
};

static int inputs_are_usual(const struct pn_training *t, size_t looked,
                            struct usual usual)
{
    double found[PN_LOOK];
    if (looked == 1 && usual.size == INFINITY && usual.squares == INFINITY)
        return 1;
    pn_look_at_inputs(found, &t->inputs, t->n, looked);
    if (looked >= usual.few && (found[PN_VARYING] == 0.0 || found[PN_CONSTANT] > 0.0))
        return 0;
    if (looked >= usual.few && found[PN_WIDE_HIGH] - found[PN_WIDE_LOW] >
                                   usual.apart * (found[PN_NARROW_HIGH] - found[PN_NARROW_LOW]))
        return 0;
    return found[PN_SIZE] <= usual.size && found[PN_SQUARES] <= usual.squares;
}

static int targets_are_alike(const struct pn_training *t, size_t width)
{
    size_t s = 1;
    if (t->classes == NULL)
        return pn_first_other(t->Y, t->n, width) == t->n;
    while (s < t->n && t->classes[s] == t->classes[0])
        s++;
    return s == t->n;
}

static int targets_are_usual(const struct pn_training *t, struct usual usual)
{
    size_t width = t->network.sizes[t->network.n_layers];
    if (t->n >= usual.few && targets_are_alike(t, width))
        return 0;
    return t->classes || (usual.low == -INFINITY && usual.high == INFINITY) ||
           pn_first_outside(t->Y, usual.low, usual.high, -INFINITY, INFINITY, t->n, width) ==
               t->n;
}

int pn_is_usual(const struct pn_training *training, size_t looked, size_t few, double apart,
                double size, double squares, double low, double high)
{
    struct usual usual = {few, apart, size, squares, low, high};
    return inputs_are_usual(training, looked, usual) && targets_are_usual(training, usual);
}

/* The layers, the inputs, A and dZ of every layer, for PN_STUCK_AT_ONCE samples, which need no
 * scratch. */
size_t pn_stuck_workspace(const struct pn_network *network)
{
    size_t units = pn_count_units(network->sizes, network->n_layers);
    return layers_room(network) + PN_STUCK_AT_ONCE * (network->sizes[0] + 2 * units);
}

/* The slope of a unit of softmax, by its own z, is that of a sigmoid with the same output. */
static const struct pn_activation *sloping_as(const struct pn_activation *activation)
{
    return activation == &pn_softmax_activation ? &pn_sigmoid_activation : activation;
}

/* How many units of a layer are stuck still. */
static size_t count_stuck(uint8_t *stuck, const double *slopes, double least, size_t n,
                          size_t width)
{
    size_t count = 0, s, j;
    for (j = 0; j < width; j++) {
        for (s = 0; s < n; s++)
            stuck[j] = stuck[j] && slopes[s * width + j] <= least;
        count += stuck[j];
    }
    return count;
}

int pn_find_stuck(const struct pn_kernels *kernels, uint8_t *stuck,
                  const struct pn_network *network, const double *least, double *workspace,
                  const void *X, int type, size_t n, size_t looked, size_t first)
{
    size_t order[PN_STUCK_AT_ONCE];
    size_t units = pn_count_units(network->sizes, network->n_layers), l, i;
    struct pn_inputs inputs = {X, type, network->sizes[0], NULL, NULL};
    struct layer *layers = (struct layer *)(void *)workspace;
    double *read = workspace + layers_room(network);
    double *A = read + PN_STUCK_AT_ONCE * inputs.n_in;
    struct walk walk = {
        .network = network,
        .layers = layers,
        .inputs = &inputs,
        .rows = {order, 0, smaller(PN_STUCK_AT_ONCE, looked - first)},
    };
    size_t rows = walk.rows.n;
    int found = 0;
    for (i = 0; i < rows; i++)
        order[i] = place_of(first + i, n, looked);
    walk.X = doubles_of_rows(read, &inputs, walk.rows);
    lay_out(layers, network, 1, rows, A, A + rows * units, NULL);
    walk_forward(kernels, &walk);
    for (l = 0; l < network->n_layers; l++) {
        const struct layer *layer = &layers[l];
        for (i = 0; i < rows * layer->width; i++)
            layer->dZ[i] = 1.0;
        kernels->activation_backward(layer->dZ, layer->dZ, layer->A,
                                     sloping_as(layer->activation), rows, layer->width,
                                     rows * layer->width);
        for (i = 0; i < layer->width && first == 0; i++)
            stuck[i] = 1;
        if (4 * count_stuck(stuck, layer->dZ, least[l], rows, layer->width) >= 3 * layer->width)
            found = 1;
        stuck += layer->width;
    }
    return found;
}
