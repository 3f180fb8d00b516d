"""What the two editions of the letters article print, each number beside the computed one."""

from __future__ import annotations

from collections.abc import Sequence

from ..shipped import dataset_tables
from .printed import Document, Number, compare_digits, compare_matrix, compare_words

TITLE = "Implementation of neural network from scratch using NumPy"
EDITION_2023 = Document("letters", "000", TITLE, numbers=530, date="18 Apr 2023")
EDITION_2025 = Document(
    "letters", "004", TITLE, numbers=266, site="GfG (GeeksforGeeks)", date="11 Apr 2025"
)
DOCUMENTS = [EDITION_2023, EDITION_2025]

PRINTED_X = {
    "A": "001100 010010 111111 100001 100001",
    "B": "011110 010010 011110 010010 011110",
    "C": "011110 010000 010000 010000 011110",
}
PRINTED_C_IN_004 = "011110 010000 001000 010000 0011110"  # 31 pixels
PRINTED_Y = "[[1 0 0][0 1 0][0 0 1]]"
PRINTED_PREDICTION = "Image is of letter B."

Weights = tuple[list[list[float]], list[list[float]]]


# 000
# ---


def data_numbers(letters: Sequence[list[int]], labels: list[list[int]]) -> list[Number]:
    """The pixels of A, B and C, and the labels."""
    pixels = [
        compare_words(EDITION_2023, f"x, {name}", printed, pixel_text(letter), counts_as=30)
        for (name, printed), letter in zip(PRINTED_X.items(), letters)
    ]
    y = labels_text(labels).replace("\n ", "")
    return [*pixels, compare_words(EDITION_2023, "y", PRINTED_Y, y, counts_as=9)]


def pixel_text(letter: list[int]) -> str:
    """The pixels of a letter, in groups of a row."""
    return " ".join("".join(map(str, letter[i : i + 6])) for i in range(0, len(letter), 6))


def labels_text(labels: list[list[int]]) -> str:
    """The labels as NumPy prints them."""
    return "[" + "\n ".join(f"[{' '.join(map(str, label))}]" for label in labels) + "]"


def initial_weight_numbers(start: Weights) -> list[Number]:
    """The 165 printed initial weights, beside a start that leads to what is printed after them."""
    printed = dataset_tables("letters_printed_initial_weights.csv")
    return [number._replace(erratum="L3") for number in weight_numbers("initial", printed, start)]


def trained_weight_numbers(trained: Weights) -> list[Number]:
    """The 165 printed trained weights."""
    printed = dataset_tables("letters_printed_trained_weights.csv")
    return weight_numbers("trained", printed, trained)


def weight_numbers(which: str, printed: list[list[list[str]]], computed: Weights) -> list[Number]:
    """Every printed weight of w1 and w2."""
    (printed_w1, printed_w2), (w1, w2) = printed, computed
    return compare_matrix(EDITION_2023, f"{which} w1", printed_w1, w1) + compare_matrix(
        EDITION_2023, f"{which} w2", printed_w2, w2
    )


def accuracy_numbers(acc: list[float]) -> list[Number]:
    """The printed accuracies of as many epochs as were computed."""
    return [
        compare_digits(EDITION_2023, f"acc, epoch {epoch}", printed, value)
        for (epoch, printed), value in zip(printed_accuracies(), acc)
    ]


def printed_start_number(computed: float) -> Number:
    """The last accuracy once more, beside the one to which the printed initial weights lead."""
    _, printed = printed_accuracies()[-1]
    name = "acc, epoch 100, from the printed initial weights"
    number = compare_digits(EDITION_2023, name, printed, computed)
    return number._replace(erratum="L3", counts_as=0)


def printed_accuracies() -> list[list[str]]:
    """Pairs of an epoch and its accuracy."""
    (rows,) = dataset_tables("letters_accuracies.csv")
    return rows


def prediction_number(prediction: str) -> Number:
    """The sentence about the B."""
    return compare_words(EDITION_2023, "prediction", PRINTED_PREDICTION, prediction)


# 004
# ---


def data_of_004(data: list[Number]) -> list[Number]:
    """The pixels and labels once more: all but its C as in 000."""
    A, B, C, y = map(again, data)
    misprint = compare_words(EDITION_2025, C.name, PRINTED_C_IN_004, C.computed, counts_as=31)
    return [A, B, misprint._replace(erratum="L6"), y]


def run_of_004(prediction: str) -> list[Number]:
    """Its initial weights, which are 000's and which no seed gives, and its own prediction."""
    printed = dataset_tables("letters_printed_initial_weights.csv")
    drawn = [
        Number(EDITION_2023, f"initial {name}[{i}][{j}]", number, "drawn without a seed", False)
        for name, rows in zip(("w1", "w2"), printed)
        for i, row in enumerate(rows)
        for j, number in enumerate(row)
    ]
    return [
        *(again(number)._replace(erratum="L18") for number in drawn),
        again(prediction_number(prediction))._replace(erratum="L20"),
    ]


def again(number: Number) -> Number:
    """A number of 000 that 004 prints as well."""
    name = f"{number.name}, document 004"
    return number._replace(document=EDITION_2025, name=name, repeats=True)
