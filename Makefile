# What people and .ci/run call.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
RUST := $(shell find rust -name '*.rs' -o -name Cargo.toml) Cargo.toml Cargo.lock
TOOLS := .venv/.tools
CORE := .venv/.core
SETUP := $(TOOLS) $(CORE)

.PHONY: help setup demo test live check fix generate wheel clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: $(SETUP)  ## .venv with all tools and the extension, built in place

demo: $(SETUP)  ## set up, then replay the article's experiments
	@$(BIN)/netmodel replay

test: $(SETUP)  ## set up, then all tests of the core and of the Python package
	cargo test --locked --quiet
	$(BIN)/pytest

live: $(SETUP)  ## the live host's tests and recordings against this kernel; root on Linux
	NETMODEL_LIVE=1 $(BIN)/pytest tests/live

check: $(SETUP)  ## formats, lints, types, stubs and generated files
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets --target-dir target/check --quiet -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest netmodel._core
	$(BIN)/python rust/netmodel/codegen --check
	$(BIN)/python docs/generate.py --check

fix: $(SETUP)  ## format, and mend what the linters can mend
	cargo fmt --all
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

generate: $(SETUP)  ## write the Python dataclasses and docs/coverage.md anew
	$(BIN)/python rust/netmodel/codegen
	$(BIN)/python docs/generate.py

wheel: $(SETUP)  ## dist/: an sdist, and from it an abi3 wheel for manylinux2014
	rm -rf dist
	MATURIN_PEP517_ARGS="--zig --compatibility manylinux2014" $(BIN)/python -m build

clean:  ## remove everything that was built
	rm -rf .venv target dist python/netmodel/_core*.so

$(TOOLS): pyproject.toml
	@command -v $(PYTHON) >/dev/null && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed (python.org, or your system's python3.11; then make PYTHON=python3.11)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "Python's venv module is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@$(BIN)/pip install --quiet --group dev
	@rm -f $(CORE)
	@touch $@

$(CORE): $(TOOLS) $(RUST)
	@command -v rustc >/dev/null && rustc --version | awk '{ split($$2, v, "."); exit !(v[1] > 1 || v[2] >= 89) }' \
		|| { echo "Rust 1.89 or newer is needed (https://rustup.rs, or: rustup update)" >&2; exit 1; }
	@command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null \
		|| { echo "A C linker is needed (Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	@if [ -e $@ ]; then skip=--skip-install; else skip=; fi; \
		$(BIN)/maturin develop --quiet --locked --profile dev-release $$skip
	@touch $@
