#!/usr/bin/env bash
# The demo, from a bare machine with the .NET 10 SDK: installs PostgreSQL's server binaries if they are missing, builds,
# and summarises 2,000 support tickets with the model in jobs/demo/model. Arguments go to `batchllm run`.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
"$root/ops/install.sh" postgresql
exec "$root/ops/batchllm" run jobs/demo/tickets.job.json --show 3 "$@"
