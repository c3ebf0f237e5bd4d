#!/usr/bin/env bash
# Tries BatchLLM on this machine's GPU and measures it: kernels and forward passes against the CPU's, then tokens a second of
# Llama 3.1 in its true shapes with random weights. Prints a table, writes a report of JSON and the same as a page (.md); both hold
# what was found even if this is ended early. Needs NVIDIA's driver and CUDA's libraries (BATCHLLM_CUDA_LIBRARIES names their
# directories if neither the system nor PyTorch has them), no .NET and no network.
usage="usage: check.sh [--only PART,PART] [--report FILE.json] [--gpu N] [--seconds N]
parts, each in a process of its own, so that a fault of one leaves the others a GPU:
  vectors  every kernel on made-up numbers, beside what the CPU makes of them
  forward  whole forward passes beside the CPU's engine, in every precision
  kernels  speed of products and attention, alone
  8b       Llama 3.1 8B in FP8 on lengths that others have published figures for, and groups that share prompts
  70b      Llama 3.1 70B in FP8
  long     one row of 131,072 positions
  peers    PyTorch and transformers on the same lengths, if python3 has them
--seconds bounds all parts together (default 1740); parts that no time is left for are left out."
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
declare -A most=([vectors]=180 [forward]=180 [kernels]=150 [8b]=560 [70b]=200 [long]=100 [peers]=280)
parts=(vectors forward kernels 8b 70b long peers)
report=gpu-check.json gpu=0 seconds=1740
while [ $# -gt 0 ]; do
  case $1 in
    --only) IFS=, read -ra parts <<<"${2?$usage}" ;;
    --report) report=${2?$usage} ;;
    --gpu) gpu=${2?$usage} ;;
    --seconds) seconds=${2?$usage} ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
  shift 2
done
for part in "${parts[@]}"; do
  [ -n "${most[$part]-}" ] || { echo "There is no part '$part'." >&2; echo "$usage" >&2; exit 2; }
done

for program in "$here/BatchLLM.GpuCheck" "$here/../../artifacts/gpu-check/BatchLLM.GpuCheck" ""; do
  [ -x "$program" ] && break
done
if [ -z "$program" ]; then
  echo "BatchLLM.GpuCheck is not here: run ops/gpu/pack.sh where .NET is, and copy artifacts/gpu-check." >&2
  exit 2
fi

# PyTorch brings the libraries along, beside its own packages.
if [ -z "${BATCHLLM_CUDA_LIBRARIES-}" ] && ! ldconfig -p | grep -q libcublasLt && ! ls /usr/local/cuda/lib64/libcublasLt.so.* >/dev/null 2>&1 &&
  command -v python3 >/dev/null; then
  BATCHLLM_CUDA_LIBRARIES=$(python3 -c 'import glob, sys; print(":".join(d for p in sys.path for d in sorted(glob.glob(p + "/nvidia/*/lib"))))')
  export BATCHLLM_CUDA_LIBRARIES
fi

# What is compiled and tried is kept, so that a later part need not do it again.
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/batchllm-gpu-check
end=$((SECONDS + seconds)) failed=0
for part in "${parts[@]}"; do
  left=$((end - SECONDS < most[$part] ? end - SECONDS : most[$part]))
  if [ "$left" -lt 20 ]; then
    echo "$part: left out, as no time is left."
    failed=1
    continue
  fi
  echo "== $part"
  status=0
  if [ "$part" = peers ]; then
    if ! python3 -c 'import torch, transformers; assert torch.cuda.is_available()' >/dev/null 2>&1; then
      echo "python3 has no PyTorch with a GPU and transformers, so there is nobody to compare with."
      continue
    fi
    peers=$(mktemp)
    timeout -k 5 "$((left - 8))" python3 "$here/peers.py" "$peers" "$gpu" "$((left - 25))" || status=$?
    "$program" peers "$report" "$peers" || status=1
    rm -f "$peers"
  else
    # The part ends by itself in time; what hangs is ended a little later.
    timeout -k 5 "$((left - 5))" "$program" "$part" "$report" "$cache" "$((left - 15))" "$gpu" || status=$?
  fi
  [ "$status" -ne 3 ] || exit 1
  [ "$status" -ne 124 ] || echo "$part: ended, as it took longer than $((left - 5)) s; the report has what it had found."
  [ "$status" -eq 0 ] || failed=1
done
[ ! -e "$report" ] || echo "$report and ${report%.json}.md are written."
exit $failed
