from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.dates import MONTHS_BY_LANGUAGE, day_span, is_date_line, parse_date

PRINTED = [
    ("11.03.2024", "2024-03-11"),
    ("14.03.2024", "2024-03-14"),
    ("2019/4/17 08:30:00", "2019-04-17"),
    ("11. 3. 2024", "2024-03-11"),
    ("31/12/99 10:00", "1999-12-31"),
    ("20240311", "2024-03-11"),
    ("2024-03-11T10:00:00Z", "2024-03-11"),
    ("Tue, 05 Mar 19 00:01:01 +0200", "2019-03-04"),
    ("Tue, 9 Jul 2019 10:00:00 -0000", "2019-07-09"),
    ("Wed, Jun 17 2020 06:10:00 +0000", "2020-06-17"),
    ("Mon May 04 23:00:00 EDT 2020", "2020-05-05"),
    ("2024-03-11T23:30:00-05:00", "2024-03-12"),
    ("March 5, 2024 11:30 PM EST", "2024-03-06"),
    ("12 Sept 2024", "2024-09-12"),
    ("Sunday, 22nd of December 2019", "2019-12-22"),
    ("Dec. 5, 2019, 8:00 PM", "2019-12-05"),
    ("21-Jun-2023", "2023-06-21"),
    ("Di, 26 Jun 2018", "2018-06-26"),
    ("5. März 2024", "2024-03-05"),
    ("1er août 2024", "2024-08-01"),
    ("11 de marzo de 2024", "2024-03-11"),
    ("12 aprile 2024", "2024-04-12"),
    ("3 de março de 2021", "2021-03-03"),
    ("11 марта 2024 г.", "2024-03-11"),
    ("11 березня 2024 року", "2024-03-11"),
    ("11 Mart 2024", "2024-03-11"),
    ("7 KASIM 2023", "2023-11-07"),
    ("11 mart 2024-cü il", "2024-03-11"),
    ("5 października 2022", "2022-10-05"),
    ("5. září 2023", "2023-09-05"),
    ("9 mrt 2024", "2024-03-09"),
    ("11 مارس 2024", "2024-03-11"),
    ("١١ مارس ٢٠٢٤", "2024-03-11"),
    ("11 آذار 2024", "2024-03-11"),
    ("11 كانون الثاني 2024", "2024-01-11"),
    ("2024年3月11日", "2024-03-11"),
    ("2024년 3월 11일", "2024-03-11"),
    ("Published 10:30 GMT, 12 March 2024", "2024-03-12"),
]
REDUCED = [
    ("2019", "2019"),
    ("2024-09", "2024-09"),
    ("September 2024", "2024-09"),
    ("2024年3月", "2024-03"),
]
NOTHING = [
    "may", "Monday", "9 a.m.", "yesterday", "2 hours ago", "12 May", "Posted on 5 March 10:30",
    "2024-02-31", "2024-13-01", "32/01/2024", "0000-00-00", "1.10.0.2", "article 20249913", "",
    "11 March 2567", "in September 2024 the talks",
]  # fmt: skip


@pytest.mark.parametrize(("text", "day"), PRINTED + REDUCED)
def test_a_printed_date_is_read(text: str, day: str) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", NOTHING)
def test_what_names_no_year_or_no_day_is_no_date(text: str) -> None:
    assert parse_date(text) is None


def test_the_site_decides_the_order_of_day_and_month() -> None:
    assert parse_date("03/04/2024") == "2024-04-03"
    assert parse_date("03/04/2024", day_first=False) == "2024-03-04"
    assert parse_date("14/03/2024", day_first=False) == "2024-03-14"


def test_a_name_of_two_months_needs_the_language() -> None:
    assert parse_date("11 listopada 2024") is None
    assert parse_date("11 listopada 2024", language="pl") == "2024-11-11"
    assert parse_date("11 listopada 2024", language="hr-HR") == "2024-10-11"


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_a_date_without_time_is_that_day_in_every_zone(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert parse_date("2021-11-03") == "2021-11-03"
        assert parse_date("3 November 2021") == "2021-11-03"
    finally:
        monkeypatch.delenv("TZ")
        time.tzset()


@given(st.dates(min_value=date(1600, 1, 1), max_value=date(2199, 12, 31)))
def test_every_iso_day_is_itself(day: date) -> None:
    assert parse_date(day.isoformat()) == day.isoformat()
    assert parse_date(f"{day.day}.{day.month}.{day.year}") == day.isoformat()


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)),
    st.sampled_from(sorted(MONTHS_BY_LANGUAGE)),
)
def test_every_language_names_its_twelve_months(day: date, language: str) -> None:
    months = MONTHS_BY_LANGUAGE[language].split()
    assert len(months) == 12
    for name in months[day.month - 1].split("|"):
        text = f"{day.day} {name} {day.year}"
        assert parse_date(text, language=language) == day.isoformat()


@given(st.text(max_size=120))
def test_any_text_gives_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or day_span(found)[0] <= day_span(found)[1]


def test_long_texts_cost_nothing() -> None:
    begin = time.process_time()
    for text in ("1" * 100_000, "1 a " * 50_000, "may " * 50_000, "1/" * 50_000, "é" * 100_000):
        parse_date(text)
        is_date_line(text)
    assert time.process_time() - begin < 0.5


def test_spans_of_reduced_dates() -> None:
    assert day_span("2024") == (20240101, 20241231)
    assert day_span("2024-09") == (20240901, 20240930)
    assert day_span("2023-02") == (20230201, 20230228)
    for wrong in ("", "2024-13", "2024-02-30", "next year", "2024-01-01-01", "²024"):
        with pytest.raises(ValueError, match=r"."):
            day_span(wrong)


@pytest.mark.parametrize(
    "line", ["Tuesday, 5 March 2024, 21:30", "Paris, 5 March 2024", "11 июня 2024 г., 14:30"]
)
def test_a_line_that_is_a_date(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize(
    "line", ["Talks of 5 March 2024", "They met on 5 March 2024", "5 March 2024 saw new talks", ""]
)
def test_a_line_that_only_holds_a_date(line: str) -> None:
    assert not is_date_line(line)
