# Everything a person runs here. `make` alone lists it.
#
# Needs git, make and Python 3.11 or newer with venv. The rest (uv, Node, every library) comes in
# the pinned, hash-checked versions of requirements.lock and package-lock.json into this folder.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?=

DASHBOARD := services/web-dashboard
CONTRACTS := packages/sentinel-core/src/sentinel_core/contracts
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard packages/*/pyproject.toml services/*/pyproject.toml))
SOURCES := $(MEMBERS:%=%/src)
TESTS := $(wildcard packages/*/tests services/*/tests tests/architecture tests/connected tests/chaos/camera tests/e2e benchmarks)
BIN := .venv/bin
STEP := tools/step
NPM := cd $(DASHBOARD) && npm

export PATH := $(CURDIR)/.venv/nodejs:$(PATH)
export NEXT_TELEMETRY_DISABLED := 1
# Compiled modules halve the time of a start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- use -----------------------------------------------------------------------------------------

.PHONY: run
run: env generate dashboard ## Start the demo city (ARGS passes more: make run ARGS="--port 9000")
	@exec $(BIN)/sentinel up --demo $(ARGS)

.PHONY: clean
clean: ## Remove all that was made here (not the data directory)
	@rm -rf .venv .venv-bench .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	    test-results $(CONTRACTS)/generated $(DASHBOARD)/{node_modules,.next,out}
	@find packages services tests tools benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# ---- environment ---------------------------------------------------------------------------------

.PHONY: env
env: .venv/.made/members ## Make .venv with everything that requirements.lock names

.venv/.made/venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try make PYTHON=python3.12"; exit 1; }
	@$(STEP) "Make .venv with $$($(PYTHON) --version)" $(PYTHON) -m venv --clear .venv \
	    || { echo "Where venv is missing: apt-get install python3-venv"; exit 1; }
	@mkdir -p .venv/.made && touch $@

.venv/.made/packages: requirements.lock .venv/.made/venv
	@awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements.lock >.venv/.made/uv.txt
	@$(STEP) "Install uv" $(BIN)/python -m pip install --quiet --no-deps --require-hashes -r .venv/.made/uv.txt
	@$(STEP) "Install Python packages and Node" \
	    $(BIN)/uv pip sync --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/python tools/expose_node.py .venv/nodejs
	@touch $@

.venv/.made/members: $(MEMBERS:%=%/pyproject.toml) .venv/.made/packages
	@$(STEP) "Install the members of this repository" \
	    $(BIN)/uv pip install --python $(BIN)/python --no-deps --no-build-isolation $(MEMBERS:%=-e %)
	@touch $@

$(DASHBOARD)/node_modules/.made: $(DASHBOARD)/package.json $(DASHBOARD)/package-lock.json | .venv/.made/members
	@$(STEP) "Install npm packages" bash -c '$(NPM) ci --no-audit --no-fund'
	@touch $@

# ---- build ---------------------------------------------------------------------------------------

.PHONY: generate
generate: $(CONTRACTS)/generated/open_inference_pb2.py ## Generate Python code from JSON Schemas and protos

# The last file that is written.
$(CONTRACTS)/generated/open_inference_pb2.py: tools/generate_contracts.py \
    $(wildcard $(CONTRACTS)/schemas/*.json $(CONTRACTS)/proto/*/*.proto $(CONTRACTS)/proto/*/*/*.proto) | .venv/.made/members
	@$(STEP) "Generate code from the contracts" $(BIN)/python tools/generate_contracts.py

.PHONY: dashboard
dashboard: $(DASHBOARD)/out/index.html ## Build the dashboard (skipped when nothing changed)

DASHBOARD_INPUTS := $(shell find $(DASHBOARD) \( -name node_modules -o -name .next -o -name out -o -name generated -o -path '$(DASHBOARD)/public/*' \) -prune \
    -o -type f ! -name '*.tsbuildinfo' ! -name next-env.d.ts -print 2>/dev/null)

$(DASHBOARD)/out/index.html: $(DASHBOARD_INPUTS) $(wildcard docs/openapi.json $(CONTRACTS)/schemas/*.json data/map/*) | $(DASHBOARD)/node_modules/.made
	@$(STEP) "Build the dashboard" bash -c '$(NPM) run --silent build'
	@touch $@

.PHONY: lock
lock: env ## Resolve the Python locks again, keeping their pins (UPGRADE=name drops one, UPGRADE=1 all)
	@$(BIN)/python tools/lock.py $(if $(UPGRADE),--upgrade $(UPGRADE))

.PHONY: openapi
openapi: env generate ## Write docs/openapi.json and docs/security.md from the routes
	@$(BIN)/python tools/export_openapi.py
	@$(BIN)/python tools/export_security_table.py

.PHONY: tables
tables: env generate ## Write the tables of the manuals (settings, rules) from the code
	@$(BIN)/python tools/manual_tables.py

# ---- test ----------------------------------------------------------------------------------------

.PHONY: test
test: env generate dashboard ## Run all tests, Python then TypeScript (PYTEST_ARGS passes more)
	@$(BIN)/pytest --ignore=tests/connected --ignore=tests/chaos $(PYTEST_ARGS)
	@$(NPM) run --silent test

.PHONY: servers
servers: env ## Build the real servers of test-connected, once, into ~/.cache/sentinel (needs Go)
	@$(STEP) "Build MediaMTX" tools/servers/get-mediamtx.sh

.PHONY: test-connected
test-connected: env generate servers ## Run the tests that need real servers
	@$(BIN)/pytest --require-servers tests/connected $(PYTEST_ARGS)

# OpenVINO is in the benchmarks' environment alone.
.PHONY: test-engines
test-engines: .venv-bench/.made generate ## Try every engine, OpenVINO too, against the same contract
	@.venv-bench/bin/python -m pytest -q -c /dev/null --rootdir=. --noconftest --import-mode=importlib \
	    -p no:cacheprovider packages/sentinel-vision/tests/test_engines.py $(PYTEST_ARGS)

.PHONY: test-chaos-camera
test-chaos-camera: env generate ## Run real readers against cameras with faults; prints what was seen
	@$(BIN)/pytest tests/chaos/camera $(PYTEST_ARGS)

.PHONY: fmt
fmt: env $(DASHBOARD)/node_modules/.made ## Format all code and mend what can be mended
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .
	@$(NPM) run --silent fmt

CHECKS := check-types check-format check-lint check-imports check-dependencies check-lock check-openapi check-protos \
    check-rules check-dashboard-lint check-dashboard-types check-dashboard-unused check-dashboard-boundaries

.PHONY: check
check: env generate $(DASHBOARD)/node_modules/.made ## Hold every rule of the house (each is also make check-<name>)
	@$(STEP) "Generate types of the dashboard" bash -c '$(NPM) run --silent --if-present generate'
	@started=$$SECONDS; $(MAKE) --keep-going --jobs=2 --output-sync=target --no-print-directory $(CHECKS) \
	    && echo "  all checks passed in $$((SECONDS - started)) s"

.PHONY: $(CHECKS)
check-format:
	@$(STEP) "ruff format" $(BIN)/ruff format --check .
check-lint:
	@$(STEP) "ruff check" $(BIN)/ruff check .
# Test files of two members may share a name, so mypy takes each folder of tests by itself.
check-types:
	@failed=0; $(STEP) "mypy, sources" $(BIN)/mypy $(SOURCES) tools conftest.py || failed=1; \
	for tests in $(TESTS); do \
	    $(STEP) "mypy, $$tests" $(BIN)/mypy $$tests || failed=1; done; exit $$failed
check-imports:
	@$(STEP) "import-linter" $(BIN)/lint-imports --no-cache
check-dependencies:
	@failed=0; for member in $(MEMBERS); do \
	    $(STEP) "deptry, $$member" bash -c "cd $$member && $(CURDIR)/$(BIN)/deptry --no-ansi src" || failed=1; \
	done; exit $$failed
check-lock:
	@$(STEP) "locks are up to date" $(BIN)/python tools/lock.py --check
check-openapi:
	@$(STEP) "docs/openapi.json is up to date" $(BIN)/python tools/export_openapi.py --check
	@$(STEP) "docs/security.md is up to date" $(BIN)/python tools/export_security_table.py --check
check-protos:
	@$(STEP) "buf lint" bash -c "cd $(CONTRACTS)/proto && $(CURDIR)/$(BIN)/buf lint && $(CURDIR)/$(BIN)/buf format --diff --exit-code"
check-rules:
	@$(STEP) "rules of the house" $(BIN)/pytest -q -p no:cacheprovider tests/architecture
check-dashboard-lint:
	@$(STEP) "dashboard: Biome" bash -c '$(NPM) run --silent lint'
check-dashboard-types:
	@$(STEP) "dashboard: tsc" bash -c '$(NPM) run --silent types'
check-dashboard-unused:
	@$(STEP) "dashboard: knip" bash -c '$(NPM) run --silent knip'
check-dashboard-boundaries:
	@$(STEP) "dashboard: dependency-cruiser" bash -c '$(NPM) run --silent boundaries'

# ---- measure -------------------------------------------------------------------------------------

# Half an hour and more: hours of synthetic traffic. ARGS="--quick" for a first impression.
SCORE_ARGS := $(if $(filter 1,$(STRICT)),--strict) \
    $(if $(SENTINEL_REFERENCE_DATA),--data "$(SENTINEL_REFERENCE_DATA)") --jobs $(shell nproc) $(ARGS)

.PHONY: score
score: env generate ## Score rules, tracker and detector against truth (Q1, Q2, Q3, Q5, Q10, Q11, P7)
	@$(BIN)/sentinel score all --out benchmarks/results/score.json $(SCORE_ARGS)

.PHONY: accuracy
accuracy: env ## Write the tables of docs/accuracy.md from what make score found
	@$(BIN)/python tools/accuracy_tables.py benchmarks/results/score.json

# An environment of its own: what the product is measured against never gets into .venv.
.venv-bench/.made: benchmarks/requirements.lock $(MEMBERS:%=%/pyproject.toml) | .venv/.made/members
	@$(STEP) "Make .venv-bench" $(BIN)/uv venv --clear --python $(BIN)/python .venv-bench
	@$(STEP) "Install what the benchmarks compare with" \
	    $(BIN)/uv pip sync --python .venv-bench/bin/python --require-hashes --compile-bytecode benchmarks/requirements.lock
	@printf '%s\n' $(abspath $(SOURCES)) >"$$(.venv-bench/bin/python -c 'import site; print(site.getsitepackages()[0])')/members.pth"
	@touch $@

BENCH := .venv-bench/bin/python benchmarks
BENCH_ARGS := $(if $(filter 1,$(STRICT)),--strict) \
    $(if $(SENTINEL_REFERENCE_DATA),--data "$(SENTINEL_REFERENCE_DATA)") $(ARGS)

.PHONY: bench-tracker
bench-tracker: .venv-bench/.made generate ## Tracker: quality and time per frame (P7)
	@$(BENCH)/tracker.py $(BENCH_ARGS)

.PHONY: bench-pipeline
bench-pipeline: .venv-bench/.made generate ## Pipeline: frames/s beside the bare model (P1)
	@$(BENCH)/pipeline.py $(BENCH_ARGS)

.PHONY: bench-rules
bench-rules: .venv-bench/.made generate ## Rules: time per frame (P11)
	@$(BENCH)/rules.py $(BENCH_ARGS)

.PHONY: bench-city
bench-city: .venv-bench/.made generate ## Synthetic city: frames of boxes per second
	@$(BENCH)/city.py $(BENCH_ARGS)

.PHONY: bench-engines
bench-engines: .venv-bench/.made generate ## Engines and int8: time, accuracy, incidents (Q6)
	@$(BENCH)/engines.py $(BENCH_ARGS)

# The product itself is started here, as a person starts it; needs Chromium.
.PHONY: bench-start
bench-start: env generate dashboard ## Start: seconds to the first box in the browser (P9)
	@$(BIN)/python benchmarks/start.py $(BENCH_ARGS)

.PHONY: bench-transport
bench-transport: env generate ## Frames to inference over gRPC: raw and JPEG beside a bare stream
	@$(BIN)/python benchmarks/frame_transport.py $(BENCH_ARGS)

.PHONY: bench-memory
bench-memory: env generate dashboard ## Memory: four cameras, and each further one (P8)
	@$(BIN)/python benchmarks/memory.py $(BENCH_ARGS)

# The tests in tests/chaos/camera, more often: ARGS="--repeats 20 --reconnects 10000".
.PHONY: bench-chaos
bench-chaos: env generate ## Camera faults: seconds until pictures come again (R1)
	@$(BIN)/python benchmarks/camera_faults.py $(BENCH_ARGS)

.PHONY: bench-overlay
bench-overlay: env generate dashboard ## Overlay: delay of the picture, and boxes on their frame (P3)
	@$(BIN)/python benchmarks/overlay.py $(BENCH_ARGS)
