"""The two files of an exported network: its header, and its source."""

from __future__ import annotations

import re
from string import Template

from ...version import VERSION
from ..parts import CONTRACT, c_body, c_parts, needed
from .functions import prediction, training
from .plan import Plan

HEADER = Template("""\
/* SPDX-License-Identifier: MIT */
/* $p: a dense network, $title.
 *
 * Loss $loss ($loss_scale), seed $seed.
 * Exported by purenn $version.$rounded
 * $p.c is C99 and C++11, links nothing but memset and memcpy, and computes the same bits wherever
 * double is IEEE-754 binary64. To test that on a target, compile it with -D${P}_SELFTEST: the
 * program prints one line, and returns 0 if the test is passed. */
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

PREDICT = Template("""\
/* x ($n_in) -> out ($n_out): the outputs$range; out must not overlap x. */
void ${p}_predict(const double *x, double *out);
""")

CLASSIFY = Template("""\
/* x ($n_in) -> the class: $rule. */
int ${p}_classify(const double *x);
""")

LABELS = Template("""\
/* The name of each class, in UTF-8. */
extern const char ${p}_labels[$count][$size];
""")

TRAIN = Template("""\
/* What training changes: layer by layer, W row-major, then b. To keep what was learned, save this
 * array and restore it later. */
#define ${P}_PARAMETERS $count
extern double ${p}_parameters[${P}_PARAMETERS];

/* The doubles in the workspace of a training step on n samples. */
#define ${P}_WORKSPACE(n) (${P}_PARAMETERS + $per_sample * (n))

$remembers/* One step of $optimizer on n >= 1 samples: X (n, $n_in), targets Y (n, $n_out).
 * Returns the mean of their losses before the step. */
double ${p}_train_step(const double *X, const double *Y, size_t n, double learning_rate,
${indent}double *workspace$state);
""")

REMEMBERS = Template("""\
/* What the optimizer remembers from step to step: all 0 at first, then kept like the parameters. */
#define ${P}_STATE $count

""")

SOURCE = Template("""\
/* SPDX-License-Identifier: MIT */
/* $p: $title. See $p.h.
 *
 * The functions of purenn's core in this file are Copyright (c) 2026 The purenn authors. */

$contract
#include "$p.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

$arrays
$functions
$body
$selftest""")


def header_text(plan: Plan) -> str:
    """What a user of the network includes."""
    architecture = plan.architecture
    return HEADER.substitute(
        plan.names,
        title=title(plan),
        loss=architecture.loss,
        loss_scale=architecture.loss_scale,
        seed=architecture.seed,
        version=VERSION,
        rounded="" if plan.form == "float64" else f" Its weights were rounded to {plan.form}.",
        declarations="\n".join(declarations(plan)),
    )


def title(plan: Plan) -> str:
    """Sizes and activations."""
    sizes = "-".join(map(str, plan.architecture.sizes))
    return f"{sizes}, {', '.join(plan.architecture.activations)}"


def declarations(plan: Plan) -> list[str]:
    """What there is to call."""
    names, classifies = plan.names, plan.architecture.gives_probabilities
    texts = [PREDICT.substitute(names, range=", from 0 to 1" if classifies else "")]
    if classifies:
        rule = "the number of the largest output, the first among equals"
        if plan.architecture.n_out == 1:
            rule = "1 where the output is more than 0.5, else 0"
        texts.append(CLASSIFY.substitute(names, rule=rule))
    if labels := plan.labels:
        texts.append(LABELS.substitute(names, count=len(labels), size=len(labels[0])))
    if plan.optimizer is not None:
        remembers = plan.state_size > 0
        texts.append(
            TRAIN.substitute(
                names,
                count=plan.architecture.parameter_count,
                per_sample=plan.workspace_per_sample(),
                indent=" " * (len(plan.prefix) + 19),
                optimizer=plan.optimizer.name.replace("_", " "),
                remembers=REMEMBERS.substitute(names, count=plan.state_size) * remembers,
                state=", double *state" * remembers,
            )
        )
    return texts


def source_text(plan: Plan, selftest: str) -> str:
    """What a user of the network compiles."""
    body = "\n".join([*prediction(plan), *(training(plan) if plan.train else [])])
    return SOURCE.substitute(
        plan.names,
        title=title(plan),
        contract=renamed(plan, c_body(CONTRACT)),
        arrays="\n".join(array.definition for array in plan.arrays),
        functions=renamed(plan, functions(body)),
        body=renamed(plan, body),
        selftest=selftest,
    )


def renamed(plan: Plan, text: str) -> str:
    """A part of csrc, its names preceded by the network's prefix."""
    return re.sub(r"\bpn_", f"{plan.prefix}_pn_", text)


def functions(body: str) -> str:
    """The parts of csrc that the body needs, static in this file."""
    parts = [part.text for part in needed(c_parts(), re.findall(r"\bpn_\w+", body))]
    constants = "".join(text for text in parts if text.startswith("#"))
    others = "\n".join(text for text in parts if not text.startswith("#"))
    static = re.sub(r"^(void|double|size_t) ", r"static \1 ", others, flags=re.M)
    return f"{constants}\n{static}" if constants else static
