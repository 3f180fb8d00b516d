"""Objects that stay as they were made."""

from __future__ import annotations

from .annotations import Any


class Frozen:
    """An object that holds what its `__slots__` name, and can't be changed.

    Raises AttributeError where something would be set.
    """

    __slots__: tuple[str, ...] = ()

    def _fill(self, **values: Any) -> None:
        """Sets all that it holds, once, when the object is made."""
        if hasattr(self, next(iter(values))):
            raise AttributeError(f"this {type(self).__name__} is made already; make a new one")
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        kind = type(self).__name__
        raise AttributeError(f"{kind}.{name} can't be changed; make a new {kind} instead")

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)


class Record(Frozen):
    """A frozen object that is nothing but its `_values`: equal to another one with the same."""

    __slots__: tuple[str, ...] = ()

    def _values(self) -> dict[str, Any]:
        """The arguments that make an equal one."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._values() == self._values()

    def __hash__(self) -> int:
        return hash(tuple(self._values().items()))

    def __reduce__(self) -> tuple:
        return _made, (type(self), self._values())


def _made(kind: type[Record], values: dict[str, Any]) -> Record:
    """The record of these values, checked like any other: copies and pickles are made with it."""
    return kind(**values)
