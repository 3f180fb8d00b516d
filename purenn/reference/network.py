"""A dense network: forward keeps what every layer computed, backward gives every gradient.

Z, A and dZ are lists with one matrix per layer; A[-1] are the outputs.
"""

from .activations import ACTIVATIONS
from .cross_entropy import matched_gradient
from .dropout import drop
from .elementary import divide
from .linalg import affine, bias_gradient, input_gradient, weight_gradient
from .losses import LOSSES


class Network:
    """What a network computes with: its parameters, one (W, b) per layer, and its settings.

    W is (n_in, n_out), b is (n_out). activations has one name per layer, loss is a name. Without
    bias the b are 0 and stay 0.
    """

    def __init__(self, parameters: list, activations: list[str], loss: str, bias: bool) -> None:
        self.parameters = parameters
        self.activations = activations
        self.loss = loss
        self.bias = bias


def count_parameters(sizes: list[int]) -> int:
    """The sum of (sizes[l] + 1)·sizes[l + 1] over the layers l: all numbers in W and b.

    sizes are the inputs, then the outputs of each layer.
    """
    count = 0
    for n_in, n_out in zip(sizes, sizes[1:]):
        count += (n_in + 1) * n_out
    return count


def count_units(sizes: list[int]) -> int:
    """The sum of sizes[l + 1] over the layers l: all numbers in A for one sample.

    sizes are the inputs, then the outputs of each layer.
    """
    count = 0
    for n_out in sizes[1:]:
        count += n_out
    return count


def scale_inputs(
    X: list[list[float]], offset: list[float], scale: list[float]
) -> list[list[float]]:
    """S[s][k] = (X[s][k] − offset[k]) / scale[k].

    X (n, n_in), offset and scale (n_in) → S (n, n_in).
    """
    return [[divide(x_k - o, d) for x_k, o, d in zip(x, offset, scale)] for x in X]


def forward(X: list[list[float]], network: Network, masks=None) -> tuple:
    """Z[l] = A[l−1]·W[l] + b[l], A[l] = f[l](Z[l]), with A[−1] = X, for every layer l.

    X (n, n_in), masks of hidden layers or None → Z and A, matrices (n, n_out of layer l). With
    masks, the next layer gets D[l] = A[l]·masks[l], which stands in place of Z[l].
    """
    Z = []
    A = []
    inputs = X
    for (W, b), activation in zip(network.parameters, network.activations):
        Z.append(affine(inputs, W, b))
        A.append(ACTIVATIONS[activation].forward(Z[-1]))
        inputs = A[-1]
        if masks is not None and len(Z) < len(network.parameters):
            Z[-1] = inputs = drop(A[-1], masks[len(Z) - 1])
    return Z, A


def output_losses(
    Z: list[list[float]], A: list[list[float]], Y: list[list[float]], activation: str, loss: str
) -> list[float]:
    """The loss of each sample: from Z where activation and loss match, else from A.

    Z, A and Y (n, n_out) → L (n).
    """
    if LOSSES[loss].matched == activation:
        return LOSSES[loss].losses_of_Z(Z, Y)
    return LOSSES[loss].losses(A, Y)


def output_gradient(
    A: list[list[float]], Y: list[list[float]], activation: str, loss: str
) -> list[list[float]]:
    """dZ of the last layer: A − Y where activation and loss match, else f′ of the loss's dA."""
    if LOSSES[loss].matched == activation:
        return matched_gradient(A, Y)
    return ACTIVATIONS[activation].backward(LOSSES[loss].gradient(A, Y), A)


def weigh_samples(dZ: list[list[float]], sample_weights: list[float]) -> None:
    """dZ[s][j] ← sample_weights[s]·dZ[s][j], in place.

    dZ (n, n_out), sample_weights (n).
    """
    for dz, weight in zip(dZ, sample_weights):
        for j, d in enumerate(dz):
            dz[j] = weight * d


def backward(
    A: list,
    X: list[list[float]],
    Y: list[list[float]],
    network: Network,
    sample_weights=None,
    masks=None,
) -> tuple:
    """dZ[l], dW[l] and db[l] for every layer l, from the last layer to the first.

    dW[l] = A[l−1]ᵀ·dZ[l] / n, db[l] the mean of dZ[l], dZ[l−1] = f′[l−1] of dZ[l]·W[l]ᵀ.
    Without bias, db is 0, so that a bias which starts at 0 stays 0.
    A of every layer, X (n, n_in), Y (n, n_out), sample_weights (n) or None for 1 → dZ, and
    gradients as parameters hold them. Weights don't change n: a weight of 2 counts twice as much
    as 1 in a mean over as many samples. With masks, layers but the first got A·mask of the one
    before, and so goes the gradient back.
    """
    last = len(network.parameters) - 1
    dZ = [output_gradient(A[last], Y, network.activations[last], network.loss)]
    if sample_weights is not None:
        weigh_samples(dZ[0], sample_weights)
    gradients: list = []
    for layer in range(last, -1, -1):
        W, b = network.parameters[layer]
        inputs = A[layer - 1] if layer > 0 else X
        if masks is not None and layer > 0:
            inputs = drop(inputs, masks[layer - 1])
        dW = weight_gradient(inputs, dZ[0])
        db = bias_gradient(dZ[0]) if network.bias else [0.0 for _ in b]
        gradients.insert(0, (dW, db))
        if layer > 0:
            dA = input_gradient(dZ[0], W)
            if masks is not None:
                dA = drop(dA, masks[layer - 1])
            dZ.insert(0, ACTIVATIONS[network.activations[layer - 1]].backward(dA, A[layer - 1]))
    return dZ, gradients
