"""Messages to be delivered, one of them made of hostile text in every place there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from searchkit.deliver import Item, Message

HOSTILE = (
    "=?utf-8?q?=0D=0ABcc:_spy=40evil.example=0D=0A?="
    'Treaty\r\nBcc: spy@evil.example\r\n\r\n.\r\n\x1b]0;x\x07\x1b[2J\x9b\u202e\u2028"}]]>-->'
    "</title><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}%s\x00\ud800\uffff"
)
ITEM = Item(
    passage_id="fyjwx5plb4fz:gkg74w",
    document_id="fyjwx5plb4fz",
    alerts=("dam", "Karvel"),
    text="We no longer ask that the dam be emptied.\n\nWe ask to be told.",
    kind="direct",
    speaker="Milena Vorská",
    role="Foreign Minister",
    affiliation="Karvel",
    country="XK",
    title="Vorská no longer asks for the dam to be emptied",
    source="Karvel Courier",
    published="2024-10-08",
    url="https://karvelcourier.example/a/vorska-dam?lang=en&x=1",
    language="en",
    marks=((26, 29),),
    why=("dam: the word dam", "Karvel: spoken for XK"),
    version=2,
    changes=(
        ("same", "We no longer ask that the dam be "),
        ("out", "drained."),
        ("in", "emptied."),
    ),
    copies=3,
)
MESSAGE = Message(
    id="m-1",
    alerts=("dam", "Karvel"),
    subject="dam: 2 new passages",
    created=datetime(2024, 10, 8, 9, 30, tzinfo=UTC),
    items=(ITEM, replace(ITEM, passage_id="fyjwx5plb4fz:other", speaker=None, marks=())),
    query="searchkit search dam --since 2024-10",
    stop="searchkit alert remove dam",
)
HOSTILE_ITEM = replace(
    ITEM,
    alerts=(HOSTILE,),
    text=f"A {HOSTILE} B",
    speaker=HOSTILE,
    role=HOSTILE,
    affiliation=HOSTILE,
    title=HOSTILE,
    source=HOSTILE,
    published=HOSTILE,
    url="javascript:alert(3)",
    language=HOSTILE,
    marks=((2, 2 + len(HOSTILE)),),
    why=(HOSTILE,),
    changes=(("out", HOSTILE), ("in", HOSTILE)),
)
HOSTILE_MESSAGE = replace(
    MESSAGE,
    id="m-" + "x" * 98,
    alerts=(HOSTILE,),
    subject=HOSTILE * 20,
    items=(HOSTILE_ITEM,),
    query=f"searchkit search '{HOSTILE}'",
    stop=f"searchkit alert remove '{HOSTILE}'",
)
