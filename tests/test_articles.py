"""The articles' printed numbers, on both engines; and the digits recipe against NumPy's."""

import json
import re
from pathlib import Path

import pytest
from bits import bits
from cases import train_epoch

from purenn.articles import digits, house_price, letters, planar
from purenn.articles.printed import (
    Document,
    Options,
    array_text,
    compare_digits,
    compare_words,
    trimmed,
)
from purenn.engines import engine as engine_of

# What people are shown gives no false alarm.
pytestmark = pytest.mark.filterwarnings("error::purenn.TrainingWarning")

DOCUMENT = Document("letters", "0", "Title", numbers=1)


def reproduced(module, engine, **options):
    printed = []
    return module.reproduce(engine, printed.append, Options(**options)), "\n".join(printed)


def test_house_price_to_all_printed_digits(engine):
    result, output = reproduced(house_price, engine)
    counted = [number for number in result.numbers if number.counts_as]
    assert len(counted) == 24 and all(number.agrees for number in counted)
    once_more = [number for number in result.numbers if not number.counts_as]
    assert len(once_more) == 12 and {number.verdict for number in once_more} == {"erratum H1"}
    assert "0 of 12" in result.remark and "H1" in result.remark
    printed = "[[1.04558893]\n [0.91397631]\n [1.04558893]]"  # as in the article
    assert printed in output


def test_house_price_equal_hidden_units_stay_equal(engine):
    network, losses = house_price.train(
        engine, [(house_price.W1, [0.0] * 3), (house_price.W2, [0.0])], 200
    )
    (W1, _), (W2, _) = network.get_weights()
    assert all(len({bits(value) for value in row}) == 1 for row in W1)
    assert len({bits(value) for (value,) in W2}) == 1
    assert losses[-1] < losses[0] / 5


def test_house_price_answers_between_its_prices(engine):
    _, output = reproduced(house_price, engine)
    answers = [line for line in output.splitlines() if "quality 7" in line]
    assert len(answers) == 2
    assert all(80 < float(line.rsplit(" ", 1)[1]) < 100 for line in answers)


def test_letters_every_printed_number(engine):
    result, output = reproduced(letters, engine)
    by_name = {number.name: number for number in result.numbers}
    accuracies = [n for name, n in by_name.items() if re.fullmatch(r"acc, epoch \d+", name)]
    assert len(accuracies) == 100
    assert all(abs(float(n.computed) - float(n.printed)) <= 1e-12 for n in accuracies)
    trained = [n for name, n in by_name.items() if name.startswith("trained w")]
    assert len(trained) == 165
    assert all(float(n.computed) == float(n.printed) for n in trained)
    assert by_name["prediction"].agrees
    assert "Image is of letter B." in output
    from_printed_start = by_name["acc, epoch 100, from the printed initial weights"]
    assert float(from_printed_start.computed) == pytest.approx(97.69, abs=0.005)
    assert not any("\n" in number.printed + number.computed for number in result.numbers)
    assert by_name["prediction, document 004"].computed == "Image is of letter A."
    initial = [n for name, n in by_name.items() if re.fullmatch(r"initial w[12]\[.*\]", name)]
    assert len(initial) == 165
    assert not any(float(n.computed) == float(n.printed) for n in initial)
    assert errata(result) == {"L3": 165, "L6": 31, "L18": 165, "L20": 1}


def errata(result):
    """How many printed numbers each erratum explains."""
    found = {}
    for number in result.numbers:
        if number.counts_as and not number.agrees:
            found[number.erratum] = found.get(number.erratum, 0) + number.counts_as
    return found


PRINTED = json.loads(
    (Path(__file__).parent / "data" / "printed_numbers.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("module", [house_price, letters, planar, digits])
def test_every_number_that_a_document_prints_is_compared(engine, module):
    """Their places and values are as the documents have them, and so are the documents' counts."""
    epochs = None if module in (house_price, letters) else 1
    result, _ = reproduced(module, engine, epochs=epochs)
    for document in module.DOCUMENTS:
        printed = [number for place in PRINTED[document.number].values() for number in place]
        assert document.numbers == len(printed)
        compared = [n for n in result.numbers if n.document is document and n.counts_as]
        assert sum(number.counts_as for number in compared) == len(printed)
        assert "".join(plain(number.printed) for number in compared) == "".join(printed)


def plain(printed):
    """What is printed without what stands around its numbers."""
    return re.sub(r"Image is of letter|[][ %]|\.$", "", printed)


def test_what_004_repeats_is_what_000_prints_too():
    result, _ = reproduced(letters, engine_of("python"))
    first, second = letters.DOCUMENTS
    names = {n.name: n.printed for n in result.numbers if n.document is first}
    for number in result.numbers:
        in_first = names.get(number.name.replace(", document 004", ""))
        assert number.repeats == (number.document is second and number.printed == in_first)


def test_822_numbers_are_printed_and_235_of_them_repeat_others():
    """The letters' second edition repeats its first, but for the 31 pixels of its C."""
    counts = {document: sum(map(len, places.values())) for document, places in PRINTED.items()}
    assert counts == {"000": 530, "001": 24, "002": 2, "003": 0, "004": 266}
    assert sum(counts.values()) == 822
    first, second = PRINTED["000"], PRINTED["004"]
    assert sum(len(second[place]) for place in second if second[place] == first[place]) == 235


def test_letters_fit_ends_at_the_article_s_weights(engine):
    """The article's steps are those of binary cross-entropy, one letter at a time."""
    w1, w2 = letters.weights("letters_recovered_initial_weights.csv")
    by_hand = letters.trained_from(engine, (w1, w2), letters.RECIPE.epochs)
    f = engine.functions
    start = [([list(row) for row in w1], [0.0] * 5), ([list(row) for row in w2], [0.0] * 3)]
    recipe = letters.RECIPE
    network = f.Network(start, recipe.activations, recipe.loss, recipe.bias)
    X = engine.matrix([row for (row,) in letters.x])
    Y = engine.matrix([row for (row,) in letters.y])
    for _ in range(recipe.epochs):
        train_epoch(f, network, X, Y, range(3), 1, recipe.learning_rate)
    assert bits([W for W, _ in network.parameters]) == bits(by_hand[:2])


def test_letters_with_a_seed_are_another_run(engine):
    result, _ = reproduced(letters, engine, seed=3, epochs=5)
    assert {number.name.split(",")[0] for number in result.numbers} == {"x", "y"}
    assert "seed 3" in result.shortened


@pytest.mark.parametrize("module", [house_price, letters, planar, digits])
def test_both_engines_compute_the_same_bits(native, module):
    from purenn.engines import engine as choose

    traces = [reproduced(module, choose(name), epochs=4)[0].trace for name in ("python", "c")]
    assert bits(traces[0]) == bits(traces[1])
    assert len(traces[0]) >= 4


def test_digits_recipe_is_the_article_s(engine):
    """Three epochs of the article's loop in NumPy, 1e-5 and all, against purenn's."""
    np = pytest.importorskip("numpy")
    images, _ = digits.load(None)
    X, Y, _ = images.part(0, 40)
    recipe, sizes = digits.ON_SHIPPED_IMAGES, (64, 16, 16, 10)
    network = recipe.network(engine.name, digits.initial_parameters(sizes, 5))
    costs = network.fit(X, Y, epochs=3, learning_rate=0.8).history["loss"]

    stream = np.random.RandomState(5)
    W, B = [], []
    for n_in, n_out in zip(sizes, sizes[1:]):
        W.append(stream.rand(n_out, n_in) - 0.5)
        B.append(stream.rand(n_out) - 0.5)
    x = np.frombuffer(images.pixels, dtype=np.uint8)[: 40 * 64].reshape(40, 64).astype(float)
    one_hot = np.eye(10)[images.labels[:40]]
    expected = []
    for _ in range(3):
        dW, dB, cost = [0, 0, 0], [0, 0, 0], 0
        for sample, target in zip(x, one_hot):
            A1 = 1 / (1 + np.exp(-(W[0] @ sample + B[0]) + 1e-5))
            A2 = 1 / (1 + np.exp(-(W[1] @ A1 + B[1]) + 1e-5))
            y = np.exp(W[2] @ A2 + B[2] + 1e-5)
            y /= y.sum()
            cost -= np.log(y[target == 1][0])
            dz3 = y - target
            dz2 = A2 * (1 - A2) * (W[2].T @ dz3)
            dz1 = A1 * (1 - A1) * (W[1].T @ dz2)
            for layer, (dz, inputs) in enumerate(((dz1, sample), (dz2, A1), (dz3, A2))):
                dW[layer] = dW[layer] + np.outer(dz, inputs)
                dB[layer] = dB[layer] + dz
        for layer in range(3):
            W[layer] -= 0.8 * dW[layer] / 40
            B[layer] -= 0.8 * dB[layer] / 40
        expected.append(cost / 40)
    assert costs == pytest.approx(expected, rel=1e-10)
    for (own_W, own_b), w, b, shift in zip(network.get_weights(), W, B, (1e-5, 1e-5, 0)):
        assert np.array(own_W) == pytest.approx(w.T, rel=1e-9, abs=1e-11)
        assert np.array(own_b) == pytest.approx(b - shift, rel=1e-9, abs=1e-11)


def test_digits_splits_in_the_article_s_proportion():
    images, count = digits.load(None)
    assert len(images.labels) == 1797
    assert count == round(1797 * 30000 / 42000) == 1284
    assert sorted(set(images.labels)) == list(range(10))
    assert max(images.pixels) == 16


def test_digits_learns(engine):
    result, output = reproduced(digits, engine, epochs=5)
    assert result.trace[-1] < result.trace[0]
    assert "5 of 500 epochs" in result.shortened
    assert "Training accuracy" in output


@pytest.mark.parametrize(
    ("printed", "computed", "agrees"),
    [
        ("93.42842117607569", 93.4284211760764, True),
        ("93.42842117607569", 93.4284211760779, False),
    ],
)
def test_accuracies_agree_within_1e_12_and_no_more(printed, computed, agrees):
    assert compare_digits(DOCUMENT, "acc", printed, computed).agrees is agrees


def test_words_agree_apart_from_white_space():
    assert compare_words(DOCUMENT, "y", "[1 0]", "[1  0]").agrees
    assert not compare_words(DOCUMENT, "y", "[1 0]", "[0 1]").agrees


def test_a_document_says_what_it_does_not_give():
    document = Document("letters", "9", "Title", 1, site="example", date="1 May")
    assert str(document) == 'document 9: "Title" (example; 1 May; author not given)'
    assert str(DOCUMENT) == 'document 0: "Title" (author, site, date not given)'


def test_arrays_look_like_numpy_s():
    np = pytest.importorskip("numpy")
    stream = np.random.RandomState(4)
    for rows in (
        stream.randn(5, 3),
        30 * stream.rand(3, 4) - 15,
        np.array([[0.5], [1.0], [-2.25]]),
    ):
        rows = rows.round(8)
        assert array_text(rows.tolist()) == str(rows)
    assert trimmed("1.00000000") == "1."
