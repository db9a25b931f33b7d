# Every target works on a fresh checkout with Python 3.11 or newer and nothing else; each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# Compiled modules are kept, whatever the environment says: else each of the many processes compiles all of them again.
export PYTHONDONTWRITEBYTECODE :=
ON_EVERY_CORE := --numprocesses auto --maxprocesses 4 --no-loadscope-reorder
# Tests on engines wait for much of their time: three processes keep two cores busy. Dealt out by tests/conftest.py.
SIDE_BY_SIDE := --numprocesses 3 --no-loadscope-reorder

.PHONY: demo setup lint check test suite bench faults properties format lock docs clean

demo: setup            ## engines, services, two example teams and a live stream of mentions
	@exec $(BIN)/webcare demo

setup: $(VENV)/.ready node_modules/.ready   ## .venv/ and the page scripts (EXTRAS=deep for more)

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "setting up $(VENV) (a minute, the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.ready: package-lock.json $(VENV)/.ready
	@$(BIN)/python deploy/npm.py ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

lint: setup            ## format, lint, types, import rules, the compose file
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	nice $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

check: lint            ## the same, and unit and property tests
	$(BIN)/pytest tests/unit tests/properties -q $(ON_EVERY_CORE)

test: setup            ## everything, on real engines and in a real browser; lint goes beside the tests
	@$(MAKE) --no-print-directory --jobs 2 lint suite

suite: setup
	$(BIN)/python -m tests.with_engines $(BIN)/pytest $(SIDE_BY_SIDE)

faults: setup          ## the long form: 50,000 lines and 5,000 commands while everything is killed and frozen
	WEBCARE_TEST_FAULT_LINES=50000 WEBCARE_TEST_FAULT_COMMANDS=5000 $(BIN)/pytest tests/faults -s --timeout=3600

properties: setup      ## the long form of the properties: 2,000 examples of each of the rota, time and routing
	WEBCARE_LONG_PROPERTIES=1 $(BIN)/pytest tests/properties --timeout=3600 $(ON_EVERY_CORE)

bench: setup           ## figures side by side, into docs/benchmarks.md
	$(BIN)/python -m tests.bench

docs: setup            ## the generated documents: JSON Schemas, AsyncAPI and the screenshots
	$(BIN)/webcare asyncapi --write docs/asyncapi

format: setup
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lock: setup            ## pin the dependencies anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --no-emit-index-url --no-header \
	  --generate-hashes --only-binary :all: --quiet --upgrade -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) node_modules build
