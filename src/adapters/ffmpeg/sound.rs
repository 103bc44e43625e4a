//! The sound of a file: one small Opus file, or none where nobody can be speaking, or several of a long one.
//!
//! Takes the number of the sound's stream; gives the filter that makes it and measures it in the same pass,
//! and reads the measured levels back. Long sounds are cut in pauses without being coded again. Fails as
//! transient when the cutting does.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tokio::fs;

use crate::adapters::tool::Tool;
use crate::domain::loudness::{self, WINDOWS_A_SECOND};
use crate::failure::{Failure, Outcome};
use crate::ports::AudioFile;

/// The sound's file name.
pub(super) const SOUND: &str = "sound.ogg";

/// The file with the levels.
const LEVELS: &str = "levels.txt";

/// Bits a second: speech at 16 kHz loses nothing a listener or an engine would miss, and 25 MB last for
/// two hours and more.
pub(super) const BITRATE: &str = "24k";

/// How hard Opus tries, of 10: at 5 a minute of sound takes 0.3 s of one core instead of 1.2 s, for a tenth
/// more bytes.
pub(super) const EFFORT: &str = "5";

/// Opus at this rate never has more bytes a second, whatever the sound; a pure tone has 5,600.
pub(super) const MOST_BYTES_A_SECOND: u64 = 8_000;

/// A level is two lines of text, ten times a second.
const LEVEL_BYTES_A_SECOND: u64 = 1_000;

/// What stands before each level.
const LEVEL: &str = "lavfi.astats.Overall.RMS_level=";

/// Cutting copies what is there.
const CUT_TIMEOUT: Duration = Duration::from_mins(1);

/// Parts are planned a little below the limit: the bytes of a sound are not spread evenly.
const SPREAD: f64 = 0.8;

/// The most a speech engine takes at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PartLimit {
    /// In seconds.
    pub seconds: f64,
    /// In bytes.
    pub bytes: u64,
}

/// The filter: mono at 16 kHz as `[sound]`, and the level of each tenth of a second in a file of its own.
pub(super) fn filter(stream: u32) -> String {
    // Filled up where it begins late or has gaps: engines count the time from the first sample.
    // A window of 1,600 samples is a tenth of a second; 200 to 4,000 Hz is where speech is.
    format!(
        "[0:{stream}]aresample=16000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo,\
         asetnsamples=n=1600:p=0,asplit=2[whole][compared];\
         {OPPOSED};[whole]channelsplit[left][right];[right][sign]amultiply[turned];\
         [left][turned]join=channel_layout=stereo,aformat=channel_layouts=mono,asplit=2[sound][heard];\
         [heard]highpass=f=200,lowpass=f=4000,\
         astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,\
         ametadata=mode=print:key=lavfi.astats.Overall.RMS_level:file={LEVELS},anullsink"
    )
}

/// A microphone wired the wrong way round has the same on both channels, upside down on one: mixed as it is, nothing
/// is left of it. So the right channel is multiplied by this `[sign]`: 1 wherever the two correlate by more than −0.7
/// over a tenth of a second, which leaves all other sound exactly as it is, −1 below −0.9. Whole numbers end at −1
/// and 1: that is what cuts ten times the correlation off.
const OPPOSED: &str = "[compared]channelsplit[one][other];[one][other]axcorrelate=size=1600:algo=fast,\
     dcshift=0.8,volume=10,aformat=sample_fmts=s32p[sign]";

/// Most bytes that are written of so many seconds: the sound, its levels, and the sound once more in parts.
pub(super) fn most_bytes(seconds: u64) -> u64 {
    seconds * (2 * MOST_BYTES_A_SECOND + LEVEL_BYTES_A_SECOND)
}

/// A sound that was made, and how loud it is when.
#[derive(Debug)]
pub(super) struct Measured {
    path: PathBuf,
    levels: Vec<f64>,
}

impl Measured {
    /// Reads the levels of the sound in the folder.
    pub(super) async fn read(folder: &Path) -> Outcome<Self> {
        let path = folder.join(LEVELS);
        let text = match fs::read_to_string(&path).await {
            Ok(text) => text,
            // A stream without a single sample.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::of_file(error).context("cannot read the levels of the sound")),
        };
        let levels = text.lines().filter_map(|line| line.strip_prefix(LEVEL)?.parse().ok()).collect();
        Ok(Self { path: folder.join(SOUND), levels })
    }

    /// Its length in seconds, whatever the file claimed.
    #[expect(clippy::cast_precision_loss, reason = "a day has fewer than 2^20 windows")]
    pub(super) fn seconds(&self) -> f64 {
        self.levels.len() as f64 / WINDOWS_A_SECOND as f64
    }

    /// What is worth listening to, in parts an engine takes; nothing where nobody can be speaking.
    pub(super) async fn parts(
        self,
        ffmpeg: &Path,
        folder: &Path,
        limit: PartLimit,
    ) -> Outcome<Vec<AudioFile>> {
        if !loudness::may_be_speech(&self.levels) {
            return Ok(Vec::new());
        }
        let seconds = self.seconds();
        let size = fs::metadata(&self.path).await;
        let size = size.context("the sound is not where it was put").map_err(Failure::transient)?.len();
        let cuts = loudness::cuts(&self.levels, seconds, longest(limit, size, seconds));
        if cuts.is_empty() {
            return Ok(vec![AudioFile { path: self.path, duration: Some(seconds), video: None }]);
        }
        cut(ffmpeg, folder, &cuts).await?;
        let ends = cuts.iter().copied().chain([seconds]);
        let begins = [0.0].into_iter().chain(cuts.iter().copied());
        let part = |(number, (begin, end)): (usize, (f64, f64))| AudioFile {
            path: folder.join(format!("part-{number:03}.ogg")),
            duration: Some(end - begin),
            video: None,
        };
        Ok(begins.zip(ends).enumerate().map(part).collect())
    }
}

/// The longest part, in seconds, that is within both limits.
#[expect(clippy::cast_precision_loss, reason = "sounds are far smaller than 2^52 bytes")]
fn longest(limit: PartLimit, size: u64, seconds: f64) -> f64 {
    if size <= limit.bytes {
        return limit.seconds;
    }
    limit.seconds.min(seconds * limit.bytes as f64 / size as f64 * SPREAD)
}

async fn cut(ffmpeg: &Path, folder: &Path, cuts: &[f64]) -> Outcome<()> {
    let times: Vec<String> = cuts.iter().map(|cut| format!("{cut:.2}")).collect();
    Tool::new(ffmpeg, folder)
        .timeout(CUT_TIMEOUT)
        .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
        .args(["-protocol_whitelist", "file", "-f", "ogg", "-i", SOUND, "-c", "copy"])
        .args(["-f", "segment", "-segment_format", "ogg", "-reset_timestamps", "1"])
        .args(["-segment_times", &times.join(","), "part-%03d.ogg"])
        .succeed()
        .await
        .map_err(|failure| failure.context("cannot cut a long sound into parts"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_keeps_within_bytes_and_length() {
        let limit = PartLimit { seconds: 3_600.0, bytes: 25_000_000 };
        for (size, seconds, expected) in [
            (10_000_000, 3_000.0, 3_600.0),
            (25_000_000, 9_000.0, 3_600.0),
            (50_000_000, 4_000.0, 1_600.0),
            (50_000_000, 40_000.0, 3_600.0),
        ] {
            let longest = longest(limit, size, seconds);
            assert!((longest - expected).abs() < 1e-6, "{size} bytes in {seconds} s: {longest}");
        }
    }
}
