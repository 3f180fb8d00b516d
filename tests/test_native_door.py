"""The door to C: buffers are used where they lie if they can be, and nothing wrong gets past it."""

import subprocess
import sys
from array import array
from decimal import Decimal

import pytest
from bits import bits
from cases import ACTIVATIONS, LOSSES, copied, train_epoch, train_step

from purenn import reference
from purenn.engines import lists

NAN, INF = float("nan"), float("inf")

# Z = X·W + b of these: each row of X is summed, plus 1 and 2.
X = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
W = [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]
B = [1.0, 2.0]
Z = [[4.0, 5.0], [13.0, 14.0]]

# A small network and its data.
LAYERS = [([[1.0, 2.0], [3.0, 4.0]], [0.0, 0.0]), ([[1.0], [2.0]], [0.5])]
INPUTS, TARGETS = [[0.1, 0.2], [0.3, 0.4]], [[1.0], [0.0]]
HOW = (["tanh", "sigmoid"], "mean_squared_error", True)


def network(functions, layers=LAYERS, activations=HOW[0], loss=HOW[1], bias=HOW[2]):
    """The small network as those functions take it, or one with other settings."""
    return functions.Network(layers, activations, loss, bias)


def numbers_of(network):
    """The bits of all its parameters."""
    return bits(network.parameters)


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
    "floats": memoryview(array("f", range(6))).cast("B").cast("f", (2, 3)),
    "whole numbers": memoryview(array("q", range(6))).cast("B").cast("q", (2, 3)),
    "bytes in rows": bytes_in_rows(2, 3),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(native, name):
    assert native.affine(ACCEPTED[name], W, B).tolist() == Z
    assert native.affine(X, W, array("d", B)).tolist() == Z
    assert native.affine(X, W, tuple(B)).tolist() == Z
    assert native.affine(X, W, array("f", B)).tolist() == Z
    assert native.affine(X, W, memoryview(array("d", [1, 9, 2, 9]))[::2]).tolist() == Z


@pytest.mark.parametrize("dtype", ["f8", "<f8" if sys.byteorder == "little" else ">f8", "d", "=d"])
def test_accepted_numpy_arrays(native, dtype):
    np = pytest.importorskip("numpy")
    given = np.array(X, dtype), np.array(W, dtype), np.array(B, dtype)
    assert native.affine(*given).tolist() == Z
    given[0].flags.writeable = False
    assert native.affine(*given).tolist() == Z
    assert native.affine(list(given[0]), W, B).tolist() == Z


OTHER_ARRAYS = {
    "float32": lambda np, G: G.astype("f4"),
    "float16": lambda np, G: G.astype("f2"),
    "int64": lambda np, G: G.astype("i8"),
    "the other byte order": lambda np, G: G.astype(G.dtype.newbyteorder("S")),
    "Fortran order": lambda np, G: np.asfortranarray(G),
    "transposed": lambda np, G: G.T.copy().T,
    "negative strides": lambda np, G: G[::-1, ::-1].copy()[::-1, ::-1],
    "every other column": lambda np, G: np.repeat(G, 2, 1)[:, ::2],
}


@pytest.mark.parametrize("name", OTHER_ARRAYS)
def test_numpy_arrays_that_become_float64(native, name):
    np = pytest.importorskip("numpy")
    given = OTHER_ARRAYS[name](np, np.array(X))
    before = given.tobytes()
    assert native.affine(given, W, B).tolist() == Z
    assert native.affine(X, OTHER_ARRAYS[name](np, np.array(W)), B).tolist() == Z
    assert given.tobytes() == before
    ones = np.broadcast_to(1.0, (3, 2))
    assert native.affine(X, ones, B).tolist() == Z


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


@pytest.mark.parametrize(
    "classes, n_out, words",
    [
        ([0, 3], 3, ["classes[1]", "0 to 2", "got 3"]),
        ([0, 2**32], 3, ["classes[1]", "0 to 2", "got 4294967296"]),
        (array("b", [-1]), 3, ["classes[0]", "0 to 2", "got -1"]),
        ([0], 0, ["n_out", "at least 1"]),
        ([0, 1.5], 3, ["classes[1]", "whole number", "1.5"]),
        (["a"], 3, ["classes[0]", "whole number", "'a'"]),
        ([[0, 1]], 3, ["classes", "list of classes"]),
        ([], 3, ["classes", "list of classes"]),
    ],
)
def test_classes_that_c_would_not_find(native, classes, n_out, words):
    refused(lambda: native.one_hot(classes, n_out), *words)


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


def test_a_step_changes_a_numpy_array(native):
    np = pytest.importorskip("numpy")
    w = np.array([1.0, 2.0])
    native.gradient_descent(w, [2.0, 4.0], 0.25)
    assert w.tolist() == [0.5, 1.0]


@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_a_matrix_is_a_view_of_a_numpy_array(native, shape):
    np = pytest.importorskip("numpy")
    numbers = np.zeros(shape)
    matrix = native.Matrix(2, 2, numbers)
    numbers[0] = 99.0
    assert matrix[0][0] == 99.0
    matrix[1][1] = 77.0
    assert numbers.flat[3] == 77.0


def test_training_changes_parameters_where_they_lie(native):
    net = network(native)
    W0, _ = net.parameters[0]
    before = W0.tolist()
    train_step(native, net, INPUTS, TARGETS, 0.5)
    assert W0.tolist() != before and net.parameters[0][0].tolist() == W0.tolist()
    assert LAYERS[0][0] == [[1.0, 2.0], [3.0, 4.0]]  # the lists were copied


# Matrices that are none


WRONG_MATRICES = {
    "None": (None, "NoneType"),
    "a number": (5, "int"),
    "text": ("123", "str"),
    "strings": (["123", "456"], "X[0]"),
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
    "ragged": ([[1, 2, 3], [1, 2]], "X[1]", "3", "2"),
    "an empty row": ([[]], "W", "0 rows", "3"),
    "narrow": ([[1, 2]], "W", "2 rows", "3"),
    "wide": ([[1, 2, 3, 4]], "W", "4 rows", "3"),
    "a flat array": (array("d", [1, 2, 3]), "X", "2 dimensions", "1"),
    "bytes": (bytes(48), "X"),
    "a bytearray": (bytearray(48), "X"),
    "bytes as rows": ([bytes(24)], "X[0]", "b'"),
    "bytearrays as rows": ([bytearray(24)], "X[0]", "bytearray"),
    "bytearrays of another length": ([bytearray(3)], "X[0]", "bytearray"),
    "three dimensions": (doubles(6, 1, 2, 3), "X", "2 dimensions", "3"),
    "too many columns": (doubles(8, 2, 4), "W", "4 rows", "3"),
}


@pytest.mark.parametrize("name", WRONG_MATRICES)
def test_wrong_matrices(native, name):
    wrong, *words = WRONG_MATRICES[name]
    refused(lambda: native.affine(wrong, W, B), *words)


WRONG_ARRAYS = {
    "long double": (lambda np, G: G.astype(np.longdouble), "X: expected numbers", "'g'"),
    "complex": (lambda np, G: G.astype(complex), "X: expected numbers", "'Zd'"),
    "objects": (lambda np, G: G.astype(object), "X: expected numbers", "'O'"),
    "text": (lambda np, G: G.astype("U3"), "X: expected numbers", "'3w'"),
    "dates": (lambda np, G: G.astype("M8[s]"), "X"),
    "records": (lambda np, G: np.zeros((2, 3), [("a", "f8")]), "X: expected numbers", "'T{"),
    "0 dimensions": (lambda np, G: np.array(1.0), "2 dimensions", "0"),
    "1 dimension": (lambda np, G: G[0], "2 dimensions", "1"),
    "3 dimensions": (lambda np, G: G[None], "2 dimensions", "3"),
    "no columns": (lambda np, G: np.ones((2, 0)), "W", "0 rows", "3"),
    "rows of text": (lambda np, G: [np.array(["1", "2", "3"])], "X[0]"),
    "rows of complex numbers": (lambda np, G: [np.ones(3, complex)], "X[0]"),
    "rows of two dimensions": (lambda np, G: [np.ones((3, 1))], "X[0]"),
    "complex scalars": (lambda np, G: [[np.complex128(1), 2, 3]], "X[0]"),
}


@pytest.mark.parametrize("name", WRONG_ARRAYS)
def test_wrong_arrays(native, name):
    np = pytest.importorskip("numpy")
    make, *words = WRONG_ARRAYS[name]
    refused(lambda: native.affine(make(np, np.array(X)), W, B), *words)


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
    matrix.data.release()  # a view, of which there is another one
    assert native.sigmoid_forward(matrix).tolist() == [[0.5] * 3]


WRONG_VECTORS = {
    "None": (None, "b", "None"),
    "a number": (1.0, "b", "1.0"),
    "text": ("12", "b", "'12'"),
    "bytes": (bytes(16), "b", "row of numbers", "b'"),
    "a bytearray": (bytearray(16), "b", "row of numbers", "bytearray"),
    "rows": ([[1.0, 2.0]], "b"),
    "None in it": ([1.0, None], "b", "None"),
    "text in it": (["1", "2"], "b", "'1'"),
    "an integer too large": ([10**400, 1], "b", "integer"),
    "a set": ({1.0, 2.0}, "b", "row of numbers", "{1.0, 2.0}"),
    "a dict": ({1.0: 1, 2.0: 2}, "b", "row of numbers", "1.0: 1"),
    "two dimensions": (doubles(2, 1, 2), "b", "1 dimension", "2"),
    "characters": (memoryview(b"12").cast("c"), "b", "numbers", "'c'"),
    "too short": (array("f", [1]), "b", "2 numbers", "1"),
}


@pytest.mark.parametrize("name", WRONG_VECTORS)
def test_wrong_vectors(native, name):
    wrong, *words = WRONG_VECTORS[name]
    refused(lambda: native.affine(X, W, wrong), *words)


def test_shapes_that_do_not_fit(native):
    for call, *words in (
        (lambda: native.affine(X, W, [1.0]), "b", "2 numbers", "1"),
        (lambda: native.affine(X, W[:2], B), "W", "3 rows", "2"),
        (lambda: native.weight_gradient(X, Z[:1]), "dZ", "2 rows", "1"),
        (lambda: native.input_gradient(X, W), "W", "3 columns", "2"),
        (lambda: native.sigmoid_backward(X, Z), "A", "3 columns", "2"),
        (lambda: native.mean_squared_error(X, Z), "Y", "3 columns", "2"),
        (lambda: native.matched_gradient(Z, X), "Y", "2 columns", "3"),
        (lambda: native.mean_squared_error(X, X[:1]), "Y", "2 rows", "1"),
        (lambda: native.mean(doubles(4, 2, 2)), "L", "1 dimension", "2"),
        (lambda: native.scale_inputs(X, B, B), "offset", "3 numbers", "2"),
        (lambda: native.scale_inputs(X, X[0], B), "scale", "3 numbers", "2"),
        (lambda: native.scale_inputs(X, X, X[0]), "offset"),
        (lambda: native.scale_inputs(bytes_in_rows(2, 2), X[0], X[1]), "offset", "2 numbers", "3"),
    ):
        refused(call, *words)


def test_arguments_that_a_function_does_not_have(native):
    assert native.affine(W=W, b=B, X=X).tolist() == native.affine(X, b=B, W=W).tolist() == Z
    for call in (
        lambda: native.affine(X, W),
        lambda: native.affine(X, W, B, B),
        lambda: native.affine(X, W, B, out=Z),
        lambda: native.affine(X, W, c=B),
    ):
        refused(call, "affine", "X, W, b")


def test_an_argument_twice(native):
    refused(lambda: native.affine(X, W, B, W=W), "affine")


# Results have memory of their own, and inputs may share theirs


def part(view, start, *shape):
    """Some numbers of a flat view, in that shape."""
    count = 1
    for size in shape:
        count *= size
    return view[start : start + count].cast("B").cast("d", shape)


# Every function that gives a matrix of its inputs' shape, and how many inputs it has.
SAME_SHAPE = [(f"{name}_forward", 1) for name in ACTIVATIONS]
SAME_SHAPE += [(f"{name}_backward", 2) for name in ACTIVATIONS]
SAME_SHAPE += [(f"{name}_gradient", 2) for name in (*LOSSES, "matched")]


def check_overlapping_inputs(in_c, in_python, count):
    """That inputs in one memory, shifted by a number or a row, are read and left alone."""
    for shift in range(-6, 7) if count > 1 else [0]:
        memory = array("d", [(7 * i % 10 + 1) / 16 for i in range(24)])
        before = memory.tolist()
        inputs = [part(memoryview(memory), 8 + i * shift, 3, 2) for i in range(count)]
        expected = in_python(*[lists(value) for value in inputs])
        result = in_c(*inputs)
        assert bits(result.tolist()) == bits(expected), shift
        assert memory.tolist() == before
        memory[8] = 99.0
        assert bits(result.tolist()) == bits(expected), shift


@pytest.mark.parametrize(("name", "count"), SAME_SHAPE)
def test_inputs_that_overlap(native, name, count):
    check_overlapping_inputs(getattr(native, name), getattr(reference, name), count)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_output_gradient_of_inputs_that_overlap(native, activation, loss):
    check_overlapping_inputs(
        lambda A, Y: native.output_gradient(A, Y, activation, loss),
        lambda A, Y: reference.output_gradient(A, Y, activation, loss),
        2,
    )


@pytest.mark.parametrize("name", ["X", "W", "b"])
def test_sums_of_inputs_that_overlap(native, name):
    """X, W and b in one memory, each shifted over the others."""
    for shift in range(-6, 7):
        memory = array("d", [(7 * i % 10 + 1) / 16 for i in range(24)])
        before = memory.tolist()
        shapes = {"X": (2, 3), "W": (3, 2), "b": (2,)}
        given = {
            key: part(memoryview(memory), 8 + (shift if key == name else 0), *shape)
            for key, shape in shapes.items()
        }
        expected = reference.affine(*[lists(value) for value in given.values()])
        assert bits(native.affine(**given).tolist()) == bits(expected), shift
        assert memory.tolist() == before


@pytest.mark.parametrize("form", "dfB")
def test_scaled_inputs_are_new(native, form):
    offset, scale = [1.0, 2.0], [0.5, -4.0]
    X = memoryview(array(form, range(1, 7))).cast("B").cast(form, (3, 2))
    S = native.scale_inputs(X, offset, scale)
    assert bits(S.tolist()) == bits(reference.scale_inputs(X.tolist(), offset, scale))
    S[0][0] = 99.0
    assert X.tolist() == [[1, 2], [3, 4], [5, 6]]


def test_scaled_inputs_that_overlap_offset_or_scale(native):
    memory = memoryview(array("d", [1.0, 2.0, 3.0, 4.0]))
    for vectors in ((memory[:2], [1.0, 1.0]), ([1.0, 1.0], memory[2:]), (memory[:2], memory[1:3])):
        expected = reference.scale_inputs([[1.0, 2.0], [3.0, 4.0]], *map(list, vectors))
        S = native.scale_inputs(part(memory, 0, 2, 2), *vectors)
        assert bits(S.tolist()) == bits(expected)
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
    net = network(native)
    before = numbers_of(net)
    (W0, _), (W1, _) = net.parameters
    for given in ((W0, TARGETS), (INPUTS, W1), (W0.data.cast("B").cast("d", (2, 2)), TARGETS)):
        refused(lambda: train_step(native, net, *given, 0.5), "memory")  # noqa: B023
        refused(lambda: train_epoch(native, net, *given, range(2), 1, 0.5), "memory")  # noqa: B023
    assert numbers_of(net) == before


# Matrix by hand


def test_wrong_matrix_arguments(native):
    four = array("d", range(4))
    for arguments, *words in (
        ((2, 2, array("d", range(5))), "4 numbers", "5"),
        ((2, 3, four), "6 numbers", "4"),
        ((0, 2, four), "0 numbers", "4"),
        ((2, 2, array("f", range(4))), "float64", "'f'"),
        ((2, 2, bytes(32)), "float64", "bytes"),
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
        ((2**40, 2**40), "at most", f"{2**40} rows of {2**40}"),
        ((2**62, 4), "at most", f"{2**62} rows of 4"),
        ((1, 10**30), str(10**30)),
        ((2**62, 0), "rows of no columns", f"{2**62} rows of 0"),
    ):
        refused(lambda: native.Matrix(*arguments), *words)  # noqa: B023


def test_numpy_sizes_do_not_wrap_around(native):
    """2¹⁷·2¹⁷ is 0 in int32: a matrix of 16 GiB over no memory would be read by C."""
    np = pytest.importorskip("numpy")
    matrix = native.Matrix(np.int64(2), np.int32(3))
    assert matrix.shape == (2, 3) and matrix.tolist() == [[0.0] * 3] * 2
    with np.errstate(over="ignore"):
        for size, word in ((np.int32(2**17), str(2**34)), (np.int64(2**40), f"rows of {2**40}")):
            refused(lambda: native.Matrix(size, size, array("d")), word)  # noqa: B023


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
net = native.Network([([[1.0]], [0.0])], ["identity"], "mean_squared_error", True)
try:
    net.sizes = (3000, 3000)
    native.forward([[1.0] * 3000], net)
except (AttributeError, TypeError, ValueError):
    print("refused")
""",
        tmp_path,
    )
    assert printed == "refused"


# Networks, layers, names


WRONG_PARAMETERS = {
    "None": (None, "None"),
    "a number": (5, "5"),
    "none": ([], "at least one layer"),
    "text": ("ab", "'ab'"),
    "numbers": ([1], "parameters[0]"),
    "three in a layer": ([(1, 2, 3)], "parameters[0]", "(W, b)"),
    "a dict": ({0: 1}, "0: 1"),
    "b is a number": ([([[1.0]], 0.5)], "parameters[0] b", "0.5"),
    "W does not fit b": ([([[1.0, 2.0]], [0.0])], "parameters[0] W", "1 row of 1 number", "2"),
    "layers do not fit": ([LAYERS[0], ([[1.0]], [0.0])], "parameters[1] W", "2 rows", "1"),
    "W is text": ([("1", [0.0])], "parameters[0] W", "str"),
    "W is characters": (
        [(memoryview(b"1").cast("c").cast("B").cast("c", (1, 1)), [0.0])],
        "parameters[0] W",
        "numbers",
        "'c'",
    ),
}


@pytest.mark.parametrize("name", WRONG_PARAMETERS)
def test_wrong_parameters(native, name):
    wrong, *words = WRONG_PARAMETERS[name]
    refused(lambda: native.Network(wrong, ["tanh"], *HOW[1:]), "parameters", *words)


def test_parameters_are_copied(native):
    W, b = native.Matrix(1, 1, array("d", [3.0])), array("d", [4.0])
    net = network(native, [(W, b)], ["tanh"])
    W[0][0] = b[0] = 99.0
    assert [(W.tolist(), list(b)) for W, b in net.parameters] == [([[3.0]], [4.0])]
    again = network(native, net.parameters, ["tanh"])
    again.parameters[0][0][0][0] = 99.0
    assert net.parameters[0][0].tolist() == [[3.0]]
    assert (len(net.parameters), net.sizes) == (1, (1, 1))


def test_parameters_of_other_numbers(native):
    W, b = memoryview(array("f", [0.5])).cast("B").cast("f", (1, 1)), array("i", [4])
    net = network(native, [(W, b)], ["tanh"])
    assert [(W.tolist(), list(b)) for W, b in net.parameters] == [([[0.5]], [4.0])]


WRONG_ACTIVATIONS = [None, 5, "tanh", "ab", ["tanh"], ["tanh"] * 3, ["tanh", None], ["tanh", []]]
WRONG_ACTIVATIONS += [["tanh", "selu"], {"tanh", "sigmoid"}, [b"tanh", "sigmoid"]]


@pytest.mark.parametrize("activations", WRONG_ACTIVATIONS)
def test_wrong_activations(native, activations):
    refused(lambda: network(native, activations=activations), "activation")


@pytest.mark.parametrize("name", [None, 5, True, "", "nope", "SIGMOID", b"tanh", [], {}, ["tanh"]])
def test_wrong_names(native, name):
    allowed = ", ".join(ACTIVATIONS)
    refused(lambda: network(native, activations=["tanh", name]), "activation", allowed, repr(name))
    refused(lambda: native.output_gradient(Z, Z, name, HOW[1]), "activation", allowed, repr(name))
    allowed = ", ".join(LOSSES)
    refused(lambda: network(native, loss=name), "loss", allowed, repr(name))
    refused(lambda: native.output_gradient(Z, Z, "tanh", name), "loss", allowed, repr(name))


@pytest.mark.parametrize("bias", [None, 2, -1, 0.5, "", "no", [], (1,)])
def test_wrong_bias(native, bias):
    refused(lambda: network(native, bias=bias), "bias", repr(bias))


def test_wrong_layers_in_backward(native):
    net = network(native)
    A = native.forward(INPUTS, net)[1]
    other = native.forward(INPUTS[:1], net)[1]
    for wrong, *words in (
        (None, "A"),
        (5, "A"),
        ([A[0]], "A", "2 matrices", "[Matrix(2, 2)]"),
        ([*A, A[1]], "A", "2 matrices", "Matrix(2, 1), Matrix(2, 1)]"),
        ([A[0], A[0]], "A[1]", "rows of 1", "2"),
        ([None, A[1]], "A[0]"),
        (other, "A[0]", "2 rows", "1"),
    ):
        refused(lambda: native.backward(wrong, INPUTS, TARGETS, net), *words)  # noqa: B023
    for inputs, targets, *words in (
        (INPUTS, TARGETS[:1], "Y", "2 rows", "1"),
        (INPUTS, INPUTS, "Y", "rows of 1", "2"),
        (TARGETS, TARGETS, "X", "rows of 2", "1"),
        ([], [], "X", "at least one"),
    ):
        refused(lambda: native.backward(A, inputs, targets, net), *words)  # noqa: B023
    given = native.backward([lists(a) for a in A], INPUTS, TARGETS, net)
    assert bits(given) == bits(native.backward(A, INPUTS, TARGETS, net))


# Training


def epoch(native, net=None, X=INPUTS, Y=TARGETS, order=range(2), batch_size=2, rate=0.1):
    net = network(native) if net is None else net
    return train_epoch(native, net, X, Y, order, batch_size, rate)


@pytest.mark.parametrize("wrong", [None, LAYERS, [], 5, network(reference)])
def test_training_needs_a_network_it_can_change(native, wrong):
    for call in (
        lambda: native.forward(INPUTS, wrong),
        lambda: native.backward([INPUTS, TARGETS], INPUTS, TARGETS, wrong),
        lambda: train_step(native, wrong, INPUTS, TARGETS, 0.1),
        lambda: train_epoch(native, wrong, INPUTS, TARGETS, range(2), 1, 0.1),
    ):
        refused(call, "purenn.native.Network", type(wrong).__name__)
    assert LAYERS[0][0] == [[1.0, 2.0], [3.0, 4.0]]


WRONG_ORDERS = {
    "None": None,
    "a number": 2,
    "text": "01",
    "strings": ["0", "1"],
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
    net = network(native)
    before = numbers_of(net)
    refused(lambda: epoch(native, net, order=WRONG_ORDERS[name]), "order")
    assert numbers_of(net) == before


@pytest.mark.parametrize(
    "order", [[1, 0], (1, 0), range(1, -1, -1), array("i", [1, 0]), array("Q", [1, 0])]
)
def test_orders(native, order):
    """The same row numbers in any sequence, as the reference takes them."""
    in_python, in_c = network(reference, copied(LAYERS)), network(native)
    expected = train_epoch(reference, in_python, INPUTS, TARGETS, [1, 0], 1, 0.1)
    assert epoch(native, in_c, order=order, batch_size=1) == expected
    assert numbers_of(in_c) == numbers_of(in_python)


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
net = native.Network([([[1.0]], [0.0])], ["identity"], "mean_squared_error", True)
data = [[1.0], [2.0]]
optimizer = native.Optimizer(net, "gradient_descent", native.Rates(0.1))
try:
    loss = native.train_epoch(net, optimizer, data, data, Order([0, 10**9]), 2)
    print("right" if loss == 0.0 else loss)
except (TypeError, ValueError):
    print("refused")
""",
        tmp_path,
    )
    assert printed in ("refused", "right")


@pytest.mark.parametrize("batch_size", [0, -1, None, "1", 1.0, 1.5, INF, NAN, [1], -(10**30)])
def test_wrong_batch_sizes(native, batch_size):
    net = network(native)
    before = numbers_of(net)
    for order in (range(2), [1, 0]):
        refused(
            lambda: epoch(native, net, order=order, batch_size=batch_size),  # noqa: B023
            "batch_size",
        )
    assert numbers_of(net) == before


def test_batches_larger_than_the_data(native):
    for batch_size in (3, 2**63, 10**30):
        assert epoch(native, batch_size=batch_size) == epoch(native)
        assert epoch(native, order=[1, 0], batch_size=batch_size) == epoch(native, order=[1, 0])


@pytest.mark.parametrize("rate", ["0.1", None, [0.1], 1j, 10**400])
def test_wrong_learning_rates(native, rate):
    net = network(native)
    before = numbers_of(net)
    w = array("d", [1.0])
    refused(lambda: epoch(native, net, rate=rate))
    refused(lambda: train_step(native, net, INPUTS, TARGETS, rate))
    refused(lambda: native.gradient_descent(w, [1.0], rate))
    assert numbers_of(net) == before and w[0] == 1.0


def test_wrong_data_for_training(native):
    net = network(native)
    before = numbers_of(net)
    for inputs, targets, *words in (
        (None, TARGETS, "X"),
        ([], [], "X", "at least one"),
        (TARGETS, TARGETS, "X", "rows of 2", "1"),
        (INPUTS, TARGETS[:1], "Y", "2 rows", "1"),
        (INPUTS, INPUTS, "Y", "rows of 1", "2"),
        (INPUTS, [1.0, 0.0], "Y"),
        (INPUTS, None, "Y"),
        (INPUTS, [[1.0], ["0"]], "Y[1]"),
    ):
        refused(
            lambda: train_step(native, net, inputs, targets, 0.1),  # noqa: B023
            *words,
        )
        refused(lambda: epoch(native, net, inputs, targets), *words)  # noqa: B023
    assert numbers_of(net) == before


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
