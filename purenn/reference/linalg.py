"""The products of a dense layer, Z = X·W + b, and of its gradients.

Rows are samples: X is (n, n_in), W is (n_in, n_out), b is (n_out), Z is (n, n_out).
Every sum starts at 0.0 and runs in the order that its function states: the order is part of
the result. The gradients take at least one sample.
"""


def affine(X: list[list[float]], W: list[list[float]], b: list[float]) -> list[list[float]]:
    """Z[s][j] = (Σ X[s][k]·W[k][j]) + b[j], k ascending, the bias added last.

    X (n, n_in), W (n_in, n_out), b (n_out) → Z (n, n_out).
    """
    Z = []
    for x in X:
        z = [0.0 for _ in b]
        for x_k, w in zip(x, W):
            z = [z_j + x_k * w_j for z_j, w_j in zip(z, w)]
        Z.append([z_j + b_j for z_j, b_j in zip(z, b)])
    return Z


def weight_gradient(X: list[list[float]], dZ: list[list[float]]) -> list[list[float]]:
    """dW[k][j] = (Σ X[s][k]·dZ[s][j]) / n, s ascending.

    X (n, n_in), dZ (n, n_out) → dW (n_in, n_out).
    """
    n = len(X)
    dW = [[0.0 for _ in dZ[0]] for _ in X[0]]
    for x, dz in zip(X, dZ):
        for k, x_k in enumerate(x):
            dW[k] = [g + x_k * d for g, d in zip(dW[k], dz)]
    return [[g / n for g in row] for row in dW]


def bias_gradient(dZ: list[list[float]]) -> list[float]:
    """db[j] = (Σ dZ[s][j]) / n, s ascending.

    dZ (n, n_out) → db (n_out).
    """
    n = len(dZ)
    db = [0.0 for _ in dZ[0]]
    for dz in dZ:
        db = [g + d for g, d in zip(db, dz)]
    return [g / n for g in db]


def input_gradient(dZ: list[list[float]], W: list[list[float]]) -> list[list[float]]:
    """dX[s][k] = Σ dZ[s][j]·W[k][j], j ascending.

    dZ (n, n_out), W (n_in, n_out) → dX (n, n_in).
    """
    dX = []
    for dz in dZ:
        dx = []
        for w in W:
            total = 0.0
            for d, w_j in zip(dz, w):
                total = total + d * w_j
            dx.append(total)
        dX.append(dx)
    return dX
