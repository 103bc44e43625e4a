#!/usr/bin/env bash
# Runs a command in a fresh clone of HEAD on a Debian that has nothing but git, make, a linker and Rust.
#
#     scripts/fresh_machine.sh [--user] [--twice] COMMAND [ARGUMENT…]
#     scripts/fresh_machine.sh make demo ONCE=1
#
# Takes: root's rights, debootstrap, and this machine's Rust toolchain (read-only), fetched crates (a copy),
#        package sources, certificates and settings of pip, npm and cargo. --user runs the command as an
#        ordinary user, --twice runs it a second time in the same place. CI is passed on.
# Gives: the command's output and exit code, and on stderr how long each run took. Leaves nothing behind but
#        a packed base system in ~/.cache/linkscribe; the command has mounts and process numbers of its own,
#        so that all it started ends with it.
# Fails: with the command's exit code; with 2 where the machine cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."

RELEASE=${RELEASE:-bookworm}
# rustc itself needs a linker and the C library's start files.
BASE=git,make,gcc,libc6-dev
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/linkscribe/$RELEASE.tar
PLACE=/home/person/linkscribe # in the new machine
CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

user=root
times=1
root=
trap '[[ -z $root ]] || rm -rf --one-file-system "$root"' EXIT
trap 'exit 130' INT TERM

die() {
  printf '%s\n' "fresh_machine: $*" >&2
  exit 2
}

# The first Debian mirror that apt uses here.
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb  *\(\[[^]]*\] *\)\{0,1\}\([^ ]*\).*/\2/p' | head -n 1
}

make_base() {
  local log=$root.log
  [[ -f $CACHE ]] && return
  printf '%s\n' "Making a Debian $RELEASE (once)" >&2
  mkdir -p "$(dirname "$CACHE")"
  if ! debootstrap --variant=minbase --include="$BASE" "$RELEASE" "$root" "$(mirror)" >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "debootstrap failed (above)"
  fi
  rm -f "$log" "$root"/var/cache/apt/archives/*.deb
  tar --create --file "$CACHE.part" --directory "$root" .
  mv "$CACHE.part" "$CACHE"
  rm -rf --one-file-system "${root:?}"/*
}

# What the person at this machine has set up for its network.
copy_settings() {
  local file
  rm -f "$root"/etc/apt/sources.list
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} $(grep -ls '^Acquire::' /etc/apt/apt.conf.d/*); do
    [[ ! -f $file ]] || cp "$file" "$root$file"
  done
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  for file in .npmrc .config/pip/pip.conf .cargo/config.toml; do
    [[ ! -f $HOME/$file ]] || install -D "$HOME/$file" "$root/home/person/$file"
  done
  install -D "$CERTIFICATES" "$root/etc/host/certificates.crt"
}

furnish() {
  local cargo_home=${CARGO_HOME:-$HOME/.cargo}
  tar --extract --file "$CACHE" --directory "$root"
  copy_settings
  mkdir -p "$root/opt/rust" "$root/home/person/.cargo"
  [[ ! -d $cargo_home/registry ]] || cp -a "$cargo_home/registry" "$root/home/person/.cargo/"
  git clone --quiet --no-hardlinks . "$root$PLACE" </dev/null
  chroot "$root" useradd --home-dir /home/person person
  if [[ $user == person ]]; then
    chroot "$root" chown -R person: /home/person
  else
    chroot "$root" chown -R root: /home/person
  fi
}

# Runs within the new machine's own mounts and process numbers.
enter() {
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/dev/shm"
  mount --bind "$sysroot" "$root/opt/rust"
  mount -o remount,bind,ro "$root/opt/rust"
  local certificates=/etc/host/certificates.crt
  # shellcheck disable=SC2016 # the inner shell expands it
  exec env -i HOME=/home/person USER="$user" LANG=C.UTF-8 TERM="${TERM:-dumb}" ${CI:+CI="$CI"} \
    PATH=/opt/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    SSL_CERT_FILE=$certificates CURL_CA_BUNDLE=$certificates PIP_CERT=$certificates \
    NODE_EXTRA_CA_CERTS=$certificates CARGO_HTTP_CAINFO=$certificates \
    chroot --userspec="$user:$user" "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$PLACE" "$@"
}

run() {
  local started=$SECONDS code=0
  unshare --mount --pid --fork --kill-child --propagation private \
    bash -c "$(declare -f enter); set -euo pipefail; enter \"\$@\"" enter "$@" </dev/null || code=$?
  printf '%s\n' "fresh_machine: exit code $code after $((SECONDS - started)) s: $*" >&2
  return "$code"
}

main() {
  local turn
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --user) user=person ;;
      --twice) times=2 ;;
      *) die "there is no option '$1'; the options are --user and --twice" ;;
    esac
    shift
  done
  (($# > 0)) || die "say what to run, for example: scripts/fresh_machine.sh make demo ONCE=1"
  ((EUID == 0)) || die "only root can make a machine within this one: sudo scripts/fresh_machine.sh …"
  command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
  sysroot=$(rustc --print sysroot)
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/linkscribe-fresh.XXXXXX")
  chmod 755 "$root"
  export root sysroot user PLACE
  make_base
  furnish
  for ((turn = 0; turn < times; turn++)); do
    run "$@"
  done
}

main "$@"
