"""purenn: dense neural networks in plain Python and in C, with the same bits."""

from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture
from .engines import BackendError, backend_info
from .history import History
from .network import Network
from .training import Training
from .version import VERSION

if TYPE_CHECKING:
    from .export import export_c, export_python

__version__ = VERSION
__all__ = [
    "Architecture",
    "BackendError",
    "History",
    "Network",
    "Training",
    "backend_info",
    "export_c",
    "export_python",
]


def __getattr__(name: str) -> Any:
    """The exports, imported where they are first asked for."""
    if name in ("export_c", "export_python"):
        from . import export

        return getattr(export, name)
    raise AttributeError(f"module 'purenn' has no attribute {name!r}")
