#!/usr/bin/env bash
# Formatting and lints; warnings are errors with the Rust that the lints were chosen with.
#
# Takes: nothing.
# Gives: exit code 0 where all is clean. A component the toolchain does not have is skipped with one line.
# Fails: with what rustfmt or clippy says.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin

# Every release brings lints of its own: a newcomer's newer one shall not fail the tests over them.
LINTED_WITH=1.95

if cargo fmt --version >/dev/null 2>&1; then
  cargo fmt --all --check
else
  say "Formatting is not checked: this toolchain has no rustfmt (rustup component add rustfmt)"
fi
if cargo clippy --version >/dev/null 2>&1; then
  if [[ $(rustc --version) == "rustc $LINTED_WITH."* ]]; then
    cargo clippy --all-targets --locked -- -D warnings
  else
    say "Lints are shown but do not fail: this is not Rust $LINTED_WITH"
    cargo clippy --all-targets --locked
  fi
else
  say "Lints are not checked: this toolchain has no clippy (rustup component add clippy)"
fi
