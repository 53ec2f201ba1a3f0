"""What a reader of running prose keeps in mind: who is on the floor, whom "he" means.

`Reader.resolve` turns a described phrase into a `Speaker` of this document; the
state is moved on by `heard` (somebody spoke) and `seen` (somebody is the subject).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from searchkit.names import country_code
from searchkit.names.offices import word_set
from searchkit.records import Via
from searchkit.segment.parsed import Parser
from searchkit.segment.people import (
    STATE_OFFICES,
    People,
    Person,
    Speaker,
    ends_as_body,
    name_tokens,
    person_of,
    speaks_for,
)
from searchkit.segment.phrases import Source
from searchkit.segment.sources import TIMES
from searchkit.segment.words import body_of, is_capital

# Paragraphs without a word of the speaker after which he no longer has the floor.
FLOOR_GAP = 3
PAIR_HEADS = word_set(
    """
    leaders sides two ministers presidents parties both countries
    """
)
# What a person writes, as against what a body does.
PERSONAL_DOCUMENTS = word_set(
    """
    statement letter brief message note memo memorandum tweet post article editorial email e-mail
    release text declaration proclamation petition readout notice summary telegram greeting
    greetings
    """
)
MOST_BODIES = 12
COMPANIES = word_set("company firm corporation maker giant bank group automaker carrier airline")
EUROPEAN_PARLIAMENT = "European Parliament"


@dataclass(slots=True)
class Reader:
    """The state of reading one document; ``people`` grows as names are met."""

    text: str
    people: People
    home: str | None = None
    parser: Parser = "rules"
    principals: tuple[Speaker, ...] = ()
    issuer_body: str | None = None
    floor: Speaker | None = None
    floor_age: int = 0
    focus: Speaker | None = None
    last_body: Speaker | None = None
    last_group: Speaker | None = None
    author: Speaker | None = None
    introduced: Speaker | None = None
    quote_follows: bool = False
    groups: dict[str, Speaker] = field(default_factory=dict)
    places: dict[str, bool] = field(default_factory=dict)
    bodies: list[Speaker] = field(default_factory=list)
    spoke: set[str] = field(default_factory=set)
    near: list[Speaker] = field(default_factory=list)

    def heard(self, speaker: Speaker) -> None:
        """Somebody spoke: he has the floor, and is who "he", "it" or "they" means."""
        if speaker.via == "pronoun" and speaker.name is None and speaker.role is None:
            self.floor = None
            return
        self.floor, self.floor_age = speaker, 0
        if speaker.name and not speaker.is_body:
            self.spoke.add(speaker.name)
        self.seen(speaker)

    def seen(self, speaker: Speaker) -> None:
        """Somebody is in view without speaking."""
        if speaker.plural:
            self.last_group = speaker
        if speaker.is_body:
            if any(is_capital(word) for word in (speaker.name or "").split()):
                self.last_body = speaker
                self.bodies = [speaker, *self.bodies[:MOST_BODIES]]
        elif not speaker.plural:
            self.focus = speaker

    def next_paragraph(self) -> None:
        """Forget the floor after some paragraphs without it."""
        self.floor_age += 1
        if self.floor_age > FLOOR_GAP:
            self.floor = None

    def on_floor(self) -> Speaker | None:
        """The speaker whose words go on, as found by continuation."""
        return replace(self.floor, mention=None, via="continuation") if self.floor else None

    def resolve(self, source: Source, text: str) -> Speaker | None:
        """Whom a phrase means here; None for a pronoun that means nobody known."""
        mention = text[source.start : source.end]
        if source.parts:
            return self._together(source, mention, text)
        if source.sort == "pronoun":
            return self._pronoun(source, mention)
        if source.sort in ("person", "name"):
            return self._named(source, mention) if source.name else None
        if source.sort == "country":
            if namesake := self._namesake(source, mention):
                return namesake
            name = source.affiliation
            return Speaker(name, mention, "name", None, name, is_body=True)
        if source.sort == "body":
            return self._body(source, mention)
        if source.sort == "document":
            return self._document(source, mention)
        if source.sort == "role":
            return self._role(source, mention)
        return self._unnamed(source, mention)

    def _together(self, source: Source, mention: str, text: str) -> Speaker | None:
        parts = [self.resolve(part, text) for part in source.parts]
        return joined([p for p in parts if p is not None], mention)

    def _pronoun(self, source: Source, mention: str) -> Speaker | None:
        if source.head in ("they", "both"):
            found = self._pair() or self.last_group or self.last_body
        elif source.head == "it":
            found = self.last_body
        else:
            found = self._single(source.sex) if source.head in ("he", "she") else None
        return replace(found or Speaker(None, None, "pronoun"), mention=mention, via="pronoun")

    def _single(self, sex: str) -> Speaker | None:
        for candidate in (*self.near, self.focus, self.floor):
            if candidate is None or candidate.is_body or candidate.plural:
                continue
            if candidate in self.near and not self._is_person(candidate):
                continue
            if candidate.sex in ("", sex):
                if candidate.name and (known := self.people.find(candidate.name)) and not known.sex:
                    self.people.add(replace(known, sex=sex))
                return replace(candidate, sex=sex)
        return None

    def _is_person(self, speaker: Speaker) -> bool:
        """Whether a name is surely a person's, where somebody else has the floor."""
        if self.floor is None or self.floor.is_body or not self.floor.name:
            return True
        return bool(speaker.role or speaker.sex or speaker.name in self.spoke)

    def _pair(self) -> Speaker | None:
        return joined(list(self.principals), None) if len(self.principals) == 2 else None

    def _named(self, source: Source, mention: str) -> Speaker:
        found = person_of(source)
        assert found is not None
        is_body = bool(body_of(found.name)) or ends_as_body(found.name)
        known = self.people.find(found.name, sex=found.sex)
        tells = known is None or source.role or source.affiliation
        if tells and not is_body and (len(name_tokens(found.name)) > 1 or source.role):
            known = self.people.add(found)
        person = known or found
        if is_body or (known is None and self._is_known_body(found.name)):
            return Speaker(
                found.name, mention, "name", None, source.affiliation or found.name, is_body=True
            )
        return self.of_person(person, mention)

    def _namesake(self, source: Source, mention: str) -> Speaker | None:
        """Somebody of the text whose last name is a country's word: "Cuban said"."""
        known = None if " " in mention else self.people.find(mention)
        if known is None or country_code(known.name):
            return None
        tokens = name_tokens(known.name)
        if len(tokens) < 2 or tokens[-1:] != name_tokens(mention):
            return None
        return self.of_person(known, mention)

    def _is_known_body(self, name: str) -> bool:
        if self.last_body is not None and self.last_body.name == name:
            return True
        if " " in name or not name[:1].isupper():
            return False
        if name not in self.places:
            self.places[name] = is_place(name, self.text)
        return self.places[name]

    def of_person(self, person: Person, mention: str | None) -> Speaker:
        """A known person as the speaker, found by name."""
        owned = OWNED_OFFICE.match(person.role or "")
        if owned and person.affiliation is None and self._is_state(owned["owner"], owned["office"]):
            person = replace(person, role=owned["office"], affiliation=owned["owner"])
        return Speaker(
            person.name,
            mention,
            "name",
            person.role,
            speaks_for(person, self.home, self.people),
            person.sex,
        )

    def _is_state(self, owner: str, office: str) -> bool:
        """Whether a name before an office is a state's: a place, or nobody with a president."""
        if self._is_known_body(owner):
            return True
        stately = not STATE_OFFICES.isdisjoint(office.lower().split())
        return owner[:1].isupper() and stately and self.people.find(owner) is None

    def _body(self, source: Source, mention: str) -> Speaker | None:
        name = source.name or ""
        named = any(is_capital(word) for word in name.split()) or source.affiliation
        if name in ("Parliament", "MEPs") and self.issuer_body == EUROPEAN_PARLIAMENT:
            found = Speaker(EUROPEAN_PARLIAMENT, mention, "role", None, EUROPEAN_PARLIAMENT)
            by: Via = "name" if name == "Parliament" else "role"
            return replace(found, via=by, plural=name == "MEPs", is_body=True)
        owned = mention.lower().startswith(("his ", "her ", "their "))
        several = len(name.split()) > 1 and source.definite
        if not named and source.definite and not owned:
            if meant := self._body_called(name.lower(), source.head):
                return replace(meant, mention=mention, via="role")
            if several:
                home = self.home if source.head in STATE_BODIES else None
                return Speaker(name, mention, "role", None, home, is_body=True)
        if not named:
            return Speaker(None, mention, "role", name, None, is_body=True)
        name = self.people.full_body(name)
        affiliation = source.affiliation or (self.home if source.head in STATE_BODIES else name)
        via: Via = "role" if source.role or not named else "name"
        speaker = Speaker(name, mention, via, None, affiliation, plural=source.plural, is_body=True)
        if source.role:
            self.groups[source.role] = speaker
        return speaker

    def _body_called(self, name: str, head: str) -> Speaker | None:
        """The body that "the union" means: one with that word in its name, else the last one.

        One called by more words must have them all; no country is "the company".
        """
        words = set(name.split())
        for body in self.bodies:
            if words <= set((body.name or "").lower().split()):
                return body
        last = self.last_body
        if last is None or len(words) > 1:
            return None
        country = country_code(last.name or "") is not None
        return None if head in COMPANIES and country else last

    def _document(self, source: Source, mention: str) -> Speaker | None:
        """What is written stands for who wrote it: a body it is called by, or the speaker."""
        owner = self.last_body or self.floor or self.focus
        if self.floor is not None and self.floor.name and not self.floor.plural:
            owner = self.floor
        if source.head not in PERSONAL_DOCUMENTS and owner is not None and not owner.is_body:
            owner = None
        if not source.definite and source.head not in PERSONAL_DOCUMENTS:
            owner = None
        owner = self._named_owner(source) or owner or self.author
        if owner is None:
            return Speaker(None, mention, "role", mention.lower(), None, is_body=True)
        return replace(owner, mention=mention, via="role")

    def _named_owner(self, source: Source) -> Speaker | None:
        """ "The Bank report": the body by whose name a document is called."""
        words = (source.role or "").split()[:-1]
        names = [word for word in words if is_capital(word) and word.lower() not in TIMES]
        name = source.affiliation or (self.people.full_body(" ".join(names)) if names else None)
        return Speaker(name, None, "role", None, name, is_body=True) if name else None

    def _role(self, source: Source, mention: str) -> Speaker | None:
        person = self.people.with_role(source.role or "", source.affiliation)
        if person is not None:
            return replace(self.of_person(person, mention), via="role")
        # "Ruiz's spokesman" is of Ruiz's country, which need not be the document's.
        owned = OWNED_OFFICE.match(source.role or "")
        affiliation = source.affiliation or (None if owned else self.home)
        return Speaker(None, mention, "role", source.role, affiliation)

    def _unnamed(self, source: Source, mention: str) -> Speaker | None:
        if source.definite and source.head in self.groups:
            return replace(self.groups[source.head], mention=mention)
        both = mention.lower().startswith("both") and (
            source.head in PAIR_HEADS or source.head == "both"
        )
        if both and self.last_group and self.last_group.name:
            return replace(self.last_group, mention=mention, via="role")
        if source.definite or both:
            if source.head in PAIR_HEADS and (meant := self._pair()):
                return replace(meant, mention=mention, via="role")
            if not source.plural and source.role and (
                person := self.people.with_role(source.role)
            ):  # fmt: skip
                return replace(self.of_person(person, mention), via="role")
        return Speaker(None, mention, "role", source.role, source.affiliation, plural=source.plural)


def is_place(name: str, text: str) -> bool:
    """Whether a text tells that a name is a country's or town's: "in N", "the Nian side".

    >>> is_place("Ostrenia", "Rain fell in Ostrenia."), is_place("Ruiz", "Ruiz sat in.")
    (True, False)
    """
    stem = re.escape(name[:-1] if name[-1] in "aeo" else name)
    found = re.search(
        rf"\b(?:in|across|throughout|inside|outside|within)\s{re.escape(name)}\b(?!['’]s|\s[A-Z])"
        rf"|\b(?:{stem}|{re.escape(name)})(?:n|an|ian|ese|i)\b",
        text[:PLACE_CHARS],
    )
    return found is not None


# "Ostrenia's chief negotiator": the state that no table has, and its office.
OWNED_OFFICE = re.compile(r"(?P<owner>\w+)[’']s (?P<office>.+)")
PLACE_CHARS = 50_000
STATE_BODIES = word_set(
    """
    ministry government administration cabinet parliament senate congress court military army
    police navy forces presidency
    """
)


def joined(parts: list[Speaker], mention: str | None) -> Speaker | None:
    """Several speakers as one: names, roles and affiliations joined by "; "."""
    names = [p.name for p in parts if p.name]
    if not names:
        return parts[0] if parts else None

    def each(values: list[str | None]) -> str | None:
        kept = list(dict.fromkeys(v for v in values if v))
        return "; ".join(kept) or None

    return Speaker(
        "; ".join(names),
        mention,
        parts[0].via if all(p.via == parts[0].via for p in parts) else "name",
        "; ".join(p.role for p in parts if p.role) or None,
        each([p.affiliation for p in parts]),
        plural=True,
        is_body=all(p.is_body for p in parts),
    )
