# shellcheck shell=bash
# shellcheck disable=SC2034  # the peers use them
# What the peers' `run SECONDS` share. Sourced from the peer's folder, which becomes the current one.

seconds=${1:-0.3}
cd "$(dirname "${BASH_SOURCE[1]}")" || exit
root=$(cd ../../.. && pwd)
peer=$(basename "$PWD")

# skip REASON: ends the run; 77 is what ctest takes for skipped, too.
skip() {
  echo "skipped: $*"
  exit 77
}

# needs COMMAND...: skips unless the machine has them.
needs() {
  local command
  for command; do
    command -v "$command" >/dev/null || skip "there is no $command"
  done
}

# build_once FILE...: calls the peer's `build FOLDER` unless a run on this machine has built it from the same files;
# `built` is the folder then. Skips, with the build's last line, where that fails: a registry may be out of reach.
build_once() {
  local key log
  key=$(cat run "$@" | sha256sum | cut -c 1-16)
  built=${XDG_CACHE_HOME:-$HOME/.cache}/sonde/peers/$peer-$key
  if [[ -f $built/complete ]]; then return; fi
  mkdir -p "$built"
  log=$built/log
  if ! (build "$built") >"$log" 2>&1; then skip "it could not be built: $(grep -v '^$' "$log" | tail -n 1); see $log"; fi
  touch "$built/complete"
}
