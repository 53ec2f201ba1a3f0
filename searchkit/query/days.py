"""What is written behind date:, since:, until:, after: and before:.

In comes the value as typed; out go the first and last ISO date of it, possibly
reduced ("2024", "2024-09"), None where open, or ValueError with what is wrong.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from searchkit.query.when import time_in_words

# 2024, 2024-9, 2024-09-17, also with slashes; years that can be published in.
_ISO = re.compile(r"\A([12]\d{3})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z", re.ASCII)
_TWO_YEARS = re.compile(r"\A(\d{4})[-–—](\d{4})\Z", re.ASCII)
_SHAPE = "write 2024, 2024-03 or 2024-03-05"
_WORDS = 'write 2024, 2024-03, 2024-03-05, "last month" or "Q4 2023"'


def period(text: str, today: date | None = None) -> tuple[str, str]:
    """First and last ISO date, possibly reduced, of what a person writes; ValueError if none.

    Times in words are counted from ``today``; without it only dates are read.

    >>> period("2024-9"), period("17 September 2024")
    (('2024-09', '2024-09'), ('2024-09-17', '2024-09-17'))
    >>> period("last quarter", date(2026, 2, 10))
    ('2025-10', '2025-12')
    """
    if found := _ISO.match(text):
        iso = "-".join(part.zfill(2) for part in found.groups() if part)
    elif years := _TWO_YEARS.match(text):
        raise ValueError(f"date {text!r} is two years; write {years[1]}..{years[2]}")
    elif today and (told := time_in_words(text, today)):
        return told
    else:
        from searchkit.dates import parse_date

        iso = parse_date(text) or ""
    try:
        days(iso)
    except ValueError:
        shape = _SHAPE if any(map(str.isdecimal, text)) else _WORDS
        raise ValueError(f"date {text!r} is not a day, month or year; {shape}") from None
    return iso, iso


@lru_cache(256)
def days(iso: str) -> tuple[int, int]:
    """First and last day of a period, as yyyymmdd."""
    from searchkit.dates import day_span

    return day_span(iso)


def _beside(day: int, step: int) -> str:
    """The day before or after a yyyymmdd day; ValueError at the ends of the calendar."""
    try:
        return (date.fromisoformat(str(day)) + timedelta(days=step)).isoformat()
    except OverflowError:
        raise ValueError(f"no day is published that far away; {_SHAPE}") from None


def date_bounds(name: str, text: str, today: date | None = None) -> tuple[str | None, str | None]:
    """First and last period that a date field asks for, None where it is open.

    ``since`` and ``until`` include the period they name, ``after`` and ``before`` do not.

    >>> date_bounds("date", "2023-10..2023-12"), date_bounds("date", "2020..")
    (('2023-10', '2023-12'), ('2020', None))
    >>> date_bounds("after", "2024-01"), date_bounds("until", "2021-06")
    (('2024-02-01', None), (None, '2021-06'))
    """
    if name == "since":
        return period(text.removesuffix(".."), today)[0], None
    if name == "until":
        return None, period(text.removeprefix(".."), today)[1]
    if name == "after":
        return _beside(days(period(text, today)[1])[1], 1), None
    if name == "before":
        return None, _beside(days(period(text, today)[0])[0], -1)
    first, dots, last = text.partition("..")
    if not dots:
        return period(text, today)
    if not first and not last:
        raise ValueError(f"date '..' has no first and no last day; {_SHAPE}")
    start = period(first, today)[0] if first else None
    end = period(last.lstrip("."), today)[1] if last else None
    if start and end and days(start)[0] > days(end)[1]:
        raise ValueError(f"date {text!r} ends before it begins; write {last}..{first}")
    return start, end
