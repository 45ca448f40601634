#!/bin/sh
# One number for all files under some paths of the project: Plugin/digest.sh PATH...
set -eu
cd "$(dirname "$0")/.."
find -L "$@" -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -d ' ' -f 1
