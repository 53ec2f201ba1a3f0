"""The writer's lock: one process writes an archive, the others wait or are told who does.

A path goes in, a held `WriteLock` comes out.  The lock is flock(2) on a file whose words
name the holder; the kernel drops it with the process, so there is nothing to unlock by
hand after a kill.  Readers take no lock.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from searchkit.errors import ArchiveError, Busy

_POLL_S = 0.1
_MAX_HOLDER_BYTES = 4096
_MAX_SHOWN = 200

_held: weakref.WeakSet[WriteLock] = weakref.WeakSet()


class WriteLock:
    """A held lock; `release` gives it back."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        _held.add(self)

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _leave_to_parent() -> None:
    # A forked child shares the open file and would hold the lock beyond its parent's death.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_leave_to_parent)


def take_lock(
    path: Path, *, wait_s: float = 600.0, on_wait: Callable[[str], None] | None = None
) -> WriteLock:
    """Take the lock file's lock, waiting ``wait_s`` seconds at most.

    ``on_wait`` is told once, in one line, who holds it.  Raises Busy when the time is
    over, ArchiveError where the file cannot be opened.
    """
    descriptor = _open_lock(path)
    try:
        _wait_for(descriptor, path, wait_s, on_wait)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _myself(), 0)
    except OSError as exc:
        os.close(descriptor)
        raise ArchiveError(f"cannot write {path}: {exc.strerror}") from exc
    except BaseException:
        os.close(descriptor)
        raise
    return WriteLock(descriptor)


def is_locked(path: Path) -> bool:
    """Whether some process writes the archive just now."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise ArchiveError(f"cannot open {path}: {exc.strerror}") from exc


def _try_lock(descriptor: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(
    descriptor: int, path: Path, wait_s: float, on_wait: Callable[[str], None] | None
) -> None:
    deadline = time.monotonic() + wait_s
    told = False
    while not _try_lock(descriptor):
        pid, command = _holder(descriptor)
        if time.monotonic() >= deadline:
            raise Busy(
                f"archive {path.parent} is being written by {_named(pid, command)}: "
                f"try again when it is done{f', or stop it with: kill {pid}' if pid else ''}"
            )
        if on_wait is not None and not told:
            on_wait(f"waiting for {_named(pid, command)}, which writes {path.parent}")
            told = True
        time.sleep(min(_POLL_S, max(0.0, deadline - time.monotonic())))


def _myself() -> bytes:
    words = " ".join(sys.argv).encode("utf-8", "replace")
    return f"{os.getpid()}\n".encode() + words[: _MAX_HOLDER_BYTES - 32] + b"\n"


def _holder(descriptor: int) -> tuple[str, str]:
    """Process id and command line of the holder; empty where he has not written them yet."""
    words = os.pread(descriptor, _MAX_HOLDER_BYTES, 0).decode("utf-8", "replace")
    pid, _, command = words.partition("\n")
    shown = "".join(c if c.isprintable() else " " for c in command[:_MAX_SHOWN]).strip()
    return (pid if pid.isascii() and pid.isdigit() else ""), shown


def _named(pid: str, command: str) -> str:
    if not pid:
        return "another process"
    return f"process {pid} ({command})" if command else f"process {pid}"
