"""The reference: forward, backward, losses and training on lists of lists, in plain Python.

Imports nothing outside itself but `math`. csrc/ says the same in C, file for file, and
computes the same bits.
"""

from .activations import (
    ACTIVATIONS,
    elu_backward,
    elu_forward,
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
    softplus_backward,
    softplus_forward,
    tanh_backward,
    tanh_forward,
)
from .cross_entropy import (
    binary_cross_entropy,
    binary_cross_entropy_gradient,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    categorical_cross_entropy_gradient,
    categorical_cross_entropy_with_logits,
    matched_gradient,
    xdivy,
    xlogy,
)
from .dropout import Dropout, draw_masks, drop
from .elementary import divide, exp, log, power_of_two, tanh
from .initialization import (
    INITIALIZATIONS,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    initialize,
    lecun_normal,
    lecun_uniform,
    normal_weights,
    uniform_weights,
    zeros,
)
from .linalg import affine, bias_gradient, input_gradient, weight_gradient
from .losses import LOSSES, mean, one_hot
from .near_zero import expm1, log1p
from .network import (
    Network,
    backward,
    count_parameters,
    count_units,
    forward,
    output_gradient,
    output_losses,
    scale_inputs,
    weigh_samples,
)
from .optimizers import (
    RULES,
    Rates,
    adam,
    adam_rates,
    gradient_descent,
    momentum,
    nesterov,
    rprop,
)
from .random import (
    Random,
    random_below_or_equal,
    random_normal,
    random_permutation,
    random_seed,
    random_twist,
    random_uniform,
    random_word,
)
from .random_state import RandomState
from .regression import (
    huber,
    huber_gradient,
    mean_absolute_error,
    mean_absolute_error_gradient,
    mean_squared_error,
    mean_squared_error_gradient,
)
from .regularization import (
    DECAYS,
    clip_gradients,
    decoupled_decay,
    gradient_norm,
    l2_decay,
)
from .training import Optimizer, train_epoch, train_step, update_parameters
