"""A network is copied, pickled and sent to other processes: the same bits, and nothing shared."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import warnings

import pytest
from bits import bits
from workers import X, Y, trained

import purenn
from purenn import Network, Training

WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{
        f"pickle {protocol}": lambda network, protocol=protocol: pickle.loads(
            pickle.dumps(network, protocol)
        )
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}
DESCRIPTION = {
    "activations": ["tanh", "sigmoid"],
    "loss": "binary_cross_entropy",
    "seed": 3,
    "input_offset": 0.5,
    "input_scale": [1.0, 2.0],
    "labels": ["no", "yes"],
}
PROCESSES = ["spawn", "fork"]


@pytest.fixture
def network(engine):
    network = Network([2, 3, 1], backend=engine.name, **DESCRIPTION)
    network.fit(X, Y, epochs=2, learning_rate=0.5)
    return network


@pytest.fixture
def expected(network):
    """The weights that the network would have, had it been trained here."""
    twin = Network([2, 3, 1], backend=network.backend, **DESCRIPTION)
    twin.set_weights(network.get_weights())
    return bits(trained(twin)[0].get_weights())


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_is_the_same_network_and_shares_nothing(way, network, expected):
    before = bits(network.get_weights())
    again = WAYS[way](network)
    assert again is not network and again.architecture == network.architecture
    assert again.backend == network.backend and repr(again) == repr(network)
    assert bits(again.get_weights()) == before
    assert bits(again.predict(X)) == bits(network.predict(X))
    assert again.classify(X) == network.classify(X)
    trained(again)
    assert bits(again.get_weights()) == expected and bits(network.get_weights()) == before
    trained(network)
    assert bits(network.get_weights()) == expected


@pytest.mark.parametrize("threads", [None, 2])
def test_a_copy_keeps_what_was_asked_for(engine, threads):
    network = Network([2, 3, 1], backend=engine.name, threads=threads)
    again = pickle.loads(pickle.dumps(network))
    assert (again.wanted_backend, again.threads) == (engine.name, threads)
    assert again.seed == network.seed


@pytest.mark.parametrize("method", PROCESSES)
def test_a_network_trains_in_another_process_and_comes_back(method, network, expected):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this system")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside other threads
        with multiprocessing.get_context(method).Pool(2) as pool:
            results = pool.map(trained, [network, network])
    for again, backend in results:
        assert backend == again.backend == network.backend
        assert bits(again.get_weights()) == expected
        assert again.architecture == network.architecture


@pytest.mark.parametrize("method", PROCESSES)
def test_threads_of_the_core_survive_another_process(method, native):
    """What fork doesn't copy, threads, is nothing that a network relies on."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} on this system")
    wide = [[k % 7 / 7, k % 5 / 5] for k in range(3000)]
    network = Network([2, 60, 1], seed=1, backend="c", threads=2)
    before = bits(network.predict(wide))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with multiprocessing.get_context(method).Pool(1) as pool:
            there = pool.apply_async(network.predict, (wide,)).get(timeout=60)
    assert bits(there) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_after_a_fork_large_weights_belong_to_each(native):
    from purenn.native.memory import LARGE

    network = Network([600, 900, 1], seed=1, backend="c")
    before = network.weights.block().tobytes()
    assert len(before) > LARGE
    child = os.fork()
    if child == 0:
        network.fit([[1.0] * 600], [[0.0]], epochs=1, learning_rate=0.1)
        os._exit(network.weights.block().tobytes() == before)
    assert os.waitpid(child, 0)[1] == 0, "the child's weights did not change"
    assert network.weights.block().tobytes() == before


@pytest.mark.parametrize("kind", ["madvise", "none"])
@pytest.mark.parametrize("difference", [-1, 0, 1])
def test_large_memory_is_zeros_from_the_start_of_a_cache_line(
    native, monkeypatch, kind, difference
):
    from purenn.native.memory import LARGE, zeros

    if kind == "none":
        monkeypatch.delattr("mmap.MADV_HUGEPAGE", raising=False)
    count = LARGE // 8 + difference
    memory = zeros(count)
    assert memory.address % 64 == 0
    assert memory.view().tobytes() == bytes(8 * count)


def test_joblib_sends_networks_too(network, expected):
    joblib = pytest.importorskip("joblib")
    results = joblib.Parallel(n_jobs=2)(joblib.delayed(trained)(network) for _ in range(2))
    assert [bits(again.get_weights()) for again, backend in results] == [expected] * 2


@pytest.mark.parametrize("wanted", ["c", "auto"])
def test_where_the_core_is_missing_a_network_takes_the_other_engine(native, wanted, tmp_path):
    network = Network([2, 3, 1], backend=wanted, **DESCRIPTION)
    (tmp_path / "network").write_bytes(pickle.dumps(network))
    code = (
        "import pickle, sys\n"
        "sys.modules['purenn.native._core'] = None\n"
        "sys.path[:0] = sys.argv[1:]\n"
        "from workers import trained\n"
        "network, backend = trained(pickle.load(open('network', 'rb')))\n"
        "assert backend == 'python', backend\n"
        "pickle.dump(network, open('network', 'wb'))\n"
    )
    folders = [str(purenn.__path__[0] + "/.."), *(p for p in sys.path if p.endswith("tests"))]
    subprocess.run([sys.executable, "-c", code, *folders], cwd=tmp_path, check=True)
    again = pickle.loads((tmp_path / "network").read_bytes())
    assert again.backend == "c" and again.wanted_backend == "auto"
    assert bits(again.get_weights()) == bits(trained(network)[0].get_weights())


def test_a_network_is_pickled_between_two_steps_of_a_training(network):
    """And not with its locks: the copy can train while the original does."""
    training = Training(network, X, Y, learning_rate=0.5, batch_size=3)
    training.step()
    again = pickle.loads(pickle.dumps(network))
    training.step()
    twin = Training(again, X, Y, learning_rate=0.5, batch_size=3)
    twin.step()
    assert twin.position == (0, 3) and training.position == (0, 6)


def test_architectures_and_histories_are_pickled(network):
    history = network.fit(X, Y, epochs=2, learning_rate=0.5, shuffle=True, seed=4)
    for value in (network.architecture, history):
        for way in WAYS.values():
            assert repr(way(value)) == repr(value)
    again = copy.deepcopy(history)
    assert again.history == history.history and again.seed == 4


@pytest.mark.parametrize("way", WAYS)
def test_a_training_is_not_copied(way, network):
    training = Training(network, X, Y, learning_rate=0.5)
    with pytest.raises(TypeError, match="a Training can't be copied: make a new one"):
        WAYS[way](training)
