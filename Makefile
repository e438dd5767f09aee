# Call Ledger in a handful of verbs. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: run demo test bench lint web help

# Tools that `make test` had to install lie here, not in your home directory.
export PATH := $(CURDIR)/target/tools/bin:$(PATH)

run: ## Start the service on http://localhost:3000: SQLite and files under ./data, nothing to configure
	@if [ -f web/package.json ]; then $(MAKE) web; fi
	@# Both packages, here and in `demo`: alone, each would have its dependencies built anew with other features.
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	target/release/call-ledger serve

demo: ## The service and a day of sandbox calls, on a data folder of its own (PORT=3100 unless set)
	cargo build --release --locked --package call-ledger --package call-ledger-sandbox
	tools/demo

test: ## Everything that must hold: formatting, lints, licences, and all tests on both databases
	tools/test-needs
	@$(MAKE) --no-print-directory lint
	cargo test --workspace --doc --locked --quiet
	@# Some tests run the binaries; built here, that is not on the tests' own time.
	cargo build --workspace --bins --locked
	@# The tests proper come last, so that their summary is the last thing to read.
	@if cargo nextest --version >/dev/null 2>&1; then set -x; cargo nextest run --workspace --locked --no-fail-fast; \
	else set -x; cargo test --workspace --locked --lib --bins --tests --no-fail-fast; fi

lint: ## Formatting, clippy, and what may depend on what
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then set -x; cargo deny --workspace check --hide-inclusion-graph; \
	else echo "LEFT OUT: cargo deny is not installed, so deny.toml (licences, advisories, who may depend on what)" \
		"was not checked here. The workflow checks it; to do so yourself: cargo install --locked cargo-deny"; fi

bench: ## Measure against the peers, to the terminal and target/bench/report.md (ONLY="P1 P6" for some parts)
	cargo bench --package call-ledger-tests --bench suite --locked -- $(ONLY)

web: ## Build the dashboard
	@if [ -f web/package.json ]; then set -ex; cd web; npm ci; npm run build; \
	else echo "There is no dashboard yet: it comes with a later release. The API is all there: see /api/docs."; fi

help: ## Show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
