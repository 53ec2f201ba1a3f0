"""Segment: a document into passages, each with its speaker and the evidence.

In comes a clean `Document`; out go `Passage`s in text order.  The form comes first:
transcripts are read by their labels, speeches and statements by their one voice,
news and readouts sentence by sentence.  Where the text names nobody, no speaker is
given: nothing is guessed, nothing is looked up outside the document.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest

from searchkit.records import Document, Form, Passage, Statement
from searchkit.segment.foreign import read_foreign
from searchkit.segment.forms import decide_form, is_layout
from searchkit.segment.labels import find_labels
from searchkit.segment.parsed import PARSERS, Parser, check_parser
from searchkit.segment.passages import make_passages
from searchkit.segment.people import People, Person, Speaker, gather_people
from searchkit.segment.prose import read_prose
from searchkit.segment.reader import EUROPEAN_PARLIAMENT, Reader
from searchkit.segment.sentences import Span, paragraph_spans
from searchkit.segment.titles import give_post, news_home, principals, read_title, title_person
from searchkit.segment.tongues import tongue_of
from searchkit.segment.turns import read_turns
from searchkit.segment.voices import clean_name, home_country, read_voice

__all__ = ["PARSERS", "Parser", "check_parser", "document_form", "segment"]

# People are gathered from this much of a text; where one voice speaks, or labels tell who,
# the top of the text names them.
PEOPLE_CHARS = 200_000
TOP_CHARS = 6_000
KEY_POINT_WORDS = 5
# "President Ana Ruiz sent a telegram", "Ana Ruiz congratulated the team".
SENDS = re.compile(
    r"(?:[A-Z][\w-]*\s){0,4}?(?P<name>[A-Z][\w’'-]+\s[A-Z][\w’'-]+)\s"
    r"(?:sent|sends|congratulat\w+|greet\w+|wrote|thanked)\b"
)
# A key point that names its own source, or tells of what was done, is read as prose.
SPEAKS_ITSELF = re.compile(r"\b(?:Parliament|MEPs?|said|adopted|expressing|calls?)\b")


def document_form(document: Document) -> Form:
    """What sort of text a document is, as `segment` reads it."""
    return decide_form(document, paragraph_spans(document.text))


def segment(document: Document, parser: Parser = "rules") -> list[Passage]:
    """Split a document into attributed passages, in text order.

    Offsets count code points of ``document.text``, half-open; passages are disjoint
    and together hold every sentence.  ``speaker`` is None where the text names nobody.
    With the parser "spacy" English news and readouts are parsed where a word reports;
    raises UsageError where it is not installed.

    >>> text = "“We want peace,” said Foreign Minister Ana Pereira of Portugal."
    >>> [p] = segment(Document(id="d", text=text))
    >>> p.speaker, p.role, p.affiliation, p.kind, p.statements[0].text
    ('Ana Pereira', 'Foreign Minister', 'Portugal', 'direct', 'We want peace,')
    """
    with _no_collection():
        paragraphs = paragraph_spans(document.text)
        form = decide_form(document, paragraphs)
        statements = list(find_statements(document, form, paragraphs, parser))
        return make_passages(document, paragraphs, statements)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the search for cycles, of which reading makes none.

    What is made is kept, so that each search walks over more of it: the one thing here
    that grew faster than the length of a text.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def find_statements(
    document: Document, form: Form, paragraphs: list[Span], parser: Parser = "rules"
) -> list[Statement]:
    """Who said what in the document, in order of place."""
    content = [not is_layout(document.text[a:b], document.title, form) for a, b in paragraphs]
    if form == "transcript":
        content = _with_torn_lines(document.text, paragraphs, content)
    home = home_country(document)
    limit = PEOPLE_CHARS if form in ("news", "readout") else TOP_CHARS
    people = People()
    named = read_title(document, people)
    gather_people(people, document.text, limit=min(limit, len(document.text)))
    named = give_post(document, people, named)
    _add_given(document, people, home)
    if form == "transcript":
        given = people.find(clean_name(document.speaker)) if document.speaker else None
        people.principals = [*([given] if given else []), *named]
        found = _transcript(document, paragraphs, content, people, home)
    elif form in ("speech", "statement", "joint"):
        found = list(read_voice(document, form, paragraphs, content, people, home))
    else:
        found = _prose(document, form, paragraphs, content, people, home, parser)
    return sorted(found, key=lambda s: (s.start, -s.end))


def _with_torn_lines(text: str, paragraphs: list[Span], content: list[bool]) -> list[bool]:
    """A short line that goes on in small letters is no heading."""
    follows = [text[a].islower() for a, _ in paragraphs[1:]]
    return [keep or torn for keep, torn in zip_longest(content, follows, fillvalue=False)]


def _add_given(document: Document, people: People, home: str | None) -> None:
    if document.speaker:
        people.add(Person(clean_name(document.speaker), document.role, home))


def _transcript(
    document: Document,
    paragraphs: list[Span],
    content: list[bool],
    people: People,
    home: str | None,
) -> list[Statement]:
    labels = find_labels(document, paragraphs)
    found = list(read_turns(document, labels, paragraphs, content, people, home))
    taken = {s.start for s in found}
    first = min((label.paragraph for label in labels), default=0)
    intro = [
        p
        for p, keep in zip(paragraphs[:first], content, strict=False)
        if keep and p[0] not in taken
    ]
    reader = Reader(document.text, people, home)
    return found + list(read_prose(reader, intro, "transcript"))


def _prose(
    document: Document, form: Form, paragraphs: list[Span], content: list[bool], people: People,
    home: str | None, parser: Parser,
) -> list[Statement]:  # fmt: skip
    """News and readouts; a readout has principals, whom "they" and "both sides" mean."""
    if form == "news" and document.country is None:
        home = news_home(document)
    reader = Reader(document.text, people, home, parser)
    if subject := title_person(document, people):
        reader.focus = reader.of_person(subject, None)
    kept = [p for p, keep in zip(paragraphs, content, strict=True) if keep]
    if tongue_of(document.language):
        return list(read_foreign(document, kept, people))
    found: list[Statement] = []
    if form == "readout":
        people.principals = principals(document, people, kept)
        reader.author = _author(document, reader, people.principals)
        reader.principals = tuple(reader.of_person(p, None) for p in people.principals)
        reader.issuer_body = home if home == EUROPEAN_PARLIAMENT else None
        if reader.issuer_body:
            found, kept = _key_points(document, kept, home)
    return found + list(read_prose(reader, kept, form))


def _author(document: Document, reader: Reader, people: list[Person]) -> Speaker | None:
    """Who wrote the message that a title tells of: whom it names before "to"."""
    title = document.title or ""
    if not people and (sent := SENDS.match(title)) and (known := reader.people.find(sent["name"])):
        return reader.of_person(known, None)
    for person in people[:1]:
        at, to = title.find(person.name.split()[-1]), title.find(" to ")
        if at >= 0 and (to < 0 or at < to):
            return reader.of_person(person, None)
    return None


def _key_points(
    document: Document, paragraphs: list[Span], home: str | None
) -> tuple[list[Statement], list[Span]]:
    """The key points over a release of a body: its demands, each a line without full stop."""
    count = 0
    while count < len(paragraphs) and document.text[paragraphs[count][1] - 1] not in '.!?:”"':
        count += 1
    points = [p for p in paragraphs[:count] if document.text.count(" ", *p) >= KEY_POINT_WORDS]
    plain = [p for p in points if SPEAKS_ITSELF.search(document.text, *p)]
    found = [
        Statement(
            a, b, document.text[a:b], "reported", home, None, None, home, None, "document", 0.7
        )
        for a, b in points if (a, b) not in plain
    ]  # fmt: skip
    return found, [*plain, *paragraphs[count:]]
