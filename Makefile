# Nothing but Python 3.11 or newer, make and git is needed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SAMPLE := sample
# Each file of tests stays in one process, so what it sets up is set up once.
TEST_ARGS ?= -n auto --maxprocesses 4 --dist loadfile

# Which library: LIBRARY=dir (and DATA=dir, MATCHES=dir), else media_assets.toml here, else the sample.
export DAGSTER_HOME := $(CURDIR)
ifneq ($(strip $(LIBRARY)),)
export MEDIA_ASSETS_LIBRARY := $(LIBRARY)
else ifeq ($(strip $(MEDIA_ASSETS_CONFIG)$(MEDIA_ASSETS_LIBRARY)$(wildcard media_assets.toml)),)
export MEDIA_ASSETS_CONFIG := $(CURDIR)/$(SAMPLE)/media_assets.toml
WITH_SAMPLE := yes
endif
ifneq ($(strip $(DATA)),)
export MEDIA_ASSETS_DATA := $(DATA)
endif
ifneq ($(strip $(MATCHES)),)
export MEDIA_ASSETS_MATCHES := $(MATCHES)
endif
ifneq ($(strip $(PLAYER)),)
RUN_ARGS += --player "$(PLAYER)"
endif

.PHONY: help run ui test lint bench docs clean
.DEFAULT_GOAL := help

help:
	@echo "make run    materialize the graph (LIBRARY=dir DATA=dir MATCHES=dir PLAYER=name)"
	@echo "make ui     the Dagster web UI on http://127.0.0.1:3000"
	@echo "make test   the whole test suite"
	@echo "make lint   format, lint and types"
	@echo "make bench  the benchmarks, beside what else does such work (BENCH_ARGS=names and options)"
	@echo "make docs   write docs/tables.md from the table specifications"

run: $(VENV)/.run
ifeq ($(WITH_SAMPLE),yes)
	@$(BIN)/media-assets demo $(SAMPLE)
endif
	@$(BIN)/media-assets run $(RUN_ARGS)

ui: $(VENV)/.run
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000 --workspace workspace.yaml

# Tests start hundreds of processes: each would compile the whole package, were that not kept.
test: $(VENV)/.dev
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest $(TEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

docs: $(VENV)/.run
	$(BIN)/python -m media_assets.store.describe > docs/tables.md

clean:
	rm -rf $(VENV) .dagster $(SAMPLE) build dist *.egg-info

# Each file says that its environment is whole; it is older than what it is made from when that
# changes, so a second run installs nothing.
$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ui]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(VENV)/.run $@
