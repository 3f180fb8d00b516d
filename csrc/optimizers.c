/* SPDX-License-Identifier: MIT */
/* The update rules: how a gradient g changes the parameters w, and what they remember for it.
 *
 * All vectors are (count): w and g are all parameters and their gradients, or any part of them; v,
 * m, before and sizes are the moments of a rule, which it keeps from step to step, all 0 at first.
 * Each rule works in place, number by number. sqrt is that of IEEE-754, rounded correctly. */
#include "contract.h"
#include "purenn.h"

#include <math.h>

#define GROWTH 1.2 /* of the steps of rprop */
#define SHRINKAGE 0.5
#define SMALLEST 1e-06
#define LARGEST 50.0

/* w[i] <- w[i] - (learning_rate*g[i]). */
void pn_gradient_descent(double *w, const double *g, double learning_rate, size_t count)
{
    for (size_t i = 0; i < count; i++)
        w[i] = w[i] - learning_rate * g[i];
}

/* v[i] <- mu*v[i] + g[i], w[i] <- w[i] - learning_rate*v[i].
 *
 * Source: B. Polyak, USSR Comp. Math. and Math. Phys. 4 (1964); PyTorch's form, no dampening. */
void pn_momentum(double *w, double *v, const double *g, double learning_rate, double mu,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        v[i] = mu * v[i] + g[i];
        w[i] = w[i] - learning_rate * v[i];
    }
}

/* v[i] <- mu*v[i] + g[i], w[i] <- w[i] - learning_rate*(g[i] + mu*v[i]).
 *
 * Source: I. Sutskever et al., ICML 2013; PyTorch's form. */
void pn_nesterov(double *w, double *v, const double *g, double learning_rate, double mu,
                 size_t count)
{
    for (size_t i = 0; i < count; i++) {
        v[i] = mu * v[i] + g[i];
        w[i] = w[i] - learning_rate * (g[i] + mu * v[i]);
    }
}

/* m[i] <- m[i] + (1 - beta_1)*(g[i] - m[i]), v[i] <- beta_2*v[i] + (1 - beta_2)*(g[i]*g[i]),
 * w[i] <- w[i] - (learning_rate*m[i]) / (sqrt(v[i]) + epsilon), with the rates of adam_rates.
 *
 * Source: D. Kingma and J. Ba, ICLR 2015, the form at the end of its section 2. */
void pn_adam(double *w, double *m, double *v, const double *g, double learning_rate,
             double beta_1, double beta_2, double epsilon, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        m[i] = m[i] + (1.0 - beta_1) * (g[i] - m[i]);
        v[i] = beta_2 * v[i] + (1.0 - beta_2) * (g[i] * g[i]);
        w[i] = w[i] - (learning_rate * m[i]) / (sqrt(v[i]) + epsilon);
    }
}

/* iRPROP-: w[i] moves by sizes[i] against the sign of g[i], however large g[i] is.
 *
 * A size is learning_rate at first, where it is 0. It grows by 1.2 where g[i] has the sign of
 * before[i], and shrinks by 0.5 where it has the other one, for which w[i] stays this once; it is
 * kept within 10^-6 ... 50. before[i] is the g[i] of the last step, 0 where w[i] stayed.
 * Source: C. Igel and M. Huesken, "Improving the Rprop learning algorithm", NC 2000. */
void pn_rprop(double *w, double *before, double *sizes, const double *g, double learning_rate,
              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double size = sizes[i] == 0.0 ? learning_rate : sizes[i], direction = g[i];
        if (before[i] * g[i] > 0.0) {
            size = size * GROWTH;
        } else if (before[i] * g[i] < 0.0) {
            size = size * SHRINKAGE;
            direction = 0.0;
        }
        size = size < SMALLEST ? SMALLEST : size > LARGEST ? LARGEST : size;
        if (direction > 0.0)
            w[i] = w[i] - size;
        else if (direction < 0.0)
            w[i] = w[i] + size;
        before[i] = direction;
        sizes[i] = size;
    }
}

/* Corrects rates for moments that began at 0, in Adam's step t = 1, 2, 3 ...
 *
 * learning_rate <- (learning_rate*sqrt(c2)) / c1 and epsilon <- epsilon*sqrt(c2), where
 * c1 = 1 - beta_1^t and c2 = 1 - beta_2^t. powers (2) are the running products beta_1^t and
 * beta_2^t, 1 before the first. */
void pn_adam_rates(struct pn_rates *rates, double *powers)
{
    powers[0] = powers[0] * rates->beta_1;
    powers[1] = powers[1] * rates->beta_2;
    double root = sqrt(1.0 - powers[1]);
    rates->learning_rate = (rates->learning_rate * root) / (1.0 - powers[0]);
    rates->epsilon = rates->epsilon * root;
}

/* Each rule, as a training calls it. */
static void pn_by_gradient_descent(const struct pn_update *u)
{
    pn_gradient_descent(u->w, u->g, u->rates->learning_rate, u->count);
}

static void pn_by_momentum(const struct pn_update *u)
{
    pn_momentum(u->w, u->moments, u->g, u->rates->learning_rate, u->rates->mu, u->count);
}

static void pn_by_nesterov(const struct pn_update *u)
{
    pn_nesterov(u->w, u->moments, u->g, u->rates->learning_rate, u->rates->mu, u->count);
}

static void pn_by_adam(const struct pn_update *u)
{
    pn_adam(u->w, u->moments, u->moments + u->apart, u->g, u->rates->learning_rate,
            u->rates->beta_1, u->rates->beta_2, u->rates->epsilon, u->count);
}

static void pn_by_rprop(const struct pn_update *u)
{
    pn_rprop(u->w, u->moments, u->moments + u->apart, u->g, u->rates->learning_rate, u->count);
}

const struct pn_rule pn_gradient_descent_rule = {pn_by_gradient_descent, NULL, 0};
const struct pn_rule pn_momentum_rule = {pn_by_momentum, NULL, 1};
const struct pn_rule pn_nesterov_rule = {pn_by_nesterov, NULL, 1};
const struct pn_rule pn_adam_rule = {pn_by_adam, pn_adam_rates, 2};
const struct pn_rule pn_rprop_rule = {pn_by_rprop, NULL, 2};
