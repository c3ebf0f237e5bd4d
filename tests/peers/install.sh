#!/usr/bin/env bash
# Installs the tokenizers and template engines that tests and benchmarks compare with, once per package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
done=node_modules/.installed
if ! cmp -s package-lock.json "$done"; then
  echo "Installing what the tests compare with (npm, about 700 MB) ..." >&2
  # Not npm ci: it wants other platforms' bindings of DuckDB in the lock, which not every registry has.
  npm install --no-save --loglevel=error
  cp package-lock.json "$done"
fi
