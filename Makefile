# `make` alone prints the targets. pip is the only tool needed: Node comes from it too.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run dev test bench train-zoo presets fmt page chromium \
	ruff format mypy svelte-check lint vitest pytest

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# The real pictures, which are never part of the repository.
DATA ?= ../shared/data
NPM := npm --prefix static
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BUILD := pyproject.toml setup.py static/package.json static/package-lock.json
PAGE := static/vite.config.ts static/tsconfig.json $(shell find static/src static/public -type f 2>/dev/null)
# Two processes, each with whole files in the order in which they are found: see tests/conftest.py.
SIDE_BY_SIDE := -n 2 --dist loadfile --no-loadscope-reorder
CHECKS := ruff format mypy svelte-check lint vitest pytest

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: .venv/.run ## start ConvLens; give flags as ARGS="--port 8001"
	@exec $(BIN)/convlens $(ARGS)

dev: .venv/.test static/node_modules/.full page ## the server, and the page's sources served as they change
	@$(BIN)/convlens serve --no-browser & server=$$!; trap "kill $$server" EXIT INT TERM; $(NPM) run dev

test: $(CHECKS) ## every check; stops at the first that fails

bench: .venv/.test page chromium ## figures of speed, a table and bench.json
	@$(BIN)/python -m tests.bench $(ARGS)

train-zoo: .venv/.test ## train the networks that ship again, from DATA=../shared/data
	@$(BIN)/python -m convlens.train.recipe --data $(DATA) $(ARGS)

presets: .venv/.test ## whether every preset of training holds, on five seeds
	@$(BIN)/python -m convlens.train.experiments $(ARGS)

fmt: .venv/.test static/node_modules/.full ## put every file in its format
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .
	$(NPM) run --silent fmt

# What the targets above stand on.

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python"; exit 2; }
	$(PYTHON) -m venv .venv

.venv/.run: $(BIN)/python $(BUILD) $(PAGE)
	$(BIN)/python -m pip install -e .
	@touch $@

.venv/.test: $(BIN)/python $(BUILD)
	$(BIN)/python -m pip install -e '.[test]'
	@touch .venv/.run $@

static/node_modules/.full: static/package-lock.json | .venv/.test
	$(NPM) ci
	@touch $@

page: .venv/.test static/node_modules/.full
	@$(BIN)/python setup.py --quiet build_page --inplace

# The shell is Chromium without windows: the browser tests take three fifths of the time in it.
SHELL_OF_CHROMIUM = chromium-headless-shell
APT = DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::http::Timeout=30
chromium: .venv/.test
	@command -v $(SHELL_OF_CHROMIUM) \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get && $(APT) update \
		&& $(APT) install -y --no-install-recommends $(SHELL_OF_CHROMIUM); } \
	|| command -v chromium || command -v chromium-browser || command -v google-chrome \
	|| $(BIN)/python -m playwright install chromium

# mypy cannot follow an editable install: it gets the package under its installed name.
build/typing/convlens:
	@mkdir -p build/typing && ln -s ../../server $@

ruff: .venv/.test
	$(BIN)/ruff check .

format: .venv/.test
	$(BIN)/ruff format --check .

mypy: .venv/.test build/typing/convlens
	$(BIN)/mypy build/typing/convlens tests

svelte-check lint vitest: static/node_modules/.full

svelte-check:
	$(NPM) run --silent check

lint:
	$(NPM) run --silent lint

vitest:
	$(NPM) run --silent test

pytest: page chromium
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(ARGS)
