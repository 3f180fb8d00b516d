"""The articles' trainings as the data of two programs: portability/workload.c and workload.py."""

from __future__ import annotations

from struct import pack

from golden import RECIPES, Recipe
from test_c_core import flat


def c_text(names: list[str]) -> str:
    """articles.h for workload.c; numbers are hexadecimal, so no bit is lost."""
    recipes = [RECIPES[name]() for name in names]
    parameters, workspace, samples = (max(most) for most in zip(*map(memory, recipes)))
    rows = ",\n".join(c_struct(i, recipe) for i, recipe in enumerate(recipes))
    return (
        "".join(c_arrays(i, recipe) for i, recipe in enumerate(recipes))
        + f"static const struct article articles[] = {{\n{rows}\n}};\n"
        + f"#define MOST_PARAMETERS {parameters}\n"
        + f"#define MOST_WORKSPACE {workspace}\n"
        + f"#define MOST_SAMPLES {samples}\n"
    )


def memory(recipe: Recipe) -> tuple[int, int, int]:
    """The doubles that purenn.h asks for: parameters, workspace and losses."""
    count, n = len(flat(recipe.weights)), recipe.batch_size
    return count, count + 2 * n * sum(recipe.sizes[1:]), len(recipe.X)


def c_arrays(i: int, recipe: Recipe) -> str:
    activations = [f"PN_{name.upper()}" for name in recipe.activations]
    return (
        c_array(f"double start_{i}", map(c_number, flat(recipe.weights)))
        + c_array(f"double X_{i}", map(c_number, values(recipe.X)))
        + c_array(f"double Y_{i}", map(c_number, values(recipe.Y)))
        + c_array(f"int activations_{i}", activations)
        + c_array(f"size_t sizes_{i}", map(str, recipe.sizes))
    )


def c_struct(i: int, recipe: Recipe) -> str:
    arrays = f"start_{i}, X_{i}, Y_{i}, activations_{i}, sizes_{i}"
    count, _, n = memory(recipe)
    sizes = f"{len(recipe.activations)}, {count}, {n}, {recipe.batch_size}, {recipe.epochs}"
    how = f"PN_{recipe.loss.upper()}, {int(recipe.bias)}, {c_number(recipe.rate)}"
    return f"    {{{arrays}, {sizes}, {how}}}"


def c_array(name: str, items) -> str:
    return f"static const {name}[] = {{{', '.join(items)}}};\n"


def c_number(value: float) -> str:
    return float(value).hex()


def python_text(names: list[str]) -> str:
    """ARTICLES for workload.py; numbers are written as their bits."""
    return f"ARTICLES = {[python_tuple(RECIPES[name]()) for name in names]!r}\n"


def python_tuple(recipe: Recipe) -> tuple:
    data = bits(flat(recipe.weights)), bits(values(recipe.X)), bits(values(recipe.Y))
    how = [*recipe.activations], recipe.loss, recipe.bias, bits([recipe.rate])
    return (*data, recipe.sizes, recipe.batch_size, *how, recipe.epochs)


def values(matrix: list) -> list[float]:
    return [value for row in matrix for value in row]


def bits(numbers: list[float]) -> str:
    """16 hexadecimal digits for each number: its big-endian binary64."""
    return pack(f">{len(numbers)}d", *numbers).hex()
