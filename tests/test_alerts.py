"""Every match is told, once: what is news to an alert, and what is none."""

from __future__ import annotations

import dataclasses
import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from searchkit import alerts
from searchkit.alerts import Alert
from searchkit.alerts.composing import MAX_ITEMS, is_due
from searchkit.alerts.matching import match_new, read_alert
from searchkit.archive import open_archive
from searchkit.archive.alerting import Every
from searchkit.errors import QueryError, UsageError
from searchkit.search import open_index
from tests.alerting import DAM, Desk

OTHER = "Fishing quotas were not on the table at all in this round, the envoys agreed afterwards."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_match_is_told_and_told_once(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    desk.keep("2", OTHER)
    (item,) = desk.news()
    assert item["text"] == DAM
    assert item["alerts"] == ["dams"]
    assert [item["text"][start:end] for start, end in item["marks"]] == ["dam"]
    assert desk.news() == []


def test_nothing_is_told_that_was_here_before(desk: Desk) -> None:
    desk.keep("1", DAM)
    desk.add("dams", "dam")
    assert desk.news() == []
    desk.add("all", "dam", since="0")
    assert [item["alerts"] for item in desk.news()] == [["all"]]


def test_a_text_that_comes_late_is_told(desk: Desk) -> None:
    desk.keep("1", OTHER, date="2024-05-01")
    desk.add("dams", "dam")
    desk.keep("2", DAM, date="1998-01-01")
    (item,) = desk.news()
    assert item["published"] == "1998-01-01"


def test_since_a_date_of_entry(desk: Desk) -> None:
    desk.keep("1", DAM, date="1998-01-01")
    desk.add("then", "dam", since=(datetime.now(UTC) - timedelta(days=1)).date().isoformat())
    desk.add("later", "dam", since=(datetime.now(UTC) + timedelta(days=1)).date().isoformat())
    assert [item["alerts"] for item in desk.news()] == [["then"]]
    with pytest.raises(UsageError, match="--since 'soon' is no revision and no date"):
        desk.add("no", "dam", since="soon")


def test_a_time_with_and_without_seconds_is_one_alert(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM, date="2024-05-01T15:00")
    assert len(desk.news()) == 1
    desk.keep("1", DAM, date="2024-05-01T15:00:00")
    assert desk.news() == []


def test_a_fresh_time_at_each_build_is_one_announcement(desk: Desk) -> None:
    desk.add("dams", "dam")
    told = []
    for hour in range(6):
        desk.keep("1", DAM, date=f"2024-05-01T{hour:02}:17:00")
        told += desk.news()
    assert len(told) == 1


def test_a_corrected_headline_in_the_address_is_no_new_story(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("dam-to-be-emptied", DAM, title="Dam to be emptied")
    assert len(desk.news()) == 1
    desk.keep("ilva-dam-emptied", DAM.replace("lower", "lowest"), title="Ilva dam emptied")
    assert desk.news() == []


PAGE = "<html><body><article><h1>Dam</h1><p>{}</p></article></body></html>"


def test_complete_empty_complete_is_no_change(desk: Desk) -> None:
    desk.add("dams", "dam")
    for body in (PAGE.format(DAM), "", PAGE.format(""), PAGE.format(DAM)):
        desk.keep_page(body, "text/html", "https://wire.example/dam")
        desk.run()
    assert [item["text"] for item in desk.items()] == [DAM]


def test_only_what_was_not_told_yet_and_an_old_date_is_reported(desk: Desk) -> None:
    desk.add("dams", "dam")
    for number in range(5):
        words = f"Item {number}: the dam of district {number * 7} holds, its keeper {number} wrote."
        desk.keep(str(number), words)
    assert len(desk.news(now=datetime(2023, 11, 20, tzinfo=UTC))) == 5
    desk.keep("new", DAM)
    report = desk.run(now=datetime(2024, 4, 2, tzinfo=UTC))
    assert [item["text"] for item in desk.items()[5:]] == [DAM]
    assert report.notes == ["alert 'dams' ran last on 2023-11-20: it tells what came since"]


def test_the_item_names_the_alert_the_word_and_the_place(desk: Desk) -> None:
    for number in range(10):
        desk.add(f"a{number}", f"treaty{number} OR nothing")
    desk.keep("1", DAM, title="Treaty7 signed")
    (item,) = desk.news()
    assert item["alerts"] == ["a7"]
    assert item["why"] == ["a7: 'Treaty7' in the title"]


def test_filters_are_among_the_reasons(desk: Desk) -> None:
    desk.add("vorska", "speaker:marden country:SE kind:direct", filters={"undated": True})
    desk.keep("1", "“We never ask for the dam,” Swedish Foreign Minister Ilva Marden said.")
    (item,) = desk.news()
    (why,) = item["why"]
    assert "'Marden' in the speaker" in why
    assert "country Sweden (SE)" in why
    assert "kind direct" in why


def test_each_passage_once_and_the_command_lists_exactly_what_was_told(desk: Desk) -> None:
    desk.keep("0", DAM)
    desk.add("dams", "dam")
    other = "“The second dam is ours,” Ilva Marden told the assembly of the river states on Monday."
    desk.keep("1", f"{DAM.replace('Ilva', 'Orta')}\n\n{other}", date="2023-11-02")
    items = desk.news()
    assert len(items) == 2
    assert len({item["passage_id"] for item in items}) == 2
    assert len({item["document_id"] for item in items}) == 1
    (message_id,) = {item["message_id"] for item in items}
    assert items[0]["query"].endswith(f"alert log --message {message_id}")
    with alerts.open_ledger(desk.path) as ledger:
        delivery = ledger.delivery(message_id)
        assert delivery is not None
        logged = ledger.told_by(delivery)
    assert logged == [("dams", item["passage_id"]) for item in items]


def test_copies_are_one_story(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("2", DAM, source="Echo", date="2024-05-03")
    desk.keep("1", DAM, source="Wire", date="2024-05-02")
    (item,) = desk.news()
    assert item["published"] == "2024-05-02"
    assert item["copies"] == 1
    desk.keep("3", DAM.replace("will be", "would be"), source="Mirror")
    assert desk.news() == []
    desk.add("later", "dam")
    desk.keep("4", DAM, source="Fourth")
    assert [one["alerts"] for one in desk.news()] == [["later"]]


EDITED = DAM.replace("spring", "autumn")


def test_an_edit_is_told_with_what_changed(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.add("quiet", "dam", edits=False)
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert [item["alerts"] for item in desk.news()] == [["dams"], ["quiet"]]
    desk.keep("1", f"{EDITED}\n\n{OTHER}")
    (item,) = desk.news()
    assert item["alerts"] == ["dams"]
    assert item["version"] == 2
    assert ["out", "spring "] in item["changes"]
    assert ["in", "autumn "] in item["changes"]
    assert "1 edited" in item["subject"]
    desk.keep("1", f"{DAM}\n\n{OTHER}")  # back to the words that were told
    assert desk.news() == []


def test_a_statement_that_goes_on_is_an_edit(desk: Desk) -> None:
    desk.add("dams", "dam")
    said = "“{} dam will be emptied before the floods reach the valley,” Ilva Marden said."
    desk.keep("1", said.format("The Ilva"))
    assert len(desk.news()) == 1
    desk.keep("1", said.format("Nobody will ever fill it again: the Ilva"))
    (item,) = desk.news()
    assert "Nobody" in "".join(words for what, words in item["changes"] if what == "in")


def test_an_edit_is_told_beside_the_statement_that_it_is_most_like(desk: Desk) -> None:
    desk.add("dams", "dam")
    said = "“The {} dam of {} will be emptied before the {} come down,” Ilva Marden said."
    both = said.format("old", "Ilva", "spring floods"), said.format("new", "Orta", "winter frosts")
    desk.keep("1", f"{both[0]}\n\n{OTHER}\n\n{both[1]}")
    assert len(desk.news()) == 2
    desk.keep("1", f"{OTHER}\n\n{said.format('new', 'Orta', 'autumn frosts')}")
    (item,) = desk.news()
    assert [words.strip() for what, words in item["changes"] if what == "out"] == ["winter"]


def test_an_edit_among_copies_is_told_and_told_once(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    desk.keep("2", DAM, source="Echo")
    assert len(desk.news()) == 1
    desk.keep("1", EDITED)
    (item,) = desk.news()
    assert ["in", "autumn "] in item["changes"]
    desk.keep("2", EDITED, source="Echo")
    assert desk.news() == []


@pytest.mark.parametrize(
    "changed",
    [
        f"{DAM}\n\n{OTHER} They meet again.",
        f"{DAM.replace('Ilva dam', 'ILVA DAM')}\n\n{OTHER}",
        f"{DAM.replace(',', ' –')}\n\n{OTHER}",
        f"{OTHER}\n\n{DAM}",
    ],
)
def test_a_change_that_is_none_of_the_words_is_no_news(desk: Desk, changed: str) -> None:
    desk.add("dams", "dam")
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert len(desk.news()) == 1
    desk.keep("1", changed)
    assert desk.news() == []


def test_an_old_statement_on_a_page_that_changes_is_no_news(desk: Desk) -> None:
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    desk.add("dams", "dam")
    desk.keep("1", f"{DAM}\n\n{OTHER}\n\nSign up for our letter about dams at the desk below.")
    assert DAM not in [item["text"] for item in desk.news()]
    desk.keep("1", DAM.replace("dam", "DAM") + " " + OTHER)
    assert desk.news() == []


def test_a_statement_that_is_taken_down_and_put_back_is_told_once(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert len(desk.news()) == 1
    desk.keep("1", OTHER)
    assert desk.news() == []
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert desk.news() == []


def test_what_is_like_a_statement_that_stands_beside_it_is_no_edit(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert len(desk.news()) == 1
    other = "The Orta dam was never emptied before winter frosts reach the lower valley, he said."
    desk.keep("1", f"{DAM}\n\n{OTHER}\n\n{other}")
    (item,) = desk.news()
    assert (item["text"], item["changes"]) == (other, [])


def test_a_digest_tells_each_passage_once_with_every_alert(desk: Desk) -> None:
    desk.add("dams", "dam", digest=True)
    desk.add("valleys", "valley", digest=True)
    desk.add("alone", "floods")
    desk.keep("1", DAM)
    desk.keep("2", "The valley railway opens again in June, the ministry of works announced.")
    digest = [item for item in desk.news() if item["alerts"] != ["alone"]]
    assert [item["alerts"] for item in digest] == [["dams", "valleys"], ["valleys"]]
    assert len({item["message_id"] for item in digest}) == 1
    both = digest[0]
    assert [both["text"][a:b] for a, b in both["marks"]] == ["dam", "valley"]
    assert both["why"] == ["dams: 'dam' in the text", "valleys: 'valley' in the text"]
    assert both["stop"].splitlines() == [
        f"searchkit --index {desk.path} alert remove dams",
        f"searchkit --index {desk.path} alert remove valleys",
    ]


def test_every_match_however_many(desk: Desk) -> None:
    desk.add("items", "item")
    count = MAX_ITEMS + 20
    text = "\n\n".join(
        f"“Item {n} of list {n * n} was struck, we kept clause {n + 7},” Speaker{n} Tane said."
        for n in range(count)
    )
    desk.keep("1", text)
    items = desk.news()
    with open_index(desk.path) as index:
        assert len(items) == index.search("item", all_copies=True).total
    assert len({item["passage_id"] for item in items}) == len(items) > MAX_ITEMS
    assert len({item["message_id"] for item in items}) == 2


def test_paused_and_resumed(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.add("skips", "dam")
    with alerts.open_ledger(desk.path) as ledger:
        for name in ("dams", "skips"):
            ledger.set_state(ledger.alert(name), "paused")
    desk.keep("1", DAM)
    assert desk.news() == []
    with alerts.open_ledger(desk.path) as ledger:
        alerts.resume(ledger, ledger.alert("dams"))
        alerts.resume(ledger, ledger.alert("skips"), skip=True)
    assert [item["alerts"] for item in desk.news()] == [["dams"]]


def test_a_query_that_can_no_longer_be_read_stops_its_alert_loudly(desk: Desk) -> None:
    alert = desk.add("broken", "dam")
    desk.add("sound", "dam")
    with alerts.open_ledger(desk.path) as ledger:
        ledger.change(dataclasses.replace(alert, query='dam "never closed'))
    desk.keep("1", DAM)
    report = desk.run()
    assert [item["alerts"] for item in desk.items()] == [["sound"]]
    assert report.exit_status == 1
    ((name, reason),) = report.stopped
    assert name == "broken"
    assert reason.startswith("quote not closed at column")
    assert desk.alert("broken").state == "stopped"
    assert desk.run().exit_status == 1  # as long as it is stopped

    with alerts.open_ledger(desk.path) as ledger:
        stopped = ledger.alert("broken")
        alerts.edit_alert(ledger, stopped, dataclasses.replace(stopped, query="dam"))
    assert [item["alerts"] for item in desk.news()] == [["broken"]]


def test_what_was_found_before_an_alert_stopped_is_told(desk: Desk) -> None:
    morning = datetime(2024, 5, 6, 7, tzinfo=UTC)
    desk.add("dams", "dam", every="daily", now=morning)
    desk.keep("1", DAM)
    desk.run(now=morning)
    with alerts.open_ledger(desk.path) as ledger:
        ledger.change(dataclasses.replace(ledger.alert("dams"), query='dam "never closed'))
    assert [item["text"] for item in desk.news(now=morning + timedelta(days=1))] == [DAM]
    assert desk.alert("dams").state == "stopped"


def test_a_filter_that_is_not_known_any_more_stops_its_alert(desk: Desk) -> None:
    alert = desk.add("old", "dam")
    with alerts.open_ledger(desk.path) as ledger:
        ledger.change(dataclasses.replace(alert, filters={"mood": "angry"}))
    assert desk.run().stopped == [("old", "this searchkit has no filter 'mood'")]


def test_what_cannot_be_read_is_refused_at_saving(desk: Desk) -> None:
    with pytest.raises(QueryError, match="column 5"):
        desk.add("bad", 'dam "treaty')
    with pytest.raises(UsageError, match="no such way to deliver"):
        desk.add("bad", "dam", ["pigeon:loft"])
    with pytest.raises(UsageError, match="name 'a b' of an alert"):
        desk.add("a b", "dam")
    desk.add("dams", "dam")
    with pytest.raises(UsageError, match="there is an alert 'dams'"):
        desk.add("dams", "dam")


def test_a_new_query_tells_what_comes_after_it(desk: Desk) -> None:
    old = desk.add("dams", "quotas")
    desk.keep("1", DAM)
    assert desk.news() == []
    with alerts.open_ledger(desk.path) as ledger:
        old = ledger.alert("dams")
        alerts.edit_alert(ledger, old, dataclasses.replace(old, query="dam"))
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    assert desk.news() == []
    desk.keep("2", "Another dam will rise at Orta before the year is over, the builders told us.")
    assert len(desk.news()) == 1


def test_a_new_query_does_not_tell_old_words_that_come_back_or_are_cut_anew(desk: Desk) -> None:
    desk.add("dams", "railway")
    desk.keep("1", f"{DAM}\n\n{OTHER}")
    desk.keep("2", DAM.replace("Ilva", "Orta"))
    assert desk.news() == []
    with alerts.open_ledger(desk.path) as ledger:
        old = ledger.alert("dams")
        alerts.edit_alert(ledger, old, dataclasses.replace(old, query="dam"))
    desk.keep("1", f"{DAM.upper()} {OTHER}")
    assert desk.news() == []
    with open_archive(desk.path, write=True) as archive:
        archive.remove(next(iter(archive.changed_since(0))).document_id)
    desk.keep("2", DAM.replace("Ilva", "Orta"))
    assert desk.news() == []


def test_a_revision_to_come_is_now(desk: Desk) -> None:
    desk.add("dams", "dam", since="1000")
    desk.keep("1", DAM)
    assert len(desk.news()) == 1


def test_a_name_can_be_used_again_and_the_log_stays(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    first = desk.news()
    with alerts.open_ledger(desk.path) as ledger:
        alerts.remove(ledger, ledger.alert("dams"))
    desk.add("dams", "dam", since="0")
    second = desk.news()
    assert [item["passage_id"] for item in second] == [item["passage_id"] for item in first]
    with alerts.open_ledger(desk.path) as ledger:
        assert [d.state for d in ledger.deliveries("dams", 10)] == ["sent", "sent"]


def test_replay_sends_again_on_purpose(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.keep("1", DAM)
    (first,) = desk.news()
    desk.keep("2", DAM, source="Echo")
    assert desk.news() == []
    with alerts.open_ledger(desk.path) as ledger, open_index(desk.path) as index:
        assert alerts.replay(desk.path, ledger, index, ledger.alert("dams"), "0") == 1
    (again,) = desk.news()  # a copy that was not told is not told again
    assert again["passage_id"] == first["passage_id"]
    assert again["message_id"] != first["message_id"]
    assert again["subject"] == "Again: dams: 1 new"
    assert desk.news() == []


def test_daily_tells_at_the_first_run_of_a_day(desk: Desk) -> None:
    morning = datetime(2024, 5, 6, 7, tzinfo=UTC)
    desk.add("dams", "dam", every="daily", now=morning)
    desk.keep("1", DAM)
    assert desk.news(now=morning + timedelta(hours=1)) == []
    desk.keep("2", "Another dam will rise at Orta before the year is over, the builders told us.")
    desk.keep("1", OTHER)  # gone again, and told all the same
    assert desk.news(now=morning + timedelta(hours=16)) == []
    items = desk.news(now=morning + timedelta(hours=17))
    assert len(items) == 2
    assert len({item["message_id"] for item in items}) == 1
    assert desk.news(now=morning + timedelta(hours=18)) == []


@pytest.mark.parametrize(
    ("every", "last", "now", "due"),
    [("hourly", "2024-05-06T07:59:59", "2024-05-06T08:00:00", True),
     ("hourly", "2024-05-06T08:00:00", "2024-05-06T08:59:59", False),
     ("hourly", "2024-05-06T08:00:00", "2024-05-07T08:00:00", True),
     ("weekly", "2024-05-05T23:59:59", "2024-05-06T00:00:00", True),  # a Sunday
     ("weekly", "2024-12-29T23:59:59", "2024-12-30T00:00:00", True),
     ("weekly", "2024-12-30T00:00:00", "2025-01-05T23:59:59", False),
     ("weekly", "2024-01-01T00:00:00", "2024-12-30T00:00:00", True)],
)  # fmt: skip
def test_an_hour_and_a_week_begin_in_utc(every: Every, last: str, now: str, due: bool) -> None:
    assert is_due(every, f"{last}+00:00", datetime.fromisoformat(f"{now}+00:00")) == due


def test_steps_of_the_clock_neither_lose_nor_repeat(desk: Desk) -> None:
    moment = datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
    desk.add("dams", "dam", every="hourly", now=moment)
    texts = []
    for number, step in enumerate([0, 1, -24, 25, -1, 48, -72, 2, 1]):
        moment += timedelta(hours=step)
        text = f"Dam {number} of series {number * 13} was inspected by team {number + 40} in full."
        texts.append(text)
        desk.keep(str(number), text)
        desk.run(now=moment)
    desk.run(now=moment + timedelta(hours=1))
    assert sorted(item["text"] for item in desk.items()) == sorted(texts)


def test_batches_of_any_size_find_what_came_after_each_alerts_place(desk: Desk) -> None:
    desk.add("all", "dam")
    for number in range(5):
        desk.keep(str(number), f"Dam {number} of series {number * 13} was seen by team {number}.")
    desk.run()
    with open_index(desk.path) as index:
        revisions = [change.revision for change in index.archive.changed_since(0)]
        asked = [
            read_alert(index, Alert("a", "dam", (), "", "", number=number, revision=revision))
            for number, revision in enumerate([0, *revisions])
        ]
        for size, batches in ((1, [1, 1, 1, 1, 1, 0]), (2, [2, 2, 1]), (1_000, [5])):
            matched = list(match_new(index, asked, size))
            assert [len(one.arrived) for one in matched] == batches
            assert matched[-1].revision == index.engine.revision()
            found = Counter(n for one in matched for n, texts in one.found.items() for _ in texts)
            assert found == {0: 5, 1: 4, 2: 3, 3: 2, 4: 1}


def test_no_alert_goes_back(desk: Desk) -> None:
    desk.keep("1", DAM)
    alert = desk.add("dams", "dam")
    assert alert.revision > 0
    with alerts.open_ledger(desk.path) as ledger:
        run = ledger.begin_run("2024-05-06T12:00:00+00:00")
        ledger.advance(run, (), [alert.number], 0, "2024-05-06T12:00:00+00:00")
    assert desk.alert("dams").revision == alert.revision


def test_while_another_writes_what_the_index_has_is_told_and_the_rest_later(desk: Desk) -> None:
    desk.add("dams", "dam")
    desk.add("later", "dam")
    desk.keep("1", DAM)
    with open_archive(desk.path, write=True):
        report = desk.run()
    assert report.notes
    assert report.notes[0].startswith("told is what the index holds: ")
    desk.run()
    other = "Another dam will rise at Orta before the year is over, the builders told us."
    desk.keep("2", other)
    with open_archive(desk.path, write=True):
        assert desk.news() == []
    assert [item["text"] for item in desk.news()] == [other, other]


def test_an_alert_tells_what_a_search_would_find(desk: Desk) -> None:
    queries = {
        "words": "dam valley", "phrase": '"spring floods"', "near": "dam NEAR/4 emptied",
        "spelling": "militarization", "shape": "fl?ods", "none": "-dam", "person": "speaker:marden",
        "filter": "kind:direct OR title:noted", "dates": "since:2024-05", "either": "quota OR dam",
    }  # fmt: skip
    for name, query in queries.items():
        desk.add(name, query)
    texts = [DAM, OTHER, "“No militarisation of the valley,” Ilva Marden said. “Never.”",
             "The flood of letters was answered in part; the quotas stay as they are."]  # fmt: skip
    for number, text in enumerate(texts):
        desk.keep(str(number), text, date=f"2024-0{4 + number % 2}-11")
        desk.run()
    told: dict[str, set[str]] = {name: set() for name in queries}
    for item in desk.items():
        told[item["alerts"][0]].add(item["passage_id"])
    with open_index(desk.path) as index:
        for name, query in queries.items():
            found = index.search(query, limit=100).hits
            assert told[name] == {hit.passage.id for hit in found if hit.matched == "all"}, name
            assert told[name], name


WORDS = """river treaty corridor grain border ceasefire minister harbour sanction envoy council
dam water election summit fishery tariff embassy protest observer convoy mandate bridge pipeline
refugee hostage railway vineyard drought loan charter passport""".split()
QUERIES = [
    "dam",
    "river treaty",
    "grain OR harbour -loan",
    '"council dam"',
    "title:summit",
    "-river",
]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_each_match_is_told_once(desk: Desk, seed: int) -> None:
    """Texts come, change, go and come back, with dates of any time; runs come when they do."""
    chance = random.Random(seed)
    for number, query in enumerate(QUERIES):
        desk.add(f"q{number}", query, digest=number % 2 == 0)
    expected: dict[str, set[str]] = {f"q{number}": set() for number in range(len(QUERIES))}

    def paragraph() -> str:
        return f"The {' '.join(chance.choices(WORDS, k=18))} was seen."

    texts: dict[str, list[str]] = {}
    for _ in range(14):
        name = f"page{chance.randrange(6)}"
        text = texts.setdefault(name, [paragraph()])
        text.insert(chance.randrange(len(text) + 1), paragraph())
        if chance.random() < 0.3:
            text[chance.randrange(len(text))] = paragraph()
        date = f"{chance.randrange(1995, 2030)}-{chance.randrange(1, 13):02}-09"
        desk.keep(name, "\n\n".join(text), date=date, title=f"Note {name} {chance.choice(WORDS)}")
        if chance.random() < 0.2:
            with open_archive(desk.path, write=True) as archive:
                for change in list(archive.changed_since(0))[:1]:
                    archive.remove(change.document_id)
        if chance.random() < 0.7:
            desk.run(now=datetime(chance.randrange(2000, 2030), 2, 28, tzinfo=UTC))
            _add_found(desk, expected)
    desk.run()
    _add_found(desk, expected)
    told = [(name, item["passage_id"]) for item in desk.items() for name in item["alerts"]]
    assert len(told) == len(set(told))
    assert set(told) == {(name, one) for name, found in expected.items() for one in found}
    assert sum(map(len, expected.values())) > 20


def _add_found(desk: Desk, expected: dict[str, set[str]]) -> None:
    with open_index(desk.path) as index:
        for number, query in enumerate(QUERIES):
            _, node = index.asked(query)
            rows = index.engine.search(node, limit=1_000).rows
            expected[f"q{number}"].update(passage_id for passage_id, _ in rows)


def test_a_preview_counts_the_last_30_days_and_knows_how_old_the_archive_is(desk: Desk) -> None:
    alert = desk.add("dams", "dam")
    desk.keep("1", DAM)
    desk.run()
    now = datetime.now(UTC)
    with alerts.open_ledger(desk.path) as ledger, open_index(desk.path) as index:
        for days, expected in ((0, (1, 1, 7.0)), (9, (1, 10, 0.7)), (31, (0, 30, 0.0))):
            found = alerts.preview(index, ledger, alert, now=now + timedelta(days=days))
            assert (found.stories, found.days, round(found.a_week, 3)) == expected
            assert (found.matching, found.passages) == (1, 1)


def test_an_archive_of_an_older_version_is_brought_up(desk: Desk) -> None:
    desk.keep("1", DAM)
    file = desk.path / "archive" / "searchkit.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        for table in ("outbox_items", "outbox", "told", "runs"):
            connection.execute(f"DROP TABLE alert_{table}")
        connection.execute("DROP TABLE alerts")
        connection.execute("PRAGMA user_version = 4")
        connection.commit()
    desk.add("dams", "dam", since="0")
    assert [item["text"] for item in desk.news()] == [DAM]
