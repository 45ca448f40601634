#!/bin/sh
# Assembles the bundles that `make install` copies: Plugin/bundle.sh OBJECT FOLDER
set -eu
object=$1
folder=$2
source=$(dirname "$0")

# A build for a sanitizer leaves symbols open, so this is not for the linker to say.
if missing=$(ldd -r "$object" 2>&1 | grep -E 'undefined symbol|not found'); then
  echo "$object: expected all symbols in the libraries that it names; $missing" >&2
  exit 1
fi

mkdir -p "$folder/divisi.lv2" "$folder/divisi-presets.lv2"
rm -f "$folder/divisi.lv2"/* "$folder/divisi-presets.lv2"/*
strip -o "$folder/divisi.lv2/divisi.so" "$object"
cp "$source"/divisi.lv2/*.ttl "$folder/divisi.lv2"
cp "$source"/../Presets/divisi-presets.lv2/* "$folder/divisi-presets.lv2"
cp "$source"/../Presets/divisi-presets.lv2/generic-kit.safetensors "$folder/divisi.lv2"
chmod 644 "$folder/divisi.lv2"/* "$folder/divisi-presets.lv2"/*
