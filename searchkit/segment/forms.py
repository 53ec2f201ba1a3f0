"""What sort of text a document is, and which of its paragraphs are mere layout.

In comes a document with its paragraphs; `decide_form` weighs given form, title,
source, layout (labels, signature, salutation) and opening words.  `is_layout` tells
office lines, datelines, headings and repeated titles from content.
"""

from __future__ import annotations

import re

from searchkit.records import Document, Form
from searchkit.segment.labels import find_labels
from searchkit.segment.people import Person
from searchkit.segment.phrases import describe
from searchkit.segment.sentences import Span
from searchkit.segment.words import split_words

JOINT_TITLE = re.compile(
    r"\bjoint\s+(?:[\w’']+\s+){0,2}(?:statement|communiqu|declaration|press\s+(?:statement|release)|"
    r"vision|action plan)|\b(?:statement|communiqu\w+|declaration)\s+(?:of|by)\s+(?:the\s+)?"
    r"(?:G\s?-?\d+|quad|leaders|foreign ministers|ministers)\b|déclaration (?:conjointe|commune)|"
    r"declaración conjunta|gemeinsame erklärung|совместное заявление|спільна заява|ortak bildiri|"
    r"联合声明",
    re.IGNORECASE,
)
JOINT_OPENING = re.compile(
    r"\b(?:text of (?:a|the) joint statement|joint statement (?:was|is|by)|following (?:joint )?"
    r"statement was (?:released|issued) by the governments)", re.IGNORECASE,
)  # fmt: skip
SPEECH_TITLE = re.compile(
    r"\b(?:speech|address(?:es)?|keynote|lecture|general debate|toast|oration|intervention by|"
    r"remarks|discours|discurso|allocution|rede|выступление|виступ|konuşma(?:sı)?)\b|"
    r"讲话|演讲|\bstatement\s+by\b.{5,200}\b(?:at|to|before|during)\s+(?:the|an?)\b",
    re.IGNORECASE,
)
# A title that tells of a speech to come.
PLANNED_TITLE = re.compile(
    r"\b(?:to|will) (?:deliver|give|make|attend|travel|take|host|speak)\b", re.I
)
TRANSCRIPT_TITLE = re.compile(
    r"\b(?:transcript|press conference|press availability|interview|doorstop|press briefing|"
    r"briefing (?:with|by|on)|press gaggle|q\s?&\s?a|before their meeting|press statements?|"
    r"department press|пресс-конференц\w+|интервью|брифинг|conférence de presse|entretien|"
    r"entrevista|rueda de prensa|oral answers?)\b",
    re.IGNORECASE,
)
READOUT_TITLE = re.compile(
    r"\b(?:read-?out|(?:meeting|call|conversation|talks|meets?|met|spoke|speaks|dinner|lunch|"
    r"consultations|dialogue)\s+(?:\w+\s+){0,3}with|telephone (?:call|conversation)|phone call|"
    r"spoke by|sen(?:t|ds) (?:(?:a|his|her) )?"
    r"(?:\w+ )?(?:messages?|greetings|condolences|telegrams?|letters?|congratulations)|"
    r"receives?d?|"
    r"held (?:talks|a meeting))\b",
    re.IGNORECASE,
)
READOUT_OPENING = re.compile(
    r"\battributable to\b|^\W*(?:\S+\s+){2,30}?(?:met|spoke|held\s+(?:talks|a\s+(?:phone|"
    r"telephone)?)|"
    r"received)\s+(?:\w+\s+){0,4}?(?:with|by|phone|talks)\b", re.IGNORECASE,
)  # fmt: skip
STATEMENT_TITLE = re.compile(
    r"\b(?:statement|message|press release|communiqu\w+|announcement|condolences|congratulat\w+|"
    r"national day|declaration|заявление|заява|erklärung|communiqué|comunicado|açıklama\w*)\b|声明",
    re.IGNORECASE,
)
OFFICIAL_SOURCE = re.compile(
    r"\b(?:ministry|minister|ministère|ministerio|ministerium|department of|government|president|"
    r"presidency|white house|kremlin|embassy|parliament|commission|council|united nations|"
    r"whitehouse\.gov|\.gov\b|\.gob\.|\.gouv\.|\.mil\b|secretariat|office of|foreign office|"
    r"chancellery|cabinet|state department|mfa|mission|"
    r"министерство|президент|мід|bakanlığı)\b|外交部",
    re.IGNORECASE,
)
# A note that quotes what somebody wrote: "The message reads, in part:".
MESSAGE_READS = re.compile(
    r"the (?:message|telegram|letter|greetings?|note) (?:reads?|says?)\b[^.]{0,40}:$", re.IGNORECASE
)
# A title that begins so, in whose language ever: "Statement by", "Erklärung von", "Заявление".
BEGINS_AS_STATEMENT = re.compile(
    r"\s*(?:press )?(?:statement|message|erklärung (?:von|des|der)|stellungnahme|déclaration d|"
    r"message d|declaración d|mensaje d|dichiarazione d|declaração d|nota d|заявление|послание|"
    r"обращение|заява|звернення|prohlášení|oświadczenie|بيان|تصريح)\b",
    re.IGNORECASE,
)
LETTER_TITLE = re.compile(
    r"\s*(?:(?:text of )?(?:an? )?(?:open )?letter|message|telegram|proclamation|"
    r"executive order)\b",
    re.IGNORECASE,
)
SALUTATION = re.compile(
    r"^(?:(?:Dear |Your |Honou?rable |Distinguished |Esteemed |Thank you,? )?(?:Mr|Mrs|Ms|Madam|"
    r"Madame)\.? "
    r"(?:President|Chair\w*|Secretary|Speaker|Prime)\b|(?:Your )?Excellenc\w+|"
    r"Ladies and gentlemen|"
    r"Dear (?:colleagues|friends|Prime|Secretary|Mr|Minister)|Distinguished (?:delegates|guests|"
    r"colleagues)|"
    r"Colleagues|Friends,|Mesdames|Monsieur le|Señor Presidente|Уважаем|Шановн|Sehr geehrte|"
    r"Sayın)", re.IGNORECASE,
)  # fmt: skip
SIGNATURE = re.compile(
    r"^(?P<name>[^\W\d_a-z][\w.’'-]+(?:\s(?:al|bin|de|van|von|[^\W\d_a-z][\w.’'-]*)){1,5}),"
    r"\s(?P<role>[^.!?:;]{4,90})$"
)
LAYOUT_LINE = re.compile(
    r"^(?:office of the (?:spokesperson|press secretary|historian).{0,40}|(?:begin|"
    r"end)(?: of)? text\W*|"
    r"#{2,}|\*(?:\s?\*)+|-\s?30\s?-|\(?ends?\)?\W*|e\s?&\s?oe\W*|\d{1,4}|page \d+.*|"
    r"share this.{0,40}|"
    r"contacts?\s?:?.*|print\b.{0,200}|back\b.{0,200}|via teleconference|posted\s?on.*|"
    r"for immediate release|"
    r"press release|(?:updated|published)\b.{0,60}|\d{1,2}:\d\d\s?[ap]\.?m\.?.{0,10}|"
    r"connect with us|"
    r"\\?\([^()]{0,50}(?:concluded|ended|adjourned|laughter|applause|crosstalk)"
    r"[^()]{0,40}\)|"
    r"end\s+\d{1,2}[:.]\d\d\s?[ap]\.?\s?m.{0,10}|"
    r"quotes|next steps|background|further information|related.{0,30}|read more.{0,60}|"
    r"[-–—_=.\s]+)$",
    re.IGNORECASE,
)
FRAMING = re.compile(
    r"^the (?:following|below|text of the following|following is).{0,200}"
    r"(?:attributable to|text of|released by|issued by|was (?:released|issued)).{0,200}$",
    re.IGNORECASE | re.DOTALL,
)
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATE_LINE = re.compile(
    rf"^(?:[^\W\d_][\w.,’' ]{{2,120}}\s)?\(?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}|"
    rf"{MONTH}\s+\d{{1,2}}),?\s+\d{{4}}\W*$",
    re.IGNORECASE,
)
END_MARK = re.compile(r"[.!?…:;,\"”’»)\]。！？؟]$|\b(?:and|or)$")
HEADING_WORDS = 9
TOP_PARAGRAPHS = 8
LONGEST_SIGNATURE = 160
DATE_WORDS = 8


def is_layout(text: str, title: str | None, form: Form) -> bool:
    """Whether a paragraph is a heading, an office line, a date, a frame: no content.

    >>> is_layout("Begin Text:", None, "joint"), is_layout("We agree.", None, "joint")
    (True, False)
    """
    line = text.strip()
    if len(line) > 400:
        return False
    words = line.split()
    if LAYOUT_LINE.match(line) or FRAMING.match(line):
        return True
    if len(words) <= DATE_WORDS and DATE_LINE.match(line):
        return True
    if form in ("news", "readout"):
        return False
    if title and len(line) > 12 and _repeats(line, title):
        return True
    if len(words) > HEADING_WORDS or END_MARK.search(line):
        return False
    return form in ("statement", "joint", "transcript") or line.isupper()


def _repeats(line: str, title: str) -> bool:
    """Whether a line is the title again, a part of it, or little more than it."""
    a, b = (" ".join(re.findall(r"\w+", x.casefold())) for x in (line, title))
    return len(a) > 8 and (a in b or (len(b) > 20 and b in a and len(a) < 1.6 * len(b)))


def signature(line: str) -> Person | None:
    """The person of a line that is nothing but "Name, office".

    >>> signature("Ana Pereira, Minister of Trade").role
    'Minister of Trade'
    >>> signature("Lima, 5 May 2024") is None
    True
    """
    match = SIGNATURE.match(line) if len(line) < LONGEST_SIGNATURE else None
    if match is None:
        return None
    words = split_words(match["role"], 0, len(match["role"]))
    role = describe(words, 0, len(words))
    if role is None or role.sort not in ("role", "anonymous"):
        return None
    return Person(match["name"], match["role"], role.affiliation)


def decide_form(document: Document, paragraphs: list[Span]) -> Form:
    """The form of a document, from what is given, its title, source and layout."""
    if document.form is not None:
        return document.form
    title = document.title or ""
    texts = [document.text[a : min(b, a + 600)] for a, b in paragraphs[:12]]
    labels = find_labels(document, paragraphs)
    if any(MESSAGE_READS.match(text) for text in texts[:2]):
        return "readout"
    if LETTER_TITLE.match(title):
        return "statement"
    if labels and labels[0].paragraph < TOP_PARAGRAPHS and _is_official(document):
        return "transcript"
    if len(labels) >= 2 or (labels and (TRANSCRIPT_TITLE.search(title) or _asked(texts))):
        return "transcript"
    if JOINT_TITLE.search(title) or any(JOINT_OPENING.search(t) for t in texts[:3]):
        return "joint"
    announced = PLANNED_TITLE.search(title) is not None
    if (SPEECH_TITLE.search(title) and not announced) or any(
        SALUTATION.match(t) for t in texts[:6]
    ):
        return "speech"
    return _by_voice(document, title, texts)


# "Deputy Secretary Ruiz stressed ...": an account of what an official said.
ACCOUNT = re.compile(
    r"\b(?:Secretary|President|Minister|Ambassador|Commissioner|Envoy|Director|Chancellor)\s"
    r"[A-Z][\w’'-]+\s(?:also\s|further\s)?(?:stressed|highlighted|expressed|emphasi[sz]ed|"
    r"underscored|reaffirmed|reiterated|welcomed|thanked|raised|noted|urged|underlined|assured)\b"
)
# Quoted words do not tell whose voice a text is in.
QUOTED = re.compile(r"[“\"«][^”\"»]{0,2000}[”\"»]")
FIRST_PLURAL = re.compile(r"\b(?:we|our|ours|us|I|my)\b", re.IGNORECASE)
VOICE_CHARS = 20_000


def _speaks_itself(text: str) -> bool:
    """Whether a text says "we" or "I" outside quotation marks."""
    plain = QUOTED.sub(" ", text[:VOICE_CHARS])
    return any(match[0] != "US" for match in FIRST_PLURAL.finditer(plain))


# "Peru calls on all sides": the issuing state speaks of itself, now.
POSITION_VERB = (
    r"(?:(?:also|strongly|further|firmly|once again|again|therefore)\s)?(?:calls? (?:up)?on|"
    r"calls? for|condemns?|welcomes?|urges?|expects?|rejects?|regrets?|deplores?|demands?|"
    r"reaffirms?|reiterates?|expresses|stands?|supports?)\b"
)


def _takes_position(document: Document, source: str) -> bool:
    """Whether the state that a text comes from takes a position in it, in the present tense."""
    own = re.search(r"\bof (?:the )?(?P<name>[A-Z]\w+(?: [A-Z]\w+){0,2})$", source)
    if own is None:
        return False
    plain = QUOTED.sub(" ", document.text[:VOICE_CHARS])
    return re.search(rf"\b{re.escape(own['name'])}\s{POSITION_VERB}", plain) is not None


def _asked(texts: list[str]) -> bool:
    return any(
        re.match(r"\d{1,3}\.? (?:Mr|Ms|Mrs|Mdm|Dr|Miss|Assoc)\w*\.? .{3,60} asked ", t)
        for t in texts[:2]
    )


def _is_official(document: Document) -> bool:
    """Whether a text comes from a state body, by the name or address of its source."""
    source = document.source or document.site or ""
    return OFFICIAL_SOURCE.search(source) is not None and "history." not in source


def _by_voice(document: Document, title: str, texts: list[str]) -> Form:
    """Readout, statement or news: who stands behind the text, and what it tells."""
    source, official = document.source or document.site or "", _is_official(document)
    signed = any(signature(t) for t in texts[:2])
    if any("attributable to" in t[:200].lower() for t in texts[:3]):
        return "readout"
    if official and not signed and not document.speaker:
        if not STATEMENT_TITLE.search(title) and len(ACCOUNT.findall(document.text)) >= 2:
            return "readout"
        if READOUT_TITLE.search(title) or any(READOUT_OPENING.search(t[:300]) for t in texts[:3]):
            return "readout"
        if re.search(r"european parliament", source, re.IGNORECASE):
            return "readout"
        if not (
            STATEMENT_TITLE.search(title)
            or _speaks_itself(document.text)
            or _takes_position(document, source)
        ):
            return "readout"
    if signed or document.speaker or official:
        return "statement"
    if BEGINS_AS_STATEMENT.match(title):
        return "statement"
    if re.match(r"\s*read-?out\b", title, re.IGNORECASE):
        return "readout"
    return "news"
