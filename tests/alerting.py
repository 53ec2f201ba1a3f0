"""An index directory with alerts, for tests: texts are kept, runs are made, messages read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from searchkit import alerts
from searchkit.alerts import Alert, Report
from searchkit.archive import open_archive
from searchkit.ingest import add_pages
from searchkit.records import Given, Page

DAM = "The Ilva dam will be emptied before the spring floods reach the lower valley, he said."


class Desk:
    """Where alerts are kept, and where they are told: ``told.jsonl`` beside the index."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "index"
        self.told = folder / "told.jsonl"
        self.target = f"file:{self.told}"
        with open_archive(self.path, write=True):
            pass

    def add(
        self,
        name: str,
        query: str,
        targets: Sequence[str] = (),
        since: str | None = None,
        **wishes: Any,
    ) -> Alert:
        alert = alerts.new_alert(name, query, targets or [self.target], **wishes)
        with alerts.open_ledger(self.path) as ledger:
            return alerts.add_alert(ledger, alert, since)

    def keep(self, url: str, text: str, **fields: str) -> None:
        record = {"url": f"https://wire.example/{url}", "source": "Wire", "date": "2024-05-01"}
        self.keep_page(json.dumps(record | {"title": "Noted today", "text": text} | fields))

    def keep_page(self, body: str, media_type: str = "application/json", url: str = "") -> None:
        page = Page(
            body.encode(), url or "test", media_type, datetime.now(UTC), url=url or None, status=200
        )
        with open_archive(self.path, write=True) as archive:
            list(add_pages(archive, [page], Given()))

    def run(self, now: datetime | None = None, **options: Any) -> Report:
        secrets: Mapping[str, str] = options.pop("secrets", {})
        return alerts.run_alerts(self.path, secrets=secrets, now=now, **options)

    def items(self) -> list[dict[str, Any]]:
        """All that was ever told, in order."""
        if not self.told.exists():
            return []
        return [json.loads(line) for line in self.told.read_text(encoding="utf-8").splitlines()]

    def news(self, **options: Any) -> list[dict[str, Any]]:
        """What one more run tells."""
        before = len(self.items())
        self.run(**options)
        return self.items()[before:]

    def alert(self, name: str) -> Alert:
        with alerts.open_ledger(self.path) as ledger:
            return ledger.alert(name)
