"""JSON lines to pages: each line is one record, checked and handed on as it is.

A line that is no record costs itself: it becomes one problem with its line and column.
What the keys mean is known to `clean`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from searchkit.errors import InputError
from searchkit.inflate import InflateError
from searchkit.inputs.limits import MAX_LINE_BYTES
from searchkit.records import Page

_BOM = b"\xef\xbb\xbf"
# Half of a UTF-16 pair, written as an escape: only then a closer look is needed.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_ARRAY_HINT = (
    "a JSON array; JSON lines have one record a line. To make them: jq -c '.[]' FILE > FILE.jsonl"
)


def iter_json_lines(stream: io.BufferedReader, origin: str) -> Iterator[Page | InputError]:
    """Give one page per line, with the origin ``path:line``; empty lines are skipped.

    A stream that breaks off gives its whole lines first, then one problem.
    """
    for number in count(1):
        here = f"{origin}:{number}"
        try:
            line = _read_line(stream, here)
            if line is None:
                return
            line = (line.removeprefix(_BOM) if number == 1 else line).strip()
            if line:
                check_record(line, here)
                yield Page(line, here, "application/json", datetime.now(UTC))
        except InflateError as error:
            yield InputError(here, str(error))
            return
        except InputError as error:
            yield error


def _read_line(stream: io.BufferedReader, here: str) -> bytes | None:
    """Read a line, or None at the end; one that is too long is skipped and raised."""
    line = stream.readline(MAX_LINE_BYTES + 1)
    if len(line) <= MAX_LINE_BYTES:
        return line or None
    while not line.endswith(b"\n"):
        line = stream.readline(1 << 16)
        if not line:
            break
    raise InputError(here, f"the line is longer than {MAX_LINE_BYTES >> 20} MiB")


def refuse_array(body: bytes, origin: str) -> None:
    """Raise InputError where a JSON array begins."""
    if body.removeprefix(_BOM).lstrip().startswith(b"["):
        raise InputError(origin, _ARRAY_HINT)


def check_record(body: bytes, here: str) -> None:
    """Raise InputError, with line and column, where the bytes are no JSON object."""
    try:
        record: Any = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(here, f"not UTF-8 at byte {error.start + 1}") from error
    except json.JSONDecodeError as error:
        raise InputError(here, _json_reason(error)) from error
    except RecursionError as error:
        raise InputError(here, "not a record: nested too deeply") from error
    except ValueError as error:  # a number of more than 4,300 digits
        raise InputError(here, "not a record: a number with too many digits") from error
    if not isinstance(record, dict):
        raise InputError(here, "not a record: a line must hold one JSON object, {...}")
    if _SURROGATE_ESCAPE.search(body):
        _refuse_surrogates(record, here)


def _json_reason(error: json.JSONDecodeError) -> str:
    place = f"column {error.colno}"
    if error.lineno > 1:
        place = f"line {error.lineno}, {place}"
    return f"not JSON at {place}: {error.msg[:1].lower()}{error.msg[1:]}"


def _refuse_surrogates(record: dict[str, Any], here: str) -> None:
    """Half a character cannot be stored or printed, and nobody knows the other half."""
    for key, value in record.items():
        try:
            json.dumps([key, value], ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            name = key.encode("utf-8", "backslashreplace").decode("utf-8")
            raise InputError(here, f"half a character (lone surrogate) in {name!r}") from error
