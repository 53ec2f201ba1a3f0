"""The door to files: what the user names becomes pages, one at a time.

In comes a path, a folder or "-" for standard input; out come `Page` records, and an
`InputError` value (given, not raised) for each thing that cannot be taken, so the rest
goes on.  Text files, HTML, PDF, JSON lines and web archives are told apart by their
bytes first and their names second.  Nothing is cleaned, fetched or kept here, and a
file's own times are never read: they are no publication dates.
"""

from __future__ import annotations

import io
import re
import stat
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from searchkit.errors import InputError
from searchkit.inputs.files import open_regular, os_reason, printable_path, walk_folder
from searchkit.inputs.streams import iter_stream
from searchkit.records import Page

__all__ = ["iter_pages", "read_page"]

# "www.mfa.example/press" typed for an address; a file of that name is looked for first.
_LIKE_A_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+/|www\.", re.ASCII)


def iter_pages(target: str) -> Iterator[Page | InputError]:
    """Give the pages of a file, a folder or standard input ("-"), in a steady order.

    A folder is walked in the order of its names; hidden files, version control and the
    style sheets, scripts, fonts and images that belong to saved pages are left out.
    Memory is bounded by one page (32 MiB), whatever the size of the target.
    """
    if target == "-":
        yield from _iter_stdin()
        return
    try:
        is_folder = stat.S_ISDIR(Path(target).stat().st_mode)
    except (OSError, ValueError) as error:
        yield InputError(printable_path(target), _missing_reason(target, error))
        return
    if not is_folder:
        yield from _iter_file(target)
        return
    for found in walk_folder(target):
        if isinstance(found, InputError):
            yield found
        else:
            yield from _iter_file(found)


def read_page(target: str) -> Page | InputError:
    """Give the only page of a file or of standard input, or why there is none."""
    found = list(islice(iter_pages(target), 2))
    if not found:
        return InputError(printable_path(target), "there is no page in it")
    if len(found) == 1 or isinstance(found[0], InputError):
        return found[0]
    return InputError(
        printable_path(target), "holds more than one page. To take them all: searchkit add"
    )


def _iter_file(path: str) -> Iterator[Page | InputError]:
    origin = printable_path(path)
    try:
        with open_regular(path) as stream:
            yield from iter_stream(stream, origin)
    except InputError as error:
        yield error
    except OSError as error:
        yield InputError(origin, os_reason(error))


def _iter_stdin() -> Iterator[Page | InputError]:
    stdin = getattr(sys.stdin, "buffer", None)
    if stdin is None:
        yield InputError("stdin", "standard input is closed")
        return
    try:
        yield from iter_stream(stdin, "stdin")
    except InputError as error:
        yield error
    except (OSError, io.UnsupportedOperation) as error:
        yield InputError("stdin", f"cannot be read: {error}")


def _missing_reason(target: str, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and _LIKE_A_HOST.match(target):
        return f"no such file. For the web page: https://{target}"
    if isinstance(error, OSError):
        return os_reason(error)
    return "cannot be the name of a file"
