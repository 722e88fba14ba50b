#!/usr/bin/env bash
# Installs the peers of the benchmark, each into a virtual environment of its own, and prints seconds and MB of each.
# usage: [PEERS_HOME=dir] bench/peers/setup.sh [prefect] [airflow] [dagster]     (default: prefect)
# Needs Python 3.11; Airflow needs PostgreSQL 15 too (apt-get install postgresql).
set -euo pipefail
home="${PEERS_HOME:-$(cd "$(dirname "$0")/../.." && pwd)/.perennial/peers}"
mkdir -p "$home"
for name in "${@:-prefect}"; do
  case $name in
    prefect) packages="prefect" ;;
    airflow) packages="apache-airflow psycopg2-binary asyncpg" ;; # add --constraint FILE where Airflow's constraints file can be had
    dagster) packages="dagster dagster-webserver dagster-postgres>=0.29" ;; # without a bound pip takes one of 2021 where the newest is not there yet
    *) echo "unknown peer $name: expected prefect, airflow or dagster" >&2; exit 1 ;;
  esac
  python3 -m venv "$home/$name"
  started=$(date +%s)
  "$home/$name/bin/pip" install --no-cache-dir $packages >"$home/$name-pip.log" 2>&1 || { tail -20 "$home/$name-pip.log" >&2; exit 1; }
  echo "$name installed in $(($(date +%s) - started)) s, $(du -sm "$home/$name" | cut -f1) MB, $("$home/$name/bin/pip" list 2>/dev/null | awk -v p="${packages%% *}" '$1 == p {print $2}')"
done
