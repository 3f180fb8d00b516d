/* SPDX-License-Identifier: MIT */
/* pn_update_parameters for some of them, by the functions of csrc/ themselves. */
#ifndef PN_SIMD_STEP_H
#define PN_SIMD_STEP_H

#include "kernels.h"

#define SOME_GRADIENTS 256 /* gradients that are made before a rule takes them */

/* g[i] = factor*(sums[i] / n), then the decay and the rule.
 *
 * for each i: the step of w[i] by it */
static inline void update_by_rule(double *w, double *moments, const double *sums,
                                  const struct pn_step *step, size_t count)
{
    const struct pn_optimizer *optimizer = step->optimizer;
    struct pn_update update;
    double g[SOME_GRADIENTS];
    size_t start, i, some;
    for (start = 0; start < count; start += some) {
        some = count - start < SOME_GRADIENTS ? count - start : SOME_GRADIENTS;
        for (i = 0; i < some; i++)
            g[i] = sums[start + i] / (double)step->n;
        for (i = 0; step->factor < 1.0 && i < some; i++)
            g[i] = step->factor * g[i];
        if (optimizer->decay)
            optimizer->decay(w + start, g, optimizer->weight_decay, step->learning_rate, some);
        update = (struct pn_update){w + start, moments ? moments + start : NULL, g, &step->rates,
                                    step->apart, some};
        optimizer->rule->update(&update);
    }
}

#endif
