#!/usr/bin/env bash
# Makes the demo model in every precision, compares each with the BF16 one on the 1,000 held-out tickets, and prints a table.
# Usage: ops/precision-table.sh [DIR for the models; default out/precisions]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=${1:-out/precisions}
job=jobs/demo/tickets.job.json
mkdir -p "$out"

make() { # format, further options
  [ -e "$out/$1" ] || ops/batchllm quantize --from jobs/demo/model --to "$out/$1" --format "$@" >&2
}

row() { # label, directory, further options
  ops/batchllm compare jobs/demo/model "$2" --prompts "$job" --input jobs/demo/heldout/tickets.jsonl --expected expected --json \
    "${@:3}" 2>/dev/null | awk -v label="$1" -F'[:,]' '
      /"numerics"/ { numerics = $2; gsub(/[ "]/, "", numerics) }
      /"kv_cache"/ { kv = $2; gsub(/[ "]/, "", kv) }
      /"disk_bytes"/ { bytes = $2 }
      /"exact_match"/ { exact = $2 }
      /"rouge_l"/ { if (++seen == 2) rouge = $2 }
      /"identical_rows"/ { identical = $2 }
      /"kl_mean"/ { kl = $2 }
      END { printf "| %s | `%s`, KV %s | %.1f %% | %.4f | %.1f %% | %.1e | %.2f MB |\n",
        label, numerics, kv, 100 * exact, rouge, 100 * identical, kl, bytes / 1e6 }'
}

make int8
make fp8-dynamic
make fp8 --kv-cache fp8 --calibration "$job"
make nvfp4 --calibration "$job"
make int4-awq --calibration "$job"

echo "| Checkpoint | Computed as | Exact match | ROUGE-L | Same as BF16 | KL, nats | Weights |"
echo "|---|---|---|---|---|---|---|"
row "BF16" jobs/demo/model
row "INT8 (w8a8)" "$out/int8"
row "FP8 dynamic" "$out/fp8-dynamic"
row "FP8 static" "$out/fp8"
row "NVFP4" "$out/nvfp4"
row "NVFP4" "$out/nvfp4" --numerics-b w4a4-emulated
row "NVFP4" "$out/nvfp4" --numerics-b w4a8
row "INT4 AWQ (ONNX)" "$out/int4-awq"
row "INT4 AWQ (ONNX)" "$out/int4-awq" --numerics-b w4a8
