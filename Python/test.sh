#!/bin/sh
# The wheel in an environment of its own, against the command line: Python/test.sh DIVISI WHEELS RECORDINGS [TEST ...]
# CALLS says how many calls are watched for memory.
set -eu
command=$(realpath "$1") wheels=$2 recordings=$(realpath "$3")
shift 3
tests=$(dirname "$0")/../Tests/Python

# Outside of the source tree, so that presets are those of the wheel.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" -q --disable-pip-version-check install soundfile "$wheels"/divisi-*.whl
run() {
  env -u DIVISI_LIBRARY -u DIVISI_PRESETS -u PYTHONPATH DIVISI_COMMAND="$command" DIVISI_RECORDINGS="$recordings" \
    "$folder/bin/python" "$@"
}
if [ $# -gt 0 ]; then (cd "$tests" && run -m unittest "$@"); exit; fi
(cd "$tests" && run -m unittest -b)
run "$tests/flat.py" "${CALLS:-1000}"
