"""Both engines for every test that asks for `engine`, and the active one in the header."""

from __future__ import annotations

import os

import pytest

import purenn
from purenn.engines import BackendError
from purenn.engines import engine as choose

try:
    from hypothesis import settings
except ImportError:  # the tests that need it are skipped
    pass
else:
    settings.register_profile("purenn", deadline=None, print_blob=True)
    settings.load_profile("purenn")


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
