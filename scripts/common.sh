# shellcheck shell=bash
# shellcheck disable=SC2034  # some are for the scripts that source this
# What the scripts share: where things are and how they speak. Sourced, never run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deps=$root/build/deps                                # what setup brings: Node, DuckDB, .proto files
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sonde          # what every clone on the machine may share
export PATH="$deps/node/bin:$PATH"                   # only there if the machine's own Node is too old
cd "$root"

say() { printf '%s: %s\n' "${0##*/}" "$*"; }
die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# usage: prints the calling script's opening comment, which is its manual.
usage() { sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"; }

# step MESSAGE COMMAND...: runs a long command, its output kept in build/logs, a line every 15 seconds meanwhile,
# and the end of its output shown if it fails.
step() {
  local message=$1 log status=0 start=$SECONDS
  shift
  mkdir -p build/logs
  log=build/logs/${0##*/}-$(tr -cs 'a-zA-Z0-9\n' '-' <<<"${message%%:*}").log
  say "$message"
  "$@" >"$log" 2>&1 &
  local job=$!
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - start >= 15 && (SECONDS - start) % 15 == 0)); then
      say "  … $((SECONDS - start)) s: $(tail -n 1 "$log" | cut -c 1-90)"
      sleep 1
    fi
  done
  wait "$job" || status=$?
  if ((status != 0)); then
    tail -n 40 "$log" >&2
    die "failed (exit $status): $message; all of its output is in $log"
  fi
}
