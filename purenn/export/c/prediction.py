"""The prediction of an exported network: one layer after the other, on one sample."""

from __future__ import annotations

from string import Template

from .plan import Plan

LAYER = Template("""\
/* z[j] = $formula, k ascending$last_of_all. */
static void ${p}_$name(double *z, const double *x, const $type *W,
${indent}${weights}size_t n_in, size_t n_out)
{
    size_t k, j;
$sums}
""")

# One total at a time: no array to clear, so that no compiler calls memset.
SUMS = Template("""\
    for (j = 0; j < n_out; j++) {
        double total = 0.0;
        for (k = 0; k < n_in; k++)
            total = total + x[k] * $weight;
        z[j] = total$last;
    }
""")

# All totals side by side, so that each input is scaled once.
SUMS_OF_SCALED = Template("""\
    for (j = 0; j < n_out; j++)
        z[j] = 0.0;
    for (k = 0; k < n_in; k++) {
        double x_k = $x_k;
        for (j = 0; j < n_out; j++)
            z[j] = z[j] + x_k * $weight;
    }
""")

ADD_BIAS = """\
    for (j = 0; j < n_out; j++)
        z[j] = z[j]$last;
"""

PREDICT = Template("""\
void ${p}_$name(const double *x, double *out)
{
$lines}
""")

CLASS = Template("""\
int ${p}_predict(const double *x)
{
    double out[$n_out];
    int j, best = 0;
    ${p}_predict_proba(x, out);
    for (j = 1; j < $n_out; j++)
        if (out[j] > out[best])
            best = j;
    return best;
}
""")

CLASS_OF_ONE = Template("""\
int ${p}_predict(const double *x)
{
    double out[1];
    ${p}_predict_proba(x, out);
    return out[0] > 0.5;
}
""")


def prediction(plan: Plan) -> list[str]:
    """The functions that predict."""
    scaled, several = plan.scaling, len(plan.shapes) > 1
    texts = []
    if scaled:
        sums = SUMS_OF_SCALED.safe_substitute(x_k=scaled_input(plan, "x[k]"))
        sums += ADD_BIAS if plan.bias_type else ""
        texts.append(layer_function(plan, "first_layer", sums))
    if several or not scaled:
        texts.append(layer_function(plan, "layer", SUMS.template))
    name = "predict_proba" if plan.classifies else "predict"
    lines = "".join(f"    {line}\n" for line in calls(plan))
    texts.append(PREDICT.substitute(plan.names, name=name, lines=lines))
    if plan.classifies:
        template = CLASS_OF_ONE if plan.names["n_out"] == 1 else CLASS
        texts.append(template.substitute(plan.names))
    return texts


def layer_function(plan: Plan, name: str, sums: str) -> str:
    """Z = X·W + b for one sample, with csrc's order of every sum."""
    weight = {
        "float64": "W[k * n_out + j]",
        "float32": "(double)W[k * n_out + j]",
        "int8": "((double)W[k * n_out + j] * (double)scale[j])",
    }[plan.form]
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
        sums=Template(sums).substitute(last=last, weight=weight),
    )


def calls(plan: Plan) -> list[str]:
    """What a prediction does, line by line; two buffers take turns as hidden layers."""
    p, last = plan.prefix, len(plan.shapes) - 1
    lines = [f"double {name}[{size}];" for name, size in zip("ab", plan.buffers)]
    inputs = "x"
    for layer, ((n_in, n_out), activation) in enumerate(zip(plan.shapes, plan.network.activations)):
        outputs = "out" if layer == last else "ab"[layer % 2]
        function = "first_layer" if layer == 0 and plan.scaling else "layer"
        arguments = [outputs, inputs, *weights(plan, layer), str(n_in), str(n_out)]
        lines.append(f"{p}_{function}({', '.join(arguments)});")
        if activation != "identity":
            lines.append(f"pn_{activation}_forward({outputs}, {outputs}, 1, {n_out});")
        inputs = outputs
    return lines


def weights(plan: Plan, layer: int) -> list[str]:
    """The arguments of a layer's function that are its weights."""
    p, number = plan.prefix, layer + 1
    if plan.train:
        return list(plan.parameters(layer))
    scale = [f"{p}_scale{number}"] if plan.form == "int8" else []
    return [f"{p}_W{number}", *scale, *([f"{p}_b{number}"] if plan.bias_type else [])]


def scaled_input(plan: Plan, x: str) -> str:
    """(x − offset) / scale for input k, without what changes nothing."""
    terms = {
        name: f"{plan.prefix}_input_{name}[{'k' if len(values) > 1 else 0}]"
        for name, values in plan.scaling.items()
    }
    if "offset" in terms:
        x = f"({x} - {terms['offset']})"
    return f"{x} / {terms['scale']}" if "scale" in terms else x
