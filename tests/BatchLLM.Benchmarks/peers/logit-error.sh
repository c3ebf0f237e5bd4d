#!/usr/bin/env bash
# States the error that llama.cpp's Q8_0 and Q4_0 make in the demo model's logits, for the table of ops/precision-table.sh:
# the same model, the same 1,000 held-out tickets, the BF16 model's own completions.
#
#   tests/BatchLLM.Benchmarks/peers/logit-error.sh LLAMA_CPP_SOURCES
#
# Needs what llama-cpp.sh beside it needs; WORK and PYTHON are the same.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${WORK:-${TMPDIR:-/tmp}/batchllm-peers}
python=${PYTHON:-python3}
batchllm=${BATCHLLM:-$root/artifacts/bin/BatchLLM.Host/release/BatchLLM.Host}

if [ $# -lt 1 ]; then
    sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
mkdir -p "$work"
if [ ! -x "$work/llama/bin/llama-quantize" ]; then
    cmake -S "$1" -B "$work/llama" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF \
        -DLLAMA_BUILD_SERVER=OFF > "$work/llama.log" 2>&1
    make -C "$work/llama" -j"$(nproc)" llama-quantize >> "$work/llama.log" 2>&1
fi
g++ -O2 -std=c++17 -I "$1/include" -I "$1/ggml/include" "$here/logit_error.cpp" -o "$work/logit-error" \
    -L "$work/llama/bin" -lllama -lggml -lggml-base -Wl,-rpath,"$work/llama/bin"

job=$root/jobs/demo/tickets.job.json
tickets=$root/jobs/demo/heldout/tickets.jsonl
"$batchllm" run "$job" --again --input "$tickets" --output "$work/heldout" --set name=heldout > "$work/heldout.log" 2>&1 || [ $? -eq 3 ]
cat "$work"/heldout/part-*.jsonl > "$work/heldout.jsonl"
"$python" "$here/logit_sequences.py" "$batchllm" "$job" "$tickets" "$work/heldout.jsonl" > "$work/sequences"

"$python" "$here/model_gguf.py" "$1/gguf-py" "$root/jobs/demo/model" "$work/demo-BF16.gguf"
echo "BF16 against itself: $("$work/logit-error" "$work/demo-BF16.gguf" "$work/demo-BF16.gguf" < "$work/sequences")"
for kind in Q8_0 Q4_0; do
    "$work/llama/bin/llama-quantize" "$work/demo-BF16.gguf" "$work/demo-$kind.gguf" "$kind" >> "$work/llama.log" 2>&1
    bytes=$(stat -c %s "$work/demo-$kind.gguf")
    echo "$kind, $bytes bytes: $("$work/logit-error" "$work/demo-BF16.gguf" "$work/demo-$kind.gguf" < "$work/sequences")"
done
