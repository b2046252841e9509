#!/bin/sh
# Rebuild commands.json and redis_py_methods.json in linter/redlint/commands/data from nothing.
#
#   sh regenerate.sh                 # working files in $LAB (default /tmp/redlint-command-table), about 5 minutes
#
# Needs: python3 with venv, unzip, apt-get and PyPI for the first run, and Debian bookworm's
# /usr/bin/redis-server (7.0.15). Servers are started on 127.0.0.1:7200-7299 only.
set -eu
cd "$(dirname "$0")"
export LAB="${LAB:-/tmp/redlint-command-table}" PYTHONDONTWRITEBYTECODE=1
sh get_servers.sh
PY="$LAB/venv/bin/python"
$PY servers.py versions
$PY dump_servers.py
for v in 3.5.3 4.6.0 5.2.1 6.4.0 7.0.1 7.4.1 8.0.0 8.1.0; do
    PYTHONPATH="$LAB/py/redis-$v" $PY introspect_client.py redis > "$LAB/raw/client-redis-$v.json"
done
PYTHONPATH="$LAB/py/valkey-6.2.0" $PY introspect_client.py valkey > "$LAB/raw/client-valkey-6.2.0.json"
$PY record_redis_py.py > "$LAB/raw/record.log" 2>&1
$PY probe_servers.py
$PY build_commands.py
$PY record_cluster.py > "$LAB/raw/record-cluster.log" 2>&1
$PY build_methods.py
$PY check_judgement.py
$PY check_data.py
