"""Paragraphs and sentences of a text, as half-open offsets.

In comes text with paragraphs set apart by blank lines; out go spans without the
white space round them, in order, that cover every other character.  Abbreviations
and initials do not end a sentence; nothing is known here of quotations.
"""

from __future__ import annotations

import itertools
import re

from searchkit.names.offices import word_set

Span = tuple[int, int]

BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
LINE = re.compile(r"\n\s*")
# A run of end marks with the closing marks that belong to it, or an end mark of a
# script that sets no space after it.
SENTENCE_END = re.compile(
    r"[.!?…]{1,9}[\"'”’“»)\]]{0,3}(?=\s)|[。！？]{1,9}[」』”’\"»)]{0,3}|[؟۔।](?=\s)"
    r"|\n(?=\s*(?:[-•*–—·]\s|\d{1,2}[.)]\s))"
)
# What may begin a sentence: a capital, a digit, an opening mark, a script without case, or
# speech that was masked.
SENTENCE_START = re.compile(r"\s*[\"'“”„«»‘’(\[¿¡—–-]{0,3}\s?(?:[^\W_a-zß-öø-ÿа-яёєіїґ]|…|\x01)")
ABBREVIATIONS = word_set(
    """
    mr mrs ms dr prof gen sen rep gov lt col maj sgt adm capt st jr sr hon rev messrs mme mlle m
    no nos vol art vs etc e.g i.e cf al fig inc ltd co corp dept est approx jan feb mar apr jun
    jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat u.s u.k u.n e.u d.c r d
    rt ave blvd mt ft pp p a.m p.m bros г гг ст им т д стр руб млн млрд тыс см др пр ул р z.b d.h
    bzw usw ca nr str abs sra srta ud uds ee.uu av núm pág
    """
)
# Abbreviations after which a new sentence may well begin with a capital.
OFTEN_LAST = word_set(
    """
    u.s u.k u.n e.u d.c a.m p.m inc ltd co corp jr sr etc ee.uu p
    """
)
# "said in Washington D.C. He ...": after those, only such words begin a sentence.
STARTERS = re.compile(
    r"\s*[\"'“‘«(]?(?:The|He|She|It|They|We|I|This|That|These|Those|But|And|In|On|At|A|An|"
    r"However|Meanwhile|Both|Secretary|President|Mr|Mrs|Ms)\b"
)


def paragraph_spans(text: str) -> list[Span]:
    r"""The paragraphs of a text, without the blank lines between them.

    In a text without any blank line each line is a paragraph.

    >>> paragraph_spans("One.\n\nTwo, too.")
    [(0, 4), (6, 15)]
    """
    spans = []
    start = 0
    breaks = BLANK_LINE if BLANK_LINE.search(text) else LINE
    for gap in breaks.finditer(text):
        spans.append(_trim(text, start, gap.start()))
        start = gap.end()
    spans.append(_trim(text, start, len(text)))
    if breaks is LINE:
        return [(a, b) for a, b in spans if a < b]
    return [part for a, b in spans if a < b for part in _lines_of_quotes(text, a, b)]


QUOTED_LINE = re.compile(r"\n\s*(?=[\"“”„«])")
PLAIN_LINE = re.compile(r"\n\s*(?![\s\"“”„«])")


def _lines_of_quotes(text: str, start: int, end: int) -> list[Span]:
    """A block whose every line begins with a quotation: each line is a paragraph."""
    if text[start] not in '"“”„«' or PLAIN_LINE.search(text, start, end):
        return [(start, end)]
    bounds = [start, *(m.end() for m in QUOTED_LINE.finditer(text, start, end)), end]
    return [_trim(text, a, b) for a, b in itertools.pairwise(bounds)]


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_here(text: str, match: re.Match[str], start: int) -> bool:
    """Whether the sentence from ``start`` ends with this run of end marks."""
    mark = match[0]
    if mark == "\n" or mark[0] in "。！？؟۔।":
        return True
    # A lower-case word after the mark goes on with the sentence.
    if not SENTENCE_START.match(text, match.end()):
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    before = text[max(start, match.start() - 20) : match.start()].rsplit(None, 1)
    word = before[-1].strip(".([‘'\"“„«").lower() if before else ""
    if word in OFTEN_LAST:
        return STARTERS.match(text, match.end()) is not None
    return word not in ABBREVIATIONS and not (len(word) == 1 and word.isalpha() and word != "i")


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences between two offsets, in order, without the space round them.

    >>> [(a, b)] = sentence_spans("Mr. Oduya met Gen. K. Ruiz in the U.S. capital.")
    >>> sentence_spans("He left. Why? “No!” she said.")
    [(0, 8), (9, 13), (14, 29)]
    """
    end = len(text) if end is None else end
    spans = []
    begin = start
    for match in SENTENCE_END.finditer(text, start, end):
        if match.start() >= begin and _ends_here(text, match, begin):
            spans.append(_trim(text, begin, match.end()))
            begin = match.end()
    spans.append(_trim(text, begin, end))
    return [(a, b) for a, b in spans if a < b]
