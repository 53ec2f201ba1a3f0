"""``searchkit alert`` as a user runs it, and what ``status`` and ``watch`` tell of alerts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchkit import alerts
from searchkit.cli.watch import _tell_alerts
from tests.alerting import DAM, Desk
from tests.conftest import Run
from tests.test_schema import check, lines


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_from_saving_to_the_log(run: Run, desk: Desk) -> None:
    saved = run("alert", "add", "dams", "dam", "valley", "--to", f"file:{desk.told}")
    assert saved.returncode == 0
    assert saved.stdout == "Alert dams is saved; it tells what enters after revision 0\n"
    assert "Read as: passages with dam and valley" in saved.stderr
    desk.keep("1", DAM)
    told = run("alert", "run")
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == "Passages looked at: 1, to tell: 1, messages sent: 1\n"
    (item,) = desk.items()
    check("told-1", item)
    (delivery,) = lines(run("alert", "log", "dams", "--format", "jsonl").stdout)
    check("delivery-1", delivery)
    assert (delivery["message_id"], delivery["state"]) == (item["message_id"], "sent")
    logged = run("alert", "log", "--message", item["message_id"], "--format", "jsonl")
    check("logged-1", *lines(logged.stdout))
    assert lines(logged.stdout)[0]["text"] == DAM
    shown = json.loads(run("alert", "show", "dams", "--format", "json").stdout)
    check("alert-1", shown)
    assert (shown["told"], shown["query"]) == (1, "dam valley")
    assert [shown] == json.loads(run("alert", "list", "--format", "json").stdout)
    assert run("alert", "replay", "dams", "--from", "0").stdout.startswith(
        "Messages of dams to send again: 1"
    )


def test_a_query_that_cannot_be_read_is_refused_with_its_column(run: Run, desk: Desk) -> None:
    refused = run("alert", "add", "bad", 'dam "treaty', "--to", "-")
    assert refused.returncode == 2
    assert "quote not closed at column 5" in refused.stderr
    refused = run("alert", "edit", "none", "--query", "dam")
    assert (refused.returncode, refused.stderr) == (
        2,
        "Error: no alert 'none'. See: searchkit alert list\n",
    )
    assert "say where it is told" in run("alert", "add", "dams", "dam").stderr
    assert run("alert", "list").stderr.startswith("No alerts yet")


def test_nothing_is_made_where_no_archive_is(run: Run, tmp_path: Path) -> None:
    listed = run("--index", tmp_path / "typo", "alert", "list")
    assert listed.returncode == 1
    assert "no archive" in listed.stderr
    assert not (tmp_path / "typo").exists()


def test_a_broad_query_is_warned_of_with_its_count(run: Run, desk: Desk) -> None:
    said = (
        f"“The talks on item {n * 17} go on, we keep clause {n + 700},” Envoy{n} Tane said."
        for n in range(120)
    )
    desk.keep("1", "\n\n".join(said))
    desk.add("first", "talks")
    desk.run()
    broad = run("alert", "add", "talks", "talks", "--to", "-")
    assert broad.returncode == 0
    assert "this is broad: it matches 120 of 120 passages (100%)" in broad.stderr
    tested = run("alert", "test", "--query", "item 867", "-n", "1")
    assert "*item* *867*" in tested.stdout
    assert "1 story that matches entered the archive" in tested.stderr
    assert "broad" not in tested.stderr
    past = run("alert", "test", "--query", "talks until:2020")
    assert "Warning: the dates asked for end on 2020-12-31" in past.stderr


def test_a_test_counts_by_entry_and_not_by_date(run: Run, desk: Desk) -> None:
    desk.keep("1", DAM, date="1998-01-01")
    desk.keep("2", DAM, source="Echo")
    desk.add("dams", "dam")
    desk.run()
    tested = run("alert", "test", "dams")
    assert "1 story that matches entered the archive" in tested.stderr
    assert "passages that match in all: 2" in tested.stderr
    assert run("alert", "test").returncode == 2


def test_pause_resume_edit_remove(run: Run, desk: Desk) -> None:
    run("alert", "add", "dams", "dam", "--to", desk.target, "--exact", "--kind", "direct")
    assert run("alert", "pause", "dams").stdout == "Alert dams is paused\n"
    assert "paused" in run("alert", "list").stdout
    assert "is active" in run("alert", "resume", "dams").stdout
    run("alert", "edit", "dams", "--every", "daily", "--no-edits", "--rename", "rivers")
    alert = desk.alert("rivers")
    assert (alert.every, alert.edits, alert.query) == ("daily", False, "dam")
    assert alert.filters == {"kind": "direct", "exact": True}
    assert run("alert", "remove", "rivers").returncode == 0
    assert run("alert", "list").stdout == ""


def test_a_stopped_alert_is_loud_everywhere(run: Run, desk: Desk) -> None:
    alert = desk.add("broken", "dam")
    with alerts.open_ledger(desk.path) as ledger:
        ledger.set_state(alert, "stopped", "quote not closed at column 5")
    assert run("alert", "run").returncode == 1
    listed = run("alert", "list")
    assert listed.returncode == 1
    assert "stopped: quote not closed at column 5" in listed.stdout
    assert run("alert", "show", "broken").returncode == 1
    status = run("status").stdout
    assert "Alerts    0 active, 0 paused, 1 stopped" in status
    assert "Stopped   broken: quote not closed at column 5" in status


def test_secrets_of_targets_are_shown_nowhere(run: Run, desk: Desk, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("S3CRET")
    secret.chmod(0o600)
    script = "import sys; sys.stderr.write(sys.argv[1]); sys.exit(75)"
    target = "exec:" + json.dumps(["python3", "-c", script, f"{{secret:{secret}}}"])
    hook = "https://hook.invalid/T0KEN/x?key=K3Y"
    assert run("alert", "add", "dams", "dam", "--to", target, "--to", hook).returncode == 0
    desk.keep("1", DAM)
    failed = run("alert", "run")
    assert failed.returncode in (1, 75)
    logged, listed = run("alert", "log"), run("alert", "list", "--format", "json")
    told = [failed, run("status"), run("status", "--format", "json"), logged, listed]
    for done in told:
        assert "S3CRET" not in done.stdout + done.stderr
        assert "T0KEN" not in done.stdout + done.stderr
        assert "K3Y" not in done.stdout + done.stderr
    assert "Stuck     " in told[1].stdout
    check("status-1", json.loads(told[2].stdout))


def test_watch_tells_alerts_after_each_pass(desk: Desk) -> None:
    told: list[str] = []
    _tell_alerts(desk.path, False, told.append)
    assert told == []  # no alerts: nothing is done
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    _tell_alerts(desk.path, False, told.append)
    assert told == ["Alerts: passages looked at: 1, to tell: 1, messages sent: 1"]
    assert len(desk.items()) == 1


def test_a_target_that_cannot_work_is_refused_at_saving(run: Run, desk: Desk) -> None:
    for target in ("mailto:desk@mfa.example", "https://hook.example/{env:NOT_THERE}"):
        refused = run("alert", "add", "dams", "dam", "--to", target)
        assert refused.returncode == 2
        assert refused.stderr.startswith("Error: target ")
    assert run("alert", "list").stdout == ""
