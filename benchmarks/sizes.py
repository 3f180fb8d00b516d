"""What purenn takes on a Cortex-M, beside emlearn, m2cgen and C by hand: bytes, instructions."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator

from compiled import HERE, Absent
from images import (
    CORTEX_M0_PLUS,
    CORTEX_M4,
    CORTEX_M4F,
    DRAWING,
    FOUNDATION,
    INFERENCE,
    TRAINING,
    Image,
    Predictor,
    compiler_version,
    core,
    everything,
    exported_letters,
    image,
    run_here,
    run_on_board,
    trained_letters,
)
from table import Table, markdown, text

EMLEARN, M2CGEN = "0.23.2", "0.10.0"
COLUMNS = ["flash", "code", "constants", "libraries", "RAM", "stack", "instructions", "other bits"]
TABLE = re.compile(r"(?:^\|.*\n)+", re.M)

EXPORTED = """\
#include "letters.h"
typedef double number;
#define CLASSIFY(x) letters_classify(x)
#define PREDICT(x, out) letters_predict(x, out)
"""
BY_HAND = """\
typedef {number} number;
void letters_predict(const number *x, number *out);
int letters_classify(const number *x);
#define CLASSIFY(x) letters_classify(x)
#define PREDICT(x, out) letters_predict(x, out)
"""
BY_M2CGEN = """\
typedef double number;
void letters_predict(number *x, number *out);
int letters_classify(number *x);
#define CLASSIFY(x) letters_classify(x)
#define PREDICT(x, out) letters_predict(x, out)
"""
BY_EMLEARN = """\
typedef float number;
int32_t letters_predict(const float *features, int32_t n_features);
int32_t letters_regress(const float *features, int32_t n_features, float *out, int32_t n_out);
#define CLASSIFY(x) letters_predict(x, 30)
#define PREDICT(x, out) letters_regress(x, 30, out, 3)
"""


def exported(folder: str, **how: object) -> Predictor:
    """purenn's letters."""
    exported_letters(folder, **how)
    roots = ["letters_classify", *(["letters_train_step"] if how.get("train") else [])]
    return Predictor(os.path.join(folder, "letters.c"), EXPORTED, roots=roots)


def by_hand(folder: str, number: str, exp: str) -> Predictor:
    """handwritten.c, with the same weights in float."""
    layers = trained_letters().get_weights()
    with open(os.path.join(folder, "weights.h"), "w", encoding="utf-8") as file:
        for layer, (W, _) in enumerate(layers, 1):
            rows = ",\n".join("{" + ", ".join(f"{w:.9g}f" for w in row) + "}" for row in W)
            file.write(f"static const float W{layer}[{len(W)}][{len(W[0])}] = {{\n{rows}}};\n")
    source = shutil.copy(os.path.join(HERE, "c", "handwritten.c"), folder)
    flags = [f"-DNUMBER={number}", f"-DEXP={exp}"]
    return Predictor(source, BY_HAND.format(number=number), flags)


def by_emlearn(folder: str) -> Predictor:
    """What emlearn writes for scikit-learn's classifier with the same weights."""
    try:
        import emlearn
        import numpy as np
        from sklearn.neural_network import MLPClassifier
    except ImportError as error:
        raise Absent(f"needs {error.name}: pip install emlearn=={EMLEARN} scikit-learn") from None
    if emlearn.__version__ != EMLEARN:
        raise Absent(f"needs emlearn=={EMLEARN}, found {emlearn.__version__}")
    if shutil.which("gcc") is None:
        raise Absent("there is no gcc, which emlearn needs")
    weights = trained_letters().get_weights()
    model = MLPClassifier([5], activation="logistic", batch_size=3)
    model.partial_fit(np.zeros((3, 30)), np.eye(3), classes=[0, 1, 2])  # makes its arrays
    model.coefs_ = [np.array(W) for W, _ in weights]
    model.intercepts_ = [np.array(b) for _, b in weights]
    before = os.getcwd()
    os.chdir(folder)  # it compiles what it wrote, into a folder that it makes where it is
    try:
        emlearn.convert(model).save(file="letters.h", name="letters")
    finally:
        os.chdir(before)
    source = os.path.join(folder, "letters.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write('#include "letters.h"\n')
    return Predictor(source, BY_EMLEARN, ["-I", emlearn.includedir], ["letters_predict"])


def by_m2cgen(folder: str) -> Predictor:
    """What m2cgen writes for scikit-learn's linear classifiers, one for each layer."""
    try:
        import m2cgen
        import numpy as np
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise Absent(f"needs {error.name}: pip install m2cgen=={M2CGEN} scikit-learn") from None
    if m2cgen.__version__ != M2CGEN:
        raise Absent(f"needs m2cgen=={M2CGEN}, found {m2cgen.__version__}")
    with open(os.path.join(folder, "layers.h"), "w", encoding="utf-8") as file:
        for number, (W, b) in enumerate(trained_letters().get_weights(), 1):
            layer = LogisticRegression()
            layer.coef_, layer.intercept_ = np.array(W).T, np.array(b)
            file.write(m2cgen.export_to_c(layer, function_name=f"layer{number}"))
    return Predictor(shutil.copy(os.path.join(HERE, "c", "m2cgen.c"), folder), BY_M2CGEN)


PREDICTORS: dict[str, Callable[[str], Predictor]] = {
    "letters, float64": exported,
    "letters, float32": lambda folder: exported(folder, weights="float32"),
    "letters, int8": lambda folder: exported(folder, weights="int8"),
    "letters, float64, can train": lambda folder: exported(folder, train=True),
    f"emlearn {EMLEARN}, in float": by_emlearn,
    f"m2cgen {M2CGEN}, layer by layer": by_m2cgen,
    "by hand, in double with exp": lambda folder: by_hand(folder, "double", "exp"),
    "by hand, in float with expf": lambda folder: by_hand(folder, "float", "expf"),
}
CORES = {
    "core: forward, with sigmoid": INFERENCE,
    "core: the foundation": FOUNDATION,
    "core: the foundation and training": FOUNDATION + TRAINING,
    "core: orders and first weights": DRAWING,
    "core: everything that it offers": everything(),
}
PROCESSORS = {
    "Cortex-M4": CORTEX_M4,
    "Cortex-M4F": CORTEX_M4F,
    "Cortex-M0+": CORTEX_M0_PLUS,
}


def tables() -> Iterator[Table]:
    """Without and with the processor's own arithmetic for floats; without long products."""
    for processor, flags in PROCESSORS.items():
        yield Table(" ".join(flags), [f"{processor}, {compiler()}", *COLUMNS], rows(flags), [])


def compiler() -> str:
    """Its version, if there is one."""
    try:
        return f"gcc {compiler_version()}"
    except Absent as reason:
        return str(reason)


def rows(flags: list[str]) -> list[list[str]]:
    """A row for each thing; where something is missing, it says what."""
    found = [[name, *attempt(core_cells, roots, flags)] for name, roots in CORES.items()]
    return found + [[name, *attempt(cells, make, flags)] for name, make in PREDICTORS.items()]


def attempt(measure: Callable[..., list[str]], *what: object) -> list[str]:
    """What is measured, in a folder that lasts as long."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return padded(measure(folder, *what))
        except Absent as reason:
            return padded([str(reason)])


def padded(words: list[str]) -> list[str]:
    """As many cells as there are columns."""
    return words + [""] * (len(COLUMNS) - len(words))


def core_cells(folder: str, roots: list[str], flags: list[str]) -> list[str]:
    """What these functions of the core take; all that changes is the caller's."""
    return weighed(image(core(folder), roots, flags))


def cells(folder: str, make: Callable[[str], Predictor], flags: list[str]) -> list[str]:
    """What a predictor takes, and how many of a thousand predictions differ on this machine."""
    predictor = make(folder)
    found = weighed(image(predictor.source, predictor.roots, [*flags, *predictor.flags]))
    try:
        board = run_on_board(predictor, flags)
    except Absent as reason:
        return [*found, str(reason)]
    found += [f"{board.stack:,}", f"{board.ticks / len(board.outputs):,.0f}"]
    try:
        here = run_here(predictor)
    except Absent as reason:
        return [*found, str(reason)]
    other = sum(a != b for a, b in zip(board.outputs, here.outputs))
    return [*found, f"{other} of {len(here.outputs):,}"]


def weighed(found: Image) -> list[str]:
    """The bytes of an image."""
    return [f"{n:,}" for n in (found.flash, *found)]


def write(path: str, page: list[str]) -> None:
    """The tables where the page has tables, or a page of nothing else."""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        places = len(TABLE.findall(text))
        if places != len(page):
            raise SystemExit(f"{path}: expected {len(page)} tables to replace, found {places}")
        waiting = iter(page)
        text = TABLE.sub(lambda _: next(waiting), text)
    else:
        text = "\n".join(page)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="sizes.py", description=__doc__)
    parser.add_argument("--markdown", metavar="FILE", help="write the tables there, too")
    options = parser.parse_args()
    measured = list(tables())
    for table in measured:
        print(text(table))
    if options.markdown:
        write(options.markdown, [TABLE.search(markdown(table))[0] for table in measured])


if __name__ == "__main__":
    main()
