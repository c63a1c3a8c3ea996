PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := build/demo

.PHONY: demo test lint clean

demo: $(READY)
	$(BIN)/sal-anchors align sample_data/prompts -k please -o $(DEMO)/please.anchors --jobs 2
	$(BIN)/sal-anchors inspect $(DEMO)/please.anchors --plain
	$(BIN)/sal-anchors inspect $(DEMO)/please.anchors --plain --id agent-pass
	$(BIN)/sal-anchors train $(DEMO)/please.anchors --loss sal --out $(DEMO)/please.run --overwrite
	$(BIN)/sal-anchors evaluate $(DEMO)/please.run $(DEMO)/please.anchors
	@echo "Written: $(DEMO)/please.anchors (manifest), $(DEMO)/please.run (model, metrics)"

test: $(READY) lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@

clean:
	rm -rf build $(VENV) *.egg-info
