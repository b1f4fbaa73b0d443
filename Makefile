# Each target creates .venv from the lock; a second call installs nothing again.
#   make run        report of ten years of prices: results/<run>/report.html
#   make test       tests, and the examples in docstrings
#   make lint       format, style, types, workflow, structure, prose
#   make format     format everything and apply the fixes of the linters
#   make licences   licence of each installed package; fails on AGPL, GPL alone and unknown ones
#   make bench      timings side by side
#   make schema     JSON schema and key tables from firmsim.config, comparators from their registry,
#                   files of a run from its targets
#   make lock       locks with the newest versions; tools/lock.py --keep adds what is new only
#   make chaos      200 kills, two runs at once, damage, full disks: the long forms of tests/chaos
#   make fuzz       readers of prices, firms and configuration, fuzzed for FUZZ_SECONDS (600)
#   make mutants    does a test fail for each small change of the code? hours, and goes on
#   make soak       download of 1,000 tickers from an unreliable imitation of Yahoo
#   make calibrate  docs/statistics.md: how often the permutation tests reject
#   make gradients  docs/gradients.md: default run, figure and table of its gradients
#   make trainers   docs/trainers.md: study of trainers, half an hour on two cores
PYTHON ?= python3
CORES ?= all
FUZZ_SECONDS ?= 600
MUTANTS ?=
MUTANTS_AT_ONCE ?= 1
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# only files whose hash a lock names; whatever is built is built with the tools of the lock
INSTALL := $(PIP) install --require-hashes --no-deps --no-build-isolation --use-pep517
PAGE := src/firmsim/report/static

.PHONY: run test lint format licences bench chaos fuzz mutants soak calibrate gradients trainers schema lock
.DEFAULT_GOAL := run

run: .venv/installed
	$(BIN)/snakemake --cores $(CORES)
	@$(BIN)/python -c 'import yaml; run = yaml.safe_load(open("config/config.yaml"))["run"]; \
	  print(f"Report: results/{run}/report.html")'

test: .venv/installed-dev
	$(BIN)/python -m pytest --numprocesses logical --maxprocesses 8 --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow studies
	$(BIN)/oxfmt --config tools/oxfmt.json --check $(PAGE)
	$(BIN)/oxlint --config tools/oxlint.json $(PAGE)
	$(BIN)/python tools/lint_workflow.py
	$(BIN)/python tools/structure.py
	$(BIN)/python tools/prose.py
	$(BIN)/python tools/config_reference.py --check
	$(BIN)/python tools/comparators.py --check
	$(BIN)/python tools/result_files.py --check

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow studies
	$(BIN)/oxfmt --config tools/oxfmt.json $(PAGE)
	$(BIN)/oxlint --config tools/oxlint.json --fix $(PAGE)

licences: .venv/installed-dev
	$(BIN)/python tools/licences.py

bench: .venv/installed-dev
	$(BIN)/python benchmarks/recurrences.py
	$(BIN)/python benchmarks/permutation.py
	$(BIN)/python benchmarks/main_job.py

chaos: .venv/installed-dev
	CHAOS=long $(BIN)/python -m pytest tests/chaos

fuzz: .venv/installed-dev
	$(INSTALL) --quiet -r requirements-fuzz.lock
	PYTHONPATH=studies $(BIN)/python tests/fuzz/fuzz.py --seconds $(FUZZ_SECONDS)

soak: .venv/installed-dev
	SOAK_FIRMS=1000 $(BIN)/python -m pytest tests/prices/sources/yahoo/test_soak.py

gradients: run .venv/installed-dev
	$(BIN)/python tools/gradients.py results/sp500_2007_2016

trainers: .venv/installed
	$(BIN)/snakemake trainers --cores $(CORES) --configfile studies/trainers/config.yaml
	PYTHONPATH=studies $(BIN)/python -m trainers.page results/trainers

calibrate: .venv/installed-dev
	$(BIN)/python tools/calibration.py

schema: .venv/installed-dev
	$(BIN)/python tools/config_reference.py
	$(BIN)/python tools/comparators.py
	$(BIN)/python tools/result_files.py

mutants: .venv/installed-dev
	mkdir -p mutants/src  # Python would remember that it was not there
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 PYTHONPATH=$(CURDIR)/mutants/src \
	  nice -n 19 $(BIN)/mutmut run --max-children $(MUTANTS_AT_ONCE) $(MUTANTS)
	$(BIN)/python tools/mutants.py

lock:
	$(PYTHON) tools/lock.py

.venv/installed: requirements.lock requirements-build.lock requirements-cpu.lock \
    requirements-cuda.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "error: $(PYTHON) is older than 3.11; call make with PYTHON=python3.11" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements-build.lock
	@# PyTorch's CPU build, where pip is configured with a place that has it
	@$(INSTALL) --quiet -r requirements-cpu.lock 2> .venv/cpu.log || \
	  ! grep -q "DO NOT MATCH" .venv/cpu.log || \
	  { echo "error: the CPU build of PyTorch that pip finds is not in requirements-cpu.lock;" \
	    "install it into .venv yourself, or add it with $(PYTHON) tools/lock.py --keep" >&2; exit 1; }
	$(INSTALL) -r requirements.lock
	@# PyTorch's own build for Linux needs CUDA libraries
	$(PIP) check > /dev/null || $(INSTALL) -r requirements-cuda.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	$(PIP) check
	touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	$(INSTALL) -r requirements-dev.lock
	touch $@
