"""Cleaning all kept pages again: only what changes costs, and a stop costs nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from searchkit.archive import Archive, open_archive
from searchkit.archive.templates import FEWEST_TEXTS
from searchkit.clean import clean_page
from searchkit.clean.rules import SiteRules
from searchkit.reclean import STEP, reclean, store_rules
from searchkit.records import Given, Page
from searchkit.segment import segment
from tests.test_sites import FOOT, NOON, SITE, add, statement


def texts_of(archive: Archive) -> dict[str, str]:
    found = {}
    for _, document_id, _, url in archive.current_captures():
        document = archive.document(document_id)
        assert document
        assert url
        found[url] = document.text
    return found


def test_unchanged_documents_cost_no_revision(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n) for n in range(20)})
        revision = archive.revision()
        assert {done.result for done in reclean(archive, "rules")} == {"unchanged"}
        assert archive.revision() == revision


def test_all_pages_lose_the_template_and_unchanged_passages_keep_their_ids(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(20)})
        first = archive.find_document(f"https://{SITE}/0")
        assert first
        before = {passage.id: passage.text for passage in archive.passages_of(first)}
        assert FOOT in texts_of(archive)[f"https://{SITE}/0"]
        results = [done.result for done in reclean(archive, "rules")]
        assert results.count("changed") == FEWEST_TEXTS
        assert not any(FOOT in text for text in texts_of(archive).values())
        assert len(archive.versions(first)) == 2
        after = {passage.id: passage.text for passage in archive.passages_of(first)}
        assert after
        assert set(after.values()) & set(before.values())
        assert all(before.get(name, text) == text for name, text in after.items())
        assert {d.result for d in reclean(archive, "rules")} == {"unchanged"}
        assert archive.check() == []


def test_the_outcome_does_not_depend_on_the_order(tmp_path: Path) -> None:
    texts = {n: statement(n, *([FOOT] if n % 3 else [])) for n in range(30)}
    outcomes = []
    for name, order in (("up", sorted(texts)), ("down", sorted(texts, reverse=True))):
        with open_archive(tmp_path / name, write=True) as archive:
            add(archive, {n: texts[n] for n in order})
            list(reclean(archive, "rules"))
            outcomes.append(texts_of(archive))
    assert outcomes[0] == outcomes[1]


def test_an_archive_that_has_counted_nothing_learns_in_the_same_run(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(20)})
        with archive._database.transaction():  # as an archive of schema 2 comes
            archive._database.run("DELETE FROM site_lines")
            archive._database.run("DELETE FROM site_pages")
            archive._database.run("DELETE FROM site_templates")
            archive._database.run("DELETE FROM sites")
        list(reclean(archive, "rules"))
        assert not any(FOOT in text for text in texts_of(archive).values())


def test_a_run_that_stops_anywhere_is_taken_up(tmp_path: Path) -> None:
    count = STEP + 20
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(count)})
    runs = 0
    while runs < 20:
        runs += 1
        with open_archive(tmp_path, write=True) as archive:
            run = reclean(archive, "rules")
            taken = [done for _, done in zip(range(STEP + 5), run, strict=False)]
            run.close()  # type: ignore[attr-defined]
            if len(taken) < STEP + 5:
                break
    assert runs == 2
    with open_archive(tmp_path) as archive:
        assert len(texts_of(archive)) == count
        assert not any(FOOT in text for text in texts_of(archive).values())
        assert archive.setting("reclean") == "null"
        assert archive.check() == []


def test_rules_of_a_site_change_its_pages_and_are_kept_in_the_archive(tmp_path: Path) -> None:
    said = statement(1).split("\n\n")
    html = "<title>Talks</title><body><div class=a>{}</div><div class=b>{}</div>".format(
        "".join(f"<p>{text}</p>" for text in said), "<p>Notes to readers of the other column.</p>"
    )
    page = Page(html.encode(), "x", "text/html", NOON, url=f"https://{SITE}/1")
    with open_archive(tmp_path, write=True) as archive:
        document = clean_page(page)
        archive.keep(archive.capture(page, Given()), document, segment(document))
        store_rules(archive, {SITE: SiteRules(body="div.b")})
        assert [d.result for d in reclean(archive, "rules")] == ["changed"]
        assert list(texts_of(archive).values()) == ["Notes to readers of the other column."]
        store_rules(archive, {SITE: SiteRules(drop=("told reporters",))})
        list(reclean(archive, "rules"))
        (text,) = texts_of(archive).values()
        assert said[0] in text
        assert said[1] not in text


def test_a_page_that_cannot_be_cleaned_any_more_stays(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {1: statement(1)})
        with archive._database.transaction():
            archive._database.run("UPDATE captures SET media_type = 'image/png'")
        (done,) = reclean(archive, "rules")
        assert done.result == "failed"
        assert "image/png" in (done.reason or "")
        assert list(texts_of(archive).values()) == [statement(1)]


def test_killed_and_run_again_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    with open_archive(tmp_path, write=True) as archive:
        add(archive, {n: statement(n, FOOT) for n in range(STEP)})
    command = [sys.executable, "-m", "searchkit", "--index", str(tmp_path), "index", "--reclean"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    with open_archive(tmp_path) as archive:
        revision = archive.revision()
        deadline = time.monotonic() + 60
        while archive.revision() < revision + 3 and time.monotonic() < deadline:
            time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait(10) == -signal.SIGKILL
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    with open_archive(tmp_path) as archive:
        assert not any(FOOT in text for text in texts_of(archive).values())
        assert max(len(archive.versions(name)) for _, name, _, _ in archive.current_captures()) == 2
        assert archive.check() == []
