"""Plain text to paragraphs: lines re-joined, banners and doubles taken out, headline found.

In come the characters of a text/plain page, of a JSON record or the paragraphs of a web
page; out go paragraphs and, for each one left out, the rule that removed it.  No markup is
read here: a banner is known by its words alone (`boilerplate`), and the menus of a page
that lost its markup by what stands around them (`lines`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise

from searchkit.clean.boilerplate import boilerplate_rule
from searchkit.clean.bounds import check_chars, check_paragraphs
from searchkit.clean.encoding import INVISIBLE
from searchkit.clean.lines import judge_lines
from searchkit.dates import is_date_line, parse_date
from searchkit.records import Removed

LINE_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
ODD_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
SPACES = re.compile(" {2,}")
BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")

# A wrapped text breaks a line only where the next word would not have fitted.
NARROWEST_WRAP, WIDEST_WRAP = 45, 110
WRAP_SLACK = 12  # columns: typists break a little early
END_SLACK = 4  # the same for a line that ends a sentence, and so perhaps the paragraph
WRAPPED_SHARE = 0.8
BROKEN_SHARE = 0.4  # of the lines end inside a sentence
FEWEST_WRAPPED_PAIRS = 3
ENDS_SENTENCE = re.compile(r"[.!?…:;。！？؟][\"'”’»)\]]*$")

# "the", "river treaty", "of 1990": a link or bold words in a sentence made lines of their own.
GOES_ON = re.compile(r"[,;:.!?)”’](?=[\s\"”’)]|$)")

# "sanc-" + "tions": letters, a hyphen at the end of the line, a small letter after it.
HYPHENS = ("-", "\u2010", "\u00ac")
CUT_WORD = re.compile(r"([^\W\d_]{2,}).$")
CUT_NUMBER = re.compile(r"\d-$")
CUT_REST = re.compile(r"[^\W\d_]+")
# First halves that are words of their own: their hyphen is a real one.
_COMPOUND_FIRST = (
    "self non anti pro ex co well long short high low mid cross counter semi multi inter"
    " vice half all ill post pre sub under over first second third north south east west"
    " two three four five six ten twenty thirty forty fifty peace trade arms war oil gas"
    " gender human decision policy law rule state confidence capacity fact people land sea"
    " air world so follow then large small full part time cease middle new old"
)
COMPOUND_FIRST = frozenset(_COMPOUND_FIRST.split())

# A paragraph printed twice in one line with nothing between: `bad.”"A militarisation`.
GLUED = re.compile(r"[.!?…][\"”’»'）)]*?(?=[\"“«‘]?[^\W\d_a-z])")
FEWEST_GLUED_WORDS = 5
GLUED_REACH, MOST_GLUES = 4000, 40  # bounds on the time that a hostile line can take
GLUED_BEGIN = 24  # characters that show fast whether the rest can be a copy
WORD = re.compile(r"\w+")

# "QUESTION: ...", "MR. EXAMPLE: ...", "Q: ...": two such lines are a transcript.
CAPITAL_TURN = re.compile(r"(?:[^\W\d_a-zа-яё][^\W\d_a-zа-яё.'’ -]{1,40}|[QA]):")

# Spelling variants fold together in the key of a paragraph: -ise and -ize, -our and -or.
# Shorter paragraphs may well be said twice ("I'm not going to get into the specifics."):
# lengths of the key where the first printing stands far, near, and just before.
SHORTEST_FAR_DOUBLE, SHORTEST_NEAR_DOUBLE, SHORTEST_NEXT_DOUBLE = 80, 40, 15
NEAR = 3  # paragraphs
# A pull quote and a second body stand twice; what stands more often is said so on purpose, as in
# a plan or a form.  Unless most of the text does: then the body is printed so many times.
REFRAIN_TIMES, MOST_REFRAINS = 3, 0.5
# Turns of a transcript repeat themselves: "MS. EXAMPLE: I have nothing for you on that."
TURN = re.compile(r"[^\W\d_][\w. ’'-]{0,40}:")

# A headline has 3 to 30 words and does not end as a sentence or a salutation does.
HEADLINE_WORDS = range(3, 31)
HEADLINE_END = re.compile(r"[.,;:…。，；：][\"'”’»)\]]*$")
# A body has one paragraph of so many words near the top.
BODY_WORDS = 12
BODY_REACH = 6
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

# How many lines above or below a headline may hold its date or the office that issues it.
HEAD_REACH = 4
LETTERHEAD = re.compile(
    r"(?:the )?(?:office|ministry|department|embassy|permanent mission|government|secretariat"
    r"|press (?:service|office|release|statement)|cabinet|chancellery|delegation"
    r"|for immediate release|media (?:release|note))\b[^.!?:;]{0,90}",
    re.I,
)
# A headline's own date: "Press briefing by the Spokesperson, 24 January 2024".
DATED_HEADLINE = re.compile(r"(?:,|[(–—-]) ?([^,(–—]{6,30}?)\)?$")


# No heading or label ends so: a name with a link, in a sentence, is the next line.
CUT_OFF = re.compile(
    r"(?:,|\b(?:the|a|an|of|to|with|and|or|by|in|at|for|from|on|as|that|between))$"
)

# The headline of a flattened page says what its first line, the title, says.
LIKE_TITLE = 0.7
NEAR_HEAD = 8  # lines from the headline that may hold the date


@dataclass(frozen=True, slots=True)
class Flat:
    """What a plain text holds: title and paragraphs, and what was taken out."""

    paragraphs: tuple[str, ...]
    title: str | None = None
    published: str | None = None
    removed: tuple[Removed, ...] = ()


def tidy(text: str) -> str:
    """Line breaks as newlines, one space for many, nothing invisible.

    >>> tidy("a\\r\\nb\\u00a0 c\\x1b")
    'a\\nb c'
    """
    plain = INVISIBLE.sub("", LINE_BREAK.sub("\n", text))
    return SPACES.sub(" ", ODD_SPACE.sub(" ", plain))


def join_lines(lines: Sequence[str]) -> str:
    """Lines of one paragraph as one, words cut by a hyphen mended.

    >>> join_lines(["new sanc-", "tions against the Foreign-", "Minister of the self-", "styled"])
    'new sanctions against the Foreign-Minister of the self-styled'
    """
    parts = [lines[0]]
    for line in lines[1:]:
        cut = CUT_WORD.search(parts[-1]) if parts[-1].endswith(HYPHENS) else None
        if not cut:
            glued = CUT_NUMBER.search(parts[-1]) or GOES_ON.match(line)
            parts.append(line if glued else " " + line)
        elif CUT_REST.match(line) and line[0].islower() and not _is_compound(cut[1]):
            parts[-1] = parts[-1][:-1]
            parts.append(line)
        else:
            parts.append(line)
    return "".join(parts)


def _is_compound(first: str) -> bool:
    return first.lower() in COMPOUND_FIRST


def _fits(line: str, following: str, width: int, slack: int = WRAP_SLACK) -> bool:
    """Whether the next line's first word would have had room on this line."""
    return len(line) + 1 + len(following.split(" ", 1)[0]) <= width - slack


def _wrap_width(groups: Sequence[Sequence[str]]) -> int | None:
    """The column at which a text was wrapped, None where its lines are paragraphs."""
    every = [pair for group in groups for pair in pairwise(group)]
    pairs = [pair for pair in every if not ENDS_SENTENCE.search(pair[0])]
    if len(pairs) < max(FEWEST_WRAPPED_PAIRS, BROKEN_SHARE * len(every)):
        return None
    lengths = sorted(len(line) for line, _ in pairs)
    width = lengths[int(0.95 * (len(lengths) - 1))]
    if not NARROWEST_WRAP <= width <= WIDEST_WRAP:
        return None
    full = sum(
        line.endswith(HYPHENS) or not _fits(line, following, width) for line, following in pairs
    )
    return width if full >= WRAPPED_SHARE * len(pairs) else None


def _unwrap(group: Sequence[str], width: int) -> list[str]:
    """The paragraphs of a run of lines wrapped at a column."""
    paragraphs, current = [], [group[0]]
    for line in group[1:]:
        last = current[-1]
        ended = ENDS_SENTENCE.search(last) is not None
        short = _fits(last, line, width, END_SLACK if ended else WRAP_SLACK)
        if short and not last.endswith(HYPHENS) and (ended or not line[0].islower()):
            paragraphs.append(join_lines(current))
            current = []
        current.append(line)
    return [*paragraphs, join_lines(current)]


def _join_broken(group: Sequence[str]) -> list[str]:
    """Lines with the sentences that were broken inside joined; a list after a colon stays."""
    paragraphs: list[str] = []
    start = 0
    for end in range(1, len(group) + 1):
        if end < len(group) and _goes_on(group[end - 1], group[end]):
            continue
        run = group[start:end]
        listed = start > 0 and group[start - 1].endswith(":")
        whole = len(run) > 1 and ENDS_SENTENCE.search(run[-1]) is not None and not listed
        paragraphs += [join_lines(run)] if whole else run
        start = end
    return paragraphs


def _goes_on(line: str, following: str) -> bool:
    """Whether a line breaks off and the next one begins as the rest of its sentence does."""
    begins = following[0].islower() or GOES_ON.match(following) is not None
    return begins and not ENDS_SENTENCE.search(line)


def split_paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text: blank lines part them, and so do lines.

    Lines of a wrapped text, and of a sentence broken inside, are joined.

    >>> split_paragraphs("One.\\nTwo.\\n\\nThree.")
    ['One.', 'Two.', 'Three.']
    """
    groups = [
        [stripped for line in part.split("\n") if (stripped := line.strip())]
        for part in BLANK_LINES.split(tidy(text))
    ]
    groups = [group for group in groups if group]
    width = _wrap_width(groups)
    if width is None:
        return [paragraph for group in groups for paragraph in _join_broken(group)]
    return [paragraph for group in groups for paragraph in _unwrap(group, width)]


def paragraph_key(text: str) -> str:
    """What two printings of one paragraph share, whatever their marks and spelling.

    >>> paragraph_key("“Militarisation”, he said.") == paragraph_key('"Militarization," he said')
    True
    """
    return "".join(WORD.findall(text.casefold())).replace("z", "s").replace("our", "or")


def mend_glued(paragraph: str) -> tuple[str, str | None]:
    """A paragraph without the copy of its end glued to it, and that copy.

    >>> mend_glued('“We want a peaceful programme.”"We want a peaceful programme.”')
    ('“We want a peaceful programme.”', '"We want a peaceful programme.”')
    """
    for glue in islice(GLUED.finditer(paragraph), MOST_GLUES):
        before, after = paragraph[: glue.end()], paragraph[glue.end() :]
        begin = paragraph_key(after[:GLUED_BEGIN])
        if len(begin) < GLUED_BEGIN // 2 or begin[: GLUED_BEGIN // 2] not in paragraph_key(
            before[-GLUED_REACH:]
        ):
            continue
        size = _repeated_words(before[-GLUED_REACH:], after[:GLUED_REACH])
        if size >= FEWEST_GLUED_WORDS:
            end = list(WORD.finditer(after))[size - 1].end()
            while end < len(after) and not after[end].isalnum() and not after[end].isspace():
                end += 1
            return (before + after[end:]).rstrip(), after[:end]
    return paragraph, None


def _repeated_words(before: str, after: str) -> int:
    """With how many of its last words the second part begins."""
    left = [paragraph_key(word) for word in WORD.findall(before)]
    right = [paragraph_key(word) for word in WORD.findall(after)]
    for size in range(min(len(left), len(right)), FEWEST_GLUED_WORDS - 1, -1):
        if left[-size:] == right[:size]:
            return size
    return 0


def _keeps_none(_: str) -> bool:
    return False


def sift_paragraphs(
    paragraphs: Iterable[str],
    title: str | None = None,
    keeps: Callable[[str], bool] = _keeps_none,
) -> tuple[list[str], list[Removed]]:
    """The paragraphs that are text, each once, and those that are not with their rules.

    What ``keeps`` says yes to stays in any case.  Raises TooMuch where there are too many.
    """
    kept: list[str] = []
    removed: list[Removed] = []
    title_key = paragraph_key(title or "") or None
    seen: dict[str, int] = {}
    mended = [mend_glued(whole) for whole in _bounded(paragraphs)]
    keys = [paragraph_key(paragraph) for paragraph, _ in mended]
    refrains = _refrains(keys)
    for (paragraph, copy), key in zip(mended, keys, strict=True):
        if copy:
            removed.append(Removed(copy, "doubled"))
        rule = boilerplate_rule(paragraph)
        if key and key == title_key and len(kept) < BODY_REACH:
            rule = "title"
        elif rule is None and key in seen:
            back = len(kept) - seen[key]
            again = _is_double(paragraph, key, back) and (back == 1 or key not in refrains)
            rule = "doubled" if again else None
        if (rule or not key) and not keeps(paragraph):
            removed.append(Removed(paragraph, rule or "no words"))
            continue
        seen[key] = len(kept)
        kept.append(paragraph)
    return kept, removed


def _bounded(paragraphs: Iterable[str]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs, 1):
        check_paragraphs(number)
        yield paragraph


def _refrains(keys: Sequence[str]) -> set[str]:
    """The keys of long paragraphs that stand so often that they are meant to."""
    times = Counter(key for key, _ in groupby(keys) if len(key) >= SHORTEST_FAR_DOUBLE)
    often = {key for key, count in times.items() if count >= REFRAIN_TIMES}
    return often if len(often) <= MOST_REFRAINS * len(times) else set()


def _is_double(paragraph: str, key: str, back: int) -> bool:
    """Whether a paragraph is a copy of the one ``back`` paragraphs before."""
    if len(key) < SHORTEST_NEXT_DOUBLE:
        return False
    if len(key) >= SHORTEST_FAR_DOUBLE or back == 1:
        return True
    return back <= NEAR and len(key) >= SHORTEST_NEAR_DOUBLE and not TURN.match(paragraph)


def _words(line: str) -> int:
    """Words of a line; two Han or kana signs count as one."""
    return len(line.split()) + len(CJK.findall(line)) // 2


def _is_headline(lines: Sequence[str]) -> bool:
    """Whether the first of the lines is a headline over the others."""
    first, body = lines[0], lines[1 : 1 + BODY_REACH]
    return (
        _words(first) in HEADLINE_WORDS
        and not HEADLINE_END.search(first)
        and not first[0].islower()
        and not is_date_line(first)
        and not (CAPITAL_TURN.match(first) and any(map(CAPITAL_TURN.match, body)))
        and any(_words(line) >= BODY_WORDS and ENDS_SENTENCE.search(line) for line in body)
    )


def _head(lines: Sequence[str]) -> tuple[int, str | None]:
    """How many lines stand above a headline (dates, the issuer), and the headline."""
    above = 0
    while above < min(HEAD_REACH, len(lines)) and (
        is_date_line(lines[above]) or LETTERHEAD.fullmatch(lines[above])
    ):
        above += 1
    for place in range(above, -1, -1):
        if lines[place:] and _is_headline(lines[place:]):
            return place, lines[place]
    return 0, None


def _date_of(lines: Sequence[str], title: str | None) -> str | None:
    """The date of a line near the top that is nothing else, or the one a headline ends with."""
    for line in lines[:HEAD_REACH]:
        if is_date_line(line):
            return parse_date(line)
    own = DATED_HEADLINE.search(title or "")
    return parse_date(own[1]) if own and is_date_line(own[1]) else None


Judge = Callable[[Sequence[str], str | None], Sequence[str | None]]
"""Paragraphs and a title known to what takes each paragraph out (None: it stays)."""


def clean_text(
    text: str,
    title: str | None = None,
    keeps: Callable[[str], bool] = _keeps_none,
    judge: Judge = judge_lines,
) -> Flat:
    """Title, date and paragraphs of a plain text; a title given is not looked for.

    Raises TooMuch where it has more characters or paragraphs than any statement.

    >>> clean_text("Share this story\\nTalks begin today\\nThe talks on water began on Monday, "
    ...            "and both ministers said that they would go on.").title
    'Talks begin today'
    """
    check_chars(len(text))
    paragraphs = split_paragraphs(text)
    verdicts = judge(paragraphs, title)
    if any(verdicts):
        return _clean_page(paragraphs, verdicts, title, keeps)
    kept, removed = sift_paragraphs(paragraphs, title, keeps)
    if not kept:  # the whole text reads like a banner: it is still what was given
        kept, removed = [line for line in paragraphs if WORD.search(line)], []
    return _with_facts(kept, removed, title)


def _with_facts(kept: list[str], removed: list[Removed], title: str | None) -> Flat:
    """The paragraphs without the lines above them that are title and date."""
    top = kept[: 2 * HEAD_REACH]
    if title is None:
        above, title = _head(kept)
        if title is not None:
            rules = ["date" if is_date_line(line) else "letterhead" for line in kept[:above]]
            removed += map(Removed, kept[: above + 1], [*rules, "title"])
            kept = kept[above + 1 :]
    published = _date_of(top, title)
    dates = [line for line in kept[:HEAD_REACH] if is_date_line(line)] if len(kept) > 1 else []
    removed += [Removed(line, "date") for line in dates]
    kept = [line for line in kept if line not in dates]
    return Flat(tuple(kept), title, published, tuple(removed))


def _clean_page(
    paragraphs: Sequence[str],
    verdicts: Sequence[str | None],
    title: str | None,
    keeps: Callable[[str], bool],
) -> Flat:
    """A page that lost its markup: what the line model leaves, sifted, below its headline."""
    stay = [v is None or keeps(line) for line, v in zip(paragraphs, verdicts, strict=True)]
    begin = stay.index(True)
    head = _page_head(paragraphs[: begin + 1]) if title is None else None
    gone = [
        Removed(line, "title" if place == head else boilerplate_rule(line) or verdict or "")
        for place, (line, verdict) in enumerate(zip(paragraphs, verdicts, strict=True))
        if not stay[place] or place == head
    ]
    title = title if head is None else paragraphs[head]
    rest = _join_cut([line if stay[n] and n != head else "" for n, line in enumerate(paragraphs)])
    kept, removed = sift_paragraphs(rest, title, keeps)
    flat = _with_facts(kept or rest, gone + removed, title)
    near = paragraphs[max(0, begin - NEAR_HEAD) : begin] if head is None else paragraphs[head:begin]
    published = flat.published or _date_of(near[:NEAR_HEAD], None)
    return replace(flat, published=published)


def _join_cut(lines: Sequence[str]) -> list[str]:
    """Lines with those that break off and the next as one; "" parts, and is left out.

    >>> _join_cut(["She met the", "Minister of Ruritania on Monday.", "", "Talks", "went on."])
    ['She met the Minister of Ruritania on Monday.', 'Talks', 'went on.']
    """
    runs: list[list[str]] = []
    last = ""
    for line in lines:
        if line and CUT_OFF.search(last):
            runs[-1].append(line)
        elif line:
            runs.append([line])
        last = line
    return [join_lines(run) for run in runs]


def _page_head(lines: Sequence[str]) -> int | None:
    """The place of the headline among the lines down to the first of the text.

    The first line of a flattened page is its title, often with the site's name after it.
    """
    wanted = set(WORD.findall(lines[0].lower()))
    for place in range(len(lines) - 1, -1, -1):
        words = set(WORD.findall(lines[place].lower()))
        if (
            len(lines[place].split()) in HEADLINE_WORDS
            and not HEADLINE_END.search(lines[place])
            and len(words & wanted) >= max(3, LIKE_TITLE * len(words))
        ):
            return place
    return None
