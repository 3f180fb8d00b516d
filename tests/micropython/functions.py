"""Calls every function of the reference, printing the bits.

Runs unchanged on CPython and MicroPython, beside what is portable of purenn.
tests/test_micropython.py compares what the two print. A number is printed as the hexadecimal
of its big-endian binary64, any NaN as nan.
"""

import struct

from purenn.random_state import RandomState
from purenn.reference import (
    ACTIVATIONS,
    INITIALIZATIONS,
    LOSSES,
    RULES,
    Dropout,
    Network,
    Optimizer,
    Rates,
    affine,
    backward,
    bias_gradient,
    count_parameters,
    count_units,
    divide,
    exp,
    expm1,
    forward,
    gradient_descent,
    initialize,
    input_gradient,
    log,
    log1p,
    matched_gradient,
    mean,
    one_hot,
    output_gradient,
    output_losses,
    power_of_two,
    random_permutation,
    random_seed,
    scale_inputs,
    tanh,
    train_epoch,
    train_step,
    weight_gradient,
    xdivy,
    xlogy,
)

# In one order everywhere: a dictionary of MicroPython has none.
KINDS = sorted(ACTIVATIONS)
LOSS_KINDS = sorted(LOSSES)
FIRST_WEIGHTS = sorted(INITIALIZATIONS)

INF = float("inf")
NAN = float("nan")
NORMAL = power_of_two(-1022)  # the smallest normal number
TINY = NORMAL * power_of_two(-52)  # 5e-324, the smallest subnormal number
SUBNORMAL = NORMAL - TINY  # 2.2e-308, the largest
HUGE = (2.0 - power_of_two(-52)) * power_of_two(1023)  # 1.8e308, the largest of all
EDGES = [
    [0.0, -0.0, 1.0, -1.0],
    [TINY, -TINY, SUBNORMAL, -SUBNORMAL],
    [HUGE, -HUGE, NORMAL, 709.8],
    [INF, -INF, NAN, 0.1],
    [-INF, -INF, -INF, -INF],
    [0.3, -2.5, 20.0, -745.2],
]
NUMBERS = [x for row in EDGES for x in row]
# Beside the places where exp, log and tanh change their formula or leave their range.
SWITCHES = [709.78, 709.79, -745.13, -745.14, 0.701, 0.708, 0.6249, 0.625, 3e-9, 1e-8]


def bits(x):
    """A number as a string; a list as its numbers on one line."""
    if isinstance(x, (list, tuple)):
        return " ".join([bits(item) for item in x])
    return "nan" if x != x else struct.pack(">d", x).hex()


def show(name, *values):
    """One line for a number or a row of numbers, several for a matrix."""
    if isinstance(values[-1], list) and values[-1] and isinstance(values[-1][0], list):
        for row in values[-1]:
            show(name, row)
    else:
        print(name, bits(values))


def show_layers(name, layers):
    """Each layer's matrix and list, W then b or dW then db, one line a row."""
    for layer, (W, b) in enumerate(layers):
        show(f"{name} W{layer + 1}", W)
        show(f"{name} b{layer + 1}", b)


def one_of(label, count):
    """A target row: 1 at the label, else 0."""
    return [1.0 if j == label else 0.0 for j in range(count)]


def random_layers(random, sizes):
    """Normal weights and zero biases for every layer."""
    pairs = zip(sizes[:-1], sizes[1:])
    return [(random.randn(n_in, n_out), [0.0 for _ in range(n_out)]) for n_in, n_out in pairs]


def elementary_functions():
    """All of one number over their ranges; division and the guarded products at the edges."""
    random = RandomState(2)
    fixed = NUMBERS + SWITCHES
    for x in fixed + random.uniform(-750.0, 715.0, 200) + random.uniform(-1.0, 1.0, 50):
        show("exp", x, exp(x))
    for k in range(-1022, 1024, 11):
        x = (1.0 + random.rand()) * power_of_two(k)
        show("log", x, log(x))
    for x in fixed + random.uniform(0.5, 2.0, 100) + [n * TINY for n in range(1, 9)]:
        show("log", x, log(x))
    for x in fixed + random.uniform(-20.0, 20.0, 100) + random.uniform(-0.7, 0.7, 200):
        show("tanh", x, tanh(x))
    fixed += [1.5e-16, -1.7e-16, 1e-16, 0.9, 1.1, -0.9999]
    for x in fixed + random.uniform(-1.0, 3.0, 100) + random.uniform(-1e-9, 1e-9, 20):
        show("log1p expm1", x, log1p(x), expm1(x))
    for x in NUMBERS:
        for y in NUMBERS:
            show("divide xdivy xlogy", x, y, divide(x, y), xdivy(x, y), xlogy(x, y))


def layers_at_the_edges():
    """Every activation, product and loss, and every pair of activation and loss."""
    random = RandomState(3)
    for Z in (EDGES, random.normal(0.0, 3.0, (5, 4))):
        dA = [row[::-1] for row in Z]
        for name in KINDS:
            A = ACTIVATIONS[name].forward(Z)
            show(name, A)
            show(name + " backward", ACTIVATIONS[name].backward(dA, A))
        W = random.randn(4, 3)
        show("affine", affine(Z, W, [1e-9, -0.0, HUGE]))
        show("weight_gradient", weight_gradient(Z, dA))
        show("bias_gradient", bias_gradient(Z))
        show("input_gradient", input_gradient(Z, random.randn(3, 4)))
        show("matched_gradient", matched_gradient(Z, dA))
        w = list(Z[0])
        gradient_descent(w, Z[2], 0.1)
        show("gradient_descent", w)
        show("mean", mean(Z[-1]))
        for offset in Z:
            for scale in Z:
                show("scale_inputs", scale_inputs(Z, offset, scale))
    show("mean", mean([]))
    show("one hot", one_hot([2, 0, 2, 1], 3))
    A = [[0.0, 1.0, 0.5], [TINY, NORMAL, 0.25], [1.5, -0.5, NAN], [0.2, 0.7, 0.1]]
    for label, a in enumerate(A):
        for y in (one_of(label, 3), [0.25, 0.5, 0.25], [-0.0, INF, 2.0]):
            for loss in LOSS_KINDS:
                show(loss, LOSSES[loss].losses([a], [y]))
                show(loss + " gradient", LOSSES[loss].gradient([a], [y]))
                for name in KINDS:
                    for z in EDGES:
                        show("of z", output_losses([z[:3]], [a], [y], name, loss))
                    show(name + " " + loss, output_gradient([a], [y], name, loss))


def deep(output):
    """The activations of a network with three hidden layers."""
    return ["tanh", "relu", "leaky_relu", output]


def trainings():
    """Deeper networks, mini-batches in a random order, full batches, with and without bias."""
    random = RandomState(4)
    X = random.uniform(-1.0, 1.0, (10, 4))
    Y = [one_of(label, 3) for label in random.randint(3, size=10)]
    sizes = [4, 6, 5, 5, 3]
    print("counts", count_parameters(sizes), count_units(sizes))
    for output in ("softmax", "sigmoid", "elu", "softplus", "identity"):
        for loss in LOSS_KINDS if output == "softmax" else ["mean_squared_error"]:
            for batch_size in (4, 10):
                name = f"{output} {loss} {batch_size}"
                network = Network(random_layers(random, sizes), deep(output), loss, True)
                for _ in range(5):
                    order = random.permutation(10)
                    optimizer = Optimizer(network, "gradient_descent", Rates(0.05))
                    show(name, train_epoch(network, optimizer, X, Y, order, batch_size))
                show_layers(name, network.parameters)
    dropout = Dropout([0.5, 0.0, 0.1], random_seed(5))
    for _ in range(3):
        optimizer = Optimizer(network, "momentum", Rates(0.05))
        show("dropout", train_epoch(network, optimizer, X, Y, range(10), 4, None, dropout))
    show_layers("dropout", network.parameters)
    layers = network.parameters
    for bias in (True, False):
        network = Network(layers, deep("identity"), "mean_squared_error", bias)
        optimizer = Optimizer(network, "gradient_descent", Rates(0.5))
        show("train_step", train_step(network, optimizer, X, Y))
        for place, rule in enumerate(sorted(RULES)):
            decay = ["l2", "decoupled"][place % 2]
            optimizer = Optimizer(network, rule, Rates(0.01), decay, 0.1, 0.5)
            for _ in range(3):
                show(rule, train_step(network, optimizer, X, Y, random.rand(10)))
            show_layers(rule, network.parameters)
            for moment in optimizer.moments:
                show_layers(rule, [(rows, []) for rows in moment])
        network = Network(layers, deep("softmax"), "categorical_cross_entropy", bias)
        Z, A = forward(X, network)
        dZ, gradients = backward(A, X, Y, network)
        for layer in range(4):
            show("Z", Z[layer])
            show("A", A[layer])
            show("dZ", dZ[layer])
        show_layers("gradient", gradients)


def random_numbers():
    """Every stream of RandomState, for the smallest and largest seed and two between."""
    for seed in (0, 1, 20240229, 4294967295):
        random = RandomState(seed)
        print("randint", random.randint(10), random.randint(-5, 6, 20), random.randint(7, 8))
        print("randint", random.randint(2**32, size=5), random.randint(2**32 + 1, size=5))
        print("randint", random.randint(-(2**40), 2**62, (2, 3)))
        print("permutation", random.permutation(0), random.permutation(20))
        items = list("purenn")
        random.shuffle(items)
        print("shuffle", items)
        show("rand", random.rand())
        show("rand", random.rand(3, 4))
        show("uniform", random.uniform())
        show("uniform", random.uniform(-2.0, 0.3, (100, 7)))
        show("normal", random.normal())
        show("normal", random.normal(1.5, 0.1, (20, 3)))
        show("randn", random.randn(5))
        state = random.get_state()
        show("randn", random.randn(3))
        random.set_state(state)
        show("randn again", random.randn(3))
    for seed in (-1, 4294967296):
        try:
            RandomState(seed)
        except ValueError as error:
            print(error)
    try:
        RandomState(0).randint(3, 3)
    except ValueError as error:
        print(error)


def first_weights():
    """Every rule, from one stream, and an order from what is left of it."""
    state = random_seed(7)
    for rule in FIRST_WEIGHTS:
        show_layers(rule, initialize([3, 5, 2], rule, state))
    print("permutation", random_permutation(state, 700))


elementary_functions()
layers_at_the_edges()
trainings()
random_numbers()
first_weights()
