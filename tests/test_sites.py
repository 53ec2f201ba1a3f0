"""Lines that a site repeats are learnt, shown, taken out, and given back on request."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchkit.archive import Archive, open_archive
from searchkit.archive.templates import FEWEST_TEXTS, learn
from searchkit.clean import clean_page
from searchkit.clean.html import flatten
from searchkit.clean.rules import SiteRules, select_source
from searchkit.errors import UsageError
from searchkit.reclean import keep_document
from searchkit.records import Document, Given, Page
from searchkit.seeds import read_rules
from searchkit.segment import document_form, segment
from searchkit.sites import RULE, edges_of, line_number, without_template
from tests.conftest import Run

NOON = datetime(2024, 9, 17, 12, tzinfo=UTC)
SITE = "norland.example"
FOOT = "The Foreign Ministry of Norland stands at 4 Harbour Street in the city of Vell."
HEAD = "Norland Foreign Ministry Newsroom"
CUE = "The following is attributable to the spokesperson of the ministry:"
THANKS = "Thank you all for coming."
SUBJECTS = "grain water fish rail border trade loans ports visas gas wheat roads radio ice".split()


def statement(number: int, *more: str) -> str:
    """A text of an invented ministry unlike that of any other number."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    said = (
        f"Talks number {number} on {subject} went on for {number + 2} hours in Vell.",
        f"“We asked for {subject} and got {number} letters,” Ilva Marden told reporters.",
        f"Round {number} of the {subject} talks is to begin after the harvest of year {number}.",
    )
    return "\n\n".join([*said, *more])


def pages(texts: dict[int, str], site: str = SITE) -> Iterator[Page]:
    for number, text in texts.items():
        url = f"https://{site}/{number}"
        yield Page(text.encode(), url, "text/plain", NOON, url=url)


def add(archive: Archive, texts: dict[int, str], site: str = SITE) -> None:
    for page in pages(texts, site):
        document = clean_page(page)
        document = replace(document, form=document_form(document))
        capture = archive.capture(page, Given())
        keep_document(archive, capture, document, segment(document), "rules")


def test_a_line_below_different_texts_is_learnt_and_taken_from_later_ones(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(FEWEST_TEXTS)})
        (line,) = archive.site_lines(SITE)
        assert (line.text, line.texts, line.is_kept) == (FOOT, FEWEST_TEXTS, False)
        add(archive, {99: statement(99, FOOT)})
        found = archive.find_document(f"https://{SITE}/99")
        document = found and archive.document(found)
        assert document
        assert FOOT not in document.text
        assert (FOOT, RULE) in [(cut.text, cut.rule) for cut in document.removed]
        add(archive, {99: statement(99, FOOT)}, "sudland.example")
        other = archive.find_document("https://sudland.example/99")
        elsewhere = other and archive.document(other)
        assert elsewhere
        assert FOOT in elsewhere.text


def test_copies_and_new_versions_of_one_text_teach_nothing(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(1, FOOT) for n in range(3 * FEWEST_TEXTS)})
        for version in range(FEWEST_TEXTS):
            add(archive, {0: statement(1, f"Edition {version}.", FOOT)})
        assert archive.site_lines(SITE) == []


@pytest.mark.parametrize("line", [CUE, THANKS, "Ilva Marden, Minister", "<…>"])
def test_what_belongs_to_a_statement_is_never_learnt(tmp_path: Path, line: str) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: f"{line}\n\n{statement(n)}" for n in range(2 * FEWEST_TEXTS)})
        add(archive, {100 + n: statement(n + 50, line) for n in range(2 * FEWEST_TEXTS)})
        assert archive.site_lines(SITE) == []


def test_a_line_that_no_longer_holds_is_forgotten(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(FEWEST_TEXTS)})
        assert len(archive.site_lines(SITE)) == 1
        add(archive, {n: statement(n) for n in range(20, 20 + 4 * FEWEST_TEXTS)})
        archive.learn_sites()
        assert archive.site_lines(SITE) == []


def test_learning_does_not_depend_on_the_order_of_pages(tmp_path: Path) -> None:
    texts = {n: statement(n, *([FOOT] if n % 2 else []), "Vell Quay 7") for n in range(40)}
    found = []
    for name, order in (("up", sorted(texts)), ("down", sorted(texts, reverse=True))):
        with open_archive(tmp_path / name, write=True) as archive:
            add(archive, {n: texts[n] for n in order})
            archive.learn_sites()
            found.append([(line.text, line.texts) for line in archive.site_lines(SITE)])
    assert found[0] == found[1] == [("Vell Quay 7", 40), (FOOT, 20)]


def test_removed_documents_no_longer_count(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(FEWEST_TEXTS)})
        gone = archive.find_document(f"https://{SITE}/0")
        assert gone
        archive.remove(gone)
        archive.learn_sites()
        assert archive.site_lines(SITE) == []


PARAGRAPHS = st.lists(
    st.sampled_from([FOOT, HEAD, CUE, THANKS, *statement(1).split("\n\n")]), min_size=1, max_size=14
)


@given(PARAGRAPHS, st.sets(st.sampled_from([FOOT, HEAD, CUE])))
def test_taking_lines_out_loses_no_word(texts: list[str], lines: set[str]) -> None:
    before = Document("x", "\n\n".join(texts))
    after = without_template(before, {line_number(line) for line in lines}, lambda text: False)
    assert after.text
    cut = [block.text for block in after.removed]
    assert Counter([*after.text.split("\n\n"), *cut]) == Counter(texts)
    assert not {CUE, THANKS} & set(cut)


def test_versions_with_another_template_are_one_text() -> None:
    plain = Document("x", statement(3, FOOT))
    longer = replace(plain, text=statement(3, "Vell Quay 7", FOOT))
    rests = {edge.line: edge.rest for edge in edges_of(plain)}
    assert rests[line_number(FOOT)] == {e.line: e.rest for e in edges_of(longer)}[line_number(FOOT)]


def test_few_lines_are_learnt_of_a_real_site_and_none_names_a_speaker(
    tmp_path: Path, measuring_data: Path
) -> None:
    """Lines are counted as `keep` does, without cutting passages, which would take minutes."""
    source = measuring_data / "data/corpora/statedept.jsonl.gz"
    with gzip.open(source, "rt", encoding="utf-8") as records:
        taken = [json.loads(line) for _, line in zip(range(200), records, strict=False)]
    with open_archive(tmp_path, write=True) as archive:
        for record in taken:
            page = Page(b"", record["url"], "text/plain", NOON, url=record["url"])
            text = "\n\n".join(p for line in record["text"].split("\n") if (p := line.strip()))
            document = Document(f"d{record['id']}"[:12].lower(), text, url=record["url"])
            capture = archive.capture(page, Given(id=str(record["id"])))
            archive.keep(capture, document, [], edges_of(document))
        with archive._database.transaction():
            learn(archive._database, "state.gov")
        lines = [line.text for line in archive.site_lines("state.gov")]
    assert len(lines) <= 3
    assert not any("attributable" in line or "Secretary of State" in line for line in lines)


RULES = """
[[source]]
id = "nl-mfa"
site = "norland.example"
[source.clean]
keep = ["Check against delivery"]
drop = ["Bookmark this page"]
body = "div.statement"
"""


def test_rules_of_a_site_are_read(tmp_path: Path) -> None:
    (tmp_path / "nl.toml").write_text(RULES, encoding="utf-8")
    rules = read_rules(tmp_path)[SITE]
    assert rules.keeps("CHECK against delivery!")
    assert rules.drops("» Bookmark this page")
    assert rules.body == "div.statement"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("keep =", "kep =", r"nl\.toml: source 'nl-mfa': clean: unknown key 'kep'; known: keep, "),
        ('["Book', '[7, "Book', r"clean\.drop must be a list of texts: drop = \["),
        ("div.statement", "div[", r"clean\.body 'div\[' cannot be read: Malformed attribute"),
        ('site = "norland.example"', "", r'needs the site it is for: site = "mfa\.example"'),
        ("[[source]]", "[source]", r"'source' must be a list of tables: write \[\[source\]\]"),
        ("[source.clean]", "[source.clean", r"nl\.toml: not TOML: .*line 5"),
    ],
)
def test_rules_that_cannot_be_read_are_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    file = tmp_path / "nl.toml"
    file.write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_rules(file)


@pytest.mark.parametrize("selector", ["div", "div, p", "p"])
def test_selectors_on_hostile_pages_take_no_time(selector: str) -> None:
    wide = "<html><body>" + "<div><p>grain</p></div>" * 3000 + "</body></html>"
    deep = "<html><body>" + "<div>" * 3000 + "<p>grain</p>" + "</div>" * 3000 + "</body></html>"
    for source in (wide, flatten(deep)):
        begun = time.process_time()
        kept = select_source(source, SiteRules(body=selector))
        assert time.process_time() - begun < 5
        assert kept.count("grain") == source.count("grain")


@pytest.mark.parametrize("selector", ["div.x", "body", "html", "div.x, p"])
def test_the_end_of_a_body_that_a_script_writes_is_none(selector: str) -> None:
    source = (
        '<html><head><script>write("</body>")</script></head>'
        '<body><div class="x"><p>grain</p></div></body></html>'
    )
    kept = select_source(source, SiteRules(body=selector))
    page = Page(kept.encode(), "page", "text/html", NOON)
    assert clean_page(page).text == "grain"


def test_keep_puts_a_removed_line_back(run: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text(f"Share this story\n\n{statement(1)}", encoding="utf-8")
    assert "Share this story" not in run("clean", note).stdout
    assert "Share this story" in run("clean", note, "--keep", "share THIS story").stdout


def test_sites_are_shown_and_a_line_kept_for_good(run: Run, tmp_path: Path) -> None:
    records = [
        json.dumps({"url": f"https://{SITE}/{n}", "text": statement(n, FOOT)}) for n in range(20)
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(records), encoding="utf-8")
    assert run("add", "all.jsonl").returncode == 0
    assert "     20      1  norland.example" in run("sites").stdout
    assert FOOT in run("sites", SITE).stdout
    assert "Templates 1 lines" in run("status").stdout
    assert f"{FEWEST_TEXTS} documents changed" in run("index", "--reclean").stdout
    assert run("search", "harbour street", "--exit-status").returncode == 1
    kept = run("sites", SITE, "--keep", "4 Harbour Street")
    assert "(kept)" in kept.stdout
    assert "--reclean" in kept.stderr
    assert "20 documents changed" in run("index", "--reclean").stdout
    assert " of 20: passages" in run("search", "harbour street", "--all-copies").stderr
    assert run("sites", "--keep", "x").returncode == 2
