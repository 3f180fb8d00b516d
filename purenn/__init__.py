"""purenn: dense neural networks in two texts, plain Python and C, that compute the same bits."""

from .engines import BackendError, backend_info
from .network import History, Network

__version__ = "0.1.0"
__all__ = ["BackendError", "History", "Network", "backend_info"]
