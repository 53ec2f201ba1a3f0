"""Files to pages: good ones as they are, each bad one one clear problem, the rest goes on."""

from __future__ import annotations

import codecs
import gzip
import io
import os
import random
import resource
import socket
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from searchkit.errors import InputError
from searchkit.inflate import InflateError, inflate, open_inflated
from searchkit.inputs import files, iter_pages, read_page
from searchkit.inputs.streams import iter_stream
from searchkit.records import Page
from searchkit.sniff import _SIGNATURES, NAMES, PAGE_TYPES, bom_charset, sniff

HTML = b"<!DOCTYPE html><title>Statement</title><p>The minister spoke of grain.</p>"
TEXT = "The minister spoke of grain: «полезно».".encode()
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
RECORD = b'{"text": "The minister spoke of grain."}'
MIB = 1 << 20


def pages_of(target: Path | str) -> tuple[list[Page], list[InputError]]:
    found = list(iter_pages(str(target)))
    pages = [p for p in found if isinstance(p, Page)]
    return pages, [p for p in found if isinstance(p, InputError)]


def stream_of(data: bytes, origin: str = "x") -> tuple[list[Page], list[InputError]]:
    found = list(iter_stream(io.BytesIO(data), origin))
    pages = [p for p in found if isinstance(p, Page)]
    return pages, [p for p in found if isinstance(p, InputError)]


# Good things


@pytest.mark.parametrize(
    ("name", "body", "media_type"),
    [
        ("a.html", HTML, "text/html"),
        ("a.txt", HTML, "text/html"),
        ("a", b"\n\n  <html lang=en>", "text/html"),
        ("a.htm", b"Words without a tag", "text/html"),
        ("a.xhtml", b'<?xml version="1.0"?>\n<html xmlns="x">', "application/xhtml+xml"),
        ("a.txt", TEXT, "text/plain"),
        ("a.md", b"# A statement", "text/plain"),
        ("a.txt", b"[In Russian] Good day", "text/plain"),
        ("a.txt", b"[[Category]] {{template}}", "text/plain"),
        ("a.txt", PDF, "application/pdf"),
        ("a.html", PDF, "application/pdf"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.txt", "Déclaration".encode("latin-1"), "text/plain"),
        ("a.txt", "Заявление".encode("koi8-r"), "text/plain"),
        ("a.html", HTML.replace(b"grain", b"gr\x0b\x02ain"), "text/html"),
        ("a.html.gz", gzip.compress(HTML), "text/html"),
        ("a.txt", gzip.compress(TEXT), "text/plain"),
        ("a", RECORD, "application/json"),
        ("a.json", RECORD, "application/json"),
        ("a.json", b'\xef\xbb\xbf{\n  "text":\n  "grain"\n}\n', "application/json"),
    ],
)
def test_bytes_tell_what_a_file_is(tmp_path: Path, name: str, body: bytes, media_type: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    pages, problems = pages_of(path)
    assert not problems
    assert [p.media_type for p in pages] == [media_type]
    unpacked = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    assert pages[0].body.strip() == unpacked.removeprefix(codecs.BOM_UTF8).strip()


@pytest.mark.parametrize(
    ("encoding", "charset"), [("utf-16", "utf-16"), ("utf-32", "utf-32"), ("utf-8-sig", "utf-8")]
)
@pytest.mark.parametrize("text", ["<!DOCTYPE html><p>Заявление", "Заявление"])
def test_a_byte_order_mark_tells_the_encoding(
    tmp_path: Path, encoding: str, charset: str, text: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    (page,), problems = pages_of(path)
    assert not problems
    assert page.charset == charset
    assert page.media_type == ("text/html" if text.startswith("<") else "text/plain")


def test_a_file_is_dated_by_the_reading_not_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT)
    os.utime(path, (0, 0))
    before = datetime.now(UTC)
    page = read_page(str(path))
    assert isinstance(page, Page)
    assert before <= page.fetched_at <= datetime.now(UTC)
    assert page.origin == str(path)
    assert page.url is None


def test_json_lines_are_one_page_each(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + RECORD + b"\r\n\n  \n" + RECORD + b"\n" + RECORD)
    pages, problems = pages_of(path)
    assert not problems
    assert [p.origin for p in pages] == [f"{path}:1", f"{path}:4", f"{path}:5"]
    assert {p.body for p in pages} == {RECORD}


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl.gz", "a.json", "a.txt", "a"])
def test_json_lines_go_by_many_names(tmp_path: Path, name: str) -> None:
    data = (RECORD + b"\n") * 3
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    pages, problems = pages_of(tmp_path / name)
    assert not problems
    assert [p.origin.rpartition(":")[2] for p in pages] == ["1", "2", "3"]


def test_a_folder_is_walked_in_the_order_of_names(tmp_path: Path) -> None:
    names = ["b/2.txt", "b/1.txt", "a.txt", "c/d/e.html", "Z.txt"]
    unwanted = [".git/x.txt", ".hidden.txt", "c/.svn/y.txt", "CVS/Root", "c/_darcs/z"]
    unwanted += ["b/style.css", "b/app.JS", "b/logo.png", "b/font.woff2"]
    for name in names + unwanted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(TEXT)
    pages, problems = pages_of(tmp_path)
    assert not problems
    wanted = ["Z.txt", "a.txt", "b/1.txt", "b/2.txt", "c/d/e.html"]
    assert [p.origin for p in pages] == [str(tmp_path / name) for name in wanted]


def test_what_is_hidden_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/.a.txt").write_bytes(TEXT)
    (tmp_path / ".hidden/style.css").write_bytes(TEXT)
    assert len(pages_of(tmp_path / ".hidden/.a.txt")[0]) == 1
    assert len(pages_of(tmp_path / ".hidden/style.css")[0]) == 1
    monkeypatch.chdir(tmp_path / ".hidden")
    (tmp_path / ".hidden/b.txt").write_bytes(TEXT)
    assert [p.origin for p in pages_of(".")[0]] == ["./b.txt"]


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.txt").write_bytes(TEXT)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(pages_of(tmp_path / "link")[0]) == 1
    assert len(pages_of(tmp_path / "link/a.txt")[0]) == 1


def test_a_link_inside_the_folder_gives_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    pages, problems = pages_of(tmp_path)
    assert (len(pages), problems) == (1, [])


@pytest.mark.parametrize("name", ["a\nb.txt", "a\x1b[2Jb.txt", "-rf.txt", "a b'\".txt", "é.txt"])
def test_odd_names_stay_true(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(TEXT)
    assert [p.origin for p in pages_of(tmp_path)[0]] == [str(tmp_path / name)]


def test_a_name_that_is_no_utf_8_is_spelt_out(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"d\xe9claration.txt")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(TEXT)
    (page,), problems = pages_of(tmp_path)
    assert not problems
    assert page.origin == str(tmp_path / "d\\xe9claration.txt")
    page.origin.encode("utf-8")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    for data, origins in [
        (HTML, ["stdin"]),
        (PDF, ["stdin"]),
        (gzip.compress(TEXT), ["stdin"]),
        ((RECORD + b"\n") * 2, ["stdin:1", "stdin:2"]),
    ]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        pages, problems = pages_of("-")
        assert not problems
        assert [p.origin for p in pages] == origins


def test_standard_input_from_a_slow_pipe() -> None:
    script = "from searchkit.inputs import iter_pages; print([p.origin for p in iter_pages('-')])"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        for byte in RECORD + b"\n" + RECORD:
            process.stdin.write(bytes([byte]))
            process.stdin.flush()
        assert process.communicate(timeout=10)[0] == b"['stdin:1', 'stdin:2']\n"


def test_read_page_takes_one(tmp_path: Path) -> None:
    one, many = tmp_path / "a.html", tmp_path / "a.jsonl"
    one.write_bytes(HTML)
    many.write_bytes((RECORD + b"\n") * 2)
    assert isinstance(read_page(str(one)), Page)
    for target, words in [(many, "searchkit add"), (tmp_path / "no", "no such file")]:
        problem = read_page(str(target))
        assert isinstance(problem, InputError)
        assert words in problem.reason
    (tmp_path / "empty").mkdir()
    assert isinstance(read_page(str(tmp_path / "empty")), InputError)


# Bad things: each gives one problem, beside two good files that are taken


def zip_file(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../escaped.txt", TEXT)


def tar_file(path: Path) -> None:
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as archive:
        archive.add(__file__, "/etc/escaped.txt")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def unix_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket has at most 108 bytes
    try:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(path.name)
    finally:
        os.chdir(here)


def sparse(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.write(b"Words. " * 2000)
            file.truncate(size)

    return make


BAD: dict[str, tuple[str, bytes | Callable[[Path], None], str]] = {
    "empty": ("m.txt", b"", "is empty"),
    "empty json lines": ("m.jsonl", b"", "is empty"),
    "empty gzip": ("m.txt.gz", gzip.compress(b""), "is empty"),
    "png": ("m.html", PNG, "looks like PNG"),
    "jpeg": ("m.txt", b"\xff\xd8\xff\xe0\0\x10JFIF", "looks like JPEG"),
    "gif": ("m", b"GIF89a\1\0\1\0", "looks like GIF"),
    "webp": ("m", b"RIFF\1\0\0\0WEBPVP8 ", "looks like WebP"),
    "garbage": ("m.html", random.Random(1).randbytes(5000), "looks like binary data"),
    "controls without a zero": ("m.txt", bytes(range(1, 32)) * 40, "looks like binary data"),
    "zero byte": ("m.txt", b"Words\0 and words", "looks like binary data"),
    "zero byte far inside": ("m.txt", b"Words " * 9000 + b"\0", "looks like binary data"),
    "utf-16 without a mark": ("m.txt", "Words".encode("utf-16-le"), "looks like binary data"),
    "zip": ("m.zip", zip_file, "a ZIP archive (or an office document). Unpack it"),
    "zip named html": ("m.html", zip_file, "a ZIP archive"),
    "tar": ("m.tar", tar_file, "a tar archive. Unpack it"),
    "tar.gz": ("m.tar.gz", tar_file, "a tar archive. Unpack it"),
    "7z": ("m.7z", b"7z\xbc\xaf\x27\x1c\0\4", "a 7z archive. Unpack it"),
    "bzip2": ("m.jsonl.bz2", b"BZh91AY&SY", "bzip2 data. Decompress it first"),
    "xz": ("m.jsonl", b"\xfd7zXZ\x00\0\4", "xz data"),
    "zstd": ("m.warc.zst", b"\x28\xb5\x2f\xfd\4\0", "Zstandard data. Decompress it"),
    "old word": ("m.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "an old office document"),
    "rtf": ("m.rtf", b"{\\rtf1\\ansi Words}", "looks like RTF"),
    "program": ("m", b"\x7fELF\2\1\1", "looks like a program"),
    "database": ("m.db", b"SQLite format 3\0\x10\0", "an SQLite database"),
    "feed": ("m.xml", b'<?xml version="1.0"?><rss version="2.0">', "XML (a feed, perhaps)"),
    "mhtml": ("m.mhtml", b"From: <Saved by Blink>\r\nSubject: x", "Save the page as HTML"),
    "gzip twice": ("m.txt.gz", gzip.compress(gzip.compress(TEXT)), "compressed twice"),
    "gzip cut": ("m.txt.gz", gzip.compress(TEXT)[:-9], "ends too early"),
    "gzip damaged": ("m.html.gz", gzip.compress(HTML)[:-8] + b"\0" * 8, "damaged"),
    "gzip and more": ("m.txt.gz", gzip.compress(TEXT) + b"junk", "something else after"),
    "gzip bomb": ("m.txt.gz", gzip.compress(b"a" * (40 * MIB)), "over 200 times its size"),
    "too large": ("m.txt", sparse(33 * MIB), "larger than 32 MiB"),
    "json array": ("m.json", b'[{"text": "a"}]', "jq -c"),
    "json array as lines": ("m.jsonl", b'[\n{"text": "a"},\n{"text": "b"}\n]', "jq -c"),
    "json array unnamed": ("m", b'[{"text": "a"}]', "jq -c"),
    "json cut": ("m.jsonl", RECORD[:-3], "not JSON at column"),
    "json wrong": ("m.json", b'{\n  "text": grain\n}', "line 2, column 11"),
    "json number": ("m.jsonl", b"5", "one JSON object"),
    "json deep": ("m.jsonl", b'{"a":' + b"[" * 100_000, "nested too deeply"),
    "json digits": ("m.jsonl", b'{"a": ' + b"1" * 5000 + b"}", "too many digits"),
    "json latin-1": ("m.jsonl", b'{"text": "d\xe9"}', "not UTF-8 at byte 12"),
    "json surrogate": ("m.jsonl", b'{"text": "a\\ud800b"}', "lone surrogate) in 'text'"),
    "json surrogate deep": ("m.jsonl", b'{"a": [{"\\udfff": 1}]}', "lone surrogate) in 'a'"),
    "json as pdf": ("m.jsonl", PDF, "not JSON: looks like"),
    "pipe": ("m.txt", pipe, "a named pipe, not a file"),
    "socket": ("m.txt", unix_socket, "a socket or a device, not a file"),
    "link to nothing": ("m.txt", lambda p: p.symlink_to("nowhere"), "a link to nothing"),
    "link in a circle": ("m.txt", lambda p: p.symlink_to("m.txt"), "a loop of links"),
    "link to its folder": ("m", lambda p: p.symlink_to("."), "a folder it stands in"),
    "link out": ("m", lambda p: p.symlink_to("/etc"), "out of the folder, not followed"),
    "link to a device": ("m", lambda p: p.symlink_to("/dev/zero"), "out of the folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_thing_costs_itself_and_one_line(tmp_path: Path, case: str) -> None:
    name, content, words = BAD[case]
    (tmp_path / "a.txt").write_bytes(TEXT)
    (tmp_path / "z.html").write_bytes(HTML)
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        content(tmp_path / name)
    pages, problems = pages_of(tmp_path)
    assert [p.origin for p in pages] == [str(tmp_path / "a.txt"), str(tmp_path / "z.html")]
    assert len(problems) == 1
    assert words in problems[0].reason
    assert problems[0].origin.partition(":")[0] == str(tmp_path / name)
    assert "\n" not in problems[0].reason
    assert len(problems[0].reason) < 200


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere.txt", "no such file"),
        ("www.mfa.example/press", "https://www.mfa.example/press"),
        ("mfa.example/press/1", "https://mfa.example/press/1"),
        ("a\0b", "cannot be the name of a file"),
        ("a" * 300, "the name is too long"),
        ("", "no such file"),
        ("/dev/zero", "a device, not a file"),
        ("/dev/null", "a device, not a file"),
    ],
)
def test_a_target_that_cannot_be_read(target: str, words: str) -> None:
    pages, problems = pages_of(target)
    assert not pages
    assert len(problems) == 1
    assert words in problems[0].reason
    problems[0].origin.encode("utf-8")


@pytest.mark.parametrize("make", [pipe, unix_socket])
def test_a_pipe_that_is_named_does_not_block(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "m")
    done = threading.Event()
    found: list[InputError] = []

    def read() -> None:
        found.extend(pages_of(tmp_path / "m")[1])
        done.set()

    threading.Thread(target=read, daemon=True).start()
    assert done.wait(5)
    assert len(found) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="everything may be read by root")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "m.txt").write_bytes(TEXT)
    (tmp_path / "m.txt").chmod(0)
    (tmp_path / "n").mkdir(mode=0)
    _, problems = pages_of(tmp_path)
    assert [p.reason for p in problems] == ["cannot be read: permission denied"] * 2


def test_a_refusal_of_the_system_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as above, also where the tests run as root."""
    for name in ("a.txt", "m.txt", "z.txt"):
        (tmp_path / name).write_bytes(TEXT)
    really_open = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("m.txt"):
            raise PermissionError(13, "Permission denied")
        return really_open(path, flags)

    monkeypatch.setattr(os, "open", refuse)
    pages, problems = pages_of(tmp_path)
    assert len(pages) == 2
    assert [p.reason for p in problems] == ["cannot be read: permission denied"]


def test_files_that_go_away_while_reading(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "c/d.txt", "e.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(TEXT)
    found = iter_pages(str(tmp_path))
    first = next(found)
    (tmp_path / "b.txt").unlink()
    (tmp_path / "c/d.txt").unlink()
    (tmp_path / "c").rmdir()
    rest = list(found)
    assert isinstance(first, Page)
    assert [type(p).__name__ for p in rest] == ["InputError", "InputError", "Page"]
    assert {p.reason for p in rest if isinstance(p, InputError)} == {"no such file"}


def test_an_error_of_the_disk_costs_one_file(tmp_path: Path) -> None:
    class Failing(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        list(iter_stream(Failing(), "m.txt"))
    assert files.os_reason(OSError(5, "Input/output error")) == "cannot be read: input/output error"


def test_bad_lines_cost_themselves(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [RECORD, b"{", RECORD, b"[1]", b"nonsense", b"\xff", RECORD, b'"words"']
    path.write_bytes(b"\n".join(lines))
    pages, problems = pages_of(path)
    assert [p.origin for p in pages] == [f"{path}:{n}" for n in (1, 3, 7)]
    assert [p.origin for p in problems] == [f"{path}:{n}" for n in (2, 4, 5, 6, 8)]


def test_lines_before_a_cut_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    lines = b"".join(b'{"text": "%d"}\n' % random.Random(n).getrandbits(999) for n in range(2000))
    packed = gzip.compress(lines)
    path.write_bytes(packed[: len(packed) // 2])
    pages, problems = pages_of(path)
    assert 900 < len(pages) < 1100
    assert b"".join(p.body + b"\n" for p in pages) == lines[: sum(len(p.body) + 1 for p in pages)]
    assert [p.origin for p in problems] == [f"{path}:{len(pages) + 1}"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc to ask for memory")
def test_a_line_of_50_megabytes_costs_itself_and_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(RECORD + b'\n{"text": "')
        for _ in range(50):
            file.write(b"a" * MIB)
        file.write(b'"}\n' + RECORD)
    script = (
        "import pathlib, re, sys; from searchkit.inputs import iter_pages\n"
        "for p in iter_pages(sys.argv[1]): print(getattr(p, 'reason', p.origin[-2:]))\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, path], check=True, capture_output=True, text=True
    )
    *told, rss_mib = run.stdout.splitlines()
    assert told == [":1", "the line is longer than 32 MiB", ":3"]
    assert int(rss_mib) < 128


# Web archives


def warc(
    *records: tuple[str, str, bytes, dict[str, str]], packed: bool = True, status: str = "200 OK"
) -> bytes:
    """Write records (type, URL, body, HTTP headers) with warcio."""
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=packed)
    written = [writer.create_warcinfo_record("a.warc", {"software": "a test"})]
    for kind, url, body, headers in records:
        http = None
        if kind == "response":
            http = StatusAndHeaders(status, list(headers.items()), protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            http_headers=http,
            warc_content_type="" if http else headers.get("Content-Type", ""),
            warc_headers_dict={"WARC-Date": "2024-03-11T10:00:00Z"},
        )
        written.append(record)
    for record in written:
        writer.write_record(record)
        record.raw_stream.close()  # warcio leaves its temporary file open
    return file.getvalue()


def response(n: int, body: bytes = HTML, **headers: str) -> tuple[str, str, bytes, dict[str, str]]:
    named = {"Content-Type": "text/html; charset=UTF-8"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return "response", f"https://mfa.example/press/{n}", body, named


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "a"])
def test_a_web_archive_gives_its_pages(tmp_path: Path, packed: bool, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(
        warc(
            response(1, Set_Cookie="CANARY"),
            response(2, PDF, Content_Type="application/pdf"),
            response(3, PNG, Content_Type="image/png"),
            response(4, b"a {}", Content_Type="text/css"),
            ("response", "https://mfa.example/robots.txt", b"User-agent: *", {}),
            ("response", "dns:mfa.example", b"", {}),
            ("resource", "https://mfa.example/5", TEXT, {"Content-Type": "text/plain"}),
            ("request", "https://mfa.example/5", b"GET /5 HTTP/1.1\r\n\r\n", {}),
            ("metadata", "https://mfa.example/5", b"a: b", {"Content-Type": "text/plain"}),
            packed=packed,
        )
    )
    pages, problems = pages_of(path)
    assert not problems
    assert [(p.url, p.media_type, p.body, p.status, p.charset) for p in pages] == [
        ("https://mfa.example/press/1", "text/html", HTML, 200, "utf-8"),
        ("https://mfa.example/press/2", "application/pdf", PDF, 200, None),
        ("https://mfa.example/5", "text/plain", TEXT, None, None),
    ]
    assert {p.fetched_at for p in pages} == {datetime(2024, 3, 11, 10, tzinfo=UTC)}
    assert pages[0].origin == f"{path}:https://mfa.example/press/1"
    assert "CANARY" not in repr(pages)


def test_the_same_pages_as_warcio_reads() -> None:
    """Real pages, in the codings servers use, against the reader of the standard's library."""
    random_text = random.Random(7)
    bodies = [
        b"<html>" + bytes(random_text.choices(b"abc \n", k=random_text.randrange(1, 200_000)))
        for _ in range(40)
    ]
    records = []
    for n, body in enumerate(bodies):
        coding = ["", "gzip", "deflate"][n % 3]
        packed = body
        if coding:
            packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
        headers = {"Content_Encoding": coding} if coding else {}
        if n % 2:
            headers["Transfer_Encoding"] = "chunked"
            packed = b"".join(
                b"%x\r\n%s\r\n" % (len(packed[i : i + 999]), packed[i : i + 999])
                for i in range(0, len(packed), 999)
            )
            packed += b"0\r\n\r\n"
        records.append(response(n, packed, **headers))
    for form in (True, False):
        data = warc(*records, packed=form)
        pages, problems = stream_of(data)
        theirs = [
            record.content_stream().read()
            for record in ArchiveIterator(io.BytesIO(data))
            if record.rec_type == "response"
        ]
        assert not problems
        assert [p.body for p in pages] == theirs == bodies


def test_an_archive_in_one_gzip_member_is_read() -> None:
    pages, problems = stream_of(gzip.compress(warc(response(1), response(2), packed=False)))
    assert (len(pages), problems) == (2, [])


@pytest.mark.parametrize("status", ["301 Moved", "404 Not Found", "503 Busy", "101 x"])
def test_error_pages_are_no_statements(status: str) -> None:
    assert stream_of(warc(response(1), status=status)) == ([], [])


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("packed", [True, False])
def test_an_archive_cut_short_is_noticed(packed: bool, keep: float) -> None:
    body = b"<html>" + random.Random(3).randbytes(3000).hex().encode()
    data = warc(*(response(n, body) for n in range(20)), packed=packed)
    pages, problems = stream_of(data[: int(len(data) * keep)])
    assert 0 < len(pages) < 20
    assert all(p.body == body for p in pages)
    assert len(problems) == 1
    assert "truncated" in problems[0].reason


def plain_record(head: bytes, block: bytes) -> bytes:
    return b"WARC/1.0\r\n" + head + b"\r\n\r\n" + block + b"\r\n\r\n"


HTTP_BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
TARGET = b"WARC-Type: response\r\nWARC-Target-URI: https://mfa.example/m\r\n"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (plain_record(TARGET + b"Content-Length: many", HTTP_BLOCK), "no usable Content-Length"),
        (plain_record(TARGET + b"Content-Length: -5", HTTP_BLOCK), "no usable Content-Length"),
        (plain_record(TARGET + b"X: y", HTTP_BLOCK), "no usable Content-Length"),
        (plain_record(TARGET + b"Content-Length: 3", HTTP_BLOCK), "holds no HTTP response"),
        (b"nonsense\r\n\r\n", "no WARC record where one should begin"),
        (plain_record(TARGET + b"X: " + b"y" * 100_000, HTTP_BLOCK), "headers of more than 64 KiB"),
        (plain_record(TARGET + b"X: y\r\n" * 20_000, HTTP_BLOCK), "headers of more than 64 KiB"),
        (plain_record(TARGET + b"Content-Length: 5", b"SSH-2"), "holds no HTTP response"),
    ],
)
def test_a_damaged_record_costs_itself(record: bytes, words: str) -> None:
    good = warc(response(1), packed=False)
    pages, problems = stream_of(good + record + good, "a.warc")
    assert [p.body for p in pages] == [HTML, HTML]
    assert words in problems[0].reason
    assert len(problems) <= 2


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (response(7, gzip.compress(bytes(40 * MIB)), Content_Encoding="gzip"), "unpacks to over"),
        (response(7, b"\x1f\x8b\x08damaged", Content_Encoding="gzip"), "gzip data"),
        (response(7, b"\0\1\2\3", Content_Encoding="br"), "'br' is not supported"),
        (response(7, b"\0\1\2\3", Content_Encoding="gzip, gzip"), "not supported"),
        (response(7, PNG), "looks like PNG"),
        (response(7, b"<html>" + bytes(33 * MIB)), "larger than 32 MiB"),
    ],
)
def test_a_bad_body_costs_itself(
    record: tuple[str, str, bytes, dict[str, str]], words: str
) -> None:
    packed = len(record[2]) < MIB  # else the ratio of the file itself is that of a bomb
    pages, problems = stream_of(warc(response(1), record, response(2), packed=packed))
    assert [p.url for p in pages if p.url] == [f"https://mfa.example/press/{n}" for n in (1, 2)]
    assert len(problems) == 1
    assert words in problems[0].reason
    assert problems[0].origin == "x:https://mfa.example/press/7"


def test_headers_over_a_plain_body_are_forgiven() -> None:
    """Some writers keep the server's headers over a body that they have unpacked."""
    record = response(1, Content_Encoding="gzip", Transfer_Encoding="chunked")
    pages, problems = stream_of(warc(record))
    assert not problems
    assert [p.body for p in pages] == [HTML]


def test_a_date_ahead_or_missing_is_now() -> None:
    for date in (b"2999-01-01T00:00:00Z", b"yesterday", b""):
        head = TARGET + b"WARC-Date: " + date + b"\r\nContent-Length: %d" % len(HTTP_BLOCK)
        (page,), _ = stream_of(plain_record(head, HTTP_BLOCK))
        assert abs((datetime.now(UTC) - page.fetched_at).total_seconds()) < 60


def test_a_bomb_in_a_web_archive_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    big = plain_record(TARGET + b"Content-Length: 300000000", HTTP_BLOCK + bytes(200 * MIB))
    path.write_bytes(warc(response(1)) + gzip.compress(big))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    pages, problems = pages_of(path)
    assert time.process_time() - start < 2
    assert (len(pages), len(problems)) == (1, 1)
    assert "over 200 times" in problems[0].reason
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


# Laws


@settings(max_examples=300)
@given(st.binary(max_size=600), st.sampled_from(["m", "m.jsonl", "m.json", "m.html", "m.gz"]))
def test_any_bytes_give_pages_or_problems(data: bytes, name: str) -> None:
    for body in (data, b"WARC/1.0\r\n" + data, b"\x1f\x8b\x08" + data, b"{" + data):
        for found in iter_stream(io.BytesIO(body), name):
            assert isinstance(found, Page | InputError)


@settings(max_examples=200)
@given(st.integers(0, 2000), st.integers(0, 255))
def test_a_web_archive_with_one_wrong_byte(place: int, byte: int) -> None:
    data = bytearray(warc(response(1), response(2), packed=False))
    data[place % len(data)] = byte
    pages, problems = stream_of(bytes(data))
    assert len(pages) <= 2
    assert len(problems) <= 3


@given(st.binary(max_size=5000), st.integers(1, 5))
def test_inflating_undoes_deflating(data: bytes, members: int) -> None:
    packed = gzip.compress(data) * members
    assert inflate(packed, "gzip", 1 << 20) == data * members
    assert open_inflated(io.BytesIO(packed + bytes(100))).read() == data * members
    assert inflate(zlib.compress(data), "deflate", 1 << 20) == data


@given(st.binary(min_size=1, max_size=3000), st.data())
def test_a_cut_stream_is_never_taken_for_whole(data: bytes, choose: st.DataObject) -> None:
    packed = gzip.compress(data)
    cut = choose.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(InflateError) as caught:
        inflate(packed[:cut], "gzip", 1 << 20)
    assert caught.value.reason == "truncated"


def test_the_size_is_bounded_while_inflating() -> None:
    data = random.Random(5).randbytes(3 * MIB)
    assert inflate(gzip.compress(data), "gzip", 3 * MIB) == data
    with pytest.raises(InflateError, match="more than 2 MiB") as caught:
        inflate(gzip.compress(data), "gzip", 2 * MIB)
    assert caught.value.reason == "too_large"


def test_every_signature_has_a_name() -> None:
    types = {media_type for *_, media_type in _SIGNATURES} - PAGE_TYPES
    assert types <= set(NAMES)


@given(st.binary(max_size=300))
def test_sniffing_never_fails(data: bytes) -> None:
    assert sniff(data) in PAGE_TYPES | set(NAMES)
    assert bom_charset(data) in {None, "utf-8", "utf-16", "utf-32"}
