"""Pages of the shapes that other extractors are known to fail on, and hostile ones."""

from __future__ import annotations

import time

import pytest

from searchkit.clean.boilerplate import boilerplate_rule
from searchkit.clean.boxes import name_rule
from searchkit.clean.html import clean_source, outline_page, parse_tree, strip_tags
from searchkit.clean.judge import judge_blocks
from searchkit.errors import InputError
from tests.pages import clean_html

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
PARAGRAPHS = [
    f"The minister said on {day} that the talks on the river treaty would go on in the spring, "
    "and that both sides had agreed on the text of its first part."
    for day in DAYS
]
STATEMENT = (
    "The Ministry of Foreign Affairs of Ruritania welcomes the agreement reached in Strelsau on "
    "the exchange of prisoners, thanks the mediators for their patience, and calls on both sides "
    "to keep to the calendar set out in its annex."
)


def tagged(paragraphs: list[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{text}</{tag}>" for text in paragraphs)


def long_text(words: int, about: str) -> str:
    sentence = f"This {about} applies to all who use the service, wherever they live."
    return " ".join([sentence] * (words // len(sentence.split())))


def test_text_in_an_aside_is_text_and_the_consent_notice_is_not() -> None:
    notice = "We use cookies to improve your experience on this site. Accept all cookies."
    document = clean_html(
        f"<body><nav><a href=/>Home</a></nav><aside>{tagged(PARAGRAPHS[:3])}</aside>"
        f"<div>{notice}</div></body>"
    )
    assert document.text.split("\n\n") == PARAGRAPHS[:3]
    assert ("cookie", notice) in {(r.rule, r.text) for r in document.removed}


def test_a_short_statement_beats_a_long_cookie_policy() -> None:
    document = clean_html(
        f"<body><main><p>{STATEMENT}</p></main>"
        f"<div class='cookie-policy'><p>{long_text(200, 'policy')}</p></div></body>"
    )
    assert document.text == STATEMENT


def test_a_sign_up_block_before_a_body_in_an_odd_container() -> None:
    invitation = (
        "Sign up for our weekly newsletter and get the best of our reporting on diplomacy and "
        "trade in your inbox every Friday morning, with notes from correspondents in twelve "
        "capitals and a list of the events of the week ahead. It is free, and you can leave the "
        "list whenever you like, with one click and no questions asked."
    )
    document = clean_html(
        f"<body><div class='zx1'><p>{invitation}</p></div>"
        f"<zz-copy class='xq7'>{tagged(PARAGRAPHS[:4])}</zz-copy></body>"
    )
    assert document.text.split("\n\n") == PARAGRAPHS[:4]


def test_headlines_of_other_stories_are_not_in_the_text() -> None:
    links = "".join(
        f"<li><a href=/{i}>Headline {i}: Thai official Somchai Example arrives for talks</a></li>"
        for i in range(5)
    )
    document = clean_html(
        f"<body><article><h1>Bank holds its rate</h1>{tagged(PARAGRAPHS[:3])}</article>"
        f"<h3>Latest news</h3><ul>{links}</ul></body>"
    )
    assert "Somchai" not in document.text
    assert "Latest news" not in document.text
    assert document.text.split("\n\n") == PARAGRAPHS[:3]


@pytest.mark.parametrize("how", ["style='display:none'", "hidden", "style='visibility: hidden'"])
def test_hidden_terms_are_not_the_text_however_long(how: str) -> None:
    document = clean_html(
        f"<body><div id=release><p>{STATEMENT}</p><p>{PARAGRAPHS[0]}</p></div>"
        f"<div {how}><h2>Terms</h2><p>{long_text(400, 'clause')}</p></div></body>"
    )
    assert document.text == f"{STATEMENT}\n\n{PARAGRAPHS[0]}"
    assert "hidden" in {r.rule for r in document.removed}


def test_a_short_statement_beside_a_long_sidebar() -> None:
    document = clean_html(
        f"<body><article><h1>Prisoners exchanged</h1><p>{STATEMENT}</p></article>"
        f"<div class=sidebar>{tagged([long_text(60, f'tease {i}') for i in range(8)])}</div></body>"
    )
    assert document.text == STATEMENT


def test_long_comments_are_not_the_text() -> None:
    document = clean_html(
        f"<body><article><h1>Prisoners exchanged</h1><p>{STATEMENT}</p></article>"
        f"<div id=comments>{tagged([long_text(60, f'opinion {i}') for i in range(8)])}</div></body>"
    )
    assert document.text == STATEMENT


def test_a_paragraph_that_begins_with_a_quotation_does_not_end_the_text() -> None:
    six = [*PARAGRAPHS[:3], "“We will not sign this,” said the envoy.", *PARAGRAPHS[3:5]]
    assert clean_html(f"<body><div>{tagged(six)}</div></body>").text.split("\n\n") == six


def test_a_body_cut_into_sections_loses_none() -> None:
    sections = "".join(
        f"<div class=sec><h2>{number}. Part {number}</h2><p>{text}</p></div>"
        for number, text in enumerate(PARAGRAPHS[:5], start=1)
    )
    text = clean_html(f"<body><div><div class=top>Ruritania</div>{sections}</div></body>").text
    for number, paragraph in enumerate(PARAGRAPHS[:5], start=1):
        assert f"{number}. Part {number}\n\n{paragraph}" in text


def test_a_short_page_has_each_paragraph_once() -> None:
    document = clean_html("<body><p>The talks ended.</p><p>The envoy left the same day.</p></body>")
    assert document.text == "The talks ended.\n\nThe envoy left the same day."


def test_one_long_paragraph_does_not_hide_the_short_ones() -> None:
    short = "He thanked them."
    document = clean_html(f"<body><div><p>{STATEMENT * 3}</p><p>{short}</p></div></body>")
    assert document.text.endswith(short)


DEMANDS = [
    f"that the {office} of Ruritania publishes each year how many grain ships it has let through "
    "the strait, under which flags they sailed, and what it took from them in dues;"
    for office in ("harbour board", "customs house", "pilots' guild", "river court", "treasury")
]
ROWS = "".join(f"<tr><td>{n}</td><td>{demand}</td></tr>" for n, demand in enumerate(DEMANDS))


@pytest.mark.parametrize(
    "long",
    [
        f"<ul>{tagged(DEMANDS, 'li')}</ul>",
        f"<ol>{tagged(DEMANDS, 'li')}</ol>",
        f"<dl>{''.join(f'<dt>{n}</dt><dd>{d}</dd>' for n, d in enumerate(DEMANDS))}</dl>",
        f"<table><tbody>{ROWS}</tbody></table>",
        f"<div class=wide><table>{ROWS}</table></div>",
    ],
    ids=["list", "numbered", "terms", "table", "wrapped"],
)
@pytest.mark.parametrize("heading", ["<h1>Five demands of the grain states</h1>", ""])
def test_paragraphs_round_a_long_list_or_table_stay(long: str, heading: str) -> None:
    before = "The grain states met in Strelsau on Monday and asked in one voice for five things:"
    after = "The five papers were handed to the ambassador of Ruritania on the same evening."
    document = clean_html(f"<body><div>{heading}<p>{before}</p>{long}<p>{after}</p></div></body>")
    assert document.text.startswith(before)
    assert document.text.endswith(after)
    assert all(demand in document.text for demand in DEMANDS)


def test_a_paragraph_printed_twice_stands_once() -> None:
    document = clean_html(f"<body>{tagged([STATEMENT, PARAGRAPHS[0], STATEMENT])}</body>")
    assert document.text == f"{STATEMENT}\n\n{PARAGRAPHS[0]}"
    assert [r.rule for r in document.removed] == ["doubled"]


def test_breaks_lists_and_tables() -> None:
    document = clean_html(
        f"<body><div>{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}<br>{PARAGRAPHS[2]}"
        "<ul><li>grain<li>water</ul><table><tr><th>State<th>Vote<tr><td>Ruritania<td>for</table>"
        "<blockquote><p>“So be it.”</p></blockquote></div></body>"
    )
    assert document.text.split("\n\n") == [
        *PARAGRAPHS[:3], "grain", "water", "State Vote", "Ruritania for", "“So be it.”",
    ]  # fmt: skip


def test_a_page_laid_out_in_tables() -> None:
    document = clean_html(
        "<table><tr><td><a href=/>Home</a><br><a href=/n>News</a></td><td><table><tr><td>"
        f"<p>{STATEMENT}</p><p>{PARAGRAPHS[0]}</p></td></tr></table></td></tr></table>"
    )
    assert document.text == f"{STATEMENT}\n\n{PARAGRAPHS[0]}"


def test_words_in_inline_tags_stay_whole_and_blocks_part_words() -> None:
    document = clean_html("<p>The <b>Rur</b>itanian side<span> agreed</span>.<p>It<i>alian</i>.")
    assert document.text == "The Ruritanian side agreed.\n\nItalian."


@pytest.mark.parametrize("name", ["has-sidebar", "tag-cookies", "article-body", "no-ads", "x"])
def test_names_that_say_nothing_against_a_box(name: str) -> None:
    source = f"<body><div class='{name}'>{tagged(PARAGRAPHS[:3])}</div></body>"
    assert clean_html(source).text.split("\n\n") == PARAGRAPHS[:3]


def test_names_are_read_by_words() -> None:
    assert name_rule("relatedPosts") == name_rule("c-related__list") == "related"
    assert name_rule("newsletter-box") == "sign-up"
    assert name_rule("shareholder unrelated advertiser") is None


def test_a_name_over_the_whole_page_is_not_believed() -> None:
    for name in ("newsletter", "sidebar", "social", "related", "popup", "menu-open footer"):
        text = clean_html(f"<body><div class='{name}'>{tagged(PARAGRAPHS[:3])}</div></body>").text
        assert text.split("\n\n") == PARAGRAPHS[:3], name


BANNERS = [
    ("sign-up", "Subscribe today to the Strelsau Gazette for the full story."),
    ("sign-up", "To read the full article, please log in."),
    ("sign-up", "If you're already a subscriber, please sign in to go on."),
    ("sign-up", "New subscribers also receive a map of the harbour."),
    ("sign-up", "Download the Gazette app for iPhone and Android."),
    ("sign-up", "Never miss a story: sign up to our newsletter."),
    ("sign-up", "Send us your letter to the editor before Friday."),
    ("sign-up", "We want to hear from you. Write a letter to the editor about it."),
    ("sign-up", "If you liked this article, please consider a donation."),
    ("disclaimer", "The Gazette is not responsible for the opinions of its contributors."),
    ("disclaimer", "Suggested citation: Example, Ana, Rivers and Treaties, Strelsau 2021."),
    ("disclaimer", "How to cite this article"),
    ("disclaimer", "Les textes publiés sur ce blog n'engagent que leurs auteurs."),
    ("disclaimer", "Der Beitrag gibt nicht unbedingt die Meinung der Redaktion wieder."),
    ("disclaimer", "Las opiniones publicadas son responsabilidad exclusiva de sus autores."),
    ("advert", "This page contains links to products of our partners."),
    ("advert", "We may receive compensation when you follow a link."),
    ("filing", "Press contact:"),
    ("filing", "Further information:"),
    ("filing", "Release date: 04/21/2022 Category: Speeches"),
    ("filing", "12 visitors are online"),
    ("filing", "Zuletzt aktualisiert am 3.4.2021"),
    ("filing", "Mis à jour le 3 avril 2021"),
    ("sign-up", "Réservé aux abonnés"),
    ("share", "Diesen Beitrag mit anderen teilen:"),
    ("related", "Weitere Meldungen aus Strelsau"),
    ("related", "Mehr zum Thema"),
    ("related", "Das könnte Sie auch interessieren"),
    ("related", "Sur le même sujet"),
    ("related", "Noticias relacionadas"),
    ("related", "Материалы по теме"),
    ("related", "関連記事"),
    ("related", "延伸阅读：使节再次会面"),
    ("related", "관련 기사"),
    ("credit", "Symbolbild: Ana Example"),
    ("credit", "Crédits photos : Ana Example"),
    ("cookie", "Wir respektieren Ihre Privatsphäre und laden ohne Einwilligung nichts."),
    ("cookie", "Waiting for your permission to load the video."),
    ("credit", "The old bridge of Strelsau in the snow (Ana Example / iStock.com)"),
    ("credit", "The envoys on the stairs Credit: Ana Example"),
    (
        "credit",
        "© Ana Example The minister leaves the harbour board in Strelsau after nine long hours.",
    ),
    ("copyright", "This story originally appeared in the Strelsau Gazette, and is printed here."),
    ("advert", "Advert"),
    ("advert", "Our editors choose each map. We may earn a small commission if you buy one."),
    ("filing", "Updated at 4:15 p.m."),
    ("filing", "About the authors"),
    ("filing", "Show references"),
    ("filing", "Pressekontakt:"),
    ("filing", "Weitere Informationen"),
    ("filing", "Weitere Infos unter www.gazette.example"),
    ("filing", "Pour en savoir plus :"),
    ("filing", "Más información"),
    ("filing", "Контакты для прессы:"),
    ("filing", "12 Besucher sind online (3 davon lesen die Nachrichten von heute)."),
    ("navigation", "Image 2 of 7"),
    ("navigation", "Jump to comments"),
    ("sign-up", "Every donation helps our newsroom."),
    ("sign-up", "Become a member and enjoy exclusive offers."),
    ("sign-up", "For members only"),
    ("sign-up", "Jede Spende hilft uns."),
    ("sign-up", "Werden Sie Mitglied im Verein der Freunde!"),
    ("sign-up", "Nur für Mitglieder"),
    ("sign-up", "Die Gazette gibt es als App (iTunes und Google Play) und am Kiosk."),
    ("sign-up", "Faites un don"),
    ("sign-up", "Поддержите нас"),
]
SENTENCES = [
    "Ruritania is not responsible for the statements of the militia.",
    "If you value our freedom, support this treaty.",
    "Never miss a chance to sign a peace, he said.",
    "We want to hear from you what this article of the treaty means.",
    "To read the full text of the treaty is a duty, the minister said.",
    "For further information: the talks lasted nine hours and ended without a text.",
    "Contact.",
    "Lesen Sie dazu auch den Vertrag, den wir gestern gezeichnet haben, sagte er, Wort für Wort.",
    "Ces propos n'engagent que leurs auteurs.",
    "Wir respektieren Ihre Privatsphäre, und dabei bleibt es, sagte der Minister.",
    "Weitere Themen waren der Fluss und die Gefangenen.",
    "Mehr zum Thema sagte der Minister nicht.",
    "Become a member of the union, he told Ruritania, and the tariffs fall.",
    "A letter of credit: the bank of Strelsau refused it.",
    "Every donation helps, but only a treaty ends a war, the envoy said.",
    "About the authors of the attack nothing is known.",
    "Updated at 4:15 in the morning, the text was signed at noon.",
    "We may earn the trust of our neighbours by keeping to the treaty.",
    "Nur für Mitglieder der Union gilt der Vertrag, sagte die Ministerin.",
    "Weitere Informationen lagen der Ministerin nicht vor.",
    "Поддержите нас в этом споре, сказал посол.",
    "Unterstützen Sie uns bei diesem Vertrag.",
    "Soutenez notre appel, dit la ministre.",
    "Jump to the wrong conclusion, and you lose a year, she said.",
]


@pytest.mark.parametrize(("rule", "line"), BANNERS)
def test_a_line_that_is_a_banner_goes_by_its_rule(rule: str, line: str) -> None:
    document = clean_html(f"<body><div>{tagged([*PARAGRAPHS[:3], line, PARAGRAPHS[3]])}</div>")
    assert boilerplate_rule(line) == rule
    assert document.text.split("\n\n") == PARAGRAPHS[:4]


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_with_the_words_of_a_banner_stays(line: str) -> None:
    assert boilerplate_rule(line) is None


# --- hostile pages ---------------------------------------------------------------------


@pytest.mark.parametrize("depth", [255, 300, 1_000, 5_000, 100_000])
def test_deep_nesting_hides_nothing(depth: int) -> None:
    source = f"<p>before</p>{'<div>' * depth}<p>{STATEMENT}</p>{'</div>' * depth}<p>after</p>"
    begin = time.process_time()
    assert STATEMENT in clean_html(f"<body>{source}</body>").text
    assert time.process_time() - begin < 5


@pytest.mark.parametrize("tag", ["b", "ul><li", "table><tr><td", "span", "blockquote", "font"])
def test_any_tag_nested_deep_hides_nothing(tag: str) -> None:
    assert STATEMENT in clean_html(f"<body>{f'<{tag}>' * 4_000}{STATEMENT}").text


@pytest.mark.parametrize("value", ['="x"', "", "='<>'", "=<", "/"])
def test_many_attributes_cost_little(value: str) -> None:
    attributes = " ".join(f"a{i}{value}" for i in range(100_000))
    begin = time.process_time()
    document = clean_html(f"<body><p {attributes}>{STATEMENT}</p><p>{PARAGRAPHS[0]}</p></body>")
    assert time.process_time() - begin < 2
    assert PARAGRAPHS[0] in document.text


@pytest.mark.parametrize(
    "bad", ["&#27;", "&#0;", "&#x1b;", "&#xD800;", "&#99999999999;", "\x1b", "\x00", "\x0c"]
)
def test_controls_do_not_empty_a_page(bad: str) -> None:
    document = clean_html(f"<body><p>{STATEMENT}</p><p>One {bad}[2J control.</p></body>")
    assert document.text.startswith(STATEMENT)
    assert "control." in document.text
    assert not any(ord(c) < 32 and c != "\n" for c in document.text)


def test_references_are_read_as_browsers_read_them() -> None:
    assert clean_source("&#150;&#8212;&#x2014;&#38;&#60;") == "–——&#38;&#60;"
    assert clean_html(f"<p>{STATEMENT} &amp;lt; &#60;b&#62;</p>").text.endswith("&lt; <b>")


def test_external_entities_are_never_read(tmp_path: object) -> None:
    secret = f"{tmp_path}/secret.txt"
    with open(secret, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("canary-7261")
    source = (
        f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">'
        f'<!ENTITY y "{"z" * 50}">]><html><body><p>{STATEMENT}</p><p>A &x; &y; end.</p></body>'
    )
    document = clean_html(source)
    assert "canary" not in document.text + str(document.removed)
    assert STATEMENT in document.text


MARKUP_BOMBS = [
    "<" * 500_000, "<p" * 200_000, '<p a="' * 100_000, "<p a='<p b=\"" * 60_000, "<!--" * 150_000,
    "<script>" * 60_000, "<p/a=<p/a=" * 60_000, "&#" * 200_000, "<br>" * 100_000,
    "<td>" * 60_000, "<a href=x>" * 50_000, "</div>" * 100_000, "<time>" * 30_000,
    "<h1>" * 30_000, "<p class=date>1" * 30_000, "<style>" * 60_000, "&amp" * 150_000,
    "<li><a href=x>" * 30_000, "<![CDATA[" * 60_000, "<div class=byline>By " * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("bomb", MARKUP_BOMBS, ids=lambda bomb: repr(bomb[:12]))
def test_no_markup_takes_long(bomb: str) -> None:
    begin = time.process_time()
    try:
        clean_html(f"<body><p>{STATEMENT}</p>{bomb}")
    except InputError as error:
        pytest.fail(f"the statement before it was lost: {error}")
    assert time.process_time() - begin < 6


def test_a_page_whose_text_vanished_falls_back_and_says_so() -> None:
    source = f"<body><textarea>{STATEMENT} {PARAGRAPHS[0]}</textarea></body>"
    document = clean_html(source)
    assert "exchange of prisoners" in document.text
    assert document.warnings == ("extract_suspect",)


@pytest.mark.parametrize("source", ["", "<body></body>", "<script>var x = 1;</script>", "<p> </p>"])
def test_a_page_without_text_is_an_error(source: str) -> None:
    with pytest.raises(InputError, match=r"^page.html: the page holds no text$"):
        clean_html(source)


def test_strip_tags_drops_scripts_and_comments() -> None:
    source = "<head><title>t</title></head><!-- c --><p>One<script>x('<p>')</script> two<p>Three"
    assert strip_tags(source) == "One two\n\nThree"


POINTS = ("Envoys return to Strelsau next spring", "Ferries to run again once the ice is gone")


def with_points(items: str) -> str:
    shares = "<li><a href='/f'>Facebook</a></li><li><a href='/m'>Mail</a></li>"
    return (
        f"<body><div><h1>Talks on the river treaty</h1><ul>{shares}</ul></div>"
        f"<div><ul class='shortlist'>{items}</ul></div>"
        f"<div class='grid'><div>{tagged(PARAGRAPHS)}</div></div></body>"
    )


def test_key_points_between_headline_and_body_are_text() -> None:
    items = "".join(f"<li><div>{point}</div></li>" for point in POINTS)
    text = clean_html(with_points(items)).text
    assert text.startswith("\n\n".join((*POINTS, PARAGRAPHS[0])))
    assert "Facebook" not in text


@pytest.mark.parametrize(
    "items",
    [
        "".join(f"<li><a href='/n'>{point}</a></li>" for point in POINTS),  # other pages
        "<li>12 March 2024</li><li>River treaty, trade</li>",  # labels
        f"<li>{POINTS[0]}</li>",
    ],
    ids=["links", "labels", "one"],
)
def test_other_lists_there_are_not(items: str) -> None:
    assert clean_html(with_points(items)).text.startswith(PARAGRAPHS[0])


def test_each_block_has_one_verdict() -> None:
    outline = outline_page(parse_tree(f"<body><nav><a>Home</a></nav>{tagged(PARAGRAPHS)}</body>"))
    rules = judge_blocks(outline).rules
    assert len(rules) == len(outline.blocks)
    assert rules == ["navigation", *[None] * len(PARAGRAPHS)]
