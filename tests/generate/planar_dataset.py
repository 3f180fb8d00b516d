"""Writes datasets/planar.csv and datasets/planar_initial_weights.csv with NumPy.

The planar article draws its data and then its initial weights from np.random.seed(1); this does
the same, in the article's own order. Run as: python tests/generate/planar_dataset.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np

MADE_BY = f"by tests/generate/planar_dataset.py with NumPy {np.__version__}"


def planar_dataset():
    """The points (400, 2), their labels (400), and the weights W1 (4, 2) and W2 (1, 4)."""
    stream = np.random.RandomState(1)
    points = np.zeros((400, 2))
    labels = np.repeat([0, 1], 200)
    for label in range(2):
        of_label = labels == label
        theta = np.linspace(label * 3.12, (label + 1) * 3.12, 200) + stream.randn(200) * 0.2
        radius = 4 * np.sin(4 * theta) + stream.randn(200) * 0.2
        points[of_label] = np.c_[radius * np.sin(theta), radius * np.cos(theta)]
    return points, labels, stream.randn(4, 2) * 0.01, stream.randn(1, 4) * 0.01


def lines(rows):
    return "".join(",".join(repr(float(value)) for value in row) + "\n" for row in rows)


def main(folder):
    points, labels, W1, W2 = planar_dataset()
    data = "".join(f"{float(x)!r},{float(y)!r},{label}\n" for (x, y), label in zip(points, labels))
    (folder / "planar.csv").write_text(
        f"# The 400 points of the planar article, seed 1: x, y, class. Made {MADE_BY}.\n{data}"
    )
    (folder / "planar_initial_weights.csv").write_text(
        "# The planar article's initial W1 (4, 2) and W2 (1, 4), drawn after its points.\n"
        f"# Made {MADE_BY}.\n{lines(W1)}\n{lines(W2)}"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
