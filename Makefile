# Call Ledger in a handful of verbs. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run demo check test bench lint licenses web web-test help

# Tools that `tools/test-needs` installs, in a cache outside target/ and outside your cargo's own folder.
TEST_CACHE := $(or $(CALL_LEDGER_TEST_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/call-ledger-tests)
export PATH := $(shell awk '{ printf "$(TEST_CACHE)/%s-%s/bin:", $$1, $$2 }' tools/cargo-tools.txt)$(PATH)

run: web ## Start the service on http://localhost:3000: SQLite and files under ./data, nothing to configure
	@# Both packages, here and in `demo`: alone, each would have its dependencies built anew with other features.
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	target/release/call-ledger serve

demo: web ## The service and a day of sandbox calls, on a data folder of its own (PORT=3100 unless set)
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	tools/demo

# Clippy runs within the builds of these. A cargo command of your own reuses what they built with the same variable.
check test: export RUSTC_WORKSPACE_WRAPPER := $(CURDIR)/tools/lint-rustc
# What is built once needs no state for the next build: it costs a tenth of the time and most of the disk.
ifneq ($(CI),)
check test: export CARGO_INCREMENTAL := 0
endif

check: ## Formatting, clippy, unit, property and page tests, for every edit: under 3 minutes
	@tools/test-times start
	@tools/step format cargo fmt --all --check
	@tools/step "page tests" $(MAKE) --no-print-directory target/web-tested
	@tools/step "build and clippy" cargo build $(CHECKED) --lib --bins --tests --locked
	@tools/tests check $(CHECKED)
	@echo "make check left out $(LEFT_OUT)"

# The same features of every dependency as in the whole workspace, so that nothing is built twice.
CHECKED := --workspace --exclude call-ledger-tests
LEFT_OUT := tests/ (both databases, telephony, browser, kill tests) and its clippy, official clients in Python, licenses. make test has all

test: ## Everything that must hold: formatting, lints, licences, the dashboard, and all tests on both databases
	@tools/test-times start
	@tools/step "test tools" tools/test-needs
	@tools/step page $(MAKE) --no-print-directory web
	@tools/step "page tests" $(MAKE) --no-print-directory web-test
	@tools/step format cargo fmt --all --check
	@tools/step licenses $(MAKE) --no-print-directory licenses
	@# Everything in one build: tests never build a binary themselves. The benchmarks, to lint them.
	@tools/step "build and clippy" cargo build --workspace --all-targets --locked
	@# Last, so that their summary is the last thing to read.
	@tools/tests default --workspace

lint: licenses ## Formatting, clippy, licences, and which crates may depend on what
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

licenses:
	@if cargo deny --version >/dev/null 2>&1; then \
		set -x; cargo deny --locked --workspace check --hide-inclusion-graph bans licenses sources; \
	else \
		echo "LEFT OUT: cargo deny is not installed, so licences, sources and bans (deny.toml) were not checked: run tools/test-needs"; \
		[ -z "$$CI" ]; \
	fi
	@echo "LEFT OUT: advisories, whose database needs a network connection: the workflow in .github checks them"

bench: web ## Measure against the peers, to the terminal and target/bench/report.md (ONLY="P1 P6" for some parts)
	@# One set of features for the benchmarks and for the binaries that they run.
	cargo build --release --workspace --bins --bench suite --locked
	cargo bench --workspace --bench suite --locked -- $(ONLY)

web: web/dist/site/index.html ## Build the dashboard, which goes into the binary

WEB_SOURCES := $(shell find web/src web/e2e -type f) $(wildcard web/*.json web/*.ts web/*.html domain/tests/fixtures/*.json api/tests/fixtures/call_pages/*.json)

# Rebuilt when one of its files is newer. Without Node.js the service runs as well, and says on / what is missing.
web/dist/site/index.html: web/package-lock.json web/index.html web/vite.config.ts $(shell find web/src -type f)
	@if command -v npm >/dev/null; then set -ex; \
		if command -v python3 >/dev/null; then tools/test-cache node-modules; else cd web && npm ci --no-audit --no-fund && cd ..; fi; \
		cd web; npm run build; \
	else echo "LEFT OUT: Node.js with npm is not installed, so the dashboard is not built. The API is complete: see /api/docs"; fi

web-test:
	@if command -v npm >/dev/null; then set -ex; tools/test-cache node-modules; cd web; npm run check; \
		npm test -- --reporter=default --reporter=junit --outputFile.junit=../target/web-junit.xml; \
	else echo "LEFT OUT: Node.js with npm is not installed, so the dashboard was neither checked nor tested"; fi

# `make check` tests the page only when one of its files changed since its tests last passed.
target/web-tested: $(WEB_SOURCES)
	@$(MAKE) --no-print-directory web-test
	@mkdir -p target && touch $@

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo; echo "  make check leaves out $(LEFT_OUT)"
