# Two commands for a fresh machine: `make demo` and `make test`. Everything is installed below this folder (.venv, .cache).
# Needed: Python 3.11 or later, git, make, and either Go or internet access; for `make test` Go, Node.js 18 or later and
# internet access.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := demo/ocp
WORKERS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null || echo 2)

# Tools that tests and demo need are kept here, not in the home folder.
export XDG_CACHE_HOME := $(CURDIR)/.cache

.PHONY: help tools test-tools demo test lint unit bench derived lock lock-programs clean

help:
	@echo "make demo     write $(DEMO), a cluster repository with the article's values, and look around in it"
	@echo "make test     lint, types, tests; sets up all that they need"
	@echo "make bench    speed and memory as ratios against the plain tools"
	@echo "make derived  bring schemas and locks of the template up to date with their sources"
	@echo "make clean    remove everything that these commands made"

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "setting up $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

tools: $(READY)
	@$(BIN)/antrea-gitops tools install kustomize

demo: tools
	@rm -rf $(DEMO) && mkdir -p $(dir $(DEMO))
	@$(BIN)/antrea-gitops new $(DEMO) --defaults --data-file docs/examples/article.answers.yml
	@$(BIN)/antrea-gitops -C $(DEMO) render --check
	@$(BIN)/antrea-gitops -C $(DEMO) check > /dev/null && echo "rendered/ is current, check finds no error"
	@echo && git -C $(DEMO) ls-files && echo
	@echo "Look around:"
	@echo "  $(DEMO)/README.md                the runbook of this cluster"
	@echo "  $(DEMO)/cluster.yaml             change something, then:"
	@echo "  $(BIN)/antrea-gitops -C $(DEMO) render && $(BIN)/antrea-gitops -C $(DEMO) diff"
	@echo "Take the vendor's bundle:"
	@echo "  $(BIN)/antrea-gitops -C $(DEMO) bundle import /path/to/deploy.tar.gz"

test: lint unit

lint: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports --no-cache | tail -1
	@$(BIN)/deptry --no-ansi generator ci 2>&1 | tail -1
	@$(BIN)/yamllint --strict .

# What runs the generated pipelines; tests/programs holds versions and checksums.
test-tools: $(READY)
	@$(BIN)/python tests/programs

unit: tools test-tools
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup

bench: tools
	@$(BIN)/python tests/programs dyff kubeconform
	@$(BIN)/python tests/programs restic || true
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python tests/bench

derived: $(READY)
	@$(BIN)/python -m antrea_generator.derived

# Needs uv; the file names no index, so that every site uses its own.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --group pyproject.toml:dev pyproject.toml -o requirements-dev.txt

# Needs Go and npm: brings the checksums up to the versions in go.mod and package.json.
lock-programs:
	cd tests/programs && go mod tidy && \
	  npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts --no-audit --no-fund

clean:
	rm -rf $(VENV) .cache demo dist build .pytest_cache .ruff_cache .hypothesis
