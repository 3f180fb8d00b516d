"""Computes every training of ARTICLES and COURSES and prints a line for each, as workload.c does.

Runs on any Python, beside a copy of purenn/reference called `reference`. tests/portability.py
puts the two above these lines; numbers come and go as 16 hexadecimal digits, their bits.
"""

import struct
import time

from reference import (
    Dropout,
    Network,
    Optimizer,
    Rates,
    forward,
    initialize,
    mean,
    output_losses,
    random_permutation,
    random_seed,
    scale_inputs,
    train_epoch,
)


def numbers(words):
    return list(struct.unpack(f">{len(words) // 16}d", bytes.fromhex(words)))


def matrix(values, columns):
    return [values[i : i + columns] for i in range(0, len(values), columns)]


def layers_of(values, sizes):
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        end = n_in * n_out
        layers.append((matrix(values[:end], n_out), values[end : end + n_out]))
        values = values[end + n_out :]
    return layers


def flat(layers):
    return [value for W, b in layers for row in W + [b] for value in row]


def bits(values):
    return "".join([struct.pack(">d", value).hex() for value in values])


for start, X, Y, sizes, batch_size, activations, loss, bias, rate, epochs in ARTICLES:  # noqa: F821
    network = Network(layers_of(numbers(start), sizes), activations, loss, bias)
    X, Y = matrix(numbers(X), sizes[0]), matrix(numbers(Y), sizes[-1])
    (learning_rate,) = numbers(rate)
    optimizer = Optimizer(network, "gradient_descent", Rates(learning_rate))
    began = time.time_ns()
    for _ in range(epochs):
        train_epoch(network, optimizer, X, Y, range(len(X)), batch_size)
    print(time.time_ns() - began, bits(flat(network.parameters)))


def scaled(X, scale, n_in):
    return scale_inputs(matrix(numbers(X), n_in), [0.0] * n_in, numbers(scale) * n_in)


def learned(course):
    """The best weights, or the last ones without patience; all losses, then those held out."""
    sizes, patience = course["sizes"], course["patience"]
    X = scaled(course["X"], course["scale"], sizes[0])
    held_X = scaled(course["held_X"], course["scale"], sizes[0])
    Y, held_Y = [matrix(numbers(course[name]), sizes[-1]) for name in ("Y", "held_Y")]
    layers = initialize(sizes, course["initialization"], random_seed(course["weights_seed"]))
    network = Network(layers, course["activations"], course["loss"], True)
    rates, norm = Rates(*numbers(course["rates"])), numbers(course["largest_norm"])[0]
    optimizer = Optimizer(network, "adam", rates, None, 0.0, norm)
    random = random_seed(course["seed"])
    dropout = Dropout(numbers(course["dropout"]), random)
    losses, held, best, weights = [], [], 0, []
    while len(held) < course["epochs"] and (patience == 0 or len(held) <= best + patience):
        order = random_permutation(random, len(X))
        size = course["batch_size"]
        losses.append(train_epoch(network, optimizer, X, Y, order, size, None, dropout))
        Z, A = forward(held_X, network)
        kind, loss = network.activations[-1], network.loss
        held.append(mean(output_losses(Z[-1], A[-1], held_Y, kind, loss)))
        if patience == 0 or not weights or held[-1] < held[best]:
            best, weights = len(held) - 1, flat(network.parameters)
    return weights + losses + held


for course in COURSES:  # noqa: F821
    began = time.time_ns()
    values = learned(course)
    print(time.time_ns() - began, bits(values))
