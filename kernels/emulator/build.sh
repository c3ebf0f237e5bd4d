#!/usr/bin/env bash
# Builds the kernels and the emulator into one library: build.sh FOLDER [--sanitize] [MORE.cu ...]
# Writes FOLDER/libemulator.so, and FOLDER/driver/, where it goes by the names of NVIDIA's libraries (driver/device.h). Only what has changed is compiled again. --sanitize has every access to memory and every
# undefined behaviour checked; a process loads that library only with libasan.so preloaded.
set -euo pipefail
shopt -s nullglob
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
shift
# No fused multiply-adds but those that are written, as on the device. x86-64-v3 has them as one instruction.
flags=(-std=c++20 -O2 -ftree-vectorize -g1 -fPIC -march=x86-64-v3 -ffp-contract=off
  -Wall -Wextra -Werror -Wno-unknown-pragmas "-I$here/..")
more=()
for argument in "$@"; do
  case $argument in
    --sanitize) flags+=(-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) ;;
    *) more+=("$argument") ;;
  esac
done
command -v g++ >/dev/null || { echo "g++ is missing, which compiles the emulator: ops/install.sh g++" >&2; exit 1; }

mkdir -p "$out"
exec 9>"$out/lock"
flock 9
newest=$(ls -t "$here"/*.h "$here"/driver/*.h "$here"/../*.h "${BASH_SOURCE[0]}" | head -n 1)
objects=() commands=()
for source in "$here"/*.cpp "$here"/driver/*.cpp "$here"/../*.cu "${more[@]}"; do
  object=$out/$(basename "$source").o
  objects+=("$object")
  [ "$object" -nt "$source" ] && [ "$object" -nt "$newest" ] || commands+=("$source" "$object")
done
[ ${#commands[@]} -gt 0 ] || [ ! -e "$out/libemulator.so" ] || exit 0
# A file that does not compile must not leave its last object behind as if it were the new one.
[ ${#commands[@]} -eq 0 ] || printf '%s\0' "${commands[@]}" |
  xargs -0 -n 2 -P "$(nproc)" sh -c 'g++ '"$(printf '%q ' "${flags[@]}")"' -x c++ -c "$0" -o "$1.new" && mv "$1.new" "$1"'
g++ "${flags[@]}" -shared -o "$out/libemulator.so.new" "${objects[@]}"
mv "$out/libemulator.so.new" "$out/libemulator.so"
mkdir -p "$out/driver"
for name in libcuda.so.1 libnvrtc.so.12 libcublasLt.so.12; do
  ln -sf ../libemulator.so "$out/driver/$name"
done
