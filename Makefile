# Call Ledger in a handful of verbs. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run demo test bench lint web web-test help

# Tools that `make test` had to install lie here, not in your home directory.
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

run: web ## Start the service on http://localhost:3000: SQLite and files under ./data, nothing to configure
	@# Both packages, here and in `demo`: alone, each would have its dependencies built anew with other features.
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	target/release/call-ledger serve

demo: web ## The service and a day of sandbox calls, on a data folder of its own (PORT=3100 unless set)
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	tools/demo

test: ## Everything that must hold: formatting, lints, licences, the dashboard, and all tests on both databases
	tools/test-needs
	@$(MAKE) --no-print-directory web web-test
	@$(MAKE) --no-print-directory lint
	cargo test --workspace --doc --locked --quiet
	@# Some tests run the binaries; built here, that is not on the tests' own time. With the tests, because they ask for
	@# other features of some dependencies, which would all be built twice.
	cargo build --workspace --lib --bins --tests --locked
	@# The tests proper come last, so that their summary is the last thing to read.
	@# Three for two cores: half of the tests' time is waiting for telephones.
	@if cargo nextest --version >/dev/null 2>&1; then set -x; \
		cargo nextest run --workspace --locked --no-fail-fast --test-threads $$(($$(getconf _NPROCESSORS_ONLN) * 3 / 2)); \
	else set -x; cargo test --workspace --locked --lib --bins --tests --no-fail-fast; fi

lint: ## Formatting, clippy, and what may depend on what
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then set -x; cargo deny --workspace check --hide-inclusion-graph; \
	else echo "LEFT OUT: cargo deny is not installed, so deny.toml (licences, advisories, who may depend on what)" \
		"was not checked here. The workflow checks it; to do so yourself: cargo install --locked cargo-deny"; fi

bench: web ## Measure against the peers, to the terminal and target/bench/report.md (ONLY="P1 P6" for some parts)
	cargo bench --package call-ledger-tests --bench suite --locked -- $(ONLY)

web: web/dist/site/index.html ## Build the dashboard, which goes into the binary

# Made anew when one of its files is newer. Without Node.js the service runs all the same, and says on / what is missing.
web/dist/site/index.html: web/package-lock.json web/index.html web/vite.config.ts $(shell find web/src -type f)
	@if command -v npm >/dev/null; then set -ex; cd web; npm ci --no-audit --no-fund; npm run build; \
	else echo "LEFT OUT: Node.js with npm is not there, so the dashboard is not built. The API is all there: see /api/docs"; fi

web-test:
	@if command -v npm >/dev/null; then set -ex; cd web; [ -d node_modules ] || npm ci --no-audit --no-fund; npm run check; npm test; \
	else echo "LEFT OUT: Node.js with npm is not there, so the dashboard was neither checked nor tested here"; fi

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
