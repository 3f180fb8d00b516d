"""The functions of an exported network: one predicts a sample, one trains on a batch.

A prediction is written for the network, so that it needs little room; a training step is csrc's.
"""

from __future__ import annotations

from string import Template
from typing import Any

from ...optimizers import PLAIN
from ...reference import RULES, count_parameters
from .plan import Plan, literal

LAYER = Template("""\
/* z[j] = $formula, k ascending$last_of_all. */
static void ${p}_$name(double *z, const double *x, const $type *W,
${indent}${weights}size_t n_in, size_t n_out)
{
    size_t k, j;
$sums}
""")

# Where addresses have 64 bits, speed counts, elsewhere each byte of code.
FAST_OR_SMALL = Template("""\
#if SIZE_MAX > 0xFFFFFFFF
$fast#else
$small#endif
""")

# All totals under way together: none waits for its last addition, and each input is scaled once.
SIDE_BY_SIDE = Template("""\
    for (j = 0; j < n_out; j++)
        z[j] = 0.0;
    for (k = 0; k < n_in; k++$next_row) {
        double x_k = $x_k;
        for (j = 0; j < n_out; j++)
            z[j] = z[j] + x_k * $weight;
    }
""")

# No array to clear, so that no compiler calls memset.
ONE_BY_ONE = Template("""\
    for (j = 0; j < n_out; j++) {
        double total = 0.0;
        for (k = 0; k < n_in; k++)
            total = total + x[k] * $weight;
        z[j] = total$last;
    }
""")

ADD_BIAS = Template("""\
    for (j = 0; j < n_out; j++)
        z[j] = z[j]$last;
""")

PREDICT = Template("""\
void ${p}_predict(const double *x, double *out)
{
$lines}
""")

CLASSIFY = Template("""\
int ${p}_classify(const double *x)
{
    double out[$n_out];
    int j, best = 0;
    ${p}_predict(x, out);
    for (j = 1; j < $n_out; j++)
        if (out[j] > out[best])
            best = j;
    return best;
}
""")

CLASSIFY_BY_ONE = Template("""\
int ${p}_classify(const double *x)
{
    double out[1];
    ${p}_predict(x, out);
    return out[0] > 0.5;
}
""")

TRAIN = Template("""\
/* The network as purenn describes one; NULL stands for what it never calls. */
${descriptions}static const struct pn_loss ${p}_loss = {$losses};
static const struct pn_activation *const ${p}_activations[] = {$activations};
static const size_t ${p}_sizes[] = {$sizes};
static const struct pn_network ${p}_network = {
    ${p}_sizes, ${p}_activations, &${p}_loss, ${p}_parameters, $n_layers, $bias};
static const struct pn_rule ${p}_rule = {pn_by_$rule, $correct, $moments};

double ${p}_train_step(const double *X, const double *Y, size_t n, double learning_rate,
${indent}double *workspace$state)
{
    struct pn_optimizer optimizer = {
        &${p}_rule, {learning_rate, $mu, $beta_1, $beta_2, $epsilon},
        $decay, $weight_decay, $clip, $largest_norm, $kept, {1.0, 1.0}};
    double *L = workspace + ${P}_PARAMETERS + $n_units * n;
${scaling}$recall    pn_train_step(L, &${p}_network, &optimizer, workspace, $X, Y, NULL, NULL, n);
$remember    return pn_mean(L, n);
}
""")

RECALL = """\
    if (state[0] != 0.0) {
        optimizer.powers[0] = state[1];
        optimizer.powers[1] = state[2];
    }
"""
REMEMBER = """\
    state[0] = 1.0;
    state[1] = optimizer.powers[0];
    state[2] = optimizer.powers[1];
"""

SCALING = Template("""\
    double *S = L + n;
    size_t s, k;
    for (s = 0; s < n; s++)
        for (k = 0; k < $n_in; k++)
            S[s * $n_in + k] = $scaled;
""")


def prediction(plan: Plan) -> list[str]:
    """The functions that predict."""
    texts = []
    if plan.scaling:
        texts.append(layer_function(plan, "first_layer", scaled_input(plan, "x[k]")))
    if len(plan.layers) > 1 or not plan.scaling:
        texts.append(layer_function(plan, "layer", "x[k]"))
    lines = "".join(f"    {line}\n" for line in calls(plan))
    texts.append(PREDICT.substitute(plan.names, lines=lines))
    if plan.architecture.gives_probabilities:
        template = CLASSIFY if plan.architecture.n_out > 1 else CLASSIFY_BY_ONE
        texts.append(template.substitute(plan.names))
    return texts


def layer_function(plan: Plan, name: str, x_k: str) -> str:
    """Z = X·W + b for one sample, with csrc's order of every sum."""
    weights = "const float *scale, " if plan.form == "int8" else ""
    last = {"": "", "double": " + b[j]", "float": " + (double)b[j]"}[plan.bias_type]
    weights += f"const {plan.bias_type} *b, " if last else ""
    factor = "*scale[j]" if plan.form == "int8" else ""
    return LAYER.substitute(
        plan.names,
        formula=f"(sum of x[k]*W[k][j]{factor}){' + b[j]' if last else ''}",
        last_of_all=", the bias added last" if last else "",
        name=name,
        type=plan.weight_type,
        indent=" " * (len(plan.prefix) + len(name) + 14),
        weights=weights,
        sums=sums(plan, x_k, last),
    )


def sums(plan: Plan, x_k: str, last: str) -> str:
    """The loops over inputs x_k, fast and small ones, and the bias added last."""
    weight = {
        "float64": "W[{}]",
        "float32": "(double)W[{}]",
        "int8": "((double)W[{}] * (double)scale[j])",
    }[plan.form]
    by_row, by_index = weight.format("j"), weight.format("k * n_out + j")
    add_bias = ADD_BIAS.substitute(last=last) if last else ""
    fast = SIDE_BY_SIDE.substitute(x_k=x_k, weight=by_row, next_row=", W += n_out") + add_bias
    if x_k == "x[k]":
        small = ONE_BY_ONE.substitute(weight=by_index, last=last)
    else:
        small = SIDE_BY_SIDE.substitute(x_k=x_k, weight=by_index, next_row="") + add_bias
    return FAST_OR_SMALL.substitute(fast=fast, small=small)


def calls(plan: Plan) -> list[str]:
    """The lines of a prediction; hidden layers take turns in two buffers."""
    architecture = plan.architecture
    lines = [f"double {name}[{size}];" for name, size in zip("ab", plan.buffers)]
    inputs = "x"
    for layer, (n_in, n_out) in enumerate(architecture.shapes):
        outputs = "out" if layer == len(plan.layers) - 1 else "ab"[layer % 2]
        function = "first_layer" if layer == 0 and plan.scaling else "layer"
        arguments = [outputs, inputs, *weights(plan, layer), str(n_in), str(n_out)]
        lines.append(f"{plan.prefix}_{function}({', '.join(arguments)});")
        activation = architecture.activations[layer]
        if activation != "identity":
            lines.append(f"pn_{activation}_forward({outputs}, {outputs}, 1, {n_out});")
        inputs = outputs
    return lines


def weights(plan: Plan, layer: int) -> list[str]:
    """The layer's weights, as arguments of its function."""
    p, number = plan.prefix, layer + 1
    if plan.train:
        sizes = list(plan.architecture.sizes)
        W, end = (count_parameters(sizes[:n]) for n in (number, number + 1))
        return [f"{p}_parameters + {W}", f"{p}_parameters + {end - sizes[number]}"]
    scale = [f"{p}_scale{number}"] if plan.form == "int8" else []
    return [f"{p}_W{number}", *scale, *([f"{p}_b{number}"] if plan.bias_type else [])]


def scaled_input(plan: Plan, x: str) -> str:
    """(x − offset) / scale for input k; what would change nothing is left out."""
    terms = {
        name: f"{plan.prefix}_input_{name}[{'k' if len(values) > 1 else 0}]"
        for name, values in plan.scaling.items()
    }
    if "offset" in terms:
        x = f"{x} - {terms['offset']}"
    if "scale" in terms:
        x = f"({x}) / {terms['scale']}" if "offset" in terms else f"{x} / {terms['scale']}"
    return x


def training(plan: Plan) -> list[str]:
    """The network as csrc describes one, and the function that makes a step on a batch."""
    p, architecture = plan.prefix, plan.architecture
    *hidden, last = activations = architecture.activations
    matched, loss, n_in = architecture.matched, architecture.loss, architecture.n_in
    descriptions = []
    for name in dict.fromkeys(activations):
        backward = "NULL" if matched and name not in hidden else f"pn_{name}_backward"
        descriptions.append(
            f"static const struct pn_activation {p}_{name} = {{pn_{name}_forward, {backward}}};\n"
        )
    scaled = scaled_input(plan, f"X[s * {n_in} + k]")
    return [
        TRAIN.substitute(
            plan.names,
            descriptions="".join(descriptions),
            losses=f"NULL, NULL, &{p}_{last}, pn_{loss}_with_logits"
            if matched
            else f"pn_{loss}, pn_{loss}_gradient, NULL, NULL",
            activations=", ".join(f"&{p}_{name}" for name in activations),
            sizes=", ".join(map(str, architecture.sizes)),
            n_layers=len(activations),
            bias=int(architecture.bias),
            indent=" " * (len(p) + 19),
            n_units=2 * architecture.unit_count,
            **learning(plan),
            scaling=SCALING.substitute(n_in=n_in, scaled=scaled) if plan.scaling else "",
            X="S" if plan.scaling else "X",
        )
    ]


def learning(plan: Plan) -> dict[str, Any]:
    """What the training step says of its optimizer."""
    optimizer, remembers = plan.optimizer or PLAIN, plan.state_size > 0
    rule, rates = RULES[optimizer.rule], optimizer.rates(0.0)
    named = {
        name: literal(getattr(rates, name)) if name in rule.rates else "0.0"
        for name in ("mu", "beta_1", "beta_2", "epsilon")
    }
    clips = optimizer.largest_norm > 0.0
    return {
        **named,
        "rule": optimizer.rule,
        "correct": "pn_adam_rates" if rule.correct else "NULL",
        "moments": rule.moments,
        "decay": f"pn_{optimizer.decay}_decay" if optimizer.decay else "NULL",
        "weight_decay": literal(optimizer.weight_decay),
        "clip": "pn_clip_gradients" if clips else "NULL",
        "largest_norm": literal(optimizer.largest_norm),
        "kept": "state + 3" if remembers else "NULL",
        "state": ", double *state" * remembers,
        "recall": RECALL * remembers,
        "remember": REMEMBER * remembers,
    }
