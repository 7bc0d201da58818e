# One command per need; `make` alone lists them.
SHELL := /bin/sh
BIN := .venv/bin
PYFILES := packages services tests tools
export UV_PYTHON_DOWNLOADS ?= never
.DEFAULT_GOAL := help
.PHONY: help run stop demo load test test-unit test-integration lint format types boundaries sizes \
        readme check sync lock hooks clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##: the set on this machine
run: $(BIN)/.synced ## Start Valkey, api, worker and scheduler; Ctrl-C stops everything
	@exec $(BIN)/longshore-local run

stop: $(BIN)/.synced ## Stop a set that runs elsewhere
	@$(BIN)/longshore-local stop

demo: $(BIN)/.synced ## Show the running set at work: pictures, a mail, a report
	@$(BIN)/longshore-local demo $(ARGS)

load: $(BIN)/.synced ## Post 2,000 jobs over 32 connections to the running set
	@$(BIN)/longshore-local load $(ARGS)

##: tests
test: $(BIN)/.synced ## Run unit and integration tests, with coverage
	@$(BIN)/pytest --cov --cov-report=term $(ARGS)

test-unit: $(BIN)/.synced ## Run the tests that open no socket
	@$(BIN)/pytest tests/unit $(ARGS)

test-integration: $(BIN)/.synced ## Run the tests against a real Valkey
	@$(BIN)/pytest tests/integration $(ARGS)

##: what is checked before a merge
lint: $(BIN)/.synced ## Check style and format
	@$(BIN)/ruff check $(PYFILES)
	@$(BIN)/ruff format --check $(PYFILES)

format: $(BIN)/.synced ## Bring the code into format
	@$(BIN)/ruff check --fix $(PYFILES)
	@$(BIN)/ruff format $(PYFILES)

types: $(BIN)/.synced ## Check types with mypy and pyright, both strict
	@$(BIN)/mypy
	@. $(BIN)/activate && pyright

boundaries: $(BIN)/.synced ## Check who may import whom
	@$(BIN)/lint-imports

sizes: $(BIN)/.synced ## Check the size of functions and files
	@$(BIN)/python tools/check_sizes.py

readme: $(BIN)/.synced ## Check that what the pages name exists
	@$(BIN)/python tools/check_readme.py

check: ## Do all that the continuous integration does
	@.ci/run

##: the environment
sync: ## Install the locked environment
	@uv=$$(sh tools/uv.sh) && python=$$(sh tools/python.sh) && \
	    "$$uv" sync --quiet --locked --python "$$python"
	@touch $(BIN)/.synced

$(BIN)/.synced: uv.lock pyproject.toml $(wildcard packages/*/pyproject.toml services/*/pyproject.toml)
	@$(MAKE) --no-print-directory sync

lock: ## Resolve the dependencies anew after a change
	@uv=$$(sh tools/uv.sh) && "$$uv" lock

hooks: $(BIN)/.synced ## Check each commit on this machine
	@$(BIN)/pre-commit install

clean: ## Remove the environment and caches; data stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache htmlcov
	@rm -f .coverage .coverage.*
	@find packages services tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
