"""Trains the articles of those names with the installed C core, and prints as workload.py does.

PURENN_SIMD chooses the kernels; tests/ must be on the path.
"""

import sys
import time

from golden import RECIPES
from portability_articles import bits
from test_c_core import flat

from purenn.engines import engine

c = engine("c")
for name in sys.argv[1:]:
    recipe = RECIPES[name]()
    parameters = c.parameters(recipe.weights)
    how = recipe.batch_size, recipe.activations, recipe.loss, recipe.bias, recipe.rate
    training = c.training(parameters, c.matrix(recipe.X), c.matrix(recipe.Y), *how)
    began = time.perf_counter_ns()
    training.run(recipe.epochs)
    print(time.perf_counter_ns() - began, bits(flat(parameters)))
