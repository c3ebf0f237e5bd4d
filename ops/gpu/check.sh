#!/usr/bin/env bash
# Tries BatchLLM on this machine's GPU: libraries, kernels, forward passes against the CPU's, speed. Prints a table and writes
# gpu-check.json. Needs NVIDIA's driver and CUDA's libraries (BATCHLLM_CUDA_LIBRARIES names their directories if the system does
# not find them), no .NET and no network. usage: check.sh [REPORT.json] [GPU]
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
for program in "$here/BatchLLM.GpuCheck" "$here/../../artifacts/gpu-check/BatchLLM.GpuCheck"; do
  if [ -x "$program" ]; then
    cache=$(mktemp -d)
    trap 'rm -rf "$cache"' EXIT
    "$program" "${1:-gpu-check.json}" "$cache" ${2+"$2"}
    exit
  fi
done
echo "BatchLLM.GpuCheck is not here: run ops/gpu/pack.sh where .NET is, and copy artifacts/gpu-check." >&2
exit 2
