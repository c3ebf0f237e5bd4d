#!/usr/bin/env bash
# Installs what the demo and the tests need and the machine lacks: ops/install.sh postgresql node
# As root it installs Debian packages; otherwise it says the one command to run.
set -euo pipefail

has_swift() { /usr/bin/python3 -c 'import swift' 2>/dev/null; }
has_postgresql() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

packages=()
for need in "$@"; do
  case $need in
    postgresql) has_postgresql || packages+=(postgresql) ;;
    node) command -v npm >/dev/null || packages+=(nodejs npm) ;;
    swift) has_swift || packages+=(python3-swift) ;;
    g++) command -v g++ >/dev/null || packages+=(g++) ;;
    chromium) command -v chromium >/dev/null || packages+=(chromium) ;;
    *) echo "ops/install.sh knows postgresql, node, swift, g++ and chromium, not '$need'." >&2; exit 2 ;;
  esac
done
[ ${#packages[@]} -gt 0 ] || exit 0

install="apt-get update && apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold ${packages[*]}"
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing: ${packages[*]}. Run this once, then try again:" >&2
  echo "  sudo sh -c '$install'" >&2
  exit 1
fi
command -v apt-get >/dev/null || { echo "Missing: ${packages[*]}, and this machine has no apt-get. Install them by hand." >&2; exit 1; }
echo "Installing ${packages[*]} ..." >&2
# BatchLLM runs a private cluster of its own; for this installation the distribution need not create and start one.
conf=/etc/postgresql-common/createcluster.conf
if [ ! -e "$conf" ]; then
  mkdir -p "$(dirname "$conf")"
  echo 'create_main_cluster = false' >"$conf"
  # The package keeps its own version aside; put that in place again, as if we had not been here.
  trap 'if [ -e "$conf.ucf-dist" ]; then mv "$conf.ucf-dist" "$conf"; else rm -f "$conf"; fi' EXIT
fi
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
if ! sh -c "$install" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "Could not install ${packages[*]}; apt's output is in $log." >&2
  exit 1
fi
rm -f "$log"
