#!/bin/sh
# Writes the lock files: exact versions with hashes, good for Python 3.11 to 3.13 on every
# platform, and without the address of any index. Called by `make lock`.
#   lock.sh [UV] [PYTHON] [--upgrade]
set -eu
cd "$(dirname "$0")/.."
uv=$1 python=$2
shift 2

if [ -z "$uv" ]; then
  echo "Installing uv for the moment ..."
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  "$python" -m venv "$scratch"
  "$scratch/bin/python" -m pip install --quiet uv
  uv=$scratch/bin/uv
fi

lock() {
  echo "Writing $1 ..."
  output=$1
  shift
  UV_PYTHON_DOWNLOADS=never "$uv" pip compile --quiet --universal --python-version 3.11 \
    --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
    --custom-compile-command "make lock" "$@" --output-file "$output"
}

lock requirements/run.txt "$@" --extra postgres pyproject.toml
lock requirements/test.txt "$@" requirements/test.in
lock requirements/dev.txt "$@" requirements/dev.in
lock requirements/scan.txt "$@" requirements/scan.in
lock requirements/mutants.txt "$@" requirements/mutants.in
lock requirements/build.txt "$@" --no-deps requirements/build.in
