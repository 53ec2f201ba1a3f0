"""``searchkit evaluate``: how good the ranking is on a collection with judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from searchkit.cli.terminal import note, out, to_json
from searchkit.engines import DEFAULT_ENGINE, ENGINES
from searchkit.errors import SearchkitError
from searchkit.evaluate import (
    MEASURES,
    Figures,
    Scored,
    evaluate,
    evaluate_collection,
    mean,
    read_qrels,
    read_run,
    run_lines,
)

EXAMPLES = """\b
Examples:
  searchkit evaluate scifact/
  searchkit evaluate scifact/ --measure nDCG@10 --write-run scifact.run
  searchkit evaluate --qrels judged.txt --run mine.run --per-topic
\b
A collection is a folder in the layout of BEIR: corpus.jsonl, queries.jsonl and
qrels.tsv or qrels/test.tsv.  Judgements and runs of TREC are read, too.  The
words of a topic are asked with --any, as of one who types a question.
"""


@click.command("evaluate", epilog=EXAMPLES)
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--qrels", type=click.Path(dir_okay=False, path_type=Path), help="Judgements.")
@click.option("--run", "run_path", type=click.Path(dir_okay=False, path_type=Path),
              help="Judge this TREC run; nothing is indexed.")  # fmt: skip
@click.option("--measure", "measures", multiple=True, default=MEASURES, show_default=True,
              help="nDCG, AP, RR, P, R, with @k; may be given more than once.")  # fmt: skip
@click.option("--engine", type=click.Choice(sorted(ENGINES)), default=DEFAULT_ENGINE)
@click.option("--rerank", is_flag=True, help="Order the first 50 answers by meaning, too.")
@click.option("--write-run", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the answers as a TREC run.")  # fmt: skip
@click.option("--per-topic", is_flag=True, help="Also the figures of each topic.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def command(
    folders: tuple[Path, ...],
    qrels: Path | None,
    run_path: Path | None,
    measures: tuple[str, ...],
    engine: str,
    rerank: bool,
    write_run: Path | None,
    per_topic: bool,
    form: str,
) -> None:
    """Index collections with judgements, ask their topics, and print the measures."""
    if run_path is not None:
        if qrels is None or folders:
            raise click.UsageError("--run goes with --qrels and without a folder")
        figures = evaluate(read_qrels(qrels), read_run(run_path), measures)
        _print({run_path.name: figures}, per_topic=per_topic, form=form)
        return
    if not folders:
        raise click.UsageError("give a folder with a collection, or --qrels with --run")
    if len(folders) > 1 and (qrels or write_run):
        raise click.UsageError("--qrels and --write-run go with one folder")
    found: dict[str, Figures] = {}
    for folder in folders:
        note(f"Indexing and asking {folder.name} ...")
        figures, run = evaluate_collection(
            folder, engine_name=engine, measures=measures, qrels=qrels, rerank=rerank
        )
        found[folder.name] = figures
        if write_run is not None:
            _write_run(write_run, run, engine)
    _print(found, per_topic=per_topic, form=form)


def _write_run(path: Path, run: Mapping[str, Sequence[Scored]], engine: str) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(line + "\n" for line in run_lines(run, f"searchkit-{engine}"))
    except OSError as error:
        raise SearchkitError(f"{path} cannot be written: {error.strerror or error}") from error


def _print(found: Mapping[str, Figures], *, per_topic: bool, form: str) -> None:
    if form == "json":
        out(to_json({name: _json(figures, per_topic) for name, figures in found.items()}))
        return
    names = list(next(iter(found.values())))
    width = max(len(name) for name in (*found, "collection"))
    out(f"{'collection':{width}}  topics  " + "  ".join(f"{name:>8}" for name in names))
    for name, figures in found.items():
        topics = next(iter(figures.values()))
        if per_topic:
            for topic in topics:
                out(_row(topic, "", [figures[m][topic] for m in names], width))
        out(_row(name, str(len(topics)), [mean(figures[m]) for m in names], width))


def _row(name: str, topics: str, values: Sequence[float], width: int) -> str:
    return f"{name:{width}}  {topics:>6}  " + "  ".join(f"{value:8.4f}" for value in values)


def _json(figures: Figures, per_topic: bool) -> dict[str, object]:
    means: dict[str, object] = {name: mean(values) for name, values in figures.items()}
    return {"mean": means, "topics": figures} if per_topic else {"mean": means}
