#!/usr/bin/env bash
# Installs yt-dlp and gallery-dl, of one version and checksum each, into a private Python environment.
#
# Takes: TOOLS_DIR, PYTHON (3.11 or newer) and scripts/requirements/downloaders.txt.
# Gives: TOOLS_DIR/venv/bin/yt-dlp and gallery-dl. Does nothing where they are there and answer.
# Fails: where Python is too old, a package cannot be fetched, or a checksum is not the expected one.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

PINS=scripts/requirements/downloaders.txt
VENV=$TOOLS_DIR/venv
STAMP=$VENV/.installed # written last: holds the checksum of the pins it was made from

# A stamp is not enough: a moved folder or an upgraded Python leaves programs that cannot start.
is_ready() {
  [[ -f $STAMP && $(<"$STAMP") == "$1" ]] &&
    "$VENV/bin/yt-dlp" --ignore-config --version >/dev/null 2>&1 </dev/null &&
    "$VENV/bin/gallery-dl" --config-ignore --version >/dev/null 2>&1 </dev/null
}

main() {
  local wanted
  wanted=$(sha256sum "$PINS" | cut -d ' ' -f 1)
  if is_ready "$wanted"; then
    return
  fi
  python_is_new_enough yt-dlp
  say "Installing yt-dlp and gallery-dl into $VENV"
  python_programs "$VENV" "$PINS" "yt-dlp or gallery-dl"
  printf '%s\n' "$wanted" >"$STAMP"
  is_ready "$wanted" || die "yt-dlp or gallery-dl was installed but does not start; try: $VENV/bin/yt-dlp --version"
}

main
