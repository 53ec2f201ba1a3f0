"""Files of sources: what is read, each error in its words, the catalogue, the command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.clean.rules import SiteRules
from searchkit.errors import UsageError
from searchkit.names import country_code, country_name
from searchkit.seeds import (
    KINDS,
    Glob,
    ListPage,
    Source,
    check_sources,
    default_seeds,
    read_rules,
    read_sources,
)
from searchkit.seeds.keys import MOST_VALUES
from searchkit.seeds.reading import KEYS, LARGEST_FILE
from searchkit.urls import site_of
from tests.conftest import ROOT, Run
from tests.test_schema import check

CATALOGUE = ROOT / "seeds"

WHOLE = """
[[source]]
id = "norland-mfa"
name = "Ministry of Foreign Affairs of Norland"
country = "NO"
kind = "ministry"
language = "en"
site = "www.mfa.example"
feeds = ["https://www.mfa.example/rss?lang=en"]
sitemaps = ["https://www.mfa.example/sitemap.xml"]
lists = [
    "https://www.mfa.example/speeches",
    { url = "https://www.mfa.example/news", items = "h3 a", next = "a.older" },
]
discover = true
include = ["/news/*", "/speeches/*"]
exclude = ["/*/gallery/*"]
pace_s = 5
budget = 800
hours = "22-06"
verified = true

[source.clean]
keep = ["Check against delivery"]
drop = ["Bookmark this page"]
body = "div.statement"
remove = ".share"
"""
LEAST = """
[[source]]
id = "basin-commission"
name = "Basin Commission"
kind = "organisation"
site = "basin.example"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "norland.toml"
    path.write_text(WHOLE, encoding="utf-8")
    return path


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_key_is_read(file: Path) -> None:
    (source,) = read_sources(file)
    assert source == Source(
        id="norland-mfa",
        name="Ministry of Foreign Affairs of Norland",
        kind="ministry",
        site="mfa.example",
        country="NO",
        language="en",
        feeds=("https://www.mfa.example/rss?lang=en",),
        sitemaps=("https://www.mfa.example/sitemap.xml",),
        lists=(
            ListPage("https://www.mfa.example/speeches"),
            ListPage("https://www.mfa.example/news", "h3 a", "a.older"),
        ),
        discover=True,
        include=(Glob("/news/*"), Glob("/speeches/*")),
        exclude=(Glob("/*/gallery/*"),),
        pace_s=5.0,
        budget=800,
        hours=(22, 6),
        verified=True,
        clean=SiteRules(
            ("Check against delivery",), ("Bookmark this page",), "div.statement", ".share"
        ),
    )
    assert read_rules(file) == {"mfa.example": source.clean}


def test_a_source_without_addresses_begins_at_home_and_discovers(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(LEAST, encoding="utf-8")
    (source,) = read_sources(tmp_path)
    assert source == Source(
        "basin-commission",
        "Basin Commission",
        "organisation",
        "basin.example",
        lists=(ListPage("https://basin.example/"),),
    )
    assert (source.discover, source.pace_s, source.budget, source.hours) == (True, 2.0, 5000, None)


def test_a_site_may_be_given_by_its_home_page(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(LEAST.replace("basin.example", "http://www.basin.example/en/"))
    (source,) = read_sources(path)
    assert (source.site, source.lists) == (
        "basin.example",
        (ListPage("http://www.basin.example/en/"),),
    )


def test_feeds_alone_are_not_looked_beyond_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(LEAST + 'feeds = ["https://basin.example/rss"]\n', encoding="utf-8")
    (source,) = read_sources(path)
    assert (source.discover, source.lists) == (False, ())
    change(path, "feeds", "discover = true\nfeeds")
    assert read_sources(path)[0].discover


ERRORS = [
    ('id = "norland-mfa"', "", """source 1: id is missing: id = "nl-mfa\""""),
    (
        '"norland-mfa"',
        '"Norland"',
        "source 'Norland': id 'Norland' must be of a-z, 0-9 and '-', 64 at most: id = \"nl-mfa\"",
    ),
    ('"norland-mfa"', "7", """source 1: id must be a text: id = "nl-mfa\""""),
    (
        'name = "Ministry of Foreign Affairs of Norland"',
        "",
        'MFA: name is missing: name = "Ministry of Foreign Affairs of Norland"',
    ),
    ('"Ministry of', '"\\u001b[2JMinistry of', None),
    ('"Ministry of', '"' + 200 * "x", "MFA: name is longer than 200 characters"),
    ('kind = "ministry"', "", 'MFA: kind is missing: kind = "ministry"'),
    ('"ministry"', '"minstry"', "MFA: kind 'minstry' is unknown; did you mean 'ministry'?"),
    (
        '"ministry"',
        '"x"',
        "MFA: kind 'x' is unknown; known: ministry, presidency, government, organisation, outlet",
    ),
    ('country = "NO"', "", 'MFA: country is missing: a ministry speaks for one: country = "NO"'),
    ('"NO"', '"UK"', "MFA: country 'UK' is no code; did you mean 'GB'?"),
    ('"NO"', '"no"', "MFA: country 'no' is no code; did you mean 'NO'?"),
    ('"NO"', '"Norway"', "MFA: country 'Norway' is no code; did you mean 'NO'?"),
    (
        '"NO"',
        '"Norland"',
        "MFA: country 'Norland' is no code: two capital letters of ISO 3166",
    ),
    ('"en"', '"English"', """MFA: language 'English' is no code of ISO 639: language = "en\""""),
    (
        'site = "www.mfa.example"',
        "",
        'MFA: needs the site it is for: site = "mfa.example"',
    ),
    (
        '"www.mfa.example"',
        '"mfa example"',
        """MFA: site 'mfa example' is no host: site = "mfa.example\"""",
    ),
    (
        '"www.mfa.example"',
        '"mfa.example/en"',
        "MFA: site 'mfa.example/en' is no web address; did you mean 'https://mfa.example/en'?",
    ),
    ("feeds =", "feed =", "MFA: unknown key 'feed'; did you mean 'feeds'?"),
    ("feeds =", "qqq =", "MFA: unknown key 'qqq'; known: " + ", ".join(KEYS)),
    (
        '["https://www.mfa.example/rss?lang=en"]',
        '"https://www.mfa.example/rss"',
        'MFA: feeds must be a list: feeds = ["https://mfa.example/rss"]',
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        '"www.mfa.example/rss"',
        "MFA: feeds 'www.mfa.example/rss' is no web address;"
        " did you mean 'https://www.mfa.example/rss'?",
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        '"ftp://a/b"',
        "MFA: feeds 'ftp://a/b' is no web address",
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        '"https://a b.example/"',
        "MFA: feeds 'https://a b.example/' is no web address",
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        '"https://me:secret@mfa.example/rss"',
        "MFA: feeds has an address of mfa.example with a password: take that out",
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        '"https://mfa.example/' + 2048 * "x" + '"',
        "MFA: feeds has an address longer than 2,048 characters",
    ),
    (
        '"https://www.mfa.example/rss?lang=en"',
        "7",
        'MFA: feeds 7 is no address: write it as "https://mfa.example/"',
    ),
    (
        '"https://www.mfa.example/sitemap.xml"',
        '"https://mfa.example/a", ' * (MOST_VALUES + 1),
        "MFA: sitemaps has 201 values, at most 200 work",
    ),
    (
        '"https://www.mfa.example/speeches",',
        "[],",
        "MFA: lists has [] as its value 1, must be an address",
    ),
    ("{ url =", "{ link =", "MFA: list 2: unknown key 'link'; known: url, items, next"),
    (
        'url = "https://www.mfa.example/news", ',
        "",
        'MFA: list 2: url is missing: url = "https://mfa.example/news"',
    ),
    (
        '"h3 a"',
        '"h3 ["',
        "MFA: list 2: items 'h3 [' cannot be read: Malformed attribute selector at position 3",
    ),
    ('"a.older"', '""', 'MFA: list 2: next must be a CSS selector: next = "a.next"'),
    (
        "discover = true",
        'discover = "yes"',
        "MFA: discover is 'yes', must be true or false, without quotes",
    ),
    (
        '"/news/*"',
        '"news/*"',
        "MFA: include 'news/*' must begin with '/' (path) or '//' (host and path):"
        ' include = ["/news/*"]',
    ),
    (
        '["/*/gallery/*"]',
        "[7]",
        'MFA: exclude must be a list of patterns: exclude = ["/news/*"]',
    ),
    ("pace_s = 5", "pace_s = 0", "MFA: pace_s is 0, must be at least 1"),
    ("pace_s = 5", "pace_s = nan", "MFA: pace_s is nan, must be at least 1"),
    ("pace_s = 5", "pace_s = inf", "MFA: pace_s is inf, must be at most 3600"),
    ("pace_s = 5", 'pace_s = "5"', "MFA: pace_s is '5', must be a number: pace_s = 2"),
    ("pace_s = 5", "pace_s = true", "MFA: pace_s is True, must be a number: pace_s = 2"),
    ("budget = 800", "budget = 0", "MFA: budget is 0, must be at least 1"),
    (
        "budget = 800",
        "budget = 800.5",
        "MFA: budget is 800.5, must be a whole number: budget = 5000",
    ),
    ("22-06", "22-22", """MFA: hours '22-22' is no span of hours in UTC: hours = "22-06\""""),
    ("22-06", "night", """MFA: hours 'night' is no span of hours in UTC: hours = "22-06\""""),
    ("22-06", "0-24", """MFA: hours '0-24' is no span of hours in UTC: hours = "22-06\""""),
    (
        "verified = true",
        "verified = 1",
        "MFA: verified is 1, must be true or false, without quotes",
    ),
    ("keep =", "kep =", "MFA: clean: unknown key 'kep'; known: keep, drop, body, remove"),
    (
        '"div.statement"',
        '"div["',
        "MFA: clean.body 'div[' cannot be read: Malformed attribute selector at position 3",
    ),
    ('["Bookmark', '[7, "Bookmark', 'MFA: clean.drop must be a list of texts: drop = ["a line"]'),
    ("[[source]]", "[source]", "'source' must be a list of tables: write [[source]]"),
    (
        "[[source]]",
        "[[sources]]",
        "unknown key 'sources': a file of sources has [[source]] tables only",
    ),
]


@pytest.mark.parametrize(("old", "new", "message"), ERRORS)
def test_each_error_says_where_what_and_what_would_work(
    file: Path, old: str, new: str, message: str | None
) -> None:
    change(file, old, new)
    with pytest.raises(UsageError) as error:
        read_sources(file)
    if message is None:
        assert str(error.value).endswith("holds a control character or a line break")
    else:
        assert str(error.value) == f"{file}: " + message.replace("MFA", "source 'norland-mfa'")
    assert str(error.value).isprintable()


def read_error(path: Path) -> str:
    with pytest.raises(UsageError) as error:
        read_sources(path)
    return str(error.value)


def test_what_is_no_file_of_sources_is_named(tmp_path: Path) -> None:
    folder, missing, bad = tmp_path / "empty", tmp_path / "none.toml", tmp_path / "bad.toml"
    folder.mkdir()
    assert read_error(folder) == f"{folder}: no *.toml in it; name a file or a folder of such files"
    assert read_error(missing) == f"cannot read {missing}: No such file or directory"
    bad.write_bytes(b"# \xff")
    assert read_error(bad) == f"{bad}: not UTF-8 at byte 2"
    bad.write_text("[[source]\n", encoding="utf-8")
    assert read_error(bad).startswith(f"{bad}: not TOML: ")
    assert "(at line 1, column 9)" in read_error(bad)
    bad.write_text("source = [1]", encoding="utf-8")
    assert read_error(bad) == f"{bad}: source 1 must be a table: write [[source]]"
    bad.write_text("x = " + 100_000 * "[", encoding="utf-8")
    assert read_error(bad).startswith(f"{bad}: not TOML: ")  # in words of the Python version
    bad.write_text("#" * (LARGEST_FILE + 1), encoding="utf-8")
    assert read_error(bad) == f"{bad} is larger than 1 MiB: split it"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.toml"
    os.mkfifo(pipe)
    assert read_error(pipe) == f"{pipe} is no file; name a TOML file or a folder of them"


def test_two_sources_share_no_id_no_address_and_no_rules(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(WHOLE, encoding="utf-8")
    where = f"{other}: source 'norland-mfa'"
    same = "'Ministry of Foreign Affairs of Norland'"
    assert read_error(tmp_path) == f"{where}: id is that of {same} too: give each its own"
    change(other, "norland-mfa", "other-mfa")
    where = f"{other}: source 'other-mfa'"
    rules = f"{where}: rules for site 'mfa.example' stand there twice; join them"
    assert read_error(tmp_path) == rules
    with pytest.raises(UsageError, match=r"rules for site 'mfa\.example' stand there twice"):
        read_rules(tmp_path)
    other.write_text(other.read_text(encoding="utf-8").partition("[source.clean]")[0])
    feed = "https://www.mfa.example/rss?lang=en"
    assert read_error(tmp_path) == f"{where}: {feed} is an address of source 'norland-mfa' too"


def test_all_that_is_wrong_is_told_and_the_rest_can_be_used(file: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("[", encoding="utf-8")
    (tmp_path / "z.toml").write_text(LEAST + LEAST.replace("id =", "idd ="), encoding="utf-8")
    sources, problems = check_sources(tmp_path)
    assert [source.id for source in sources] == ["norland-mfa", "basin-commission"]
    assert len(problems) == 2
    assert "broken.toml: not TOML" in problems[0]
    assert "source 2: unknown key 'idd'; did you mean 'id'?" in problems[1]
    assert read_error(tmp_path) == f"{problems[0]}; 1 more: searchkit seeds check {tmp_path}"


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_only_a_machine_of_ones_own_is_asked_without_pause(tmp_path: Path, host: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(LEAST.replace("basin.example", host) + "pace_s = 0\n", encoding="utf-8")
    (source,) = read_sources(path)
    assert source.pace_s == 0
    assert source.lists == (ListPage(f"https://{host}/"),)
    change(path, host, "10.0.0.1")
    assert read_error(path).endswith("pace_s is 0, must be at least 1")


def test_hours_are_of_utc_and_pass_midnight() -> None:
    def opened(hours: tuple[int, int] | None) -> list[int]:
        source = Source("x", "X", "outlet", "x.example", hours=hours)
        day = datetime(2024, 9, 17, 0, 59, tzinfo=UTC)
        return [h for h in range(24) if source.is_open(day + timedelta(hours=h))]

    assert opened(None) == list(range(24))
    assert opened((22, 6)) == [0, 1, 2, 3, 4, 5, 22, 23]
    assert opened((0, 6)) == [0, 1, 2, 3, 4, 5]
    assert opened((18, 24)) == [18, 19, 20, 21, 22, 23]
    night = Source("x", "X", "outlet", "x.example", hours=(22, 6))
    four_east = timezone(timedelta(hours=4))
    assert night.is_open(datetime(2024, 9, 17, 2, tzinfo=four_east))
    assert not night.is_open(datetime(2024, 9, 17, 22, tzinfo=four_east))


@pytest.mark.parametrize(
    ("pattern", "fits", "fails"),
    [
        ("/en/*", "https://mfa.example/en/", "https://mfa.example/fr/en/"),
        ("/*/news", "http://mfa.example/en/news", "http://mfa.example/en/news/"),
        ("/news*page=*", "https://mfa.example/news?page=2", "https://mfa.example/news"),
        ("/a.b", "https://mfa.example/a.b", "https://mfa.example/axb"),
        ("/a*a", "https://mfa.example/aa", "https://mfa.example/a"),
        ("//*.mfa.example/*", "https://press.mfa.example/7", "https://mfa.example/7"),
        ("//mfa.example:8080/*", "https://mfa.example:8080/7", "https://mfa.example/7"),
        ("/новости/*", "https://mfa.example/новости/7", "https://mfa.example/novosti/7"),
        ("/a b", "https://mfa.example/a%20b", "https://mfa.example/a"),
    ],
)
def test_patterns(tmp_path: Path, pattern: str, fits: str, fails: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f"{LEAST}include = ['{pattern}']\n", encoding="utf-8")
    (glob,) = read_sources(path)[0].include
    assert glob.search(fits)
    assert not glob.search(fails)
    assert not glob.search("no address")


@given(st.text("ab/*", max_size=6), st.text("ab/", max_size=6))
def test_patterns_are_those_of_a_regular_expression(pattern: str, path: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, f"/x{pattern}".split("*"))), f"/x{path}")
    assert Glob(f"/x{pattern}").search(f"https://mfa.example/x{path}") == bool(expected)


def test_hostile_patterns_and_addresses_take_no_time() -> None:
    begun = time.process_time()
    for pattern in ("/" + 149 * "*a" + "b", "/" + 100 * "a*" + "b*", "/*" + 290 * "a" + "b*"):
        assert not Glob(pattern).search("https://mfa.example/" + 100_000 * "a")
    assert time.process_time() - begun < 2


def test_the_catalogue_is_right() -> None:
    sources, problems = check_sources(CATALOGUE)
    assert problems == ()
    assert len(sources) >= 60
    assert len({source.id for source in sources}) == len(sources)
    assert {source.kind for source in sources} == set(KINDS)
    for source in sources:
        if source.country is not None:
            assert country_name(source.country) != source.country
            assert country_code(country_name(source.country)) == source.country
        assert source.pace_s >= 2
        assert source.feeds or source.lists
        assert all(site_of(one.url) == source.site for one in source.lists)


def test_pages_below_a_list_of_the_catalogue_are_wanted_of_it() -> None:
    for source in read_sources(CATALOGUE):
        for one in source.lists:
            page = one.url.partition("?")[0].rstrip("/") + "/7"
            assert not source.include or any(p.search(page) for p in source.include), source.id


def test_the_seeds_of_the_working_directory_come_first(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    assert default_seeds() == CATALOGUE
    Path("seeds").mkdir()
    assert default_seeds() == CATALOGUE
    file.rename("seeds/norland.toml")
    assert [source.id for source in read_sources()] == ["norland-mfa"]


def test_the_wheel_has_the_catalogue_and_finds_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    shipped = site / "searchkit" / "seeds" / "catalogue"
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == {
        path.name: path.read_bytes() for path in CATALOGUE.glob("*.toml")
    }
    assert {path.name.partition("-")[0] for path in site.iterdir()} == {"searchkit"}
    code = "from searchkit.seeds import default_seeds; print(default_seeds())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(shipped)


def test_the_list_of_a_folder(run: Run, file: Path) -> None:
    (file.parent / "seeds").mkdir()
    file.rename(file.parent / "seeds" / "norland.toml")
    (file.parent / "seeds" / "basin.toml").write_text(LEAST, encoding="utf-8")
    done = run("seeds", "list")
    assert done.stdout == (
        "basin-commission *  --  organisation  Basin Commission (basin.example)\n"
        "norland-mfa         NO  ministry      Ministry of Foreign Affairs of Norland"
        " (mfa.example)\n"
    )
    assert done.stderr == "2 sources of 1 country, 1 of them not yet seen alive (*)\n"
    assert run("seeds", "list", "--country", "Norway").stdout.startswith("norland-mfa  NO")
    assert run("seeds", "list", "--kind", "outlet").stdout == ""


def test_the_list_as_json(run: Run, file: Path) -> None:
    answer = json.loads(run("seeds", "list", "--seeds", file, "--format", "json").stdout)
    check("seeds-1", answer)
    (source,) = answer["sources"]
    assert sorted(source) == sorted(KEYS)
    assert (source["hours"], source["include"]) == ("22-06", ["/news/*", "/speeches/*"])
    assert source["lists"][1] == {
        "url": "https://www.mfa.example/news",
        "items": "h3 a",
        "next": "a.older",
    }
    shipped = json.loads(run("seeds", "list", "--format", "json").stdout)
    check("seeds-1", shipped)
    assert len(shipped["sources"]) == len(read_sources(CATALOGUE))


def test_a_wrong_country_is_named(run: Run) -> None:
    done = run("seeds", "list", "--country", "Norland")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: --country 'Norland' is no country; write a name or a code, as AZ\n"
    )


def test_check_tells_all_and_fails(run: Run, file: Path) -> None:
    done = run("seeds", "check", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{file}: 1 source of 1 country can be used\n"
    change(file, "pace_s = 5", "pace = 5")
    done = run("seeds", "check", file.name)
    assert done.returncode == 2
    assert done.stdout == "norland.toml: 0 sources of 0 countries can be used, 1 not\n"
    assert done.stderr == (
        "Error: norland.toml: source 'norland-mfa': unknown key 'pace'; did you mean 'pace_s'?\n"
    )
    assert run("seeds", "check").stdout.endswith("countries can be used\n")


@pytest.mark.parametrize("command", ["list", "check"])
def test_help_has_examples(run: Run, command: str) -> None:
    assert f"searchkit seeds {command}" in run("seeds", command, "--help").stdout


def test_the_document_tells_every_key_and_its_example_is_right(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")
    examples = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    path = tmp_path / "example.toml"
    path.write_text("\n".join(examples), encoding="utf-8")
    assert len(read_sources(path)) == 2
    for key in KEYS:
        assert f"`{key}`" in text
