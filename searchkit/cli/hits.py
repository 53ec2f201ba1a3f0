"""Hits as people and scripts get them: text, JSON, JSON lines, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from searchkit.cli.terminal import mark, one_line, style, visible, wrap
from searchkit.records import Copy, Document, Facet, Hit, Passage, Results

SCHEMA = "searchkit.hit/1"

# Evidence that is not a name beside the words: a person should look before quoting.
INFERRED = {"pronoun", "role", "continuation"}


def attribution(passage: Passage) -> str:
    """Who speaks, with office and country, and how that is known when not by name.

    >>> attribution(Passage("d:1", "d", 0, 2, "Hi", "narration"))
    'Narration'
    """
    if passage.speaker is None:
        return {
            "issuer": "The issuer",
            "narration": "Narration",
        }.get(passage.kind, "Speaker not named") + (
            f", {one_line(passage.role)}" if passage.role else ""
        )
    office = one_line(passage.role or "")
    body = one_line(passage.affiliation or "")
    if body and body not in office and body != one_line(passage.speaker):
        office = f"{office} ({body})" if office else body
    name = one_line(passage.speaker) + (f", {office}" if office else "")
    if passage.via in INFERRED:
        mention = passage.speaker_mention
        name += f" [inferred: {passage.via}" + (f" {one_line(mention)!r}]" if mention else "]")
    return name


def document_line(document: Document) -> str:
    """Date with its certainty, source and title."""
    if document.published is None:
        date = "undated"
    elif document.published_certainty == "certain":
        date = document.published
    else:
        date = f"{document.published} ({document.published_certainty})"
    source = document.source or document.site
    return " · ".join(part for part in (date, one_line(source or ""), document.language) if part)


def hit_text(hit: Hit, *, colour: bool) -> str:
    """Some lines for a person: rank and speaker, date and source, passage, id and URL."""
    passage, document = hit.passage, hit.document
    title = mark(one_line(document.title or "Untitled"), hit.title_marks, colour=colour)
    some = "  (some of the words)" if hit.matched == "some" else ""
    lines = [
        f"{hit.rank}. " + style(attribution(passage), "1", colour=colour) + some,
        f"   {document_line(document)} · {title}",
        wrap(_excerpt(hit, colour=colour), "     "),
        style(f"   {passage.id}  {one_line(document.url or '')}".rstrip(), "2", colour=colour),
    ]
    if hit.reasons:
        lines.append(style(wrap(reasons_line(hit), "   "), "2", colour=colour))
    if hit.copies:
        lines.insert(3, style(f"   {copies_line(hit.copies)}", "2", colour=colour))
    return "\n".join(lines)


_IN_FIELD = {"text": "", "title": " in the title"}


def reasons_line(hit: Hit) -> str:
    """What a hit has its score from, most of it first."""
    reasons = sorted(hit.reasons, key=lambda reason: -reason.score)
    told = (
        f"{one_line(r.what)} ({r.how}{_IN_FIELD.get(r.field, f', {r.field}')}) {r.score:.2f}"
        for r in reasons
    )
    return f"score {hit.score:.2f}: " + " + ".join(told)


MAX_OUTLETS = 4


def copies_line(copies: Sequence[Copy]) -> str:
    """How many copies there are, with outlets and dates.

    >>> copies_line([Copy("a:1", "a", "River Wire", "2024-03-02"), Copy("b:1", "b")])
    'and 2 copies: River Wire 2024-03-02, unnamed undated'
    """
    outlets = dict.fromkeys(
        f"{one_line(copy.source or 'unnamed')} {copy.published or 'undated'}" for copy in copies
    )
    told = list(outlets)[:MAX_OUTLETS]
    more = f" and {len(outlets) - MAX_OUTLETS:,} more" if len(outlets) > MAX_OUTLETS else ""
    word = "copy" if len(copies) == 1 else "copies"
    return f"and {len(copies):,} {word}: {', '.join(told)}{more}"


def _excerpt(hit: Hit, *, colour: bool) -> str:
    """The snippet with its marks, and an ellipsis where the passage goes on."""
    snippet = hit.snippet
    end = snippet.start + len(snippet.text)
    before = "… " if hit.passage.text[: snippet.start].strip() else ""
    after = " …" if hit.passage.text[end:].strip() else ""
    return before + mark(snippet.text, snippet.marks, colour=colour) + after


def passage_fields(passage: Passage, document: Document) -> dict[str, Any]:
    """A passage with what is known of its document, as JSON gives it: absent is null."""
    return {
        "schema": SCHEMA,
        "passage_id": passage.id,
        "document_id": document.id,
        "url": document.url,
        "title": document.title,
        "source": document.source or document.site,
        "published": document.published,
        "published_source": document.published_source,
        "published_certainty": document.published_certainty,
        "language": document.language,
        "speaker": passage.speaker,
        "speaker_mention": passage.speaker_mention,
        "role": passage.role,
        "affiliation": passage.affiliation,
        "country": passage.country,
        "kind": passage.kind,
        "form": document.form,
        "cue": passage.cue,
        "via": passage.via,
        "confidence": passage.confidence,
        "text": passage.text,
        "statements": [
            {
                "start": statement.start - passage.start,
                "end": statement.end - passage.start,
                "text": statement.text,
                "kind": statement.kind,
                "speaker": statement.speaker,
                "speaker_mention": statement.speaker_mention,
                "role": statement.role,
                "affiliation": statement.affiliation,
                "cue": statement.cue,
                "via": statement.via,
                "confidence": statement.confidence,
            }
            for statement in passage.statements
        ],
    }


def hit_fields(hit: Hit) -> dict[str, Any]:
    """A hit in schema version 1; ``marks`` are offsets into ``snippet``."""
    fields = passage_fields(hit.passage, hit.document)
    return {
        "schema": fields.pop("schema"),
        "rank": hit.rank,
        "score": round(hit.score, 6),
        **fields,
        "snippet": hit.snippet.text,
        "snippet_start": hit.snippet.start,
        "marks": [list(pair) for pair in hit.snippet.marks],
        "matched": hit.matched,
        "copies": [asdict(copy) for copy in hit.copies],
        "reasons": [asdict(reason) for reason in hit.reasons],
    }


def results_fields(results: Results) -> dict[str, Any]:
    """The whole answer as one JSON object gives it."""
    return {
        "schema": "searchkit.results/1",
        "query": results.query,
        "reading": results.reading,
        "notes": list(results.notes),
        "total": results.total,
        "hits": [hit_fields(hit) for hit in results.hits],
        "facets": {
            facet.by: [{"value": value, "count": count} for value, count in facet.rows]
            for facet in results.facets
        },
    }


def trec_lines(results: Results, topic: str) -> Iterator[str]:
    """The hits as lines of a TREC run, passage ids for documents."""
    from searchkit.batch import run_scores

    name = "_".join(visible(topic).split())
    scores = run_scores(hit.score for hit in results.hits)
    for hit, score in zip(results.hits, scores, strict=True):
        yield f"{name} Q0 {hit.passage.id} {hit.rank} {score:.6f} searchkit"


def facet_lines(facets: Sequence[Facet]) -> list[str]:
    """A line for each facet.

    >>> facet_lines([Facet("year", (("2024", 1200), ("2023", 7)))])
    ['By year: 2024 1,200 · 2023 7']
    """
    return [
        f"By {facet.by}: "
        + " · ".join(f"{one_line(value or 'none')} {count:,}" for value, count in facet.rows)
        for facet in facets
    ]


CSV_FIELDS = [
    "rank", "score", "passage_id", "speaker", "role", "affiliation", "country", "kind", "via",
    "confidence", "published", "published_certainty", "source", "title", "language", "url",
    "matched", "text",
]  # fmt: skip


def csv_lines(results: Results) -> Iterator[str]:
    """CSV (RFC 4180) with a header; the lines carry their own ends.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it, and
    control characters are shown as on a terminal: what must be exact is in the JSON.
    """
    yield csv_row(CSV_FIELDS)
    for hit in results.hits:
        fields = hit_fields(hit)
        yield csv_row([fields[name] for name in CSV_FIELDS])


def _cell(value: Any) -> str:
    text = "" if value is None else visible(str(value))
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_row(values: Sequence[Any]) -> str:
    """One line of CSV with its end, safe to open in a spreadsheet.

    >>> csv_row(["=1+1", None, 2])
    "'=1+1,,2\\r\\n"
    """
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerow([_cell(value) for value in values])
    return out.getvalue()
