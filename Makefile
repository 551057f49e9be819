# SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# Needs Python 3.11 or newer, git, make, and PyPI. Everything else is set up under .build, once.

PYTHON ?= python3
export AWS_DR_BUILD ?= $(CURDIR)/.build
BIN := $(AWS_DR_BUILD)/ctl/bin
# Bytecode in the tree would only be in the way of linters.
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test unit sanity lint integration long bench lab matrix format lock clean

help: ## tell what each command does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

setup: ## make the environments under .build (the other commands do it by themselves)
	@$(PYTHON) tools/environment.py

demo: setup ## watch S3 disaster recovery happen in a local AWS, from set-up to proof
	@tests/lab/with-lab python tests/demo/demo.py

test: setup ## run all checks and tests but the long ones; the last line counts them
	@$(BIN)/python tools/test.py

unit: setup ## run the unit tests
	@$(BIN)/python tools/test.py unit

sanity: setup ## run ansible-test sanity
	@$(BIN)/python tools/test.py sanity

lint: setup ## run linters and type checks
	@$(BIN)/python tools/test.py lint

integration: setup ## run the lab's own tests, the integration tests and the molecule scenarios
	@$(BIN)/python tools/test.py lab integration molecule

long: setup ## run the integration tests that take minutes each (not part of make test)
	@$(BIN)/python tools/test.py long

bench: setup ## measure: each figure as a ratio to a peer in the same run
	@for bench in tests/bench/bench_*.py; do echo "== $$bench"; tests/lab/with-lab python "$$bench" || exit 1; done

lab: setup ## keep a local AWS running and print the environment to use
	@tests/lab/with-lab --serve

matrix: setup ## unit and integration tests on every Python, ansible-core and boto3 that is supported (long)
	@$(BIN)/python tools/matrix.py

format: setup ## put the Python code into its standard form
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

lock: setup ## lock the requirements anew
	@$(AWS_DR_BUILD)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header tests/requirements/controller.in -o tests/requirements/controller.txt
	@sed -i '1i # SPDX-FileCopyrightText: 2026 aws_dr.s3 contributors\n# SPDX-License-Identifier: GPL-3.0-or-later' tests/requirements/controller.txt

clean: ## remove all that was set up and built
	rm -rf $(AWS_DR_BUILD) .ansible .mypy_cache .ruff_cache .hypothesis tests/output
