"""Writes datasets/optical_digits.csv from the copy of the data set that scikit-learn carries.

Run as: python tests/generate/optical_digits.py FOLDER
"""

import sys
from pathlib import Path

import sklearn
from sklearn.datasets import load_digits

REMARKS = f"""\
# Optical Recognition of Handwritten Digits: 1,797 images of 8 x 8 pixels, 0 to 16, and the digit.
# E. Alpaydin and C. Kaynak, 1998, UCI Machine Learning Repository, doi 10.24432/C50P49, CC BY 4.0.
# Its test set, as scikit-learn {sklearn.__version__} carries it: 64 pixels row by row, label.
"""


def main(folder):
    digits = load_digits()
    rows = (
        ",".join(str(int(value)) for value in (*pixels, label))
        for pixels, label in zip(digits.data, digits.target)
    )
    (folder / "optical_digits.csv").write_text(REMARKS + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
