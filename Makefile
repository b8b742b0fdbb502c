# Commands of the project: `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.9
STAMP := .venv/.installed
# Two processes, one file of tests each at a time: the tests of one file share what they set up. The files run in the
# order of their names. Otherwise xdist runs the files of few tests last; some take long, and one process has no work.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

export MPLBACKEND := agg
# Byte code of Python is kept: without it, each of the many processes of a run or a test compiles its modules again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env lock figures quick test coverage notebooks check format lab bench counts clean

help: ## show this help
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

env: $(STAMP) ## create .venv from requirements.lock

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)"
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -q tlanalysis
	@touch $(STAMP)

lock: ## rewrite requirements.lock from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-annotate --all-extras --custom-compile-command "make lock" -o requirements.lock pyproject.toml

figures: env ## build the data, run every notebook of the plan, write reports/index.html
	$(BIN)/tlanalysis figures

quick: env ## lint, type-check and run the tests that need no browser, no worker and no site (under a minute)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL) tests/test_layers.py tests/test_package.py tests/core tests/data tests/indicators tests/lists/cells tests/charts/kit

test: env ## run pytest, then compare the notebooks with their stored outputs
	$(BIN)/python -m pytest $(PARALLEL)
	TLANALYSIS_OUT=$$(mktemp -d) TLANALYSIS_PROCESSED=$$(mktemp -d) $(BIN)/python -m pytest $(PARALLEL) --nbval -p no:cacheprovider notebooks/[0-9]*.ipynb \
	  || { $(BIN)/tlanalysis check --stored; exit 1; }

coverage: env ## run pytest and print which lines of the package no test reaches
	$(BIN)/python -m pytest $(PARALLEL) --cov tlanalysis --cov-report term:skip-covered

notebooks: env ## execute the notebooks in place and store their outputs
	$(BIN)/python -m tlanalysis.maintain.store_notebooks

check: env ## lint, type-check, and hold data, notebooks and plan to the rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/tlanalysis check

format: env ## let ruff put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lab: env ## open JupyterLab on a tour of ten cells; explore.ipynb, beside it, lets you choose from lists (ARGS="--allow-root")
	env -u MPLBACKEND $(BIN)/jupyter lab notebooks --LabApp.default_url=/lab/tree/tour.ipynb $(ARGS)

bench: env ## print the benchmarks: ratios measured in one run
	$(BIN)/python -m benchmarks.runs
	$(BIN)/python -m benchmarks.cleaning
	$(BIN)/python -m benchmarks.forecast_speed
	$(BIN)/python -m benchmarks.forecast_calibration 400 7
	$(BIN)/python -m benchmarks.forecast_real_series
	$(BIN)/python -m benchmarks.forecast_changes
	$(BIN)/python -m benchmarks.access
	$(BIN)/python -m benchmarks.site

counts: env ## recompute the counts and the access figures of data/raw from the open files (TLANALYSIS_MIRROR)
	$(BIN)/tlanalysis count

clean: ## remove everything that can be made again
	rm -rf .venv reports data/processed/*.parquet data/processed/*_rejets.csv data/processed/ledger.json
