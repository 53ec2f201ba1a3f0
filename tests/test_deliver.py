"""Targets read, checked and shown; files, stdout, commands and services; rendering."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searchkit import deliver
from searchkit.deliver import (
    Message,
    check_target,
    files,
    read_message,
    redact,
    render_html,
    render_json,
    render_text,
    send,
)
from searchkit.errors import DeliveryError, UsageError
from tests.deliveries import HOSTILE, HOSTILE_MESSAGE, ITEM, MESSAGE
from tests.test_schema import check

# JSON lines


def lines(path: Path) -> list[dict[str, object]]:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


def failure(target: str, message: Message = MESSAGE, **secrets: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(message, target, secrets=secrets)
    return caught.value


@pytest.mark.parametrize("message", [MESSAGE, HOSTILE_MESSAGE], ids=["plain", "hostile"])
def test_a_message_survives_json(message: Message) -> None:
    written = render_json(message)
    assert read_message(written) == message
    assert written.isprintable()


@pytest.mark.parametrize("message", [MESSAGE, HOSTILE_MESSAGE], ids=["plain", "hostile"])
def test_a_file_gets_one_line_an_item(tmp_path: Path, message: Message) -> None:
    path = tmp_path / "told.jsonl"
    send(message, f"file:{path}", secrets={})
    found = lines(path)
    assert [one["text"] for one in found] == [one.text for one in message.items]
    assert {one["message_id"] for one in found} == {message.id}
    assert (found[0]["query"], found[0]["stop"]) == (message.query, message.stop)


def test_the_json_is_what_its_schema_says(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    for message in (MESSAGE, HOSTILE_MESSAGE):
        check("message-1", json.loads(render_json(message)))
        send(message, f"file:{path}", secrets={})
    for line in lines(path):
        check("told-1", line)


def test_a_message_sent_again_is_not_appended_again(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    for message in (MESSAGE, replace(MESSAGE, id="m-11"), MESSAGE, MESSAGE):
        send(message, f"file:{path}", secrets={})
    assert [one["message_id"] for one in lines(path)] == ["m-1", "m-1", "m-11", "m-11"]


def test_a_text_that_quotes_a_line_is_no_message(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    quoting = replace(ITEM, text=render_json(MESSAGE))
    send(replace(MESSAGE, id="m-0", items=(quoting,)), f"file:{path}", secrets={})
    send(MESSAGE, f"file:{path}", secrets={})
    assert [one["message_id"] for one in lines(path)] == ["m-0", "m-1", "m-1"]


def test_a_file_cut_anywhere_is_whole_after_the_next_message(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    send(replace(MESSAGE, id="m-0"), f"file:{path}", secrets={})
    before = path.stat().st_size
    send(MESSAGE, f"file:{path}", secrets={})
    whole = path.read_bytes()
    for size in [*range(before, before + 30), *range(before + 30, len(whole), 199)]:
        path.write_bytes(whole[:size])
        send(MESSAGE, f"file:{path}", secrets={})
        assert path.read_bytes() == whole


def test_lines_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("mine, without an end")
    send(MESSAGE, f"file:{path}", secrets={})
    assert path.read_text().split("\n", 1)[0] == "mine, without an end"
    assert len(path.read_text().splitlines()) == 3


def test_writers_at_once_mix_no_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "told.jsonl"
    really = files._missing

    def slowly(descriptor: int, message: Message) -> list[str]:
        found = really(descriptor, message)
        time.sleep(0.02)  # time for another one to come between
        return found

    monkeypatch.setattr(files, "_missing", slowly)
    threads = [
        Thread(
            target=send,
            args=(replace(MESSAGE, id=f"m-{n % 6}"), f"file:{path}"),
            kwargs={"secrets": {}},
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(one["message_id"]) for one in lines(path)) == [
        f"m-{n}" for n in range(6) for _ in range(2)
    ]


def test_a_full_disk_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "told.jsonl"
    send(MESSAGE, f"file:{path}", secrets={})
    whole = path.read_bytes()
    code = (
        "import resource, signal, sys\n"
        "from dataclasses import replace\n"
        "from tests.deliveries import MESSAGE\n"
        "from searchkit.deliver import send\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(whole) + 500},) * 2)\n"
        f"send(replace(MESSAGE, id='m-2'), 'file:{path}', secrets={{}})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "DeliveryError" in done.stderr
    assert path.read_bytes() == whole


def test_what_is_no_file_is_not_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", "missing/told.jsonl"):
        assert not failure(f"file:{tmp_path / name}").permanent


def test_stdout_gets_the_lines(capfd: pytest.CaptureFixture[str]) -> None:
    send(MESSAGE, "-", secrets={})
    found = [json.loads(line)["message_id"] for line in capfd.readouterr().out.splitlines()]
    assert found == ["m-1", "m-1"]


@pytest.mark.parametrize("ending", ["closed", "unread"])
def test_stdout_that_nobody_reads(ending: str) -> None:
    big = "replace(MESSAGE, items=(replace(ITEM, text='a' * 300_000),))"
    code = (
        "from dataclasses import replace\n"
        "from tests.deliveries import ITEM, MESSAGE\n"
        "from searchkit import deliver\n"
        "from searchkit.errors import DeliveryError\n"
        "deliver.TIMEOUT_S = 0.2\n"
        f"try: deliver.send({big}, '-', secrets={{}})\n"
        "except DeliveryError as exc: raise SystemExit(f'refused: {exc.permanent}')\n"
    )
    reader, writer = os.pipe()
    if ending == "closed":
        os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=20,
        check=False,
    )  # fmt: skip
    os.close(writer)
    if ending == "unread":
        os.close(reader)
    assert "refused: False" in done.stderr


# Commands


def script(code: str, *arguments: str) -> str:
    return "exec:" + json.dumps([sys.executable, "-c", code, *arguments])


@pytest.mark.parametrize("message", [MESSAGE, HOSTILE_MESSAGE], ids=["plain", "hostile"])
def test_a_command_gets_the_message_and_no_shell_sees_it(tmp_path: Path, message: Message) -> None:
    path = tmp_path / "taken"
    code = "import sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read())"
    send(message, script(code, str(path)), secrets={})
    assert read_message(path.read_text(encoding="utf-8")) == message
    send(message, 'exec:["true","$(touch x)","; false"]', secrets={})


@pytest.mark.parametrize(
    ("code", "permanent", "words"),
    [("raise SystemExit(75)", False, "ended with 75"), ("raise SystemExit(1)", True, "with 1"),
     ("raise SystemExit('no \\x1b[2J room')", True, "no [2J room"),
     ("import os; os.kill(os.getpid(), 9)", False, "signal 9")],
)  # fmt: skip
def test_the_exit_status_decides(code: str, permanent: bool, words: str) -> None:
    found = failure(script(code))
    assert found.permanent == permanent
    assert words in str(found)


def test_a_command_that_does_not_end_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "TIMEOUT_S", 0.3)
    path = tmp_path / "alive"
    begun = time.monotonic()
    found = failure(f'exec:["sh","-c","(sleep 0.7; touch {path}) & while :; do echo y; done"]')
    assert time.monotonic() - begun < 2
    assert not found.permanent
    assert "does not end" in str(found)
    time.sleep(0.7)
    assert not path.exists()


def test_a_command_need_not_read_nor_close_its_pipes() -> None:
    big = replace(MESSAGE, items=(replace(ITEM, text="a" * 500_000),))
    begun = time.monotonic()
    send(big, 'exec:["true"]', secrets={})
    send(big, 'exec:["sh","-c","sleep 3 & exec true"]', secrets={})
    assert time.monotonic() - begun < 2


def test_no_command_is_told_the_mail_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEARCHKIT_SMTP", "smtp://me:s3cret@x.example")
    code = "import os, sys; sys.exit('SEARCHKIT_SMTP' in os.environ)"
    send(MESSAGE, script(code), secrets={})


def test_a_secret_stays_one_argument_and_is_not_shown() -> None:
    code = "import sys; print(sys.argv[1:]); sys.exit(sys.argv[1])"
    found = failure(script(code, "{env:TOKEN}"), TOKEN='s3"cret, \\ x')
    assert 's3"cret' not in str(found)
    assert "***" in str(found)


def test_a_command_that_is_missing() -> None:
    assert not failure('exec:["/nowhere/notify"]').permanent


# Targets


@pytest.mark.parametrize(
    "target",
    ["-", "mailto:desk@mfa.example", "https://hooks.example/a/b?c=d", 'exec:["true","a b"]',
     "env:DESK_HOOK", "https://hooks.example/{env:TOKEN}", "mailto:{env:DESK}"],
)  # fmt: skip
def test_targets_that_can_be_kept(target: str) -> None:
    assert check_target(target) == target


def test_paths_are_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_target("file:told.jsonl") == f"file:{tmp_path}/told.jsonl"
    assert check_target("atom:told.xml") == f"atom:{tmp_path}/told.xml"
    assert check_target("secret:hook") == f"secret:{tmp_path}/hook"
    assert (
        check_target("https://x.example/{secret:t}") == f"https://x.example/{{secret:{tmp_path}/t}}"
    )
    for target in ("file:missing/told.jsonl", "atom:", f"file:{tmp_path}", "file://host/a"):
        with pytest.raises(UsageError):
            check_target(target)


@pytest.mark.parametrize(
    ("target", "words"),
    [("", "no such way"), ("desk@mfa.example", "no such way"), ("ftp://x.example/", "no such way"),
     ("mailto:a@b.example,c@d.example", "mailto:desk@"),
     ("mailto:a@b.example?bcc=c", "mailto:desk@"),
     ("mailto:a@b.example\r\nBcc: c", "not printable"), ("https://", "not a web address"),
     ("https://me:s3cret@x.example/", "user name or password"), ("exec:rm -rf", "as JSON"),
     ("exec:[]", "as JSON"), ('exec:["a",1]', "as JSON"),
     ('exec:["no-such-command-here"]', "no command"),
     ('exec:["./x"]', "whole path"), ("env:no name", "no name of an environment"),
     ("https://x.example/" + "a" * 5000, "too long"), ("apprise:slack", "no such way"),
     ("exec:" + "[" * 3900, "as JSON")],
)  # fmt: skip
def test_targets_that_cannot_work_are_refused(target: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        check_target(target)
    assert "s3cret" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_what_a_target_refers_to_is_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "hook"
    file.write_text("https://hooks.example/s3cret\n")
    target = f"secret:{file}"
    file.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        check_target(target, {})
    file.chmod(0o600)
    assert check_target(target, {}) == target
    file.write_text("s3cret")
    with pytest.raises(UsageError, match="no such way") as caught:
        check_target(target, {})
    assert "s3cret" not in str(caught.value)
    with pytest.raises(UsageError, match="the environment has no HOOK"):
        check_target("env:HOOK", {})


@given(st.text(max_size=60) | st.sampled_from(["https://x/", "exec:", "apprise:a://", "file:"]))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_target_or_a_usage_error(text: str) -> None:
    shown = redact(f"{text}s3cret")
    assert shown.isprintable()
    with suppress(UsageError):
        assert check_target(text, {})


@pytest.mark.parametrize(
    "target",
    ["https://hooks.example/services/s3cret", "https://u:s3cret@hooks.example/", "http:s3cret",
     "https://hooks.example/?a=s3cret", 'exec:["curl","s3cret"]', "exec:s3cret", "s3cret",
     "apprise:slack://s3cret/a", "apprise:s3cret", "ftp://s3cret", "mailto:a@b.example?s3cret",
     "https://hooks.example/{env:A}s3cret"],
)  # fmt: skip
def test_no_secret_of_a_target_is_shown(target: str) -> None:
    assert "s3cret" not in redact(target)


# Services


def test_apprise_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    words = r"needs the package 'apprise'. Run: pip install 'searchkit\[notify\]'"
    with pytest.raises(UsageError, match=words):
        check_target("apprise:json://x.example")
    with pytest.raises(DeliveryError, match=words) as caught:
        send(MESSAGE, "apprise:json://x.example", secrets={})
    assert not caught.value.permanent


# Rendering


def test_the_text_says_all_of_an_item() -> None:
    text = render_text(MESSAGE)
    for words in ("1. Milena Vorská, Foreign Minister, Karvel", "2. Nobody named",
                  "2024-10-08 · Karvel Courier · XK · en · direct", "now version 2"):  # fmt: skip
        assert words in text
    assert max(map(len, text.splitlines())) <= 76


def test_a_long_passage_is_shown_round_its_first_mark() -> None:
    long = replace(ITEM, text="a " * 20_000 + "dam" + " b" * 20_000, marks=((40_000, 40_003),))
    text = render_text(replace(MESSAGE, items=(long,)))
    assert "*dam*" in text
    assert text.count("[…]") == 2
    assert len(text) < 12_000


def test_rendering_is_linear() -> None:
    for text in ("a" * 200_000, "\n \n" * 60_000, "* " * 100_000, "<" * 200_000, HOSTILE * 500):
        message = replace(MESSAGE, items=(replace(ITEM, text=text, title=text, why=(text,)),))
        begun = time.process_time()
        render_text(message)
        render_html(message)
        render_json(message)
        assert time.process_time() - begun < 2


def test_html_has_no_markup_of_others() -> None:
    html = render_html(HOSTILE_MESSAGE)
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html
    assert "{{7*7}}" in html
