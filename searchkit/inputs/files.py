"""Files and folders as they lie on disk: walked in order, opened without surprises.

Only regular files are opened: a pipe or a device would block or never end.  In a
folder no link is followed; what a link inside the folder points at is met in its place.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from searchkit.errors import InputError

# Furniture that browsers save beside a page: its words are no statement's.
_FURNITURE = (
    *(".css", ".js", ".mjs", ".map", ".woff", ".woff2", ".ttf", ".eot", ".otf"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".avif", ".bmp"),
    *(".mp3", ".mp4", ".webm"),
)
# Version control that does not hide itself behind a dot.
_VERSION_CONTROL = frozenset({"CVS", "_darcs"})

# Without O_NONBLOCK, opening a pipe waits for its writer; Windows has only the other.
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_REASONS = {
    errno.ENOENT: "no such file",
    errno.EACCES: "cannot be read: permission denied",
    errno.EPERM: "cannot be read: permission denied",
    errno.ELOOP: "a loop of links",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENXIO: "a socket or a device, not a file",
}
_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISDIR, "a folder"),
)


def printable_path(path: str) -> str:
    r"""Give the path as text that can be stored: bytes that are no UTF-8 as ``\xff``.

    >>> printable_path("d\udce9claration.txt")
    'd\\xe9claration.txt'
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def os_reason(error: OSError) -> str:
    """Say in the user's words why the system refused."""
    known = _REASONS.get(error.errno or 0)
    return known or f"cannot be read: {(error.strerror or str(error)).lower()}"


def open_regular(path: str) -> BinaryIO:
    """Open a regular file for reading; never waits, follows links.

    Raises InputError for pipes, sockets, devices and folders, and OSError.
    """
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            kind = next((name for test, name in _KINDS if test(mode)), "something else")
            raise InputError(printable_path(path), f"{kind}, not a file")
        return os.fdopen(descriptor, "rb")
    except InputError:
        os.close(descriptor)
        raise


def walk_folder(folder: str) -> Iterator[str | InputError]:
    """Give the paths below a folder in the order of their names, depth first.

    A link that leads out of the folder, nowhere or round in a circle is told once and
    not followed, as is a folder that cannot be read.
    """
    root = os.path.realpath(folder)
    seen: set[tuple[int, int]] = set()
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        try:
            entry = Path(path).lstat()
            if path == folder or stat.S_ISDIR(entry.st_mode):
                waiting.extend(_open_folder(path, seen))
            elif stat.S_ISLNK(entry.st_mode):
                yield from _look_at_link(path, root)
            else:
                yield path
        except InputError as error:
            yield error
        except OSError as error:
            yield InputError(printable_path(path), os_reason(error))


def _open_folder(path: str, seen: set[tuple[int, int]]) -> list[str]:
    """List what is to be visited, last first."""
    found = Path(path).stat()
    place = (found.st_dev, found.st_ino)
    if place in seen:
        raise InputError(printable_path(path), "the same folder again: not entered twice")
    seen.add(place)
    names = sorted(filter(_is_wanted, os.listdir(path)), reverse=True)  # noqa: PTH208
    return [os.path.join(path, name) for name in names]  # noqa: PTH118 - "./" stays as given


def _is_wanted(name: str) -> bool:
    hidden = name.startswith(".") or name in _VERSION_CONTROL
    return not hidden and not name.lower().endswith(_FURNITURE)


def _look_at_link(path: str, root: str) -> Iterator[InputError]:
    origin = printable_path(path)
    try:
        place = os.path.realpath(path, strict=True)
    except OSError as error:
        nowhere = error.errno == errno.ENOENT
        yield InputError(origin, "a link to nothing" if nowhere else os_reason(error))
        return
    if os.path.commonpath([root, place]) != root:
        yield InputError(origin, "a link out of the folder, not followed. Name it to add it")
    elif os.path.commonpath([place, os.path.realpath(os.path.dirname(path))]) == place:  # noqa: PTH120
        yield InputError(origin, "a link to a folder it stands in, not followed")
