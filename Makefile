# Countersign, from a fresh clone: `make demo` opens the desk, `make test` proves it.
#
# PYTHON=python3.12  which Python makes the environment (3.11 or newer)
# PORT=8080          where the demo listens
# ARGS="..."         further words for the program or for pytest

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PORT ?=
ARGS ?=

UV := $(shell command -v uv 2>/dev/null)
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
# Tests start many desks, and each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

PY := .venv/bin/python
BUILD_TOOLS := .venv/build-tools
CATALOGUES := $(wildcard webapp/translations/*/LC_MESSAGES/messages.po)

ifdef UV
VENV := $(UV) venv --quiet --clear --python $(PYTHON)
INSTALL := $(UV) pip install --quiet --python $(PY)
else
VENV := $(PYTHON) -m venv --clear
INSTALL := $(PY) -m pip install --quiet
endif
LOCKED := $(INSTALL) --no-deps --require-hashes

# A stamp says that an installation came to its end. These two throw it away when what it
# stands for is gone: the folder was moved, uv came or went, or the vendored files were deleted.
MADE := $(CURDIR) with $(if $(UV),uv,pip)
$(shell test "$$(cat .venv/venv.stamp 2>/dev/null)" = "$(MADE)" || rm -f .venv/*.stamp)
$(shell test -f static/vendor/icons/icons.json || rm -f .venv/program.stamp)

.DELETE_ON_ERROR:
.PHONY: help setup demo test quick check format messages lock screenshots pictures reference lighthouse test-oidc test-faults scan mutants coverage wheel clean

help: ## Show this list
	@echo "Countersign: a self-hosted approvals desk"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name what; do printf '%-20s %s\n' "$$name" "$$what"; done

setup: .venv/program.stamp ## Make .venv with the program in it
	@echo "Ready: .venv/bin/countersign --help"

demo: .venv/program.stamp ## Open the desk with a seeded company (PORT=8080, ARGS="...")
	@.venv/bin/countersign demo $(if $(PORT),--port $(PORT)) $(ARGS)

test: .venv/program.stamp .venv/test.stamp ## Run the tests (ARGS="tests/approvals -x")
	@$(PY) -m pytest --numprocesses auto --dist worksteal $(ARGS)

quick: .venv/program.stamp .venv/test.stamp ## Run what a change breaks first: SQLite, one case of each test
	@$(PY) -m pytest --numprocesses auto --dist worksteal --quick $(ARGS)

check: .venv/program.stamp .venv/test.stamp .venv/dev.stamp ## Check style, types, templates and imports
	@echo "Checking style ..."
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@echo "Checking types ..."
	@.venv/bin/mypy
	@echo "Checking templates ..."
	@.venv/bin/djlint templates --lint --quiet
	@echo "Checking imports ..."
	@.venv/bin/lint-imports --no-cache

format: .venv/dev.stamp ## Write Python the way the checks want it
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# No places, dates or guesses: a diff of a catalogue shows what people read, and nothing else.
messages: .venv/program.stamp ## Bring new and changed texts into the catalogues
	@mkdir -p build
	@.venv/bin/pybabel --quiet extract --mapping-file pyproject.toml --no-location --sort-output \
		--output-file build/messages.pot .
	@.venv/bin/pybabel --quiet update --input-file build/messages.pot \
		--output-dir webapp/translations --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete
	@.venv/bin/pybabel compile --statistics --directory webapp/translations

lock: ## Write the lock files anew (UPGRADE=--upgrade takes newer versions)
	@sh requirements/lock.sh "$(UV)" "$(PYTHON)" $(UPGRADE)

screenshots: .venv/program.stamp .venv/test.stamp ## Take pictures of every page into test-results/
	@$(PY) tests/support/screenshots.py $(ARGS)

pictures: .venv/program.stamp .venv/test.stamp ## Take the pictures of docs/design.md anew
	@$(PY) tests/support/screenshots.py --pictures

reference: .venv/program.stamp .venv/test.stamp ## Write docs/reference anew, out of the program
	@$(PY) -m tests.support.reference

lighthouse: .venv/program.stamp .venv/test.stamp build/lighthouse/lighthouse.stamp ## Measure the main pages with Lighthouse (needs node)
	@$(PY) -m tests.lighthouse.measuring

test-oidc: .venv/program.stamp .venv/test.stamp build/certified/certified.stamp ## Sign in with certified programs, both ways (needs node)
	@COUNTERSIGN_TEST_REQUIRE=node $(PY) -m pytest --numprocesses 0 tests/certified $(ARGS)

test-faults: .venv/program.stamp .venv/test.stamp ## Kill, fill up and cut off what the desk leans on (minutes; COUNTERSIGN_TEST_FAULTS=50)
	@$(PY) -m pytest --numprocesses 0 tests/faults $(ARGS)

scan: .venv/program.stamp .venv/test.stamp build/scan/scan.stamp ## Let wapiti and sqlmap loose on a desk of its own (an hour; ARGS="--help")
	@$(PY) -m tests.scanners.scanning $(ARGS)

mutants: .venv/program.stamp .venv/mutants.stamp ## Change the rules in small ways and see that a test notices (ten minutes)
	@$(PY) -m tests.mutants.scoring $(ARGS)

coverage: .venv/program.stamp .venv/test.stamp ## Measure which branches the tests without a browser take
	@$(PY) -m pytest --numprocesses auto --dist worksteal --quick --quiet --cov --cov-report= $(ARGS)
	@.venv/bin/coverage report --include '*/domain.py,*/policy.py,*/service.py' --fail-under 100
	@.venv/bin/coverage report --fail-under 95

wheel: .venv/program.stamp ## Build the wheel into dist/
	@mkdir -p dist
	@PYTHONPATH=$(BUILD_TOOLS) $(PY) -m hatchling build -t wheel

clean: ## Remove everything that make made, the environment too
	rm -rf .venv static/vendor static/.dist dist build mutants test-results
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name '*.mo' -type f -delete

.venv/venv.stamp:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Countersign needs Python 3.11 or newer and found none. Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("Countersign needs Python 3.11 or newer; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.12" % v[:2])'
	@echo "Making .venv with $$($(PYTHON) --version) ..."
	@$(VENV) .venv || { echo "The environment could not be made. If Python lacks venv, on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@printf '%s' "$(MADE)" > $@

.venv/run.stamp: requirements/run.txt .venv/venv.stamp
	@echo "Installing what the program needs (half a minute on the first run) ..."
	@$(LOCKED) -r $<
	@touch $@

.venv/test.stamp: requirements/test.txt .venv/run.stamp
	@echo "Installing what the tests need ..."
	@$(LOCKED) -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/test.stamp
	@echo "Installing what the checks need ..."
	@$(LOCKED) -r $<
	@touch $@

.venv/mutants.stamp: requirements/mutants.txt .venv/test.stamp
	@echo "Installing what changes the rules ..."
	@$(LOCKED) -r $<
	@touch $@

# The build tools live in a folder of their own, so that the environment holds the program only.
.venv/build.stamp: requirements/build.txt .venv/venv.stamp
	@echo "Installing what the build needs ..."
	@rm -rf $(BUILD_TOOLS)
	@$(LOCKED) --target $(BUILD_TOOLS) -r $<
	@touch $@

build/lighthouse/lighthouse.stamp: tests/lighthouse/package-lock.json
	@command -v npm >/dev/null || { echo "Lighthouse needs node 18 or newer, with npm." >&2; exit 1; }
	@echo "Installing Lighthouse ..."
	@mkdir -p build/lighthouse
	@cp tests/lighthouse/package.json tests/lighthouse/package-lock.json build/lighthouse/
	@cd build/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

build/certified/certified.stamp: tests/certified/package-lock.json
	@command -v npm >/dev/null || { echo "The certified programs need node 20 or newer, with npm." >&2; exit 1; }
	@echo "Installing oidc-provider and openid-client ..."
	@mkdir -p build/certified
	@cp tests/certified/package.json tests/certified/package-lock.json build/certified/
	@cd build/certified && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# Other libraries in other versions than the program's, so that they live apart.
build/scan/scan.stamp: requirements/scan.txt
	@echo "Installing wapiti and sqlmap ..."
	@mkdir -p build
	@$(VENV) build/scan
	@$(subst $(PY),build/scan/bin/python,$(LOCKED)) -r $<
	@touch $@

.venv/program.stamp: pyproject.toml hatch_build.py $(CATALOGUES) .venv/run.stamp .venv/build.stamp
	@echo "Building Countersign: htmx, icons, translations, static files ..."
	@PYTHONPATH=$(BUILD_TOOLS) $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@
