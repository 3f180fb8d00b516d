"""The products of a dense layer, Z = X·W + b, and of its gradients.

Rows are samples: X is (n, n_in), W is (n_in, n_out), b is (n_out), Z is (n, n_out).
Every sum starts at 0.0 and runs in the order that its function states: the order is part of
the result. The gradients take at least one sample.
"""


def affine(X: list[list[float]], W: list[list[float]], b: list[float]) -> list[list[float]]:
    """Z[s][j] = (Σ X[s][k]·W[k][j]) + b[j], k ascending, the bias added last.

    X (n, n_in), W (n_in, n_out), b (n_out) → Z (n, n_out).
    """
    outputs = range(len(b))
    Z = []
    for x in X:
        z = []
        for j in outputs:
            total = 0.0
            for x_k, w in zip(x, W):
                total = total + x_k * w[j]
            z.append(total + b[j])
        Z.append(z)
    return Z


def weight_gradient(X: list[list[float]], dZ: list[list[float]]) -> list[list[float]]:
    """dW[k][j] = (Σ X[s][k]·dZ[s][j]) / n, s ascending.

    X (n, n_in), dZ (n, n_out) → dW (n_in, n_out).
    """
    n = len(X)
    n_out = len(dZ[0])
    outputs = range(n_out)
    dW = [[0.0] * n_out for _ in X[0]]
    for x, dz in zip(X, dZ):
        for x_k, dw in zip(x, dW):
            for j in outputs:
                dw[j] = dw[j] + x_k * dz[j]
    for dw in dW:
        for j in outputs:
            dw[j] = dw[j] / n
    return dW


def bias_gradient(dZ: list[list[float]]) -> list[float]:
    """db[j] = (Σ dZ[s][j]) / n, s ascending.

    dZ (n, n_out) → db (n_out).
    """
    n = len(dZ)
    n_out = len(dZ[0])
    outputs = range(n_out)
    db = [0.0] * n_out
    for dz in dZ:
        for j in outputs:
            db[j] = db[j] + dz[j]
    for j in outputs:
        db[j] = db[j] / n
    return db


def input_gradient(dZ: list[list[float]], W: list[list[float]]) -> list[list[float]]:
    """dX[s][k] = Σ dZ[s][j]·W[k][j], j ascending.

    dZ (n, n_out), W (n_in, n_out) → dX (n, n_in).
    """
    dX = []
    for dz in dZ:
        outputs = range(len(dz))
        dx = []
        for w in W:
            total = 0.0
            for j in outputs:
                total = total + dz[j] * w[j]
            dx.append(total)
        dX.append(dx)
    return dX
