#!/usr/bin/env bash
# Builds the container with Cloud Build and deploys it to Cloud Run as app.yaml describes it.
#
#     PROJECT=my-project REGION=europe-west1 scripts/deploy.sh [--dry-run]
#
# Takes: PROJECT and REGION; optional REPOSITORY (Artifact Registry, default linkscribe), IMAGE (one that is
#        built already; nothing is built then), PUBLIC_URL (default: the address Cloud Run gives the service),
#        SERVICE_ACCOUNT (default linkscribe@PROJECT.iam.gserviceaccount.com), and gcloud, logged in.
#        --dry-run prints the finished description and changes nothing.
# Gives: a new revision that has all the traffic once it is ready.
# Fails: where gcloud, a variable or a secret is missing, or where the build or the roll-out fails; the revision
#        before goes on serving then.
set -euo pipefail
cd "$(dirname "$0")/.."

description= # the finished file, for the trap
trap '[[ -z $description ]] || rm -f "$description"' EXIT

say() {
  printf '%s\n' "$*" >&2
}

die() {
  printf '%s\n' "deploy: $*" >&2
  exit 1
}

usage() {
  sed -n '2,/^set -/p' "$0" | sed -n 's/^# \{0,1\}//p'
}

wanted() {
  [[ -n ${!1:-} ]] || die "$1 is not set; for example: PROJECT=my-project REGION=europe-west1 scripts/deploy.sh"
}

tag() {
  git describe --always --dirty --abbrev=12 2>/dev/null || date -u +%Y%m%d%H%M%S
}

# The address Cloud Run gives the service; asked in any case, as it shows whether gcloud is logged in.
given_url() {
  local number
  number=$(gcloud projects describe "$PROJECT" --format='value(projectNumber)' </dev/null) ||
    die "the project $PROJECT cannot be read (above); log in with: gcloud auth login"
  echo "https://linkscribe-$number.$REGION.run.app"
}

# Replaces a word in capitals where it stands as a whole value.
filled() {
  local script='' name value
  for name in IMAGE PUBLIC_URL SERVICE_ACCOUNT; do
    value=$(printf '%s' "${!name}" | sed 's/[\\&|]/\\&/g')
    script+="s|^\( *[A-Za-z]*: \)$name\$|\1$value|;"
  done
  sed "$script" app.yaml
}

check_secrets() {
  local name missing=0
  while read -r name; do
    if ! gcloud secrets describe "$name" --project "$PROJECT" >/dev/null 2>&1; then
      say "The secret $name is missing. Make it, reading its text from standard input:"
      say "  gcloud secrets create $name --project $PROJECT --data-file=-"
      missing=1
    fi
  done < <(sed -n '/secretKeyRef/{n;s/^ *name: //p}' app.yaml)
  ((missing == 0)) || die "secrets are missing (above); or leave them out of app.yaml"
}

main() {
  local dry_run=false
  case ${1:-} in
    -h | --help) usage && return ;;
    --dry-run) dry_run=true ;;
    "") ;;
    *) die "there is no option '$1'; try --help" ;;
  esac
  wanted PROJECT
  wanted REGION
  command -v gcloud >/dev/null || die "gcloud is missing; install the Google Cloud CLI: https://cloud.google.com/sdk/docs/install"
  SERVICE_ACCOUNT=${SERVICE_ACCOUNT:-linkscribe@$PROJECT.iam.gserviceaccount.com}
  local url
  url=$(given_url)
  PUBLIC_URL=${PUBLIC_URL:-$url}
  local build=${IMAGE:+no}
  IMAGE=${IMAGE:-$REGION-docker.pkg.dev/$PROJECT/${REPOSITORY:-linkscribe}/linkscribe:$(tag)}
  if $dry_run; then
    filled
    return
  fi
  check_secrets
  if [[ $build != no ]]; then
    say "Building $IMAGE"
    gcloud builds submit --project "$PROJECT" --region "$REGION" --machine-type e2-highcpu-8 --timeout 3600 --tag "$IMAGE" .
  fi
  say "Deploying to $REGION"
  description=$(mktemp)
  filled >"$description"
  gcloud run services replace "$description" --project "$PROJECT" --region "$REGION"
  say "Deployed: $PUBLIC_URL"
}

main "$@"
