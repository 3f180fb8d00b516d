/* SPDX-License-Identifier: MIT */
/* The rules of csrc/optimizers.c, a vector at a time, with what comes before them. */
#ifndef PN_SIMD_OPTIMIZERS_H
#define PN_SIMD_OPTIMIZERS_H

#include "step.h"
#include "vector.h"

/* The decays of csrc/regularization.c and the rules: known to the compiler; addresses aren't. */
enum decay { NONE, L2, DECOUPLED };
enum rule { DESCENT, MOMENTUM, NESTEROV, ADAM };

/* One vector of parameters and their moments, with the gradient g. */
INLINE vec stepped(vec w, double *moments, vec g, const struct pn_step *step, enum rule rule,
                   size_t width)
{
    const struct pn_rates *rates = &step->rates;
    if (rule == ADAM) {
        vec m = load_part(moments, width), v = load_part(moments + step->apart, width);
        m = m + (1.0 - rates->beta_1) * (g - m);
        v = rates->beta_2 * v + (1.0 - rates->beta_2) * (g * g);
        store_part(moments, m, width);
        store_part(moments + step->apart, v, width);
        return w - (rates->learning_rate * m) / (square_root(v) + rates->epsilon);
    }
    if (rule != DESCENT) {
        vec v = rates->mu * load_part(moments, width) + g;
        store_part(moments, v, width);
        g = rule == NESTEROV ? g + rates->mu * v : v;
    }
    return w - rates->learning_rate * g;
}

/* update_vectors for one vector; inverse is 1/n where that is exact, else 0. */
INLINE void update_vector(double *w, double *moments, const double *sums,
                          const struct pn_step *step, double inverse, double weight_decay,
                          size_t width, enum decay decay, enum rule rule)
{
    vec g = load_part(sums, width), own = load_part(w, width);
    g = inverse > 0.0 ? g * inverse : g / (double)step->n;
    if (step->factor < 1.0)
        g = step->factor * g;
    if (decay == L2)
        g = g + weight_decay * own;
    if (decay == DECOUPLED)
        own = (1.0 - step->learning_rate * weight_decay) * own;
    store_part(w, stepped(own, moments, g, step, rule, width), width);
}

/* for each i: g = factor*(sums[i] / n), the decay, the rule
 *
 * Dividing by a power of two is multiplying by its inverse, which is exact. The step is copied: it
 * can't be what is written to, and stays in registers. */
INLINE void update_vectors(double *w, double *moments, const double *sums,
                           const struct pn_step *step, size_t count, enum decay decay,
                           enum rule rule)
{
    struct pn_step own = *step;
    double inverse = (own.n & (own.n - 1)) == 0 ? 1.0 / (double)own.n : 0.0;
    double weight_decay = own.optimizer->weight_decay;
    size_t i;
    for (i = 0; i + LANES <= count; i += LANES)
        update_vector(w + i, rule == DESCENT ? NULL : moments + i, sums + i, &own, inverse,
                      weight_decay, LANES, decay, rule);
    if (i < count)
        update_vector(w + i, rule == DESCENT ? NULL : moments + i, sums + i, &own, inverse,
                      weight_decay, count - i, decay, rule);
}

INLINE void update_decayed(double *w, double *moments, const double *sums,
                           const struct pn_step *step, size_t count, enum rule rule)
{
    if (step->optimizer->decay == NULL)
        update_vectors(w, moments, sums, step, count, NONE, rule);
    else if (step->optimizer->decay == pn_l2_decay)
        update_vectors(w, moments, sums, step, count, L2, rule);
    else if (step->optimizer->decay == pn_decoupled_decay)
        update_vectors(w, moments, sums, step, count, DECOUPLED, rule);
    else
        update_by_rule(w, moments, sums, step, count);
}

/* The step by the fast body of its rule, or by the rule's own where there is none. */
static void update(double *w, double *moments, const double *sums, const struct pn_step *step,
                   size_t count)
{
    const struct pn_rule *rule = step->optimizer->rule;
    if (rule == &pn_gradient_descent_rule)
        update_decayed(w, moments, sums, step, count, DESCENT);
    else if (rule == &pn_momentum_rule)
        update_decayed(w, moments, sums, step, count, MOMENTUM);
    else if (rule == &pn_nesterov_rule)
        update_decayed(w, moments, sums, step, count, NESTEROV);
    else if (rule == &pn_adam_rule)
        update_decayed(w, moments, sums, step, count, ADAM);
    else
        update_by_rule(w, moments, sums, step, count);
}

#endif
