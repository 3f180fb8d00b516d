"""The header of an exported network."""

from __future__ import annotations

from string import Template

from ... import __version__
from ...network import LOSS_SCALES
from .plan import Plan

HEADER = Template("""\
/* SPDX-License-Identifier: MIT */
/* $p: a dense network, $title.
 *
 * Loss $loss ($loss_scale), seed $seed.
 * Exported by purenn $version.$rounded
 * $p.c is C99 and C++11, needs nothing to link but memset and memcpy, and computes the same bits
 * wherever double is IEEE-754 binary64. To see it do so on a target, compile it with
 * -D${P}_SELFTEST: that gives a program which says whether it does, and returns 0 if so. */
#ifndef ${P}_NETWORK_H
#define ${P}_NETWORK_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${P}_INPUTS $n_in
#define ${P}_OUTPUTS $n_out

$declarations
#ifdef __cplusplus
}
#endif

#endif
""")

OUTPUTS = Template("""\
/* x ($n_in) -> out ($n_out): the outputs; out is no part of x. */
void ${p}_predict(const double *x, double *out);
""")

PROBABILITIES = Template("""\
/* x ($n_in) -> out ($n_out): the outputs, from 0 to 1; out is no part of x. */
void ${p}_predict_proba(const double *x, double *out);

/* x ($n_in) -> the class: $rule. */
int ${p}_predict(const double *x);
""")

LABELS = Template("""\
/* The name of each class, in UTF-8. */
extern const char ${p}_labels[$count][$size];
""")

TRAINING = Template("""\
/* What training changes: layer by layer, W row-major, then b. To keep what was learned, keep this
 * array and put it back. */
#define ${P}_PARAMETERS $count
extern double ${p}_parameters[${P}_PARAMETERS];

/* The doubles in the workspace of a training step on n samples. */
#define ${P}_WORKSPACE(n) (${P}_PARAMETERS + $per_sample * (n))

/* One step of gradient descent on n >= 1 samples: X (n, $n_in), targets Y (n, $n_out).
 * Returns the mean of their losses before the step. */
double ${p}_train_step(const double *X, const double *Y, size_t n, double learning_rate,
${indent}double *workspace);
""")


def header_text(plan: Plan) -> str:
    """What a user of the network includes."""
    network = plan.network
    return HEADER.substitute(
        plan.names,
        title=title(plan),
        loss=network.loss,
        loss_scale=LOSS_SCALES[network.loss],
        seed=network.seed,
        version=__version__,
        rounded="" if plan.form == "float64" else f" Its weights were rounded to {plan.form}.",
        declarations="\n".join(declarations(plan)),
    )


def title(plan: Plan) -> str:
    """Sizes and activations in one line."""
    sizes = "-".join(map(str, plan.network.sizes))
    return f"{sizes}, {', '.join(plan.network.activations)}"


def declarations(plan: Plan) -> list[str]:
    """What there is to call."""
    names, labels = plan.names, plan.network.labels
    rule = "the place of the largest output, the first of equals"
    if names["n_out"] == 1:
        rule = "1 where the output is more than 0.5, else 0"
    template = PROBABILITIES if plan.classifies else OUTPUTS
    texts = [template.substitute(names, rule=rule)]
    if labels:
        texts.append(LABELS.substitute(names, count=len(labels), size=plan.label_size))
    if plan.train:
        texts.append(
            TRAINING.substitute(
                names,
                count=plan.n_parameters,
                per_sample=plan.workspace_per_sample(),
                indent=" " * (len(plan.prefix) + 19),
            )
        )
    return texts
