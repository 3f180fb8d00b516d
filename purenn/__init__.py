"""purenn: dense neural networks in plain Python and in C, with the same bits.

Beside what stands here there are three rooms: purenn.metrics, purenn.schedules for learning rates,
and purenn.callbacks for what is done after each epoch.
"""

from .annotations import TYPE_CHECKING, Any
from .architecture import Architecture
from .engines import BackendError, backend_info
from .history import History
from .network import Network
from .optimizers import Optimizer
from .training import Training, TrainingWarning
from .version import VERSION

if TYPE_CHECKING:
    from . import callbacks, metrics, schedules
    from .export import export_c, export_python

__version__ = VERSION
__all__ = [
    "Architecture",
    "BackendError",
    "History",
    "Network",
    "Optimizer",
    "Training",
    "TrainingWarning",
    "backend_info",
    "callbacks",
    "export_c",
    "export_python",
    "metrics",
    "schedules",
]


def __getattr__(name: str) -> Any:
    """What takes a while to import, imported where it is first asked for."""
    if name in ("callbacks", "metrics", "schedules"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    if name in ("export_c", "export_python"):
        from . import export

        return getattr(export, name)
    raise AttributeError(f"module 'purenn' has no attribute {name!r}")
