"""Attribution in other languages than English, in invented news."""

from __future__ import annotations

import time

import pytest
from hypothesis import given as any_of
from hypothesis import settings
from hypothesis import strategies as st

from searchkit.records import Document, Statement
from searchkit.segment import document_form, segment
from searchkit.segment.tongues import TONGUES


def said(text: str, language: str, **given: str) -> list[Statement]:
    document = Document(id="d", text=text, language=language, **given)  # type: ignore[arg-type]
    return [s for p in segment(document) for s in p.statements]


# language, text, (speaker, kind, via, first words) of each statement
CASES = [
    (
        "fr",
        "Le ministre des Affaires étrangères du Royaume-Uni, David Morane, a annoncé que la "
        "conférence aurait lieu lundi. « Nous sommes prêts à signer », a-t-il dit.",
        [
            ("David Morane", "reported", "name", "la conf"),
            ("David Morane", "direct", "pronoun", "Nous"),
        ],
    ),
    (
        "fr",
        "« Nous n’accepterons pas cela », a déclaré le porte-parole. Le Kremlin a affirmé que rien "
        "ne changerait.",
        [(None, "direct", "role", "Nous"), ("Kremlin", "reported", "name", "rien ne")],
    ),
    (
        "es",
        "El presidente Luis Arango dijo que no habrá acuerdo. Agregó que espera una respuesta. "
        "«Estamos listos para todo», añadió.",
        [
            ("Luis Arango", "reported", "name", "no habrá"),
            ("Luis Arango", "reported", "pronoun", "espera"),
            ("Luis Arango", "direct", "pronoun", "Estamos"),
        ],
    ),
    (
        "de",
        "Außenministerin Lena Brandt sagte, dass die Gespräche weitergehen. „Wir werden nicht "
        "weichen“, fügte sie hinzu. Der Sprecher der Regierung, Jan Holm, sagte: „Das ist nicht "
        "wahr.“",
        [
            ("Lena Brandt", "reported", "name", "die Gespräche"),
            ("Lena Brandt", "direct", "pronoun", "Wir"),
            ("Jan Holm", "direct", "name", "Das ist"),
        ],
    ),
    (
        "ru",
        "Президент России Иван Петрович Сомов заявил, что войска останутся. «Мы не уйдём "
        "никогда», — подчеркнул он. В МИД сообщили, что встреча состоится.",
        [
            ("Иван Петрович Сомов", "reported", "name", "войска"),
            ("Иван Петрович Сомов", "direct", "pronoun", "Мы"),
            (None, "reported", None, "встреча"),
        ],
    ),
    (
        "tr",
        "Dışişleri Bakanı Kemal Arslan, Ankara'da yaptığı açıklamada, \"Bu karar kabul edilemez "
        'bir karardır" dedi.',
        [("Kemal Arslan", "direct", "name", "Bu karar")],
    ),
    (
        "ar",
        "قال وزير الخارجية الروسي في مؤتمر صحفي إن بلاده لن تقبل ذلك. وأضاف أن المحادثات ستستمر.",
        [(None, "reported", "role", "بلاده"), (None, "reported", "pronoun", "المحادثات")],
    ),
    (
        "zh",
        "外交部发言人沈雨岚在例行记者会上表示，双方将继续对话。她说：“我们反对任何形式的制裁。”",
        [("沈雨岚", "reported", "name", "双方"), ("沈雨岚", "direct", "pronoun", "我们")],
    ),
    (
        "pl",
        "Minister spraw zagranicznych Jan Kowal powiedział, że granica zostanie otwarta. „Jesteśmy "
        "gotowi do rozmów” – dodał.",
        [("Jan Kowal", "reported", "name", "granica"), ("Jan Kowal", "direct", "pronoun", "Jeste")],
    ),
    (
        "cs",
        "Podle premiéra je dohoda blízko. „O tom se nebudeme dohadovat,“ řekla Dana Hálová.",
        [("Dana Hálová", "direct", "name", "O tom")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_news(
    language: str, text: str, expected: list[tuple[str | None, str, str | None, str]]
) -> None:
    found = said(text, language)
    assert [(s.speaker, s.kind, s.via) for s in found] == [e[:3] for e in expected]
    for statement, (*_, begins) in zip(found, expected, strict=True):
        assert statement.text.startswith(begins)


def test_a_pronoun_far_from_any_name_is_nobody() -> None:
    text = (
        "Le président Paul Dubreuil a rencontré Marc Lenoir.\n\nIl a déclaré que tout allait bien."
    )
    assert [s.speaker for s in said(text, "fr")] == [None]


def test_two_holders_of_an_office_make_it_nobody() -> None:
    text = (
        "Le ministre Paul Dubreuil et le ministre Marc Lenoir sont arrivés.\n\n"
        "Le ministre a déclaré que tout allait bien."
    )
    assert [s.speaker for s in said(text, "fr")] == [None]


def test_a_statement_that_its_title_signs() -> None:
    document = Document(
        id="d", text="Ich danke allen.\n\nWir halten unser Wort.", language="de",
        title="Erklärung von Außenministerin Lena Brandt zur Lage der Häfen",
    )  # fmt: skip
    assert document_form(document) == "statement"
    assert {(p.speaker, p.role) for p in segment(document)} == {("Lena Brandt", "Außenministerin")}


def test_labels_of_scripts_without_capitals() -> None:
    text = "港口电台记者：能否证实？\n\n沈雨岚：我可以证实。\n\n记者：何时签署？\n\n沈雨岚：九月。"
    found = said(text, "zh", title="外交部发言人沈雨岚主持记者会")
    assert [s.speaker for s in found] == [None, "沈雨岚", None, "沈雨岚"]
    assert found[0].role == "journalist"


def test_long_texts_take_time_in_proportion() -> None:
    text = "\n\n".join(
        f"«Мы не уйдём отсюда никогда», — заявил министр Олег Рябов-{i} в среду."
        for i in range(4000)
    )
    start = time.perf_counter()
    found = said(text, "ru")
    assert len(found) == 4000
    assert time.perf_counter() - start < 4


PIECES = st.sampled_from(
    [
        "«", "»", "“", "”", "„", " ", "\n\n", ". ", ", ", ": ", " — ", "。", "，", "：", "?",
        "сказал",
        "что", "министр", "Олег", "Рябов", "он", "По словам", "a déclaré", "la ministre", "que",
        "Selon", "Ana Ruiz", "dijo", "قال", "وزير", "أن", "ليلى", "表示", "发言人", "沈雨岚",
        "sagte", "dass",
        "Lena", "von der", "dedi", "a-t-il", "\x01", "(", ")",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=50).map("".join))


@any_of(TEXTS, st.sampled_from(sorted(TONGUES)))
@settings(max_examples=300, deadline=None)
def test_whatever_the_text_its_passages_are_slices_in_order(text: str, language: str) -> None:
    at = 0
    for passage in segment(Document("d", text, language=language, form="news")):
        assert text[passage.start : passage.end] == passage.text
        assert not text[at : passage.start].strip()
        at = passage.end
        for statement in passage.statements:
            assert text[statement.start : statement.end] == statement.text
            assert passage.start <= statement.start < statement.end <= passage.end
    assert not text[at:].strip()
