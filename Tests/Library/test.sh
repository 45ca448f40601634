#!/bin/sh
# A C program against the library gives the stems of the command line: Tests/Library/test.sh DIVISI LIBRARY RECORDINGS FOLDER
set -eu
divisi=$1 library=$(realpath "$2") recordings=$3 folder=$4
source=$(dirname "$0")
DIVISI_PRESETS=$PWD/Presets/divisi-presets.lv2
export DIVISI_PRESETS

rm -rf "$folder"
mkdir -p "$folder"
gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -I "$library" "$source/separate.c" -o "$folder/separate" \
  -L "$library" -ldivisi -Wl,-rpath,"$library" -pthread
gcc -std=c11 -Wall -Wextra -Werror "$source/cut.c" -o "$folder/cut"
printf '#include <divisi.h>\nint main() { return divisi_abi_version(); }\n' > "$folder/header.cpp"
g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -I "$library" "$folder/header.cpp" -L "$library" -ldivisi -o "$folder/header"
exported=$(nm -D --defined-only "$library/libdivisi.so.0" | awk '{ print $3 }')
for name in $exported; do
  case $name in divisi_*) ;; *) echo "libdivisi: expected no symbol but divisi_*, found $name" >&2; exit 1 ;; esac
  grep -q "\<$name(" "$library/divisi.h" || { echo "divisi.h: expected $name" >&2; exit 1; }
done

# The example of the manual.
sed -n '/^```c$/,/^```$/p' docs/library.md | sed '1d;$d' > "$folder/example.c"
gcc -std=c11 -Wall -Wextra -Werror -I "$library" "$folder/example.c" -o "$folder/example" -L "$library" -ldivisi -lm -Wl,-rpath,"$library"
"$folder/example" 2> /dev/null | grep -q '^high: [0-9]*$' || { echo "library.md: expected an example that runs" >&2; exit 1; }

# compare NAME MIX SCORE PRESET [OPTION=VALUE ...]
compare() {
  name=$1 mix=$2 score=$3 preset=$4
  shift 4
  flags=
  for option in "$@"; do
    case $option in twice=*) ;; *) flags="$flags --$option" ;; esac
  done
  flags=$(echo "$flags" | sed 's/=true//g')
  out=$folder/$name
  mkdir -p "$out"
  "$divisi" separate "$mix" --score "$score" --preset "$preset" --residual --format wav-float --filename 'stems/{part}' \
    -o "$out" $flags > /dev/null
  $run "$folder/separate" "$mix" "$score" "$preset" "$out" "$@"
  for stem in "$out"/stems/*.wav; do
    part=$(basename "$stem" .wav)
    "$folder/cut" "$stem" | cmp - "$out/$part.f32" || { echo "$name: expected the stem of the command line as $part" >&2; exit 1; }
  done
  echo "$name: $(ls "$out"/stems | wc -l) stems are those of the command line"
}

run=
"$divisi" separate "$recordings/polonaise/mix.flac" --score "$recordings/polonaise/score.mid" --no-stems --mix left=0 --format wav-float \
  --filename '{name}/{part}' -o "$folder/wav" > /dev/null
piano=$(ls "$folder"/wav/mix/*.wav)
"$divisi" separate "$recordings/break/mix.flac" --score "$recordings/break/score.mid" --preset drums-fast --no-stems --mix kick=0 --format wav-float \
  --filename 'break/{part}' -o "$folder/wav" > /dev/null
drums=$(ls "$folder"/wav/break/*.wav)
compare hands "$piano" "$recordings/polonaise/score.mid" hands twice=1
compare aligned "$piano" "$recordings/polonaise/score.musicxml" hands-fast
compare options "$piano" "$recordings/polonaise/score.mid" hands-fast iterations=3 alpha=1.5 split=E4
compare drums "$drums" "$recordings/break/score.mid" drums-fast twice=1
compare stream "$drums" "$recordings/break/score.mid" drums-fast stream=true lookahead=0.5

# Two seconds, under valgrind: nothing is lost, and nothing that is not there is read.
"$folder/cut" "$piano" 88200 > "$folder/short.wav"
run='valgrind -q --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --error-exitcode=9'
compare valgrind "$folder/short.wav" "$recordings/polonaise/score.mid" hands align=off partial=true iterations=2
