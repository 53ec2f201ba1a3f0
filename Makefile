# make demo   the main job on the shipped samples
# make test   the tests
# make check  what CI runs: format, lint, types, tests, generated docs
# make bench  the benchmarks (minutes; some need the measuring data)

PYTHON ?= python3
VENV ?= .venv
DEMO ?= demo
BIN := $(VENV)/bin
SEARCHKIT := $(BIN)/searchkit

.PHONY: demo test lint check bench docs lock clean

# Hashes are checked for everything that is installed; hatchling comes from the
# lock too, so that building the package fetches nothing.
$(VENV)/installed: pyproject.toml requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	touch $@

demo: $(VENV)/installed
	@SEARCHKIT="$(SEARCHKIT)" SEARCHKIT_INDEX="$(DEMO)" sh seeds/samples/demo.sh

test: $(VENV)/installed
	$(BIN)/python -m pytest -q

lint: $(VENV)/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(VENV)/installed
	$(BIN)/cog -r README.md

check: lint test
	$(BIN)/cog --check README.md

# What we are measured beside is no part of the lock, which holds what is installed to work.
$(VENV)/beside: $(VENV)/installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python --group bench --group train
	touch $@

bench: $(VENV)/beside
	for bench in tests/bench/[a-z]*.py; do \
		echo "== $$bench"; $(BIN)/python -m tests.bench.$$(basename $$bench .py) || exit 1; done

lock: $(VENV)/installed
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --group dev --extra rerank pyproject.toml -o requirements.txt

clean:
	rm -rf $(VENV) $(DEMO)
