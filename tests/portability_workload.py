"""The workload as the data of two programs: portability/workload.c and workload.py."""

from __future__ import annotations

from struct import pack

from cases import flat
from golden import COURSES, RECIPES, Course, Recipe

from purenn.reference import count_parameters, count_units


def recipes(names: list[str]) -> list[Recipe]:
    """The articles' trainings among them."""
    return [RECIPES[name]() for name in names if name in RECIPES]


def courses(names: list[str]) -> list[Course]:
    """The others."""
    return [COURSES[name]() for name in names if name in COURSES]


def c_text(names: list[str]) -> str:
    """trainings.h for workload.c; numbers are hexadecimal, so no bit is lost."""
    articles = [*enumerate(recipes(names))]
    others = [*enumerate(courses(names), len(articles))]
    parts = [c_room([memory(training) for _, training in (*articles, *others)])]
    if others:
        parts.append(c_room([memory_of_course(course) for _, course in others]))
        parts.append("static struct pn_random stream;\n")
    parts += [c_arrays(i, recipe) + c_article(i, recipe) for i, recipe in articles]
    parts += [c_course_arrays(i, course) + c_course(i, course) for i, course in others]
    for kind, numbered in (("article", articles), ("course", others)):
        places = [f"&{kind}_{i}" for i, _ in numbered]
        parts.append(c_array(f"struct {kind} *const {kind}s", [*places, "NULL"]))
    return "".join(parts)


def c_room(needs: list[dict[str, int]]) -> str:
    """Memory for any one of these trainings, which each need so many numbers."""
    kinds = {"order": "size_t"}
    return "".join(
        f"static {kinds.get(name, 'double')} {name}[{max(need[name] for need in needs)}];\n"
        for name in needs[0]
    )


def memory(training: Recipe | Course) -> dict[str, int]:
    """The doubles that purenn.h asks for."""
    count, n_units = count_parameters(training.sizes), count_units(training.sizes)
    most = max(training.batch_size, len(getattr(training, "held_X", ())))
    return {
        "parameters": count,
        "workspace": count + 2 * most * n_units,
        "losses": len(training.X),
    }


def memory_of_course(course: Course) -> dict[str, int]:
    """What a course needs besides."""
    n_in, *_, n_out = course.sizes
    count, n_units = count_parameters(course.sizes), count_units(course.sizes)
    return {
        "order": len(course.X),
        "inputs": (len(course.X) + len(course.held_X)) * n_in,
        "batch": course.batch_size * (n_in + n_out + 1),
        "masks": course.batch_size * (n_units - n_out),
        "moments": 2 * count,
        "best": count,
        "history": course.epochs,
        "held_history": course.epochs,
    }


def c_arrays(i: int, recipe: Recipe) -> str:
    data = {"start": flat(recipe.weights), "X": values(recipe.X), "Y": values(recipe.Y)}
    return c_numbers(i, data) + c_architecture(i, recipe)


def c_article(i: int, recipe: Recipe) -> str:
    counts = f"{len(recipe.X)}, {recipe.batch_size}, {recipe.epochs}"
    return (
        f"static const struct article article_{i} = {{{c_network(i, recipe, recipe.bias)}, "
        f"start_{i}, X_{i}, Y_{i}, {counts}, {c_number(recipe.rate)}}};\n"
    )


def c_course_arrays(i: int, course: Course) -> str:
    data = {
        "X": values(course.X + course.held_X),
        "Y": values(course.Y + course.held_Y),
        "offset": [0.0] * course.sizes[0],
        "scale": [course.scale] * course.sizes[0],
        "dropout": course.dropout,
    }
    return c_numbers(i, data) + c_architecture(i, course)


def c_course(i: int, course: Course) -> str:
    room = ", ".join(name for name in memory_of_course(course) if name != "order")
    fields = [
        c_network(i, course, bias=True),
        f"pn_{course.initialization}, {course.weights_seed}, {course.seed}",
        f"X_{i}, Y_{i}, offset_{i}, scale_{i}, dropout_{i}",
        f"{len(course.X)}, {len(course.held_X)}, {course.batch_size}, {course.epochs}",
        f"{course.patience}, {{{', '.join(map(c_number, rates(course)))}}}",
        f"{c_number(course.largest_norm)}, &stream, order, {room}",
    ]
    return f"static const struct course course_{i} = {{{', '.join(fields)}}};\n"


def rates(course: Course) -> list[float]:
    """In the order of `Rates` and struct pn_rates."""
    return [*vars(course.optimizer.rates(course.rate)).values()]


def c_architecture(i: int, training: Recipe | Course) -> str:
    activations = [f"&pn_{name}_activation" for name in training.activations]
    return c_array(f"size_t sizes_{i}", map(str, training.sizes)) + c_array(
        f"struct pn_activation *const activations_{i}", activations
    )


def c_network(i: int, training: Recipe | Course, bias: bool) -> str:
    network = f"sizes_{i}, activations_{i}, &pn_{training.loss}_loss, parameters"
    return f"{{{network}, {len(training.activations)}, {int(bias)}}}"


def c_numbers(i: int, arrays: dict[str, list[float]]) -> str:
    return "".join(
        c_array(f"double {name}_{i}", map(c_number, numbers)) for name, numbers in arrays.items()
    )


def c_array(name: str, items) -> str:
    return f"static const {name}[] = {{{', '.join(items)}}};\n"


def c_number(value: float) -> str:
    return float(value).hex()


def python_text(names: list[str]) -> str:
    """ARTICLES and COURSES for workload.py; numbers are written as their bits."""
    articles = [python_tuple(recipe) for recipe in recipes(names)]
    return f"ARTICLES = {articles!r}\nCOURSES = {[*map(python_dict, courses(names))]!r}\n"


def python_tuple(recipe: Recipe) -> tuple:
    data = bits(flat(recipe.weights)), bits(values(recipe.X)), bits(values(recipe.Y))
    how = [*recipe.activations], recipe.loss, recipe.bias, bits([recipe.rate])
    return (*data, recipe.sizes, recipe.batch_size, *how, recipe.epochs)


def python_dict(course: Course) -> dict:
    fields = course._asdict()
    fields["rates"] = bits(rates(course))
    del fields["rate"]
    for name in ("X", "Y", "held_X", "held_Y"):
        fields[name] = bits(values(fields[name]))
    for name in ("scale", "largest_norm"):
        fields[name] = bits([fields[name]])
    return {**fields, "dropout": bits(course.dropout)}


def values(matrix: list) -> list[float]:
    return [value for row in matrix for value in row]


def bits(numbers: list[float]) -> str:
    """16 hexadecimal digits for each number: its big-endian binary64."""
    return pack(f">{len(numbers)}d", *numbers).hex()
