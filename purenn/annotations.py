"""Names for annotations, some of which isinstance takes, too.

They come from `typing` and `collections.abc`, but not at run time: to import the first takes longer
than all of purenn, and the second, whose classes are always there, half as long.
"""

from _collections_abc import Callable as Callable
from _collections_abc import Iterable as Iterable
from _collections_abc import Mapping as Mapping
from _collections_abc import Sequence as Sequence

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
else:
    Any = object
