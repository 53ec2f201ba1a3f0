"""`clean_page`: the door, its errors, what is given, identity, encodings and metadata."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from searchkit.clean import clean_page
from searchkit.errors import InputError
from searchkit.records import Document, Given, Page
from searchkit.urls import document_id, url_key
from tests.pages import COLLECTED, URL, clean_html, html_page

BODY = (
    "<p>The minister said that the talks on the river treaty would go on in the spring.</p>"
    "<p>Both sides had agreed on the text of its first part, she told reporters.</p>"
)


def with_head(head: str, body: str = BODY, url: str | None = URL) -> Document:
    return clean_html(f"<html><head>{head}</head><body><div>{body}</div></body></html>", url)


def plain(
    text: str | bytes, given: Given | None = None, media_type: str = "text/plain"
) -> Document:
    body = text.encode() if isinstance(text, str) else text
    return clean_page(Page(body, "note.txt", media_type, COLLECTED), given)


# --- the door --------------------------------------------------------------------------


def test_an_unknown_type_and_a_page_too_large_are_errors() -> None:
    with pytest.raises(InputError, match=r"^note.txt: cannot clean pages of type 'image/png'$"):
        plain("x", media_type="image/png")
    with pytest.raises(InputError, match=r"^note.txt: larger than 32 MiB$"):
        plain(b"x" * (33 << 20))
    with pytest.raises(InputError, match=r"^note.txt: no text is left"):
        plain(" \n ")


def test_the_same_page_gives_the_same_document() -> None:
    assert clean_html(BODY) == clean_html(BODY)


def test_given_facts_beat_those_found() -> None:
    document = clean_html(
        f"<html lang=en><head><title>Found</title><meta property='article:published_time' "
        f"content='2024-01-02'></head><body>{BODY}</body></html>",
        title="Given",
        published="2023-09",
        language="EN-gb",
        speaker="Ana Example",
        role="Minister",
        country="XX",
        source="s1",
    )
    assert (document.title, document.language, document.source) == ("Given", "en", "s1")
    assert (document.published, document.published_source) == ("2023-09", "given")
    assert document.published_certainty == "certain"
    assert (document.speaker, document.role, document.country) == ("Ana Example", "Minister", "XX")


def test_a_given_url_beats_the_page_and_its_canonical_link() -> None:
    page = html_page(f"<link rel=canonical href=/b>{BODY}")
    document = clean_page(page, Given(url="https://other.example/a?utm_source=x"))
    assert document.url == "https://other.example/a"
    assert document.id == document_id(url_key("https://other.example/a"))


def test_a_given_date_that_cannot_be_read_is_a_warning() -> None:
    document = plain("The talks go on.", Given(published="soon"))
    assert document.published is None
    assert document.warnings == ("date 'soon' cannot be read",)


def test_identity_comes_from_url_then_id_then_bytes() -> None:
    twin = clean_html(BODY, "http://www.mfa.example/news/talks?utm_source=x")
    assert clean_html(BODY).id == twin.id == document_id(url_key(URL))
    one = plain("The talks go on.", Given(id="7", source="s1"))
    assert one.id == document_id("id:s1:7") != plain("The talks go on.", Given(id="7")).id
    assert plain("The talks go on.").id == plain("The talks go on.").id
    assert plain("The talks go on.").id != plain("The talks end.").id


# --- encodings -------------------------------------------------------------------------

CZECH = "Ministr zahraničí řekl, že jednání o příměří budou pokračovat příští týden."
RUSSIAN = "Министр иностранных дел заявил, что переговоры продолжатся на следующей неделе."
CHINESE = "外交部长表示，会谈将于下周在日内瓦继续举行，双方已就文本达成一致。"
FRENCH = "Le ministre a déclaré que les négociations reprendront après l’été — à Genève."
TURKISH = "Dışişleri Bakanı, görüşmelerin önümüzdeki hafta süreceğini söyledi; şimdi değil."
ARABIC = "صرح وزير الخارجية بأن المفاوضات ستستمر الأسبوع المقبل في جنيف"


@pytest.mark.parametrize("how", ["header", "meta", "nothing"])
@pytest.mark.parametrize(
    ("text", "codec", "label", "language"),
    [
        (CZECH, "cp1250", "windows-1250", "cs"),
        (RUSSIAN, "cp1251", "windows-1251", "ru"),
        (CHINESE, "gb18030", "gb2312", "zh"),
        (FRENCH, "cp1252", "iso-8859-1", "fr"),
        (TURKISH, "cp1254", "iso-8859-9", "tr"),
        (ARABIC, "cp1256", "windows-1256", "ar"),
        (RUSSIAN, "koi8-r", "koi8-r", "ru"),
        (CZECH, "utf-8", "utf-8", "cs"),
    ],
)
def test_pages_in_many_encodings(
    text: str, codec: str, label: str, language: str, how: str
) -> None:
    meta = f"<meta http-equiv=Content-Type content='text/html; charset={label}'>" * (how == "meta")
    source = f"<html><head>{meta}</head><body><p>{text}</p></body></html>".encode(codec)
    document = clean_html(source, charset=label if how == "header" else None)
    assert (document.text, document.language) == (text, language)


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "windows-1251", "ascii", "rot13", "gb2312", "utf-16"]
)
@pytest.mark.parametrize("text", [CZECH, RUSSIAN, CHINESE, FRENCH])
def test_a_lying_header_over_utf8(text: str, label: str) -> None:
    assert clean_html(f"<p>{text}</p>".encode(), charset=label).text == text


def test_a_lying_header_over_windows_1251() -> None:
    assert clean_html(f"<p>{RUSSIAN}</p>".encode("cp1251"), charset="utf-8").text == RUSSIAN


def test_byte_order_marks_win() -> None:
    for codec in ("utf-8-sig", "utf-16"):
        assert clean_html(f"<p>{CZECH}</p>".encode(codec), charset="windows-1251").text == CZECH


def test_a_cut_character_spoils_one_character_only() -> None:
    assert clean_html(f"<p>{RUSSIAN}</p>".encode() + b"\xd0", charset="utf-8").text.startswith(
        RUSSIAN
    )


# --- language --------------------------------------------------------------------------


def test_the_language_of_the_text_beats_the_template() -> None:
    assert clean_html(f"<html lang=en><body><p>{RUSSIAN}</p></body></html>").language == "ru"
    assert clean_html("<html lang=pt-BR><body><p>Brasil</p></body></html>").language == "pt"
    assert clean_html("<body><p>12 % (a)</p></body>").language is None


# --- titles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        "<title>Talks resume in Strelsau | Example Times</title>"
        "<meta property=og:site_name content='Example Times'>",
        "<title>Talks resume in Strelsau - mfa.example</title>",
        "<title>MFA – Talks resume in Strelsau</title>",
        "<meta property=og:title content='Talks resume in Strelsau'><title>Home</title>",
        "<script type=application/ld+json>{'@type': 'NewsArticle', "
        "'headline': 'Talks resume in Strelsau'}</script><title>x</title>".replace("'", '"'),
    ],
)
def test_the_title_is_the_headline_without_the_site(head: str) -> None:
    document = with_head(head, f"<h1>Talks resume in Strelsau</h1>{BODY}")
    assert document.title == "Talks resume in Strelsau"
    assert "Talks resume" not in document.text


def test_a_quotation_mark_is_no_separator() -> None:
    title = "Quirarte: «El mar no tiene aduanas, pero sí memoria»"
    assert with_head(f"<title>{title}</title>").title == title


def test_half_a_headline_is_no_site_name() -> None:
    title = "Ruritania - a river and its people"
    assert with_head(f"<title>{title}</title>").title == title


# --- dates -----------------------------------------------------------------------------

JSON_LD = '<script type="application/ld+json">{"@graph": [%s]}</script>'


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (
            "<meta property=article:published_time content=2024-03-11T23:30:00-05:00>",
            "",
            ("2024-03-11", "meta article:published_time", "certain"),
        ),
        (
            JSON_LD % '{"@type": "NewsArticle", "datePublished": "2024-03-11T10:00:00Z"}',
            "",
            ("2024-03-11", "json-ld", "certain"),
        ),
        ("", "<time datetime=2024-03-11>today</time>", ("2024-03-11", "time element", "certain")),
        ("", "<span class=date>11 March 2024, 10:15</span>", ("2024-03-11", "text", "likely")),
        ("", "<span class=date>03/04/2024</span>", ("2024-04-03", "text", "guess")),
        (
            "",
            "<span class=date>03/04/2024</span><ul><li>Voted 02/28/2024</ul>",
            ("2024-03-04", "text", "likely"),
        ),
    ],
)
def test_the_date_with_its_source_and_certainty(
    head: str, body: str, expected: tuple[str, str, str]
) -> None:
    document = with_head(head, f"<h1>Talks resume</h1>{body}{BODY}")
    found = (document.published, document.published_source, document.published_certainty)
    assert found == expected


def test_an_address_gives_a_likely_date_and_never_a_future_one() -> None:
    dated = clean_html(BODY, "https://mfa.example/2024/03/11/talks")
    assert (dated.published, dated.published_certainty) == ("2024-03-11", "likely")
    assert clean_html(BODY, "https://mfa.example/2031/03/11/talks").published is None
    assert clean_html(BODY, "https://mfa.example/news/202612").published is None


def test_a_meta_date_beats_digits_of_the_address() -> None:
    meta = "<meta property=article:published_time content=2026-01-02>"
    document = with_head(meta, url="https://mfa.example/2031/05/a-20310511")
    assert document.published == "2026-01-02"


@pytest.mark.parametrize(
    "body",
    [
        "<p>The talks begin on 5 May 2031.</p>",
        "<div class=event-date>5 May 2025</div>",
        "<div class=event><time datetime=2025-05-05>5 May</time></div>",
        "<aside><time datetime=2025-05-05>another story</time></aside>",
        "<div id=comments><time datetime=2025-05-05>a reader</time></div>",
        "<p class=updated>Updated <time datetime=2025-05-05>5 May</time></p>",
        "<span class=date>5 May 2031</span>",
        "<footer>© 2025 Example Times</footer>",
    ],
)
def test_no_other_date_becomes_the_publication(body: str) -> None:
    document = with_head("", BODY + body)
    assert (document.published, document.published_source) == (None, None)


def test_the_day_of_collection_is_no_publication() -> None:
    later = datetime(2027, 5, 5, tzinfo=UTC)
    page = html_page(f"<body>{BODY}</body>")
    undated = clean_page(Page(page.body, page.origin, page.media_type, later, url=page.url))
    assert undated.published is None


def test_the_day_of_the_last_change_is_kept_apart() -> None:
    document = with_head(
        "<meta property=article:published_time content=2024-01-02>"
        "<meta property=article:modified_time content=2024-02-03>"
    )
    assert (document.published, document.modified) == ("2024-01-02", "2024-02-03")


# --- authors, site, address ------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ("<meta name=author content='By Ana Example and Jo Sample'>", ("Ana Example", "Jo Sample")),
        (
            JSON_LD % '{"@type": "Article", "author": [{"name": "Ana Example"}, "Jo Sample"]}',
            ("Ana Example", "Jo Sample"),
        ),
        ("<meta name=author content=admin>", ()),
        ("<meta name=author content='News Desk'>", ()),
        ("<meta name=author content='https://facebook.example/mfa'>", ()),
        ("<meta name=author content='press@mfa.example'>", ()),
        (
            "<meta property=og:site_name content='Example Times'>"
            "<meta name=author content='Example Times'>",
            (),
        ),
        ("", ()),
    ],
)
def test_only_real_authors(head: str, authors: tuple[str, ...]) -> None:
    assert with_head(head).authors == authors


def test_broken_and_hostile_json_ld_is_passed_over() -> None:
    for data in ("{", "[" * 100_000, "null", '{"@type": 7, "author": {"name": {"a": 1}}}', '"x"'):
        document = with_head(f"<script type=application/ld+json>{data}</script>")
        assert document.authors == ()


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("/news/talks-2?utm_source=x", "https://mfa.example/news/talks-2"),
        ("https://www.mfa.example/news/t", "https://www.mfa.example/news/t"),
        ("https://elsewhere.example/news/t", URL),
        ("https://mfa.example/", URL),
        ("http://[", URL),
        ("javascript:alert(1)", URL),
    ],
)
def test_the_canonical_address_only_of_the_same_site(href: str, url: str) -> None:
    assert with_head(f"<link rel=canonical href='{href}'>").url == url


def test_the_site_is_named_or_is_the_host() -> None:
    assert with_head("<meta property=og:site_name content='Example Times'>").site == "Example Times"
    assert with_head("").site == "mfa.example"
