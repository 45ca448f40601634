#!/bin/sh
# Assembles the bundles that `make install` copies: Plugin/bundle.sh OBJECT FOLDER [unchecked]
# The object of the plugin's own window is taken from beside OBJECT; what is unchecked goes without.
# Beside the folder lies FOLDER.sources: the digest of what they are made of, and the paths that this is about, so that
# nobody tests an object that is older than its sources.
set -eu
object=$1
folder=$2
source=$(dirname "$0")
products=$(dirname "$object")
interface=$products/libDivisiUI.so

# A build for a sanitizer leaves symbols open, so this is not for the linker to say.
check() {
  if missing=$(ldd -r "$1" 2>&1 | grep -E 'undefined symbol|not found'); then
    echo "$1: expected all symbols in the libraries that it names; $missing" >&2
    exit 1
  fi
}

lists=$products/DivisiLV2.product/Objects.LinkFileList
if [ "${3-}" != unchecked ]; then
  check "$object"
  check "$interface"
  lists="$lists $products/DivisiUI.product/Objects.LinkFileList"
fi

# Modules that were linked, and the C headers that they may see.
modules=$(cat $lists | sed -n 's|.*/\([^/]*\)\.build/.*|\1|p' | sort -u)
paths='Package.swift Package.resolved Plugin Presets'
for path in $(cd "$source/.." && ls -d Sources/C*); do paths="$paths $path"; done
for module in $modules; do
  if [ -d "$source/../Sources/$module" ]; then paths="$paths Sources/$module"; fi
done

mkdir -p "$folder/divisi.lv2" "$folder/divisi-presets.lv2"
rm -f "$folder/divisi.lv2"/* "$folder/divisi-presets.lv2"/*
if [ "${3-}" = unchecked ]; then
  cp "$object" "$folder/divisi.lv2/divisi.so"
else
  strip -o "$folder/divisi.lv2/divisi.so" "$object"
  strip -o "$folder/divisi.lv2/divisi_ui.so" "$interface"
fi
cp "$source"/divisi.lv2/*.ttl "$folder/divisi.lv2"
cp "$source"/../Presets/divisi-presets.lv2/* "$folder/divisi-presets.lv2"
cp "$source"/../Presets/divisi-presets.lv2/generic-kit.safetensors "$folder/divisi.lv2"
chmod 644 "$folder/divisi.lv2"/* "$folder/divisi-presets.lv2"/*
{ "$source/digest.sh" $paths && printf '%s\n' $paths; } > "$folder.sources"
