#!/usr/bin/env bash
# Removes demo data, marks of jobs and the cache from Redis; day trades and the kill switch stay.
#
# Usage:   scripts/clear_database.sh [--yes] [OPTION...]
#   --yes    does it; without, only shows what would go
#   OPTION   any of `bulwark keys clear-demo`, e.g. --data DIR or --config FILE
# The same as `bulwark keys clear-demo`, under the name that people know. The variable BULWARK names
# the program; otherwise it is build/release/bulwark or the one in PATH.
set -euo pipefail

case ${1:-} in
  -h | --help)
    sed -n '2,/^set /s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 0
    ;;
esac

built="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/build/release/bulwark"
program=${BULWARK:-}
if [ -z "$program" ]; then
  if [ -x "$built" ]; then program=$built; else program=bulwark; fi
fi
exec "$program" keys clear-demo "$@"
