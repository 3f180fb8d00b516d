/* SPDX-License-Identifier: MIT */
/* Predictions of many samples, range by range. */
#include "../contract.h"
#include "../threads/team.h"
#include "host.h"
#include "layers.h"
#include "parts.h"

#include <string.h>

struct prediction {
    const struct pn_kernels *kernels;
    const struct pn_network *network;
    double *outputs, *workspace;
    struct pn_inputs inputs;
    size_t n, range;
};

static size_t scratch_for(size_t range)
{
    return range < PN_LEAST_PACKED ? 0 : PN_SCRATCH;
}

/* For each member: scratch, the layers, the inputs of a range, and A of every layer. */
size_t pn_predict_workspace(const struct pn_network *network, size_t range)
{
    size_t units = pn_count_units(network->sizes, network->n_layers);
    return scratch_for(range) + layers_room(network) + range * (network->sizes[0] + units);
}

/* The outputs of the samples from <= s < to, at most a range of them. */
static void predict_range(const struct prediction *task, double *workspace, struct part samples)
{
    const struct pn_network *network = task->network;
    size_t n = size_of(samples), n_out = network->sizes[network->n_layers];
    double *at = workspace + scratch_for(task->range);
    struct layer *layers = (struct layer *)(void *)at;
    double *read = at + layers_room(network), *A = read + task->range * task->inputs.n_in;
    struct walk walk = {
        .network = network,
        .layers = layers,
        .inputs = &task->inputs,
        .rows = {NULL, samples.from, n},
        .scratch = workspace,
    };
    walk.X = doubles_of_rows(read, &task->inputs, walk.rows);
    lay_out(layers, network, 1, task->range, A, A, NULL);
    walk_forward(task->kernels, &walk);
    memcpy(task->outputs + samples.from * n_out, layers[network->n_layers - 1].A,
           n * n_out * sizeof *A);
}

static void predict_part(void *context, size_t member, struct pn_team *team)
{
    const struct prediction *task = context;
    double *workspace =
        task->workspace + member * pn_predict_workspace(task->network, task->range);
    struct part part = part_of(task->n, 1, member, team->members);
    for (; part.from < part.to; part.from += task->range) {
        struct part range = {part.from, smaller(part.from + task->range, part.to)};
        predict_range(task, workspace, range);
    }
}

void pn_predict(const struct pn_kernels *kernels, double *outputs,
                const struct pn_network *network, double *workspace, const void *X, int type,
                size_t n, size_t range, size_t threads)
{
    struct prediction task = {
        kernels, network, outputs, workspace, {X, type, network->sizes[0], NULL, NULL}, n, range};
    struct pn_team team;
    pn_team_run(&team, threads, predict_part, &task);
}

int pn_predict_row(const struct pn_kernels *kernels, double *outputs,
                   const struct pn_network *network, double *workspace, const void *x)
{
    struct prediction task = {kernels, network, outputs,
                              workspace, {x, PN_FLOAT64, network->sizes[0], NULL, NULL}, 1, 1};
    struct part row = {0, 1};
    int found = pn_environment();
    if ((uintptr_t)x % sizeof(double) != 0)
        return found | PN_NOT_ALIGNED;
    if (!kernels->all_finite(x, network->sizes[0]))
        found |= PN_NOT_FINITE;
    if (!found)
        predict_range(&task, workspace, row);
    return found;
}
