"""docs/errata.md: each command prints what stands below it, and NumPy agrees with the numbers."""

import contextlib
import io
import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import purenn
from purenn import commands
from purenn.articles import digits, house_price, letters, letters_printed, planar
from purenn.articles.printed import Options
from purenn.commands.reproduce import ARTICLES
from purenn.engines import engine as choose
from purenn.shipped import dataset_tables, numbers

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "errata.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##|\Z)", PAGE, re.M | re.S))
BLOCK = re.compile(r"^```sh\n(.*?)```\n\n```text\n(.*?)```", re.M | re.S)
SLOW = ('engine("c")', "digits --backend c", "planar --backend c")

COMMANDS = [
    pytest.param(
        command,
        printed,
        id=f"{erratum}-{number}",
        marks=[pytest.mark.slow] if any(word in command for word in SLOW) else [],
    )
    for erratum, text in SECTIONS.items()
    for number, (command, printed) in enumerate(BLOCK.findall(text), 1)
]


# The page
# --------


def test_numbers_are_consecutive_and_in_the_table_of_contents():
    by_article = {}
    for erratum in SECTIONS:
        by_article.setdefault(erratum[0], []).append(int(erratum[1:]))
    assert list(by_article) == ["H", "L", "D", "P"]
    for found in by_article.values():
        assert found == list(range(1, len(found) + 1))
    assert re.findall(r"^- \[(\w+)\]\(#(\w+)\) ", PAGE, re.M) == [
        (erratum, erratum.lower()) for erratum in SECTIONS
    ]


def test_errata_of_the_programs_are_on_the_page():
    programs = Path(purenn.__file__).parent / "articles"
    used = set()
    for program in programs.glob("*.py"):
        used.update(re.findall(r'"([HLDP][0-9]+)"', program.read_text(encoding="utf-8")))
    assert {"H1", "L3", "L6", "L18", "L20", "D1"} <= used
    assert used <= set(SECTIONS)


def test_documents_are_as_the_programs_say():
    """A row for each: its number, title, author, site, date and how many numbers it prints."""
    rows = re.findall(r"^\| (\d{3}) \|(.*)\|$", PAGE, re.M)
    found = {number: [cell.strip() for cell in row.split("|")] for number, row in rows}
    documents = [document for article in ARTICLES.values() for document in article.DOCUMENTS]
    assert sorted(found) == sorted(document.number for document in documents)
    for document in documents:
        title, *facts, numbers = found[document.number]
        assert title == (document.title if document.number != "004" else "the same")
        given = (document.author, document.site, document.date)
        assert facts == [fact or "–" for fact in given]
        assert int(numbers) == document.numbers


def test_the_counts_are_what_the_programs_compare():
    """On the page, and in README.md's table."""
    numbers = [
        number
        for article in ARTICLES.values()
        for epochs in [1 if article in (planar, digits) else None]
        for number in article.reproduce(choose("python"), str, Options(epochs)).numbers
    ]
    total, reproduced, repeats = (
        sum(number.counts_as for number in numbers if which(number))
        for which in (lambda n: True, lambda n: n.agrees, lambda n: n.repeats)
    )
    errata = Counter()
    for number in numbers:
        if not number.agrees:
            errata[number.erratum] += number.counts_as
    shares = ", ".join(f"{n} [{e}](#{e.lower()})" for e, n in errata.most_common() if n)
    page, readme = (" ".join(text.split()) for text in (PAGE, README))
    assert f"compares all {total} numbers" in page
    assert f"{reproduced} are reproduced and {sum(errata.values())} are errata: {shares}." in page
    assert f"Of the {total}, {repeats} stand in 004" in page
    assert f"print {total} numbers; {repeats} of these repeat others" in readme
    assert f"{reproduced} reproduced, {sum(errata.values())} errata, none differing" in readme


def test_purenn_commands_parse():
    shown = re.findall(r"^```sh\n(purenn .*)", PAGE, re.M)
    shown += re.findall(r"`(purenn [^`]*)`", PAGE.replace(" N`", " 1`"))
    assert len(shown) > 5
    for command in shown:
        options = commands.parsed(words(command))
        assert set(options.article) <= set(ARTICLES)


def words(command):
    """The arguments of a purenn command, up to its first pipe."""
    return shlex.split(command.split(" | ")[0])[1:]


def test_snippets_are_short():
    for case in COMMANDS:
        assert len(case.values[0].splitlines()) <= 8 + 2  # and its first and last line
    assert all(len(line) <= 100 for line in PAGE.splitlines())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("command, printed", COMMANDS)
def test_command_prints_what_the_page_says(command, printed, request):
    if re.search(r'--backend c|(engine|network)\("c"\)', command):
        request.getfixturevalue("native")
    output = io.StringIO()
    first, *stages = command.strip().split(" | ")
    if first.startswith("python -S "):
        python = [sys.executable, *shlex.split(first)[1:]]
        lines = subprocess.check_output(python, cwd=ROOT, encoding="utf-8").splitlines()
    elif first.startswith("purenn "):
        with contextlib.redirect_stdout(output):
            assert commands.main(words(command)) == 0
        lines = output.getvalue().splitlines()
    else:
        code = python_code(command)
        for module in re.findall(r"\bimport (numpy|pandas|matplotlib)\b", code):
            pytest.importorskip(module)
        with contextlib.redirect_stdout(output):
            exec(code, {"__name__": "__main__"})
        lines, stages = output.getvalue().splitlines(), []
    for stage in stages:
        lines = filtered(lines, shlex.split(stage))
    assert [line.rstrip() for line in lines] == printed.splitlines()


def filtered(lines, stage):
    """What grep and tr make of the lines, as the page uses them."""
    if stage == ["tr", "-s", " "]:
        return [re.sub(" +", " ", line) for line in lines]
    assert stage[0] == "grep" and stage[1:-1] in ([], ["-E"])
    return [line for line in lines if re.search(stage[-1], line)]


def python_code(command):
    """The code of `python - <<'END'` … END or of `python -c "…"`."""
    first, *rest = command.splitlines()
    if first == "python - <<'END'":
        assert rest[-1] == "END"
        return "\n".join(rest[:-1])
    python, c, code = shlex.split(command)
    assert (python, c) == ("python", "-c")
    return code


# House price, in NumPy
# ---------------------


def house_steps(np, rows):
    """z2, a2, z3 and y of the article, from weights of 0.5."""
    X = np.array(rows, dtype=float)
    z2 = (X / X.max(axis=0)) @ np.full((2, 3), 0.5)
    a2 = sigmoid(np, z2)
    z3 = a2 @ np.full((3, 1), 0.5)
    return {"z2": z2, "a2": a2, "z3": z3, "y": sigmoid(np, z3)}


def sigmoid(np, z):
    return 1 / (1 + np.exp(-z))


def test_h1_numbers_come_from_other_rows():
    np = pytest.importorskip("numpy")
    printed_rows = house_steps(np, [[2, 7], [1, 3], [3, 9]])
    other_rows = house_steps(np, [[2, 9], [1, 5], [3, 6]])
    for name, printed in house_price.PRINTED.items():
        printed = np.array(printed, dtype=float)
        assert np.array_equal(np.round(other_rows[name], 8), printed)
        assert not np.isclose(printed_rows[name], printed, atol=1e-3, rtol=0).any()
    assert np.array_equal(np.round(printed_rows["z2"][:, 0], 8), [0.72222222, 0.33333333, 1.0])


def test_h2_equal_units_stay_equal_and_random_ones_do_not():
    X, Y = house_price.scale(house_price.PRINTED_ROWS, [3.0, 9.0]), [0.94, 0.89, 0.83]
    equal = [(house_price.W1, [0.0] * 3), (house_price.W2, [0.0])]
    for start, units in ((equal, 1), (house_price.random_weights(1), 3)):
        net = purenn.Network((2, 3, 1), bias=False, seed=0)
        net.set_weights(start)
        net.fit(X, Y, epochs=200, learning_rate=0.5)
        (W1, _), (W2, _) = net.get_weights()
        assert len(set(zip(*W1))) == len(set(map(tuple, W2))) == units


# Letters, in NumPy
# -----------------


class Letters:
    """The article's network in NumPy."""

    def __init__(self, np):
        self.np = np
        self.x = np.array([letters.a, letters.b, letters.c], dtype=float)[:, None, :]
        self.y = np.eye(3)

    def weights(self, name):
        return [self.np.array(w) for w in letters.weights(name)]

    def forward(self, x, w1, w2):
        a1 = sigmoid(self.np, x @ w1)
        return a1, sigmoid(self.np, a1 @ w2)

    def loss(self, x, y, w1, w2):
        return ((self.forward(x, w1, w2)[1] - y) ** 2).mean()

    def gradients(self, x, y, w1, w2, factor):
        """Of the error (a2 − y)·factor(a2): the article's factor is 1."""
        a1, a2 = self.forward(x, w1, w2)
        d2 = (a2 - y) * factor(a2)
        return x.T @ ((d2 @ w2.T) * a1 * (1 - a1)), a1.T @ d2

    def train(self, w1, w2, epochs=100, labels_of_loss=None, factor=lambda a2: 1.0):
        """The accuracies, and the trained weights; `labels_of_loss` are the article's Y."""
        labels = self.y if labels_of_loss is None else labels_of_loss
        acc = []
        for _ in range(epochs):
            losses = []
            for i in range(3):
                losses.append(self.loss(self.x[i], labels[i], w1, w2))
                g1, g2 = self.gradients(self.x[i], self.y[i], w1, w2, factor)
                w1, w2 = w1 - 0.1 * g1, w2 - 0.1 * g2
            acc.append(100 * (1 - sum(losses) / 3))
        return acc, w1, w2

    def right(self, w1, w2):
        """How many of the three letters are recognised."""
        return sum(self.forward(self.x[i], w1, w2)[1].argmax() == i for i in range(3))


@pytest.fixture(scope="module")
def net():
    return Letters(pytest.importorskip("numpy"))


@pytest.fixture(scope="module")
def recovered(net):
    return net.weights("letters_recovered_initial_weights.csv")


def mean_squared_error_factor(a2):
    return 2 / 3 * a2 * (1 - a2)


def test_l1_acc_is_not_an_accuracy(net, recovered):
    assert 100 * (1 - ((0.5 - net.y) ** 2).mean()) == 75.0
    w1, w2 = recovered
    right = []
    for _ in range(100):
        _, w1, w2 = net.train(w1, w2, epochs=1)
        right.append(net.right(w1, w2))
    assert right == [1] * 9 + [2] + [3] * 90


def test_l2_steps_descend_the_cross_entropy(net, recovered):
    np = net.np
    x, y = net.x[0], net.y[0]

    def cross_entropy(w1, w2):
        a2 = net.forward(x, w1, w2)[1]
        return -(y * np.log(a2) + (1 - y) * np.log(1 - a2)).sum()

    def squared_error(w1, w2):
        return net.loss(x, y, w1, w2)

    for loss, factor in (
        (cross_entropy, lambda a2: 1.0),
        (squared_error, mean_squared_error_factor),
    ):
        for g, exact in zip(net.gradients(x, y, *recovered, factor), slopes(np, loss, *recovered)):
            assert np.abs(g - exact).max() < 1e-8
    acc, w1, w2 = net.train(*recovered, factor=mean_squared_error_factor)
    assert round(acc[-1], 2) == 82.06
    assert net.right(w1, w2) == 2


def slopes(np, loss, *weights):
    """The derivatives of the loss by each weight, by central differences."""
    result = []
    for w in weights:
        slope = np.zeros_like(w)
        for index in np.ndindex(w.shape):
            value = w[index]
            w[index] = value + 1e-5
            above = loss(*weights)
            w[index] = value - 1e-5
            slope[index] = (above - loss(*weights)) / 2e-5
            w[index] = value
        result.append(slope)
    return result


def test_l3_printed_weights_are_from_two_runs(net, recovered):
    np = net.np
    (printed,) = dataset_tables("letters_accuracies.csv")
    printed = np.array(numbers(printed))[:, 1]
    start = net.weights("letters_printed_initial_weights.csv")
    trained = net.weights("letters_printed_trained_weights.csv")
    dark = (net.x == 0).all(axis=(0, 1))
    assert dark.sum() == 8 and dark[0]
    # Rows of dark pixels stay, and yet they differ between the printouts.
    acc, w1, _ = net.train(*start)
    assert np.array_equal(w1[dark], start[0][dark])
    assert np.abs(trained[0][dark] - start[0][dark]).min() > 1e-3
    assert round(acc[-1], 2) == 97.69
    # The recovered start has what is printed; the trained weights go on from it.
    acc, w1, w2 = net.train(*recovered)
    assert np.abs(acc - printed).max() < 1e-12
    assert np.array_equal(np.round(w1, 8), trained[0])
    assert np.array_equal(np.round(w2, 8), trained[1])
    assert np.array_equal(w1[dark], recovered[0][dark])
    assert round(net.train(*trained, epochs=1)[0][0], 3) == 93.503


def test_l5_labels_passed_in_do_not_train(net, recovered):
    np = net.np
    acc, *trained = net.train(*recovered)
    other_acc, *other_trained = net.train(*recovered, labels_of_loss=net.y[[1, 2, 0]])
    assert abs(acc[-1] - other_acc[-1]) > 10
    assert all(np.array_equal(ours, others) for ours, others in zip(trained, other_trained))


def test_l15_trained_weights_have_another_acc(net):
    trained = net.weights("letters_printed_trained_weights.csv")
    losses = [net.loss(net.x[i], net.y[i], *trained) for i in range(3)]
    assert round(100 * (1 - sum(losses) / 3), 3) == 93.683


def test_l20_after_one_epoch_every_letter_is_an_a(net):
    """From 004's printed initial weights; after 100, all three are right."""
    start = net.weights("letters_printed_initial_weights.csv")
    for epochs, expected in ((1, [0, 0, 0]), (100, [0, 1, 2])):
        _, w1, w2 = net.train(*start, epochs=epochs)
        assert [net.forward(x, w1, w2)[1].argmax() for x in net.x] == expected


def test_l6_a_letter_of_31_pixels_is_no_image(net):
    pixels = [int(pixel) for pixel in letters_printed.PRINTED_C_IN_004.replace(" ", "")]
    assert len(pixels) == 31
    with pytest.raises(ValueError):
        net.np.array(pixels).reshape(1, 30)


# Digits, in NumPy
# ----------------


def test_d4_epsilon_is_a_shift_of_the_biases():
    np = pytest.importorskip("numpy")
    Z = np.linspace(-30, 30, 601)
    printed = 1 / (1 + np.exp(-Z + 1e-5))
    assert np.allclose(printed, sigmoid(np, Z - 1e-5), rtol=1e-13, atol=0)
    assert not np.allclose(printed, sigmoid(np, Z), rtol=1e-6, atol=0)
    with np.errstate(over="ignore"):
        assert np.exp(-800 + 1e-5) == 0.0 and np.isinf(np.exp(800 + 1e-5))
