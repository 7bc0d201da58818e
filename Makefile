# One command per need; `make` alone lists them.
SHELL := /bin/sh
BIN := .venv/bin
PYFILES := packages services tests tools bench examples
export UV_PYTHON_DOWNLOADS ?= never
# Where compiled modules are not kept, each of a thousand processes compiles them again.
export PYTHONDONTWRITEBYTECODE =
.DEFAULT_GOAL := help
.PHONY: mypy pyright help run stop demo load test test-unit test-integration lint format types boundaries sizes \
        readme check sync lock hooks clean bench bench-short

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##: the set on this machine
BROKER ?= $(or $(LONGSHORE_LOCAL_BROKER),redis)
run: $(BIN)/.synced ## Start Valkey, api, worker and scheduler (BROKER=rabbitmq: it, too); Ctrl-C stops
	@LONGSHORE_LOCAL_BROKER=$(BROKER) exec $(BIN)/longshore-local run

stop: $(BIN)/.synced ## Stop a set that runs elsewhere
	@$(BIN)/longshore-local stop

demo: $(BIN)/.synced ## Show the running set at work: pictures, a mail, a report
	@$(BIN)/longshore-local demo $(ARGS)

load: $(BIN)/.synced ## Post 2,000 jobs over 32 connections to the running set
	@$(BIN)/longshore-local load $(ARGS)

##: tests
# A test of processes waits for them half of its time: two of pytest's for each core.
PROCESSES = $${LONGSHORE_TEST_PROCESSES:-$$((2 * $$(getconf _NPROCESSORS_ONLN)))}
ABREAST = -n $(PROCESSES) --dist loadgroup
test: $(BIN)/.synced ## Run unit and integration tests
	@$(BIN)/pytest $(ABREAST) $(ARGS)

# Tracing doubles what a process costs. These tests start many and reach hardly a line that no other
# test reaches, or run again what other pools have shown.
UNMEASURED = $(addprefix --ignore tests/integration/,celery_app/test_control.py celery_app/test_retries.py \
    tracing/test_attempts.py worker/test_metrics.py worker/test_probe.py worker/test_broker_loss.py \
    schedule/test_metrics.py rabbitmq/test_failures.py local/test_life_of_a_set.py \
    local/test_rabbitmq_set.py local/test_sealed_set.py contracts docs operations/test_acl.py operations/test_failover.py \
    examples/test_django.py examples/test_plain_celery.py api/test_schemathesis.py \
    store/test_state_machine.py database/test_migrations.py) \
    -k 'not redis-prefork and not longshore-solo and not longshore-threads'
coverage: $(BIN)/.synced ## Run most of them with coverage, which must reach its threshold
	@$(BIN)/pytest $(ABREAST) --cov --cov-report=term $(UNMEASURED) $(ARGS)

N ?= 5
test-stress: $(BIN)/.synced ## Run them N times in random order beside busy neighbours (N=5)
	@$(BIN)/python -m tools.test_stress --runs $(N) -- $(ABREAST) $(ARGS)

test-unit: $(BIN)/.synced ## Run the tests that open no socket
	@$(BIN)/pytest tests/unit $(ABREAST) $(ARGS)

test-integration: $(BIN)/.synced ## Run the tests against a real Valkey
	@$(BIN)/pytest tests/integration $(ARGS)

.PHONY: coverage test-stress test-servers
TESTS ?= tests/integration/store tests/integration/transport tests/integration/contracts
test-servers: $(BIN)/.synced ## Run the tests of the engine on Redis 6.2 and on each of SERVERS="path ..."
	@sh tools/test_servers.sh $(BIN)/pytest $(TESTS) $(ARGS)

.PHONY: compatibility
compatibility: ## Run Celery's and kombu's own tests on redis:// and longshore://, write the page
	@uv=$$(sh tools/uv.sh) && UV_PROJECT_ENVIRONMENT=.venv-compatibility "$$uv" sync --quiet --locked \
	    --only-group compatibility
	@PYTHONPATH=tests .venv-compatibility/bin/python -m compatibility $(ARGS)

##: what is checked before a merge
lint: $(BIN)/.synced ## Check style and format
	@$(BIN)/ruff check $(PYFILES)
	@$(BIN)/ruff format --check $(PYFILES)

format: $(BIN)/.synced ## Bring the code into format
	@$(BIN)/ruff check --fix $(PYFILES)
	@$(BIN)/ruff format $(PYFILES)

types: $(BIN)/.synced ## Check types with mypy and pyright, both strict
	@$(MAKE) --no-print-directory -j2 mypy pyright

mypy: $(BIN)/.synced
	@$(BIN)/mypy

pyright: $(BIN)/.synced
	@. $(BIN)/activate && pyright

boundaries: $(BIN)/.synced ## Check who may import whom
	@$(BIN)/lint-imports

sizes: $(BIN)/.synced ## Check the size of functions and files
	@$(BIN)/python tools/check_sizes.py

readme: $(BIN)/.synced ## Check that what the pages name exists
	@$(BIN)/python tools/check_readme.py

check: ## Do all that the continuous integration does
	@.ci/run

.PHONY: contributing incident
contributing: $(BIN)/.synced ## Write the table of CONTRIBUTING.md from the last run of .ci/run
	@$(BIN)/python -m tools.ci_parts table

incident: $(BIN)/.synced ## Play a bad release and its mending, and record it in docs/runbook.md
	@$(BIN)/python -m tools.incident

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

##: Kubernetes
.PHONY: kind-up kind-down images dev deploy rollout e2e e2e-short chart-readme chart-test
# Tools of a test bed for machines that reach no registry; elsewhere those on the PATH are used.
export LONGSHORE_TESTBED ?= $(abspath $(wildcard ../shared/cluster))
ENV ?= dev
WITH_TOOLS = path=$$(k8s-dev/cluster.sh path); PATH=$${path:+$$path:}$$PATH

kind-up: ## Start a local cluster with KEDA
	@k8s-dev/cluster.sh up

kind-down: ## Delete the local cluster
	@k8s-dev/cluster.sh down

images: ## Build the images of api, worker and scheduler as :dev
	@for target in api worker scheduler; do \
	    docker build --quiet --target $$target --tag longshore/$$target:dev . || exit 1; done

# Skaffold's own clean-up would delete the volume of files and database with the release.
dev: ## Build, install and watch with skaffold; Ctrl-C leaves the release and its data
	@echo "Ctrl-C ends the watching; the release and its data stay until: skaffold delete"
	@$(WITH_TOOLS) skaffold dev --cleanup=false --kube-context kind-$${CLUSTER:-longshore}

deploy: ## Build, load and install without skaffold (ENV=dev, e2e, staging or prod)
	@k8s-dev/deploy.sh $(ENV)

rollout: $(BIN)/.synced ## Restart worker sets, scheduler and api in this order, and say what drains
	@$(WITH_TOOLS) $(BIN)/longshore rollout --context kind-$${CLUSTER:-longshore} \
	    --namespace $${NAMESPACE:-longshore} $(ARGS)

e2e: $(BIN)/.synced ## Run the tests on a local cluster of two nodes, write their figures
	@LONGSHORE_E2E_REPORT=docs/kubernetes/measured.json k8s-dev/e2e.sh $(ARGS)
	@$(BIN)/python tools/cluster_page.py

e2e-short: $(BIN)/.synced ## The same in small, on a cluster of its own that ends with it
	@trap 'k8s-dev/ci.sh clean' EXIT; k8s-dev/ci.sh run

.PHONY: observability
observability: $(BIN)/.synced ## Write the tables of docs/observability.md from the catalogue of metrics
	@$(BIN)/python tools/observability_page.py

chart-readme: $(BIN)/.synced ## Write the chart's README from its values, and the probe that it mounts
	@cp packages/longshore/src/longshore/worker/probe/client.py charts/longshore/files/probe.py
	@$(BIN)/python tools/chart_readme.py

chart-test: $(BIN)/.synced ## Test the chart with the real helm, compose, and what the images promise
	@$(WITH_TOOLS); HELM=$$(sh tools/helm.sh) KUBE_SCORE=$$(sh tools/kube_score.sh) \
	    $(BIN)/pytest $(ABREAST) tests/chart tests/images tests/compose $(ARGS)

##: what an operator sees
.PHONY: monitoring monitoring-test
monitoring: $(BIN)/.synced ## Write the rules of compose and the dashboards
	@$(WITH_TOOLS); HELM=$$(sh tools/helm.sh) $(BIN)/python -m tools.monitoring

FLOWER := .venv-flower
monitoring-test: $(BIN)/.synced $(FLOWER)/.synced ## Test alerts, dashboards and Flower with the real programs
	@PROMETHEUS_HOME=$$(sh tools/prometheus.sh) $(BIN)/pytest $(ABREAST) tests/monitoring $(ARGS)

$(FLOWER)/.synced: uv.lock pyproject.toml
	@uv=$$(sh tools/uv.sh) && python=$$(sh tools/python.sh) && \
	    UV_PROJECT_ENVIRONMENT=$(FLOWER) "$$uv" sync --quiet --locked --only-group flower --python "$$python"
	@touch $@

##: how fast it is, beside stock Celery and the peers
BENCH := .venv-bench

bench: $(BENCH)/.synced ## Measure everything and write docs/performance.md (half an hour)
	@$(BENCH)/bin/python -m bench --readme README.md $(ARGS)

bench-short: $(BENCH)/.synced ## The same in small: figures to look at, not to quote
	@mkdir -p .longshore/bench
	@$(BENCH)/bin/python -m bench --share 0.03 --repeat 1 \
	    --results .longshore/bench --page .longshore/bench/performance.md $(ARGS)

# An environment of its own: the peers stay out of what is shipped and tested.
$(BENCH)/.synced: uv.lock pyproject.toml
	@uv=$$(sh tools/uv.sh) && python=$$(sh tools/python.sh) && \
	    UV_PROJECT_ENVIRONMENT=$(BENCH) "$$uv" sync --quiet --locked --group bench --python "$$python"
	@touch $@

.PHONY: pictures
pictures: $(BENCH)/.synced ## Draw the dashboards of docs/dashboards.md from a set at work
	@PROMETHEUS_HOME=$$(sh tools/prometheus.sh) PYTHONPATH=tests \
	    $(BENCH)/bin/python -m tools.dashboard_pictures

##: what is lost when something is killed, beside stock Celery
.PHONY: prove prove-short torture
prove: $(BIN)/.synced ## Do every fault to both arms, write docs/proof.md, then torture (an hour)
	@$(BIN)/longshore prove --page docs/proof.md $(ARGS)
	@$(if $(ARGS),,$(MAKE) --no-print-directory torture)

# OUTBOX_KILLS, LONGSHORE_CHURNS and LONGSHORE_WORKFLOW_KILLS say how many kills there are.
torture: $(BIN)/.synced ## Run the tests that kill at random or try all requests (ARGS="-k killed")
	@$(BIN)/pytest -m torture tests/integration $(ARGS)

prove-short: $(BIN)/.synced ## Do every fault to both arms in small, in three minutes
	@$(BIN)/longshore prove --short $(ARGS)
