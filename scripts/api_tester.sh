#!/usr/bin/env bash
# Installs schemathesis, which holds the interface against its own document, into a private Python environment.
#
# Takes: TOOLS_DIR, PYTHON (3.11 or newer) and scripts/requirements/api_tester.txt.
# Gives: TOOLS_DIR/api_tester/bin/schemathesis. Does nothing where it is there and answers.
# Fails: where Python is too old, a package cannot be fetched, or a checksum is not the expected one.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

PINS=scripts/requirements/api_tester.txt
VENV=$TOOLS_DIR/api_tester
STAMP=$VENV/.installed # written last: holds the checksum of the pins it was made from

is_ready() {
  [[ -f $STAMP && $(<"$STAMP") == "$1" ]] && "$VENV/bin/schemathesis" --version >/dev/null 2>&1 </dev/null
}

main() {
  local wanted
  wanted=$(sha256sum "$PINS" | cut -d ' ' -f 1)
  if is_ready "$wanted"; then
    return
  fi
  python_is_new_enough schemathesis
  say "Installing schemathesis into $VENV"
  python_programs "$VENV" "$PINS" schemathesis
  printf '%s\n' "$wanted" >"$STAMP"
  is_ready "$wanted" || die "schemathesis was installed but does not start; try: $VENV/bin/schemathesis --version"
}

main
