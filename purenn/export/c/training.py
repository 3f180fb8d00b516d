"""The training step of an exported network: forward, backward, and gradient descent."""

from __future__ import annotations

from string import Template

from ...reference.network import MATCHED
from .plan import Plan
from .prediction import scaled_input

STEP = Template("""\
double ${p}_train_step(const double *X, const double *Y, size_t n, double learning_rate,
${indent}double *workspace)
{
$lines}
""")


def training(plan: Plan) -> list[str]:
    """The function that makes one step on a batch."""
    p, loss = plan.prefix, plan.network.loss
    last, n_out = len(plan.shapes), plan.network.sizes[-1]
    lines = [
        *pointers(plan),
        *forward(plan),
        f"pn_{loss}(L, A{last}, Y, n, {n_out});",
        *output_gradient(plan),
    ]
    for number in range(last, 0, -1):
        lines += gradients(plan, number)
    lines += [
        f"pn_gradient_descent({p}_parameters, gradients, learning_rate, {plan.n_parameters});",
        "return pn_mean(L, n);",
    ]
    return [
        STEP.substitute(
            plan.names, indent=" " * (len(p) + 19), lines="".join(f"    {line}\n" for line in lines)
        )
    ]


def pointers(plan: Plan) -> list[str]:
    """Where in the workspace everything lies, and counters where they are needed."""
    lines = ["double *gradients = workspace;"]
    place = f"gradients + {plan.n_parameters}"
    for letter in ("A", "dZ"):
        for number, (_, n_out) in enumerate(plan.shapes, 1):
            lines.append(f"double *{letter}{number} = {place};")
            place = f"{letter}{number} + n * {n_out}"
    lines.append(f"double *L = {place};")
    if plan.scaling:
        lines += ["double *S = L + n;", "size_t s, k;"]
    if not plan.network.bias:
        lines.append("size_t j;")
    return lines


def forward(plan: Plan) -> list[str]:
    """A of every layer."""
    inputs, lines = "X", []
    if plan.scaling:
        n_in, inputs = plan.network.sizes[0], "S"
        lines += [
            "for (s = 0; s < n; s++)",
            f"    for (k = 0; k < {n_in}; k++)",
            f"        S[s * {n_in} + k] = {scaled_input(plan, f'X[s * {n_in} + k]')};",
        ]
    for layer, ((n_in, n_out), activation) in enumerate(zip(plan.shapes, plan.network.activations)):
        A, (W, b) = f"A{layer + 1}", plan.parameters(layer)
        lines.append(f"pn_affine({A}, {inputs}, {W}, {b}, n, {n_in}, {n_out});")
        if activation != "identity":
            lines.append(f"pn_{activation}_forward({A}, {A}, n, {n_out});")
        inputs = A
    return lines


def output_gradient(plan: Plan) -> list[str]:
    """dZ of the last layer."""
    loss, activation = plan.network.loss, plan.network.activations[-1]
    dZ, A, n_out = f"dZ{len(plan.shapes)}", f"A{len(plan.shapes)}", plan.network.sizes[-1]
    if (activation, loss) in MATCHED:
        return [f"pn_matched_gradient({dZ}, {A}, Y, n, {n_out});"]
    return [
        f"pn_{loss}_gradient({dZ}, {A}, Y, n, {n_out});",
        f"pn_{activation}_backward({dZ}, {dZ}, {A}, n, {n_out});",
    ]


def gradients(plan: Plan, number: int) -> list[str]:
    """dW and db of a layer, and dZ of the one before it."""
    n_in, n_out = plan.shapes[number - 1]
    X = "S" if plan.scaling else "X"
    dZ, inputs = f"dZ{number}", X if number == 1 else f"A{number - 1}"
    W, _ = plan.parameters(number - 1)
    dW, db = plan.parameters(number - 1, "gradients")
    lines = [f"pn_weight_gradient({dW}, {inputs}, {dZ}, n, {n_in}, {n_out});"]
    if plan.network.bias:
        lines.append(f"pn_bias_gradient({db}, {dZ}, n, {n_out});")
    else:
        lines += [f"for (j = 0; j < {n_out}; j++)", f"    ({db})[j] = 0.0;"]
    if number > 1:
        before, activation = f"dZ{number - 1}", plan.network.activations[number - 2]
        lines.append(f"pn_input_gradient({before}, {dZ}, {W}, n, {n_in}, {n_out});")
        if activation != "identity":
            lines.append(f"pn_{activation}_backward({before}, {before}, {inputs}, n, {n_in});")
    return lines
