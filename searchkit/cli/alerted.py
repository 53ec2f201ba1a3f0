"""How alerts fare, for those who look after the whole: a part of ``status``.

The archive goes in, fields for JSON come out, and lines for a person: which alerts are
stopped and why, and what could not be delivered to whom.  Secrets of targets stay out.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from searchkit.archive import Archive
from searchkit.cli.terminal import one_line


def alert_state(archive: Archive) -> dict[str, Any]:
    """How many alerts are in which state, which are stopped, and which deliveries are stuck."""
    ledger = archive.alerts
    found = ledger.alerts()
    counts = Counter(alert.state for alert in found)
    stuck = [row._asdict() for row in ledger.stuck()]
    if stuck:
        from searchkit.deliver import redact  # most archives have nothing to deliver

        stuck = [row | {"target": redact(row["target"])} for row in stuck]
    return {
        "active": counts["active"],
        "paused": counts["paused"],
        "stopped": [
            {"name": alert.name, "reason": alert.reason}
            for alert in found
            if alert.state == "stopped"
        ],
        "stuck": stuck,
    }


def alert_lines(state: dict[str, Any]) -> list[str]:
    """The same in words; nothing where there are no alerts.

    >>> alert_lines({"active": 2, "paused": 1, "stopped": [], "stuck": []})
    ['Alerts    2 active, 1 paused, 0 stopped']
    >>> alert_lines({"active": 0, "paused": 0, "stopped": [], "stuck": []})
    []
    """
    counts = state["active"], state["paused"], len(state["stopped"])
    lines = []
    if any(counts):
        lines.append("Alerts    {} active, {} paused, {} stopped".format(*counts))
    lines += [
        f"Stopped   {one_line(row['name'])}: {one_line(row['reason'] or '')};"
        f" see: searchkit alert show {one_line(row['name'])}"
        for row in state["stopped"]
    ]
    for row in state["stuck"]:
        how = "given up" if row["state"] == "failed" else "tried again"
        lines.append(
            f"Stuck     {one_line(row['target'])} since {row['since'][:10]}, {how}:"
            f" {row['messages']:,}; {one_line(row['reason'] or '')}"
        )
    if any(row["state"] == "failed" for row in state["stuck"]):
        lines.append("Run: searchkit alert run --retry-failed")
    return lines
