# Two commands do everything on a fresh machine: `make up` and `make test`.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Tests run in three processes; `make test PYTEST_ARGS=-k\ guard` narrows them.
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help venv up test check fmt bench evals docs dashboards lock wheel screenshots clean

help: ## Show these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "botops needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python has no venv module: apt install python3-venv, then again" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)

venv: $(INSTALLED) ## Install into .venv, nothing else

up: $(INSTALLED) ## Start everything on 127.0.0.1 (PORT=8000 is the API, the console is one above)
	@$(BIN)/botops up --port $(PORT)

test: $(INSTALLED) ## Run all tests; REQUIRE_ALL=1 makes a skipped test a failure
	REQUIRE_ALL=$(REQUIRE_ALL) $(BIN)/python -m slipcover --json --out .coverage.json -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)
	@$(BIN)/python -m slipcover --merge .coverage.json --out .coverage.json --skip-covered --fail-under 93

check: $(INSTALLED) ## Lint, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(INSTALLED) ## Format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

evals: $(INSTALLED) ## Lint the prompts, run the demo suite from its recordings and the red team against the simulator
	$(BIN)/botops prompts lint
	$(BIN)/botops eval run evals/suites/demo.yaml --model replay
	$(BIN)/botops eval run evals/suites/red-team.yaml --model simulator

bench: $(INSTALLED) ## Measure; prints ratios taken side by side in one run
	$(BIN)/python benchmarks/claims.py
	$(BIN)/python benchmarks/experiments.py --out benchmarks/experiments.md
	$(BIN)/python benchmarks/serving.py --out benchmarks/serving.md
	$(BIN)/python benchmarks/book_canary.py --out benchmarks/book_canary.md
	$(BIN)/python benchmarks/evals.py --out benchmarks/evals.md
	$(BIN)/python benchmarks/costs.py --out benchmarks/costs.md
	$(BIN)/python benchmarks/counting.py --out benchmarks/counting.md
	$(BIN)/python benchmarks/forecast.py --out benchmarks/forecast.md
	$(BIN)/python benchmarks/detectors.py --out benchmarks/detectors.md
	$(BIN)/python benchmarks/console_data.py --out benchmarks/console_data.md
	$(BIN)/python benchmarks/console.py --out benchmarks/console.md

screenshots: $(INSTALLED) ## Take pictures of every console page (needs /usr/bin/chromium)
	$(BIN)/python benchmarks/screenshots.py

docs: $(INSTALLED) ## Write docs/cli.md from the commands' own help, docs/metrics.md from the metrics
	$(BIN)/python -m botops.cli.reference docs/cli.md
	$(BIN)/python -m botops.monitor.reference docs/metrics.md

dashboards: $(INSTALLED) ## Write the Grafana boards from dashboards/source
	$(BIN)/python dashboards/source/generate.py

wheel: $(INSTALLED) ## Build the wheel and try it in an empty environment
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
	.ci/try-wheel dist/*.whl

lock: ## Write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes --no-header --output-file requirements.lock

clean: ## Remove what was built; data under .botops stays
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
