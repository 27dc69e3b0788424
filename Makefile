# partnersim: everything a fresh machine needs is Python 3.11 or later, make, and a package registry.
#
# What is installed goes into .venv; the two stamp files in it say for which pyproject.toml and constraints.txt.

PYTHON ?= python3
VENV ?= .venv

BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/.installed-to-run
TEST_STAMP := $(VENV)/.installed-to-test
SAID := pyproject.toml constraints.txt
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
TEST := $(BIN)/python -m pytest
SCRATCH := build/constraints
AUTOCANNON := build/bench/node_modules/.bin/autocannon

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help demo test check deep flaws bench format clean constraints

help:  ## list what can be made
	@echo 'make TARGET [PYTHON=python3.12]'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(RUN_STAMP)  ## see it work: a sample receiver, both partners, verdicts
	@$(BIN)/partnersim demo

test: $(TEST_STAMP)  ## run the tests
	$(TEST)

check: $(TEST_STAMP)  ## all that must hold before a change lands; the tests, wheel and coverage included, come last
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	rm -f .coverage .coverage.*
	$(TEST) --cov --numprocesses=3 --dist=loadfile --no-loadscope-reorder

deep: $(TEST_STAMP)  ## the long campaigns: kills, mutations, load; takes many minutes
	$(TEST) -m deep

flaws: $(TEST_STAMP)  ## which rule catches which flawed receiver: the table in README anew; takes many minutes
	$(BIN)/python -m tests.flaws

bench: $(TEST_STAMP)  ## how fast it is here, beside what is wanted; wants a quiet machine (SAVE=FILE keeps the table)
	@test -x $(AUTOCANNON) || ! command -v npm > /dev/null || \
	  npm install --prefix build/bench --no-save --no-audit --no-fund --ignore-scripts --silent autocannon@9.0.0 > /dev/null || \
	  echo 'bench: npm could not install autocannon; going on without it' >&2
	$(BIN)/python -m loadtests.bench $(if $(SAVE),--save $(SAVE))

format: $(TEST_STAMP)  ## put the code in the agreed form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## remove all that was made, .venv too
	rm -rf $(VENV) build dist htmlcov .coverage .coverage.* .partnersim .hypothesis
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The exact versions, anew: what a fresh environment of the oldest Python we support is given today.
constraints: $(BIN)/python  ## renew constraints.txt (use the oldest Python: make constraints PYTHON=python3.11)
	@rm -rf $(SCRATCH)
	@mkdir -p $(SCRATCH)
	@echo 'constraints: asking for the newest versions …'
	@$(PYTHON) -m venv $(SCRATCH)/venv
	@$(SCRATCH)/venv/bin/python -m pip --disable-pip-version-check --no-input --quiet install .
	@$(SCRATCH)/venv/bin/python -m pip freeze --exclude partnersim > $(SCRATCH)/run.txt
	@$(SCRATCH)/venv/bin/python -m pip --disable-pip-version-check --no-input --quiet install '.[test]'
	@$(SCRATCH)/venv/bin/python -m pip freeze --exclude partnersim > $(SCRATCH)/all.txt
	@{ sed -n '/^#/!q;p' constraints.txt; \
	   printf '\n# To run\n'; sort -f $(SCRATCH)/run.txt; \
	   printf '\n# To test, besides\n'; sort -f $(SCRATCH)/all.txt | grep -vxFf $(SCRATCH)/run.txt; } > $(SCRATCH)/new.txt
	@mv $(SCRATCH)/new.txt constraints.txt
	@rm -rf $(SCRATCH)
	@echo 'constraints: constraints.txt is new; run `make check` before you keep it'

$(BIN)/python:
	@command -v $(PYTHON) > /dev/null || \
	  { echo 'make: there is no $(PYTHON) here; name a Python 3.11 or later: make PYTHON=/path/to/python3' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: partnersim needs Python 3.11 or later, $(PYTHON) is $$($(PYTHON) -V 2>&1);" \
	    'name another: make PYTHON=python3.12' >&2; exit 1; }
	@echo 'setup: a Python environment in $(VENV) …'
	@rm -f $(RUN_STAMP) $(TEST_STAMP)
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -f $(BIN)/python; echo 'make: no environment without the venv module (Debian: apt-get install python3-venv)' >&2; \
	    exit 1; }

$(RUN_STAMP): $(SAID) $(BIN)/python
	@echo 'setup: installing partnersim …'
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(TEST_STAMP): $(SAID) $(BIN)/python
	@echo 'setup: installing partnersim and what tests it (about a minute) …'
	@$(PIP) install -c constraints.txt -e '.[test]'
	@touch $(RUN_STAMP) $@
