# make chat   a coaching chat, set up from nothing      (FLOW=requirements for another flow)
# make test   everything the project checks, set up from nothing
# make bench  what turns and pages cost
# make faults 10,000 kills and power cuts and more; goes on where it was stopped

PYTHON ?= python3
FLOW ?= grow
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

ifdef UV
INSTALL := $(UV) pip install --quiet --python $(BIN)/python
MAKE_VENV := $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
MAKE_VENV := $(PYTHON) -m venv $(VENV)
OR_NO_VENV = > /dev/null || { $(NO_VENV); }
endif
COMMA := ,

# What is missing is named, with the package that brings it; in the shell of the recipe itself, so
# that nothing but the message is said.
define CHECK
command -v $(PYTHON) >/dev/null || { \
  echo "There is no $(PYTHON). Install it (Debian, Ubuntu: apt install python3 python3-venv)" \
       "or name another: make chat PYTHON=python3.12" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "coachflow needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) -V)." \
       "Name another: make chat PYTHON=python3.12" >&2; exit 1; }; \
$(if $(UV),true,$(PYTHON) -c 'import venv$(COMMA) ensurepip' 2>/dev/null) || { $(NO_VENV); }
endef

define NO_VENV
echo "This Python cannot make a virtual environment: its venv module is not whole." \
     "Install it (Debian, Ubuntu: apt install python3-venv), then run make again." >&2; exit 1
endef

.PHONY: chat test check bench faults clean

chat: $(VENV)/.ready
	@$(BIN)/coach chat $(FLOW)

test: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadgroup

bench: $(VENV)/.ready-dev
	$(BIN)/python benchmarks/turn.py
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/render.py
	$(BIN)/python benchmarks/cache.py
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/stories.py
	$(BIN)/python benchmarks/llm.py

faults: $(VENV)/.ready-dev
	$(BIN)/python -m tests.faults.run

$(VENV)/.ready: pyproject.toml constraints.txt
	@$(CHECK)
	@echo "Setting up (once) …" >&2
	@$(MAKE_VENV) < /dev/null $(OR_NO_VENV)
	@$(INSTALL) --constraint constraints.txt --editable . < /dev/null
	@touch $@

$(VENV)/.ready-dev: pyproject.toml constraints.txt
	@$(CHECK)
	@echo "Setting up for the tests (once) …" >&2
	@$(MAKE_VENV) < /dev/null $(OR_NO_VENV)
	@$(INSTALL) --constraint constraints.txt --editable '.[dev]' < /dev/null
	@touch $(VENV)/.ready $@

check:
	@$(CHECK)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .faults.json .faults.lock
