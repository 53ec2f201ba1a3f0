"""Which words before a colon are the label of a turn: "MR. RUIZ: ...".

In come a document and its paragraphs; out go the labels that are trusted.  Headings,
salutations and contact lines look like labels, too.  Whom a label means is not told
here; see `turns`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from searchkit.names.offices import HONORIFICS, OFFICE_MODIFIERS, OFFICES, word_set
from searchkit.records import Document
from searchkit.segment.people import name_tokens
from searchkit.segment.phrases import describe
from searchkit.segment.sentences import Span
from searchkit.segment.words import is_capital, split_words

# "SECRETARY PEREIRA:", "MS RUIZ-DALE (via interpreter):", "Q:" — no lower-case letter
# but those of Mc, Mac, al- and "(via interpreter)".
CAPITAL_LABEL_WORD = (
    r"(?:Mc|Mac|al-|el-)?[^\W\d_a-zß-öø-ÿа-яёєіїґ](?:[^\W_a-zß-öø-ÿа-яёєіїґ]|[.’'\-/])*"
)
CAPITALS_LABEL = re.compile(
    rf"(?P<label>{CAPITAL_LABEL_WORD}(?:,?\s(?:{CAPITAL_LABEL_WORD}|\d{{1,3}})){{0,13}})"
    r"(?P<note>\s?[\[(][^\])]{1,60}[\])])?\s?[:：]\s*(?=\S)"
)
# "Ana Pereira:", "Dr Tom Oduya :", "President of Peru Ana Ruiz (retranslated):"
NAMED_LABEL = re.compile(
    r"(?P<label>[^\W\d_a-z][\w.’'-]*(?:\s[^\W\d_][\w.’'-]*){0,18}?)"
    r"(?P<note>\s?[\[(][^\])]{1,60}[\])])?\s?[:：]\s+(?=\S)"
)
# "Ana Pereira:" with nothing after it: the words come in the next paragraph.
LABEL_ALONE = re.compile(
    r"(?P<label>[^\W\d_a-z][\w.’'-]*(?:\s[^\W\d_][\w.’'-]*){0,18})"
    r"(?P<note>\s?[\[(][^\])]{1,60}[\])])?\s?[:：]"
)
Q_LABEL = re.compile(r"(?P<label>Q|A)(?P<note>)(?:\.|:|\s{2,}|\s(?=[A-Z“\"(]))\s*")
CHINESE_LABEL = re.compile(r"(?P<label>[\u4e00-\u9fff]{1,10})(?P<note>)[:：]\s*(?=\S)")
QUESTIONERS = re.compile(
    r"^(?:q|question\w*|journalist\w*|jrn?lst|reporter\w*|media|press|interviewer|correspondent|inaudible|"
    r"вопрос|журналист\w*|запитання|питання|frage|pregunta|periodista|soru|gazeteci|问|[\u4e00-\u9fff]{0,12}(?:記者|记者)|سؤال|صحفي\w*)"
    r"(?:\s?\d+)?$",
    re.IGNORECASE,
)
OTHERS = re.compile(
    r"^(?P<role>(?:event )?(?:moderator|caller|operator|host|interpreter|translator|participants?|"
    r"speaker|announcer|voice|"
    r"remarks?|reply|exclamation|staff|audience(?: member)?|chair(?:man|person)?|ведущий|модератор|"
    r"主持人|答))(?:\s?\d+)?$",
    re.IGNORECASE,
)
# Who answers; who asks is in QUESTIONERS.
ANSWERERS = re.compile(r"^(?:a|ans(?:wer)?)\.?$", re.IGNORECASE)
# "SENIOR OFFICIAL ONE": which of several without names.
NUMBERED = re.compile(r"\s(?:one|two|three|four|five|six|#?\d{1,2})$", re.IGNORECASE)
LONGEST_LABEL = 170
SCAN_LABEL = 240


@dataclass(frozen=True, slots=True)
class Label:
    """A turn's label: paragraph number, its text, and where the words begin."""

    paragraph: int
    text: str
    start: int
    words_at: int
    end: int


def _match_label(text: str, low: int, high: int) -> re.Match[str] | None:
    stop = min(high, low + SCAN_LABEL)
    if text.find(":", low, stop) < 0 and text.find("：", low, stop) < 0 and text[low] not in "QA":
        return None
    for pattern in (CAPITALS_LABEL, Q_LABEL, NAMED_LABEL, CHINESE_LABEL):
        found = pattern.match(text, low, stop)
        if found and len(found["label"]) <= LONGEST_LABEL and found.end() < high:
            return found
    alone = LABEL_ALONE.fullmatch(text, low, stop) if stop == high else None
    return alone if alone and len(alone["label"]) <= LONGEST_LABEL else None


def find_labels(document: Document, paragraphs: list[Span]) -> list[Label]:
    """The labels that are trusted: in capitals, a questioner's, or a name that recurs.

    >>> d = Document(id="d", text="ANA RUIZ: Good morning.\\n\\nQUESTION: When?")
    >>> [label.text for label in find_labels(d, [(0, 23), (25, 40)])]
    ['ANA RUIZ', 'QUESTION']
    """
    labels = []
    for number, (low, high) in enumerate(paragraphs):
        if (found := _match_label(document.text, low, high)) and not (
            found.end() == high and _quotes_next(document.text, paragraphs, number)
        ):
            end = found.end("note") if found["note"] else found.end("label")
            labels.append(Label(number, found["label"].strip(), low, found.end(), end))
    counts = Counter(_surname(label.text) for label in labels)
    title = title_names(document)
    written = words_as_written(document.text) if labels else frozenset()
    trusted = [
        label
        for label in labels
        if _trusted(
            label.text,
            written,
            counts,
            title,
            alone=label.words_at == paragraphs[label.paragraph][1],
        )
    ]
    among = len({_surname(label.text) for label in trusted}) >= FEWEST_SPEAKERS
    sure = {label.paragraph for label in trusted}
    return [x for x in labels if x.paragraph in sure or (among and _is_full_name(x.text))]


WRITTEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@lru_cache(maxsize=1)  # form, labels and questioners ask for the same text, one after the other
def words_as_written(text: str) -> frozenset[str]:
    """The words of a text, capitals kept: what it also writes small is hardly a name.

    >>> sorted(words_as_written("Our Budget: the budget"))
    ['Budget', 'Our', 'budget', 'the']
    """
    return frozenset(WRITTEN.findall(text))


def title_names(document: Document) -> set[str]:
    """The folded words of a title, and of the name of a speaker who is given."""
    return {*name_tokens(document.title or ""), *name_tokens(document.speaker or "")}


# Where so many speak by label, a full name before a colon speaks too, if only once.
FEWEST_SPEAKERS = 2


def _is_full_name(label: str) -> bool:
    words = split_words(label, 0, len(label))
    found = describe(words, 0, len(words))
    plain = found is not None and found.sort == "name" and not found.role and not found.affiliation
    return plain and 2 <= len(words) <= 3 and all(is_capital(w) for w in words.texts)


def _quotes_next(text: str, paragraphs: list[Span], number: int) -> bool:
    """Whether the next paragraph is in quotation marks: "Oduya added:" only announces it."""
    return number + 1 == len(paragraphs) or text[paragraphs[number + 1][0]] in QUOTE_MARKS


QUOTE_MARKS = frozenset("\"“”„«»'‘「")


def _surname(label: str) -> str:
    tokens = name_tokens(label)
    return tokens[-1] if tokens else label


def _trusted(
    label: str, written: frozenset[str], counts: Counter[str], title: set[str], *, alone: bool
) -> bool:
    if QUESTIONERS.match(label) or OTHERS.match(label):
        return True
    words = label.split()
    if label.strip(".").lower() in CONTACT_LABELS or words[0].lower() == "for":
        return False  # "FOR PRESS:"
    if label.upper() == label.lower():  # a script without capitals
        return counts[_surname(label)] > 1 or any(label in word for word in title)
    if label.isupper() and len(label) > 1:
        if HEADINGS.match(label):
            return False
        again = counts[_surname(label)] > 1
        return (again or (len(label) > 3 and not alone)) and _may_speak(label, written, again=again)
    if HEADINGS.match(label) or any(not is_capital(w) and w not in LABEL_WORDS for w in words):
        return False
    source = describe(split := split_words(label, 0, len(label)), 0, len(split))
    if source is None or source.parts or source.sort not in ("person", "name", "role"):
        return False
    if len(words) > 1 and (
        words[0].lower() in HONORIFICS or (source.sort == "person" and source.role)
    ):
        return True
    surname = _surname(label)
    return (counts[surname] > 1 or surname in title) and len(surname) > 1


# Before a colon, but to somebody: "DISTINGUISHED DELEGATES:".
HEADINGS = re.compile(
    r"(?:(?:your |their )?excellenc\w+|distinguished|dear|honou?rable (?:members|delegates)|"
    r"esteemed|ladies|friends|colleagues|fellow|remarks (?:by|to|at|of|on)|statement|speech|"
    r"address (?:by|to|at)|subject|embargo\w*|morning|noon|afternoon|evening|night)\b",
    re.IGNORECASE,
)
SMALL_WORDS = word_set("a an the to in on at for from our your their its with by as into about")


def _may_speak(label: str, text: frozenset[str], *, again: bool) -> bool:
    """Whether a label in capitals is of a person, an office or a name, not of a subject.

    A word that the text itself writes small ("our budget") is no name that speaks once.
    """
    written = NUMBERED.sub("", title_case(label))
    words = split_words(written, 0, len(written))
    source = describe(words, 0, len(words))
    if source is None or source.sort in ("document", "unknown"):
        return again and len(label.split()) == 1
    if source.sort != "name" or source.sex or source.role:
        return source.sort not in ("body", "country") or (again and len(words) <= 3)
    if not SMALL_WORDS.isdisjoint(words.lows):
        return False
    return again or not text.issuperset(words.lows)


# What stands before a colon in the head or foot of a release.
CONTACT_LABELS = word_set(
    "tel fax email e-mail phone web note notes source contact date subject re"
)
LABEL_WORDS = (
    OFFICES
    | OFFICE_MODIFIERS
    | word_set(
        """
    of the and for de la van von bin al el du to on in entity
    """
    )
)


def title_case(label: str) -> str:
    """ "DEPUTY SECRETARY MCKEON" as a text would write it.

    >>> title_case("MS RUIZ-DALE")
    'Ms Ruiz-Dale'
    """
    small = {"OF", "THE", "FOR", "AND", "TO"}
    words = [
        w.lower() if w in small else "-".join(p.capitalize() for p in w.split("-"))
        for w in label.split()
    ]
    return " ".join(words)
