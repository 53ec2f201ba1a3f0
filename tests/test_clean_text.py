from __future__ import annotations

import gzip
import json
import time
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.clean import clean_page
from searchkit.clean.boilerplate import RULES, boilerplate_rule
from searchkit.clean.line_scores import score_features
from searchkit.clean.lines import judge_lines, looks_flattened, plain_features
from searchkit.clean.text import (
    clean_text,
    join_lines,
    mend_glued,
    sift_paragraphs,
    split_paragraphs,
)
from searchkit.records import Document, Given, Page
from tests.cleaning import flattened, score_pages
from tests.pages import COLLECTED

BANNERS = [
    ("follow", "Connect with us"),
    ("follow", "Follow us on Facebook, X and LinkedIn"),
    ("follow", "Find us on Telegram"),
    ("share", "Share this article:"),
    ("share", "Share on Facebook | Tweet | Print"),
    ("share", "Facebook Twitter WhatsApp Email Copy link"),
    ("share", "Поделиться"),
    ("sign-up", "Subscribe to our newsletter"),
    ("sign-up", "Sign up for the Morning Brief, our free daily e-mail on diplomacy, here."),
    ("sign-up", "You can unsubscribe at any time."),
    ("sign-up", "Get the day’s top stories delivered straight to your inbox every morning."),
    ("sign-up", "Already a subscriber? Log in"),
    ("cookie", "We use cookies to give you the best experience on our website."),
    ("cookie", "By continuing to use this site you agree to our use of cookies."),
    ("cookie", "Accept all cookies"),
    ("cookie", "Privacy Policy | Terms of Use"),
    ("disclaimer", "The views expressed in this article are those of the author alone."),
    (
        "disclaimer",
        "Lantern Post publishes articles by outside writers. The opinions in them are not "
        "necessarily those of Lantern Post.",
    ),
    ("copyright", "© 2024 Example Times. All rights reserved."),
    ("copyright", "This material may not be published, broadcast, rewritten or redistributed."),
    ("related", "Read more: Envoys meet again in Strelsau"),
    ("related", "You may also like"),
    ("related", "Most read"),
    ("related", "Читайте также: Переговоры продолжаются"),
    ("advert", "ADVERTISEMENT"),
    ("advert", "Story continues below advertisement"),
    ("comments", "Leave a comment"),
    ("comments", "12 comments"),
    ("navigation", "Skip to main content"),
    ("navigation", "Back to top"),
    ("credit", "Reporting by Ana Example; editing by Jo Sample"),
    ("filing", "Publication date: March 7, 2013, 21:30"),
]

# Sentences that officials and reporters say and write; each holds a word of a banner.
SENTENCES = [
    "We share this view.",
    "Share this burden with us, he told the ministers.",
    "Sharing intelligence on Facebook accounts is part of the agreement.",
    "Follow us in condemning this attack.",
    "We ask our partners to follow us on this path.",
    "Connect with us, not against us, the President said.",
    "Sign up to the treaty, or explain to your people why not.",
    "We urge all states to sign up to the treaty and to register their stockpiles.",
    "Subscribe to these principles and the door is open.",
    "We subscribe to the view that borders must not be changed by force.",
    "Our website uses too many cookies, the minister joked, and so does my grandmother.",
    "Cookies track every citizen who reads a page, and this law will end that.",
    "We use cookies every day without thinking about it, and that is why this law matters.",
    "The privacy policy of this government is simple: your letters are yours.",
    "By signing up to the protocol, parties accept inspections at any time.",
    "The views expressed by my colleague do not reflect the position of the government.",
    "The opinions of the authors of the constitution are not ours to change.",
    "The ministry publishes material on the talks from a variety of sources.",
    "Copyright protects our writers, and we will defend it in the negotiations.",
    "All rights reserved to the indigenous peoples under the treaty must be honoured.",
    "Read the treaty again, and you will see what we promised.",
    "See also the report of the Secretary-General on this matter.",
    "More on this, he said, would follow after the summit.",
    "Recommended by the committee, the text was adopted by consensus.",
    "Advertisement of weapons to children must be banned, she said.",
    "Back home, nobody believes these promises.",
    "Search your conscience, he told the council.",
    "Print this on your flag.",
    "No comment.",
    "Thank you.",
    "Next slide.",
    "Next question, please.",
    "Like us, they have lost sons in this war.",
    "Join us in calling for a ceasefire.",
    "Watch what they do, not what they say.",
    "Home is where our soldiers belong.",
    "Editing by the committee took three weeks.",
    "We will use your information to improve the convention, the rapporteur told delegates.",
    "Enter your name in the register of those who chose peace.",
]


@pytest.mark.parametrize(("rule", "line"), BANNERS)
def test_a_banner_is_known_by_its_words(rule: str, line: str) -> None:
    assert boilerplate_rule(line) == rule


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_with_a_word_of_a_banner_stays(line: str) -> None:
    assert boilerplate_rule(line) is None
    assert (
        clean_text(f"{line} \n\nThe talks went on for nine more days in the old town hall.").removed
        == ()
    )


def test_a_speech_on_privacy_law_loses_nothing() -> None:
    speech = (
        "Mr. Speaker,\n\n"
        "This bill says that no company may set cookies on a citizen’s device without consent. "
        "A banner that says accept all cookies is not consent.\n\n"
        "Today you must agree before you read the news. You sign up for a newsletter, and your "
        "e-mail address is sold before you unsubscribe.\n\n"
        "We share this concern with our partners. Follow us in this: subscribe to the principle "
        "that privacy is a right.\n\n"
        "Thank you."
    )
    cleaned = clean_text(speech)
    assert "\n\n".join(cleaned.paragraphs) == speech
    assert cleaned.removed == ()


NEWS = """Connect with us


Envoy of Ruritania says the river talks will go on until spring




We use your sign-up to send you what you have agreed to. You can unsubscribe at any time.

Rudolf Example, envoy of Ruritania for the river talks, met reporters in Strelsau on Monday.

"We want a peaceful organisation of it.\u201d"We want a peaceful organization of it.\u201d

The neighbours have not answered yet, he said, and he did not expect them to.

The neighbours have not answered yet, he said, and he did not expect them to.

Share this article:

Lantern Post publishes texts and opinions by outside writers. It carries views that are not its own.
"""


def test_a_flattened_news_page_is_its_body_and_its_headline() -> None:
    cleaned = clean_text(NEWS)
    assert cleaned.title == "Envoy of Ruritania says the river talks will go on until spring"
    assert cleaned.published is None
    assert cleaned.paragraphs[:3] == (
        "Rudolf Example, envoy of Ruritania for the river talks, met reporters in Strelsau on"
        " Monday.",
        '"We want a peaceful organisation of it.”',
        "The neighbours have not answered yet, he said, and he did not expect them to.",
    )
    rules = [removed.rule for removed in cleaned.removed]
    assert rules.count("doubled") == 2
    assert {"follow", "sign-up", "share", "title"} <= set(rules)


def test_the_same_text_with_windows_line_ends_and_odd_spaces() -> None:
    windows = NEWS.replace("\n", "\r\n").replace(" talks", "\u00a0talks")
    assert clean_text(windows) == clean_text(NEWS)


@pytest.mark.parametrize(
    "line",
    [
        "“We will sign the treaty in the spring.”“We will sign the treaty in the spring.”",
        '"We will sign the treaty in the spring.""We will sign the treaty in the spring."',
        "We will sign the treaty in the spring.We will sign the treaty in the spring.",
    ],
)
def test_a_line_printed_twice_in_itself_stands_once(line: str) -> None:
    kept, copy = mend_glued(line)
    assert kept.count("We will sign the treaty in the spring") == 1
    assert copy is not None


def test_a_glued_copy_after_other_words() -> None:
    kept, copy = mend_glued(
        "He spoke. I sign the new programme of our union today.I sign the new programme of our"
        " union today. Then he left."
    )
    assert kept == "He spoke. I sign the new programme of our union today. Then he left."
    assert copy == "I sign the new programme of our union today."


@pytest.mark.parametrize(
    "line",
    [
        "The U.S.A. and the U.S.S.R. signed.The others did not sign anything at all that day.",
        "Yes. Yes. Yes. Never again. Never again. Never again.",
    ],
)
def test_what_is_said_twice_on_purpose_stays(line: str) -> None:
    assert mend_glued(line) == (line, None)


def test_short_turns_of_a_transcript_may_repeat() -> None:
    lines = [
        "QUESTION: Will there be talks?",
        "MS. EXAMPLE: I am not going to get into the specifics of that now.",
        "QUESTION: Will there be no talks?",
        "MS. EXAMPLE: I am not going to get into the specifics of that now.",
        "QUESTION: Thank you.",
    ]
    assert clean_text("\n".join(lines)).paragraphs == tuple(lines)


PLANKS = [
    f"The council of the {where} meets in spring, hears both guilds, and votes on the tolls of "
    "the river before the first ship of the year has passed the old bridge of Strelsau."
    for where in ("upper valley", "lower valley", "harbour", "passes", "islands", "capital")
]
REFRAIN = (
    "Where the guilds do not agree within nine days, the mediators set the toll, and neither side "
    "may go to court before the harvest."
)


def test_a_paragraph_that_is_said_after_each_part_stays_each_time() -> None:
    paragraphs = [line for plank in PLANKS for line in (plank, REFRAIN)]
    assert sift_paragraphs(paragraphs) == (paragraphs, [])


@pytest.mark.parametrize("times", [2, 3])
def test_a_body_printed_several_times_stands_once(times: int) -> None:
    kept, removed = sift_paragraphs(PLANKS * times)
    assert kept == PLANKS
    assert {row.rule for row in removed} == {"doubled"}


def test_a_quote_pulled_out_twice_stands_once() -> None:
    body = [PLANKS[0], REFRAIN, REFRAIN, *PLANKS[1:4], REFRAIN, *PLANKS[4:]]
    assert sift_paragraphs(body)[0].count(REFRAIN) == 1


WRAPPED = """The Foreign Minister of Ruritania said on Monday that her govern-
ment would open its archives on the river war to every historian who
asks, and that the self-
styled council of the valley would have no word in it.
She thanked the mediators.
The talks go on in Strelsau, where both delegations have rented the
upper floors of the old hotel on the market square until the spring."""


def test_hard_wrapped_lines_are_joined_again() -> None:
    assert split_paragraphs(WRAPPED) == [
        "The Foreign Minister of Ruritania said on Monday that her government would open its"
        " archives on the river war to every historian who asks, and that the self-styled council"
        " of the valley would have no word in it.",
        "She thanked the mediators.",
        "The talks go on in Strelsau, where both delegations have rented the upper floors of the"
        " old hotel on the market square until the spring.",
    ]


def test_a_paragraph_a_line_stays_a_paragraph_a_line() -> None:
    lines = [
        "PRESIDENT EXAMPLE: Good morning, and thank you all for coming here on such a day.",
        "We have three things to announce.",
        "First, the border opens tomorrow at noon, for everybody and for good, and nobody will "
        "be asked for anything but a passport.",
        "Second, the trains run again.",
        "Third, the prisoners come home this week; their families have been told by telephone.",
    ]
    assert split_paragraphs("\n".join(lines)) == lines


def test_a_short_text_with_two_line_breaks_is_joined() -> None:
    text = "The envoy of Ruritania said\nthat the talks on the river\nwould go on until spring."
    assert split_paragraphs(text) == [text.replace("\n", " ")]


def test_links_inside_a_sentence_do_not_break_it() -> None:
    lines = ["Rivers", "The envoy signed the", "treaty on water", ", which", "was old.", "He left."]
    assert split_paragraphs("\n".join([lines[0], "", *lines[1:]])) == [
        "Rivers",
        "The envoy signed the treaty on water, which was old.",
        "He left.",
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ["home", "about us", "contact"],
        ["The parties agree:", "to stop the war", "to bring the prisoners home."],
        ["Talks resume", "Both sides met in Strelsau."],
    ],
)
def test_lines_of_menus_lists_and_headlines_stay_apart(lines: list[str]) -> None:
    assert split_paragraphs("\n".join(lines)) == lines


def test_hyphens_at_the_end_of_lines() -> None:
    assert join_lines(["new sanc-", "tions"]) == "new sanctions"
    assert join_lines(["the Foreign-", "Minister"]) == "the Foreign-Minister"
    assert join_lines(["a cease-", "fire"]) == "a cease-fire"
    assert join_lines(["talks", "resumed"]) == "talks resumed"
    assert join_lines(["in 1990-", "1991"]) == "in 1990-1991"


def test_a_date_line_dates_a_plain_text_and_a_sentence_does_not() -> None:
    body = "The Ministry thanks all who helped, and hopes that the talks go on in the spring."
    dated = clean_text(
        f"Office of the Prime Minister\n18 June 2024\n\nTalks on the river\n\n{body}"
    )
    assert (dated.title, dated.published) == ("Talks on the river", "2024-06-18")
    assert dated.paragraphs == (body,)
    event = clean_text(f"Talks on the river\n\nThe talks begin on 5 May 2031 in Strelsau. {body}")
    assert event.published is None


def test_a_letterhead_without_a_headline_stays() -> None:
    lines = ["Ministry of Foreign Affairs", "Thank you.", "It was a long day."]
    assert clean_text("\n\n".join(lines)).paragraphs == tuple(lines)


def test_a_given_title_is_kept_once() -> None:
    cleaned = clean_text("Talks resume\n\nThe talks resumed today.", "Talks resume")
    assert (cleaned.title, cleaned.paragraphs) == ("Talks resume", ("The talks resumed today.",))


HOSTILE = [
    "a" * 50_000, "a " * 25_000, "share " * 10_000, "cookie" * 9_000, "sign up " * 7_000,
    "." * 50_000, "x." * 25_000, "A.A" * 17_000, "“" * 50_000, "-\n" * 25_000, "\n" * 50_000,
    "© " * 25_000, "views of the author " * 2_500, " " * 50_000, "1 " * 25_000, "|" * 50_000,
    "facebook " * 5_500,
]  # fmt: skip


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: repr(line[:12]))
def test_no_line_takes_long(line: str) -> None:
    begin = time.process_time()
    clean_text(line)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_pattern_is_fast_on_its_own_words(rule: object) -> None:
    triggers = [t for r in RULES if r is rule for t in r.triggers]
    pattern = next(r.pattern for r in RULES if r is rule)
    for trigger in triggers:
        for line in (trigger * 60, f"{trigger} " * 80, f"we {trigger}, " * 50):
            begin = time.process_time()
            pattern.match(line[:600])
            assert time.process_time() - begin < 0.05, line[:40]


@given(st.text(max_size=400))
def test_laws_of_cleaned_text(text: str) -> None:
    cleaned = clean_text(text)
    for paragraph in cleaned.paragraphs:
        assert paragraph == paragraph.strip() != ""
        assert "\n" not in paragraph
    again = clean_text("\n\n".join(cleaned.paragraphs), cleaned.title or "-")
    assert len("".join(again.paragraphs)) <= len("".join(cleaned.paragraphs))


def document_of(text: str, **given_facts: str) -> Document:
    page = Page(text.encode(), "x.txt", "text/plain", COLLECTED)
    return clean_page(page, Given(**given_facts))


def test_the_customers_own_document(measuring_data: Path) -> None:
    path = next((measuring_data / "seeds").glob("*.txt"))
    document = document_of(path.read_text(encoding="utf-8"))
    paragraphs = document.text.split("\n\n")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    # Banner, headline and sign-up line above the body; share line and disclaimer below it.
    assert document.title == lines[1]
    assert paragraphs[0] == lines[3]
    assert paragraphs[-1] == lines[-3]
    assert not {lines[0], lines[1], lines[2], lines[-2], lines[-1]} & set(paragraphs)
    assert [r.rule for r in document.removed] == [
        "follow", "sign-up", "doubled", "share", "disclaimer", "title",
    ]  # fmt: skip
    assert len(paragraphs) == len(lines) - 5
    assert (document.published, document.language) == (None, "en")
    doubled = [p for p in paragraphs if p.count("program is unnecessary")]
    assert len(doubled) == 1
    assert doubled[0].count("is unnecessary") == 1


MENU = ["Home", "World", "Rivers", "Trade", "Culture", "Sport", "Weather", "Search", "My account"]
BODY = [
    "The envoy of Ruritania said on Monday that the talks on the river would go on until spring,"
    " and that both sides had agreed on a first list of bridges to open.",
    "Both delegations have rented the upper floors of the old hotel on the market square, where"
    " they meet every morning at nine o'clock.",
    "“We have time, and we shall use it,” the envoy told reporters, and thanked the mediators"
    " for their patience with two tired delegations.",
    "Her neighbour from Graustark did not answer questions, but his office said in the evening"
    " that the list was a good beginning.",
    "The treaty of the old king ended last year, and since then no ship has passed the locks"
    " without a paper from both capitals.",
    "The ministers of both countries are to meet in the summer, the first time in nine years.",
]
FLATTENED = [
    "River talks of Ruritania to go on until spring | Lantern Post", "Skip to content", *MENU,
    "Rivers", "River talks of Ruritania to go on until spring", "By Ana Example", "5 May 2031",
    "Share", "Facebook", "Twitter", "Email", *BODY[:3], "Advertisement", *BODY[3:],
    "Tags:", "Rivers", "Ruritania", "Related stories", "Ten bridges you must see",
    "Bread is dearer", "Most read", "Locks and keys", "A winter in Strelsau",
    "Sign up for our newsletter", *MENU,
    "About us", "Contact", "Jobs", "Privacy", "Terms", "© 2031 Lantern Post",
]  # fmt: skip


def test_the_menus_of_a_flattened_page_go() -> None:
    cleaned = clean_text("\n".join(FLATTENED))
    assert cleaned.paragraphs == tuple(BODY)
    assert cleaned.title == "River talks of Ruritania to go on until spring"
    assert cleaned.published == "2031-05-05"
    rules = {removed.text: removed.rule for removed in cleaned.removed}
    assert rules["World"].startswith("line model 0.")
    assert rules["Most read"] == "related"


def test_a_line_that_a_site_keeps_stays_on_a_flattened_page() -> None:
    cleaned = clean_text("\n".join(FLATTENED), keeps=lambda line: line == "Bread is dearer")
    assert "Bread is dearer" in cleaned.paragraphs


JAPANESE_MENU = [
    "トップ", "政治", "経済", "国際", "スポーツ", "天気", "社説", "動画", "お知らせ", "会社案内",
]  # fmt: skip
JAPANESE_BODY = [
    "ルリタニアの外務大臣は月曜日、川の水の利用をめぐる隣国との会談が春まで続くとの見通しを示した。",
    "大臣は記者団に対し、両国の専門家がすでに三つの案を検討しており、年内にも報告書をまとめると述べた。",
    "隣国の代表は、下流の農家が必要とする水の量について十分な説明がなかったとして、追加の資料を求めている。",
    "会談は来週、首都ストレルサウで再開される予定で、国境の橋の修理についても話し合われる。",
]


def test_the_menus_of_a_flattened_page_without_capitals_go() -> None:
    title = "川の水をめぐる会談は春まで続く見通し"
    menus = [f"{line}{mark}" for mark in ("", "一覧", "特集") for line in JAPANESE_MENU]
    lines = [title, *menus[:20], title, "2031年5月5日", *JAPANESE_BODY, "関連記事", *menus[20:]]
    paragraphs = clean_text("\n".join(lines)).paragraphs
    assert set(JAPANESE_BODY) <= set(paragraphs)
    assert not set(menus) & set(paragraphs)


TRANSCRIPTS = {
    "names on their own lines": ["THE MINISTER", BODY[0], "QUESTION", "Will there be talks?"] * 30,
    "short turns": ["QUESTION: Are there talks?", "THE MINISTER: No comment.", "Thank you."] * 30,
    "a list of those who came": [*BODY, "Present were:", *[f"Mr. Guest {n}" for n in range(12)]],
    "another script": [line.replace("o", "д") for line in ("外務大臣", "会談", "日本", "会見")]
    * 30,
}


@pytest.mark.parametrize("kind", TRANSCRIPTS)
def test_a_statement_is_no_flattened_page(kind: str) -> None:
    assert not looks_flattened(TRANSCRIPTS[kind])
    assert set(judge_lines(TRANSCRIPTS[kind])) == {None}


@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1, max_size=40), st.data())
def test_the_second_stage_has_a_number_for_each_line(lines: list[str], data: st.DataObject) -> None:
    scores = [data.draw(st.floats(0, 1)) for _ in lines]
    columns = score_features(lines, plain_features(lines, None), scores)
    assert {len(column) for column in columns.values()} == {len(lines)}
    assert all(isfinite(value) for column in columns.values() for value in column)


def test_pieces_of_a_sentence_are_scored_as_one() -> None:
    lines = ["Sport", "The envoy signed", "the treaty", ", which was old.", "Weather"]
    columns = score_features(lines, plain_features(lines, None), [0.0, 0.9, 0.2, 0.8, 0.0])
    assert columns["pieces"] == (1, 3, 3, 3, 1)
    assert list(columns["sentence score"][1:4]) == [pytest.approx((2.7 + 0.4 + 3.2) / 9)] * 3


def test_a_page_of_labels_alone_stays_whole() -> None:
    assert set(judge_lines(MENU * 6)) == {None}


def test_the_time_for_a_flattened_page_grows_as_its_lines_do() -> None:
    times = []
    for copies in (20, 40, 80):
        lines = [f"{line} {n}" for n in range(copies) for line in FLATTENED]
        begin = time.process_time()
        judge_lines(lines)
        times.append(time.process_time() - begin)
    assert times[2] < 8 * times[0]
    assert times[2] / (80 * len(FLATTENED)) < 0.002  # seconds a line


@pytest.mark.parametrize("name", ["aeb", "atf"])
def test_the_shipped_line_model_is_not_broken(name: str, measuring_data: Path) -> None:
    """No evidence of quality: it was trained on these pages; see docs/model-card.md."""
    folder = measuring_data / "data" / "pages" / name
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    rows = []
    for key in sorted(truth)[::8]:
        text = flattened(gzip.decompress((folder / "html" / f"{key}.html.gz").read_bytes()))
        rows.append((truth[key]["articleBody"] or "", "\n".join(clean_text(text).paragraphs)))
    floors = json.loads((Path(__file__).parent / "floors.json").read_text(encoding="utf-8"))
    assert score_pages(rows).f1 >= floors["cleaning"][f"F1, {name} flattened, pages trained on"]
