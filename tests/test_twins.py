"""The twin rule: X.py and X.c hold the same functions, in one order, with one comment."""

import ast
import re
from pathlib import Path

import pytest

import purenn.reference

REFERENCE = Path(purenn.reference.__file__).parent
CSRC = Path(__file__).parent.parent / "csrc"
ROOMS = sorted(path.stem for path in REFERENCE.glob("*.py") if path.stem != "__init__")

# Above a C function: its comment, then its return type, name and parameters, up to the brace.
C_FUNCTION = re.compile(
    r"^/\* ((?:(?!\*/)[\s\S])*?) ?\*/\n(?:PN_ONE_COPY )?"
    r"(?:void|double|size_t|uint32_t) pn_(\w+)\(([^)]*)\)\n\{",
    re.M,
)
SIZES = {"n", "n_in", "n_out", "count", "sizes", "n_layers"}
# What C needs and lists know by themselves: room to work in.
MEMORY = {"workspace", "batch"}

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʳᵏᶻᵀᵗ", "0123456789-xrkzTt")
SYMBOLS = {"Σ": "sum of", "√½": "sqrt(1/2)", "√2": "sqrt(2)", "√": "sqrt", "−": "-", "±": "+-"}
SYMBOLS.update({"·": "*", "≈": "~", "→": "->", "←": "<-", "′": "'", "≤": "<=", "≥": ">="})
SYMBOLS.update({"…": "...", "₁": "1", "₂": "2", "ü": "ue"})


def python_functions(room):
    """Name, parameters and docstring of each function, in order."""
    tree = ast.parse((REFERENCE / f"{room}.py").read_text(encoding="utf-8"))
    return [
        (node.name, [argument.arg for argument in node.args.args], ast.get_docstring(node))
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    ]


def c_functions(room):
    """Name, parameters and comment of each function that is not static, in order."""
    text = (CSRC / f"{room}.c").read_text(encoding="utf-8")
    found = [
        (name, [word.split()[-1].lstrip("*") for word in parameters.split(",")], comment)
        for comment, name, parameters in C_FUNCTION.findall(text)
    ]
    assert len(found) == len(
        re.findall(r"^(?:PN_ONE_COPY )?(?:void|double|size_t|uint32_t) pn_\w+\(", text, re.M)
    ), room
    return found


def plain(comment):
    """A comment as one line of ASCII, so that ² and ^2 are the same."""
    comment = re.sub(r"\n ?\*", "\n", comment)
    comment = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʳᵏᶻᵀᵗ]+", lambda m: "^" + m[0].translate(SUPERSCRIPTS), comment)
    for symbol, text in SYMBOLS.items():
        comment = comment.replace(symbol, text)
    return " ".join(comment.split())


@pytest.mark.parametrize("room", ROOMS)
def test_same_functions_in_the_same_order(room):
    assert [f[0] for f in c_functions(room)] == [f[0] for f in python_functions(room)]


def test_same_rooms():
    assert sorted(path.stem for path in CSRC.glob("*.c")) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_same_parameters_in_the_same_order(room):
    """C: outputs first, then what Python takes, then sizes."""
    for (name, in_python, _), (_, in_c, _) in zip(python_functions(room), c_functions(room)):
        extra = [word for word in in_c if word not in in_python]
        assert [word for word in in_c if word in in_python] == in_python, name
        outputs = [word for word in extra if word not in SIZES | MEMORY]
        assert in_c[: len(outputs)] == outputs, name
        sizes = [word for word in extra if word in SIZES]
        assert in_c[len(in_c) - len(sizes) :] == sizes, name


@pytest.mark.parametrize("room", ROOMS)
def test_same_comments(room):
    for (name, _, docstring), (_, _, comment) in zip(python_functions(room), c_functions(room)):
        assert plain(comment) == plain(docstring), name


def test_header_declares_each_function_once_and_in_order():
    header = (CSRC / "purenn.h").read_text(encoding="utf-8")
    declared = re.findall(r"^(?:void|double|size_t|uint32_t) pn_(\w+)\(", header, re.M)
    order = re.findall(r"^/\* (\w+)\.c: ", header, re.M)
    assert sorted(order) == ROOMS
    assert declared == [name for room in order for name, _, _ in c_functions(room)]


def test_binding_has_every_function(native):
    for room in ROOMS:
        for name, _, _ in python_functions(room):
            assert callable(getattr(native, name)), name
            assert callable(getattr(purenn.reference, name)), name


def test_sizes_of_the_c_core():
    """All but the header, which declares."""
    lengths = {path.name: len(path.read_text().splitlines()) for path in CSRC.glob("*.[ch]")}
    del lengths["purenn.h"]
    assert {name: n for name, n in lengths.items() if n > 180} == {}
    assert sum(lengths.values()) <= 1400
