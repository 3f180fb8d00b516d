"""Trains every article of ARTICLES and prints a line for each, as workload.c does.

Runs on any Python, beside a copy of purenn/reference called `reference`. tests/portability.py
puts ARTICLES above these lines; numbers come and go as 16 hexadecimal digits, their bits.
"""

import struct
import time

from reference import Network, Optimizer, Rates, train_epoch


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


def bits(layers):
    values = [value for W, b in layers for row in W + [b] for value in row]
    return "".join([struct.pack(">d", value).hex() for value in values])


for start, X, Y, sizes, batch_size, activations, loss, bias, rate, epochs in ARTICLES:  # noqa: F821
    network = Network(layers_of(numbers(start), sizes), activations, loss, bias)
    X, Y = matrix(numbers(X), sizes[0]), matrix(numbers(Y), sizes[-1])
    (learning_rate,) = numbers(rate)
    optimizer = Optimizer(network, "gradient_descent", Rates(learning_rate))
    began = time.time_ns()
    for _ in range(epochs):
        train_epoch(network, optimizer, X, Y, range(len(X)), batch_size)
    print(time.time_ns() - began, bits(network.parameters))
