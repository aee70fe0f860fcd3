# gatepass. The two commands: `make demo` and `make test`. Each installs what it lacks.
#
#   make pkg         the npm package in pkg/
#   make demo        Cognito emulator, SAML identity provider, and the demo site on http://localhost:8585
#   make demo-check  a whole sign-in through both doors in headless Chromium, pictures in target/demo/
#   make test        every suite below
#   make lint | native | c14n | browser | contract | acs | packaging | e2e | systems | engines | size
#   make bench       one SAML response verified, beside node-saml and samlify
#   make fuzz        the XML core against libxml2, and noise against every reader of SAML

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := pkg
.NOTPARALLEL: # port 8585 is one, and the machine too
.PHONY: pkg setup demo demo-check test lint native c14n browser contract acs packaging e2e systems engines size bench fuzz

need = bash tests/setup.sh
timed = @bash tests/timed.sh

# The package's own build of std: panics trap at once and print nothing. It saves 6 kB of 60, and
# needs rust-src and the bootstrap switch, so that a stable compiler takes the -Z flags. Everything
# else here (native, wasm tests, `cargo build`) is plain stable.
SMALL_STD = RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target/pkg
SMALL_STD_ARGS = -Z build-std=std,panic_abort -Z build-std-features=optimize_for_size \
  --config 'target.wasm32-unknown-unknown.rustflags = ["-Zunstable-options", "-Cpanic=immediate-abort", "-Zfmt-debug=none", "-Zlocation-detail=none"]'

# One module of the package: folder, name, features.
module = $(SMALL_STD) wasm-pack build --release --target web --no-pack --no-typescript \
  --out-dir target/$(1) --out-name $(2) . $(SMALL_STD_ARGS) $(3)

SOURCES = $(shell find src pkg-template -type f) Cargo.toml Cargo.lock .cargo/config.toml CHANGELOG.md Makefile

pkg: pkg/package.json
pkg/package.json: $(SOURCES)
	@$(need) wasm node
	@echo "── package: release build with a small std, about a minute the first time"
	@$(call module,wasm,gatepass)
	@# half again as fast for 4 kB: back ends verify with it
	@CARGO_PROFILE_RELEASE_OPT_LEVEL=s $(call module,wasm-saml,saml,--no-default-features --features saml)
	@$(call module,wasm-aws,aws,--no-default-features --features aws)
	@$(call module,wasm-both,both,--features saml)
	@$(call module,wasm-openmetadata,openmetadata,--features openmetadata)
	@node pkg-template/build.mjs

demo: pkg
	@$(need) node python
	@node www/demo.mjs

demo-check: pkg
	@$(need) node python chromium
	@node tests/e2e/demo-check.mjs

test: lint native c14n pkg contract acs browser size packaging e2e systems engines
	@bash tests/timed.sh --summary

lint:
	@$(need) wasm node
	$(timed) lint "cargo fmt --check && cargo clippy --all-targets -- -D warnings \
	  && cargo clippy --all-targets --features saml -- -D warnings \
	  && cargo clippy --all-targets --features saml,openmetadata,aws -- -D warnings \
	  && cargo clippy --lib --no-default-features --features saml -- -D warnings \
	  && cargo clippy --lib --no-default-features --features aws -- -D warnings \
	  && cargo clippy --lib --no-default-features --features aws --target wasm32-unknown-unknown -- -D warnings \
	  && cargo clippy --lib --tests --features saml --target wasm32-unknown-unknown -- -D warnings \
	  && cargo clippy --lib --no-default-features --features saml --target wasm32-unknown-unknown -- -D warnings \
	  && cargo clippy --lib --features openmetadata --target wasm32-unknown-unknown -- -D warnings \
	  && RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --quiet --features saml,openmetadata,aws \
	  && tests/node_modules/.bin/tsc --project tests/types \
	  && tests/node_modules/.bin/tsc --project tests/types/aws.tsconfig.json"

native:
	$(timed) native "cargo test --quiet --features saml,openmetadata,aws"

c14n:
	@$(need) python
	$(timed) c14n "cargo build --quiet --features saml --example canonicalize \
	  && target/venv/bin/python tests/c14n/differential.py && target/venv/bin/python tests/c14n/corpus.py"

browser:
	@$(need) wasm chromium firefox
	$(timed) chrome "wasm-pack test --headless --chrome --chromedriver $$(command -v chromedriver) . --features saml --test browser"
	$(timed) firefox "wasm-pack test --headless --firefox --geckodriver $$(command -v geckodriver || echo ~/.cargo/bin/geckodriver) . --features saml --test browser"

contract: pkg
	$(timed) contract "node --test --test-reporter=spec tests/contract/"

acs: pkg
	@$(need) node
	$(timed) acs "node --test --test-reporter=spec --test-timeout=60000 tests/acs/"

size: pkg
	$(timed) size "node tests/size.mjs"

packaging: pkg
	@$(need) node chromium
	$(timed) packaging "node --test --test-reporter=spec tests/packaging/"

e2e: pkg
	@$(need) node python chromium php
	$(timed) e2e "node --test --test-reporter=spec --test-concurrency=2 --test-timeout=900000 tests/e2e/ && node tests/e2e/demo-check.mjs"

systems: pkg
	@$(need) node python chromium php
	$(timed) systems "node --test --test-reporter=spec --test-concurrency=2 --test-timeout=900000 tests/systems/"

engines: pkg
	@$(need) node chromium firefox webkit
	$(timed) engines "node --test --test-reporter=spec --test-concurrency=1 --test-timeout=300000 tests/engines/"

bench: pkg
	@$(need) bench
	@node tests/bench/saml.mjs

fuzz:
	@$(need) python
	@cargo build --quiet --features saml --example canonicalize
	@target/venv/bin/python tests/c14n/differential.py 20000
	@bash tests/fuzz/run.sh 60
