# Executable documentation: each target is a command that the README names.
# Nothing but python3, pip and make is needed beforehand.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SUITES := .suites
PIP    := $(PYTHON) -m pip --disable-pip-version-check --quiet

# Tests start hundreds of processes: with this set, each of them would compile its modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run install dev suites servers test compiled lint bench evaluate addins wording soak requirements clean

help:           ## this list
	@sed -n 's/^\([a-z0-9]*\): *[^#]*## /\1	/p' $(MAKEFILE_LIST) | expand -t 16

run: install    ## sets up, then the demo, or the service where there is a vigie.toml
	@if [ -f vigie.toml ]; then exec $(BIN)/vigie --config vigie.toml run; else exec $(BIN)/vigie demo; fi

install: $(VENV)/.run   ## leaves .venv/bin/vigie

dev: $(VENV)/.dev suites        ## what the tests and linters need, too

# A virtual environment without its own pip needs no python3-venv: the pip outside installs into it.
$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "vigie: $(PYTHON) is missing: apt-get install python3" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "vigie: Python 3.11 or later is needed, $$($(PYTHON) --version) found: make PYTHON=python3.11 …" >&2; exit 2; }
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || { echo "vigie: pip is missing: apt-get install python3-pip" >&2; exit 2; }
	$(PYTHON) -m venv --without-pip $(VENV)

# Build tools first, pinned too: dkimpy comes as source only, and is built with them and nothing else.
$(VENV)/.run: $(BIN)/python requirements/build.txt requirements/run.txt pyproject.toml
	$(PIP) --python $(BIN)/python install --require-hashes --only-binary :all: -r requirements/build.txt
	$(PIP) --python $(BIN)/python install --require-hashes --no-build-isolation -r requirements/run.txt
	$(PIP) --python $(BIN)/python install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) --python $(BIN)/python install --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@

suites: $(SUITES)/.unpacked     ## the openspf suite of RFC 7208, which lies in pyspf's source package

# --no-build-isolation: pip reads the package's metadata with the pinned build tools and fetches no others.
$(SUITES)/.unpacked: $(VENV)/.run requirements/suites.txt
	rm -rf $(SUITES)
	mkdir $(SUITES)
	$(PIP) --python $(BIN)/python download --require-hashes --no-deps --no-binary :all: --no-build-isolation --dest $(SUITES) \
		-r requirements/suites.txt
	tar -xzf $(SUITES)/pyspf-*.tar.gz -C $(SUITES) --strip-components=2 --no-same-owner --wildcards '*/test/rfc7208-tests.*'
	@touch $@

servers:        ## the real servers that the tests talk to, from Debian
	@sh tests/servers/install.sh
	@sh tests/servers/cyrus.sh

# Tests wait for servers, clocks and name servers about half of the time: half as many workers again as there are cores.
# worksteal: each worker gets neighbours, which share what they have set up, and gives of them to who has nothing left.
WORKERS = -n $$(( ($$(nproc) * 3 + 1) / 2 )) --dist worksteal

test: dev servers       ## linters, then every test, against real servers
	@$(MAKE) --no-print-directory -j2 lint compiled
	$(BIN)/python -m pytest $(WORKERS)

e2e: dev servers        ## of these, the review pages alone: the whole of Chromium, Dovecot, the real service
	CHROMIUM=chromium $(BIN)/python -m pytest tests/e2e

# Else each worker compiles every test for itself. What cannot be collected is told by the run that follows.
compiled: dev
	@$(BIN)/python -m pytest --collect-only -qq >/dev/null 2>&1 || true

lint: dev       ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: dev servers      ## messages per second, beside what imapclient alone needs
	$(BIN)/python -m tests.benchmarks.bench

evaluate: dev   ## how right the verdicts are on the labelled mails, into docs/evaluation
	@rm -rf build/corpus
	@for split in design kept; do \
	    $(BIN)/python -m tests.corpus.build build/corpus/$$split --split $$split && \
	    $(BIN)/vigie --lang en evaluate build/corpus/$$split --report docs/evaluation/$$split.html --save docs/evaluation/$$split.json || exit; \
	done

# Outlook's has to know where it will lie: ORIGIN, and SERVER where vigie web is another one; CLIENT, TENANT, SCOPE: people sign in with Microsoft Entra.
addins:         ## what people install in their mail client, into build/addins: docs/addins.md
	@$(PYTHON) deploy/thunderbird.py
	@$(PYTHON) deploy/roundcube.py
	@if [ -n "$(ORIGIN)" ]; then exec $(PYTHON) deploy/outlook.py --origin "$(ORIGIN)" --server "$(SERVER)" --client "$(CLIENT)" --tenant "$(TENANT)" --scope "$(SCOPE)"; \
	else echo "vigie: without Outlook's, which has to know its address: make addins ORIGIN=https://vigie.example.org" >&2; fi

wording: dev   ## learns vigie/rules/wording.tsv anew, for who adds labelled mails to tests/corpus/design
	@$(PIP) --python $(BIN)/python install --upgrade --target .learn --require-hashes --only-binary :all: -r requirements/learn.txt
	PYTHONPATH=.learn $(BIN)/python -m tests.corpus.learn

# What each one shows, and shorter forms: docs/measurements.md.
soak: dev servers       ## what takes hours: deaths and cuts everywhere, chaos, forty mailboxes, bombs, 5,000 mails, fuzzing (CPython 3.11)
	$(BIN)/python -m tests.soak.mailbox
	$(BIN)/python -m tests.soak.service
	$(BIN)/python -m tests.soak.latency
	$(BIN)/python -m tests.soak.steps
	$(BIN)/python -m tests.soak.cuts
	$(BIN)/python -m tests.soak.chaos
	$(BIN)/python -m tests.soak.chaos --server uidplus --instances 3 --kill 7
	$(BIN)/python -m tests.soak.chaos --instances 3 --kill 7
	$(BIN)/python -m tests.soak.fleet
	$(BIN)/python -m tests.soak.bombs
	$(BIN)/python -m tests.soak.linear
	$(BIN)/python -m tests.soak.office
	$(BIN)/python -m pytest $(WORKERS) --hypothesis-profile=soak $$(grep -rl --include='test_*.py' tests.effort tests)
	@$(MAKE) --no-print-directory e2e
	@$(PIP) --python $(BIN)/python install --upgrade --target .soak --require-hashes --only-binary :all: -r requirements/soak.txt
	PYTHONPATH=.soak $(BIN)/python -m tests.soak.fuzz

requirements:   ## pins anew, for who changes pyproject.toml (needs uv)
	uv pip compile --group build --universal --generate-hashes --no-header -q -o requirements/build.txt
	uv pip compile pyproject.toml --universal --generate-hashes --no-header -q -o requirements/run.txt
	uv pip compile --group suites --universal --generate-hashes --no-header -q -o requirements/suites.txt
	uv pip compile --group learn --universal --generate-hashes --no-header -q -o requirements/learn.txt
	uv pip compile --group soak --universal --generate-hashes --no-header -q -o requirements/soak.txt
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header -q -o requirements/dev.txt

clean:          ## removes what the targets above made
	rm -rf $(VENV) $(SUITES) .servers .soak .learn .mypy_cache .ruff_cache .pytest_cache .hypothesis
