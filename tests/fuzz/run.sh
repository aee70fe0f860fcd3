#!/usr/bin/env bash
# libFuzzer for some seconds, beginning with the fixtures. Usage: tests/fuzz/run.sh [SECONDS=60]
# What crashes is left in target/fuzz/.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
echo "── fuzz: building libFuzzer's target"
RUSTFLAGS="$(echo $coverage)" cargo build --quiet --release --manifest-path tests/fuzz/Cargo.toml --target "$host" --target-dir target/fuzz/build

corpus=target/fuzz/corpus
mkdir -p "$corpus"
for file in tests/fixtures/saml/*/*.xml tests/fixtures/saml/*/*/*.xml; do
  [ "$(wc -c <"$file")" -lt 20000 ] || continue
  for which in x r; do { printf '%s' "$which"; cat "$file"; } >"$corpus/$which-$(basename "$file")"; done
done
for file in tests/fixtures/saml/keys/*.pem; do { printf c; cat "$file"; } >"$corpus/c-$(basename "$file")"; done
printf 'm<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="a"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor/></md:IDPSSODescriptor></md:EntityDescriptor>' >"$corpus/m-metadata"
printf 'lSAMLResponse=AAAA&RelayState=a&SigAlg=b&Signature=AAAA\n<a/>' >"$corpus/l-logout"

echo "── fuzz: $seconds s of libFuzzer"
"target/fuzz/build/$host/release/saml" -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=2048 \
  -artifact_prefix=target/fuzz/ -print_final_stats=1 "$corpus" 2>&1 | grep -E "INITED|DONE|stat::|ERROR|panicked|Test unit" || true
test -z "$(find target/fuzz -maxdepth 1 -name 'crash-*' -o -maxdepth 1 -name 'timeout-*' -o -maxdepth 1 -name 'oom-*' | head -1)"
