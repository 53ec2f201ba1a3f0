"""The JSON that commands print is what docs/schema says, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from referencing import Registry, Resource

from tests.conftest import ROOT, SAMPLES, Run

FOLDER = ROOT / "docs" / "schema"
SCHEMAS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)


def strict(schema: Any) -> Any:
    """The schema as of today: what it does not name is not there either."""
    if isinstance(schema, dict):
        return {
            key: False if key == "additionalProperties" and value is True else strict(value)
            for key, value in schema.items()
        }
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


STRICT: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(strict(schema))) for schema in SCHEMAS.values()
)


def check(name: str, value: Any) -> None:
    for registry in (REGISTRY, STRICT):
        jsonschema.Draft202012Validator({"$ref": SCHEMAS[name]["$id"]}, registry=registry).validate(
            value
        )


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def samples(run: Run) -> Run:
    run("add", *sorted(SAMPLES.glob("*.html")), *sorted(SAMPLES.glob("*.txt")))
    return run


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_schemas_with_their_version(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:searchkit:" + name.replace("-", ":")
    assert schema["title"]
    assert schema["description"]
    nothings: list[Any] = [{}, [], None, "hit"]
    for nothing in nothings:
        with pytest.raises(jsonschema.ValidationError):
            check(name, nothing)


def test_what_search_prints(samples: Run) -> None:
    answer = json.loads(samples("search", "dam", "--facets", "--format", "json").stdout)
    assert answer["hits"]
    assert answer["facets"]
    check("results-1", answer)
    for hit in lines(samples("search", "minister", "-n", "200", "--format", "jsonl").stdout):
        check("hit-1", hit)
    for hit in lines(samples("search", "dam", "--explain", "--format", "jsonl").stdout):
        check("hit-1", hit)
        assert hit["reasons"]
    check("results-1", json.loads(samples("search", "unheard", "--format", "json").stdout))
    for answer in lines(samples("batch", "-", stdin="dam\nunheard\n").stdout):
        check("results-1", answer)
        assert answer["topic"]


def test_what_copies_look_like(run: Run, tmp_path: Path) -> None:
    text = "The river treaty stands and every lock along the border stays open until spring."
    records = [{"url": f"https://{n}.example/", "date": "2024-09", "text": text} for n in "ab"]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    run("add", "a.jsonl")
    (hit,) = lines(run("search", "lock", "--format", "jsonl").stdout)
    assert len(hit["copies"]) == 1
    check("hit-1", hit)
    check("document-1", json.loads(run("show", "https://a.example/", "--format", "json").stdout))


def test_what_the_other_commands_print(samples: Run) -> None:
    check("status-1", json.loads(samples("status", "--format", "json").stdout))
    check(
        "count-1", json.loads(samples("count", "dam", "--by", "month", "--format", "json").stdout)
    )
    hit = lines(samples("search", "dam", "-n", "1", "--format", "jsonl").stdout)[0]
    document, passage = hit["document_id"], hit["passage_id"]
    check("document-1", json.loads(samples("show", document, "--format", "json").stdout))
    check("passage-1", json.loads(samples("show", passage, "--format", "json").stdout))
    for row in lines(samples("show", document, "--versions", "--format", "json").stdout):
        check("version-1", row)
    page = min(SAMPLES.glob("*.html"))
    check("document-1", json.loads(samples("clean", page, "--format", "json").stdout))


def test_what_a_diff_looks_like(run: Run, tmp_path: Path) -> None:
    for day in ("Monday", "Friday"):
        record = {"url": "https://a.example/", "text": f"The corridor opens on {day} at noon."}
        (tmp_path / "a.jsonl").write_text(json.dumps(record), "utf-8")
        run("add", "a.jsonl")
    check(
        "diff-1", json.loads(run("show", "https://a.example/", "--diff", "--format", "json").stdout)
    )
