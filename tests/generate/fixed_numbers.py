"""What the programs that write values by peers share: the numbers that go in, and the file."""

import json


def numbers(start, n_rows, n_columns, low, high):
    """Rows of numbers from low to high with three decimals: a Lehmer generator's, from start."""
    state = start + 1
    flat = []
    for _ in range(3 + n_rows * n_columns):
        state = 48271 * state % (2**31 - 1)
        flat.append(round(low + (high - low) * state / (2**31 - 1), 3))
    flat = flat[3:]  # the first ones of neighbouring starts lie close together
    return [flat[i : i + n_columns] for i in range(0, len(flat), n_columns)]


def weights_of(sizes, start):
    """A pair (W, b) for each layer."""
    return [
        (numbers(start + i, n_in, n_out, -1.2, 1.2), numbers(start - i, 1, n_out, -0.4, 0.4)[0])
        for i, (n_in, n_out) in enumerate(zip(sizes, sizes[1:]), 50)
    ]


def write_json(path, source, version, parts):
    """An object with the source's version and each part, a list with one case on each line."""
    texts = [f'"{source}": "{version}"']
    for name, cases in parts.items():
        texts.append(f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]")
    path.write_text("{\n" + ",\n".join(texts) + "\n}\n", encoding="utf-8")
