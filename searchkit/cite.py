"""Citations of a passage or a document, and what a version changed in its words.

Records go in; out come a citation as people print it, as Markdown, BibTeX or CSL-JSON,
or the words taken out and put in.  Nothing is looked up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal

from searchkit.records import Document, Passage

Op = Literal["same", "out", "in"]

# Words or paragraphs compared with each other, at most: time grows with the product.
_MAX_PAIRS = 4_000_000


@dataclass(frozen=True, slots=True)
class Cited:
    """What is cited: a document or a passage of it, as archived then, in these words.

    ``archived_at`` is an ISO time, ``text_sha256`` the hex digest of the document's text.
    """

    document: Document
    passage: Passage | None
    archived_at: str
    text_sha256: str

    @property
    def id(self) -> str:
        """The id under which ``show`` finds it."""
        return self.passage.id if self.passage else self.document.id

    @property
    def speaker(self) -> str | None:
        """Who said it, as far as is known; never the outlet."""
        return self.passage.speaker if self.passage else self.document.speaker

    @property
    def post(self) -> str:
        """Office and body of the speaker, or ""."""
        one = self.passage or self.document
        body = self.passage.affiliation if self.passage else None
        parts = [part for part in (one.role, body) if part]
        return ", ".join(dict.fromkeys(parts))

    @property
    def source(self) -> str | None:
        """Who published it."""
        return self.document.source or self.document.site

    @property
    def record(self) -> str:
        """The id, when it was archived, and the hash by which the text can be checked."""
        return f"searchkit {self.id}, archived {self.archived_at[:10]}, sha256 {self.text_sha256}"


def cite(cited: Cited, form: str) -> str:
    """The citation as "plain", "markdown", "bibtex" or "csl".

    >>> document = Document("q7jm2k4x6abc", "Yes.", title="On grain", published="2024-09")
    >>> cite(Cited(document, None, "2026-01-02T03:04:05+00:00", "ab12"), "plain")
    'On grain, 2024-09. searchkit q7jm2k4x6abc, archived 2026-01-02, sha256 ab12'
    """
    return {"plain": _plain, "markdown": _markdown, "bibtex": _bibtex, "csl": _csl}[form](cited)


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _who(cited: Cited) -> str:
    speaker = _line(cited.speaker)
    return f"{speaker} ({_line(cited.post)})" if speaker and cited.post else speaker


def _plain(cited: Cited) -> str:
    document = cited.document
    parts = [
        _who(cited),
        _line(document.title) or "Untitled",
        _line(cited.source),
        document.published or "undated",
        document.url,
    ]
    return ", ".join(part for part in parts if part) + f". {cited.record}"


# Signs that Markdown or the HTML in it would act on.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
# ASCII that would end a link or a field, or is no part of a URL.
_NO_URL = re.compile(r"[\x00-\x20()<>\"\\{}\x7f]")


def _link(url: str) -> str:
    return _NO_URL.sub(lambda match: f"%{ord(match[0]):02X}", url)


def _markdown(cited: Cited) -> str:
    document = cited.document
    title = _escaped(document.title) or "Untitled"
    if document.url:
        title = f"[{title}]({_link(document.url)})"
    source = _escaped(cited.source)
    parts = [
        _escaped(_who(cited)),
        title,
        f"*{source}*" if source else "",
        document.published or "undated",
    ]
    return ", ".join(part for part in parts if part) + f". {_escaped(cited.record)}"


def _escaped(text: str | None) -> str:
    return _MARKDOWN.sub(r"\\\1", _line(text))


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", **{c: "\\" + c for c in "#$%&_"},
}  # fmt: skip
_TEX_SIGN = re.compile(r"[\\{}~^#$%&_]")


def _tex(text: str | None) -> str:
    return _TEX_SIGN.sub(lambda match: _TEX[match[0]], _line(text))


def _bibtex(cited: Cited) -> str:
    document = cited.document
    # Double braces keep a name as it is: which part is the surname is not known.
    values = {
        "author": f"{{{_tex(cited.speaker)}}}" if cited.speaker else "",
        "title": f"{{{_tex(document.title) or 'Untitled'}}}",
        "howpublished": _tex(cited.source),
        "year": (document.published or "")[:4],
        "date": document.published or "",
        "url": _link(document.url or ""),
        "urldate": cited.archived_at[:10],
        "language": _tex(document.language),
        "note": _tex(f"{cited.post}. {cited.record}" if cited.post else cited.record),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in values.items() if value]
    return "\n".join([f"@misc{{{cited.id.replace(':', '-')},", *lines, "}"])


def _csl(cited: Cited) -> str:
    document = cited.document
    values: dict[str, Any] = {
        "id": cited.id,
        "type": "webpage",
        "author": [{"literal": _line(cited.speaker)}] if cited.speaker else None,
        "title": _line(document.title) or None,
        "container-title": _line(cited.source) or None,
        "issued": _date_parts(document.published),
        "accessed": _date_parts(cited.archived_at[:10]),
        "URL": document.url,
        "language": document.language,
        "note": f"{cited.post}. {cited.record}" if cited.post else cited.record,
    }
    return json.dumps([{k: v for k, v in values.items() if v is not None}])


def _date_parts(day: str | None) -> dict[str, list[list[int]]] | None:
    if day is None or not re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", day):
        return None
    return {"date-parts": [[int(part) for part in day.split("-")]]}


def word_diff(old: str, new: str) -> list[tuple[Op, str]]:
    """What became of a text, paragraph by paragraph and in those word by word.

    The parts that are "same" or "out" make up the old text, "same" and "in" the new one.

    >>> word_diff("We meet on Monday.", "We meet on Friday.")
    [('same', 'We meet on '), ('out', 'Monday.'), ('in', 'Friday.')]
    """
    found: list[tuple[Op, str]] = []
    for op, text in _changes(_parts(old, _PARAGRAPH), _parts(new, _PARAGRAPH)):
        if found and found[-1][0] == op:
            found[-1] = op, found[-1][1] + text
        elif text:
            found.append((op, text))
    return found


_PARAGRAPH = re.compile(r"\n\n")
_SPACE = re.compile(r"\s+")


def _parts(text: str, end: re.Pattern[str]) -> list[str]:
    """The text cut behind each match, nothing lost."""
    places = [0, *(match.end() for match in end.finditer(text)), len(text)]
    return [text[a:b] for a, b in pairwise(places) if a < b]


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Op, str]]:
    for before, after in _compared(old, new):
        if before == after:
            yield "same", before
            continue
        for out, put_in in _compared(_parts(before, _SPACE), _parts(after, _SPACE)):
            if out == put_in:
                yield "same", out
            else:
                yield "out", out
                yield "in", put_in


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Runs of the two sequences that stand for each other, equal or not, in order."""
    if len(old) * len(new) > _MAX_PAIRS:
        yield "".join(old), "".join(new)
        return
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield "".join(old[a:b]), "".join(new[c:d])
