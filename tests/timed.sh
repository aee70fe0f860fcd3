#!/usr/bin/env bash
# Runs one suite and prints its seconds. Usage: tests/timed.sh NAME COMMAND, or --summary
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$HOME/.cargo/bin:$PATH"
log=target/suites.txt
mkdir -p target

if [ "$1" = --summary ]; then
  echo "── every suite passed"
  cat "$log"
  rm -f "$log"
  exit 0
fi
[ "$1" = lint ] && rm -f "$log"
echo "── $1: $2"
began=$SECONDS
bash -euo pipefail -c "$2"
printf '%-10s %4d s\n' "$1" $((SECONDS - began)) | tee -a "$log"
