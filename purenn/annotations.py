"""Names for annotations, some of which isinstance takes, too.

They belong to `typing` and `collections.abc`. Importing `typing` takes longer than importing all of
purenn, and importing `collections` a good part of it; its abstract classes are in
`_collections_abc`, which Python has loaded anyway.
"""

from _collections_abc import Callable as Callable
from _collections_abc import Iterable as Iterable
from _collections_abc import Iterator as Iterator
from _collections_abc import Mapping as Mapping
from _collections_abc import Sequence as Sequence

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
else:
    Any = object
