"""The tantivy engine beside tantivy itself with English stems, and beside Whoosh's defaults.

    python -m tests.bench.bench_tantivy [ENTRIES]

Texts are those of `bench_engine`: made up, of a Zipf-like spread.  Each side has a process
of its own.  tantivy itself holds one term a word and has no filters but the two asked
for; the engine holds two terms a word.  All give exact totals and the ids of the best ten.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.bench_engine import (
    COUNTRIES,
    ask_ours,
    ask_raw,
    build_ours,
    build_raw,
    day,
    in_process,
    make_texts,
    make_words,
    measure,
    timed,
)


def build_tantivy(folder: Path, count: int) -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="en_stem")
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("country", tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("first", fast=True)
    index = tantivy.Index(builder.build(), str(folder))
    writer = index.writer(128_000_000, 1)
    for number, text in enumerate(make_texts(count)):
        document = tantivy.Document()
        document.add_text("id", f"d{number // 5}:{number}")
        document.add_text("text", " ".join([*text, *text[:8]]))
        document.add_text("title", " ".join(text[:8]))
        document.add_text("country", COUNTRIES[number % 5])
        document.add_unsigned("first", day(number))
        writer.add_document(document)
        if number % 20_000 == 19_999:
            writer.commit()
    writer.commit()
    writer.wait_merging_threads()
    return index


def ask_tantivy(index: Any) -> Any:
    from tantivy import FieldType, Occur, Query

    index.reload()
    schema, searcher, words = index.schema, index.searcher(), make_words()

    def term(word: str, field: str = "text") -> Any:
        return Query.term_query(schema, field, word)

    def every(*queries: Any) -> Any:
        return Query.boolean_query([(Occur.Must, query) for query in queries])

    stems: list[Any] = [stem_of(index, words[rank]) for rank in (0, 5, 3000)]
    common, often, rare = map(term, stems)
    days = Query.range_query(schema, "first", FieldType.Unsigned, 20240301, 20240531)
    phrase = Query.phrase_query(schema, "text", stems[:2])
    slop = Query.phrase_query(schema, "text", stems[:2], 3)
    queries = {
        "term": common,
        "rare term": rare,
        "and": every(common, often),
        "and rare": every(common, rare),
        "or": Query.boolean_query([(Occur.Should, part) for part in (common, often, rare)]),
        "phrase": phrase,
        "phrase, slop 3": slop,
        "term, country": every(common, term("QA", "country")),
        "term, days": every(common, days),
        "term, not": Query.boolean_query([(Occur.Must, common), (Occur.MustNot, often)]),
        "prefix": Query.regex_query(schema, "text", words[0][:3] + ".*"),
        "everything": Query.all_query(),
    }

    def answer(query: Any) -> int:
        """What is asked of the engine, too: the exact total, and the ids of the best."""
        found = searcher.search(query, 10, count=True)
        assert all(searcher.doc(address)["id"] for _, address in found.hits)
        total: int = found.count
        return total

    return {
        kind: timed(lambda query=query: answer(query))  # type: ignore[misc]
        for kind, query in queries.items()
    }


def stem_of(index: Any, word: str) -> str:
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    analyzer = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.stemmer("english"))
    stem: str = analyzer.build().analyze(word)[0]
    return stem


SIDES: dict[str, tuple[Callable[[Path, int], Any], Callable[[Any], Any]]] = {
    "searchkit": (partial(build_ours, engine_name="tantivy"), ask_ours),
    "tantivy": (build_tantivy, ask_tantivy),
    "Whoosh": (build_raw, ask_raw),
}


def main(count: int) -> None:
    begun = time.perf_counter()
    found = {side: in_process(side, count, "bench_tantivy") for side in SIDES}
    for side, figures in found.items():
        print(
            f"{side:10} {count / figures['wall']:9,.0f} entries/s, "
            f"{count / figures['cpu']:9,.0f} by processor time, {figures['mb']:.0f} MB"
        )
    ours = found["searchkit"]
    for other in ("tantivy", "Whoosh"):
        ratio = found[other]["cpu"] / ours["cpu"]
        print(f"build: {ratio:.2f} times the rate of {other} by processor time")
    print("p50 in ms        searchkit   tantivy    Whoosh   searchkit/tantivy")
    ratios = []
    for kind, figures in ours["queries"].items():
        raw = found["tantivy"]["queries"][kind]["ms"]
        whoosh = found["Whoosh"]["queries"].get(kind)
        ratios.append(figures["ms"] / raw)
        beside = f"{whoosh['ms']:9.2f}" if whoosh else "        -"
        print(f"{kind:16} {figures['ms']:9.3f} {raw:9.3f} {beside} {ratios[-1]:9.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}; {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    if len(sys.argv) > 2:
        print(json.dumps(measure(entries, *SIDES[sys.argv[2]])))
    else:
        main(entries)
