"""Transcripts: labelled turns, who each label means, and what goes on without label.

In come a document whose speakers are named before their words ("MR. RUIZ: ...")
and its people; out go transcript `Statement`s.  Questioners stay without name unless
they introduce themselves or the moderator names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from searchkit.names.offices import HONORIFICS, word_set
from searchkit.records import Document, Statement, Via
from searchkit.segment.labels import (
    ANSWERERS,
    NUMBERED,
    OTHERS,
    QUESTIONERS,
    Label,
    title_case,
    title_names,
    words_as_written,
)
from searchkit.segment.people import People, Person, Speaker, name_tokens, speaks_for
from searchkit.segment.phrases import FIELDS, OFFICE_WORDS, describe
from searchkit.segment.sentences import Span
from searchkit.segment.titles import named_in
from searchkit.segment.words import body_of, split_words

LONGEST_INITIALS = 4
NAME = (
    r"(?P<name>[^\W\d_a-z][\w’'-]+"
    r"(?:\s(?:de|la|van|von|al|el|bin|[A-Z]\.|[^\W\d_a-z][\w’'-]*)){0,3})"
)
BODY = r"(?:the\s)?(?P<body>[^\W\d_a-z][\w’'&-]*(?:\s(?:of|the|for|and|[^\W\d_a-z][\w’'&-]*)){0,5})"
INTRODUCES_SELF = re.compile(
    rf"(?:[Tt]his is|[Mm]y name is|[Mm]y name’s|I’m|I'm|I am|[Ii]t’s)\s{NAME}"
    rf"(?:,?\s(?:with|from|of|at|for)\s{BODY})?"
)
NAME_FIRST = re.compile(
    rf"(?:(?:Hi|Hello|Thanks?|Thank you|Yes|Good \w+)[,.!]?\s)*{NAME}(?:,?\s(?:with|from)|"
    rf",\sof)\s{BODY}[.,]"
)
# "Ana Ruiz, Harbour Radio. Minister, ...", "Ana Ruiz, BBC:": a name and a body, nothing else.
NAME_BODY = re.compile(
    r"(?:(?:Hi|Hello|Thanks?|Thank you|Yes|Good \w+)[,.!]?\s)*(?P<name>[^\W\d_a-z][\w’'-]+"
    r"(?:\s(?:de|la|van|von|al|el|bin|[^\W\d_a-z][\w’'-]*\.?)){1,3}),\s"
    r"(?P<body>(?:the\s)?[^\W\d_a-z][\w’'&-]*(?:\s(?:of|the|for|and|[^\W\d_a-z][\w’'&-]*)){0,5})"
    r"\s?[.:–—]\s"
)
FROM_BODY = re.compile(rf"\b[Qq]uestion from\s{BODY}")
GIVES_FLOOR = re.compile(
    rf"(?:line of|(?:go|turn|move|over|back) to|call on|question (?:is |comes )?from|hear from)\s"
    rf"(?:the line of\s)?{NAME}(?:,?\s(?:with|from|of|at)\s{BODY})?"
)
FIRST_PERSON = re.compile(r"\b(?:I|we|We|our|Our|my|My|us)\b")
SHORT_OFFICES = {
    "PM": "Prime Minister", "DPM": "Deputy Prime Minister", "FM": "Foreign Minister",
    "SG": "Secretary-General", "POTUS": "President", "VPOTUS": "Vice President",
}  # fmt: skip


# --- who a label means ----------------------------------------------------------------


def label_speaker(label: str, people: People, document: Document, home: str | None) -> Speaker:
    """The speaker a label stands for."""
    plain = re.sub(r"\s+", " ", label).strip(" .")
    if QUESTIONERS.match(plain):
        return Speaker(None, label, "turn", "journalist")
    if other := OTHERS.match(plain):
        return Speaker(None, label, "turn", other["role"].lower(), home)
    if ANSWERERS.match(plain):
        return _of_person(_one_titled(document, people), label, people, home)
    plain = SHORT_OFFICES.get(plain.strip("."), NUMBERED.sub("", plain))
    if plain.isupper() and plain.isalpha() and len(plain) <= LONGEST_INITIALS:
        if person := _with_initials(plain, document, people):
            return _of_person(person, label, people, home)
        written = words_as_written(document.text)
        named = plain.capitalize() in written or plain.lower() in title_names(document)
        if len(plain) < LONGEST_INITIALS and not named:
            return Speaker(None, label, "turn")  # initials of somebody who is not named
    plain = title_case(plain) if plain.isupper() or _mostly_upper(plain) else plain
    words = split_words(plain, 0, len(plain))
    source = describe(words, 0, len(words))
    if source is not None and source.sort in ("person", "name") and source.name:
        return _named_label(source.name, source.role, source.affiliation, label, people, home)
    if source is not None and source.role and source.sort in ("role", "anonymous"):
        return _role_label(source.role, source.affiliation, label, people, document, home)
    return _named_label(_without_titles(plain), None, None, label, people, home)


def _of_person(person: Person | None, label: str, people: People, home: str | None) -> Speaker:
    if person is None:
        return Speaker(None, label, "turn", None, home)
    return Speaker(person.name, label, "turn", person.role, speaks_for(person, home, people))


def _one_titled(document: Document, people: People) -> Person | None:
    """The only person with an office whom the title names."""
    found = named_in(document.title or "", people)
    return found[0] if len(found) == 1 else None


def _with_initials(letters: str, document: Document, people: People) -> Person | None:
    """ "OVB": the one person of the title whose names begin so."""
    found = [
        p for p in named_in(document.title or "", people)
        if len(letters) > 1
        and "".join(part[0] for part in name_tokens(p.name)) == letters.lower()
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _named_label(
    name: str,
    role: str | None,
    affiliation: str | None,
    label: str,
    people: People,
    home: str | None,
) -> Speaker:
    known = people.find(name)
    person = known or Person(name, role, affiliation)
    if known is not None and (role or affiliation) and (known.role is None or affiliation):
        person = people.add(Person(name, role, affiliation))
    elif known is None:
        people.add(person)
    if role and not person.role:
        person = replace(person, role=role)
    spoken_for = speaks_for(person, home, people) or affiliation
    return Speaker(
        person.name, label, "turn", person.role, spoken_for or (home if person.role else None)
    )


def _role_label(
    role: str,
    affiliation: str | None,
    label: str,
    people: People,
    document: Document,
    home: str | None,
) -> Speaker:
    person = people.with_role(role, affiliation)
    if person is not None and people.is_sole(person, role, home):
        return Speaker(person.name, label, "turn", person.role, speaks_for(person, home, people))
    lower = " ".join(w.lower() if w.lower() in OFFICE_WORDS else w for w in role.split())
    if "official" in lower:
        lower = lower.replace("state department", "State Department")
    return Speaker(None, label, "turn", lower, affiliation or home)


def _mostly_upper(label: str) -> bool:
    letters = [c for c in label if c.isalpha()]
    return sum(c.isupper() for c in letters) > 0.8 * len(letters)


def _without_titles(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[0].lower() in HONORIFICS:
        words = words[1:]
    return " ".join(words)


# --- reading ---------------------------------------------------------------------------


def read_turns(
    document: Document,
    found: list[Label],
    paragraphs: list[Span],
    content: list[bool],
    people: People,
    home: str | None,
) -> Iterator[Statement]:
    """A statement for each content paragraph of each turn."""
    labels = {label.paragraph: label for label in found}
    cache: dict[str, Speaker] = {}
    now: Speaker | None = _before_first(document, paragraphs, labels, people, home, cache)
    given: tuple[str, str | None] | None = None
    asked_by: Speaker | None = None
    waiting = False  # for the words of a label that stands alone
    for number, (low, high) in enumerate(paragraphs):
        label = labels.get(number)
        via: Via = "turn" if waiting else "continuation"
        start = low
        if label is not None:
            if label.text not in cache:
                cache[label.text] = label_speaker(label.text, people, document, home)
            now = cache[label.text]
            now = replace(now, mention=document.text[label.start : label.end].strip())
            start, via = label.words_at, "turn"
            if now.role == "journalist":
                opening = document.text[start : min(high, start + 300)]
                now = asked_by = questioner(
                    opening, now, given, asked_by, words_as_written(document.text)
                )
            elif now.role is None and GIVES_FLOOR.search(document.text, start, high):
                now = replace(now, role="moderator", affiliation=home)
                cache[label.text] = now
            given = None
        waiting = start == high
        if waiting or now is None or (not content[number] and label is None):
            continue
        mention = now.mention if via == "turn" else None
        yield Statement(
            start, high, document.text[start:high], "transcript", now.name, mention, now.role,
            now.affiliation, None, via, 0.95 if now.name else 0.8,
        )  # fmt: skip
        floor = list(GIVES_FLOOR.finditer(document.text, max(start, high - 300), high))
        if floor and now.role != "journalist":
            given = (floor[-1]["name"], floor[-1]["body"])


# "And my question to the minister": the questioner of before goes on.
GOES_ON = re.compile(
    r"(?:And|But|Just|So)?,?\s?(?:my|a|the|one)?\s?(?:other |second )?(?:question to|"
    r"follow[- ]?up)",
    re.I,
)


def questioner(
    text: str,
    speaker: Speaker,
    given: tuple[str, str | None] | None,
    last: Speaker | None,
    written: frozenset[str],
) -> Speaker:
    """A questioner who says who he is, or whom the moderator has just named.

    ``written`` are the words of the document: what it writes small elsewhere is no name.
    """
    if last is not None and GOES_ON.match(text):
        return replace(speaker, name=last.name, affiliation=last.affiliation)
    for pattern in (INTRODUCES_SELF, NAME_FIRST, NAME_BODY):
        found = pattern.search(text) if pattern is INTRODUCES_SELF else pattern.match(text)
        if found and _may_be_name(found["name"], written):
            body = found.groupdict().get("body")
            return replace(speaker, name=found["name"].strip(" ."), affiliation=body)
    if given is not None and _may_be_name(given[0], written):
        return replace(speaker, name=given[0].strip(" ."), affiliation=given[1])
    if found := FROM_BODY.search(text):
        return replace(speaker, affiliation=found["body"])
    return speaker


def _may_be_name(name: str, written: frozenset[str]) -> bool:
    """Not "Friday", "Iran’s", "Sticking" (with China), nor "Plenty" of what is written small."""
    words = name.strip(" .").split()
    if words[0] in NO_NAMES or words[-1].endswith(("’s", "'s")) or body_of(name):
        return False
    low = words[0].lower()
    common = len(words) == 1 and (low in written or low in FIELDS)
    return not common and not low.endswith("ing")


NO_NAMES = word_set(
    """
    The This That You Your Our We He She It They Mr Ms Mrs Dr Secretary President Minister
    Questions Question One Just Also And But So Going Sorry Glad Not Thank Thanks Hi Yes
    """
)


def _before_first(
    document: Document, paragraphs: list[Span], labels: dict[int, Label], people: People,
    home: str | None, cache: dict[str, Speaker],
) -> Speaker | None:  # fmt: skip
    """Whose words stand before the first label: of two speakers, the one who comes next to last."""
    if not labels or min(labels) == 0:
        return None
    first = min(labels)
    opening = document.text[paragraphs[0][0] : paragraphs[first - 1][1]]
    if len(FIRST_PERSON.findall(opening[:3000])) < 3:
        return None
    speakers = {}
    for label in labels.values():
        if label.text not in cache:
            cache[label.text] = label_speaker(label.text, people, document, home)
        speaker = cache[label.text]
        if speaker.name:
            speakers[speaker.name] = speaker
    first_name = cache[labels[first].text].name
    others = [s for name, s in speakers.items() if name != first_name]
    return replace(others[0], mention=None) if len(others) == 1 else None
