"""What a title adds: people, offices and countries that the text takes as known.

In comes a document's title; its people go into the document's `People`.  Titles
write small words with capitals ("And", "Before Their Meeting"), which are undone.
"""

from __future__ import annotations

import re

from searchkit.records import Document
from searchkit.segment.people import CAPITAL_RUN, People, Person, person_of
from searchkit.segment.phrases import body_of, describe, split_words

SMALL = re.compile(
    r"\b(?:And|Before|Their|With|At|On|Of|The|For|In|To|After|From|By|His|Her|As|A|An|Meeting|Call|"
    r"Meets?|Visit|Joint|Press|Conference|Statement|Remarks|Readout|Transcript|Interview|Briefing|"
    r"Experts|Talks|Speech|Address)\b"
)
POSSESSIVE = re.compile(r"[’']s\b")


def read_title(document: Document, people: People) -> list[Person]:
    """Take the people that the title names; returns them in order."""
    title = document.title or ""
    if title.isupper():
        return []
    plain = POSSESSIVE.sub(" ;", SMALL.sub(lambda m: m[0].lower(), title))
    found = []
    for run in CAPITAL_RUN.finditer(plain):
        words = split_words(plain, *run.span())
        source = describe(words, 0, len(words))
        for part in (source.parts or (source,)) if source else ():
            person = person_of(part)
            if (
                person is not None
                and (part.role or part.sex or part.sort == "person")
                and not body_of(person.name)
            ):
                found.append(people.add(person))
    return found
