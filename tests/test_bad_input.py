"""Thirty bad inputs in one ``add``: a clear line each, and the rest goes on."""

from __future__ import annotations

import gzip
import json
import os
import socket
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Run

MIB = 1 << 20


def long_line(path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.write('{"text": "' + "word " * 10 * MIB + '"}\n')


def gzip_bomb(path: Path) -> None:
    with gzip.open(path, "wb", compresslevel=9) as out:
        for _ in range(200):
            out.write(bytes(MIB))


def cut_gzip(path: Path) -> None:
    whole = gzip.compress(b"The corridor opened on Monday. " * 1_000)
    path.write_bytes(whole[: len(whole) // 2])


def unreadable(path: Path) -> None:
    path.write_text("secret", encoding="utf-8")
    path.chmod(0)


def unix_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


Maker = Callable[[Path], object]
BAD: dict[str, Maker] = {
    "empty.txt": lambda p: p.write_bytes(b""),
    "blank.txt": lambda p: p.write_text(" \n\n \t\n"),
    "picture.html": lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20),
    "noise.txt": lambda p: p.write_bytes(bytes(range(256)) * 64),
    "nul.txt": lambda p: p.write_bytes(b"The corridor\0 opened\0 on Monday."),
    "program": lambda p: p.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(4_096)),
    "broken.pdf": lambda p: p.write_bytes(b"%PDF-1.7\nno more than a beginning"),
    "cut.txt.gz": cut_gzip,
    "bomb.txt.gz": gzip_bomb,
    "twice.txt.gz": lambda p: p.write_bytes(gzip.compress(gzip.compress(b"The corridor opened."))),
    "raw.gz": lambda p: p.write_bytes(zlib.compress(b"not gzip")),
    "pages.zip": lambda p: p.write_bytes(b"PK\x03\x04" + bytes(64)),
    "pages.tar": lambda p: p.write_bytes(bytes(257) + b"ustar\x0000" + bytes(512)),
    "feed.xml": lambda p: p.write_text('<?xml version="1.0"?><rss version="2.0"></rss>'),
    "wrong.jsonl": lambda p: p.write_text('{"text": "cut'),
    "array.jsonl": lambda p: p.write_text('[{"text": "The corridor opened."}]'),
    "number.jsonl": lambda p: p.write_text("42\n"),
    "untexted.jsonl": lambda p: p.write_text('{"title": "No text"}\n'),
    "typed.jsonl": lambda p: p.write_text('{"text": ["a", "list"]}\n'),
    "titled.jsonl": lambda p: p.write_text('{"text": "The corridor opened.", "title": 7}\n'),
    "emptied.jsonl": lambda p: p.write_text('{"text": ""}\n'),
    "surrogate.jsonl": lambda p: p.write_text('{"text": "The corridor \\ud800 opened."}\n'),
    "deep.jsonl": lambda p: p.write_text('{"text": ' + "[" * 100_000 + "\n"),
    "huge-number.jsonl": lambda p: p.write_text('{"id": ' + "9" * 10_000 + ', "text": "x y"}\n'),
    "long.jsonl": long_line,
    "empty.html": lambda p: p.write_text("<html><head><title>x</title></head><body></body></html>"),
    "script.html": lambda p: p.write_text("<html><script>document.write('hello')</script></html>"),
    "pipe": lambda p: os.mkfifo(p),
    "socket": unix_socket,
    "loop": lambda p: p.symlink_to(p),
    "dangling.txt": lambda p: p.symlink_to("nowhere"),
    "cut.warc.gz": lambda p: p.write_bytes(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n")),
}
NOT_AS_ROOT: dict[str, Maker] = {"unreadable.txt": unreadable}


def test_each_bad_input_gets_one_line_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    makers = BAD if os.geteuid() == 0 else BAD | NOT_AS_ROOT
    for name, make in makers.items():
        make(folder / name)
    targets = []
    for number, name in enumerate(makers):
        good = folder / f"good{number}.txt"
        good.write_text(f"The corridor opened on day {number} of the month.", encoding="utf-8")
        targets += [folder / name, good]
    done = run("add", *targets, folder / "missing.txt")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    refused = [line for line in done.stderr.splitlines() if line.startswith("Refused ")]
    for name in [*makers, "missing.txt"]:
        about = [line for line in refused if f"/in/{name}:" in line]
        assert len(about) == 1, (name, about, done.stderr)
        assert len(about[0]) < 400
    assert len(refused) == len(makers) + 1
    assert done.stdout == f"{len(makers)} added, {len(refused)} refused\n"
    assert f"Found 10 of {len(makers)}" in run("search", "corridor").stderr
    assert run("check").returncode == 0


def test_a_folder_that_holds_itself_ends(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deeper").mkdir(parents=True)
    (folder / "deeper" / "up").symlink_to(folder)
    (folder / "one.txt").write_text("The corridor opened on Monday.", encoding="utf-8")
    done = run("add", folder)
    assert done.stdout.startswith("1 added")
    assert "Traceback" not in done.stderr


def test_three_hundred_nested_divs_lose_nothing(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "deep.html"
    words = "The corridor opened on Monday, the minister said in the harbour. " * 5
    page.write_text(
        "<html><body>" + "<div>" * 3_000 + f"<p>{words}&#27;</p>" + "</div>" * 3_000, "utf-8"
    )
    assert run("add", page).stdout == "1 added\n"
    assert "corridor" in run("search", "harbour").stdout


@pytest.mark.parametrize("name", ["esc\x1b[2J.txt", "two\nlines.txt", "-n.txt", "ü\u202e.txt"])
def test_odd_file_names(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"")
    done = run("add", tmp_path / "in")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert not {"\x1b", "\u202e"} & set(done.stderr)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["add"], 2),
        (["add", "x", "--date", "soon"], 2),
        (["search", ""], 2),
        (["search", "x", "--since", "soon"], 2),
        (["search", "x", "--country", "Nowhereland"], 2),
        (["search", "x", "--kind", "gossip"], 2),
        (["search", "x", "-n", "-1"], 2),
        (["search", "("], 2),
        (["search", "a" * 9_000], 2),
        (["show", "x"], 2),
        (["clean", "/nowhere/at/all"], 1),
        (["clean", "ftp://mfa.example/x"], 1),
        (["add", "http://127.0.0.1:9/"], 1),
        (["--index", "/dev/null/x", "search", "x"], 1),
        (["--index", "/proc/nowhere", "add", "x"], 1),
    ],
)
def test_wrong_usage_is_told_in_a_line_or_two(
    run: Run, tmp_path: Path, arguments: list[str], status: int
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "The corridor opened."}), encoding="utf-8")
    run("add", path)
    done = run(*arguments)
    assert done.returncode == status, done.stderr
    assert done.stdout in ("", "1 refused\n")
    assert done.stderr
    assert len(done.stderr.splitlines()) <= 4
    assert "Traceback" not in done.stderr
