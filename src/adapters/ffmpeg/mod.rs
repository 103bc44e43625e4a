//! ffmpeg takes a video apart: the sound as a small Opus file, the picture as stills that differ.
//!
//! Takes any file a stranger sent; gives what [`Opened`] promises. Fails as permanent when the file is
//! damaged, empty, too long or too large, as transient when the program is missing or too slow; a full disk
//! is waited for.
//! One look (ffprobe) and one pass (ffmpeg): sound, its levels, stills and their small grey copies come out of
//! the same decoding. Where key frames lie close only those are decoded, and what leads up to a change between them:
//! a fifth of the work. Stills are judged while they are made, and few are kept.
//! A file can name other files or addresses (playlists do): only the `file` protocol and container formats
//! that hold everything themselves are open to both programs.

mod apart;
mod changes;
mod cover;
mod gathering;
mod limits;
mod listening;
mod novelty;
mod packets;
mod post;
mod probe;
mod rescue;
mod sieve;
mod sound;
mod stills;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncReadExt;

use self::gathering::{Allowance, Gathered, Gathering};
use self::limits::unreadable;
use self::probe::{Content, seconds_as_float};
use self::sound::{MOST_BYTES_A_SECOND, Measured, SOUND};
use crate::adapters::tool::Tool;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{MediaOpener, Opened, OpenedPost, PostFile};

pub use sound::PartLimit;

/// Containers that hold their own data; playlists, concat lists and image patterns are not among them.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,asf,ogg,mp3,wav,flac,aac,gif,\
     jpeg_pipe,png_pipe,webp_pipe";

/// First bytes of still images and the reader for each; by name alone ffmpeg would take them for a series.
const IMAGES: [(&[u8], &str); 3] =
    [(b"\xff\xd8\xff", "jpeg_pipe"), (b"\x89PNG\r\n", "png_pipe"), (b"RIFF", "webp_pipe")];

/// Key frames up to so far apart, in seconds, are enough by themselves where no cut lies between them: captions stay on
/// for as long.
const DENSE_KEYS: f64 = 2.1;

/// ffprobe prints about 60 bytes a packet, and ten minutes have 100,000 at most; a file with more than three
/// times that is none to play.
const PROBE_BYTES: usize = 16 << 20;

/// Looking into a file reads it once.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// Threads of each kind: phone videos gain nothing from more, and each reserves memory.
const THREADS: &str = "4";

/// Films of 4,096 x 4,096 pixels with all their reference frames take half of it, the largest photographs too.
const MEMORY_BYTES: u64 = 2 << 30;

/// A still of a film has less than one and a half million, that of a still image up to five times as much; sounds may
/// have more.
const OUTPUT_BYTES: u64 = 16 << 20;

/// How ffmpeg is run.
#[derive(Debug, Clone)]
pub struct FfmpegSettings {
    /// The program.
    pub ffmpeg: PathBuf,
    /// Its companion that looks into files.
    pub ffprobe: PathBuf,
    /// Longest video taken, in seconds.
    pub max_seconds: u64,
    /// Wall-clock time for one short video, and processor time too; longer ones have more.
    pub timeout: Duration,
    /// The most the speech engine takes at once.
    pub part: PartLimit,
}

/// The most bytes that taking a video of so many seconds apart may write beside it, its sound for people to listen to
/// included, which is made at the same time.
pub fn most_bytes(seconds: u64) -> u64 {
    gathering::MOST_BYTES + sieve::MOST_BYTES + sound::most_bytes(seconds) + listening::most_bytes(seconds)
}

/// Takes videos apart with ffmpeg.
#[derive(Debug, Clone)]
pub struct Ffmpeg {
    settings: FfmpegSettings,
}

/// Which pictures are decoded at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decode {
    /// Key frames only.
    Keys,
    /// All that others depend on; the rest is neither needed for them nor for a still every two seconds.
    References,
    /// Everything, for single images and odd files.
    All,
}

impl Ffmpeg {
    /// An opener with these settings; nothing runs yet.
    pub fn new(settings: FfmpegSettings) -> Self {
        Self { settings }
    }

    /// The version of the program. Asked by people and at start-up.
    pub async fn check(&self) -> Outcome<String> {
        let finished = Tool::new(&self.settings.ffmpeg, &std::env::temp_dir())
            .args(["-hide_banner", "-version"])
            .timeout(PROBE_TIMEOUT)
            .succeed()
            .await?;
        let text = finished.text();
        let version = text.lines().next().unwrap_or_default().split_whitespace().nth(2);
        Ok(version.unwrap_or("of an unknown version").to_owned())
    }

    /// Looks into the file.
    async fn probe(&self, input: &Input, work_dir: &Path) -> Outcome<Content> {
        let tool = Tool::new(&self.settings.ffprobe, work_dir)
            .timeout(PROBE_TIMEOUT)
            .stdout_bytes(PROBE_BYTES)
            .memory_bytes(MEMORY_BYTES)
            .cpu_time(PROBE_TIMEOUT)
            .args(["-v", "error", "-show_entries", &probe::entries(), "-of", "compact"])
            .args(["-read_intervals", &format!("%+{}", probe::PROBED_SECONDS)]);
        let finished = input.given_to(tool).succeed_or_unreadable().await?;
        probe::content(&String::from_utf8_lossy(&finished), self.settings.max_seconds, input.image.is_some())
    }

    /// A file may claim to be shorter than it is; what was decoded of it tells.
    fn within_length(&self, sound: &Measured) -> Outcome<()> {
        let (real, most) = (sound.seconds(), seconds_as_float(self.settings.max_seconds));
        if real <= most + 0.5 {
            return Ok(());
        }
        Err(Failure::permanent(Reason::TooLong, anyhow!("the file plays on after {most} s")))
    }

    /// Decodes the file once; gives the stills worth reading.
    async fn decode(
        &self,
        input: &Input,
        content: &Content,
        decode: Decode,
        into: Gathering,
    ) -> Outcome<Gathered> {
        let largest = if input.image.is_some() { probe::STILL } else { probe::VIDEO };
        let skipped = match decode {
            Decode::Keys => "nokey",
            Decode::References => "noref",
            Decode::All => "default",
        };
        let tool = self
            .settings
            .within_limits(Tool::new(&self.settings.ffmpeg, into.folder()), content)
            .file_bytes(OUTPUT_BYTES.max(self.settings.max_seconds * MOST_BYTES_A_SECOND))
            .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
            .args(["-t", &(self.settings.max_seconds + 1).to_string()])
            .args(["-filter_complex_threads", THREADS, "-threads", THREADS])
            .args(["-max_pixels", &largest.pixels.to_string(), "-skip_frame", skipped]);
        let mut tool = input.given_to(tool);
        if let Some(stream) = content.sound {
            tool = tool
                .args(["-filter_complex", &sound::filter(stream), "-map", "[sound]"])
                .args(["-c:a", "libopus", "-b:a", sound::BITRATE])
                .args(["-compression_level", sound::EFFORT, "-f", "ogg", SOUND]);
        }
        if let Some(picture) = content.picture {
            let most = stills::most(self.settings.max_seconds + 1).to_string();
            tool = tool
                .args(["-filter_complex", &stills::filter(picture, &content.changes.moments)])
                .args(["-map", "[still]", "-fps_mode", "passthrough", "-enc_time_base", "1/1000"])
                .args(["-frames:v", &most, "-c:v", "mjpeg", "-q:v", "3", "-f", "image2", "-frame_pts", "1"])
                .arg("still-%d.jpg")
                .args(["-map", "[tiny]", "-fps_mode", "passthrough", "-frames:v", &most])
                .args(["-f", "rawvideo", "pipe:1"]);
        }
        match tool.run_read(|pipe| into.watch(pipe)).await {
            Ok((gathering, finished)) => {
                let gathering = gathering?;
                finished.success().map_err(unreadable)?;
                gathering.gathered().await
            }
            Err(error) => Err(unreadable(error)),
        }
    }
}

#[async_trait]
impl MediaOpener for Ffmpeg {
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened> {
        Ok(apart::take_apart(self, file, work_dir, Allowance::whole()).await?.opened)
    }

    async fn open_post(&self, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost> {
        post::open(self, files, work_dir).await
    }

    async fn sound(&self, file: &Path, work_dir: &Path) -> Outcome<Option<PathBuf>> {
        let input = Input::of(file).await?;
        let content = self.probe(&input, work_dir).await?;
        let Some(stream) = content.sound else { return Ok(None) };
        listening::copy(&self.settings, &input, (stream, &content), work_dir).await.map(Some)
    }

    async fn small_picture(&self, image: &Path, work_dir: &Path) -> Outcome<Vec<u8>> {
        cover::small(&self.settings, image, work_dir).await
    }
}

/// A file as both programs are told of it.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    image: Option<&'static str>,
    /// Whether it is a copy of ours, which took the room that a second one would need.
    is_copy: bool,
}

impl Input {
    async fn of(file: &Path) -> Outcome<Self> {
        let gone = || format!("cannot read {}", file.display());
        let path = fs::canonicalize(file).await.with_context(gone).map_err(Failure::transient)?;
        let opened = fs::File::open(&path).await.with_context(gone).map_err(Failure::transient)?;
        let mut head = Vec::new();
        opened.take(12).read_to_end(&mut head).await.with_context(gone).map_err(Failure::transient)?;
        let image = IMAGES.iter().find(|(magic, reader)| {
            // RIFF also holds AVI and WAV.
            head.starts_with(magic) && (*reader != "webp_pipe" || head.ends_with(b"WEBP"))
        });
        Ok(Self { path, image: image.map(|(_, reader)| *reader), is_copy: false })
    }

    /// Adds the walls and the file. `file:` keeps a colon in the name from being read as a protocol.
    fn given_to(&self, tool: Tool) -> Tool {
        let mut name = std::ffi::OsString::from("file:");
        name.push(&self.path);
        // Else every thread reserves up to 128 MB of addresses, and many cores meet the memory limit.
        let tool = tool.env("MALLOC_ARENA_MAX", "2");
        let tool = tool.args(["-protocol_whitelist", "file", "-format_whitelist", FORMATS]);
        let tool = if let Some(reader) = self.image { tool.args(["-f", reader]) } else { tool };
        tool.arg("-i").arg(name)
    }
}
