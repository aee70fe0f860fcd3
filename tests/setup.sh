#!/usr/bin/env bash
# Installs what is missing, and says so. Usage: tests/setup.sh wasm|node|python|chromium|firefox|webkit|bench|php …
# Projects' own folders where it can be (tests/node_modules, target/venv); browsers by apt-get.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"

say() { echo "── setup: $*"; }
lacks() { ! command -v "$1" >/dev/null 2>&1; }

apt() {
  local run=()
  if [ "$(id -u)" != 0 ]; then run=(sudo); fi
  say "apt-get install $*"
  [ -n "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mmin -1440 2>/dev/null)" ] || "${run[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${run[@]}" apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

wasm() {
  local have
  have=$(rustup target list --installed)
  [[ $have == *wasm32-unknown-unknown* ]] || { say "rustup target add wasm32-unknown-unknown"; rustup target add wasm32-unknown-unknown; }
  have=$(rustup component list --installed)
  [[ $have == *rust-src* ]] || { say "rustup component add rust-src"; rustup component add rust-src; }
  if lacks wasm-pack; then
    say "cargo install wasm-pack (a minute or two, once)"
    cargo install --quiet wasm-pack --version 0.15.1
  fi
  # wasm-pack builds the CLI that fits Cargo.lock on its first run. Here, where no flag of ours is set.
  local bindgen
  bindgen=$(sed -n '/^name = "wasm-bindgen"$/{n;s/.*"\(.*\)"/\1/p}' Cargo.lock)
  if ! compgen -G "$HOME/.cache/.wasm-pack/wasm-bindgen-*$bindgen*/wasm-bindgen" >/dev/null; then
    say "wasm-bindgen-cli $bindgen, by wasm-pack (up to 8 minutes, once)"
    wasm-pack build --dev --target web --no-pack --no-typescript --out-dir target/wasm-dev
  fi
}

node() {
  # The lock file's copy inside node_modules tells whether this folder is up to date.
  if ! cmp -s tests/package-lock.json tests/node_modules/.gatepass-lock; then
    say "npm ci in tests/"
    npm ci --prefix tests --no-audit --no-fund --loglevel=error
    cp tests/package-lock.json tests/node_modules/.gatepass-lock
  fi
}

# What gatepass is measured against: nobody's dependency, so a folder of its own.
bench() {
  if lacks openssl; then apt openssl; fi
  if ! cmp -s tests/bench/package-lock.json tests/bench/node_modules/.gatepass-lock; then
    say "npm ci in tests/bench/"
    npm ci --prefix tests/bench --no-audit --no-fund --loglevel=error
    cp tests/bench/package-lock.json tests/bench/node_modules/.gatepass-lock
  fi
}

# OpenMetadata's models are wanted, not the 150 packages beside them: it is installed alone (requirements-alone.txt).
python() {
  local wanted=(tests/requirements.txt tests/requirements-alone.txt)
  if ! cat "${wanted[@]}" | cmp -s - target/venv/requirements.txt; then
    say "Python packages in target/venv"
    python3 -m venv --clear target/venv
    target/venv/bin/pip install --quiet --disable-pip-version-check -r "${wanted[0]}"
    target/venv/bin/pip install --quiet --disable-pip-version-check --no-deps -r "${wanted[1]}"
    cat "${wanted[@]}" >target/venv/requirements.txt
  fi
}

chromium() {
  if lacks chromium || lacks chromedriver; then apt chromium chromium-driver; fi
}

firefox() {
  if lacks firefox-esr && lacks firefox; then apt firefox-esr; fi
  if lacks geckodriver; then
    say "cargo install geckodriver (about 3 minutes, once)"
    cargo install --quiet geckodriver --version 0.37.1
  fi
}

# The browser comes with the driver; it needs a display, and gets one of its own.
webkit() {
  if lacks WebKitWebDriver || lacks Xvfb; then apt webkit2gtk-driver xvfb; fi
}

# SimpleSAMLphp is PHP that runs where it lies: unpacked, not installed, it brings no Apache along.
php() {
  # `command`: this function has the program's name.
  if [[ $(command php -m 2>/dev/null) != *dom*mbstring* ]] || [ ! -d target/simplesamlphp ]; then
    apt php-cli php-mbstring php-xml
  fi
  if [ ! -d target/simplesamlphp ]; then
    say "SimpleSAMLphp in target/simplesamlphp"
    rm -rf target/simplesamlphp.new
    mkdir -p target/simplesamlphp.new
    (cd target/simplesamlphp.new && apt-get download -qq -o APT::Sandbox::User=root simplesamlphp)
    dpkg-deb -x target/simplesamlphp.new/*.deb target/simplesamlphp.new
    rm target/simplesamlphp.new/*.deb
    mv target/simplesamlphp.new target/simplesamlphp
  fi
}

for part in "$@"; do "$part"; done
