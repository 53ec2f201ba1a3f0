"""Reports whose source is no subject: "according to", passives, nouns that somebody owns.

In comes a sentence as words; out go the source and the word bounds of what it says:
"was criticised by X for ...", "was asked by X whether ...", "her claim that ...",
"X's vow to ...".  Who a pronoun is, is for `reader`.
"""

from __future__ import annotations

from searchkit.names.offices import word_set
from searchkit.segment.cues import NOUN_CUES, frames
from searchkit.segment.phrases import Source, describe, role_text
from searchkit.segment.sources import ADVERBS, BOUNDARIES, FINITE, STOPS, Found
from searchkit.segment.words import PRONOUNS, Words, is_capital

BEING = word_set("is are was were be been being")
# After "by X" the message begins with one of these.
MESSAGE_LEADS = word_set("for to whether if as that not over about against")
NO_AGENTS = word_set("unknown pronoun document")
LONGEST_AGENT = 12
OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}
# Nouns of a deed that somebody declares, with what follows them.
DECLARED = {
    "to": word_set(
        "vow vows pledge pledges promise promises threat threats refusal offer offers demand"
    ),
    "for": word_set("call calls demand demands plea pleas appeal appeals"),
}
OWNED_NOUNS = NOUN_CUES | DECLARED["to"] | DECLARED["for"]
# "her own repeated claim": how many words may stand between the owner and the noun.
OWNER_REACH = 4
FEWEST_CONTENT = 3

ACCORDING_ENDS = word_set(
    "who which that published released obtained presented seen reviewed and as data figures in on "
    "cited quoted briefed familiar close speaking"
)
FIGURES = word_set("data figures")

Bounds = tuple[Found, int, int]


def passive_report(words: Words, i: int) -> Bounds | None:
    """ "X was asked by Y whether ...": Y's words."""
    if words.lows[i + 1 : i + 2] != ["by"] or not frames(words.lows[i]) & {"object", "told"}:
        return None
    at = i - 1
    while at > 0 and words.lows[at] in ADVERBS:
        at -= 1
    if at < 1 or words.lows[at] not in BEING or words.lows[at - 1] == "to":
        return None
    stop = i + 2
    while stop < min(len(words), i + LONGEST_AGENT) and not _ends_agent(words, stop):
        stop += 1
    source = describe(words, i + 2, stop)
    if source is None or source.sort in NO_AGENTS or words.lows[stop : stop + 1] == []:
        return None
    if words.lows[stop] not in MESSAGE_LEADS or len(words) - stop < FEWEST_CONTENT:
        return None
    return Found(source, i + 2, stop), stop + (words.lows[stop] == "that"), len(words)


def _ends_agent(words: Words, at: int) -> bool:
    low = words.lows[at]
    return words.texts[at] in STOPS or low in MESSAGE_LEADS or low in BOUNDARIES or low in FINITE


def owned_report(words: Words, i: int) -> Bounds | None:
    """ "her claim that ...", "the Ministry's call for ...": the owner's words."""
    link = words.lows[i + 1] if i + 2 < len(words) else ""
    claims = link == "that" and words.lows[i] in NOUN_CUES
    if not claims and words.lows[i] not in DECLARED.get(link, ()):
        return None
    found = _owner(words, i)
    if found is None:
        return None
    start = i + 1 + (link != "to")
    stop = _end_of_owned(words, start, found.first)
    return (found, start, stop) if stop - start >= FEWEST_CONTENT - 1 else None


def _owner(words: Words, i: int) -> Found | None:
    """Whose the noun at an index is."""
    for back in range(i - 1, max(-1, i - OWNER_REACH), -1):
        word = words.texts[back]
        if owner := OWNERS.get(words.lows[back]):
            a, b = words.starts[back], words.ends[back]
            return Found(Source(a, b, "pronoun", head=owner, sex=PRONOUNS[owner]), back, back + 1)
        if word.endswith(("’s", "'s")) and is_capital(word):
            start = back
            while start > 0 and (
                is_capital(words.texts[start - 1]) or words.lows[start - 1] == "the"
            ):
                start -= 1
            source = describe(words, start, back + 1)
            return Found(source, start, back + 1) if source else None
        if not word.isalpha():
            return None
    return None


def _end_of_owned(words: Words, start: int, owner: int) -> int:
    """Where the noun's clause ends: before the verb of the sentence whose subject it is."""
    subject = owner == 0 or words.texts[owner - 1] in ","
    verb = False
    for at in range(start, len(words)):
        if words.texts[at] in ",;—–":
            return at
        if subject and words.lows[at] in FINITE:
            if verb or words.lows[start - 1] != "that":
                return at
            verb = True
    return len(words)


def according_source(words: Words, i: int, high: int) -> Found | None:
    """The source of "according to X"."""
    if i + 2 >= high or words.lows[i + 1] != "to":
        return None
    stop = i + 2 + (words.lows[i + 2] in FIGURES)
    while stop < high and not (
        words.texts[stop] in ",.;:—–()"
        or words.texts[stop][0] == "\x01"
        or words.lows[stop] in ACCORDING_ENDS
    ):
        stop += 1
    source = describe(words, i + 2, stop)
    if source is not None and source.sort == "name" and _names_place(words, i + 2, stop):
        source = None
    if source is None and stop > i + 2 and words.lows[stop - 1] not in MEASURES:
        stop += stop < high and words.lows[stop] in FIGURES
        role = role_text(words, i + 2, stop)
        source = Source(words.starts[i + 2], words.ends[stop - 1], "unknown", role=role)
    return None if source is None or source.sort == "pronoun" else Found(source, i, stop)


# What something is done according to, without its saying anything.
MEASURES = word_set(
    "standard standards rule rules principle principles practice practices custom customs "
    "tradition traditions criteria criterion norms schedule need needs wish wishes procedure "
    "procedures protocol size age rank type merit order taste circumstances possibilities"
)


def _names_place(words: Words, a: int, stop: int) -> bool:
    """ "according to a pact signed at San Tomé": the name at the end is not the source."""
    small = [i for i in range(a, stop) if words.lows[i] in ("at", "in", "with", "between")]
    return any(not is_capital(words.texts[i - 1]) for i in small)


def according_report(words: Words, i: int, low: int) -> Bounds | None:
    """ "..., according to X" and "According to X, ...": X's words."""
    found = according_source(words, i, len(words))
    if found is None:
        return None
    if i <= low + 1:
        start = found.last
        while start < len(words) and words.texts[start] != ",":
            start += 1
        return (found, start + 1, len(words)) if start + 3 < len(words) else None
    stop = i - 1 if words.texts[i - 1] in ",—–" else i
    first = low
    while first < stop and words.lows[first] in ("but", "and", "however", ","):
        first += 1
    return (found, first, stop) if stop - first >= FEWEST_CONTENT else None
