"""Cleaning beside trafilatura (three modes) and readability-lxml: the same pages, one run.

    python -m tests.bench.clean [--held-out DIR] [--write]

Four sets of the measuring data: ``aeb`` (text), ``atf`` (text, title, day, authors),
``kremlin`` (text, its lead apart from it, title, day) and ``trafilatura`` (phrases that must
and must not be there).  What F1, exact, leaked and lost mean is in `tests.cleaning`.

The shipped model was trained on pages of ``aeb`` and ``atf``.  Where lightgbm is installed
(group "train"), our texts there are those of models that have not seen the page's site, made
by ``scripts/train_blocks.py --validate --write DIR`` (run here, minutes, where no DIR is
given); without it they are named as seen in training, and nothing is written.  Pages of
``trafilatura`` whose site was trained on are left out for all.

CPU time is that of this process, text and metadata together, the tools taking turns page by
page; the run fails where ours is more than that of trafilatura's default.  --write puts the
tables into docs/quality.md.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.util
import json
import logging
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import mean, median
from typing import Any
from urllib.parse import urlsplit

from searchkit.clean import clean_page
from searchkit.clean.encoding import decode_page
from searchkit.clean.html import strip_tags
from searchkit.errors import SearchkitError
from searchkit.records import Page
from tests.cleaning import score_pages
from tests.conftest import ROOT, measured
from tests.pages import COLLECTED

TRAINED_ON = ("aeb", "atf")  # of the sets scored here
TRAINING_SETS = ("wcxb", "aeb", "atf")
OTHERS = {"trafilatura": "trafilatura", "readability": "readability-lxml"}  # module: package
US, REFERENCE = "searchkit", "trafilatura, default"

DOCS = ROOT / "docs" / "quality.md"
BEGIN, END = "<!-- tests.bench.clean: begin -->\n", "<!-- tests.bench.clean: end -->\n"
MARKED = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.S)


@dataclass(frozen=True, slots=True)
class Sample:
    """One page and what is known of it; None where nothing is."""

    set: str
    key: str
    page: Page
    text: str | None = None
    title: str | None = None
    day: str | None = None
    signed: bool | None = None
    lead: str = ""  # of the text, where the truth has it apart
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Got:
    """What a tool made of a page; None where it does not look for such a thing."""

    text: str = ""
    title: str | None = None
    day: str | None = None
    signed: bool | None = None


@dataclass(slots=True)
class Run:
    """What one tool made of all pages, in their order, and the CPU seconds of each."""

    got: list[Got] = field(default_factory=list)
    took: list[float] = field(default_factory=list)


Tool = Callable[[Page], Got]


# Pages


def read_samples(folder: Path) -> list[Sample]:
    """The pages of all sets, but those of ``trafilatura`` on sites that were trained on."""
    samples = [sample for name in TRAINED_ON for sample in _news(folder / name, name)]
    samples += _official(folder / "kremlin")
    trained = {site(url) for name in TRAINING_SETS for url in _urls(folder / name)}
    return samples + [
        sample
        for sample in _phrases(folder / "trafilatura")
        if site(sample.page.url or sample.key) not in trained
    ]


def _page(path: Path, url: str | None) -> Page:
    return Page(gzip.decompress(path.read_bytes()), path.name, "text/html", COLLECTED, url=url)


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _news(folder: Path, name: str) -> Iterator[Sample]:
    for key, row in _json(folder / "ground-truth.json").items():
        page = _page(folder / "html" / f"{key}.html.gz", row["url"])
        signed = bool(row["authors"]) if "authors" in row else None
        yield Sample(name, key, page, row["articleBody"] or "", row.get("title"),
                     row.get("date"), signed)  # fmt: skip


def _official(folder: Path) -> Iterator[Sample]:
    for row in _json(folder / "expected.json"):
        page = _page(folder / f"{row['file']}.gz", row["url"])
        facts = row["title"], row["date"], None, row["lead"] or ""
        yield Sample("kremlin", row["file"], page, row["text"], *facts)


def _phrases(folder: Path) -> Iterator[Sample]:
    for row in _json(folder / "expected.json"):
        url = row["url"] if row["url"].startswith("http") else None
        page = _page(folder / "pages" / f"{row['file']}.gz", url)
        wanted, unwanted = (tuple(map(one_line, row[kind])) for kind in ("with", "without"))
        yield Sample("trafilatura", row["file"], page, wanted=wanted, unwanted=unwanted)


def _urls(folder: Path) -> Iterator[str]:
    """The addresses of a training set's pages."""
    whole = folder / "ground-truth.json"
    rows = _json(whole).values() if whole.exists() else map(_json, folder.glob("ground-truth/*"))
    yield from (row["url"] for row in rows if row.get("url"))


def site(url: str) -> str:
    """The registered domain of an address, near enough.

    >>> site("https://www.mfa.gov.uk/news"), site("https://news.example.org/1")
    ('mfa.gov.uk', 'example.org')
    """
    parts = (urlsplit(url).hostname or "").split(".")
    double = len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3
    return ".".join(parts[-3 if double else -2 :])


# Tools


def read_tools() -> dict[str, Tool]:
    """All tools by name; ends the run by name where one is not installed."""
    missing = [name for module, name in OTHERS.items() if not importlib.util.find_spec(module)]
    if missing:
        raise SystemExit(
            f"not installed: {', '.join(missing)}. Run: uv pip install --group bench --group train"
        )
    return {
        US: by_searchkit,
        "trafilatura, fast": by_trafilatura(fast=True),
        REFERENCE: by_trafilatura(),
        "trafilatura, precision": by_trafilatura(favor_precision=True),
        "readability-lxml": by_readability(),
    }


def by_searchkit(page: Page) -> Got:
    """Text and facts as they are shipped."""
    try:
        found = clean_page(page)
    except SearchkitError:
        return Got()
    return Got(found.text, found.title, found.published, bool(found.authors))


def by_trafilatura(**mode: bool) -> Tool:
    """Trafilatura in one of its modes, without readers' comments: no truth has them."""
    extract = importlib.import_module("trafilatura").bare_extraction

    def clean(page: Page) -> Got:
        found = extract(page.body, url=page.url, with_metadata=True, include_comments=False, **mode)
        if found is None:
            return Got(signed=False)
        return Got(found.text or "", found.title, found.date, bool(found.author))

    return clean


def by_readability() -> Tool:
    """readability-lxml, which gives HTML and a title; its blocks on lines of their own."""
    document = importlib.import_module("readability").Document
    unreadable = importlib.import_module("readability.readability").Unparseable

    def clean(page: Page) -> Got:
        read = document(decode_page(page.body, None)[0])
        try:
            return Got(strip_tags(read.summary(html_partial=True)), read.short_title())
        except unreadable:
            return Got()

    return clean


def run_tools(samples: Sequence[Sample], tools: dict[str, Tool]) -> dict[str, Run]:
    """Each tool on each page, one page after the other, another tool first each time."""
    runs = {name: Run() for name in tools}
    names = list(tools)
    for name in names:  # what is loaded on first use is not the page's time
        tools[name](samples[0].page)
    for number, sample in enumerate(samples):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            begun = time.process_time()
            got = tools[name](sample.page)
            runs[name].took.append(time.process_time() - begun)
            runs[name].got.append(got)
    return runs


# Pages not trained on


def held_out_texts(folder: Path, given: Path | None) -> dict[tuple[str, str], str]:
    """Texts by set and page of models that have not seen the site; none without lightgbm."""
    if given is not None:
        return _read_texts(given)
    if importlib.util.find_spec("lightgbm") is None:
        return {}
    with tempfile.TemporaryDirectory() as made:
        script = [sys.executable, str(ROOT / "scripts" / "train_blocks.py"), str(folder)]
        options = ["--validate", "--write", made]
        subprocess.run([*script, *options], check=True, stdout=subprocess.DEVNULL)
        return _read_texts(Path(made))


def _read_texts(folder: Path) -> dict[tuple[str, str], str]:
    return {
        (name, key): text
        for name in TRAINED_ON
        for key, text in _json(folder / f"{name}-model.json").items()
    }


def with_texts(samples: Sequence[Sample], run: Run, texts: dict[tuple[str, str], str]) -> list[Got]:
    """What a tool made of the pages, with other texts where there are some."""
    return [
        replace(got, text=texts.get((sample.set, sample.key), got.text))
        for sample, got in zip(samples, run.got, strict=True)
    ]


# Tables


def one_line(text: str | None) -> str:
    """A text with single spaces, "" for None."""
    return " ".join((text or "").split())


def _rate(rows: Sequence[bool]) -> str:
    return f"{mean(rows):.3f}" if rows else "–"


def text_row(samples: Sequence[Sample], got: Sequence[Got]) -> list[str]:
    """F1, exact, leaked, lost; titles, days, and authors of pages without any."""
    pairs = list(zip(samples, got, strict=True))
    score = score_pages((sample.text or "", found.text) for sample, found in pairs)
    titled = any(found.title for found in got)
    dated = any(found.day for found in got)
    titles = [one_line(f.title) == one_line(s.title) for s, f in pairs if s.title and titled]
    days = [found.day == sample.day for sample, found in pairs if sample.day and dated]
    unsigned = [f.signed for s, f in pairs if s.signed is False and f.signed is not None]
    return [
        f"{score.f1:.4f}", f"{score.exact:.3f}", f"{score.leaked:.1f}", f"{score.lost:.2f}",
        _rate(titles), _rate(days), f"{sum(unsigned)} of {len(unsigned)}" if unsigned else "–",
    ]  # fmt: skip


def phrase_row(samples: Sequence[Sample], got: Sequence[Got]) -> list[str]:
    """Shares of wanted phrases found, of unwanted ones kept, and of pages without a fault."""
    found: list[bool] = []
    kept: list[bool] = []
    whole: list[bool] = []
    for sample, page in zip(samples, got, strict=True):
        text = one_line(page.text)
        wanted = [phrase in text for phrase in sample.wanted]
        unwanted = [phrase in text for phrase in sample.unwanted]
        found += wanted
        kept += unwanted
        whole.append(all(wanted) and not any(unwanted))
    return [_rate(found), _rate(kept), _rate(whole)]


def time_rows(runs: dict[str, Run]) -> Iterator[list[str]]:
    """CPU milliseconds a page, mean and median, and the share of trafilatura's default."""
    for name, run in runs.items():
        share = sum(run.took) / sum(runs[REFERENCE].took)
        yield [name, f"{1000 * mean(run.took):.1f}", f"{1000 * median(run.took):.1f}",
               f"{share:.2f}"]  # fmt: skip


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def set_rows(
    samples: Sequence[Sample], got: dict[str, Sequence[Got]], spent: dict[str, str]
) -> Iterator[list[str]]:
    """A row for each tool on one set with texts, and again with the leads where it has some."""
    name = samples[0].set
    truths = {f"`{name}`": samples}
    if any(sample.lead for sample in samples):
        whole = [replace(s, text=f"{s.lead}\n{s.text}") for s in samples]
        truths = {f"`{name}` without leads": samples, f"`{name}` with leads": whole}
    for label, pages in truths.items():
        for tool, found in got.items():
            yield [f"{label}, {len(pages)}", tool, *text_row(pages, found), spent[tool]]


def report(samples: Sequence[Sample], runs: dict[str, Run], ours: Sequence[Got], name: str) -> str:
    """The tables, and what to know of them; ``name`` is ours on pages trained on."""
    texts: list[list[str]] = []
    phrases: list[list[str]] = []
    for kind in dict.fromkeys(sample.set for sample in samples):
        places = [n for n, sample in enumerate(samples) if sample.set == kind]
        mine = [samples[n] for n in places]
        label = {US: name} if kind in TRAINED_ON else {}
        got: dict[str, Sequence[Got]] = {}
        spent: dict[str, str] = {}
        for tool, run in runs.items():
            made = ours if tool == US else run.got
            got[label.get(tool, tool)] = [made[n] for n in places]
            spent[label.get(tool, tool)] = f"{1000 * mean(run.took[n] for n in places):.1f}"
        if kind == "trafilatura":
            phrases = [[tool, *phrase_row(mine, rows), spent[tool]] for tool, rows in got.items()]
        else:
            texts += set_rows(mine, got, spent)
    return PROSE.format(
        texts=table(TEXT_HEAD, texts),
        phrases=table(PHRASE_HEAD, phrases),
        phrase_pages=sum(sample.set == "trafilatura" for sample in samples),
        times=table(TIME_HEAD, list(time_rows(runs))),
        pages=len(samples),
    )


TEXT_HEAD = (
    "set, pages", "tool", "F1", "exact", "leaked", "lost, %", "titles", "days",
    "authors invented", "CPU, ms",
)  # fmt: skip
PHRASE_HEAD = ("tool", "wanted, found", "unwanted, kept", "pages without a fault", "CPU, ms")
TIME_HEAD = ("tool", "mean, ms", "median, ms", "of trafilatura's default")
HELD_OUT, SEEN = "searchkit, site not seen", "searchkit, PAGES SEEN IN TRAINING"
PROSE = """\
"Site not seen" has texts by models of the same making as the shipped one that were trained on
other sites; everything else is as shipped. Titles and days count where they are exact,
"authors invented" are pages without an author that are given one, CPU is that of text and
metadata together, a page, the tools taking turns. The truth of `kremlin` has the lead in a
field of its own; searchkit keeps leads as text, so it is scored both ways.

{texts}
Phrases of {phrase_pages} pages of trafilatura's own evaluation, of sites not trained on:

{phrases}
CPU time over all {pages} pages (readability reads no metadata but the title):

{times}
    python -m tests.bench.clean --write      # minutes; `make bench` installs what it needs

"""


def write_section(path: Path, section: str) -> None:
    """Put the section between its marks; all else stays.

    Raises SystemExit where the marks are missing.
    """
    text = path.read_text(encoding="utf-8")
    if not MARKED.search(text):
        raise SystemExit(f"{path}: the marks of tests.bench.clean are missing")
    path.write_text(MARKED.sub(lambda _: f"{BEGIN}{section}{END}", text), encoding="utf-8")


def main() -> int:
    """Print the tables; write them where that is asked for and nothing is missing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--held-out", type=Path, metavar="DIR")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    folder = measured("pages")
    tools = read_tools()
    logging.disable(logging.CRITICAL)  # trafilatura tells of pages that it gives up
    samples = read_samples(folder)
    texts = held_out_texts(folder, args.held_out)
    runs = run_tools(samples, tools)
    ours = with_texts(samples, runs[US], texts)
    section = report(samples, runs, ours, HELD_OUT if texts else SEEN)
    print(section)
    if args.write and not texts:
        print("not written: lightgbm is not installed. Run: uv pip install --group train")
        return 1
    if args.write:
        write_section(DOCS, section)
    if sum(runs[US].took) > sum(runs[REFERENCE].took):
        print(f"more CPU time than {REFERENCE}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
