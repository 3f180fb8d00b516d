"""A user's files: what is replaced keeps its mode and its links, nothing is lost or left behind,
and nothing is read that may never end."""

import errno
import io
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from purenn import Network, files

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and devices of POSIX")


@pytest.fixture
def network():
    return Network([2, 1], seed=1, backend="python")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.json"


@pytest.fixture(params=["model.json", "model.safetensors"])
def either(request, tmp_path):
    """A path for each form of a model file."""
    return tmp_path / request.param


def hidden(folder):
    return [name for name in os.listdir(folder) if name.startswith(".")]


def seed_of(path):
    return Network.load(path, backend="python").seed


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o400])
def test_the_mode_of_a_file_is_kept(network, either, mode):
    either.write_text("old")
    either.chmod(mode)
    network.save(either)
    assert stat.S_IMODE(either.stat().st_mode) == mode
    assert seed_of(either) == 1


def test_a_new_file_has_the_mode_of_any_new_file(network, path, tmp_path):
    (tmp_path / "other").write_text("")
    network.save(path)
    assert path.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_the_owner_of_a_file_is_kept(network, either):
    either.write_text("old")
    os.chown(either, 12345, 23456)
    network.save(either)
    assert (either.stat().st_uid, either.stat().st_gid) == (12345, 23456)


@pytest.mark.parametrize("there", [True, False], ids=["to a file", "to none yet"])
def test_links_are_followed(network, either, tmp_path, there):
    folder = tmp_path / "models"
    folder.mkdir()
    if there:
        (folder / f"first{either.suffix}").write_text("old")
        (folder / f"first{either.suffix}").chmod(0o600)
    (tmp_path / "latest").symlink_to(os.path.join("models", f"first{either.suffix}"))
    either.symlink_to("latest")
    network.save(either)
    assert either.is_symlink() and (tmp_path / "latest").is_symlink()
    assert not (folder / f"first{either.suffix}").is_symlink()
    if there:
        assert stat.S_IMODE((folder / f"first{either.suffix}").stat().st_mode) == 0o600
    assert seed_of(either) == seed_of(folder / f"first{either.suffix}") == 1
    assert hidden(tmp_path) == hidden(folder) == []


def test_a_circle_of_links_is_refused(network, path, tmp_path):
    path.symlink_to("other")
    (tmp_path / "other").symlink_to("model.json")
    with pytest.raises(OSError):
        network.save(path)
    assert path.is_symlink() and hidden(tmp_path) == []


def make_device(path):
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))  # /dev/null
    except PermissionError:
        pytest.skip("needs root")


@pytest.mark.parametrize(
    "make", [make_device, os.mkfifo, os.mkdir], ids=["device", "pipe", "folder"]
)
@pytest.mark.parametrize("linked", [False, True], ids=["itself", "linked"])
def test_only_regular_files_are_replaced_or_read(network, either, tmp_path, make, linked):
    place = tmp_path / "place" if linked else either
    make(place)
    if linked:
        either.symlink_to(place)
    kind = place.stat().st_mode
    for call in (network.save, Network.load):
        with pytest.raises(OSError, match=r"regular file|[Ii]s a directory") as raised:
            call(either)
        assert str(either.parent) in str(raised.value)
    assert place.stat().st_mode == kind and either.is_symlink() == linked
    assert hidden(tmp_path) == []


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/stdin", "/dev/tty"])
def test_devices_are_not_read(device, either):
    either.symlink_to(device)
    for path in (device, either):
        with pytest.raises(OSError):
            Network.load(path)


def test_a_file_too_large_is_not_read(path):
    with open(path, "wb") as file:
        file.truncate(5 * 10**9)
    start = time.monotonic()
    with pytest.raises(ValueError, match=r"expected at most 1,073,741,824 bytes, got 5,000,000,0"):
        Network.load(path)
    assert time.monotonic() - start < 1


def test_a_small_file_takes_little_memory(network, either):
    tracemalloc = pytest.importorskip("tracemalloc")
    network.save(either)
    tracemalloc.start()
    try:
        Network.load(either)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 10**6


SAVES = """
import sys
from purenn import Network

network = Network([300, 20, 3], seed=2, backend="python")
network.save("model.json")
print("ready", flush=True)
while True:
    network.save("model.json")
"""


def saving(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", SAVES], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_saves_leave_a_whole_model_and_nothing_that_stays(network, path, tmp_path):
    stream = random.Random(0)
    for _ in range(12):
        process = saving(tmp_path)
        time.sleep(stream.random() * 0.06)
        process.kill()
        process.communicate()
        assert len(hidden(tmp_path)) <= 1
        assert seed_of(path) == 2
    network.save(path)
    assert hidden(tmp_path) == [] and seed_of(path) == 1


def test_what_a_killed_save_left_is_taken_away(network, path, tmp_path, monkeypatch):
    moved = os.replace

    def killed(source, target):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(os, "replace", killed)
        context.setattr(os, "unlink", lambda path: None)
        with pytest.raises(KeyboardInterrupt):
            network.save(path)
    (left,) = hidden(tmp_path)
    assert os.path.getsize(tmp_path / left) > 100
    assert os.replace is moved
    network.save(path)
    assert hidden(tmp_path) == [] and seed_of(path) == 1


@pytest.fixture
def without_locks(monkeypatch):
    """As on a system that has none, nor moves files that are open."""
    monkeypatch.setattr(files, "fcntl", None)
    replace = os.replace

    def replace_closed(temporary, target):
        assert temporary not in open_files()
        replace(temporary, target)

    monkeypatch.setattr(os, "replace", replace_closed)


def open_files():
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the one that listed them
            found.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return found


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks for open files in /proc")
def test_without_locks_a_second_save_is_refused(network, path, tmp_path, without_locks):
    network.save(path)
    left = tmp_path / files._beside(str(path))
    left.touch()
    with pytest.raises(FileExistsError, match=f"expected no other save .*remove .*{left.name}"):
        Network([2, 1], seed=2).save(path)
    assert seed_of(path) == 1 and left.exists()
    left.unlink()
    Network([2, 1], seed=2).save(path)
    assert seed_of(path) == 2 and hidden(tmp_path) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks for open files in /proc")
@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_without_locks_a_save_that_fails_leaves_nothing(
    network, path, tmp_path, without_locks, monkeypatch, where
):
    network.save(path)

    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(os, where, interrupted)
        with pytest.raises(KeyboardInterrupt):
            Network([2, 1], seed=2).save(path)
    assert seed_of(path) == 1 and hidden(tmp_path) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks for open files in /proc")
def test_without_locks_a_save_on_a_full_disk_leaves_nothing(
    network, path, tmp_path, without_locks, monkeypatch
):
    network.save(path)
    with monkeypatch.context() as context:
        context.setattr(files, "open", lambda *arguments, **how: Full(*arguments), raising=False)
        with pytest.raises(OSError, match="No space left"):
            Network([2, 1], seed=2).save(path)
    assert seed_of(path) == 1 and hidden(tmp_path) == []


class Full(io.BufferedWriter):
    """A file on a full disk: what is written stays in the buffer, also when it is closed."""

    def __init__(self, name, mode):
        super().__init__(io.FileIO(name, mode))

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_second_saver_waits(network, path, tmp_path, monkeypatch):
    """The first one stops with its file whole, before it moves it to its place."""
    first_is_there, go_on = threading.Event(), threading.Event()
    moved = os.replace
    order = []

    def replace(source, target):
        order.append(threading.current_thread().name)
        if len(order) == 1:
            first_is_there.set()
            assert go_on.wait(60)
        moved(source, target)

    monkeypatch.setattr(os, "replace", replace)
    other = Network([2, 1], seed=3, backend="python")
    first = threading.Thread(target=network.save, args=(path,), name="first")
    second = threading.Thread(target=other.save, args=(path,), name="second")
    first.start()
    assert first_is_there.wait(60)
    second.start()
    second.join(0.3)
    assert second.is_alive() and order == ["first"]
    go_on.set()
    first.join()
    second.join()
    assert order == ["first", "second"]
    assert hidden(tmp_path) == [] and seed_of(path) == 3


def test_two_processes_save_at_the_same_place(network, path, tmp_path):
    processes = [saving(tmp_path), saving(tmp_path)]
    try:
        for _ in range(100):
            assert seed_of(path) == 2
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
    assert len(hidden(tmp_path)) <= 1  # Ctrl-C just where the file was made
    network.save(path)
    assert hidden(tmp_path) == [] and seed_of(path) == 1


def test_an_edited_label_is_accepted_and_an_edited_number_is_not(engine, path):
    network = Network(
        [2, 3, 1], activations="sigmoid", seed=5, labels=["no", "yes"], backend=engine.name
    )
    network.save(path)
    text = path.read_text()
    for label in ("oui", "sí, ça va", "\U0001f600"):
        path.write_text(text.replace("yes", label), encoding="utf-8")
        edited = Network.load(path, backend=engine.name)
        assert edited.architecture.preparation.labels == ("no", label)
        assert edited.get_weights() == network.get_weights()
    path.write_text(text.replace('"seed": 5', '"seed": 6'))
    with pytest.raises(ValueError, match="sha256: the file was altered"):
        Network.load(path, backend=engine.name)


def test_ctrl_c_just_after_a_save_is_no_other_error(network, path, tmp_path, monkeypatch):
    moved = os.replace

    def replace(source, target):
        moved(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        network.save(path)
    assert seed_of(path) == 1 and hidden(tmp_path) == []


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="a lost file is closed later")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_just_before_a_save_does_not_lock_out_the_next(network, path, tmp_path, monkeypatch):
    locked = files._locked

    def interrupted(temporary):
        locked(temporary)
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(files, "_locked", interrupted)
        with pytest.raises(KeyboardInterrupt):
            network.save(path)
    network.save(path)
    assert seed_of(path) == 1 and hidden(tmp_path) == []


def test_a_file_that_has_the_temporary_name_too_keeps_its_content(network, path, tmp_path):
    other = tmp_path / "other"
    other.touch()
    os.link(other, files._beside(str(path)))
    network.save(path)
    assert other.read_bytes() == b"" and seed_of(path) == 1 and hidden(tmp_path) == []


@pytest.mark.parametrize("name", ["model.json/", "no/../model.json"])
def test_paths_that_lead_nowhere(network, tmp_path, name):
    """As for `open`."""
    with pytest.raises(OSError, match=r"model\.json"):
        network.save(f"{tmp_path}/{name}")
    assert list(tmp_path.iterdir()) == []
