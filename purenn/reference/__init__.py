"""The reference: forward, backward, losses and training on lists of lists, in plain Python.

Imports nothing outside itself but `math`. csrc/ says the same in C, file for file, and
computes the same bits.
"""

from .activations import *
from .cross_entropy import *
from .dropout import *
from .elementary import *
from .initialization import *
from .linalg import *
from .losses import *
from .near_zero import *
from .network import *
from .optimizers import *
from .random import *
from .regression import *
from .regularization import *
from .training import *
