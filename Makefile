# A fresh machine needs Python 3.11 or newer with pip and venv, and make. Every target makes its own
# environment in .venv first.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
AXE := $(if $(shell command -v npm),tests/browser/node_modules/.ready)

.PHONY: demo run test check bench lock docs screenshots format clean

demo: $(READY)  ## The main job end to end on the sample district, then a summary.
	$(BIN)/jiedui demo

run: $(READY)  ## Everything on this machine until Ctrl-C; state under JIEDUI_HOME (default var/).
	$(BIN)/jiedui up

test: $(READY) $(AXE)  ## All tests, files side by side: many only wait for servers and clocks.
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(READY)  ## Format, lint, types, doors between rooms.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY) .rivals/.ready  ## Figures of one run, beside other engines.
	$(BIN)/python -m benchmarks

.rivals/.ready: requirements/rivals.txt
	test -x .rivals/bin/python || $(PYTHON) -m venv .rivals
	.rivals/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/rivals.txt
	touch .rivals/.ready

docs: $(READY)  ## Write the generated pages of docs/ again.
	$(BIN)/python -m docs.generate

screenshots: $(READY)  ## Every page at a desk and on a phone, in var/screenshots; those of the manual in docs/zh/pictures (needs Chromium).
	$(BIN)/python -m tests.browser.shoot

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(READY): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("jiedui needs Python 3.11 or newer, found " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

tests/browser/node_modules/.ready: tests/browser/package-lock.json
	npm ci --prefix tests/browser
	touch $@

lock:  ## Renew the lock files (needs uv).
	uv pip compile --group rivals --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/rivals.txt
	uv pip compile pyproject.toml --extra documents --extra oidc --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/dev.txt
	uv pip compile pyproject.toml --extra documents --extra oidc --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/run.txt

clean:
	rm -rf .venv .rivals tests/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist build
