"""The binding: the functions of the C core under the names of the text, over float64 buffers.

Each function takes what its namesake in purenn.reference takes, as buffers or as lists, and an
`out` where it gives a matrix or a vector. See purenn/native/buffers.py for what is accepted.
"""

from . import core, threads
from .activations import (
    activation_backward,
    activation_forward,
    identity_backward,
    identity_forward,
    leaky_relu_backward,
    leaky_relu_forward,
    relu_backward,
    relu_forward,
    sigmoid_backward,
    sigmoid_forward,
    softmax_backward,
    softmax_forward,
    tanh_backward,
    tanh_forward,
)
from .buffers import Matrix
from .core import compiler
from .elementary import divide, exp, log, power_of_two, tanh
from .inputs import first_not_finite, first_outside
from .linalg import affine, bias_gradient, input_gradient, weight_gradient
from .losses import (
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    categorical_cross_entropy,
    categorical_cross_entropy_gradient,
    loss_gradient,
    matched_gradient,
    mean,
    mean_squared_error,
    mean_squared_error_gradient,
    sample_losses,
    xdivy,
    xlogy,
)
from .network import Predictor, backward, forward, output_gradient, scale_inputs
from .optimizers import gradient_descent
from .parameters import Layers, Parameters
from .training import Training, train_epoch, train_step
