"""What reaches a person's screen: safe text, colour, width, progress.

Fetched text is hostile: a title may hold escape sequences that clear the screen
or rename the window, and bidirectional controls that turn a sentence round.
Everything printed for people goes through `visible`.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable
from typing import Any, TextIO

from searchkit.hidden import HIDDEN
from searchkit.hidden import to_json as to_json


def visible(text: str) -> str:
    r"""The text with every control and hidden character shown as what it is.

    >>> visible("a\x1b[2Jb\u202e")
    'a␛[2Jb⟨U+202E⟩'
    """
    return HIDDEN.sub(_show, text)


def one_line(text: str) -> str:
    r"""The same on one line: runs of white space become one space.

    >>> one_line("two\n lines\t")
    'two lines'
    """
    return visible(" ".join(text.split()))


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def use_colour(stream: TextIO) -> bool:
    """Colour on a terminal, unless NO_COLOR or TERM=dumb; FORCE_COLOR forces it."""
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def style(text: str, code: str, *, colour: bool) -> str:
    """The text in an ANSI style (``"1"`` bold, ``"2"`` faint ...), if colour is on."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour and text else text


def mark(text: str, marks: Iterable[tuple[int, int]], *, colour: bool) -> str:
    """Visible text with the marked parts bold, or between asterisks without colour.

    >>> mark("on the treaty", [(7, 13)], colour=False)
    'on the *treaty*'
    """
    out, last = [], 0
    for start, end in marks:
        word = visible(text[start:end])
        out += [
            visible(text[last:start]),
            style(word, "1;33", colour=True) if colour else f"*{word}*",
        ]
        last = end
    return "".join([*out, visible(text[last:])])


def width() -> int:
    """Columns to wrap at: those of the terminal, between 40 and 100."""
    stated = os.environ.get("COLUMNS", "")
    columns = int(stated) if stated.isdecimal() and len(stated) < 6 else 0
    return max(40, min(100, columns or _columns()))


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # no stdout, closed, or no terminal
        return 80


def wrap(text: str, indent: str) -> str:
    """Wrapped to `width`, each line indented; styled words count their letters only."""
    room, lines, line, used = width() - len(indent), [], "", 0
    for word in text.split():
        size = len(_ANSI.sub("", word))
        if line and used + 1 + size > room:
            lines.append(line)
            line, used = word, size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return "\n".join(indent + part for part in [*lines, line])


_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def out(text: str, end: str = "\n") -> None:
    """Results, on stdout, as they are: escapes are in them only where colour is wanted."""
    sys.stdout.write(text + end)


def out_bytes(body: bytes) -> None:
    """Raw bytes to a file or a pipe; a terminal gets them as visible text."""
    if sys.stdout.isatty():
        out(visible(body.decode("utf-8", "replace")))
    else:
        sys.stdout.buffer.write(body)


def note(text: str) -> None:
    """A line for the person, on stderr, so that pipes carry results only."""
    print(visible(text), file=sys.stderr)


class Progress:
    """Counts with a rate on stderr: only on a terminal, from the second second on.

    ``total`` is in the unit of `at` (bytes read, documents ...) or None if unknown.
    """

    def __init__(self, what: str, total: int | None = None) -> None:
        self.what, self.total = what, total
        self.begun = self.shown = time.monotonic()
        self.done = 0
        self.live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._bar: Any = None

    def step(self, count: int = 1, at: int | None = None) -> None:
        """Note ``count`` more things done, now ``at`` this place of ``total``."""
        self.done += count
        if not self.live:
            return
        now = time.monotonic()
        if now - self.begun < 1.0 or now - self.shown < 0.2:
            return
        self.shown = now
        self._draw(now, at)

    def _draw(self, now: float, at: int | None) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
                auto_refresh=False,
            )
            self._task = self._bar.add_task(self.what, total=self.total)
            self._bar.start()
        rate = self.done / (now - self.begun)
        self._bar.update(
            self._task,
            completed=at if at is not None else self.done,
            description=f"{self.done:,} {self.what} ({rate:,.0f}/s)",
            refresh=True,
        )

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
