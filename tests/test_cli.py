"""The command line as people and scripts meet it: a process, its output, its status."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from searchkit.cli import COMMANDS
from tests.conftest import Run

STATEMENT = """\
Minister says the river treaty stands

“The river treaty stands,” Foreign Minister Ilva Marden of Valmora said on Monday.
She added that talks with Ostrenia would resume in the spring, and that observers
would be welcome at every lock and weir along the common border.
"""

# What could take over a terminal, a log or a reader's eye.
PAYLOADS = [
    "\x1b]0;owned\x07",
    "\x1b[2J\x1b[H",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31m",
    "\u202egnirts",
    "\u2066x\u2069",
    "back\x08space",
    "carriage\rreturn",
    "del\x7f",
    "\U000e0041\U000e0042",
]

CITATIONS = ["plain", "markdown", "bibtex", "csl"]


def record(path: Path, **fields: str) -> Path:
    path.write_text(json.dumps(fields, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def ready(run: Run, tmp_path: Path) -> Run:
    """A run with one statement added."""
    path = tmp_path / "statement.txt"
    path.write_text(STATEMENT, encoding="utf-8")
    done = run("add", path, "--source", "Valmora Foreign Ministry", "--date", "2024-03-11")
    assert (done.returncode, done.stdout) == (0, "1 added\n"), done.stderr
    return run


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_help_page_has_an_example(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert f"searchkit {command} " in done.stdout.split("Examples:")[1]


def test_help_of_the_whole(run: Run) -> None:
    done = run("-h")
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)
    assert "Examples:" in done.stdout


def test_bare_command_with_nothing_kept_ends_in_a_command(run: Run) -> None:
    done = run()
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].strip().startswith("searchkit add ")
    assert len(done.stdout.splitlines()) <= 15


def test_bare_command_when_ready(ready: Run) -> None:
    done = ready()
    assert done.returncode == 0
    assert "1 documents" in done.stdout
    assert "searchkit search" in done.stdout


def test_bare_command_when_the_index_is_missing(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "index" / "whoosh").rename(tmp_path / "elsewhere")
    done = ready()
    assert done.stdout.splitlines()[-1].strip() == "searchkit index"
    assert ready("index").returncode == 0
    assert ready("search", "river").stdout


def test_a_slip_in_a_command_gets_the_nearest(run: Run) -> None:
    done = run("serch", "x")
    assert done.returncode == 2
    assert "did you mean 'search'?" in done.stderr
    assert done.stdout == ""


def test_search_text_shows_who_when_where_and_the_words(ready: Run) -> None:
    done = ready("search", "treaties")
    assert done.returncode == 0
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith("1. Ilva Marden, Foreign Minister")
    assert "2024-03-11 · Valmora Foreign Ministry" in second
    assert "river *treaty* stands" in done.stdout
    assert "Found " in done.stderr
    assert "passages with treaties (any form)" in done.stderr


def test_search_says_when_the_speaker_is_inferred(ready: Run) -> None:
    done = ready("search", "observers")
    assert "[inferred: pronoun 'She']" in done.stdout


def test_json_has_the_schema_and_null_for_what_is_absent(ready: Run) -> None:
    done = ready("search", "observers", "--format", "json")
    answer = json.loads(done.stdout)
    assert answer["schema"] == "searchkit.results/1"
    (hit,) = answer["hits"]
    assert hit["schema"] == "searchkit.hit/1"
    assert hit["url"] is None
    assert hit["published"] == "2024-03-11"
    assert hit["published_source"] == "given"
    start, end = hit["marks"][0]
    assert hit["snippet"][start:end] == "observers"
    offset = hit["snippet_start"]
    assert hit["text"][offset + start : offset + end] == "observers"
    assert "" not in hit.values()


def test_jsonl_gives_one_hit_a_line(ready: Run) -> None:
    done = ready("search", "river OR talks", "--format", "jsonl")
    hits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))


def test_csv_is_read_back(ready: Run) -> None:
    done = ready("search", "river", "--format", "csv")
    row, *_ = csv.DictReader(io.StringIO(done.stdout, newline=""))
    assert row["speaker"] == "Ilva Marden"
    assert row["published"] == "2024-03-11"


def test_csv_cells_run_no_formula(run: Run, tmp_path: Path) -> None:
    title = '=HYPERLINK("http://evil.example")'
    run("add", record(tmp_path / "a.jsonl", title=title, text="The corridor opened on Monday."))
    done = run("search", "corridor", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(done.stdout, newline=""))
    assert row["title"] == "'" + title


def test_nothing_found_says_why_on_stderr(ready: Run) -> None:
    done = ready("search", "treety")
    assert (done.returncode, done.stdout) == (0, "")
    assert "did you mean treaty" in done.stderr
    assert ready("search", "treety", "--exit-status").returncode == 1


def test_nothing_found_because_of_a_filter(ready: Run) -> None:
    done = ready("search", "treaty", "--since", "2025")
    assert done.stdout == ""
    assert re.search(r"Without the options it finds [1-9]", done.stderr)


def test_search_without_an_archive(run: Run) -> None:
    done = run("search", "x")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "searchkit add" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_error_points_at_the_column(ready: Run) -> None:
    done = ready("search", 'treaty "river')
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].index("^") == 2 + len("treaty ")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_control_character_reaches_the_terminal(run: Run, tmp_path: Path, payload: str) -> None:
    text = f"The corridor {payload} opened, Minister Ilva {payload} Marden said."
    path = record(
        tmp_path / "a.jsonl",
        title=f"Corridor {payload} open",
        speaker=f"Ilva {payload}",
        source=f"Wire {payload}",
        url=f"https://wire.example/{payload}",
        text=text,
    )
    outputs = [run("add", path), run("search", "corridor"), run("search", payload or "x")]
    outputs += [run("status"), run("clean", path), run("clean", path, "--explain")]
    outputs.append(run("search", "corridor", "--speaker", f"Ilva {payload}"))
    for form in ("json", "jsonl", "csv"):
        outputs.append(run("search", "corridor", "--format", form))
    found = json.loads(outputs[-2].stdout.splitlines()[0])
    outputs += [run("show", found["passage_id"]), run("show", found["document_id"], "--removed")]
    outputs += [run("show", f"no{payload}such"), run(f"no{payload}such")]
    outputs += [run("show", found["document_id"], "--cite", form) for form in CITATIONS]
    outputs += [run("count", "corridor", "--by", field) for field in ("speaker", "source")]
    outputs += [run("segment", path), run("segment", path, "--format", "jsonl")]
    outputs += [run("search", "corridor", "--explain"), run("search", "corridor", "--facets")]
    outputs.append(run("batch", "-", stdin="corridor\n"))
    for done in outputs:
        shown = (done.stdout + done.stderr).replace("\r\n", "\n")
        unsafe = [c for c in shown if (ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160]
        assert not unsafe, done.args
        assert not set(shown) & set("\u202e\u2066\u2069\U000e0041\U000e0042"), done.args
        assert "Traceback" not in shown


def test_a_pipe_closed_early_is_silent(ready: Run, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": str(n), "text": f"The corridor opened, day {n}."}) for n in range(300)
    ]
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    ready("add", tmp_path / "many.jsonl")
    done = subprocess.run(
        f"{sys.executable} -m searchkit --index {tmp_path}/index search corridor -n 300"
        " --format jsonl 2>err | head -n 1",
        shell=True,
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in (tmp_path / "err").read_bytes()
    assert b"BrokenPipe" not in (tmp_path / "err").read_bytes()


def test_redirected_output_is_utf8_whatever_the_console(run: Run, tmp_path: Path) -> None:
    run("add", record(tmp_path / "a.jsonl", title="Rzecz o Łęczycy ∞", text="Korytarz otwarto."))
    done = run("search", "korytarz", PYTHONIOENCODING="cp1252", LC_ALL="C")
    assert done.returncode == 0
    assert "Łęczycy ∞" in done.stdout


def test_colour_only_where_it_is_wanted(ready: Run) -> None:
    assert "\x1b" not in ready("search", "river").stdout
    forced = ready("search", "river", FORCE_COLOR="1", NO_COLOR="")
    assert "\x1b[1;33mriver\x1b[0m" in forced.stdout


def test_show_a_passage_in_its_place(ready: Run) -> None:
    hit = json.loads(ready("search", "observers", "--format", "jsonl").stdout)
    done = ready("show", hit["passage_id"])
    assert done.returncode == 0
    assert "> Ilva Marden" in done.stdout
    assert "river treaty stands" in done.stdout
    whole = ready("show", hit["document_id"][:6])
    assert "Minister says the river treaty stands" in whole.stdout
    raw = ready("show", hit["document_id"], "--raw")
    assert raw.stdout == STATEMENT


def test_show_unknown(ready: Run) -> None:
    done = ready("show", "zzzzzz")
    assert done.returncode == 2
    assert "nothing is kept under 'zzzzzz'" in done.stderr


def test_a_changed_page_is_a_new_version(run: Run, tmp_path: Path) -> None:
    url = "https://mfa.example/1"
    run("add", record(tmp_path / "a.jsonl", url=url, text="The corridor opens on Monday."))
    again = run(
        "add",
        record(
            tmp_path / "a.jsonl", url=url + "?utm_source=x", text="The corridor opens on Friday."
        ),
    )
    assert again.stdout == "1 changed\n"
    assert run("search", "Monday").stdout == ""
    assert "Friday" in run("search", "corridor").stdout
    versions = run("show", url, "--versions")
    assert len(versions.stdout.splitlines()) == 2


def test_campaign_parameters_are_no_words(run: Run, tmp_path: Path) -> None:
    url = "https://mfa.example/1?utm_campaign=summit"
    run("add", record(tmp_path / "a.jsonl", url=url, text="The corridor opened."))
    assert run("search", "summit").stdout == ""


def test_status_and_check(ready: Run) -> None:
    status = json.loads(ready("status", "--format", "json").stdout)
    assert status["documents"] == 1
    assert status["index"]["command"] is None
    assert "Valmora Foreign Ministry" in ready("status").stdout
    done = ready("check")
    assert (done.returncode, done.stdout) == (0, "Archive and index are sound\n")


def test_check_names_damage_and_repair_mends_the_index(ready: Run, tmp_path: Path) -> None:
    (tmp_path / "index" / "whoosh" / "commit").unlink()
    broken = ready("check")
    assert broken.returncode == 1
    assert "searchkit index --rebuild" in broken.stdout
    searched = ready("search", "river")
    assert searched.returncode == 1
    assert "searchkit index --rebuild" in searched.stderr
    ready("check", "--repair")
    assert ready("check").returncode == 0
    assert ready("search", "river").stdout


def test_clean_reads_a_pipe(run: Run) -> None:
    done = run("clean", "-", stdin=STATEMENT)
    assert done.returncode == 0
    assert done.stdout.startswith("Minister says the river treaty stands\n")


def test_clean_explains_what_it_removed(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(STATEMENT + "\nShare this article:\n", encoding="utf-8")
    done = run("clean", page, "--explain")
    removed = done.stdout.split("\nRemoved: ")[1]
    assert "[share] Share this article:" in removed


def test_ctrl_c_is_told_in_a_word(ready: Run, tmp_path: Path) -> None:
    import signal
    import time

    lines = [json.dumps({"id": str(n), "text": f"Day {n}. " * 300}) for n in range(3_000)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "searchkit", "--index", "index", "add", "many.jsonl"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert ready("check").returncode == 0


def test_a_cut_passage_shows_that_it_goes_on(run: Run, tmp_path: Path) -> None:
    said = " ".join(f"The envoy named village {n} of the valley." for n in range(20))
    first, last = f"The harbour closed. {said}", f"{said} The harbour opened."
    text = f"{first}\n\n{last}"
    run("add", record(tmp_path / "a.jsonl", text=text, speaker="Ilva Marden"))
    for word, before, after in (("closed", False, True), ("opened", True, False)):
        hit = json.loads(run("search", word, "--format", "jsonl").stdout)
        end = hit["snippet_start"] + len(hit["snippet"])
        assert (hit["snippet_start"] > 0, end < len(hit["text"])) == (before, after)
        shown = run("search", word).stdout
        assert ("     … " in shown, " …\n" in shown) == (before, after)


def test_the_last_line_tells_passages_with_all_words_from_those_with_most(ready: Run) -> None:
    done = ready("search", "river treaty zeppelin")
    assert "Found 0 with all the words, and " in done.stderr
