#!/usr/bin/env bash
# Makes the clips in assets/ anew: every assets/NAME.json becomes assets/NAME.mp4.
#
# Takes: the JSON files (`said` is spoken in order, `shown` is written on the picture from its
#        `start` second on, the whole lasts `seconds`). Other names may be given as arguments.
# Gives: 720x1280 H.264 with AAC sound; without anything said, without a sound stream.
# Fails: where ffmpeg (with flite), python3 or the DejaVu font is missing, or the speech is longer
#        than the clip.
set -euo pipefail
cd "$(dirname "$0")/.."

FONT=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf # Debian's fonts-dejavu-core
WIDTH=720
HEIGHT=1280
RATE=25
VOICE=awb       # flite's: the small model hears every word of it, and guesses at espeak-ng's
BREATH=0.7      # seconds before a sentence
LINE_HEIGHT=130 # pixels from one line of text to the next
BACKGROUND=0x26323a

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
  printf '%s\n' "make_clips: $*" >&2
  exit 1
}

check_tools() {
  local tool
  for tool in ffmpeg ffprobe python3; do
    command -v "$tool" >/dev/null || die "$tool is missing; try: scripts/setup packages clips"
  done
  ffmpeg -v error -f lavfi -i "flite=text=a:voice=$VOICE" -f null - || die "this ffmpeg cannot speak (no flite); Debian's can"
  [[ -r $FONT ]] || die "$FONT is missing; try: scripts/setup packages clips"
}

# One field of a clip's JSON, lists one item a line.
field() {
  python3 - "$1" "$2" <<'PY'
import json, sys
value = json.load(open(sys.argv[1], encoding="utf-8"))[sys.argv[2]]
print("\n".join(value) if isinstance(value, list) else value)
PY
}

# Speaks every sentence by itself and joins them with a breath between, as a person would.
speak() {
  local source=$1 seconds=$2 number=0 sentence length
  : >"$work/list"
  ffmpeg -v error -nostdin -y -f lavfi -i anullsrc=r=16000:cl=mono -t "$BREATH" "$work/breath.wav"
  while IFS= read -r sentence; do
    number=$((number + 1))
    printf '%s' "$sentence" >"$work/sentence"
    ffmpeg -v error -nostdin -y -f lavfi -i "flite=textfile=$work/sentence:voice=$VOICE" "$work/$number.wav"
    printf "file '%s'\nfile '%s'\n" "$work/breath.wav" "$work/$number.wav" >>"$work/list"
  done < <(field "$source" said)
  ffmpeg -v error -nostdin -y -f concat -safe 0 -i "$work/list" -c copy "$work/speech.wav"
  length=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$work/speech.wav")
  python3 -c "import sys; sys.exit(float('$length') > $seconds)" ||
    die "$source: $length s are spoken, the clip lasts $seconds s"
}

# The filter that writes the texts, each between its start and the next one's.
captions() {
  python3 - "$1" "$work" "$FONT" "$WIDTH" "$HEIGHT" "$LINE_HEIGHT" <<'PY'
import json, sys
from pathlib import Path

source, work, font = sys.argv[1:4]
width, height, line_height = map(int, sys.argv[4:])
clip = json.load(open(source, encoding="utf-8"))
ends = [screen["start"] for screen in clip["shown"][1:]] + [clip["seconds"]]
filters = []
for screen, end in zip(clip["shown"], ends):
    when = f"enable='gte(t,{screen['start']})*lt(t,{end})'"
    filters.append(f"drawbox=color={screen['colour']}:t=fill:{when}")
    top = (height - line_height * len(screen["lines"])) // 2
    for row, line in enumerate(screen["lines"]):
        text = Path(work, f"{screen['start']}-{row}.txt")
        text.write_text(line, encoding="utf-8")
        size = min(82 if row == 0 else 66, int(width * 0.9 / (0.66 * len(line))))
        filters.append(
            f"drawtext=fontfile={font}:textfile={text}:expansion=none:fontsize={size}:fontcolor=white"
            f":x=(w-text_w)/2:y={top + row * line_height}:{when}"
        )
print(",".join(filters) or "null")
PY
}

make_clip() {
  local source=$1 target seconds sound=(-an)
  target=${source%.json}.mp4
  seconds=$(field "$source" seconds)
  local inputs=(-f lavfi -i "color=$BACKGROUND:s=${WIDTH}x$HEIGHT:r=$RATE")
  if [[ -n $(field "$source" said) ]]; then
    speak "$source" "$seconds"
    inputs+=(-i "$work/speech.wav")
    sound=(-af apad -c:a aac -b:a 64k -ar 44100 -ac 1)
  fi
  ffmpeg -v error -nostdin -y "${inputs[@]}" -t "$seconds" -vf "$(captions "$source")" "${sound[@]}" \
    -c:v libx264 -preset slow -crf 24 -pix_fmt yuv420p -g $((RATE * 2)) \
    -map_metadata -1 -fflags +bitexact -flags:v +bitexact -movflags +faststart "$target"
  printf '%s: %s bytes\n' "$target" "$(stat -c %s "$target")" >&2
}

check_tools
if (($# == 0)); then
  set -- assets/*.json
fi
for source in "$@"; do
  make_clip "$source"
done
