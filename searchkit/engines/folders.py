"""What the folders of all engines have in common: whose they are, and a record that is checked.

An engine's folder comes in; out go its small record, read or put in force by one rename,
and the errors of what is wrong with it.  What the record means is the engine's to say.
"""

from __future__ import annotations

import json
import os
import stat
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from searchkit.engines import SCHEMA
from searchkit.errors import IndexProblem, SearchkitError

REBUILD = "Run: searchkit index --rebuild"

_Record = TypeVar("_Record")


def damaged(folder: Path, what: str) -> IndexProblem:
    """The error for files that are not as they were written."""
    return IndexProblem(f"index '{folder}' is damaged ({what}). {REBUILD}")


def unreadable(folder: Path, exc: OSError) -> IndexProblem:
    """The error for files that the system does not let us read."""
    return IndexProblem(f"index '{folder}' cannot be read: {exc.strerror or exc}")


def refused(folder: Path, why: str) -> SearchkitError:
    """The error for an update that the disk or a file refused."""
    return SearchkitError(
        f"index '{folder}' cannot be written: {why}. "
        "The last commit is untouched: make room or access, then run the command again"
    )


def guard_folder(folder: Path) -> None:
    """Raise IndexProblem where the folder is somebody else's, or others may write in it."""
    info = folder.stat()
    if not stat.S_ISDIR(info.st_mode):
        raise IndexProblem(f"index '{folder}' is not a folder: move it away. {REBUILD}")
    if not hasattr(os, "geteuid"):
        return
    if info.st_uid not in (os.geteuid(), 0):
        raise IndexProblem(f"index '{folder}' belongs to another user: move it away. {REBUILD}")
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise IndexProblem(f"index '{folder}' can be written by others. Run: chmod 700 '{folder}'")


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone, where there is none; then guard it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    guard_folder(folder)


def stamp_of(path: str | Path) -> tuple[int, int, int] | None:
    """What changes when another file is put in this one's place; None where there is none.

    Raises IndexProblem where the system does not tell.
    """
    try:
        info = os.stat(path)  # noqa: PTH116 - for each search; Path.stat takes twice the time
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as exc:
        raise unreadable(Path(path).parent, exc) from exc
    return info.st_ino, info.st_mtime_ns, info.st_size


def read_record(path: Path, magic: str, make: Callable[[Any], _Record]) -> _Record:
    """What ``make`` makes of the JSON in a record; ``magic`` is its first word.

    Raises IndexProblem where the record is missing, damaged or of another schema.
    """
    folder, name = path.parent, path.name
    try:
        header, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError as exc:
        raise damaged(folder, f"the file {name!r} is missing") from exc
    words = header.decode("ascii", "replace").split(" ")
    if len(words) != 3 or words[0] != magic or not words[1].isdigit():
        raise damaged(folder, f"the file {name!r} cannot be read")
    if words[1] != str(SCHEMA):
        raise IndexProblem(
            f"index '{folder}' has schema {words[1]}, this searchkit needs {SCHEMA}. {REBUILD}"
        )
    if words[2] != f"{zlib.crc32(body):08x}":
        raise damaged(folder, f"the file {name!r} fails its checksum")
    try:
        return make(json.loads(body))
    except (ValueError, KeyError, TypeError) as exc:
        raise damaged(folder, f"the file {name!r} cannot be read: {exc}") from exc


def write_record(path: Path, magic: str, value: Any) -> None:
    """Put the record in force by one rename; it is on the disk when this returns."""
    body = json.dumps(value, separators=(",", ":")).encode()
    new = path.with_name(path.name + ".new")
    new.write_bytes(f"{magic} {SCHEMA} {zlib.crc32(body):08x}\n".encode() + body)
    sync(new)
    new.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
