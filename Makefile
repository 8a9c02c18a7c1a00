# Two commands: `make serve` builds the book and serves it, `make test` checks everything. `make help` lists the rest.
# A virtual environment is made in .venv; nothing outside this directory is touched, a browser for the tests excepted.

PORT ?= 8000
VENV ?= .venv
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)

BIN := $(VENV)/bin
START := $(shell date +%s)
BUILD := $(BIN)/jupyter-book build . -W --keep-going

.PHONY: help serve book pdf dist chapter test lab bench mutate rounding lint clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

serve: port $(VENV)/.book  ## build the book and serve it at http://127.0.0.1:8000 (another port: PORT=8001)
	@$(MAKE) --no-print-directory book
	@$(BIN)/python dlcore/book/serve.py --port $(PORT)

.PHONY: port
port: python
	@$(PYTHON) dlcore/book/serve.py --port $(PORT) --check

book: $(VENV)/.book  ## build the book into _build/html
	@start=$$(date +%s); $(BUILD) && echo "Built the book in $$(( $$(date +%s) - start )) s: _build/html/index.html"

pdf: book  ## the whole book as _build/book.pdf, printed by the browser of the tests, and linked on the landing page
	@$(BIN)/python -m pip install --quiet -c requirements.txt -e ".[pdf]"
	@start=$$(date +%s); browser=$$($(BIN)/python tests/chromium.py --path | tail -n 1) && \
		$(BIN)/python -m dlcore.book.press.pdf --browser "$$browser" && echo "Printed the book in $$(( $$(date +%s) - start )) s"

dist: book  ## the book as _build/book.zip, to be opened offline, with dlcore's wheel inside
	@$(BIN)/python -m dlcore.book.press.archive

chapter: $(VENV)/.book  ## a first notebook that passes the tests: make chapter NAME=12_representation TITLE="Representation" [PART="…"]
	@$(BIN)/python -m dlcore.book.skeleton "$(NAME)" "$(TITLE)" --part "$(PART)"

test: $(VENV)/.test  ## what must hold and has changed since it passed (ALL=1: everything); of one chapter alone: make test CHAPTER=08
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m tests.run --chapter "$(CHAPTER)" $(if $(ALL),--all)
	@echo "make test took $$(( $$(date +%s) - $(START) )) s, with what it installed"

lint: $(VENV)/.test  ## style, and which module may import which
	$(BIN)/ruff check .
	$(BIN)/lint-imports

lab: $(VENV)/.test  ## JupyterLab on the chapters
	$(BIN)/jupyter lab --ServerApp.ip=127.0.0.1 $(if $(filter 0,$(shell id -u)),--allow-root) chapters

bench: $(VENV)/.test  ## the measurements, as ratios of one run
	@$(BIN)/python -m pip install --quiet -c requirements.txt -e ".[bench]"
	@for name in $(basename $(notdir $(wildcard tests/benchmarks/bench_*.py))); do $(BIN)/python -m tests.benchmarks.$$name || exit 1; echo; done

mutate: $(VENV)/.test  ## the share of planted faults that the units notice, on a sample: SEED=1 draws another
	@$(BIN)/python -m pip install --quiet -c requirements.txt -e ".[mutation]"
	@$(BIN)/python -m tests.mutation.run --seed $(or $(SEED),0)

rounding: $(VENV)/.test  ## which statements of the notebooks hang on the last digits of one processor; of one chapter: CHAPTER=07
	@$(BIN)/python -m tests.rounding.run --chapter "$(CHAPTER)"

clean:  ## remove everything that was built; the environment stays
	rm -rf _build .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Environments. A stamp is newer than what it was made from, so nothing is installed twice.

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found; PYTHON=/path/to/python names one."; exit 1; }

$(BIN)/python: | python
	$(PYTHON) -m venv $(VENV)

# On Linux pip would fetch PyTorch with CUDA, gigabytes that nothing here uses. Its CPU build is asked for first, and not for long.

TORCH_CPU ?= https://download.pytorch.org/whl/cpu
define cpu_torch
	@echo "Asking $(TORCH_CPU) for PyTorch's CPU build (about 200 MB)"
	@$(BIN)/python -m pip install -qqq --disable-pip-version-check --no-deps --retries 0 --timeout 10 --index-url $(TORCH_CPU) \
		"$$(grep '^torch==' requirements.txt)" && echo "PyTorch is there" \
		|| echo "It cannot be had there: pip takes what it finds elsewhere, perhaps the build with CUDA (several GB)"

endef

$(VENV)/.book: $(BIN)/python requirements.txt pyproject.toml
	$(if $(filter Linux,$(shell uname -s)),$(cpu_torch))
	@echo "Installing what the book is built with (PyTorch is large: a few minutes the first time)"
	$(BIN)/python -m pip install --quiet -r requirements.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.book
	@echo "Installing what the tests need"
	$(BIN)/python -m pip install --quiet -c requirements.txt -e ".[test,lab]"
	$(BIN)/python -m pip uninstall --quiet --yes rfc3987-syntax  # optional; jsonschema, when imported, makes it build parsers for 2 s
	@touch $@
