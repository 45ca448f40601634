#!/bin/sh
# The notebooks, and the packages that people use beside this one: Python/test-notebooks.sh DIVISI WHEELS RECORDINGS FOLDER
# The environment stays in FOLDER, since it takes long to install.
set -eu
command=$(realpath "$1") wheels=$2 recordings=$(realpath "$3") folder=$4
tests=$(dirname "$0")/../Tests/Python

[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
"$folder/bin/pip" -q --disable-pip-version-check install -r "$tests/requirements.txt"
"$folder/bin/pip" -q --disable-pip-version-check install --force-reinstall --no-deps "$wheels"/divisi-*.whl
run() {
  env -u DIVISI_LIBRARY -u DIVISI_PRESETS -u PYTHONPATH DIVISI_COMMAND="$command" DIVISI_RECORDINGS="$recordings" \
    "$folder/bin/python" "$@"
}
run "$tests/friends.py"
run "$tests/run_notebook.py" docs/*.ipynb
