#!/bin/sh
# Checks the whole project: style, types, tests, documentation, and redlint on itself.
#
# Makes or updates .venv in the checkout with the interpreter in $PYTHON (python3 if unset). That must be
# Python 3.11: the Redis 6.2 server that tests start comes as a wheel for it. $TEST_WORKERS is the number of
# test processes (2 if unset). Stops at the first failure.
set -eu
cd "$(dirname "$0")/.."

step() {
    name=$1
    shift
    printf '== %s\n' "$name"
    if ! "$@"; then
        printf 'tests/run.sh: failed: %s\n' "$name" >&2
        exit 1
    fi
}

make_environment() {
    if [ ! -x .venv/bin/python ]; then
        "${PYTHON:-python3}" -m venv .venv || return 1
    fi
    if cmp -s pyproject.toml .venv/installed-pyproject.toml; then
        return 0
    fi
    # pip knows dependency groups since 25.1.
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' || return 1
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group dev || return 1
    cp pyproject.toml .venv/installed-pyproject.toml
}

check_types() {
    .venv/bin/python -m mypy --strict &&
        .venv/bin/python -m mypy --strict --explicit-package-bases --exclude '^tests/(tools/command_table|data)/' tests docs
}

step 'environment' make_environment
step 'ruff check' .venv/bin/python -m ruff check linter rules tests docs
step 'ruff format' .venv/bin/python -m ruff format --check linter rules tests docs
step 'mypy' check_types
step 'pytest' .venv/bin/python -m pytest -q -n "${TEST_WORKERS:-2}"
step 'docs' .venv/bin/python docs/build.py --check
step 'redlint on itself' .venv/bin/python -m redlint check linter rules tests docs
printf 'All checks passed.\n'
