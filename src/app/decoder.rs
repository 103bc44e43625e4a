//! The decoder as the settings want it: how long a video may be, what the speech engine takes at once, and how much
//! of the disk all work dirs share one video may take.

use std::path::PathBuf;
use std::time::Duration;

use crate::actors::room::Room;
use crate::adapters::ffmpeg::{self, Ffmpeg, FfmpegSettings, PartLimit};
use crate::adapters::openai::{MAX_AUDIO_BYTES, longest_seconds};
use crate::adapters::tesseract;
use crate::adapters::yt_dlp::most_on_disk;
use crate::settings::{ReaderEngine, Settings, SpeechEngine};

/// Found on the PATH, as Debian installs it.
pub(super) const FFMPEG: &str = "ffmpeg";

/// Wall-clock time for taking a short video apart, and processor time; an hour has five and seven
/// times as much.
const OPENING_LIMIT: Duration = Duration::from_mins(5);

/// Whisper on this machine hears so many seconds well within its time.
const PART_SECONDS: u64 = 3_600;

/// The raw samples Whisper on this machine is given, in bytes a second: 16,000 of two bytes each.
const SAMPLES_A_SECOND: u64 = 32_000;

/// The decoder.
pub fn ffmpeg(settings: &Settings) -> Ffmpeg {
    let longest = match &settings.speech {
        SpeechEngine::OpenAi(openai) => longest_seconds(&openai.model),
        SpeechEngine::Local | SpeechEngine::Off => Duration::from_secs(PART_SECONDS).as_secs_f64(),
    };
    Ffmpeg::new(FfmpegSettings {
        ffmpeg: PathBuf::from(FFMPEG),
        ffprobe: PathBuf::from("ffprobe"),
        max_seconds: settings.downloads.max_length.as_secs(),
        timeout: OPENING_LIMIT,
        part: PartLimit { seconds: longest, bytes: MAX_AUDIO_BYTES },
    })
}

/// The budget of all work dirs. What is written after a download gave its place back is set aside for all of them: one
/// sound at a time is heard on this machine, and the stills of one video are read.
pub fn room(settings: &Settings) -> Room {
    let downloads = &settings.downloads;
    let heard = match settings.speech {
        SpeechEngine::Local => PART_SECONDS * SAMPLES_A_SECOND,
        SpeechEngine::OpenAi(_) | SpeechEngine::Off => 0,
    };
    let read = match settings.reader {
        ReaderEngine::Local { .. } => tesseract::COPIES_BYTES,
        ReaderEngine::Google { .. } | ReaderEngine::Off => 0,
    };
    let most = downloads.work_bytes.saturating_sub(heard + read);
    Room::new(most, peak(downloads.max_bytes, downloads.max_length.as_secs()))
}

/// The most one download takes at once. First sound and picture come apart and are joined into a file of their size;
/// then that file lies beside what it is taken apart into.
fn peak(max_bytes: u64, max_seconds: u64) -> u64 {
    most_on_disk(max_bytes + max_bytes.max(ffmpeg::most_bytes(max_seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_the_largest_downloads_fit_into_the_usual_budget_and_one_into_that_of_the_cloud() {
        let aside = PART_SECONDS * SAMPLES_A_SECOND + tesseract::COPIES_BYTES;
        let (usual, cloud, most) = (1_300_000_000, 768 << 20, peak(200_000_000, 3_600));
        assert!(2 * most <= usual - aside && most <= cloud, "{most}");
        assert!(peak(2_000_000_000, 60) >= 4_000_000_000, "a large file is joined from its parts");
    }
}
