# What people do here; `make help` lists it. Needs Python 3.11 or newer, and nothing else.
# Where there is no make: see README.md.

PYTHON ?= python3
PORT ?= 8866
HUB_PORT ?= 8000
HUB := docs/examples/hub
VENV := .venv
RUN := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help install review hub-demo spark-demo test lint format cover bench soak screenshots proof lock clean

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(VENV)/.installed ## make .venv with the locked packages (the other targets do it by themselves)

review: $(VENV)/.installed ## build the demo study if there is none, and serve it (PORT=8866)
	@test -e demo || { rm -rf build/demo; $(RUN) -m lltic demo build/demo && mv build/demo demo; }
	$(RUN) -m lltic serve --study demo --port $(PORT)

hub-demo: $(VENV)/.installed build/hub/.installed ## the same through JupyterHub, a server for each person (HUB_PORT=8000; needs npm)
	$(RUN) -m lltic hub-demo --port $(HUB_PORT) --config $(HUB)/jupyterhub_config.py \
	  --proxy build/hub/node_modules/.bin/configurable-http-proxy

spark-demo: $(VENV)/.installed $(VENV)/.spark ## the demo's cohort on a Spark cluster of two workers on this machine (needs Java 17 or 21)
	$(RUN) docs/examples/spark/demo.py

test: $(VENV)/.installed $(VENV)/.spark ## run everything that CI runs: lint, types, tests
	$(RUN) -m lltic test

lint: $(VENV)/.installed ## only lint and types
	$(RUN) -m lltic test --only lint --only format --only types

format: $(VENV)/.installed ## lay out the code, and mend what can be mended by itself
	$(RUN) -m ruff check --fix .
	$(RUN) -m ruff format .

cover: $(VENV)/.installed $(VENV)/.spark ## which lines no test runs (htmlcov/index.html)
	$(RUN) -m pytest --cov --cov-report=html --cov-report=term:skip-covered

bench: $(VENV)/.installed ## measure what benchmarks/README.md promises
	$(RUN) -m benchmarks

soak: $(VENV)/.installed $(VENV)/.spark ## the full size of the proofs that CI runs small: 10,000 kills, 500 lost links, every page in every look (an hour and more)
	$(RUN) -m pytest -m soak -s tests/sources tests/cohort tests/faults tests/e2e tests/agreement

screenshots: $(VENV)/.installed ## take the pictures in docs/img again (needs Chromium); look at each
	PYTHONPATH=tests $(RUN) tests/e2e/shoot.py docs/img

proof: $(VENV)/.installed ## install the wheel in a bare environment from the package index, and use it
	$(RUN) -m pytest -m registry tests/test_packaging.py

lock: $(VENV)/.installed ## resolve pyproject.toml again into requirements.lock, spark.lock and environment.yml (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --fork-strategy fewest --only-binary :all: --generate-hashes --upgrade --quiet \
	  --no-emit-index-url --no-header --no-annotate --output-file requirements.lock
	uv pip compile --group pyproject.toml:spark --constraint requirements.lock \
	  --universal --python-version 3.11 --fork-strategy fewest --only-binary :all: \
	  --no-binary pyspark --generate-hashes --upgrade --quiet \
	  --no-emit-index-url --no-header --no-annotate --output-file spark.lock
	$(RUN) tests/test_environment.py

clean: ## remove .venv, caches and build products; studies stay
	rm -rf $(VENV) build dist htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two steps, so that a changed pyproject.toml does not fetch everything again.
$(VENV)/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "lltic needs Python 3.11 or newer; '$(PYTHON)' is `$(PYTHON) --version 2>&1`."; \
	  echo "Name a newer one: make $(or $(MAKECMDGOALS),install) PYTHON=python3.12"; exit 1; }
	rm -rf $(VENV)
	@if command -v uv >/dev/null; then set -ex; \
	  uv venv --quiet --python "`command -v $(PYTHON)`" $(VENV); \
	  uv pip install --quiet --python $(VENV) --require-hashes --only-binary :all: \
	    --compile-bytecode -r requirements.lock; \
	else set -e; \
	  $(PYTHON) -m venv $(VENV) || { \
	    echo "Python's venv module is not complete here. On Debian and Ubuntu: apt install python3-venv"; \
	    exit 1; }; \
	  set -x; \
	  $(RUN) -m pip install --quiet --require-hashes --only-binary :all: -r requirements.lock; \
	fi
	@touch $@

# PySpark has no wheel: it is built here, by the setuptools that is locked, and nothing else is fetched.
$(VENV)/.spark: spark.lock $(VENV)/.locked
	@set -ex; if command -v uv >/dev/null; then \
	  uv pip install --quiet --python $(VENV) --require-hashes --no-build-isolation \
	    --only-binary :all: --no-binary pyspark -r spark.lock; \
	else \
	  $(RUN) -m pip install --quiet --require-hashes --no-build-isolation \
	    --only-binary :all: --no-binary pyspark -r spark.lock; \
	fi
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml
	$(RUN) -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# The Hub's proxy, by exact version and hash; into build, whatever else npm has on this machine.
build/hub/.installed: $(HUB)/package.json $(HUB)/package-lock.json
	@command -v npm >/dev/null || { echo "npm is needed for the Hub's proxy. On Debian: apt install npm"; exit 1; }
	@mkdir -p build/hub
	@cp $(HUB)/package.json $(HUB)/package-lock.json build/hub/
	cd build/hub && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
