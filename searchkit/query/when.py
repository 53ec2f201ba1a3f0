"""Times told in words: last month, Q4 2023, since October, 3 weeks ago.

In come words and the day that counts as today; out go the first and last ISO date they
mean, possibly reduced ("2024-10").  A name alone (October, Monday, Q4) means the latest
one that has begun.  Times without a clear meaning (recently, the nineties) are none.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

MAX_WORDS = 4
"""Words that one time is told in, at most: the last 30 days."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|"
        "september sep sept|october oct|november nov|december dec".split("|"),
        1,
    )
    for name in names.split()
}
_DAYS = {
    name: number
    for number, name in enumerate(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    )
}
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), 1
    )
}
_UNITS = "day days week weeks month months quarter year years"
_WORDS = frozenset(
    (*_MONTHS, *_DAYS, *_NUMBERS, *_UNITS.split(), "ago", "a", "an", "the", "this", "current",
     "last", "past", "previous")
)  # fmt: skip
# Q4 2023, 2023 Q4, 2023-Q4, Q4; H1 2024 alike.
_PART = re.compile(r"\A([qh])([1-4])(?:[ -](\d{4}))?\Z|\A(\d{4})[ -]?([qh])([1-4])\Z")
_SPAN = re.compile(r"\A(?:last|past|previous) (\w{1,6}) (day|week|month|year)s?\Z")
_AGO = re.compile(r"\A(\w{1,6}) (day|week|month|year)s? ago\Z")
_NAMED = re.compile(r"\A(this|current|last|past|previous) (\w{3,9})\Z")
_MOST = 9_999

Bounds = tuple[str, str]


def time_in_words(text: str, today: date) -> Bounds | None:
    """First and last ISO date of a time told in words; None where it is none.

    >>> now = date(2026, 2, 10)
    >>> time_in_words("last month", now), time_in_words("Q4 2023", now)
    (('2026-01', '2026-01'), ('2023-10', '2023-12'))
    >>> time_in_words("October", now), time_in_words("last 7 days", now)
    (('2025-10', '2025-10'), ('2026-02-03', '2026-02-10'))
    """
    words = " ".join(text.lower().split()).removeprefix("the ")
    for read in (_day, _part_of_year, _length, _ago, _named, _name):
        try:
            found = read(words, today)
        except (OverflowError, ValueError):  # a time before the calendar begins
            return None
        if found is not None:
            return found
    return None


def is_word_of_time(word: str) -> bool:
    """Whether a word may go on with a time: a number, a month, "last", "ago".

    >>> is_word_of_time("October"), is_word_of_time("7"), is_word_of_time("grain")
    (True, True, False)
    """
    word = word.lower()
    return word.isdecimal() or word in _WORDS or bool(_PART.match(word))


def _both(iso: str) -> Bounds:
    return iso, iso


def _day(words: str, today: date) -> Bounds | None:
    if words in ("today", "now"):
        return _both(today.isoformat())
    if words == "yesterday":
        return _both((today - timedelta(1)).isoformat())
    return None


def _part_of_year(words: str, today: date) -> Bounds | None:
    found = _PART.match(words)
    if found is None:
        return None
    kind, number, year = found[1] or found[5], int(found[2] or found[6]), found[3] or found[4]
    months = 3 if kind == "q" else 6
    if number * months > 12:
        return None
    first = (number - 1) * months + 1
    of = int(year) if year else today.year - (first > today.month)
    return _month(of, first), _month(of, first + months - 1)


def _length(words: str, today: date) -> Bounds | None:
    """The last so many days, weeks, months, years: from that long ago until today."""
    found = _SPAN.match(words)
    count = _count(found[1]) if found else None
    if found is None or count is None:
        return None
    return _before(today, count, found[2]).isoformat(), today.isoformat()


def _ago(words: str, today: date) -> Bounds | None:
    found = _AGO.match(words)
    count = 1 if found and found[1] in ("a", "an") else _count(found[1]) if found else None
    if found is None or count is None:
        return None
    return _around(_before(today, count, found[2]), found[2])


def _named(words: str, today: date) -> Bounds | None:
    """This or last week, month, quarter, year; last October, last Monday."""
    found = _NAMED.match(words)
    if found is None:
        return None
    this, name = found[1] in ("this", "current"), found[2]
    if name in ("week", "month", "year"):
        return _around(today if this else _before(today, 1, name), name)
    if name == "quarter":
        began = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        within = began if this else began - timedelta(1)
        return _part_of_year(f"q{(within.month + 2) // 3} {within.year}", today)
    if this and name in _MONTHS:
        return _both(_month(today.year, _MONTHS[name]))
    return _name(name, today)


def _name(words: str, today: date) -> Bounds | None:
    if month := _MONTHS.get(words):
        return _both(_month(today.year - (month > today.month), month))
    if (weekday := _DAYS.get(words)) is not None:
        back = (today.weekday() - weekday) % 7 or 7
        return _both((today - timedelta(back)).isoformat())
    return None


def _count(word: str) -> int | None:
    if word.isdecimal() and word.isascii():
        return int(word) if int(word) <= _MOST else None
    return _NUMBERS.get(word)


def _before(today: date, count: int, unit: str) -> date:
    """The day so long before; at the end of a month where it has no such day."""
    if unit in ("day", "week"):
        return today - timedelta(count * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    from calendar import monthrange  # few queries tell a time in words

    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _around(day: date, unit: str) -> Bounds:
    """The whole day, week from Monday, month or year that the day lies in."""
    if unit == "day":
        return _both(day.isoformat())
    if unit == "week":
        monday = day - timedelta(day.weekday())
        return monday.isoformat(), (monday + timedelta(6)).isoformat()
    return _both(_month(day.year, day.month) if unit == "month" else f"{day.year:04}")


def _month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"
