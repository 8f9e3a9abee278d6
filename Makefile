# `make run` and `make test` do all the set-up; `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
PYTEST_ARGS ?=
# Test files run in this many processes at once; each needs up to 2.5 GB.
TEST_WORKERS ?= 2
BENCH_ARGS ?=

# The raw input files, where they lie beside the repository: more tests run with them.
ifneq ($(wildcard ../shared/data),)
test bench: export TRADETALKS_DATA ?= $(CURDIR)/../shared/data
endif

define set-up
@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo "There is no \`$(PYTHON)\` here: install Python 3.12 (python.org, or \`sudo apt install python3 python3-venv\`), or name yours with PYTHON=..." >&2; exit 1; }
@PYTHON_COMMAND="$(PYTHON)" "$(PYTHON)" scripts/bootstrap.py
endef

.DEFAULT_GOAL := help
.PHONY: help run install test check docs bench system-deps lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: install ## install if needed, then: what if the 2025 truce had lapsed?
	@$(BIN)/tradetalks run truce-lapses-by-law
	@echo
	@echo "Try next:"
	@echo "  $(BIN)/tradetalks scenarios"
	@echo "  $(BIN)/tradetalks compare truce-lapses-by-law truce-lapses-to-april-peak"
	@echo "  $(BIN)/tradetalks run full-decoupling"

install: ## only install, into .venv
	$(set-up)

test: ## the test suite (PYTEST_ARGS="-k tariff" runs some)
	$(set-up) test
	@$(BIN)/python -m pytest --numprocesses $(TEST_WORKERS) --dist loadfile $(PYTEST_ARGS)

check: ## style, types, the import rules between rooms, and that the documents build
	$(set-up) check
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m sphinx -q -W --keep-going -E -b html docs build/docs

docs: ## the site of the documents, into build/docs
	$(set-up) check
	@$(BIN)/python -m sphinx -q -W --keep-going -E -b html docs build/docs
	@echo "build/docs/index.html"

bench: ## how fast it is
	$(set-up) test
	@$(BIN)/python -m pytest tests/bench --benchmark-only $(BENCH_ARGS)

system-deps: ## (as root, Debian or Ubuntu) Chromium and a Chinese font, for their tests
	@sh scripts/system-deps.sh

lock: ## write the lock files again from pyproject.toml (UPGRADE=1 takes newer versions)
	$(set-up)
	@test -x .venv-lock/bin/uv || { "$(PYTHON)" -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv; }
	@$(BIN)/python scripts/lock.py --uv "$(CURDIR)/.venv-lock/bin/uv" $(if $(UPGRADE),--upgrade)

clean: ## remove what was installed and built here; runs you stored stay
	rm -rf .venv .venv-lock build dist .pytest_cache .hypothesis .ruff_cache .import_linter_cache .benchmarks src/*.egg-info
	find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
