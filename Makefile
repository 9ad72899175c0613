# Everything a clone of this project is used with. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help setup up down unlock test docs lock

# The Python that set-up starts with; a newer one on PATH is found where this one is too old.
PYTHON ?= python3
# It would keep Python from finding the project in the current folder.
unexport PYTHONSAFEPATH
IN_VENV := .vectorize/venv/bin/python

help: ## List what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

setup: ## Virtual environment, Pulumi engine and local state, all in .vectorize; quick when nothing changed
	@command -v $(PYTHON) >/dev/null 2>&1 || \
		{ echo "Set-up needs Python 3.11 or newer, and there is no $(PYTHON) on PATH: install one, then run the same command again." >&2; exit 1; }
	@$(PYTHON) -m tools.setup $(SETUP_FOR)

up: setup ## Bring up the stack local, which needs no account, and show what stands
	@$(IN_VENV) -m tools.local_stack up

down: ## Destroy the stack local
	@if [ -d .vectorize/state/.pulumi/stacks ]; then $(MAKE) --no-print-directory setup && $(IN_VENV) -m tools.local_stack down; \
		else echo "Nothing stands: the stack local was never brought up."; fi

unlock: setup ## Free the stack local from the lock that a killed engine left
	@$(IN_VENV) -m tools.local_stack unlock

# What it takes to run is set up for every other one.
test: SETUP_FOR := --tests
test: setup ## Check format, lint, types and layers, then run every test
	@$(IN_VENV) -m tools.checks

docs: setup ## Rewrite the generated parts of docs/ from schemas, commands and docstrings
	@$(IN_VENV) -m tools.documentation

lock: ## Update the lock files to the newest versions that pyproject.toml allows (needs uv)
	@tools/update_lock
