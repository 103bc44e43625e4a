#!/usr/bin/env bash
# Sees to the system packages of one or more groups.
#
# Takes: the groups' names: run (the service), build (compiling it), test (its tests), clips (make_clips.sh).
# Gives: every program of these groups; on stderr, one line while something is installed.
# Fails: where something is missing and this is not root on a system with apt-get: prints what to run.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

NO_SERVICES=/usr/sbin/policy-rc.d # Debian's way to forbid that an installed service is started
APT=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)

# One line for each thing a group needs: the package, then the command that succeeds where it is there.
needs() {
  case $1 in
    run)
      echo "ffmpeg has ffmpeg"
      echo "tesseract-ocr has tesseract"
      echo "tesseract-ocr-eng reads_english"
      echo "python3 has $PYTHON"
      echo "python3-venv makes_venvs"
      echo "curl has curl"
      echo "ca-certificates trusts_the_web"
      ;;
    build)
      echo "cmake has cmake"
      echo "g++ has c++"
      echo "make has make"
      echo "pkg-config has pkg-config"
      ;;
    test)
      echo "postgresql has_postgresql"
      echo "redis-server has redis-server"
      echo "nodejs has node"
      echo "npm has npm"
      echo "util-linux has runuser"
      echo "fonts-dejavu-core has_font"
      echo "fonts-wqy-microhei has_han_font"
      echo "chromium has chromium"
      ;;
    clips)
      echo "fonts-dejavu-core has_font"
      ;;
    *) die "there is no package group '$1'; the groups are run, build, test and clips" ;;
  esac
}

has() {
  # Debian keeps some programs where only root's PATH looks.
  PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null
}

reads_english() {
  has tesseract && tesseract --list-langs 2>/dev/null | grep --quiet --line-regexp eng
}

makes_venvs() {
  has "$PYTHON" && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null
}

trusts_the_web() {
  [[ -s /etc/ssl/certs/ca-certificates.crt ]]
}

has_postgresql() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

has_font() {
  [[ -r /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf ]]
}

has_han_font() {
  [[ -f /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ]]
}

missing_packages() {
  local group package check
  for group in "$@"; do
    while read -r package check; do
      # Two words at most: a function of this file and its argument.
      # shellcheck disable=SC2086
      $check || echo "$package"
    done < <(needs "$group")
  done | sort --unique
}

# PostgreSQL and Redis are wanted as programs: what uses them starts them itself.
forbid_services() {
  if [[ ! -e $NO_SERVICES ]]; then
    trap 'rm -f "$NO_SERVICES"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$NO_SERVICES"
    chmod 755 "$NO_SERVICES"
  fi
}

install_packages() {
  say "Installing system packages: $*"
  forbid_services
  export DEBIAN_FRONTEND=noninteractive
  quietly "the package lists could not be read (above); check the network and run this again" \
    "${APT[@]}" update
  quietly "the packages could not be installed (above); try: apt-get install --yes $*" \
    "${APT[@]}" install --yes --no-install-recommends "$@"
}

main() {
  local missing group
  for group in "$@"; do
    needs "$group" >/dev/null
  done
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    return
  fi
  if ! has apt-get; then
    die "please install, with your system's package manager, what Debian calls: ${missing[*]}"
  elif ((EUID != 0)); then
    say "Some system packages are missing. Please run this, then the same command again:"
    say "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
    exit 1
  fi
  install_packages "${missing[@]}"
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) || die "still missing after the installation: ${missing[*]}"
}

main "$@"
