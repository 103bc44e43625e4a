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

python_is_new_enough() {
  "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "$("$PYTHON" --version) is too old for $1, 3.11 is needed; if there is a newer one: PYTHON=python3.12 make setup"
}

# Makes a private Python environment ($1) with the pinned packages of a file ($2); $3 names them.
python_programs() {
  local venv=$1 pins=$2 what=$3
  mkdir -p "$(dirname "$venv")"
  quietly "no Python environment could be made in $venv (above)" "$PYTHON" -m venv --clear "$venv"
  quietly "$what could not be installed (above); check the network and run this again" \
    venv_pip "$venv" install --quiet --require-hashes --no-deps --only-binary=:all: --requirement "$pins"
}

# pip of a private environment, the same on a terminal and in a script.
venv_pip() {
  "$1/bin/python" -m pip --disable-pip-version-check --no-input "${@:2}"
}
