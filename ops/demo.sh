#!/usr/bin/env bash
# The demo, from a bare machine with the .NET 10 SDK: installs PostgreSQL's server binaries if they are missing, builds,
# and summarises 2,000 support tickets with the model in jobs/demo/model. Arguments go to `batchllm run`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
"$root/ops/install.sh" postgresql
code=0
"$root/ops/batchllm" run jobs/demo/tickets.job.json --show 3 "$@" || code=$?
if [ "$code" -eq 3 ]; then
  echo
  echo "Five of the rows are bad on purpose; out/demo-tickets/errors.jsonl says why each failed. batchllm ended with exit code 3."
  code=0
fi
exit "$code"
