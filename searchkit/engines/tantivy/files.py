"""What stands beside tantivy's files, and whether these are as they were written.

tantivy's commit is one rename of ``meta.json``, and has no room for the archive revision:
the record of it is written before, for the commit that is in force and for the one to
come, so that each of the two tells its own revision whichever a kill leaves in force.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Iterator, Set
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from searchkit.engines import folders
from searchkit.engines.folders import damaged

META = "meta.json"
RECORD = "revision"
SOUND = "sound"

_MAGIC = "searchkit-tantivy"
_TRIES = 10
_PAUSE_S = 0.02

# The end of each of tantivy's files: length of its footer, and this number.
_FOOTER_MAGIC = 1337
_NUMBER_BYTES = 4

_PARTS = (".term", ".idx", ".pos", ".fieldnorm", ".fast", ".store")


Wide = frozenset[tuple[int, int]] | None
"""Spans of more than one day, first and last, that entries may have; None: any may."""

MOST_WIDE = 2000
"""Spans of more than one day that a record keeps: months and years of a century are fewer."""


@dataclass(frozen=True, slots=True)
class Record:
    """The commit ``base``, by tantivy's stamp, holds ``revision``; a later one ``next``.

    ``wide`` is true of both: spans of what was deleted may be among them.
    """

    base: int = 0
    revision: int = 0
    next: int = 0
    wide: Wide = frozenset()


@dataclass(frozen=True, slots=True)
class State:
    """What is in force: tantivy's stamp, the archive revision, segments with deleted entries."""

    stamp: int = 0
    revision: int = 0
    has_deleted: bool = False
    wide: Wide = frozenset()


class reading:  # noqa: N801
    """Around what reads the index: what tantivy cannot read becomes IndexProblem."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, exc: BaseException | None, trace: object) -> None:
        # What Rust calls a panic derives from nothing narrower than BaseException.
        if isinstance(exc, ValueError) or type(exc).__name__ == "PanicException":
            raise damaged(self._folder, _first_line(exc)) from exc


def _first_line(exc: BaseException | None) -> str:
    return (str(exc).splitlines() or ["unreadable"])[0][:200]


def is_new(folder: Path) -> bool:
    """Whether no index was ever begun there."""
    if (folder / META).exists():
        return False
    return not any(folder.glob("*.idx")) and not any(folder.glob("*.store"))


def read_state(folder: Path) -> State:
    """What is in force; IndexProblem where a record is missing, damaged or of another schema."""
    if is_new(folder):
        return State()
    for _ in range(_TRIES):
        meta = _read_meta(folder)
        record = read_record(folder)
        if record.base <= (stamp := int(meta["opstamp"])):
            revision = record.revision if stamp == record.base else record.next
            deleted = any(segment.get("deletes") for segment in meta["segments"])
            return State(stamp, revision, deleted, record.wide)
        time.sleep(_PAUSE_S)  # the record is of a later commit than the one just read
    raise damaged(folder, f"the file {RECORD!r} is of another index")


def _read_meta(folder: Path) -> dict[str, Any]:
    try:
        meta = json.loads((folder / META).read_bytes())
        int(meta["opstamp"]), [segment["segment_id"] for segment in meta["segments"]]
    except FileNotFoundError as exc:
        raise damaged(folder, f"the file {META!r} is missing") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise damaged(folder, f"the file {META!r} cannot be read") from exc
    found: dict[str, Any] = meta
    return found


def read_record(folder: Path) -> Record:
    """The record of revisions; IndexProblem where it is missing, damaged or of another schema."""
    return folders.read_record(folder / RECORD, _MAGIC, _record_of)


def _record_of(found: Any) -> Record:
    wide = found.get("wide")
    spans = None if wide is None else frozenset((int(first), int(last)) for first, last in wide)
    return Record(int(found["base"]), int(found["revision"]), int(found["next"]), spans)


def write_record(folder: Path, record: Record) -> None:
    """Put the record in force; it is on the disk when this returns."""
    wide = None if record.wide is None else sorted(record.wide)
    folders.write_record(folder / RECORD, _MAGIC, asdict(record) | {"wide": wide})


def widened(wide: Wide, spans: Set[tuple[int, int]]) -> Wide:
    """What is known once entries of these spans are added; None where they are too many."""
    both = None if wide is None else wide | spans
    return None if both is None or len(both) > MOST_WIDE else both


def verify(folder: Path) -> None:
    """Raise IndexProblem where a file of the commit is damaged, FileNotFoundError if it is gone.

    tantivy trusts its files: a wrong byte can end the process.  Read for its checksum is
    what has another size or time than when it was last found sound.
    """
    known = _read_sound(folder)
    found: dict[str, list[int]] = {}
    for name in _file_names(folder):
        info = (folder / name).stat()
        found[name] = [info.st_size, info.st_mtime_ns]
        if found[name] != known.get(name) and (finding := _check_file(folder / name)):
            raise damaged(folder, f"{name}: {finding}")
    if found != known:
        _write_sound(folder, found)


def _read_sound(folder: Path) -> dict[str, Any]:
    try:
        known = json.loads((folder / SOUND).read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_sound(folder: Path, found: dict[str, list[int]]) -> None:
    new = folder / f"{SOUND}.{os.getpid()}.new"
    with suppress(OSError):  # somebody else's folder, a full disk: then it is read again
        try:
            new.write_text(json.dumps(found), encoding="ascii")
            new.replace(folder / SOUND)
        finally:
            new.unlink(missing_ok=True)


def _file_names(folder: Path) -> Iterator[str]:
    for segment in _read_meta(folder)["segments"]:
        stem = str(segment["segment_id"]).replace("-", "")
        yield from (stem + part for part in _PARTS)
        if segment.get("deletes"):
            yield f"{stem}.{segment['deletes']['opstamp']}.del"


def check_files(folder: Path) -> Iterator[str]:
    """A line for each file of the commit in force that is not as it was written."""
    for name in _file_names(folder):
        if finding := _check_file(folder / name):
            yield f"{folder}: {name}: {finding}"


def _check_file(path: Path) -> str | None:
    """What is wrong with a file by the checksum in its footer; None where nothing is."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 2 * _NUMBER_BYTES))
            end = file.read()
            length, magic = (int.from_bytes(end[at : at + 4], "little") for at in (0, 4))
            body = size - 2 * _NUMBER_BYTES - length
            if magic != _FOOTER_MAGIC or body < 0:
                return "cut off or overwritten"
            file.seek(body)
            footer = json.loads(file.read(length))
            file.seek(0)
            if _checksum(file, body) != footer["crc"]:
                return "fails its checksum"
    except OSError as exc:
        return exc.strerror
    except (ValueError, KeyError, TypeError):
        return "fails its checksum"
    return None


def _checksum(file: Any, length: int) -> int:
    checksum = 0
    while length and (block := file.read(min(length, 1 << 20))):
        checksum = zlib.crc32(block, checksum)
        length -= len(block)
    return checksum
