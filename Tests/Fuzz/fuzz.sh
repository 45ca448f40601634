#!/usr/bin/env bash
# Builds the parsers with libFuzzer and the address sanitizer, and runs them one after the other; ends with 1 if any did what it
# must not.
#   fuzz.sh FOLDER SECONDS [PARSER ...]
# FOLDER keeps a corpus for each parser from run to run, and in findings/ the inputs that failed; to see one again:
#   FUZZ_PARSER=midi FOLDER/fuzz FOLDER/findings/midi-crash-...
# It is not built by SwiftPM, since every module has to be compiled for the fuzzer: only those with the parsers are.
set -euo pipefail
mkdir -p "$1/seeds" "$1/findings"
folder=$(realpath "$1") seconds=$2
shift 2
cd "$(dirname "$0")/../.."

options=(-O -g -sanitize=address,fuzzer -parse-as-library -wmo -enable-testing -swift-version 6 -I "$folder"
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault)
for library in CCPU CExpat CFFTW CZip CSerd CLO CLibAV CSndfile CMPG123; do options+=(-Xcc "-fmodule-map-file=Sources/$library/module.modulemap"); done
for flag in $(pkg-config --cflags-only-I serd-0 liblo fftw3f libavformat libavcodec); do options+=(-Xcc "$flag"); done
objects=()
for module in InputFiles MediaFiles AudioFiles DivisiScore LV2Presets DivisiKernels DivisiKernelsAVX2 DivisiDSP DivisiAlignment; do
  own=()
  [ $module != DivisiKernelsAVX2 ] || own=(-DFOR_AVX2 -Xcc -Xarch_x86_64 -Xcc -mavx2 -Xcc -Qunused-arguments)
  swiftc "${options[@]}" "${own[@]}" -module-name $module -emit-module -emit-module-path "$folder/$module.swiftmodule" \
    -emit-object -o "$folder/$module.o" $(find "$PWD/Sources/$module" -name '*.swift')
  objects+=("$folder/$module.o")
done
# lld, because gold cannot link the sanitizers.
swiftc "${options[@]}" -module-name fuzz -emit-module-path "$folder/fuzz.swiftmodule" -emit-executable -use-ld=lld "$PWD"/Tests/Fuzz/*.swift "$PWD"/Sources/DivisiHost/OSCMessages/OSC*.swift \
  "$PWD"/Sources/DivisiEngine/FileFormats/*.swift "${objects[@]}" -lexpat -lzip -lserd-0 -llo -lfftw3f -lsndfile -lmpg123 -o "$folder/fuzz"

# Swift would wait for its own report of a crash; the sanitizer makes one.
export SWIFT_BACKTRACE=enable=no
FUZZ_SEEDS=$folder/seeds FUZZ_PARSER=midi "$folder/fuzz"
[ $# -gt 0 ] || set -- $(ls "$folder/seeds")
failed=
for parser; do
  mkdir -p "$folder/corpus/$parser"
  echo "== $parser"
  # 2 GB and 10 s are far beyond what a file of 256 kB may cost.
  FUZZ_PARSER=$parser "$folder/fuzz" "$folder/corpus/$parser" "$folder/seeds/$parser" -max_total_time="$seconds" -timeout=10 \
    -rss_limit_mb=2048 -max_len=$((256 << 10)) -artifact_prefix="$folder/findings/$parser-" > "$folder/$parser.log" 2>&1 ||
    { failed="$failed $parser"; tail -n 40 "$folder/$parser.log"; }
  grep '^Done' "$folder/$parser.log" || true
done
[ -z "$failed" ] || { echo "found something in$failed: see $folder/findings"; exit 1; }
