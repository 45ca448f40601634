#!/usr/bin/env bash
# What a machine of another kind can show of Divisi on aarch64: check.sh shims|kernels|modules OUT
#
#   shims    what the C shim does to denormals, under qemu
#   kernels  a digest of what the kernels compute, under qemu
#   modules  compiles the libraries that the plugin is made of; they cannot be linked
#
# Needs the Swift toolchain with its clang and lld, Debian's libc6-dev-arm64-cross, and qemu-user. The plugin's own
# headers and those of its libraries are the same on all processors, and are the machine's.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/Tests/AArch64
what=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
cross=/usr/aarch64-linux-gnu
toolchain=$(dirname "$(readlink -f "$(command -v swiftc)")")
clang=$toolchain/clang
triple=aarch64-unknown-linux-gnu

# Links with the C library alone and runs: NAME FILES…
run() {
  local program=$out/$1
  shift
  # No compiler's own library is needed: what it would hold, these programs do not use.
  "$clang" --target=aarch64-linux-gnu -fuse-ld=lld -nostdlib -L "$cross/lib" -o "$program" \
    "$cross/lib/crt1.o" "$cross/lib/crti.o" "$@" -lc "$cross/lib/crtn.o" \
    -Wl,--dynamic-linker=/lib/ld-linux-aarch64.so.1 -Wl,--gc-sections
  qemu-aarch64 -L "$cross" "$program"
}

# Headers of the C library for aarch64, and those of other libraries, as one system's.
make_sdk() {
  mkdir -p "$out/sdk/usr/include"
  ln -sf "$cross"/include/* "$out/sdk/usr/include/"
  for header in expat.h expat_external.h fftw3.h lv2 sndfile.h zip.h zipconf.h; do
    ln -sfn "/usr/include/$header" "$out/sdk/usr/include/$header"
  done
  for header in fmt123.h mpg123.h libavcodec libavformat libavutil libswresample; do
    ln -sfn "/usr/include/$(uname -m)-linux-gnu/$header" "$out/sdk/usr/include/$header"
  done
}

# The standard library's modules for aarch64, made of its interfaces for the machine's processor. Two functions of
# Float80, which aarch64 has not, get bodies that only need to compile.
make_standard_library() {
  local installed=$toolchain/../lib/swift resources=$out/resources
  mkdir -p "$resources/linux"
  for entry in "$installed"/*; do
    [ "$(basename "$entry")" = linux ] || ln -sfn "$entry" "$resources/$(basename "$entry")"
  done
  cp -r "$installed/linux/$(uname -m)" "$resources/linux/aarch64"
  for module in Swift _Builtin_float SwiftOnoneSupport Glibc _Concurrency Synchronization _StringProcessing; do
    local folder=$resources/linux/$module.swiftmodule
    [ -e "$folder/$triple.swiftmodule" ] && continue
    mkdir -p "$folder"
    sed -e '/^\/\/ swift-module-flags:/s/-target [^ ]*/-target '$triple'/' \
      -e 's/_stdlib_remainderl(self, other)/other/' -e 's/_stdlib_squareRootl(self)/self + self/' \
      "$installed/linux/$module.swiftmodule/$(uname -m)-unknown-linux-gnu.swiftinterface" > "$folder/$triple.swiftinterface"
    swiftc -frontend -compile-module-from-interface $([ $module = Swift ] && echo -parse-stdlib) \
      "$folder/$triple.swiftinterface" -o "$folder/$triple.swiftmodule" -module-name $module -target $triple \
      -resource-dir "$resources" -sdk "$out/sdk" -module-cache-path "$out/cache"
  done
}

# Compiles a module as Package.swift does: NAME FOLDER OPTIONS…
compile() {
  local name=$1 folder=$2
  shift 2
  local includes=()
  for library in CCPU CExpat CFFTW CFFTWThreads CLV2 CLibAV CMPG123 CSndfile CZip; do includes+=(-I "$root/Sources/$library"); done
  swiftc -c -wmo -parse-as-library -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
    -o "$out/$name.o" -target $triple -resource-dir "$out/resources" -sdk "$out/sdk" -module-cache-path "$out/cache" \
    -I "$out" "${includes[@]}" -swift-version 6 -enable-upcoming-feature ExistentialAny \
    -enable-upcoming-feature InternalImportsByDefault -warnings-as-errors "$@" \
    $(find "$root/$folder" -name '*.swift')
  echo "$name"
}

case $what in
  shims)
    "$clang" --target=aarch64-linux-gnu -isystem "$cross/include" -I "$root/Sources/CCPU" -O2 -Wall -Wextra -Werror \
      -c "$here/denormals.c" -o "$out/denormals.o"
    run denormals "$out/denormals.o"
    ;;
  kernels)
    # Embedded Swift needs no library that would have to be there for aarch64.
    options=(-O -wmo -parse-as-library -target aarch64-none-none-elf -enable-experimental-feature Embedded -c)
    swiftc "${options[@]}" -module-name DivisiKernels -emit-module -emit-module-path "$out/DivisiKernels.swiftmodule" \
      -o "$out/kernels.o" "$root"/Sources/DivisiKernels/*.swift
    swiftc "${options[@]}" -module-name KernelDigest -I "$out" -o "$out/digest.o" \
      "$root/Tests/DivisiDSPTests/AArch64/KernelDigest.swift"
    "$clang" --target=aarch64-linux-gnu -isystem "$cross/include" -O2 -Wall -Werror -c "$here/digest.c" -o "$out/main.o"
    run digest "$out/main.o" "$out/digest.o" "$out/kernels.o"
    ;;
  modules)
    make_sdk
    make_standard_library
    compile DivisiKernels Sources/DivisiKernels
    compile DivisiKernelsAVX2 Sources/DivisiKernelsAVX2 -D FOR_AVX2 -Xcc -Xarch_x86_64 -Xcc -mavx2 -Xcc -Qunused-arguments
    for module in DivisiDSP InputFiles DivisiScore DivisiAlignment DivisiControls DivisiRealtime WorkerThreads DivisiEngine MediaFiles AudioFiles; do
      compile $module Sources/$module
    done
    ;;
esac
