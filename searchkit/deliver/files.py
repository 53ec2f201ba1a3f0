"""Messages as JSON lines: onto stdout, and at the end of a file, once.

A file is only ever longer by whole lines.  What a crash left of a line is cut off, an
item that already stands there is not written again, and nothing counts as told before
it is on the disk.  Several processes may append to one file.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import select
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from searchkit.deliver.jsonlines import ITEM_SCHEMA, item_lines, item_opening
from searchkit.deliver.records import Message
from searchkit.errors import DeliveryError
from searchkit.hidden import to_json

# How each of our lines begins.
_OPENING = to_json({"schema": ITEM_SCHEMA})[:-1].encode()
# What a pipe that is ready takes without blocking (POSIX; Linux takes more).
_PIPE_BYTES = 512
_LOCK_PAUSE_S = 0.05


def write_stdout(message: Message, deadline: float) -> None:
    """Print one line an item; raises DeliveryError where nobody reads it by the deadline."""
    data = _joined(item_lines(message))
    try:
        sys.stdout.flush()
        _write_by(sys.stdout.fileno(), data, deadline)
    except OSError as exc:
        raise DeliveryError(f"stdout: {reason_of(exc)}", permanent=False) from exc


def _write_by(descriptor: int, data: bytes, deadline: float) -> None:
    place = 0
    while place < len(data):
        _, ready, _ = select.select([], [descriptor], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise OSError(errno.EAGAIN, "nobody reads it")
        place += os.write(descriptor, data[place : place + _PIPE_BYTES])


def append_file(message: Message, path: Path, deadline: float) -> None:
    """Append the items that do not stand in the file yet, whole or not at all."""
    try:
        with _opened(path, deadline) as descriptor:
            _cut_torn_line(descriptor)
            lines = _missing(descriptor, message)
            if lines:
                _append(descriptor, _joined(lines))
            os.fsync(descriptor)
        _sync_folder(path.parent)
    except OSError as exc:
        raise DeliveryError(f"file {str(path)!r}: {reason_of(exc)}", permanent=False) from exc


@contextmanager
def _opened(path: Path, deadline: float) -> Iterator[int]:
    """The file, locked; a pipe or a device would block or keep nothing."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o666)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no regular file")
        _lock(descriptor, deadline)
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(_LOCK_PAUSE_S)


def _cut_torn_line(descriptor: int) -> None:
    """Cut off the piece of a line of ours; end the line of anybody else."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        start = data.rfind(b"\n") + 1
        piece = data[start : start + len(_OPENING)]
    if start == size:
        return
    if piece.startswith(_OPENING[: len(piece)]):
        os.ftruncate(descriptor, start)
    else:
        _append(descriptor, b"\n")


def _missing(descriptor: int, message: Message) -> list[str]:
    """The lines of the items that do not stand in the file."""
    lines = item_lines(message)
    if os.fstat(descriptor).st_size == 0:
        return lines
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        start = data.find(to_json({"message_id": message.id})[1:-1].encode())
        if start < 0:
            return lines
        start = data.rfind(b"\n", 0, start) + 1
        openings = [item_opening(message, item).encode() for item in message.items]
        pairs = zip(lines, openings, strict=True)
        return [line for line, opening in pairs if data.find(opening, start) < 0]


def _append(descriptor: int, data: bytes) -> None:
    size = os.fstat(descriptor).st_size
    try:
        place = 0
        while place < len(data):
            place += os.write(descriptor, data[place:])
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _joined(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


@contextmanager
def locked_folder(folder: Path, deadline: float) -> Iterator[int]:
    """A folder, for one writer of ours at a time; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(descriptor, deadline)
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason_of(exc: OSError) -> str:
    """What the system says, without the path."""
    return (exc.strerror or str(exc)).lower()
