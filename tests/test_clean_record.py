from __future__ import annotations

import json
from typing import Any

import pytest

from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Document, Given, Page
from searchkit.urls import document_id, url_key
from tests.pages import COLLECTED

TEXT = "Fellow citizens,\n\nThe bridge opens at noon.\n\nThank you."


def record(facts: dict[str, Any] | bytes, given: Given | None = None) -> Document:
    body = facts if isinstance(facts, bytes) else json.dumps(facts).encode()
    return clean_page(Page(body, "feed.jsonl:3", "application/json", COLLECTED), given)


FULL = {
    "id": "r1", "title": "The bridge opens", "speaker": "Ana Example", "post": "President",
    "country": "Ruritania", "date": "2024-05-06", "source": "speeches", "lang": "en",
    "url": "https://pm.example/speeches/1?utm_source=x", "text": TEXT, "license": "CC0",
}  # fmt: skip


def test_every_field_has_its_place() -> None:
    document = record(FULL)
    assert document.text == TEXT
    assert document.id == document_id(url_key(FULL["url"]))
    assert (document.title, document.speaker) == ("The bridge opens", "Ana Example")
    assert (document.role, document.country) == ("President", "Ruritania")
    assert (document.published, document.published_source) == ("2024-05-06", "given")
    assert (document.source, document.language) == ("speeches", "en")
    assert document.url == "https://pm.example/speeches/1"


def test_only_text_is_required() -> None:
    document = record({"text": "The bridge opens at noon, and nobody will be asked to pay."})
    assert (document.published, document.speaker, document.title) == (None, None, None)
    assert document.language == "en"


def test_what_is_given_beats_the_record() -> None:
    document = record(FULL, Given(source="mine", published="2020", speaker="Jo Sample"))
    assert (document.source, document.published, document.speaker) == ("mine", "2020", "Jo Sample")
    assert document.title == "The bridge opens"


@pytest.mark.parametrize(
    ("stated", "published", "warnings"),
    [
        ("2019", "2019", ()),
        (2019, "2019", ()),
        ("2024-09", "2024-09", ()),
        ("2024-09-17T23:30:00-05:00", "2024-09-18", ()),
        ("17 Sept 2024", "2024-09-17", ()),
        ("2024-02-31", None, ("date '2024-02-31' cannot be read",)),
        ("soon", None, ("date 'soon' cannot be read",)),
        ("", None, ()),
        (None, None, ()),
    ],
)
def test_dates_stay_as_exact_as_they_are(
    stated: object, published: str | None, warnings: tuple[str, ...]
) -> None:
    document = record(FULL | {"date": stated})
    assert (document.published, document.warnings) == (published, warnings)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"title": "x"}, "text is missing"),
        ({"text": None}, "text is missing"),
        ({"text": " \n"}, "text is empty"),
        ({"text": 7}, "text must be a string, not a number"),
        ({"text": "x", "title": ["x"]}, "title must be a string, not a list"),
        ({"text": "x", "lang": {}}, "lang must be a string, not an object"),
        ({"text": "x", "url": True}, "url must be a string, not true or false"),
        ({"text": "x", "date": False}, "date must be a string, not true or false"),
        ({"text": "x", "id": 1.5}, "id must be a string, not a number"),
        (b"[1]", "a record must be an object, not a list"),
        (b"null", "a record must be an object, not null"),
        (b"{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
        (b"\xff{}", "not UTF-8 at byte 0"),
        (b"[" * 200_000, "not a record: nested too deep"),
    ],
)
def test_errors_say_what_is_wrong(facts: dict[str, Any] | bytes, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        record(facts)
    assert str(caught.value) == f"feed.jsonl:3: {reason}"


def test_a_number_of_a_million_digits_is_an_error_and_no_traceback() -> None:
    with pytest.raises(InputError, match=r"^feed.jsonl:3: not JSON"):
        record(b'{"text": "x", "id": ' + b"9" * 1_000_000 + b"}")


def test_half_characters_do_not_pass() -> None:
    document = record(b'{"text": "The bridge \\ud800 opens.", "title": "x\\udfff"}')
    assert document.text.encode() == b"The bridge ? opens."


def test_a_text_that_is_all_banner_is_kept() -> None:
    text = "Watch: https://video.example/1 https://video.example/2"
    assert record({"text": text}).text == text


def test_a_record_that_is_all_banner_is_kept() -> None:
    assert record({"text": "Sign up for our newsletter"}).text == "Sign up for our newsletter"
