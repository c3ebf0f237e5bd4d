#!/usr/bin/env bash
# Installs what the tests need, runs every test, and ends with `N passed, N failed`.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

# Installing waits for the network, building for the processor: side by side.
install() { ops/install.sh postgresql node swift g++ chromium && tests/peers/install.sh && tests/azurite/install.sh; }
install &
installing=$!
built=0
dotnet build BatchLLM.sln -c Release --nologo -v quiet || built=$?
wait "$installing" || { echo "Could not install what the tests need." >&2; exit 1; }
[ "$built" -eq 0 ] || { echo "0 passed, 1 failed"; exit 1; }

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
passed=0 failed=0
for project in BatchLLM.Tests BatchLLM.CudaTests BatchLLM.IntegrationTests; do
  echo "== $project"
  report=$results/$project.xml
  # Classes at once: more than processors where they wait for servers and other processes.
  locale=C.UTF-8 threads=1.5x
  # Turkish has a decimal comma and its own i: what the program writes and compares must not depend on either.
  [ "$project" = BatchLLM.IntegrationTests ] || { locale=tr_TR.UTF-8 threads=1x; }
  LC_ALL=$locale "$root/artifacts/bin/$project/release/$project" -nologo -noColor -maxThreads "$threads" -xml "$report" || true
  # An assembly that crashed leaves no report, or one that stops early: that is a failure, not zero tests.
  counts=$(grep -o '<assembly [^>]*' "$report" 2>/dev/null)
  if [ -z "$counts" ]; then
    echo "$project left no report: it crashed." >&2
    failed=$((failed + 1))
    continue
  fi
  count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counts" | head -n 1; }
  echo "Classes that took longest, in seconds:"
  grep -o '<collection [^>]*' "$report" | sed -n 's/.*name="Test collection for \([^ "]*\).* time="\([0-9]*\).*/\2 \1/p' | sort -rn | head -n 12
  passed=$((passed + $(count passed)))
  failed=$((failed + $(count failed) + $(count errors)))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
