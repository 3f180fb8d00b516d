"""A dense network: forward keeps what every layer computed, backward gives every gradient.

Parameters are a list with one (W, b) per layer. Z, A and dZ are lists with one matrix per layer;
A[-1] are the outputs.
"""

from .activations import activation_backward, activation_forward
from .elementary import divide
from .linalg import affine, bias_gradient, input_gradient, weight_gradient
from .losses import loss_gradient, matched_gradient

MATCHED = (
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "categorical_cross_entropy"),
)


def scale_inputs(
    X: list[list[float]], offset: list[float], scale: list[float]
) -> list[list[float]]:
    """S[s][k] = (X[s][k] − offset[k]) / scale[k].

    X (n, n_in), offset and scale (n_in) → S (n, n_in).
    """
    return [[divide(x_k - o, d) for x_k, o, d in zip(x, offset, scale)] for x in X]


def forward(X: list[list[float]], parameters: list, activations: list[str]) -> tuple:
    """Z[l] = A[l−1]·W[l] + b[l], A[l] = f[l](Z[l]), with A[−1] = X, for every layer l.

    X (n, n_in) → Z and A, matrices (n, n_out of layer l).
    """
    Z = []
    A = []
    inputs = X
    for (W, b), activation in zip(parameters, activations):
        Z.append(affine(inputs, W, b))
        A.append(activation_forward(Z[-1], activation))
        inputs = A[-1]
    return Z, A


def output_gradient(
    A: list[list[float]], Y: list[list[float]], activation: str, loss: str
) -> list[list[float]]:
    """dZ of the last layer: A − Y where activation and loss match, else f′ of the loss's dA."""
    if (activation, loss) in MATCHED:
        return matched_gradient(A, Y)
    return activation_backward(loss_gradient(A, Y, loss), A, activation)


def backward(
    A: list,
    X: list[list[float]],
    Y: list[list[float]],
    parameters: list,
    activations: list[str],
    loss: str,
    bias: bool,
) -> tuple:
    """dZ[l], dW[l] and db[l] for every layer l, from the last layer to the first.

    dW[l] = A[l−1]ᵀ·dZ[l] / n, db[l] the mean of dZ[l], dZ[l−1] = f′[l−1] of dZ[l]·W[l]ᵀ.
    Without bias, db is 0, so that a bias which starts at 0 stays 0.
    A of every layer, X (n, n_in), Y (n, n_out) → dZ, and gradients as parameters hold them.
    """
    last = len(parameters) - 1
    dZ = [output_gradient(A[last], Y, activations[last], loss)]
    gradients: list = []
    for layer in range(last, -1, -1):
        W, b = parameters[layer]
        inputs = A[layer - 1] if layer > 0 else X
        dW = weight_gradient(inputs, dZ[0])
        db = bias_gradient(dZ[0]) if bias else [0.0 for _ in b]
        gradients.insert(0, (dW, db))
        if layer > 0:
            dA = input_gradient(dZ[0], W)
            dZ.insert(0, activation_backward(dA, inputs, activations[layer - 1]))
    return dZ, gradients
