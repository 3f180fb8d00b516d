"""Writes tests/data/printed_numbers.json: every number that the articles' documents print.

    python tests/generate/printed_numbers.py FOLDER

FOLDER holds the five documents as text, named by their numbers (000… to 004…), which are not
purenn's to ship. Printed is what stands in the output of a program; the numbers of its code and of
the text around it are not counted, nor are the words and the epochs beside the accuracies.
"""

import json
import re
import sys
from pathlib import Path

TABLE = Path(__file__).parent.parent / "data" / "printed_numbers.json"

DECIMAL = re.compile(r"-?\d+\.\d+")


def part(text, start, end):
    """What stands between two strings."""
    return text[text.index(start) :].split(end)[0]


def data(text):
    """The pixels of the three printed arrays, and the labels."""
    A, B, C = re.findall(r"array\(\[\[([^]]*)\]\]\)", text)
    (labels,) = re.findall(r"^(\[\[1 0 0\][^a-z]*?\]\])", text, re.M)
    digits = {"x, A": A, "x, B": B, "x, C": C, "y": labels}
    return {place: re.findall(r"\d", values) for place, values in digits.items()}


def letters_000(text):
    return {
        **data(text),
        "initial weights": DECIMAL.findall(part(text, "[[ 0.75696605", "Step 7")),
        "acc": re.findall(r"acc: (\d+\.\d+)", text),
        "trained weights": DECIMAL.findall(part(text, "[[-0.23769169", "Step9")),
        "prediction": re.findall(r"^Image is of letter (.)\.$", text, re.M),
    }


def house_price(text):
    z2, a2, z3, y = re.findall(r'"""\s*(\[\[[^"]*\]\])\s*"""', text)
    arrays = {"z2": z2, "a2": a2, "z3": z3, "y": y}
    return {place: DECIMAL.findall(array) for place, array in arrays.items()}


def digits(text):
    return {"accuracies": re.findall(r"accuracy: (\d+\.\d+) %", text)}


def planar(text):
    """It prints the cost in its code, and shows no output."""
    return {}


def letters_004(text):
    return {
        **data(text),
        "initial weights": DECIMAL.findall(part(text, "[[ 0.75696605", "## Step 7")),
        "prediction": re.findall(r"^Image is of letter (.)\.$", text, re.M),
    }


READERS = {
    "000": letters_000,
    "001": house_price,
    "002": digits,
    "003": planar,
    "004": letters_004,
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    printed = {}
    for number, reader in READERS.items():
        (path,) = folder.glob(f"{number}*")
        printed[number] = reader(path.read_text(encoding="utf-8"))
    lines = json.dumps(printed, indent=1)
    lines = re.sub(r'",\s+"', '", "', lines)  # a list is one line
    lines = re.sub(r'\[\s+"', '["', re.sub(r'"\s+\]', '"]', lines))
    TABLE.write_text(lines + "\n", encoding="utf-8")
