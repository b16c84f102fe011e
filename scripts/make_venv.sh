#!/bin/sh
# Makes the virtual environment named by the first argument, with the first Python on the path that is new enough.
set -eu

for python in python3.11 python3 python3.12 python3.13; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "Making $1 with $("$python" --version) ..."
        exec "$python" -m venv "$1"
    fi
done
echo "Vigil needs Python 3.11 or newer; none was found on the path." >&2
exit 1
