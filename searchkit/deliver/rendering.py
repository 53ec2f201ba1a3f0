"""A message for people: as plain text, and as HTML for mail and feeds.

All text of items is hostile: in both forms it stays inside its place, and what would act
on a terminal, hide or turn the text round is left out.  `searchkit.deliver.jsonlines` has
the exact words.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from html import escape

from searchkit.deliver.records import Item, Message
from searchkit.hidden import HIDDEN
from searchkit.urls import split_url

_PARAGRAPH = re.compile(r"\n\s*\n")
_COLUMNS = 76
# Of one passage; a passage has some 1,000.  More is shown by the command named there.
_MOST_CHARS = 6000
# Of what stayed the same between two changes.
_SAME_CHARS = 240
_SUBJECT_CHARS = 200
_FACTS_CHARS = 400
_NOTE_CHARS = 2000

_Piece = tuple[str, str]  # what it is ("", "mark", "out", "in"), text


def clean(text: str) -> str:
    r"""The text without what no reader sees, nor XML 1.0 has a place for.

    >>> clean("a\x1b[2Jb\u202e")
    'a[2Jb'
    """
    return HIDDEN.sub("", text)


def one_line(text: str | None) -> str:
    r"""The same on one line.

    >>> one_line("two\r\n lines\t")
    'two lines'
    """
    return clean(" ".join((text or "").split()))


def subject_of(message: Message) -> str:
    """The subject on one line, 200 characters at most."""
    return shortened(message.subject, _SUBJECT_CHARS) or "New statements"


def shortened(text: str | None, most: int) -> str:
    """One line of so many characters at most."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def heading_of(item: Item) -> str:
    """Who said it and under which title, on one line."""
    title = item.title or item.text[:500]
    return shortened(f"{item.speaker}: {title}" if item.speaker else title, _SUBJECT_CHARS)


def link_of(item: Item) -> str | None:
    """The address as a link that is safe to follow: http or https, plain ASCII."""
    parts = split_url(item.url) if item.url else None
    return str(parts) if parts else None


def _who(item: Item) -> str:
    parts = (item.speaker or "Nobody named", item.role, item.affiliation)
    return shortened(", ".join(part for part in dict.fromkeys(parts) if part), _FACTS_CHARS)


def _where(item: Item) -> str:
    parts = (item.published or "undated", item.source, item.country, item.language, item.kind)
    return shortened(" · ".join(part for part in parts if part), _FACTS_CHARS)


def _notes(item: Item) -> Iterator[str]:
    yield from (f"Why: {shortened(why, _NOTE_CHARS)}" for why in item.why)
    yield f"Alerts: {shortened(', '.join(item.alerts), _NOTE_CHARS)}"
    if item.copies:
        places = "1 other place" if item.copies == 1 else f"{item.copies:,} other places"
        yield f"Also published in {places}"
    yield f"In its place: searchkit show {one_line(item.passage_id)}"


def _marked(item: Item) -> Iterator[_Piece]:
    """The passage in pieces; of a very long one the part round the first mark."""
    start = max(0, item.marks[0][0] - _MOST_CHARS // 2) if item.marks else 0
    if len(item.text) <= _MOST_CHARS:
        start = 0
    end, last = start + _MOST_CHARS, start
    if start:
        yield "", "[…] "
    for a, b in item.marks:
        if last <= a < b <= end:
            yield "", item.text[last:a]
            yield "mark", item.text[a:b]
            last = b
    yield "", item.text[last:end]
    if end < len(item.text):
        yield "", " […]"


def _changed(item: Item) -> Iterator[_Piece]:
    """The changes, with little of what stayed the same."""
    for what, text in item.changes:
        if what == "same" and len(text) > _SAME_CHARS:
            half = _SAME_CHARS // 2
            yield "", f"{text[:half]} […] {text[-half:]}"
        else:
            yield "" if what == "same" else what, text


# Plain text

_SIGNS = {"": ("", ""), "mark": ("*", "*"), "out": ("[-", "-]"), "in": ("{+", "+}")}


def render_text(message: Message) -> str:
    """The message as plain text, lines of 76 columns, ending in a newline."""
    blocks = [subject_of(message)]
    blocks += [_item_text(number, item) for number, item in enumerate(message.items, start=1)]
    blocks += [_commands("The same list:", message.query), _commands("To stop it:", message.stop)]
    return "\n\n".join(blocks) + "\n"


def _item_text(number: int, item: Item) -> str:
    lines = [f"{number}. {_who(item)}", f"   {_where(item)}"]
    if item.title:
        lines += _wrapped(one_line(item.title), "   ")
    lines += _paragraphs(_signed(_marked(item)))
    if item.changes:
        lines += [f"   Changed since it was told, now version {item.version}:"]
        lines += _paragraphs(_signed(_changed(item)))
    for note in _notes(item):
        lines += _wrapped(note, "   ")
    if link := link_of(item):
        lines += [f"   {link}"]
    return "\n".join(lines)


def _signed(pieces: Iterable[_Piece]) -> str:
    return "".join(_SIGNS[what][0] + text + _SIGNS[what][1] for what, text in pieces if text)


def _paragraphs(text: str) -> list[str]:
    """Wrapped and indented, so that no line of it can pass for one of ours."""
    lines: list[str] = []
    for paragraph in _PARAGRAPH.split(text):
        lines += ["", *_wrapped(one_line(paragraph), "     ")]
    return [*lines, ""]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _commands(words: str, commands: str) -> str:
    return "\n".join([words, *(f"  {line}" for line in _lines(commands))])


def _lines(commands: str) -> list[str]:
    return [line for one in commands.splitlines() if (line := one_line(one))]


# HTML

_TAGS = {"mark": "mark", "out": "del", "in": "ins"}


def render_html(message: Message) -> str:
    """The message as a page without scripts, pictures or anything to be fetched."""
    title = _text(subject_of(message))
    items = "".join(f"<hr>\n{item_html(item)}" for item in message.items)
    commands = _commands_html("The same list:", message.query)
    commands += _commands_html("To stop it:", message.stop)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title></head>\n'
        f"<body>\n<h1>{title}</h1>\n{items}<hr>\n{commands}</body></html>\n"
    )


def item_html(item: Item) -> str:
    """One item as a part of a page."""
    link, title = link_of(item), _text(one_line(item.title))
    if link:
        title = f'<a href="{escape(link)}" rel="noreferrer">{title or escape(link)}</a>'
    parts = [f"<p><strong>{_text(_who(item))}</strong><br>{_text(_where(item))}</p>\n"]
    parts += [f'<p dir="auto">{title}</p>\n'] if title else []
    parts += [f'<blockquote dir="auto">{_tagged(_marked(item))}</blockquote>\n']
    if item.changes:
        parts += [f"<p>Changed since it was told, now version {item.version}:</p>\n"]
        parts += [f'<blockquote dir="auto">{_tagged(_changed(item))}</blockquote>\n']
    notes = "<br>".join(_text(note) for note in _notes(item))
    return "".join([*parts, f"<p>{notes}</p>\n"])


def _text(text: str) -> str:
    return escape(clean(text))


def _tagged(pieces: Iterable[_Piece]) -> str:
    found = "".join(
        f"<{tag}>{_text(text)}</{tag}>" if (tag := _TAGS.get(what)) else _text(text)
        for what, text in pieces
        if text
    )
    return _PARAGRAPH.sub("<br><br>\n", found)


def _commands_html(words: str, commands: str) -> str:
    lines = "<br>".join(f"<code>{_text(line)}</code>" for line in _lines(commands))
    return f"<p>{words}<br>{lines}</p>\n"
