# demo · run · test · bench · build · deploy: each installs what it needs.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.13
VENV := .venv/bin
CLOUD := .venv-cloud/bin
# sam looks for python3.13 and pip on PATH; the virtual environment has both.
SAM := PATH="$(CURDIR)/$(VENV):$$PATH" SAM_CLI_TELEMETRY=0 $(VENV)/sam

.PHONY: help
help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.installed: requirements/dev.txt
	@command -v $(PYTHON) >/dev/null || { echo "Souk needs Python 3.13: $(PYTHON) is not on PATH." >&2; exit 1; }
	@echo "Installing the tools into .venv"
	@$(PYTHON) -m venv .venv
	@$(VENV)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv-cloud/.installed: requirements/cloud.txt
	@command -v $(PYTHON) >/dev/null || { echo "Souk needs Python 3.13: $(PYTHON) is not on PATH." >&2; exit 1; }
	@echo "Installing the local cloud into .venv-cloud"
	@$(PYTHON) -m venv .venv-cloud
	@$(CLOUD)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/cloud.txt
	@touch $@

.PHONY: install
install: .venv/.installed .venv-cloud/.installed ## install everything that development needs

.PHONY: run
run: install ## the whole system on this machine, until interrupted
	@$(CLOUD)/python -m local run

.PHONY: demo
demo: install ## list, publish, sell and ship a product, as a seller and a buyer do
	@$(CLOUD)/python -m local demo

.PHONY: operator
operator: install ## make an account an operator (EMAIL=..., STACK=... on AWS)
	@$(CLOUD)/python -m local operator "$(EMAIL)"

.PHONY: recount
recount: install ## count sellers' figures again from the orders and the catalogue (STACK=... on AWS)
	@$(CLOUD)/python -m local recount

.PHONY: reindex
reindex: install ## rebuild the search index from the catalogue (STACK=... on AWS)
	@$(CLOUD)/python -m local reindex

.PHONY: invoke
invoke: install ## one function in a container, on what `make run` runs (FUNCTION=CreateListingFunction, EVENT=file)
	@$(CLOUD)/python -m local invoke "$(FUNCTION)" --event "$(EVENT)"

.PHONY: sam-api
sam-api: install ## the API with functions in containers, on what `make run` runs (SAM_PORT=3001)
	@$(CLOUD)/python -m local sam-api --port $(SAM_PORT)
SAM_PORT ?= 3001

# Not in CI, which has no container engine.
.PHONY: invoke-all
invoke-all: install ## every function once in a container, with its sample event (FUNCTIONS="... ...")
	@$(CLOUD)/python -m local invoke-all --functions "$(FUNCTIONS)"

# One cache per architecture: SAM's cache depends on the sources, not on the target.
OWN_ARCHITECTURE := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
sam-build = SOUK_ARCHITECTURE=$(1) $(SAM) build --parameter-overrides Architecture=$(1) --cache-dir .aws-sam/cache-$(1) --build-dir $(2) \
	&& $(VENV)/python -m tooling.built_architecture $(2)/template.yaml $(1)

.PHONY: template
template: .venv/.installed ## join the parts in stack/ to template.yaml
	@$(VENV)/python -m tooling.join_template

.PHONY: build built
build: template ## build functions and layers for this machine into .aws-sam/build
	@$(call sam-build,$(OWN_ARCHITECTURE),.aws-sam/build)
built: .venv/.installed
	@$(call sam-build,$(OWN_ARCHITECTURE),.aws-sam/build)

.PHONY: deploy
deploy: template ## build for AWS and deploy with your credentials (ARCHITECTURE=arm64, GUIDED=--guided)
	@$(call sam-build,$(ARCHITECTURE),.aws-sam/deploy)
	@$(SAM) deploy --template-file .aws-sam/deploy/template.yaml --parameter-overrides Architecture=$(ARCHITECTURE) $(GUIDED)
ARCHITECTURE ?= arm64

CODE := layers functions local tests benchmarks tooling

.PHONY: lint style types validate
lint: style types validate

style: .venv/.installed
	@$(VENV)/ruff check $(CODE)
	@$(VENV)/ruff format --check $(CODE)

types: .venv/.installed
	@$(VENV)/mypy $(CODE)

validate: .venv/.installed
	@$(SAM) validate --lint

# Suites without a stack.
.PHONY: unit units functions harness
unit: units functions harness
units: .venv/.installed
	@$(PARALLEL) tests/unit tests/template
functions: .venv/.installed
	@$(PARALLEL) tests/functions
harness: .venv/.installed
	@$(PARALLEL) tests/harness
PARALLEL := $(VENV)/pytest --numprocesses 2 --dist loadscope

# A stack in each of three processes. They wait often: the other suites take what they leave of two cores.
.PHONY: e2e stacks
e2e: install build
	@$(MAKE) --no-print-directory stacks
stacks:
	@$(CLOUD)/python -m pytest --numprocesses 3 tests/e2e

# Two at a time, each prints what it has to say when it ends. The template is built as it is: a test fails when it is
# not what its parts make.
.PHONY: test
test: install ## everything: lint, types, unit, functions, template, end to end
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target types style validate built
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target stacks unit

.PHONY: bench
bench: install build ## cold starts, overhead, sizes, growth, local cloud: figures compared with their limits
	@PYTHONPATH=layers/souk $(VENV)/python -m benchmarks

.PHONY: drill
drill: install build ## ten kills under listings and orders, then bursts: what is lost, and what comes of everything (DRILL="--seed 1")
	@$(CLOUD)/python -m benchmarks.drill $(DRILL)

.PHONY: openapi
openapi: .venv/.installed ## write docs/openapi.json, README's table of endpoints, the gateway's routes and docs/cost.md
	@PYTHONPATH=layers/souk $(VENV)/python -m tooling.contract
	@$(write-costs)
# Each endpoint costs something a month, used or not.
write-costs = PYTHONPATH=layers/souk $(VENV)/python -m benchmarks.cost > docs/cost.md.new && mv docs/cost.md.new docs/cost.md

.PHONY: endpoint
endpoint: .venv/.installed ## write a new endpoint (DOMAIN=orders NAME=pause_order METHOD=POST ROUTE=/orders/{id}/pause)
	@PYTHONPATH=layers/souk $(VENV)/python -m tooling.scaffold "$(DOMAIN)" "$(NAME)" "$(METHOD)" "$(ROUTE)"
	@$(write-costs)
METHOD ?= GET

.PHONY: format
format: .venv/.installed
	@$(VENV)/ruff check --fix --quiet $(CODE)
	@$(VENV)/ruff format --quiet $(CODE)

.PHONY: lock
lock: .venv/.installed ## resolve requirements/*.in and layers/*/requirements.in again
	@for name in dev cloud bench; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt; done
	@for layer in dependencies imaging search video; do $(LOCK) layers/$$layer/requirements.in -c requirements/dev.txt -o layers/$$layer/requirements.txt; done
LOCK = $(VENV)/uv pip compile --quiet --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -p 3.13
