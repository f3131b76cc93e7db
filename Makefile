# Needs make and Python 3.11 or newer; everything else comes hash-pinned from requirements.lock.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LOCKED := $(shell sha256sum requirements.lock | cut -c1-16)
INSTALLED := .venv/installed-$(LOCKED)

.PHONY: help venv demo test worked planted bench screenshots lock clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

venv: $(INSTALLED) ## make the virtual environment .venv (once, and again when requirements.lock has changed)

demo: venv ## run the whole story on this machine; options in ARGS, as in: make demo ARGS="--once --requests 60"
	@.venv/bin/manyhands demo $(ARGS)

test: venv ## run every check and test, and say how long each took
	@.venv/bin/python -m tests.support.steps

worked: venv ## take every rule and term out of the ranking in turn and show that the worked cases notice
	@.venv/bin/python -m tests.worked

planted: venv ## plant known bugs in a copy and show that the tests catch them
	@.venv/bin/python -m tests.planted $(ARGS)

bench: venv ## measure Manyhands beside a bare echo and a naive consumer
	@.venv/bin/python -m bench $(ARGS)

screenshots: venv ## draw every page of the desk at two widths into docs/screenshots
	@.venv/bin/python -m tests.pictures $(ARGS)

COMPILE := .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

lock: venv ## write requirements.lock anew from pyproject.toml, and from it requirements-services.lock, which is what the image holds
	$(COMPILE) --all-extras pyproject.toml -o requirements.lock
	$(COMPILE) --constraints requirements.lock pyproject.toml -o requirements-services.lock

clean: ## remove .venv, caches and downloaded node modules; data in .manyhands stay
	rm -rf .venv build services/desk/assets/built services/desk/assets/node_modules *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tools/*/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and there is no python3 here. On Debian or Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V). On Debian 12 or newer: sudo apt-get install python3 python3-venv. If a newer one is installed under another name: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Making .venv, once: about 320 MB of packages, checked against requirements.lock ..."
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	@.venv/bin/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f .venv/installed-* && touch $@
