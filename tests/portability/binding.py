"""Computes the trainings of those names with the installed C core, and prints as workload.py does.

PURENN_SIMD chooses the kernels; tests/ must be on the path.
"""

import sys
import time

from cases import flat
from golden import COURSES, RECIPES, learned
from portability_workload import bits

from purenn import Architecture, Network, Training
from purenn.engines import engine


def article(name):
    """Trains an article's network; when that began, and its weights."""
    recipe = RECIPES[name]()
    architecture = Architecture(
        recipe.sizes, activations=recipe.activations, loss=recipe.loss, bias=recipe.bias, seed=0
    )
    network = Network.of(architecture, recipe.weights, backend="c")
    how = {"batch_size": recipe.batch_size, "learning_rate": recipe.rate}
    training = Training(network, recipe.X, recipe.Y, **how)
    began = time.perf_counter_ns()
    training.run(recipe.epochs)
    return began, flat(network.get_weights())


for name in sys.argv[1:]:
    if name in COURSES:
        began = time.perf_counter_ns()
        numbers = learned(engine("c"), name)
    else:
        began, numbers = article(name)
    print(time.perf_counter_ns() - began, bits(numbers))
