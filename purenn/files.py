"""A user's files: regular ones only, read within bounds, replaced at once or not at all."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress

from .annotations import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not on every system
    fcntl = None  # type: ignore[assignment]

# Not to follow links, wait for a pipe's other end, translate line ends, or leak to other programs.
OPEN = 0
for _flag in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK"):
    OPEN |= getattr(os, _flag, 0)


def check_regular(path: str) -> None:
    """Refuses anything there but a regular file: another may block, never end, or be lost.

    Raises OSError.
    """
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISREG(mode):
        raise _no_regular_file(path, mode)


def read_whole(path: str | os.PathLike, most: int) -> bytes:
    """A regular file of at most that many bytes.

    Raises ValueError where it is larger, OSError where it can't be read.
    """
    with reading(path, most) as (file, size):
        return file.read(size)


@contextmanager
def reading(path: str | os.PathLike, most: int) -> Iterator[tuple[BufferedReader, int]]:
    """A regular file of at most that many bytes, open for reading, and how many it has.

    Raises ValueError where it is larger, OSError where it can't be read.
    """
    name = os.fsdecode(path)
    with open(name, "rb", opener=_opened) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise _no_regular_file(name, status.st_mode)
        if status.st_size > most:
            raise ValueError(f"{name}: expected at most {most:,} bytes, got {status.st_size:,}")
        yield file, status.st_size


def _opened(name: str, flags: int) -> int:
    return os.open(name, flags | OPEN)


def replace(path: str | os.PathLike, content: bytes) -> None:
    """Puts the content where the path leads, links followed, and keeps the mode of what was there.

    It is written beside its place, under a name that belongs to the place, and moved there when it
    is whole. That name is locked: whoever else saves there waits, and what a killed save has left
    behind is removed; on a system without such locks the second is refused. Raises OSError where
    the file can't be written.
    """
    name = os.fsdecode(path)
    try:
        _replace(os.path.realpath(name) if os.path.islink(name) else name, content)
    except OSError as error:  # it may name the temporary file
        raise OSError(error.errno, error.strerror, name) from None


def _replace(target: str, content: bytes) -> None:
    check_regular(target)
    temporary = _beside(target)
    with _locked(temporary) as file:
        try:
            _take_over(file.fileno(), target)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # some systems can't move an open file
            os.replace(temporary, target)
        except BaseException:
            _take_away(file, temporary)
            raise


def _take_away(file: BinaryIO, temporary: str) -> None:
    """Removes the temporary file; where there are locks, only if it still has that place."""
    if fcntl is None:
        with suppress(OSError):  # of what is left to write
            file.close()
        with suppress(OSError):
            os.unlink(temporary)
    elif _is_still_at(file.fileno(), temporary):
        os.unlink(temporary)


def _beside(target: str) -> str:
    """The temporary name that belongs to a target: short, however long its own is."""
    from hashlib import sha256

    folder, name = os.path.split(target)
    return os.path.join(folder, f".purenn-{sha256(os.fsencode(name)).hexdigest()[:16]}.part")


def _locked(temporary: str) -> BinaryIO:
    """That file, new, empty, and locked as long as it is open."""
    while True:
        try:
            file = open(temporary, "wb", opener=_created)  # noqa: SIM115
        except FileExistsError:  # without locks
            reason = f"expected no other save there; if none is going on, remove {temporary}"
            raise OSError(errno.EEXIST, reason) from None
        if fcntl is None:
            return file
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
        if _is_still_at(file.fileno(), temporary):
            status = os.fstat(file.fileno())
            if status.st_size == 0 and status.st_nlink == 1:
                return file
            os.unlink(temporary)  # what a killed one has left
        file.close()


def _created(name: str, flags: int) -> int:
    alone = os.O_EXCL if fcntl is None else 0
    return os.open(
        name, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | OPEN | alone, 0o666
    )


def _is_still_at(descriptor: int, path: str) -> bool:
    """Whether the open file has that path; the one that held the lock may have moved it."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _take_over(descriptor: int, target: str) -> None:
    """Gives a file the owner and the mode of the one whose place it takes, as far as that goes."""
    try:
        status = os.stat(target)
    except FileNotFoundError:
        return
    if fcntl is None:  # on Windows, a file that may not be written couldn't be moved
        return
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        with suppress(PermissionError):
            os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _no_regular_file(path: str, mode: int) -> OSError:
    if stat.S_ISDIR(mode):
        return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return OSError(errno.EINVAL, "expected a regular file, got a pipe or a device", path)
