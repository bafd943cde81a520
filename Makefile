# Qiao on one machine. It needs python3 (3.11 or later) with pip, and make; everything else lands in .venv and QIAO_DATA.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
INSTALL = $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet --quiet --require-hashes
CATALOGUES := $(wildcard translations/*/LC_MESSAGES/*.po)

.NOTPARALLEL:
.PHONY: help setup run test check fix lock migrate translations bench

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: .venv/.runs .venv/.translated  ## make .venv and everything generated; quick when nothing changed

run: setup  ## start everything on this machine (PORT=8000, QIAO_DATA=./var); Ctrl-C stops it
	@exec $(BIN)/python -m embedded --follow-parent

test: .venv/.checks setup  ## run every test (ARGUMENTS="-k name" chooses)
	@$(BIN)/pytest -n 2 --dist loadgroup $(ARGUMENTS)

check: .venv/.checks setup  ## style, types, import contracts, templates, translations, data
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint intake/templates
	$(BIN)/flask translations check
	$(BIN)/flask check-data

fix: .venv/.checks  ## mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: .venv/.checks  ## pin what requirements.in and requirements-dev.in ask for
	for set in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url $$set.in --output-file $$set.txt || exit 1; \
	done

migrate: setup  ## bring the database to the newest form
	$(BIN)/flask db upgrade

translations: setup  ## bring every catalogue up to date with the sentences of code and templates
	$(BIN)/flask translations update

bench: .venv/.checks setup  ## measure; prints ratios and writes bench/results/*.json
	$(BIN)/python -m bench

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Qiao needs Python 3.11 or later, this is " + sys.version)'
	@$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -m pip --python $@ --version > /dev/null || { rm -rf .venv; \
	  echo "Qiao needs pip 22.3 or later for $(PYTHON) (on Debian: apt-get install python3-pip)" >&2; exit 1; }

.venv/.runs: requirements.txt | $(BIN)/python
	@echo "installing what runs (once, about half a minute) …"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.checks: requirements-dev.txt | $(BIN)/python
	@echo "installing what checks (once, about a minute) …"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@ .venv/.runs

.venv/.translated: .venv/.runs $(CATALOGUES)
	@$(BIN)/flask translations compile
	@$(BIN)/flask check-data > /dev/null || $(BIN)/flask check-data
	@touch $@
