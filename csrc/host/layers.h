/* SPDX-License-Identifier: MIT */
/* The one walk through the layers of a network on a host: for predictions, for training on ranges
 * of samples, and for training on one sample after the other.
 *
 * It calls the kernels of a table. Where that is a constant, as in csrc/simd/training.h, the
 * compiler calls them directly. */
#ifndef PN_LAYERS_H
#define PN_LAYERS_H

#include "../simd/kernels.h"

#if defined(__GNUC__)
#define WALK static inline __attribute__((always_inline, unused))
#else
#define WALK static
#endif

/* A layer: its parameters, and where a walk leaves what it computes. Rows of W, A and dZ lie `row`
 * doubles apart. */
struct layer {
    const struct pn_activation *activation;
    size_t n_in, width, row; /* row is width, or more where whole vectors are wanted */
    double *parameters;      /* W (n_in, width), then b, where they belong */
    double *W, *b;           /* there, or where row is more than width in a copy */
    double *A, *dZ;          /* a row for each sample */
};

/* The samples of rows go through the layers, and take the rows of A and dZ from `from` on. */
struct walk {
    const struct pn_network *network;
    const struct layer *layers; /* (n_layers) */
    const struct pn_inputs *inputs;
    struct pn_rows rows; /* of the inputs */
    const double *X;     /* these rows as doubles; NULL leaves zeros out, and needs inputs->columns */
    size_t from;
    const double *weights; /* of the samples, or NULL */
    const double *masks;   /* NULL, or pn_draw_masks for `drawn` samples, of which `from` is one */
    size_t drawn;
    double *scratch; /* PN_SCRATCH doubles, for PN_LEAST_PACKED samples or more */
};

WALK int is_finite(double x)
{
    return x - x == 0.0;
}

/* The doubles of a workspace in which `layers` lie. */
WALK size_t layers_room(const struct pn_network *network)
{
    return (network->n_layers * sizeof(struct layer) + sizeof(double) - 1) / sizeof(double);
}

/* width rounded up to a multiple of lanes, which is a power of two. */
WALK size_t whole(size_t width, size_t lanes)
{
    return (width + lanes - 1) & ~(lanes - 1);
}

/* Fills the layers: rows of whole `lanes`, and room for `group` samples in A and in dZ, which may
 * be the same. copies holds (n_in + 1)*row doubles for each layer whose row is more than its width;
 * what lies behind the last of them is returned. */
WALK double *lay_out(struct layer *layers, const struct pn_network *network, size_t lanes,
                     size_t group, double *A, double *dZ, double *copies)
{
    double *parameters = network->parameters;
    size_t l;
    for (l = 0; l < network->n_layers; l++) {
        struct layer *layer = &layers[l];
        layer->activation = network->activations[l];
        layer->n_in = network->sizes[l];
        layer->width = network->sizes[l + 1];
        layer->row = whole(layer->width, lanes);
        layer->parameters = layer->W = parameters;
        layer->A = A;
        layer->dZ = dZ;
        if (layer->row > layer->width) {
            layer->W = copies;
            copies += (layer->n_in + 1) * layer->row;
        }
        layer->b = layer->W + layer->n_in * layer->row;
        parameters += (layer->n_in + 1) * layer->width;
        A += group * layer->row;
        dZ += group * layer->row;
    }
    return copies;
}

/* This walk's rows of A and dZ. */
WALK double *A_of(const struct walk *walk, const struct layer *layer)
{
    return layer->A + walk->from * layer->row;
}

WALK double *dZ_of(const struct walk *walk, const struct layer *layer)
{
    return layer->dZ + walk->from * layer->row;
}

/* The masks of this walk's samples in the layer whose masks begin there. */
WALK const double *masks_of(const struct walk *walk, const struct layer *layer,
                            const double *masks)
{
    return masks + walk->from * layer->width;
}

/* A of every layer, pn_forward; the last Z lies where its dZ will. With masks, dZ of a hidden layer
 * is what the next one gets. */
WALK void walk_forward(const struct pn_kernels *kernels, const struct walk *walk)
{
    size_t n = walk->rows.n, l;
    const double *X = walk->X, *masks = walk->masks;
    for (l = 0; l < walk->network->n_layers; l++) {
        const struct layer *layer = &walk->layers[l];
        double *A = A_of(walk, layer);
        double *Z = l + 1 < walk->network->n_layers ? A : dZ_of(walk, layer);
        if (X)
            kernels->affine(Z, X, layer->W, layer->b, n, layer->n_in, layer->row, walk->scratch);
        else
            kernels->sparse_affine(Z, walk->inputs, walk->rows, layer->W, layer->b, layer->row,
                                   walk->scratch);
        kernels->activation_forward(A, Z, layer->activation, n, layer->width, n * layer->row);
        X = A;
        if (masks && l + 1 < walk->network->n_layers) {
            pn_drop(dZ_of(walk, layer), A, masks_of(walk, layer, masks), n, layer->width);
            X = dZ_of(walk, layer);
            masks += walk->drawn * layer->width;
        }
    }
}

/* The losses L, and dZ of every layer, pn_backward without its gradients. Y (n, row of the last
 * layer). With masks, A of a hidden layer becomes what the next one got. */
WALK void walk_backward(const struct pn_kernels *kernels, const struct walk *walk, double *L,
                        const double *Y)
{
    const struct pn_network *network = walk->network;
    size_t n = walk->rows.n, l = network->n_layers - 1;
    const struct layer *layer = &walk->layers[l];
    const double *masks = walk->masks;
    double *A = A_of(walk, layer), *dZ = dZ_of(walk, layer);
    if (masks)
        masks += walk->drawn * pn_count_units(network->sizes, l);
    kernels->output_losses(L, dZ, A, Y, layer->activation, network->loss, n, layer->width);
    kernels->output_gradient(dZ, A, Y, layer->activation, network->loss, n, layer->width,
                             n * layer->row);
    if (walk->weights) {
        pn_weigh_samples(L, walk->weights, n, 1);
        pn_weigh_samples(dZ, walk->weights, n, layer->row);
    }
    for (; l > 0; l--, layer--) {
        const struct layer *before = layer - 1;
        dZ = dZ_of(walk, before);
        kernels->input_gradient(dZ, dZ_of(walk, layer), layer->W, layer->row, n, layer->n_in,
                                layer->width, walk->scratch);
        if (masks) {
            masks -= walk->drawn * before->width;
            pn_drop(dZ, dZ, masks_of(walk, before, masks), n, before->width);
        }
        kernels->activation_backward(dZ, dZ, A_of(walk, before), before->activation, n,
                                     before->width, n * before->row);
        if (masks)
            pn_drop(A_of(walk, before), A_of(walk, before), masks_of(walk, before, masks), n,
                    before->width);
    }
}

#endif
