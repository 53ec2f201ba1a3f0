"""Who stands beside a reporting word in other languages: a name, an office, a pronoun.

In comes a stretch of text beside the word; out goes a `Phrase`, or None where nobody
can be told.  `Roll` keeps the full names and the holders of offices of one document.
Names are told by their capitals; Arabic and Chinese have functions of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from searchkit.names import country_code, fold_name
from searchkit.names.offices import word_set
from searchkit.segment.sentences import sentence_spans
from searchkit.segment.tongues import TONGUES, cue_pattern, office_pattern, pronouns_of

WORD = re.compile(r"[^\W\d_]+(?:[-’'‑.][^\W\d_]+)*\.?")
STRETCH_END = re.compile(r"[,.:;«»“”\"„()—–!?\n\x01]|\s-\s")
PARTICLES = word_set("de da do dos das del della di du la le van von der den bin ben al el y e zu")
# Between subject and verb: auxiliaries, and a few adverbs of time.
LINKS = word_set(
    """
    a ha hat habe également aussi también auch также та також ще anche também také rovněž již już
    się si se has avait había había hatte le la lo les les ai en y v ve dnes včera hier ayer
    """
)
PATRONYMIC = re.compile(r"(?:вич|вна|чна|йович|івна)$")
CYRILLIC = re.compile("[а-яёєіїґ]", re.IGNORECASE)
# A capital that only begins the sentence: "Le Kremlin", "В МИД".
LEADS = word_set("le la les l el los las il lo i der die das o a os as в во на у за по ve")
LONGEST_NAME = 5
OFFICE_REACH = 14
# German writes every noun with a capital, so that two in a row prove no name.
NOUNS_CAPITAL = frozenset({"de"})


@dataclass(frozen=True, slots=True)
class Phrase:
    """A subject as it stands: offsets of the mention, name as written, office word, pronoun."""

    start: int = 0
    end: int = 0
    name: str | None = None
    office: str | None = None


@dataclass(slots=True)
class Roll:
    """The people of one document: full names by last word, and who holds which office."""

    by_last: dict[str, list[str]] = field(default_factory=dict)
    offices: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, code: str) -> Roll:
        """The names of a text that stand with an office, then all of two words or more."""
        roll = cls()
        if code in ("zh", "ar"):
            return roll
        office, cue = office_pattern(code), cue_pattern(code)
        for start, end in sentence_spans(text, 0, min(len(text), 100_000)):
            words = list(WORD.finditer(text, start, end))
            for i, word in enumerate(words):
                if office.match(word[0]) and (held := _name_near(text, words, i, cue)):
                    roll.offices.setdefault((_stem(code, word[0]), held), word.start())
                    roll.add(held)
        for run in _runs(code, text, list(WORD.finditer(text, 0, 100_000))):
            name = _name_of(text, run)
            if len(run) > 1 and code not in NOUNS_CAPITAL:
                roll.add(name)
        return roll

    def add(self, name: str) -> None:
        """Take a full name in."""
        known = self.by_last.setdefault(fold_name(name.split()[-1]), [])
        if name not in known:
            known.append(name)

    def hold(self, office: str | None, name: str) -> None:
        """Note that somebody of a full name holds an office."""
        if " " in name:
            self.add(name)
            if office is not None:
                self.offices.setdefault((office, name), 0)

    def full(self, name: str, *, known: bool) -> str | None:
        """The full name that a name means; a single word that nobody bears stays as it is."""
        if " " in name:
            return name
        found = self.by_last.get(fold_name(name))
        return found[0] if found else name if known or len(name) > 3 else None

    def holder(self, office: str, at: int) -> str | None:
        """Who holds an office before a place in the text, if only one person does."""
        before = [key for key, place in self.offices.items() if place <= at]
        fits = {name for stem, name in before if stem == office} or {name for _, name in before}
        return fits.pop() if len(fits) == 1 else None


def _stem(code: str, word: str) -> str:
    found = office_pattern(code).match(word)
    return found[0].lower() if found else word.lower()


def _name_near(text: str, words: list[re.Match[str]], at: int, cue: re.Pattern[str]) -> str | None:
    """The full name that follows an office in its sentence, across one comma at most."""
    commas = 0
    for i in range(at + 1, min(at + OFFICE_REACH, len(words))):
        between = text[words[i - 1].end() : words[i].start()]
        commas += "," in between
        if commas > 1 or between.strip(" ,") or cue.fullmatch(words[i][0]):
            return None
        if words[i][0][0].isupper() and (not words[i - 1][0][0].isupper() or between != " "):
            run = _run_from(text, words, i)
            closes = commas == 0 or text[run[-1].end() : run[-1].end() + 1] in (",", ".", "")
            if len(run) > 1 and closes:
                return _name_of(text, _trimmed(text, run, words[i - 1][0], office=i == at + 1))
    return None


def _run_from(text: str, words: list[re.Match[str]], at: int) -> list[re.Match[str]]:
    run = [words[at]]
    for i in range(at + 1, len(words)):
        word = words[i][0]
        if text[words[i - 1].end() : words[i].start()] != " ":
            break
        if not (word[0].isupper() or _links(words, i)):
            break
        run.append(words[i])
    while run and not run[-1][0][0].isupper():
        run.pop()
    return run


def _links(words: list[re.Match[str]], i: int) -> bool:
    """Whether a small word belongs to a name: "von", and "der" after "von" only."""
    word = words[i][0]
    if word in ("der", "den") and words[i - 1][0] != "von":
        return False
    follows = i + 1 < len(words) and (words[i + 1][0][0].isupper() or words[i + 1][0] in PARTICLES)
    return word in PARTICLES and follows


def _runs(code: str, text: str, words: list[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Runs of capital words, without the offices they begin with."""
    office = office_pattern(code)
    i = 0
    while i < len(words):
        if not words[i][0][0].isupper():
            i += 1
            continue
        run = _run_from(text, words, i)
        i += len(run)
        offices = 0
        for at, word in enumerate(run[:-1] if len(run) > 1 else run, start=1):
            if office.match(word[0]) or (at == offices + 1 and word[0].lower() in LEADS):
                offices = at
        if run[offices:]:
            yield run[offices:]


def _trimmed(
    text: str, run: list[re.Match[str]], before: str, *, office: bool
) -> list[re.Match[str]]:
    """A name without the country of its office: "дел России Сергей Лавров"."""
    while len(run) > 2 and len(run[0][0]) > 1 and run[0][0].isupper():
        run = run[1:]  # "МИД Олег Рябов"
    if len(run) < 3:
        return run
    patronymic = PATRONYMIC.search(run[-2][0]) is not None
    if patronymic or CYRILLIC.match(run[0][0]):
        return run[-3:] if patronymic else run[-2:]
    if country_code(run[0][0]) is not None:
        return run[1:]
    return run[-2:] if before and not office else run


def _name_of(text: str, run: list[re.Match[str]]) -> str:
    return text[run[0].start() : run[-1].end()].rstrip(".")


def read_phrase(code: str, text: str, low: int, high: int, *, after: bool) -> Phrase | None:
    """The person that a stretch beside a reporting word names."""
    words = list(WORD.finditer(text, low, high))
    while words and not after and words[-1][0].lower() in LINKS:
        words.pop()
    while words and after and words[0][0].lower() in LINKS and not words[0][0][0].isupper():
        words.pop(0)
    if not words:
        return None
    edge = words[0] if after else words[-1]
    if edge[0].lower().rsplit("-", 1)[-1] in pronouns_of(code):
        return Phrase(*edge.span())
    office = next((w for w in words if office_pattern(code).match(w[0])), None)
    stem = _stem(code, office[0]) if office else None
    if run := _best_run(code, text, words, office, after=after):
        start = office.start() if office and office.start() < run[0].start() else run[0].start()
        return Phrase(start, run[-1].end(), _name_of(text, run), stem)
    return Phrase(*office.span(), None, stem) if office and _leads(words, office, after) else None


def _leads(words: list[re.Match[str]], office: re.Match[str], after: bool) -> bool:
    """Whether an office is the head of its phrase: at its beginning, but for an article."""
    return words.index(office) <= 1 or not after


def _best_run(
    code: str, text: str, words: list[re.Match[str]], office: re.Match[str] | None, *, after: bool
) -> list[re.Match[str]] | None:
    """The run of capitals that is the name: two words or more, else the one at the edge."""
    runs = list(_runs(code, text, words))
    full = [run for run in runs if len(run) > 1]
    if full:
        run = full[0] if after or TONGUES[code].subject_first else full[-1]
        at = words.index(run[0])
        before = words[at - 1] if at else None
        direct = before is None or before is office
        run = _trimmed(text, run, before[0] if before else "", office=direct)
        near = after is False or at <= 9
        return run if near and len(run) <= LONGEST_NAME + 1 else None
    if office is not None and after:
        beside = [run for run in runs if words.index(run[0]) == words.index(office) + 1]
        return beside[0] if beside else None
    if not runs:
        return None
    edge = runs[0] if after else runs[-1]
    touches = edge[0] is words[0] if after else edge[-1] in words[-2:]
    return edge if touches and len(edge[0][0]) > 3 and (office is None or not after) else None


def phrase_after(code: str, text: str, low: int, high: int) -> Phrase | None:
    """The subject after the verb: "dijo Ruiz en Lima", with the name past a comma too."""
    end = STRETCH_END.search(text, low, high)
    stop = end.start() if end else high
    phrase = read_phrase(code, text, low, stop, after=True)
    if phrase is None or phrase.name or phrase.office is None or not end or end[0] != ",":
        return phrase
    past = STRETCH_END.search(text, stop + 1, high)
    words = list(WORD.finditer(text, stop + 1, past.start() if past else high))
    run = _run_from(text, words, 0) if words and words[0][0][0].isupper() else []
    if len(run) > 1 and len(run) == len(words):
        return replace(phrase, name=_name_of(text, run), end=run[-1].end())
    return phrase


def phrase_before(code: str, text: str, low: int, high: int) -> Phrase | None:
    """The subject before the verb: "Ana Ruiz, ministre du Commerce, a déclaré"."""
    if TONGUES[code].subject_first:
        first = re.split(r"[,;:—–\x01\"“]", text[low:high])[0]
        return read_phrase(code, text, low, low + len(first), after=False)
    stretch = re.split(r"[;:—–\x01]|\.\s", text[low:high])[-1]
    begin = high - len(stretch)
    parts = [(m.start() + begin, m.end() + begin) for m in re.finditer(r"[^,]+", stretch)]
    if not parts:
        return None
    if not stretch.rstrip().endswith(",") and text[parts[-1][0] : high].strip():
        last = [w for w in WORD.findall(text, *parts[-1]) if w.lower() not in LINKS]
        if last:
            return read_phrase(code, text, *parts[-1], after=False)
        parts.pop()
    for part in reversed(parts[-2:]):
        words = list(WORD.finditer(text, *part))
        run = _run_from(text, words, 0) if words and words[0][0][0].isupper() else []
        if len(run) > 1 and len(run) == len(words):
            lead = (
                read_phrase(code, text, begin, part[0], after=False) if part != parts[0] else None
            )
            name = _name_of(text, run)
            return Phrase(run[0].start(), run[-1].end(), name, lead.office if lead else None)
    return read_phrase(code, text, *parts[-1], after=False) if len(parts) == 1 else None


ARABIC_STOP = re.compile(
    r"\s(?:أن|إن|أنه|أنها|بأن|في|خلال|على|عن|عقب|بعد|قبل|إلى|اليوم|أمس|الذي|التي|من|لدى|مساء)\s|[:،,.«\"“؛\x01]"
)


def arabic_phrase(text: str, low: int, high: int) -> Phrase | None:
    """The subject after an Arabic verb: an office with the name at its end, or a last name."""
    end = ARABIC_STOP.search(text, low, high)
    words = list(WORD.finditer(text, low, end.start() if end else high))
    if not words:
        return None
    office = office_pattern("ar").match(words[0][0])
    given = words[-2][0] if len(words) > 1 else ""
    if office and len(words) >= 4 and not given.startswith("ال"):
        name = text[words[-2].start() : words[-1].end()]
        if country_code(name) is None and country_code(given) is None:
            return Phrase(words[0].start(), words[-1].end(), name, office[0].removeprefix("ال"))
    if office:
        return Phrase(words[0].start(), words[-1].end(), None, office[0].removeprefix("ال"))
    if len(words) <= 3:
        return Phrase(words[0].start(), words[-1].end(), text[words[0].start() : words[-1].end()])
    return None


CHINESE = re.compile(
    rf"(?P<office>{'|'.join(TONGUES['zh'].offices.split())})(?P<name>[\u4e00-\u9fff·]{{2,4}}?)"
    r"(?=$|[在于就今当对向说表指强称]|\d{1,2}日)"
)


def chinese_phrase(text: str, low: int, high: int) -> Phrase | None:
    """The name between an office and a Chinese reporting verb."""
    clause = re.split(r"[，。；：“”\x01]", text[low:high])[-1]
    if clause.endswith(("他", "她")):
        return Phrase(high - 1, high)
    found = CHINESE.search(clause)
    if found is None:
        return None
    at = high - len(clause)
    return Phrase(at + found.start(), at + found.end(), found["name"], found["office"])
