"""The articles' trainings as the data of two programs: portability/workload.c and workload.py."""

from __future__ import annotations

from struct import pack

from golden import RECIPES, Recipe
from test_c_core import flat

from purenn.reference import count_parameters, count_units


def c_text(names: list[str]) -> str:
    """articles.h for workload.c; numbers are hexadecimal, so no bit is lost."""
    recipes = [RECIPES[name]() for name in names]
    parameters, workspace, samples = (max(most) for most in zip(*map(memory, recipes)))
    rows = ",\n".join(c_struct(i, recipe) for i, recipe in enumerate(recipes))
    return (
        f"static double parameters[{parameters}], workspace[{workspace}], losses[{samples}];\n"
        + "".join(c_arrays(i, recipe) for i, recipe in enumerate(recipes))
        + f"static const struct article articles[] = {{\n{rows}\n}};\n"
    )


def memory(recipe: Recipe) -> tuple[int, int, int]:
    """The doubles that purenn.h asks for: parameters, workspace and losses."""
    count, n_units = count_parameters(recipe.sizes), count_units(recipe.sizes)
    return count, count + 2 * recipe.batch_size * n_units, len(recipe.X)


def c_arrays(i: int, recipe: Recipe) -> str:
    activations = [f"&pn_{name}_activation" for name in recipe.activations]
    return (
        c_array(f"double start_{i}", map(c_number, flat(recipe.weights)))
        + c_array(f"double X_{i}", map(c_number, values(recipe.X)))
        + c_array(f"double Y_{i}", map(c_number, values(recipe.Y)))
        + c_array(f"size_t sizes_{i}", map(str, recipe.sizes))
        + c_array(f"struct pn_activation *const activations_{i}", activations)
    )


def c_struct(i: int, recipe: Recipe) -> str:
    network = f"sizes_{i}, activations_{i}, &pn_{recipe.loss}_loss, parameters"
    counts = f"{len(recipe.X)}, {recipe.batch_size}, {recipe.epochs}"
    return (
        f"    {{{{{network}, {len(recipe.activations)}, {int(recipe.bias)}}}, "
        f"start_{i}, X_{i}, Y_{i}, {counts}, {c_number(recipe.rate)}}}"
    )


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
