#!/usr/bin/env bash
# Makes artifacts/gpu-check: one file that needs neither .NET nor network, and the scripts that run it, for a machine with a GPU.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
out=$root/artifacts/gpu-check
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
rm -rf "$out"
# The warnings are of JSON by reflection, in receipts and the quantizer, where the check never comes.
dotnet publish "$root/tests/BatchLLM.GpuCheck" -c Release -r linux-x64 --self-contained --nologo -v quiet -o "$out" \
  -p:PublishSingleFile=true -p:PublishTrimmed=true -p:SuppressTrimAnalysisWarnings=true -p:DebugType=none \
  -p:RestoreLockedMode=false -p:TreatWarningsAsErrors=false
rm -f "$out"/*.xml
cp "$root/ops/gpu/check.sh" "$root/ops/gpu/peers.py" "$out/"
du -h "$out/BatchLLM.GpuCheck" | cut -f 1
