"""The door to C: float64 buffers are used where they lie, and nothing wrong gets past it."""

import subprocess
import sys
from array import array
from decimal import Decimal

import pytest
from bits import bits

from purenn import reference
from purenn.engines import ACTIVATIONS, LOSSES, lists

NAN, INF = float("nan"), float("inf")

# Z = X·W + b of these: each row of X is summed, plus 1 and 2.
X = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
W = [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
B = [1.0, 2.0]
Z = [[4.0, 5.0], [13.0, 14.0]]

# A small network in the native form: [(W, b), ...].
LAYERS = [([[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0]), ([[1.0], [2.0]], [0.5])]
INPUTS, TARGETS = [[0.1, 0.2], [0.3, 0.4]], [[1.0], [0.0]]
HOW = (["tanh", "sigmoid"], "mean_squared_error", True)


def doubles(count, *shape):
    """A writable buffer of zeros, without NumPy."""
    view = memoryview(bytearray(8 * count)).cast("d")
    return view.cast("B").cast("d", shape) if shape else view


def bytes_in_rows(*shape):
    """0, 1, 2 ... as a buffer of bytes of that shape."""
    return memoryview(bytes(range(shape[0] * shape[1]))).cast("B", shape)


def refused(call, *words):
    """That the call raises ValueError or TypeError, readable, with all of the words."""
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert len(message.splitlines()) <= 2 and len(message) <= 300, message


def in_a_process_of_its_own(code, tmp_path):
    """What the code prints: it would take this process with it if C got what is wrong."""
    result = subprocess.run(
        [sys.executable, "-c", "from array import array\nfrom purenn import native\n" + code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert result.returncode == 0, (result.returncode, result.stderr)
    return result.stdout.strip()


# What is accepted


ACCEPTED = {
    "lists": X,
    "tuples": tuple(map(tuple, X)),
    "ints": [[0, 1, 2], [3, 4, 5]],
    "truth values": [[False, True, 2], [3, 4, 5]],
    "decimals": [[Decimal(value) for value in row] for row in X],
    "ranges": [range(3), range(3, 6)],
    "arrays": [array("d", row) for row in X],
    "arrays of ints": [array("i", map(int, row)) for row in X],
    "memoryviews": [memoryview(array("d", row)) for row in X],
    "a memoryview": memoryview(array("d", range(6))).cast("B").cast("d", (2, 3)),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(native, name):
    assert native.affine(ACCEPTED[name], W, B).tolist() == Z
    assert native.affine(X, W, array("d", B)).tolist() == Z
    assert native.affine(X, W, tuple(B)).tolist() == Z


@pytest.mark.parametrize("dtype", ["f8", "<f8" if sys.byteorder == "little" else ">f8", "d", "=d"])
def test_accepted_numpy_arrays(native, dtype):
    np = pytest.importorskip("numpy")
    given = np.array(X, dtype), np.array(W, dtype), np.array(B, dtype)
    assert native.affine(*given).tolist() == Z
    given[0].flags.writeable = False
    assert native.affine(*given).tolist() == Z
    assert native.affine(list(given[0]), W, B).tolist() == Z


def test_special_numbers_pass(native):
    """The arithmetic is defined for them; Network is what refuses them in data."""
    ((z,),) = native.affine([[INF]], [[1.0]], [0.0]).tolist()
    assert z == INF
    ((z,),) = native.affine([[NAN]], [[1.0]], [0.0]).tolist()
    assert z != z


def test_nothing_to_do(native):
    assert native.affine([], W, B).tolist() == []
    assert native.affine(native.Matrix(0, 3), W, B).tolist() == []
    assert native.affine(native.Matrix(2, 3), native.Matrix(3, 0), []).tolist() == [[], []]
    assert native.affine(native.Matrix(2, 0), native.Matrix(0, 2), B).tolist() == [B, B]
    assert native.sigmoid_forward(native.Matrix(2, 0)).tolist() == [[], []]
    for call in (
        lambda: native.weight_gradient(native.Matrix(0, 3), native.Matrix(0, 2)),
        lambda: native.bias_gradient(native.Matrix(0, 2)),
        lambda: native.weight_gradient([], []),
        lambda: native.bias_gradient([]),
    ):
        refused(call, "at least one sample")


# Buffers are used where they lie


def test_a_matrix_is_a_view(native):
    numbers = array("d", range(6))
    matrix = native.Matrix(2, 3, numbers)
    numbers[4] = 40.0
    assert matrix.tolist() == [[0.0, 1.0, 2.0], [3.0, 40.0, 5.0]]
    matrix[0][2] = 20.0
    assert numbers[2] == 20.0
    with pytest.raises(BufferError):
        numbers.append(1.0)  # it may not move while it is seen


def test_rows_of_a_matrix(native):
    matrix = native.Matrix(2, 3, array("d", range(6)))
    assert (len(matrix), matrix.shape) == (2, (2, 3))
    assert [list(row) for row in matrix] == X == matrix.tolist()
    assert list(matrix[-1]) == X[1] and list(matrix[-2]) == X[0]
    for row in (2, -3, 10**30):
        with pytest.raises(IndexError):
            matrix[row]
    for row in ("0", None, 1.0, slice(0, 2), (0, 1)):
        with pytest.raises(TypeError):
            matrix[row]
    assert native.Matrix(3, 2).tolist() == [[0.0, 0.0]] * 3
    assert native.Matrix(3, 0).tolist() == [[], [], []]


def test_results_go_where_they_should(native):
    numbers = array("d", [9.0] * 4)
    out = native.Matrix(2, 2, numbers)
    assert native.affine(X, W, B, out=out) is out
    assert numbers.tolist() == [4.0, 5.0, 13.0, 14.0]
    flat = array("d", [9.0, 9.0])
    native.bias_gradient(X and Z, out=flat)
    assert flat.tolist() == [8.5, 9.5]
    view = doubles(4, 2, 2)
    native.affine(X, W, B, out=view)
    assert view.tolist() == Z


def test_results_in_numpy_arrays(native):
    np = pytest.importorskip("numpy")
    out = np.full((2, 2), 9.0)
    native.affine(np.array(X), np.array(W), np.array(B), out=out)
    assert out.tolist() == Z
    w = np.array([1.0, 2.0])
    native.gradient_descent(w, [2.0, 4.0], 0.25)
    assert w.tolist() == [0.5, 1.0]
    matrix = native.Matrix(2, 2, out)
    out[0, 0] = 99.0
    assert matrix[0][0] == 99.0


def test_training_changes_parameters_where_they_lie(native):
    parameters = native.Parameters(LAYERS)
    W0 = parameters[0][0]
    before = W0.tolist()
    native.train_step(parameters, INPUTS, TARGETS, *HOW, 0.5)
    assert W0.tolist() != before and parameters[0][0].tolist() == W0.tolist()
    assert LAYERS[0][0] == [[1.0, 2.0], [3.0, 4.0]]  # the lists were copied


# Matrices that are none


WRONG_MATRICES = {
    "None": (None, "NoneType"),
    "a number": (5, "int"),
    "text": ("123", "str"),
    "texts": (["123", "456"], "X[0]"),
    "text in a row": ([["1", "2", "3"]], "X[0]", "'1'"),
    "None in a row": ([[1, None, 3]], "X[0]", "None"),
    "complex in a row": ([[1, 2, 3j]], "X[0]", "3j"),
    "an integer too large": ([[1, 2, 10**400]], "X[0]", "integer"),
    "a set": ({1.0, 2.0, 3.0}, "set"),
    "a dict": ({0: [1, 2, 3]}, "dict"),
    "a generator": ((row for row in X), "generator"),
    "sets": ([{1.0, 2.0, 3.0}], "X[0]"),
    "dicts": ([{1: 1, 2: 2, 3: 3}], "X[0]"),
    "flat": ([1.0, 2.0, 3.0], "X[0]"),
    "too deep": ([[[1.0, 2.0, 3.0]]], "X[0]"),
    "ragged": ([[1, 2, 3], [1, 2]], "X", "3", "2", "1"),
    "an empty row": ([[]], "X", "3 columns", "0"),
    "narrow": ([[1, 2]], "X", "3 columns", "2"),
    "wide": ([[1, 2, 3, 4]], "X", "3 columns", "4"),
    "a flat array": (array("d", [1, 2, 3]), "X", "2 dimensions", "1"),
    "floats": (memoryview(bytes(24)).cast("f", (2, 3)), "X", "float64", "'f'"),
    "ints": (memoryview(bytes(48)).cast("q", (2, 3)), "X", "float64", "'q'"),
    "bytes in rows": (memoryview(bytes(6)).cast("B", (2, 3)), "X", "float64", "'B'"),
    "bytes": (bytes(48), "X"),
    "a bytearray": (bytearray(48), "X"),
    "bytes as rows": ([bytes(24)], "X[0]", "bytes"),
    "bytearrays as rows": ([bytearray(24)], "X[0]", "bytearray"),
    "bytearrays of another length": ([bytearray(3)], "X[0]", "bytearray"),
    "three dimensions": (doubles(6, 1, 2, 3), "X", "2 dimensions", "3"),
    "too many columns": (doubles(8, 2, 4), "X", "3 columns", "4"),
}


@pytest.mark.parametrize("name", WRONG_MATRICES)
def test_wrong_matrices(native, name):
    wrong, *words = WRONG_MATRICES[name]
    refused(lambda: native.affine(wrong, W, B), *words)


WRONG_ARRAYS = {
    "float32": (lambda np, G: G.astype("f4"), "float64", "'f'"),
    "float16": (lambda np, G: G.astype("f2"), "float64", "'e'"),
    "int64": (lambda np, G: G.astype("i8"), "float64"),
    "the other byte order": (lambda np, G: G.astype(G.dtype.newbyteorder("S")), "float64"),
    "long double": (lambda np, G: G.astype(np.longdouble), "float64"),
    "complex": (lambda np, G: G.astype(complex), "float64"),
    "objects": (lambda np, G: G.astype(object), "float64", "'O'"),
    "text": (lambda np, G: G.astype("U3"), "float64"),
    "dates": (lambda np, G: G.astype("M8[s]"), "X"),
    "records": (lambda np, G: np.zeros((2, 3), [("a", "f8")]), "float64"),
    "Fortran order": (lambda np, G: np.asfortranarray(G), "C-contiguous", "(8, 16)"),
    "transposed": (lambda np, G: G.T.copy().T, "C-contiguous"),
    "negative strides": (lambda np, G: G[::-1], "C-contiguous", "(-24, 8)"),
    "every other column": (lambda np, G: np.repeat(G, 2, 1)[:, ::2], "C-contiguous"),
    "broadcast": (lambda np, G: np.broadcast_to(1.0, (2, 3)), "C-contiguous", "(0, 0)"),
    "0 dimensions": (lambda np, G: np.array(1.0), "2 dimensions", "0"),
    "1 dimension": (lambda np, G: G[0], "2 dimensions", "1"),
    "3 dimensions": (lambda np, G: G[None], "2 dimensions", "3"),
    "no columns": (lambda np, G: np.ones((2, 0)), "3 columns", "0"),
    "rows of text": (lambda np, G: [np.array(["1", "2", "3"])], "X[0]"),
    "rows of complex numbers": (lambda np, G: [np.ones(3, complex)], "X[0]"),
    "rows of two dimensions": (lambda np, G: [np.ones((3, 1))], "X[0]"),
    "complex scalars": (lambda np, G: [[np.complex128(1), 2, 3]], "X[0]"),
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_wrong_arrays(native, name):
    np = pytest.importorskip("numpy")
    make, *words = WRONG_ARRAYS[name]
    refused(lambda: native.affine(make(np, np.array(X)), W, B), "X", *words)


@pytest.mark.parametrize("offset", range(8))
def test_buffers_that_are_not_aligned(native, offset):
    """Refused or right: some processors can't read a double at an odd address."""
    numbers = array("d", [1.0, 2.0, 3.0])
    view = memoryview(bytes(offset) + numbers.tobytes())[offset:].cast("d")
    try:
        result = native.mean(view)
    except ValueError as error:
        assert "align" in str(error)
    else:
        assert result == 2.0


def test_released_buffers(native):
    view = memoryview(array("d", [1, 2, 3]))
    view.release()
    refused(lambda: native.mean(view))
    matrix = native.Matrix(1, 3)
    matrix.data.release()
    refused(lambda: native.sigmoid_forward(matrix))


WRONG_VECTORS = {
    "None": (None, "b", "NoneType"),
    "a number": (1.0, "b", "float"),
    "text": ("12", "b", "str"),
    "bytes": (bytes(16), "b", "float64", "'B'"),
    "a bytearray": (bytearray(16), "b", "float64", "'B'"),
    "rows": ([[1.0, 2.0]], "b"),
    "None in it": ([1.0, None], "b", "None"),
    "text in it": (["1", "2"], "b", "'1'"),
    "an integer too large": ([10**400, 1], "b", "integer"),
    "a set": ({1.0, 2.0}, "b", "set"),
    "a dict": ({1.0: 1, 2.0: 2}, "b", "dict"),
    "two dimensions": (doubles(2, 1, 2), "b", "1 dimension", "2"),
    "floats": (array("f", [1, 2]), "b", "float64", "'f'"),
    "every other": (memoryview(array("d", [1, 2, 3, 4]))[::2], "b", "C-contiguous", "(16,)"),
}


@pytest.mark.parametrize("name", WRONG_VECTORS)
def test_wrong_vectors(native, name):
    wrong, *words = WRONG_VECTORS[name]
    refused(lambda: native.affine(X, W, wrong), *words)


def test_shapes_that_do_not_fit(native):
    for call, *words in (
        (lambda: native.affine(X, W, [1.0]), "W", "1 columns", "2"),
        (lambda: native.affine(X, W[:2], B), "X", "2 columns", "3"),
        (lambda: native.weight_gradient(X, Z[:1]), "dZ", "2 rows", "1"),
        (lambda: native.input_gradient(X, W), "dZ", "2 columns", "3"),
        (lambda: native.sigmoid_backward(X, Z), "dA", "2 columns", "3"),
        (lambda: native.mean_squared_error(X, Z), "Y", "3 columns", "2"),
        (lambda: native.matched_gradient(Z, X), "Y", "2 columns", "3"),
        (lambda: native.sample_losses(X, X[:1], "mean_squared_error"), "Y", "2 rows", "1"),
        (lambda: native.mean(doubles(4, 2, 2)), "L", "1 dimension", "2"),
        (lambda: native.scale_inputs(X, B, B), "X", "2 columns", "3"),
        (lambda: native.scale_inputs(X, X[0], B), "scale", "3 numbers", "2"),
        (lambda: native.scale_inputs(X, X, X[0]), "offset"),
        (lambda: native.scale_inputs(bytes_in_rows(2, 2), X[0], X[1]), "X", "3 columns", "(2, 2)"),
    ):
        refused(call, *words)


# Where results can't go


WRONG_OUTS = {
    "a list": ([[0.0, 0.0], [0.0, 0.0]], "float64 buffer", "list"),
    "a tuple": (((0.0, 0.0), (0.0, 0.0)), "float64 buffer", "tuple"),
    "text": ("text", "float64 buffer", "str"),
    "a number": (5, "float64 buffer", "int"),
    "False": (False, "float64 buffer", "bool"),
    "bytes": (bytes(32), "out"),
    "read-only": (memoryview(bytes(32)).cast("d", (2, 2)), "writable", "read-only"),
    "a flat array": (array("d", [0.0] * 4), "2 dimensions", "1"),
    "floats": (memoryview(bytearray(16)).cast("f", (2, 2)), "float64", "'f'"),
    "too wide": (doubles(6, 2, 3), "2 columns", "3"),
    "too high": (doubles(6, 3, 2), "2 rows", "3"),
    "three dimensions": (doubles(4, 2, 2, 1), "2 dimensions", "3"),
}


@pytest.mark.parametrize("name", WRONG_OUTS)
def test_wrong_outs(native, name):
    wrong, *words = WRONG_OUTS[name]
    refused(lambda: native.affine(X, W, B, out=wrong), "out", *words)


def test_wrong_numpy_outs(native):
    np = pytest.importorskip("numpy")
    read_only = np.zeros((2, 2))
    read_only.flags.writeable = False
    for wrong, word in (
        (read_only, "read-only"),
        (native.Matrix(2, 2, read_only), "read-only"),
        (memoryview(np.zeros((2, 2))).toreadonly(), "read-only"),
        (np.zeros((2, 2), "f4"), "float64"),
        (np.zeros((2, 2), int), "float64"),
        (np.zeros((2, 2), order="F"), "C-contiguous"),
        (np.zeros((2, 4))[:, ::2], "C-contiguous"),
        (np.zeros((2, 2))[::-1], "C-contiguous"),
    ):
        refused(lambda: native.affine(X, W, B, out=wrong), "out", word)  # noqa: B023
        assert not wrong.tolist()[0][0]
    refused(lambda: native.bias_gradient(Z, out=np.zeros((1, 2))), "out", "1 dimension")
    refused(lambda: native.bias_gradient(Z, out=np.zeros(3)), "out", "2 numbers", "3")
    refused(lambda: native.bias_gradient(Z, out=[0.0, 0.0]), "out", "buffer", "list")


# Results over their own inputs


def part(view, start, *shape):
    """Some numbers of a flat view, in that shape."""
    count = 1
    for size in shape:
        count *= size
    return view[start : start + count].cast("B").cast("d", shape)


@pytest.mark.parametrize("shift", range(-5, 8))
def test_sums_have_memory_of_their_own(native, shift):
    """Z over X, W or b: refused, or right where they only touch."""
    for name, shape in (("X", (2, 3)), ("W", (3, 2)), ("b", (2,))):
        memory = array("d", [1.0] * 40)
        view = memoryview(memory)
        arguments = {"X": X, "W": W, "b": B, name: part(view, 10, *shape)}
        given = {key: lists(value) for key, value in arguments.items()}
        out = part(view, 10 + shift, 2, 2)
        apart = shift <= -4 or shift >= (2 if name == "b" else 6)
        if apart:
            expected = reference.affine(*given.values())
            assert native.affine(**arguments, out=out).tolist() == expected
        else:
            refused(lambda: native.affine(**arguments, out=out), "memory")  # noqa: B023
            assert memory.tolist() == [1.0] * 40


# Every function that gives a matrix of its inputs' shape, and how many inputs it has.
SAME_SHAPE = [(f"{name}_forward", 1) for name in ACTIVATIONS]
SAME_SHAPE += [(f"{name}_backward", 2) for name in ACTIVATIONS]
SAME_SHAPE += [(f"{name}_gradient", 2) for name in (*LOSSES, "matched")]


@pytest.mark.parametrize(("name", "count"), SAME_SHAPE)
def test_in_place_is_right_and_overlap_is_refused_or_right(native, name, count):
    """out may be an input; shifted by a number or a row it must not spoil what C still reads."""
    for which in range(count):
        for shift in range(-6, 7):
            memory = array("d", [(7 * i % 10 + 1) / 16 for i in range(24 * count)])
            view = memoryview(memory)
            inputs = [part(view, 24 * i + 8, 3, 2) for i in range(count)]
            expected = getattr(reference, name)(*[lists(value) for value in inputs])
            out = part(view, 24 * which + 8 + shift, 3, 2)
            try:
                result = getattr(native, name)(*inputs, out=out)
            except ValueError as error:
                assert "out" in str(error) and shift != 0 and abs(shift) < 6
            else:
                assert bits(result.tolist()) == bits(expected), (which, shift)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_output_gradient_over_its_inputs(native, activation, loss):
    for which in (0, 1):
        for shift in range(-6, 7):
            memory = array("d", [(7 * i % 10 + 1) / 16 for i in range(48)])
            view = memoryview(memory)
            inputs = [part(view, 24 * i + 8, 3, 2) for i in range(2)]
            given = [lists(value) for value in inputs]
            expected = reference.output_gradient(*given, activation, loss)
            out = part(view, 24 * which + 8 + shift, 3, 2)
            try:
                result = native.output_gradient(*inputs, activation, loss, out=out)
            except ValueError as error:
                assert "out" in str(error) and abs(shift) < 6
            else:
                assert bits(result.tolist()) == bits(expected), (which, shift)


def test_the_dispatchers_over_their_inputs(native):
    for call in (
        lambda x, out: native.activation_forward(x, "softmax", out=out),
        lambda x, out: native.activation_backward(x, Z, "softmax", out=out),
        lambda x, out: native.loss_gradient(x, Z, "mean_squared_error", out=out),
    ):
        for shift in range(-4, 5):
            memory = array("d", [(7 * i % 10 + 1) / 16 for i in range(20)])
            view = memoryview(memory)
            source = part(view, 8, 2, 2)
            expected = call(source.tolist(), None).tolist()
            try:
                result = call(source, part(view, 8 + shift, 2, 2))
            except ValueError as error:
                assert "out" in str(error) and shift != 0
            else:
                assert bits(result.tolist()) == bits(expected), shift


@pytest.mark.parametrize("form", "dfB")
def test_scaled_inputs_over_what_they_are_made_of(native, form):
    """S may be X where that is of doubles; what else shares memory is refused."""
    offset, scale = [1.0, 2.0], [0.5, -4.0]
    size = array(form).itemsize
    for shift in range(-8, 9):
        memory = memoryview(bytearray(8 * 24)).cast("d")
        start = 8 * 8 // size
        X = memory.cast("B").cast(form)[start : start + 6].cast("B").cast(form, (3, 2))
        memory.cast("B").cast(form)[start : start + 6] = array(form, range(1, 7))
        out = part(memory, 8 + shift, 3, 2)
        expected = reference.scale_inputs(X.tolist(), offset, scale)
        if shift > -6 and 8 * shift < 6 * size and (shift != 0 or form != "d"):
            refused(lambda: native.scale_inputs(X, offset, scale, out=out), "out", "memory")  # noqa: B023
            assert X.tolist() == [[1, 2], [3, 4], [5, 6]]
        else:
            result = native.scale_inputs(X, offset, scale, out=out)
            assert bits(result.tolist()) == bits(expected), shift


def test_scaled_inputs_over_offset_or_scale(native):
    memory = memoryview(array("d", [1.0, 2.0, 3.0, 4.0]))
    for wrong in ((memory[:2], [1.0, 1.0]), ([1.0, 1.0], memory[2:])):
        refused(
            lambda: native.scale_inputs([[1.0, 1.0]] * 2, *wrong, out=part(memory, 0, 2, 2)),  # noqa: B023
            "out",
            "memory",
        )
    assert memory.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_no_inputs_to_scale(native):
    assert native.scale_inputs([], B, B).tolist() == []
    assert native.scale_inputs(native.Matrix(2, 0), [], []).tolist() == [[], []]


def test_a_step_with_its_own_weights_as_gradient(native):
    w = array("d", [1.0, 2.0, 3.0])
    refused(lambda: native.gradient_descent(w, w, 0.5), "memory")
    refused(lambda: native.gradient_descent(memoryview(w)[:2], memoryview(w)[1:], 0.5), "memory")
    assert w.tolist() == [1.0, 2.0, 3.0]


def test_training_on_its_own_weights(native):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    for given in ((parameters[0][0], TARGETS), (INPUTS, parameters[1][0])):
        refused(lambda: native.train_step(parameters, *given, *HOW, 0.5), "memory")  # noqa: B023
        refused(
            lambda: native.train_epoch(parameters, *given, range(2), 1, *HOW, 0.5),  # noqa: B023
            "memory",
        )
    assert bits(parameters.data) == before


# Matrix by hand


def test_wrong_matrix_arguments(native):
    four = array("d", range(4))
    for arguments, *words in (
        ((2, 2, array("d", range(5))), "4 numbers", "5"),
        ((2, 3, four), "6 numbers", "4"),
        ((0, 2, four), "0 numbers", "4"),
        ((2, 2, array("f", range(4))), "float64", "'f'"),
        ((2, 2, bytes(32)), "float64", "'B'"),
        ((2, 2, memoryview(array("d", range(8)))[::2]), "C-contiguous"),
        ((2, 2, [1, 2, 3, 4]), "list"),
        ((2, 2, "text"), "str"),
        ((2, 2, 5), "int"),
        ((-1, 2), "-1"),
        ((2, -1), "-1"),
        ((-2, -2, four), "-2"),
        ((-1, -4, four), "-1"),
        ((2.0, 2), "2.0"),
        ((2.5, 2, four), "2.5"),
        (("2", 2), "'2'"),
        ((None, 2), "None"),
        ((2, None), "None"),
        ((2**40, 2**40), str(2**80)),
        ((2**62, 4), str(2**64)),
        ((1, 10**30), str(10**30)),
    ):
        refused(lambda: native.Matrix(*arguments), *words)  # noqa: B023


def test_numpy_sizes_do_not_wrap_around(native):
    """2¹⁷·2¹⁷ is 0 in int32: a matrix of 16 GiB over no memory would be read by C."""
    np = pytest.importorskip("numpy")
    matrix = native.Matrix(np.int64(2), np.int32(3))
    assert matrix.shape == (2, 3) and matrix.tolist() == [[0.0] * 3] * 2
    with np.errstate(over="ignore"):
        for size in (np.int32(2**17), np.int64(2**40)):
            refused(
                lambda: native.Matrix(size, size, array("d")),  # noqa: B023
                str(int(size) ** 2),
            )


@pytest.mark.parametrize(
    "tamper",
    [
        "m.shape = (4000, 4000)",
        "m.shape = (-1, -4)",
        "m.data = memoryview(array('d', [1.0]))",
        "m.data = memoryview(bytes(4))",
        "m.data = array('f', range(4))",
    ],
)
def test_a_matrix_stays_within_its_memory(native, tmp_path, tamper):
    """NumPy's way to reshape, a.shape = ..., must not let C read beyond the buffer."""
    printed = in_a_process_of_its_own(
        f"""
m = native.Matrix(2, 2)
try:
    {tamper}
    native.sigmoid_forward(m)
except (AttributeError, TypeError, ValueError):
    print("refused")
""",
        tmp_path,
    )
    assert printed == "refused"


def test_parameters_stay_within_their_memory(native, tmp_path):
    printed = in_a_process_of_its_own(
        """
p = native.Parameters([([[1.0]], [0.0])])
try:
    p.sizes = (3000, 3000)
    native.forward([[1.0] * 3000], p, ["identity"])
except (AttributeError, TypeError, ValueError):
    print("refused")
""",
        tmp_path,
    )
    assert printed == "refused"


# Parameters, layers, names


WRONG_PARAMETERS = {
    "None": (None, "None"),
    "a number": (5, "5"),
    "none": ([], "at least one layer"),
    "text": ("ab", "weights"),
    "numbers": ([1], "weights[0]"),
    "three in a layer": ([(1, 2, 3)], "weights[0]", "(W, b)"),
    "a dict": ({0: 1}, "weights"),
    "b is a number": ([([[1.0]], 0.5)], "weights[0] b", "float"),
    "W does not fit b": ([([[1.0, 2.0]], [0.0])], "weights[0] W", "1 columns", "2"),
    "layers do not fit": ([LAYERS[0], ([[1.0]], [0.0])], "weights[1] W", "2 rows", "1"),
    "W is text": ([("1", [0.0])], "weights[0] W", "str"),
    "W is float32": (
        [(memoryview(bytes(4)).cast("f", (1, 1)), [0.0])],
        "weights[0] W",
        "float64",
    ),
}


@pytest.mark.parametrize("name", WRONG_PARAMETERS)
def test_wrong_parameters(native, name):
    wrong, *words = WRONG_PARAMETERS[name]
    refused(lambda: native.Parameters(wrong), "weights", *words)
    refused(lambda: native.forward(INPUTS, wrong, HOW[0]), "weights", *words)


def test_parameters_are_copied(native):
    W, b = native.Matrix(1, 1, array("d", [3.0])), array("d", [4.0])
    parameters = native.Parameters([(W, b)])
    W[0][0] = b[0] = 99.0
    assert [(W.tolist(), list(b)) for W, b in parameters] == [([[3.0]], [4.0])]
    again = native.Parameters(parameters)
    again[0][0][0][0] = 99.0
    assert parameters[0][0].tolist() == [[3.0]]
    assert (len(parameters), parameters.sizes) == (1, (1, 1))


WRONG_ACTIVATIONS = [None, 5, "tanh", "ab", ["tanh"], ["tanh"] * 3, ["tanh", None], ["tanh", []]]
WRONG_ACTIVATIONS += [["tanh", "selu"], {"tanh", "sigmoid"}, [b"tanh", "sigmoid"]]


@pytest.mark.parametrize("activations", WRONG_ACTIVATIONS)
def test_wrong_activations(native, activations):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    A = native.forward(INPUTS, parameters, HOW[0])[1]
    loss, bias = HOW[1:]
    for call in (
        lambda: native.forward(INPUTS, parameters, activations),
        lambda: native.backward(A, INPUTS, TARGETS, parameters, activations, loss, bias),
        lambda: native.train_step(parameters, INPUTS, TARGETS, activations, loss, bias, 0.1),
        lambda: native.train_epoch(
            parameters, INPUTS, TARGETS, range(2), 1, activations, loss, bias, 0.1
        ),
    ):
        refused(call, "activation")
    assert bits(parameters.data) == before


@pytest.mark.parametrize("name", [None, 5, True, "", "nope", "SIGMOID", b"tanh", [], {}, ["tanh"]])
def test_wrong_names(native, name):
    allowed = "identity, sigmoid, tanh, relu, leaky_relu, softmax"
    refused(lambda: native.activation_forward(Z, name), "activation", allowed, repr(name))
    refused(lambda: native.activation_backward(Z, Z, name), "activation", allowed, repr(name))
    refused(lambda: native.output_gradient(Z, Z, name, HOW[1]), "activation", allowed)
    allowed = "mean_squared_error, binary_cross_entropy, categorical_cross_entropy"
    refused(lambda: native.sample_losses(Z, Z, name), "loss", allowed, repr(name))
    refused(lambda: native.loss_gradient(Z, Z, name), "loss", allowed, repr(name))
    refused(lambda: native.output_gradient(Z, Z, "tanh", name), "loss", allowed)


def test_wrong_layers_in_backward(native):
    parameters = native.Parameters(LAYERS)
    A = native.forward(INPUTS, parameters, HOW[0])[1]
    other = native.forward(INPUTS[:1], parameters, HOW[0])[1]
    for wrong, *words in (
        (None, "A"),
        (5, "A"),
        ([A[0]], "A", "2 layers", "1"),
        ([*A, A[1]], "A", "2 layers", "3"),
        ([A[0], A[0]], "A[1]", "1 columns", "2"),
        ([None, A[1]], "A[0]"),
        (other, "A[0]", "2 rows", "1"),
    ):
        refused(
            lambda: native.backward(wrong, INPUTS, TARGETS, parameters, *HOW),  # noqa: B023
            *words,
        )
    for inputs, targets, *words in (
        (INPUTS, TARGETS[:1], "Y", "2 rows", "1"),
        (INPUTS, INPUTS, "Y", "1 columns", "2"),
        (TARGETS, TARGETS, "X", "2 columns", "1"),
        ([], [], "X", "at least one"),
    ):
        refused(
            lambda: native.backward(A, inputs, targets, parameters, *HOW),  # noqa: B023
            *words,
        )
    copies = [lists(a) for a in A]
    given = native.backward(copies, INPUTS, TARGETS, parameters, *HOW)
    assert bits(given) == bits(native.backward(A, INPUTS, TARGETS, parameters, *HOW))


# Training


def epoch(native, parameters=None, X=INPUTS, Y=TARGETS, order=range(2), batch_size=2, rate=0.1):
    if parameters is None:
        parameters = native.Parameters(LAYERS)
    return native.train_epoch(parameters, X, Y, order, batch_size, *HOW, rate)


@pytest.mark.parametrize("wrong", [None, LAYERS, [], 5])
def test_training_needs_parameters_it_can_change(native, wrong):
    refused(lambda: native.train_step(wrong, INPUTS, TARGETS, *HOW, 0.1), "Parameters")
    refused(
        lambda: native.train_epoch(wrong, INPUTS, TARGETS, range(2), 1, *HOW, 0.1), "Parameters"
    )
    assert LAYERS[0][0] == [[1.0, 2.0], [3.0, 4.0]]


WRONG_ORDERS = {
    "None": None,
    "a number": 2,
    "text": "01",
    "texts": ["0", "1"],
    "short": [0],
    "long": [0, 1, 0],
    "beyond": [0, 2],
    "far beyond": [0, 10**30],
    "negative": [0, -1],
    "floats": [0.0, 1.0],
    "fractions": [0.5, 1],
    "None in it": [None, 1],
    "NaN": [NAN, 0],
    "rows": [[0], [1]],
    "a range too long": range(3),
    "a range elsewhere": range(1, 3),
    "doubles": array("d", [0, 1]),
}


@pytest.mark.parametrize("name", WRONG_ORDERS)
def test_wrong_orders(native, name):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    refused(lambda: epoch(native, parameters, order=WRONG_ORDERS[name]), "order")
    assert bits(parameters.data) == before


@pytest.mark.parametrize(
    "order", [[1, 0], (1, 0), range(1, -1, -1), array("i", [1, 0]), array("Q", [1, 0])]
)
def test_orders(native, order):
    """The same row numbers in any sequence, as the text takes them."""
    by_hand, native_ones = [([*W], [*b]) for W, b in LAYERS], native.Parameters(LAYERS)
    by_hand = [([[*row] for row in W], b) for W, b in by_hand]
    expected = reference.train_epoch(by_hand, INPUTS, TARGETS, [1, 0], 1, *HOW, 0.1)
    assert epoch(native, native_ones, order=order, batch_size=1) == expected
    assert bits(native_ones) == bits(by_hand)


def test_orders_as_numpy_arrays(native):
    np = pytest.importorskip("numpy")
    for order in (np.array([1, 0]), np.array([1, 0], "u1"), [np.int64(1), np.int64(0)]):
        assert epoch(native, order=order, batch_size=1) == epoch(native, order=[1, 0], batch_size=1)
    assert epoch(native, order=np.arange(2)) == epoch(native)
    for wrong in (np.array([1.0, 0.0]), np.array([[1], [0]]), np.array([0, 2]), np.array([-1, 0])):
        refused(lambda: epoch(native, order=wrong), "order")  # noqa: B023


def test_an_order_that_is_not_what_it_says(native, tmp_path):
    """What is checked is what C gets."""
    printed = in_a_process_of_its_own(
        """
class Order(list):
    def __iter__(self):
        return iter([0, 1])
p = native.Parameters([([[1.0]], [0.0])])
data = [[1.0], [2.0]]
try:
    loss = native.train_epoch(
        p, data, data, Order([0, 10**9]), 2, ["identity"], "mean_squared_error", True, 0.1
    )
    print("right" if loss == 0.0 else loss)
except (TypeError, ValueError):
    print("refused")
""",
        tmp_path,
    )
    assert printed in ("refused", "right")


@pytest.mark.parametrize("batch_size", [0, -1, None, "1", 1.0, 1.5, INF, NAN, [1], -(10**30)])
def test_wrong_batch_sizes(native, batch_size):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    for order in (range(2), [1, 0]):
        refused(
            lambda: epoch(native, parameters, order=order, batch_size=batch_size),  # noqa: B023
            "batch_size",
        )
    assert bits(parameters.data) == before


def test_batches_larger_than_the_data(native):
    for batch_size in (3, 2**63, 10**30):
        assert epoch(native, batch_size=batch_size) == epoch(native)
        assert epoch(native, order=[1, 0], batch_size=batch_size) == epoch(native, order=[1, 0])


@pytest.mark.parametrize("rate", ["0.1", None, [0.1], 1j, 10**400])
def test_wrong_learning_rates(native, rate):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    w = array("d", [1.0])
    refused(lambda: epoch(native, parameters, rate=rate))
    refused(lambda: native.train_step(parameters, INPUTS, TARGETS, *HOW, rate))
    refused(lambda: native.gradient_descent(w, [1.0], rate))
    assert bits(parameters.data) == before and w[0] == 1.0


def test_wrong_data_for_training(native):
    parameters = native.Parameters(LAYERS)
    before = bits(parameters.data)
    for inputs, targets, *words in (
        (None, TARGETS, "X"),
        ([], [], "X", "at least one"),
        (TARGETS, TARGETS, "X", "2 columns", "1"),
        (INPUTS, TARGETS[:1], "Y", "2 rows", "1"),
        (INPUTS, INPUTS, "Y", "1 columns", "2"),
        (INPUTS, [1.0, 0.0], "Y"),
        (INPUTS, None, "Y"),
        (INPUTS, [[1.0], ["0"]], "Y[1]"),
    ):
        refused(
            lambda: native.train_step(parameters, inputs, targets, *HOW, 0.1),  # noqa: B023
            *words,
        )
        refused(lambda: epoch(native, parameters, inputs, targets), *words)  # noqa: B023
    assert bits(parameters.data) == before


def test_what_is_changed_must_be_a_buffer(native):
    g = [1.0, 1.0]
    for wrong, *words in (
        ([1.0, 2.0], "w", "buffer", "list"),
        ((1.0, 2.0), "w", "buffer", "tuple"),
        (None, "w", "buffer"),
        (bytes(16), "w"),
        (memoryview(bytes(16)).cast("d"), "w", "read-only"),
        (array("f", [1, 2]), "w", "float64"),
        (doubles(2, 1, 2), "w", "1 dimension"),
        (memoryview(array("d", range(4)))[::2], "w", "C-contiguous"),
        (native.Matrix(1, 2), "w", "Matrix"),
    ):
        refused(lambda: native.gradient_descent(wrong, g, 0.1), *words)  # noqa: B023
    w = array("d", [1.0, 2.0])
    for wrong, *words in (([1.0], "g", "2", "1"), ("12", "g"), ([1.0, None], "g", "None")):
        refused(lambda: native.gradient_descent(w, wrong, 0.1), *words)  # noqa: B023
    assert w.tolist() == [1.0, 2.0]


# Numbers


@pytest.mark.parametrize("name", ["exp", "log", "tanh"])
@pytest.mark.parametrize("wrong", ["1", None, [1.0], 1j, b"1"])
def test_functions_of_a_number(native, name, wrong):
    with pytest.raises(TypeError):
        getattr(native, name)(wrong)


def test_powers_of_two(native):
    assert native.power_of_two(1023) == 2.0**1023
    assert native.power_of_two(-1022) == 2.0**-1022
    for wrong in (1024, -1023, 10**30, -(10**30), 1.5, NAN, "1", None):
        with pytest.raises((ValueError, TypeError)):
            native.power_of_two(wrong)
