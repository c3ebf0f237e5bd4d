#!/usr/bin/env bash
# Holds BatchLLM against llama.cpp, and ik_llama.cpp if its sources are given too, on this machine and the Llama 3.2 1B shape:
# builds them for this processor, makes files of random weights, runs all in turns and prints ratios and what else ran meanwhile.
#
#   tests/BatchLLM.Benchmarks/peers/llama-cpp.sh LLAMA_CPP_SOURCES [IK_LLAMA_CPP_SOURCES]
#
# Needs cmake, g++, make, python3 and numpy (Debian: cmake g++ make python3-numpy), 6 GB of disk, and BatchLLM built in Release.
# WORK keeps builds and files between calls (default: a folder under the system's temporary one); PYTHON is the interpreter that
# has numpy. PROMPT, OUTPUT, BATCH, ROUNDS, THREADS, PEERS and OURS choose what is run: see alternate.py. The defaults take about a
# quarter of an hour on two cores.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=${WORK:-${TMPDIR:-/tmp}/batchllm-peers}
python=${PYTHON:-python3}
batchllm=${BATCHLLM:-$root/artifacts/bin/BatchLLM.Host/release/BatchLLM.Host}

if [ $# -lt 1 ]; then
    sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
if [ ! -x "$batchllm" ]; then
    echo "$batchllm is missing; build it first: dotnet build src/BatchLLM.Host -c Release" >&2
    exit 1
fi
mkdir -p "$work"

build() { # name, sources
    if [ ! -x "$work/$1/bin/llama-batched-bench" ]; then
        cmake -S "$2" -B "$work/$1" -DCMAKE_BUILD_TYPE=Release -DGGML_NATIVE=ON -DLLAMA_CURL=OFF -DLLAMA_BUILD_TESTS=OFF \
            -DLLAMA_BUILD_SERVER=OFF > "$work/$1.log" 2>&1
        nice -n 19 make -C "$work/$1" -j"$(nproc)" llama-batched-bench llama-quantize >> "$work/$1.log" 2>&1
    fi
}

build llama "$1"
peers="llama:BF16 llama:Q8_0 llama:Q4_0"
if [ $# -gt 1 ]; then
    build ik "$2"
    peers="$peers ik:BF16 ik:Q8_0 ik:Q4_0"
fi

# Both read the same files, so that both compute the same numbers. A file has its name only once it is whole.
if [ ! -e "$work/1b-BF16.gguf" ]; then
    "$python" "$here/random_gguf.py" "$1/gguf-py" "$work/part.gguf"
    mv "$work/part.gguf" "$work/1b-BF16.gguf"
fi
for kind in Q8_0 Q4_0; do
    if [ ! -e "$work/1b-$kind.gguf" ]; then
        "$work/llama/bin/llama-quantize" "$work/1b-BF16.gguf" "$work/part.gguf" "$kind" >> "$work/llama.log" 2>&1
        mv "$work/part.gguf" "$work/1b-$kind.gguf"
    fi
done

PEERS=${PEERS:-$peers} "$python" "$here/alternate.py" "$work" "$batchllm"
