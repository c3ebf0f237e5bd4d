#!/usr/bin/env bash
# Installs the blob server that tests run against, once per package-lock.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
done=node_modules/.installed
if ! cmp -s package-lock.json "$done"; then
  echo "Installing Azurite (npm) ..." >&2
  npm ci --loglevel=error
  cp package-lock.json "$done"
fi
