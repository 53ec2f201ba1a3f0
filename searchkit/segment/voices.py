"""Documents with one voice: speeches, statements and joint statements.

In come a document, its form and its people; out goes a statement for each content
paragraph, said by the speaker that is given, signed or titled, else by the issuing
body, which is no person and gives no speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchkit.names import country_name
from searchkit.names.offices import DOCUMENTS, HONORIFICS, word_set
from searchkit.records import Document, Form, Statement
from searchkit.segment.foreign_names import phrase_after
from searchkit.segment.forms import signature
from searchkit.segment.people import People, Person, Speaker, as_country, speaks_for
from searchkit.segment.phrases import describe, role_text
from searchkit.segment.sentences import Span
from searchkit.segment.titles import written_title
from searchkit.segment.tongues import tongue_of
from searchkit.segment.words import body_of, is_capital, longest_body, split_words

TITLED = re.compile(
    r"\b(?:statement|remarks|message|speech|address|intervention|lecture|letter|keynote|transcript)s?"
    r"(?:\s\w+){0,4}?\s(?:by|from|of|delivered by)\s(?P<who>.{3,400})$", re.IGNORECASE | re.DOTALL,
)  # fmt: skip
# Where the name of "Statement by X at the Y" ends.
WHO_ENDS = re.compile(
    r"\s(?:at|on|in|to|for the|regarding|concerning|before|during|following|after|about|ahead|"
    r"marking|"
    r"condemning|welcoming|calling|honoring|celebrating|commemorating)\s|"
    # In capitals a small word begins another title: "by Ana Ruiz A New Way", "As Prepared".
    r"(?<!,)\s(?-i:As|On|Why|How|What|Our|An?(?=\s[A-Z][\w’-]+\s(?:[A-Z]|for|to))|"
    r"The(?! (?:Right|Rt|Hon)))\s(?=\S)|"
    r"\s[—–-]\s|"
    r"\s(?-i:[A-Z][a-z]{2,}ing)\s(?=(?:the|an?|his|her|its|their|our)\s)", re.IGNORECASE,
)  # fmt: skip
# What an unsigned release must say to be more than news of the house.
POSITION = re.compile(
    r"\b(?:we|our|us|condemns?|welcomes?|expresses|extends?|appreciat\w+|regrets?|concern(?:ed)?|"
    r"supports?|calls? (?:up)?on|urges?|reaffirms?|reiterates?|conveys?|signif(?:y|ies)|"
    r"testament|"
    r"committed|commitment|strongly|deplores?|rejects?|stands? (?:with|ready)|looks? forward|"
    r"congratulat\w+|"
    r"condolences|gratitude|denounces?|demands?|must|should|firmly|considers?|believes?)\b",
    re.IGNORECASE,
)
PARTIES_FRAME = re.compile(r"\bgovernments? of\b.{3,400}", re.IGNORECASE | re.DOTALL)


def read_voice(
    document: Document, form: Form, paragraphs: list[Span], content: list[bool], people: People,
    home: str | None,
) -> Iterator[Statement]:  # fmt: skip
    """The statements of a document of one voice."""
    if form == "joint":
        speaker = joint_voice(document, paragraphs, content, home)
    else:
        speaker = the_speaker(document, paragraphs, people, home) or Speaker(
            None, None, "document", None, home or document.source
        )
    titled = re.search(r"\bstatement\b", document.title or "", re.IGNORECASE)
    for (low, high), keep in zip(paragraphs, content, strict=True):
        if not keep:
            continue
        text = document.text[low:high]
        if (
            form == "statement"
            and speaker.name is None
            and not titled
            and not POSITION.search(text)
        ):
            continue
        yield Statement(
            low, high, text, "transcript" if form == "speech" else "issuer", speaker.name,
            speaker.mention, speaker.role, speaker.affiliation, None, "document",
            0.95 if document.speaker else 0.85,
        )  # fmt: skip


def clean_name(name: str) -> str:
    """A given name without titles, capitals undone.

    >>> clean_name("Mr. Felipe RUIZ DÍAZ")
    'Felipe Ruiz Díaz'
    """
    words = split_words(name, 0, len(name))
    kept = [w for w in name.split() if w.lower() not in HONORIFICS or len(words) < 3]
    return " ".join(w.title() if w.isupper() and len(w) > 2 else w for w in kept) or name


def the_speaker(
    document: Document, paragraphs: list[Span], people: People, home: str | None
) -> Speaker | None:
    """The one person who speaks: given, signed above the text, or named in the title."""
    signed = _signed(document, paragraphs)
    titled = titled_person(document) or titled_abroad(document)
    if document.speaker:
        name = clean_name(document.speaker)
        known = [signed, titled, people.find(name), _post_of_source(document)]
        role = document.role or next((p.role for p in known if p is not None and p.role), None)
        mention = document.speaker if document.speaker in document.text else None
        return Speaker(name, mention, "document", role, home or _titled_country(document))
    person = signed or titled
    if person is None:
        return None
    return Speaker(
        person.name, person.name if person.name in document.text else None, "document", person.role,
        speaks_for(person, home, people) or home,
    )  # fmt: skip


def _titled_country(document: Document) -> str | None:
    """The one country that a title names."""
    found = countries_in(document.title or "")
    return found[0] if len(found) == 1 else None


def _post_of_source(document: Document) -> Person | None:
    """ "Prime Minister of Australia" as a source names the post."""
    source = document.source or ""
    words = split_words(source, 0, len(source))
    found = describe(words, 0, len(words))
    return Person("", found.role) if found is not None and found.sort == "role" else None


def _signed(document: Document, paragraphs: list[Span]) -> Person | None:
    lines = (document.text[low:high] for low, high in paragraphs[:3] if high - low < 200)
    return next((person for line in lines if (person := signature(line))), None)


def titled_person(document: Document) -> Person | None:
    """The person of "Statement by Foreign Minister N at ..."."""
    match = TITLED.search(written_title(document.title or ""))
    if match is None:
        return None
    who = WHO_ENDS.split(match["who"], maxsplit=1)[0]
    parts = [p for p in re.split(r",\s", who) if p.strip()]
    person: Person | None = None
    role: str | None = None
    affiliation: str | None = None
    for part in (p.strip(" ,") for p in parts[:4]):
        words = split_words(part, 0, len(part))
        source = describe(words, 0, len(words))
        if source is None:
            continue
        affiliation = affiliation or source.affiliation
        if source.sort in ("person", "name") and source.name and person is None:
            person = Person(source.name, source.role, source.affiliation)
        elif source.sort == "role" and role is None:
            role = role_text(words, 0, len(words))
    if person is None or body_of(person.name) or person.name.lower().split()[-1] in GENRES:
        return None
    return Person(person.name, person.role or role, affiliation, person.sex)


GENRES = DOCUMENTS | word_set("speech remarks address interview conference briefing toast")


# "Erklärung von Außenminister N zur ...", "Déclaration du ministre N": what stands before a name.
TITLED_ABROAD = re.compile(
    r"\b(?:von|des|der|du|de la|del|de|di|do|da)\s(?P<who>.{3,120})$", re.IGNORECASE
)


def titled_abroad(document: Document) -> Person | None:
    """The person of a title in another language that names an office with the full name.

    Languages whose names change their endings are left out: the title has another form.
    """
    code = tongue_of(document.language)
    match = TITLED_ABROAD.search(document.title or "")
    if match is None or code not in ("fr", "es", "de", "it", "pt"):
        return None
    who = match["who"]
    phrase = phrase_after(code, who, 0, len(who))
    if phrase is None or phrase.name is None or " " not in phrase.name or not phrase.office:
        return None
    before = who[phrase.start : who.find(phrase.name)].strip()
    return Person(phrase.name, before or None)


def joint_voice(
    document: Document, paragraphs: list[Span], content: list[bool], home: str | None
) -> Speaker:
    """The parties of a joint statement: as framed, else as titled, else as it begins."""
    frames = [
        document.text[a:b] for (a, b), keep in zip(paragraphs, content, strict=True) if not keep
    ]
    framed = PARTIES_FRAME.search("\n".join(frames[:6]))
    first = next(
        (document.text[a:b] for (a, b), keep in zip(paragraphs, content, strict=True) if keep), ""
    )
    parties: list[str] = []
    for stretch in (framed[0] if framed else "", document.title or "", first[:600]):
        parties = countries_in(stretch)
        if len(parties) > 1:
            break
    if len(parties) < 2:
        parties = parties or ([home] if home else [])
    role = (
        f"Governments of {', '.join(parties[:-1])} and {parties[-1]}" if len(parties) > 1 else None
    )
    return Speaker(None, None, "document", role, "; ".join(parties) or None)


def countries_in(text: str) -> list[str]:
    """The countries named in a stretch of text, in order, each once.

    >>> countries_in("U.S.-Turkey talks with the United Kingdom")
    ['United States', 'Turkey', 'United Kingdom']
    """
    words = split_words(re.sub(r"(?<=[.\w])[-–/](?=[A-Z])", " - ", text), 0, 10_000)
    found: list[str] = []
    at = 0
    while at < len(words):
        body = longest_body(words, at, len(words)) if is_capital(words.texts[at]) else None
        if body and body[0] not in found:
            found.append(body[0])
        at = body[1] if body else at + 1
    return found


def home_country(document: Document) -> str | None:
    """Whom an issuing body speaks for: the given country, else that of the source's name."""
    if document.country:
        return as_country(document.country) or document.country
    source = document.source or document.site or ""
    if found := countries_in(source):
        return found[0]
    if domain := GOVERNMENT_DOMAIN.search(source.lower()):
        return country_name(domain["code"].upper()) if domain["code"] else "United States"
    return None


# "mfa.gov.xx", "state.gov": the country whose government's domain it is.
GOVERNMENT_DOMAIN = re.compile(
    r"(?:\bgov|\bgob|\bgouv|\bgub|\bgo|kremlin|\bmfa)\.(?P<code>[a-z]{2})\b|\.(?:gov|mil)\b(?!\.)"
)


def is_country(name: str | None) -> bool:
    """Whether a usual name is a country's."""
    return name is not None and country_name(name) == name and as_country(name) == name
