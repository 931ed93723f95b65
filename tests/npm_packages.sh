# shellcheck shell=bash
# For the tests that run on Node.js. Sourced by a folder's `run`, from that folder.

# npm_packages: brings the folder's locked packages, unless they are there. Ends the test with 77, which ctest takes
# for skipped, where npm's registry is out of reach.
npm_packages() {
  local key output
  key=$(sha256sum package-lock.json)
  exec 9<run # one run at a time installs
  flock 9
  if [[ ! -f node_modules/.sonde-stamp || $(<node_modules/.sonde-stamp) != "$key" ]]; then
    if ! output=$(npm ci --prefer-offline --no-audit --no-fund 2>&1); then
      echo "$output" >&2
      if grep -q -E 'ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|ENETUNREACH' <<<"$output"; then
        echo "SKIPPED: npm's packages cannot be reached, and no earlier run has left them"
        exit 77
      fi
      exit 1
    fi
    echo "$key" >node_modules/.sonde-stamp
  fi
  exec 9<&-
}
