"""Figures of `tests.bench.engines` as Markdown: a table a size, growth, what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

TANTIVY, WHOOSH = "searchkit/tantivy", "searchkit/Whoosh"
RAW_TANTIVY, RAW_WHOOSH, FTS5, LUCENE = "tantivy", "Whoosh", "SQLite FTS5", "Lucene"
PEERS = (TANTIVY, RAW_TANTIVY, WHOOSH, RAW_WHOOSH, FTS5, LUCENE)
P50, P95, P99, TOTAL = range(4)


def markdown(figures: Any) -> str:
    """All tables; ``figures`` by size, each with ``about`` and ``sides``."""
    lines: list[str] = []
    for size, told in figures.items():
        lines += [*_size(int(size), told), ""]
    if len(figures) > 1:
        lines += [*_growth(figures), ""]
    lines += [*_aims(figures), ""]
    return "\n".join(lines)


def _size(size: int, told: Any) -> Iterator[str]:
    about, sides = told["about"], told["sides"]
    made = f"{about['recombined']:,} of them recombined" if about["recombined"] else "none made up"
    yield f"### {size:,} passages"
    yield ""
    yield f"{made}; {about['each']} questions of each kind. {about['machine']}; {about['date']}."
    yield ""
    yield (
        "| | built, passages/s of CPU | times raw Whoosh | MB | peak MB of memory "
        "| 20 passages again, ms of CPU | opened and asked once, ms of CPU |"
    )
    yield "|---|---|---|---|---|---|---|"
    for name in PEERS:
        if name not in sides:
            yield f"| {name} | not run | | | | | |"
            continue
        side = sides[name]
        times = _ratio(sides, RAW_WHOOSH, name, "cpu_s")
        cold = f"{side['cold_ms']:.0f}" if "cold_ms" in side else "-"
        commit = sorted(side["commits_ms"])[len(side["commits_ms"]) // 2]
        yield (
            f"| {name} | {size / side['cpu_s']:,.0f}{_entries(size, side)} | {times} "
            f"| {side['mb']:.0f} | {side['memory_mb']:.0f} | {commit:.1f} | {cold} |"
        )
    yield ""
    yield from _questions(sides)


def _entries(size: int, side: Any) -> str:
    """For our engines, the rate of the engine alone, given entries."""
    if not side.get("entries_s"):
        return ""
    return f" (given entries: {size / (side['cpu_s'] - side['entries_s']):,.0f})"


def _ratio(sides: Any, one: str, other: str, key: str) -> str:
    if one not in sides or other not in sides:
        return "-"
    return f"{sides[one][key] / sides[other][key]:.2f}"


def _questions(sides: Any) -> Iterator[str]:
    names = [name for name in PEERS if name in sides]
    both = TANTIVY in sides and RAW_TANTIVY in sides
    beside = " | / tantivy p50, p95 |" if both else " |"
    yield f"| p50, p95, p99 in ms of CPU | found | {' | '.join(names)}{beside}"
    yield "|---" * (len(names) + 2 + both) + "|"
    for kind in sides[names[0]]["questions"]:
        rows = {name: sides[name]["questions"].get(kind) for name in names}
        cells = [_times(rows[name]) for name in names]
        if both:
            ours, raw = rows[TANTIVY], rows[RAW_TANTIVY]
            cells.append(f"{ours[P50] / raw[P50]:.2f}, {ours[P95] / raw[P95]:.2f}")
        yield f"| {kind} | {rows[names[0]][TOTAL]:,.0f} | {' | '.join(cells)} |"


def _times(row: list[float] | None) -> str:
    return ", ".join(_ms(value) for value in row[:TOTAL]) if row else "-"


def _ms(microseconds: float) -> str:
    ms = microseconds / 1000
    return f"{ms:.3f}" if ms < 1 else f"{ms:.2f}" if ms < 10 else f"{ms:.0f}"


def _growth(figures: Any) -> Iterator[str]:
    sizes = sorted(figures, key=int)
    yield "### Growth"
    yield ""
    yield "How many times the CPU of a build, and of the median kind's p50, for more passages."
    yield ""
    yield "| | " + " | ".join(f"{int(a):,} to {int(b):,}" for a, b in pairwise(sizes)) + " |"
    yield "|---" * len(sizes) + "|"
    for name in PEERS:
        cells = []
        for one, other in pairwise(sizes):
            a, b = figures[one]["sides"].get(name), figures[other]["sides"].get(name)
            cells.append(_grown(a, b) if a and b else "-")
        if any(cell != "-" for cell in cells):
            yield f"| {name} | {' | '.join(cells)} |"


def _grown(one: Any, other: Any) -> str:
    kinds = [kind for kind in one["questions"] if kind in other["questions"]]
    times = sorted(other["questions"][k][P50] / one["questions"][k][P50] for k in kinds)
    return (
        f"build {other['cpu_s'] / one['cpu_s']:.1f}, p50 {times[len(times) // 2]:.1f} "
        f"(most {times[-1]:.1f})"
    )


def _aims(figures: Any) -> Iterator[str]:
    yield "### What was aimed at"
    yield ""
    yield "| at | aim | measured |"
    yield "|---|---|---|"
    for size, told in figures.items():
        for aim, found, met in _aimed(told["sides"]):
            yield f"| {int(size):,} | {aim} | {found}{'' if met else ', missed'} |"


def _aimed(sides: Any) -> Iterator[tuple[str, str, bool]]:
    """Aim, what was found, and whether that is met, where both sides were run."""

    def build(name: str, peer: str, least: float) -> Iterator[tuple[str, str, bool]]:
        if name in sides and peer in sides:
            ratio = sides[peer]["cpu_s"] / sides[name]["cpu_s"]
            yield (
                f"{name}: built at {least} times the rate of {peer}",
                f"{ratio:.2f}",
                ratio >= least,
            )

    yield from build(WHOOSH, RAW_WHOOSH, 1.6)
    yield from build(TANTIVY, RAW_WHOOSH, 10)
    yield from build(TANTIVY, RAW_TANTIVY, 0.4)
    for kind, most in (("two words, all", 1.0), ("a word, country and days", 0.1)):
        if WHOOSH in sides and RAW_WHOOSH in sides:
            pair = [sides[name]["questions"][kind][P50] for name in (WHOOSH, RAW_WHOOSH)]
            ratio = pair[0] / pair[1]
            yield f"{WHOOSH}: {kind}, p50 at most {most} of Whoosh", f"{ratio:.3f}", ratio <= most
    for peer, most in ((RAW_TANTIVY, 1.5), (FTS5, 1.0)):
        if TANTIVY in sides and peer in sides:
            missed = _over(sides[TANTIVY]["questions"], sides[peer]["questions"], most)
            found = "; ".join(missed) or "each kind"
            yield f"{TANTIVY}: p50 and p95 at most {most} of {peer}", found, not missed


def _over(ours: Any, theirs: Any, most: float) -> list[str]:
    found = []
    for kind in ours:
        ratios = [ours[kind][at] / theirs[kind][at] for at in (P50, P95)]
        if max(ratios) > most:
            found.append(f"{kind} {ratios[0]:.2f}, {ratios[1]:.2f}")
    return found
