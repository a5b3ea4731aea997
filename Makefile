# make demo   the whole way on one machine, ending with figures and the dashboard's address
# make test   pure functions, contracts, models, the whole way: minutes       make lint   every check that reads
# make test-extended   random seeds, every failpoint, full disks, a browser    make fix    format
# make bench  what benchmarks/README.md claims                            make docs  generated pages

PYTHON ?= python3.11
VENV := .venv
DEMO_VENV := .venv-demo
BENCH_VENV := .venv-bench
# One process per core; dbt, Chromium and killed processes each start some of their own.
TEST_WORKERS ?= 2

# Files go to workers whole, since their tests share what is slow to make; in tests/conftest.py's order.
PYTEST := -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

.PHONY: demo test test-extended lint fix bench docs clean judges

demo: $(DEMO_VENV)/.ready
	$(DEMO_VENV)/bin/trueup demo

test: $(VENV)/.ready judges
	$(VENV)/bin/python $(PYTEST)

test-extended: $(VENV)/.ready
	$(VENV)/bin/python $(PYTEST) tests/extended

lint: $(VENV)/.ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/codespell
	$(VENV)/bin/python tests/lint_sql.py

fix: $(VENV)/.ready
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	$(VENV)/bin/sqlfluff fix --config .sqlfluff dbt/models dbt/tests

bench: $(BENCH_VENV)/.ready
	$(BENCH_VENV)/bin/python -m benchmarks

docs: $(VENV)/.ready
	$(VENV)/bin/python -m docs.generate

# Node is needed only to fetch Shopify's official schema; without npm that judge says so.
judges:
	@if command -v npm >/dev/null; then \
	  cd tests/judges/shopify && npm ci --silent --no-audit --no-fund --ignore-scripts; \
	else echo "npm is not here: Shopify's official schema will not judge this run"; fi

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/dev.txt
	$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(DEMO_VENV)/.ready: requirements/demo.txt pyproject.toml
	$(PYTHON) -m venv $(DEMO_VENV)
	$(DEMO_VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/demo.txt
	$(DEMO_VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

$(BENCH_VENV)/.ready: requirements/bench.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements/bench.txt
	$(BENCH_VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf $(VENV) $(DEMO_VENV) $(BENCH_VENV) trueup-demo
