# shellcheck shell=bash
# Sourced by the tests that use Python packages. python_environment REQUIREMENTS NAME makes an environment with the
# packages of that file, which every clone on the machine shares, and sets `environment` to its folder. Ends the script
# with 77, which ctest takes for skipped, where PyPI is out of reach.
python_environment() {
  local requirements=$1 name=$2 python key output
  # Debian's Python, or the first on the path that can make an environment.
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import ensurepip, venv' 2>/dev/null; then break; fi
    python=
  done
  if [[ ! $python ]]; then
    echo "no Python with venv: apt-get install python3-venv" >&2
    exit 1
  fi
  key=$({ "$python" --version; cat "$requirements"; } | sha256sum | cut -c 1-16)
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/sonde/interop-$name-$key
  mkdir -p "$(dirname "$environment")"
  exec 9>"$environment.lock"
  flock 9
  if [[ ! -f $environment/complete ]]; then
    rm -rf "$environment"
    "$python" -m venv "$environment"
    if ! output=$("$environment/bin/pip" install --quiet --no-deps --requirement "$requirements" 2>&1); then
      echo "$output" >&2
      if grep -q -i -E 'connection|resolve|timed out|unreachable' <<<"$output"; then
        echo "SKIPPED: PyPI cannot be reached, and no earlier run has left its packages"
        exit 77
      fi
      exit 1
    fi
    touch "$environment/complete"
  fi
  flock -u 9
}
