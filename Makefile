# On Record. `make run` starts it, `make test` tests it; neither needs anything set up before.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
BIN := .venv/bin
INSTALL := @$(PYTHON) tools/install.py
QUOTES ?= 1000000
BENCH_DIR ?= .cache/bench-$(QUOTES)
LOAD_QUOTES ?= 10000
LOAD_DIR ?= .cache/bench-load-$(LOAD_QUOTES)
FUZZ_SECONDS ?= 300
FULLY_COVERED := annotations/permissions.py,annotations/operations/*,quotes/operations/*,$\
	quotes/formula_guard.py,quotes/extraction/text.py,quotes/api/offsets.py
FAULT_TESTS := tests/annotations/operations tests/api/test_lost_connections.py \
	tests/quotes/operations tests/project/test_killed.py tests/project/test_serve.py
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadgroup
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-emit-index-url --custom-compile-command "make lock"

# Compiled modules are kept even where the environment asks not to: each command starts several
# processes, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run backup restore test check coverage test-faults format openapi lock sbom audit bench train evaluate calibrate \
	bench-engine bench-load bench-newsroom bench-desk load-data clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Make .venv and install what `make run` needs
	$(INSTALL) requirements.txt

run: install ## Start everything; PORT, HOST, DATA_DIR and DATABASE_URL are read (Ctrl-C stops it)
	@$(BIN)/python manage.py serve

backup: install ## Write the database and the snapshots into one file; FILE is read
	@$(BIN)/python manage.py backup $(FILE)

restore: install ## Put the backup FILE in the place of the database (stop the site first)
	@$(BIN)/python manage.py restore "$(FILE)"

test: ## Run the tests against a real PostgreSQL
	$(INSTALL) requirements-test.txt
	$(PYTEST) -m "not browser and not slow"

check: ## Run what CI runs beside the tests: format, lint, types, layers, schema, browser and slow tests
	$(INSTALL) requirements-dev.txt
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	@mkdir -p .cache
	$(BIN)/python manage.py spectacular --fail-on-warn --validate --file .cache/openapi.yml
	diff -u docs/openapi.yml .cache/openapi.yml
	$(PYTEST) -m "(browser or slow) and not alone"

coverage: ## Fail where a line or branch of permissions, operations, spans or the CSV guard has no test
	$(INSTALL) requirements-test.txt
	@mkdir -p .cache
	$(BIN)/coverage run --data-file=.cache/coverage -m pytest -n 0 -q -m "not browser and not alone" \
		tests/annotations tests/api tests/quotes tests/extraction/test_text.py
	$(BIN)/coverage report --data-file=.cache/coverage --include=$(FULLY_COVERED) --fail-under=100

test-faults: ## Long tests of faults: kills under load, any actions undone, deleted checks, fuzzing
	$(INSTALL) requirements-test.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target .cache/faults --require-hashes \
		--no-deps --only-binary :all: -r requirements-faults.txt
	FAULT_EXAMPLES=200 FAULT_SECONDS=10 $(PYTEST) -m slow $(FAULT_TESTS)
	$(BIN)/python -m tests.faults.mutations
	PYTHONPATH=.cache/faults $(BIN)/python -m tests.faults.fuzz importing \
		-max_total_time=$(FUZZ_SECONDS)
	PYTHONPATH=.cache/faults $(BIN)/python -m tests.faults.fuzz extraction \
		-max_total_time=$(FUZZ_SECONDS)

format: ## Format code and templates
	$(INSTALL) requirements-dev.txt
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

openapi: ## Write docs/openapi.yml anew; review it as a diff
	$(INSTALL) requirements-test.txt
	$(BIN)/python manage.py spectacular --fail-on-warn --validate --file docs/openapi.yml

lock: ## Write the requirements*.txt anew from the requirements*.in
	$(INSTALL) requirements.txt
	$(LOCK) requirements-installer.in -o requirements-installer.txt
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) -c requirements.txt requirements-test.in -o requirements-test.txt
	$(LOCK) -c requirements-test.txt requirements-dev.in -o requirements-dev.txt
	$(LOCK) -c requirements.txt requirements-train.in -o requirements-train.txt
	$(LOCK) -c requirements-test.txt requirements-faults.in -o requirements-faults.txt

sbom: ## Write the list of what an installation holds: .cache/sbom.cdx.json and docs/licences.md
	$(INSTALL) requirements.txt
	$(BIN)/python -m tools.sbom --docs

audit: ## Ask for known holes in what is locked; needs a network
	$(INSTALL) requirements.txt
	$(BIN)/python -m tools.audit

bench: ## Measure the API, exports and imports on QUOTES made-up quotes (made once, in BENCH_DIR)
	$(INSTALL) requirements-test.txt
	@mkdir -p $(BENCH_DIR)
	DATA_DIR=$(BENCH_DIR) $(BIN)/python manage.py migrate --verbosity 0
	DATA_DIR=$(BENCH_DIR) $(BIN)/python manage.py createcachetable
	@test -e $(BENCH_DIR)/made-$(QUOTES) || \
		DATA_DIR=$(BENCH_DIR) $(BIN)/python manage.py make_benchmark_data --quotes $(QUOTES)
	@touch $(BENCH_DIR)/made-$(QUOTES)
	@short=0; \
	DATA_DIR=$(BENCH_DIR) $(BIN)/python -m benchmarks.api || short=1; \
	DATA_DIR=$(BENCH_DIR) $(BIN)/python -m benchmarks.exchange || short=1; \
	$(BIN)/python -m benchmarks.pages || short=1; \
	$(MAKE) --no-print-directory bench-load || short=1; \
	exit $$short

load-data:
	$(INSTALL) requirements-test.txt
	@mkdir -p $(LOAD_DIR)
	DATA_DIR=$(LOAD_DIR) $(BIN)/python manage.py migrate --verbosity 0
	DATA_DIR=$(LOAD_DIR) $(BIN)/python manage.py createcachetable
	@test -e $(LOAD_DIR)/made-$(LOAD_QUOTES) || \
		DATA_DIR=$(LOAD_DIR) $(BIN)/python manage.py make_benchmark_data --quotes $(LOAD_QUOTES)
	@touch $(LOAD_DIR)/made-$(LOAD_QUOTES)

bench-load: load-data ## Measure fifty readers and ten writers on the whole site, on LOAD_QUOTES made-up quotes
	DATA_DIR=$(LOAD_DIR) $(BIN)/python -m benchmarks.load

bench-newsroom: load-data ## Measure fifty editors and two hundred readers on the whole site for ten minutes
	DATA_DIR=$(LOAD_DIR) $(BIN)/python -m benchmarks.newsroom

bench-desk: ## Print how long an editor waits after a key, in Chromium; nothing else may run meanwhile
	$(INSTALL) requirements-dev.txt
	$(BIN)/python -m pytest -n 0 -q -s -m alone

train: ## Train the tagger anew; CORPUS, DEV, START, EPOCHS and others are read
	@$(PYTHON) -m training.start

evaluate: ## Print how good the engine is and write docs/engine-figures.json; needs ../shared
	$(INSTALL) requirements-test.txt
	$(BIN)/python -m benchmarks.evaluate --write docs/engine-figures.json

calibrate: ## Fit the engine's probabilities anew; needs ../shared
	$(INSTALL) requirements-test.txt
	$(BIN)/python -m benchmarks.calibrate

bench-engine: ## Print words per CPU second beside bare spaCy, memory, and cost with length
	$(INSTALL) requirements.txt
	$(BIN)/python -m benchmarks.speed

clean: ## Remove what was installed and cached; the data directory stays
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
