"""Who may use a network's weights when: several threads take turns, one at a time changes them."""

from __future__ import annotations

import os
from _thread import RLock  # `threading` takes longer to import than all of purenn
from _weakref import ref

from .annotations import Any, Callable


class Turns:
    """Two locks that are held together, `with turns.queue, turns.use:`, for a short use.

    Who needs many turns, one after the other, takes `use` alone, and looks into the queue between
    them: `with turns.queue: pass` waits until whoever stands in it has had a turn.
    """

    __slots__ = ("__weakref__", "queue", "use")

    def __init__(self) -> None:
        self.queue, self.use = RLock(), RLock()
        _turns.add(ref(self, _turns.discard))


class Claim:
    """What one caller at a time may do, while others are refused.

    Ctrl-C may come anywhere: so a claim is released by whatever may have taken it, without a call.
    """

    __slots__ = ("_holder", "_message")

    def __init__(self, message: str) -> None:
        self._holder: dict[object, object] = {}
        self._message = message

    def during(self, call: Callable[..., Any], *arguments: Any) -> Any:
        """What the call gives. Raises RuntimeError, with the message, during another one."""
        ticket, process = object(), _process[0]  # who forks leaves the claims of threads behind
        try:
            if self._holder.setdefault(process, ticket) is not ticket:
                raise RuntimeError(self._message)
            return call(*arguments)
        finally:
            if process in self._holder and self._holder[process] is ticket:
                del self._holder[process]


# A fork has a turn of every network, so that the child finds whole weights and no lock of a thread
# that it doesn't have.
_turns: set[ref[Turns]] = set()
_forking = RLock()
_held: list[Turns] = []
_process = [object()]


def _hold() -> None:
    _forking.acquire()
    _held.extend(turns for turns in [found() for found in list(_turns)] if turns is not None)
    for turns in _held:
        turns.queue.acquire()
        turns.use.acquire()


def _release() -> None:
    while _held:
        turns = _held.pop()
        turns.use.release()
        turns.queue.release()
    _forking.release()


def _begin_process() -> None:
    _process[0] = object()
    _release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_begin_process)
