# shellcheck shell=bash
# What the set-up scripts share; sourced, never run.
#
# Takes: TOOLS_DIR (default .tools) and PYTHON (default python3) from the environment.
# Gives: the functions below, and the working directory set to the project's root.
# Fails: only when the project's root cannot be entered.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
TOOLS_DIR=${TOOLS_DIR:-.tools}
PYTHON=${PYTHON:-python3}

# Tells the person at the terminal what is going on; stdout stays free for results.
say() {
  printf '%s\n' "$*" >&2
}

# Stops with a reason and the next step.
die() {
  printf '%s\n' "setup: $*" >&2
  exit 1
}

# Runs a program quietly; when it fails, shows all it said and stops with the reason given first.
quietly() {
  local reason=$1 log
  shift
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    die "$reason"
  fi
  rm -f "$log"
}

has_checksum() {
  [[ -f $1 ]] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status 2>/dev/null
}

# pip of the private venv, the same on a terminal and in a script.
venv_pip() {
  "$TOOLS_DIR/venv/bin/python" -m pip --disable-pip-version-check --no-input "$@"
}
