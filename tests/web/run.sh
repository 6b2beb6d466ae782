#!/usr/bin/env bash
# The storefront in a real browser: what ctest runs as "web". Exit 77 (skipped) where Node, npm, its
# packages or Chromium are not to be had.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
skip() { echo "skipped: $1"; exit 77; }

[ -n "${SOUK_TEST_POSTGRES-}" ] || skip "SOUK_TEST_POSTGRES names no Postgres (./dev test does)"
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
command -v psql >/dev/null || skip "psql is not installed"
SOUK_CHROMIUM=${SOUK_CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[ -n "$SOUK_CHROMIUM" ] || skip "chromium is not installed"
export SOUK_CHROMIUM
installed=node_modules/.package-lock.json
if [ ! -e $installed ] || [ package-lock.json -nt $installed ]; then
  npm ci --no-progress --loglevel=error || skip "npm cannot fetch the test's packages"
fi
npm run --silent types
exec node --test --test-concurrency=1 ./*.test.mjs
