"""Saved queries over what is new: every match told once, wherever people read.

An archive with its index and the alerts kept in it go in, messages go out by
`searchkit.deliver`.  `run_alerts` is one run; `new_alert`, `add_alert` and their like
manage alerts; `preview` tells what one would have told.  docs/alerts.md says what is
promised.
"""

from __future__ import annotations

from searchkit.alerts.managing import (
    add_alert,
    edit_alert,
    new_alert,
    remove,
    replay,
    resume,
)
from searchkit.alerts.preview import Preview, preview
from searchkit.alerts.running import Report, run_alerts
from searchkit.archive.alerting import Alert, Ledger, open_ledger

__all__ = [
    "Alert",
    "Ledger",
    "Preview",
    "Report",
    "add_alert",
    "edit_alert",
    "new_alert",
    "open_ledger",
    "preview",
    "remove",
    "replay",
    "resume",
    "run_alerts",
]
