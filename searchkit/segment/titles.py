"""What a title adds: people, offices and countries that the text takes as known.

In comes a document's title; its people go into the document's `People`.  Titles
write small words with capitals ("And", "Before Their Meeting"), which are undone.
"""

from __future__ import annotations

import re
from dataclasses import replace

from searchkit.records import Document
from searchkit.segment.people import (
    CAPITAL_RUN,
    People,
    Person,
    leading_country,
    person_of,
    with_office_after,
)
from searchkit.segment.phrases import Source, describe
from searchkit.segment.sentences import Span, sentence_spans
from searchkit.segment.words import bare, body_of, country_of, is_capital, split_words

SMALL = re.compile(
    r"\b(?:And|Before|Their|With|At|On|Of|The|For|In|To|After|From|By|His|Her|As|A|An|Meeting|Call|"
    r"Meets?|Visit|Between|Joint|"
    r"Press(?! (?:Secretary|Attach|Officer|Spokes))|Conference|Statement|Remarks|Readout|"
    r"Transcript|Interview|Briefing|"
    r"Experts|Talks|Speech|Address|En Route|Aboard|Following|During|Regarding|Into|Upon)\b"
)
POSSESSIVE = re.compile(r"[’']s\b")
# "Attorney-General and Senator the Hon N": the second is another person.
AND_ANOTHER = re.compile(r"\sand(?=\s(?:\w+,?\s){1,2}the (?:Hon|Rt|Right)\b)")


def read_title(document: Document, people: People) -> list[Person]:
    """Take the people that the title names; returns them in order."""
    title = document.title or ""
    plain = SMALL.sub(lambda m: m[0].lower(), written_title(title))
    plain = AND_ANOTHER.sub(" ;", POSSESSIVE.sub(" ;", plain))
    found = []
    post: Source | None = None
    for run in CAPITAL_RUN.finditer(plain):
        words = split_words(plain, *run.span())
        source = describe(words, 0, len(words))
        for part in (source.parts or (source,)) if source else ():
            person = person_of(part)
            if person is not None and plain[run.end() : run.end() + 1] == ",":
                person = with_office_after(plain, person, run.end())
            if person is not None and post is not None:
                person = replace(person, role=post.role, affiliation=post.affiliation)
            begins = run.start() == 0 and plain[run.end() :].startswith(" ")
            if person is not None and title.isupper() and not person.role:
                continue  # in capitals, what is a name and what is not cannot be told
            named = post is not None or (
                person is not None and _is_named(part, person, document.text, begins=begins)
            )
            if person is not None and named:
                found.append(people.add(person))
        post = source if source and _is_held(source, plain, run.end()) else None
    return found


def _is_held(source: Source, title: str, at: int) -> bool:
    """Whether one office is told, and next its holder: "the Prime Minister, Mr Otto Brisk"."""
    one = source.sort == "role" and " and " not in (source.role or "")
    return one and HOLDER.match(title, at) is not None


HOLDER = re.compile(r",\s(?:[Tt]he\s)?(?=(?:Hon|Rt|Right|Mr|Mrs|Ms|Dr|Sir|Dame|Senator)\b)")


def written_title(title: str) -> str:
    """A title all in capitals as a text would write it; others as they are.

    >>> written_title("TALK WITH THE PRIME MINISTER, MR RUIZ")
    'Talk With The Prime Minister, Mr Ruiz'
    """
    if not title.isupper():
        return title
    plain = HONOURABLE.sub(", THE ", AFTER_NAME.sub("", title))
    return CAPITALS.sub(lambda m: m[0].capitalize(), plain)


# "THE PRIME MINISTER THE HON ANA RUIZ MP"
HONOURABLE = re.compile(r",?\s+THE\s+(?=(?:HON|RT|RIGHT)\b)")
AFTER_NAME = re.compile(r",?\s(?:MP|MHR|QC|KC|SC|AC|AO|AM|AK|CH|OM|OBE|CBE)\b")
CAPITALS = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)?")


def _is_named(source: Source, person: Person, text: str, *, begins: bool) -> bool:
    """Whether a capitalised run of a title is a person: by office or title, or by the text."""
    if body_of(person.name):
        return False
    if source.role or source.sex or source.sort == "person":
        return True
    words = person.name.split()
    return len(words) in (2, 3) and (begins or words[-1] in text[:OPENING_CHARS])


# "President of Peru" as the name of a source: its holder is whom the title names first.
def give_post(document: Document, people: People, named: list[Person]) -> list[Person]:
    """The people of the title, the first with the post that the source is named by."""
    source = document.source or ""
    words = split_words(source, 0, len(source))
    stop = next((i for i, word in enumerate(words.texts) if word == "("), len(words))
    post = describe(words, 0, stop)
    if post is None or post.sort != "role" or not named or named[0].role:
        return named
    first = people.add(Person(named[0].name, post.role, post.affiliation))
    return [first, *named[1:]]


# "X met today with Y", "X spoke by phone with Y": the first sentence of a readout.
MEETING = re.compile(
    r"\b(?:met|meets|spoke|speaks|talked|hosted|received|welcomed|held|conferred)\b", re.IGNORECASE
)
OPENING_CHARS = 700


def principals(document: Document, people: People, paragraphs: list[Span]) -> list[Person]:
    """The two people whose meeting a readout tells of: from its opening, else its title."""
    for low, high in paragraphs[:2]:
        opening = document.text[low : min(high, low + OPENING_CHARS)]
        first_sentence = opening[: next((b for _, b in sentence_spans(opening)), 0)]
        if MEETING.search(first_sentence):
            found = named_in(first_sentence, people)
            if len(found) >= 2:
                return found[:2]
    return named_in(document.title or "", people)[:2]


def named_in(text: str, people: People) -> list[Person]:
    """The known people that a stretch of text names, in order."""
    found: list[Person] = []
    words = split_words(text, 0, len(text))
    for i, word in enumerate(words.texts):
        if not is_capital(word) or (i + 1 < len(words) and is_capital(words.texts[i + 1])):
            continue
        person = people.find(bare(word))
        if person is not None and person.role and person not in found:
            found.append(person)
    return found


# "Ana Pereira: Why there must be talks": the person whom a text is about.
COLON_TITLE = re.compile(r"^(?P<name>[^\W\d_][\w.’' -]{3,40}):\s")


def title_person(document: Document, people: People) -> Person | None:
    """The person whose name stands before a colon in the title."""
    match = COLON_TITLE.match(document.title or "")
    return people.find(match["name"]) if match else None


DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z.’' -]{2,30})(?:,\s(?P<country>[A-Z][\w ]{2,20}?))?\s?(?:\(|:|—|–|-)"
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def news_home(document: Document) -> str | None:
    """The country a news text is set in: by its dateline, its source, or what it names most."""
    if match := DATELINE.match(document.text):
        for place in (match["country"], match["place"].title()):
            if place and (home := country_of(place.strip())):
                return home
    for part in CAMEL.sub(" ", document.source or "").split():
        if home := country_of(part):
            return home
    return leading_country(document.text, document.title)
