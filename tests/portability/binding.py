"""Trains the articles of those names with the installed C core, and prints as workload.py does.

PURENN_SIMD chooses the kernels; tests/ must be on the path.
"""

import sys
import time

from golden import RECIPES
from portability_articles import bits
from test_c_core import flat

from purenn import Architecture, Network, Training

for name in sys.argv[1:]:
    recipe = RECIPES[name]()
    architecture = Architecture(
        recipe.sizes, activations=recipe.activations, loss=recipe.loss, bias=recipe.bias, seed=0
    )
    network = Network.of(architecture, recipe.weights, backend="c")
    how = {"batch_size": recipe.batch_size, "learning_rate": recipe.rate}
    training = Training(network, recipe.X, recipe.Y, **how)
    began = time.perf_counter_ns()
    training.run(recipe.epochs)
    print(time.perf_counter_ns() - began, bits(flat(network.get_weights())))
