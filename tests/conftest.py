"""Both engines for every test that asks for `engine`, and the active one in the header."""

from __future__ import annotations

import os
import signal
import sys

import pytest

import purenn
from purenn import commands
from purenn.engines import BackendError
from purenn.engines import engine as choose

try:
    from hypothesis import settings
except ImportError:  # the tests that need it are skipped
    pass
else:
    settings.register_profile("purenn", deadline=None, print_blob=True)
    settings.load_profile("purenn")


def pytest_configure():
    """Ctrl-C is sent by tests; a shell makes programs in the background ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header():
    info = ", ".join(f"{key}: {value}" for key, value in purenn.backend_info().items())
    return f"purenn {purenn.__version__} from {os.path.dirname(purenn.__file__)} ({info})"


def c_engine():
    """The C engine; where it is absent a skip, or a failure where it was required."""
    try:
        return choose("c")
    except BackendError as error:
        if os.environ.get("PURENN_BUILD_C") == "require":
            pytest.fail(f"PURENN_BUILD_C=require, but {error}")
        pytest.skip(str(error))


@pytest.fixture(scope="session", params=["python", "c"])
def engine(request):
    """Each engine in turn."""
    return choose("python") if request.param == "python" else c_engine()


@pytest.fixture(scope="session")
def native():
    """The binding, where it is installed."""
    return c_engine().functions


@pytest.fixture
def without_core(monkeypatch):
    """As where the C core was not built: whoever imports the binding doesn't find it."""
    monkeypatch.delenv("PURENN_BACKEND", raising=False)
    monkeypatch.delattr(purenn, "native", raising=False)
    for name in [name for name in sys.modules if name.startswith("purenn.native")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "purenn.native._core", None)


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Runs the command line in this process: exit status, lines on stdout, lines on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PURENN_BACKEND", raising=False)

    def run(*arguments):
        try:
            code = commands.main(arguments)
        except SystemExit as stop:  # argparse's, after --help
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run


@pytest.fixture
def refused(run):
    """That the arguments end with status 2 and one line that has these words."""

    def refused(arguments, *words, may_print=False):
        code, out, err = run(*arguments)
        assert code == 2 and len(err) == 1, (code, err)
        assert err[0].startswith("purenn: ") and len(err[0]) < 300, err
        assert all(word in err[0] for word in words), err
        assert may_print or out == []

    return refused
