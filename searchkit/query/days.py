"""What is written behind date:, since:, until:, after: and before:.

In comes the value as typed; out go the first and last ISO date of it, possibly
reduced ("2024", "2024-09"), None where open, or ValueError with what is wrong.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

# 2024, 2024-9, 2024-09-17, also with slashes; years that can be published in.
_ISO = re.compile(r"\A([12]\d{3})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?\Z", re.ASCII)
_TWO_YEARS = re.compile(r"\A(\d{4})[-–—](\d{4})\Z", re.ASCII)
_SHAPE = "write 2024, 2024-03 or 2024-03-05"


def period(text: str) -> str:
    """An ISO date, possibly reduced, from what a person writes; ValueError if it is none.

    >>> period("2024-9"), period("2024/09/17"), period("17 September 2024")
    ('2024-09', '2024-09-17', '2024-09-17')
    """
    if found := _ISO.match(text):
        iso = "-".join(part.zfill(2) for part in found.groups() if part)
    elif years := _TWO_YEARS.match(text):
        raise ValueError(f"date {text!r} is two years; write {years[1]}..{years[2]}")
    else:
        from searchkit.dates import parse_date

        iso = parse_date(text) or ""
    try:
        days(iso)
    except ValueError:
        raise ValueError(f"date {text!r} is not a day, month or year; {_SHAPE}") from None
    return iso


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


def date_bounds(name: str, text: str) -> tuple[str | None, str | None]:
    """First and last period that a date field asks for, None where it is open.

    ``since`` and ``until`` include the period they name, ``after`` and ``before`` do not.

    >>> date_bounds("date", "2023-10..2023-12"), date_bounds("date", "2020..")
    (('2023-10', '2023-12'), ('2020', None))
    >>> date_bounds("after", "2024-01"), date_bounds("until", "2021-06")
    (('2024-02-01', None), (None, '2021-06'))
    """
    if name == "since":
        return period(text.removesuffix("..")), None
    if name == "until":
        return None, period(text.removeprefix(".."))
    if name == "after":
        return _beside(days(period(text))[1], 1), None
    if name == "before":
        return None, _beside(days(period(text))[0], -1)
    first, dots, last = text.partition("..")
    if not dots:
        return (only := period(text)), only
    if not first and not last:
        raise ValueError(f"date '..' has no first and no last day; {_SHAPE}")
    bounds = (period(first) if first else None, period(last.lstrip(".")) if last else None)
    if bounds[0] and bounds[1] and days(bounds[0])[0] > days(bounds[1])[1]:
        raise ValueError(f"date {text!r} ends before it begins; write {last}..{first}")
    return bounds
