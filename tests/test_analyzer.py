"""Words, their folding, their stems and their offsets."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit import analyzer
from searchkit.analyzer import (
    MAX_TERM,
    MAX_WORDS_KEPT,
    SNOWBALL,
    WORD,
    analyze,
    fold,
    terms_in,
    terms_of,
)

TEXTS = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("abçİßﬁ'’.,-0123 \u0301\u00ad中"))
)


def exacts(text: str, language: str | None = None) -> list[str]:
    return [token.exact for token in analyze(text, language)]


def stems(text: str, language: str | None = None) -> list[str]:
    return [token.stem for token in analyze(text, language)]


@pytest.mark.parametrize(
    ("written", "same_as"),
    [
        ("Zürich", "Zu\u0308rich"),
        ("Zürich", "ZURICH"),
        ("ﬁsh", "fish"),
        ("groß", "gross"),
        ("GROSS", "groß"),
        ("mili\u00adtary", "military"),
        ("Ｅｕｒｏｐａ", "Europa"),
        ("malą", "mala"),
        ("Łódź", "Lodz"),
        ("Ærøskøbing", "aeroskobing"),
        ("Đorđe", "Dorde"),
        ("Þórður", "Thordur"),
        ("ışık", "isik"),
        ("Əliyev", "Aliyev"),
        ("Ἀθῆναι", "Αθηναι"),
        ("ΟΔΟΣ", "οδος"),
        ("ёлка", "елка"),
        ("بـــاكو", "باكو"),
        ("آذربيجان", "اذربيجان"),
        ("أَذَرْبَيْجَان", "اذربيجان"),
        ("ٱلسلام", "السلام"),
        ("مصطفى", "مصطفي"),
        ("وزارة", "وزاره"),
        ("ایران", "ايران"),
        ("می\u200cروم", "میروم"),
        ("٢٠٢٤", "2024"),
        ("O'Brien", "OBrien"),
        ("O’Brien", "O'Brien"),
        ("OʼBrien", "O'Brien"),
        ("O`Brien", "O'Brien"),
        ("King’s", "King's"),
        ("King's", "King"),
        ("U.S.", "US"),
        ("U.N.’s", "UN"),
        ("e.g.", "eg"),
        ("1,000", "1000"),
        ("12,345,678.9", "12345678.9"),
        ("3,5", "3.5"),
        ("km²", "km2"),
    ],
)
def test_folded_alike(written: str, same_as: str) -> None:
    assert len(exacts(written)) == 1
    assert exacts(written) == exacts(same_as)
    assert fold(written) == fold(same_as)


@pytest.mark.parametrize(
    ("one", "other"),
    [("йод", "иод"), ("hat", "that"), ("3.5", "35"), ("कि", "की"), ("が", "か"), ("قرن", "قران")],
)
def test_kept_apart(one: str, other: str) -> None:
    assert exacts(one) != exacts(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("anti-ship", ["anti", "ship"]),
        ("anti–ship — missile", ["anti", "ship", "missile"]),
        ("states' rights", ["states", "rights"]),
        ('‘peace’ "talks"', ["peace", "talks"]),
        ("21.03.2024", ["21", "03", "2024"]),
        ("at 10:30", ["at", "10", "30"]),
        ("3.5bn in 1,000 days.", ["3.5bn", "in", "1000", "days"]),
        ("U.S.Secretary", ["us", "secretary"]),
        ("U.S.-led", ["us", "led"]),
        ("St. Vincent", ["st", "vincent"]),
        ("snake_case", ["snake", "case"]),
        ("外交官", ["外", "交", "官"]),
        ("平和です", ["平", "和", "で", "す"]),
        ("GDPは", ["gdp", "は"]),
        ("한국 정부", ["한국", "정부"]),
        ("ประเทศไทย", ["ประเทศไทย"]),
        ("we'll they're I'd", ["we", "they", "i"]),
        ("don't", ["dont"]),
        ("ـ ' -- …", []),
        ("", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert exacts(text, "en") == words


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("l’accord d'Ankara", "fr", ["accord", "ankara"]),
        ("qu’il aujourd’hui", "fr", ["il", "aujourdhui"]),
        ("l’accord", "en", ["laccord"]),
        ("dell'ONU, l’accordo", "it", ["onu", "accordo"]),
        ("Türkiye'nin IŞIK", "tr", ["turkiye", "isik"]),
    ],
)
def test_apostrophes_by_language(text: str, language: str, words: list[str]) -> None:
    assert exacts(text, language) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "sanctions sanction sanctioned"),
        ("fr", "négociation négociations"),
        ("de", "Verhandlung Verhandlungen"),
        ("es", "negociación negociaciones"),
        ("ru", "санкции санкций"),
        ("pt-BR", "ministro ministros"),
        ("ar", "المسلمون مسلم"),
        ("tr", "anlaşma anlaşmalar"),
    ],
)
def test_one_stem(language: str, words: str) -> None:
    assert len(set(stems(words, language))) == 1
    assert len(set(exacts(words, language))) == len(words.split())


@pytest.mark.parametrize(
    "words",
    [
        "universe university universal",
        "organ organization organic",
        "important import",
        "united unit",
        "authorities author",
        "experience experiment",
    ],
)
def test_stems_kept_apart(words: str) -> None:
    assert len(set(stems(words, "en"))) == len(words.split())


@pytest.mark.parametrize("language", [None, "", "xx", "zh", "az", "not a language"])
def test_without_an_algorithm_the_stem_is_the_word(language: str | None) -> None:
    tokens = analyze("Sanctions négociées", language)
    assert [t.stem for t in tokens] == [t.exact for t in tokens] == ["sanctions", "negociees"]


@pytest.mark.parametrize("language", sorted(SNOWBALL))
def test_every_listed_algorithm_is_there(language: str) -> None:
    assert exacts("Ankara 2024", language) == ["ankara", "2024"]


@pytest.mark.parametrize(
    "word",
    ["Zu\u0308rich", "mili\u00adtary", "ﬁsh", "groß", "Hajiyev’s", "U.S.", "1,000", "malą", "أَذَرْ"],
)
def test_offsets_cover_the_word_as_written(word: str) -> None:
    text = f"“{word}”, he said"
    first = analyze(text, "en")[0]
    assert text[first.start : first.end] == word


def test_positions_count_words() -> None:
    assert [t.position for t in analyze("cease-fire in U.S. – now")] == [0, 1, 2, 3, 4]


def test_long_words_are_cut_and_keep_their_offsets() -> None:
    (token,) = analyze("x" * 5_000, "en")
    assert (len(token.exact), token.start, token.end) == (MAX_TERM, 0, 5_000)
    (token,) = analyze("ﷺ" * 5_000)
    assert len(token.exact) == MAX_TERM


def test_the_words_remembered_are_bounded() -> None:
    from searchkit.analyzer import _lexicon

    lexicon = _lexicon("nn")
    for start in range(0, MAX_WORDS_KEPT + 2_000, 1_000):
        analyze(" ".join(f"w{n}" for n in range(start, start + 1_000)), "nn")
    assert len(lexicon) <= MAX_WORDS_KEPT
    lexicon.clear()


def test_terms_of() -> None:
    assert terms_of(analyze("Grain corridors", "en")) == (
        ("grain", "=grain"),
        ("corridor", "=corridors"),
    )


@given(TEXTS, st.sampled_from([None, "en", "fr", "tr", "ar", "de"]))
def test_tokens_are_ordered_disjoint_and_inside(text: str, language: str | None) -> None:
    end = 0
    for position, token in enumerate(analyze(text, language)):
        assert end <= token.start < token.end <= len(text)
        assert token.exact
        assert token.stem
        assert token.position == position
        assert max(len(token.exact), len(token.stem)) <= MAX_TERM
        end = token.end


@given(TEXTS)
def test_folding_is_settled_after_one_pass(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_composed_and_decomposed_are_one(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(TEXTS)
def test_no_letter_or_digit_is_lost(text: str) -> None:
    outside = WORD.sub(" ", text)
    assert not any(c.isalnum() for c in outside)


@pytest.mark.parametrize(
    "unit",
    ["a", "a.", "a'", "1,", "1.1", "1,000", "e\u0301", "\u0301", "x\u00ad", "中", "a.b", "'"],
)
def test_time_is_linear_in_hostile_text(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    started = time.perf_counter()
    analyze(text, "en")
    assert time.perf_counter() - started < 2


@given(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("aéŞ'’.,-19 \n\x1f\u3000和\u0301"),
        max_size=60,
    )
)
def test_the_terms_of_a_text_are_those_of_its_runs(text: str) -> None:
    for language in ("en", "tr", "fr", None):
        expected = terms_of(analyze(text, language))
        assert terms_in(text, language) == terms_in(text, language) == expected


def test_the_runs_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyzer, "MAX_RUNS_KEPT", 10)
    words = [f"{letter}{letter}s," for letter in "abcdefghijklmnopqrstuvwxyz"] + ["y" * 200]
    text = " ".join(words * 2)
    assert terms_in(text, "sv") == terms_of(analyze(text, "sv"))
    assert 0 < len(analyzer._RUNS["sv"]) <= 10
