"""Saves a trained network under the first path, loads the second, and prints what that predicts."""

import sys

from purenn import Network

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]

own = Network(
    [2, 3, 1],
    activations=["tanh", "sigmoid"],
    loss="binary_cross_entropy",
    seed=1,
    backend="python",
)
own.fit(X, [0, 1, 1, 0], epochs=100, learning_rate=0.5)
own.save(sys.argv[1])
other = Network.load(sys.argv[2], backend="python")
print(sys.byteorder, [value.hex() for x in X for value in other.predict(x)])
