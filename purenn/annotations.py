"""Names for annotations, which nothing evaluates.

They come from `typing`, but not at run time: to import that takes longer than all of purenn.
"""

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any as Any
else:
    Any = object
