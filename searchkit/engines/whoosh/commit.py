"""What makes segment files an index: the commit record, and the lock.

The record names the segments, their deleted entries, sizes and checksums, and the
archive revision that they hold.  It is one file put in place by one rename: before it
the index is the old one, after it the new one, and a kill can leave nothing between.
Whoosh's own table of contents is a pickle without checksum; none is written or read.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from whoosh.util.filelock import FileLock

from searchkit.engines.folders import (
    damaged,
    make_folder,
    read_record,
    refused,
    sync,
    write_record,
)
from searchkit.engines.whoosh.postings import Damage
from searchkit.errors import Busy

COMMIT = "commit"
LOCK = "lock"
_SEGMENT_SUFFIX = ".seg"
_MAGIC = "searchkit-whoosh"

_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """One segment of a commit: ``size`` entries, of which ``deleted`` are gone."""

    name: str
    size: int
    bytes: int
    crc32: int
    deleted: tuple[int, ...] = ()

    @property
    def live(self) -> int:
        """Entries that are not deleted."""
        return self.size - len(self.deleted)


@dataclass(frozen=True, slots=True)
class Commit:
    """The whole index at one moment."""

    generation: int = 0
    revision: int = 0
    segments: tuple[SegmentRecord, ...] = ()

    @property
    def live(self) -> int:
        """Entries that are not deleted."""
        return sum(segment.live for segment in self.segments)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Around what reads the index's segments: Damage becomes IndexProblem."""
    try:
        yield
    except Damage as exc:
        raise damaged(folder, str(exc)) from exc


def read_commit(folder: Path) -> Commit:
    """The commit in force; an empty one where the folder is new.

    Raises IndexProblem where the record is missing, damaged or of another schema.
    """
    path = folder / COMMIT
    if not path.exists():
        if not any(folder.glob("*" + _SEGMENT_SUFFIX)):
            return Commit()
        if not path.exists():  # no first commit has come about since the first look
            raise damaged(folder, f"the file {COMMIT!r} is missing")
    return read_record(path, _MAGIC, _commit_of)


def _commit_of(record: Any) -> Commit:
    segments = tuple(
        SegmentRecord(**{**segment, "deleted": tuple(segment["deleted"])})
        for segment in record["segments"]
    )
    return Commit(record["generation"], record["revision"], segments)


def begin(folder: Path) -> Commit:
    """The commit that an update starts from; what a killed update left is removed.

    A new folder gets its first record here: segments without any mean damage.
    """
    last = read_commit(folder)
    if last.generation == 0:
        write_commit(folder, last)
    sweep(folder)
    return last


def write_commit(folder: Path, commit: Commit) -> None:
    """Put the commit in force; it is on the disk when this returns, as its segments are."""
    write_record(folder / COMMIT, _MAGIC, asdict(commit))


def record_segment(path: Path, size: int) -> SegmentRecord:
    """The record of a segment file just written, which is on the disk from here on."""
    sync(path)
    checksum, length = _checksum(path)
    return SegmentRecord(path.name, size, length, checksum)


def _checksum(path: Path) -> tuple[int, int]:
    checksum = length = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            checksum = zlib.crc32(block, checksum)
            length += len(block)
    return checksum, length


def segment_name(generation: int, number: int) -> str:
    """File name of a segment: the generation that wrote it and its number there."""
    return f"{generation:08d}-{number}{_SEGMENT_SUFFIX}"


def check_file(folder: Path, segment: SegmentRecord) -> str | None:
    """What is wrong with the segment's file; None where every byte is as written."""
    try:
        checksum, length = _checksum(folder / segment.name)
    except OSError as exc:
        return f"{segment.name}: {exc.strerror}"
    if length != segment.bytes:
        return f"{segment.name}: {length} bytes, should be {segment.bytes}"
    if checksum != segment.crc32:
        return f"{segment.name}: fails its checksum"
    return None


def sweep(folder: Path) -> None:
    """Remove segment files that the commit in force does not name."""
    kept = {segment.name for segment in read_commit(folder).segments}
    for path in folder.glob("*" + _SEGMENT_SUFFIX):
        if path.name not in kept:
            with suppress(OSError):  # open in another process, on Windows: next time
                path.unlink()


@contextmanager
def writing(folder: Path, wait_s: float) -> Iterator[None]:
    """Hold the folder's lock; a full disk or refused file becomes a SearchkitError.

    Raises Busy where another writer holds the lock for longer than ``wait_s`` seconds.
    """
    try:
        make_folder(folder)
        lock = _take(folder, wait_s)
        try:
            yield
        finally:
            lock.release()
    except OSError as exc:
        raise refused(folder, exc.strerror or str(exc)) from exc


def _take(folder: Path, wait_s: float) -> FileLock:
    path = folder / LOCK
    lock = FileLock(str(path))
    deadline = time.monotonic() + wait_s
    while not lock.acquire():
        if time.monotonic() >= deadline:
            raise Busy(f"index '{folder}' is being written by {_holder(path)}: try again later")
        time.sleep(_POLL_S)
    os.ftruncate(lock.fd, 0)
    os.write(lock.fd, b"%d" % os.getpid())
    return lock


def _holder(path: Path) -> str:
    with suppress(OSError):
        pid = path.read_bytes()[:20]
        if pid.isdigit():
            return f"process {pid.decode()}"
    return "another process"
