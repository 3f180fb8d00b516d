"""The articles' printed figures, on both engines; and the digits recipe against NumPy's."""

import pytest
from bits import bits

from purenn.articles import digits, house_price, letters, planar
from purenn.articles.figures import Options, array_text, exact_figure, text_figure, trimmed
from purenn.engines import lists


def reproduced(module, engine, **options):
    printed = []
    return module.reproduce(engine, printed.append, Options(**options)), "\n".join(printed)


def test_house_price_to_all_printed_digits(engine):
    result, output = reproduced(house_price, engine)
    assert sum(figure.agrees for figure in result.figures) == 24
    assert {figure.erratum for figure in result.figures if not figure.agrees} == {"H1"}
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


def test_letters_every_printed_figure(engine):
    result, output = reproduced(letters, engine)
    by_name = {figure.name: figure for figure in result.figures}
    accuracies = [f for name, f in by_name.items() if name.startswith("acc, epoch")]
    accuracies = [figure for figure in accuracies if not figure.erratum]
    assert len(accuracies) == 100
    assert all(abs(float(f.computed) - float(f.printed)) <= 1e-12 for f in accuracies)
    trained = [f for name, f in by_name.items() if name.startswith("trained w")]
    assert len(trained) == 165
    assert all(float(f.computed) == float(f.printed) for f in trained)
    assert by_name["prediction"].agrees
    assert "Image is of letter B." in output
    assert {f.erratum for f in result.figures if not f.agrees} == {"L3", "L6"}
    from_printed_start = by_name["acc, epoch 100, from the printed initial weights"]
    assert float(from_printed_start.computed) == pytest.approx(97.69, abs=0.005)


def test_letters_fit_ends_at_the_article_s_weights(engine):
    """The article's steps are those of binary cross-entropy, one letter at a time."""
    w1, w2 = letters.weights("letters_recovered_initial_weights.csv")
    by_hand = letters.trained_from(engine, (w1, w2), letters.EPOCHS)
    f = engine.functions
    parameters = engine.parameters([(w1, letters.NO_BIAS_1), (w2, letters.NO_BIAS_2)])
    how = (("sigmoid", "sigmoid"), "binary_cross_entropy", False, letters.ALPHA)
    X = engine.matrix([row for (row,) in letters.x])
    Y = engine.matrix([row for (row,) in letters.y])
    for _ in range(letters.EPOCHS):
        f.train_epoch(parameters, X, Y, range(3), 1, *how)
    assert bits([W for W, _ in parameters]) == bits(by_hand[:2])


def test_letters_with_a_seed_are_another_run(engine):
    result, _ = reproduced(letters, engine, seed=3, epochs=5)
    assert not any(figure.name.startswith("acc") for figure in result.figures)
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
    X, Y, _ = images.part(engine, 0, 40)
    sizes = (64, 16, 16, 10)
    parameters = engine.parameters(digits.initial_parameters(sizes, 5))
    costs = [
        engine.functions.train_epoch(
            parameters, X, Y, range(40), 40, digits.ACTIVATIONS, digits.LOSS, True, digits.ALPHA
        )
        for _ in range(3)
    ]

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
    for (own_W, own_b), w, b, shift in zip(parameters, W, B, (1e-5, 1e-5, 0)):
        assert np.array(lists(own_W)) == pytest.approx(w.T, rel=1e-9, abs=1e-11)
        assert np.array(lists(own_b)) == pytest.approx(b - shift, rel=1e-9, abs=1e-11)


def test_digits_splits_in_the_article_s_proportion():
    images, count = digits.load(None)
    assert len(images.labels) == 1797
    assert count == round(1797 * 30000 / 42000) == 1284
    assert sorted(set(images.labels)) == list(range(10))
    assert max(images.pixels) == 16


def test_digits_learns(engine):
    result, output = reproduced(digits, engine, epochs=20)
    assert result.trace[-1] < result.trace[0]
    assert "20 of 500 epochs" in result.shortened
    assert "Training accuracy" in output


@pytest.mark.parametrize(
    ("printed", "computed", "agrees"),
    [
        ("93.42842117607569", 93.4284211760764, True),
        ("93.42842117607569", 93.4284211760779, False),
    ],
)
def test_accuracies_agree_within_1e_12_and_no_more(printed, computed, agrees):
    assert exact_figure("letters", "acc", printed, computed).agrees is agrees


def test_texts_agree_apart_from_white_space():
    assert text_figure("letters", "y", "[1 0]", "[1  0]").agrees
    assert not text_figure("letters", "y", "[1 0]", "[0 1]").agrees


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
