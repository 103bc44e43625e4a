//! Makes small videos with ffmpeg's own test sources.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs ffmpeg in the folder; the last argument is the file to make.
pub(super) fn make(dir: &Path, args: &[&str]) -> PathBuf {
    let mut command = Command::new("ffmpeg");
    command.current_dir(dir).args(["-nostdin", "-v", "error", "-y"]).args(args);
    assert!(command.status().unwrap().success(), "{args:?}");
    dir.join(args.last().unwrap())
}

/// A tone with the rhythm of syllables.
pub(super) const TALK: &str = "sine=frequency=440,tremolo=f=4:d=0.9";

/// Six seconds, a new caption every two, a tone; key frames every `keys` pictures.
pub(super) fn captions(dir: &Path, name: &str, keys: &str) -> PathBuf {
    let draw = |text: &str, from: u32| {
        let to = from + 2;
        format!(
            "drawtext=text='{text}':fontsize=44:fontcolor=white:x=30:y=300:enable='gte(t,{from})*lt(t,{to})'"
        )
    };
    let filter = [draw("Boil the water", 0), draw("Add the pasta", 2), draw("Nine minutes", 4)].join(",");
    let picture = ["-f", "lavfi", "-i", "color=c=0x1d3557:s=480x640:r=25:d=6"];
    let sound = ["-f", "lavfi", "-i", TALK, "-t", "6"];
    let coded =
        ["-vf", &filter, "-pix_fmt", "yuv420p", "-g", keys, "-sc_threshold", "0", "-c:a", "aac", name];
    make(dir, &[&picture[..], &sound[..], &coded[..]].concat())
}
