//! ffmpeg takes a video apart: the sound as a small Opus file, the picture as stills that differ.
//!
//! Takes any file a stranger sent; gives what [`Opened`] promises. Fails as permanent when the file is
//! damaged, empty, too long or too large, as transient when the program is missing or too slow; a full disk
//! is waited for.
//! One look (ffprobe) and one pass (ffmpeg): sound, stills and their tiny grey copies come out of the same
//! decoding. Where key frames lie close only those are decoded, which is a tenth of the work.
//! A file can name other files or addresses (playlists do): only the `file` protocol and container formats
//! that hold everything themselves are open to both programs.

mod likeness;
mod probe;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tokio::fs;
use tokio::io::AsyncReadExt;

use self::probe::{Content, Picture};
use crate::adapters::tool::{Tool, ToolError, empty_folder, says_no_room};
use crate::domain::media::At;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{AudioFile, Frame, MediaOpener, Opened};

/// Containers that hold their own data; playlists, concat lists and image patterns are not among them.
const FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,avi,flv,asf,ogg,mp3,wav,flac,aac,gif,\
     jpeg_pipe,png_pipe,webp_pipe";

/// First bytes of still images and the reader for each; by name alone ffmpeg would take them for a series.
const IMAGES: [(&[u8], &str); 3] =
    [(b"\xff\xd8\xff", "jpeg_pipe"), (b"\x89PNG\r\n", "png_pipe"), (b"RIFF", "webp_pipe")];

/// Decoders refuse larger pictures, also when they change size half-way: 4,096 squared.
const MAX_PIXELS: &str = "16777216";

/// Most stills of one video; each costs a fraction of a cent to read.
const MAX_FRAMES: u32 = 120;

/// Stills are at most so far apart, in seconds: captions stay on for two seconds or more.
const GAP: f64 = 1.95;

/// Stills are at least so far apart, in seconds: nobody reads faster.
const NEAREST: f64 = 0.25;

/// Key frames up to so far apart, in seconds, are enough by themselves.
const DENSE_KEYS: f64 = 2.5;

/// ffprobe prints about 50 bytes a packet; this is more than an hour of video.
const PROBE_BYTES: usize = 16 << 20;

/// Looking into a file reads it once.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// Threads of each kind: phone videos gain nothing from more, and each reserves memory.
const THREADS: &str = "4";

/// 4,096 x 4,096 pictures with all their reference frames fit.
const MEMORY_BYTES: u64 = 4 << 30;

/// No file we ask for is larger: an hour of Opus has 15 MB, a still less than one.
const OUTPUT_BYTES: u64 = 64 << 20;

/// How ffmpeg is run.
#[derive(Debug, Clone)]
pub struct FfmpegSettings {
    /// The program.
    pub ffmpeg: PathBuf,
    /// Its companion that looks into files.
    pub ffprobe: PathBuf,
    /// Longest video taken, in seconds.
    pub max_seconds: u64,
    /// Wall-clock time for one video.
    pub timeout: Duration,
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
            .timeout(PROBE_TIMEOUT.min(self.settings.timeout))
            .stdout_bytes(PROBE_BYTES)
            .memory_bytes(MEMORY_BYTES)
            .args(["-v", "error", "-show_entries", probe::ENTRIES, "-of", "compact"]);
        let finished = input.given_to(tool).succeed_or_unreadable().await?;
        probe::content(&String::from_utf8_lossy(&finished), self.settings.max_seconds)
    }

    /// Decodes the file once; gives the tiny grey copies of the stills.
    async fn decode(
        &self,
        input: &Input,
        content: &Content,
        decode: Decode,
        into: &Path,
    ) -> Outcome<Vec<u8>> {
        let skipped = match decode {
            Decode::Keys => "nokey",
            Decode::References => "noref",
            Decode::All => "default",
        };
        let tool = Tool::new(&self.settings.ffmpeg, into)
            .timeout(self.settings.timeout)
            .stdout_bytes(likeness::TINY_BYTES * (MAX_FRAMES as usize + 1))
            .memory_bytes(MEMORY_BYTES)
            .file_bytes(OUTPUT_BYTES)
            .args(["-nostdin", "-hide_banner", "-v", "error", "-y"])
            .args(["-t", &(self.settings.max_seconds + 1).to_string()])
            .args(["-filter_complex_threads", THREADS, "-threads", THREADS])
            .args(["-max_pixels", MAX_PIXELS, "-skip_frame", skipped]);
        let mut tool = input.given_to(tool);
        if let Some(stream) = content.sound {
            tool = tool
                .args(["-map", &format!("0:{stream}"), "-ac", "1", "-ar", "16000"])
                .args(["-c:a", "libopus", "-b:a", "32k", "-f", "ogg", SOUND]);
        }
        if let Some(picture) = content.picture {
            let most = MAX_FRAMES.to_string();
            tool = tool
                .args(["-filter_complex", &stills(picture, content.duration)])
                .args(["-map", "[still]", "-fps_mode", "passthrough", "-enc_time_base", "1/1000"])
                .args(["-frames:v", &most, "-c:v", "mjpeg", "-q:v", "3", "-f", "image2", "-frame_pts", "1"])
                .arg("still-%d.jpg")
                .args(["-map", "[tiny]", "-fps_mode", "passthrough", "-frames:v", &most])
                .args(["-f", "rawvideo", "pipe:1"]);
        }
        tool.succeed_or_unreadable().await
    }
}

/// The folder inside the work dir that belongs to the parts.
const FOLDER: &str = "opened";

/// The sound's file name.
const SOUND: &str = "sound.ogg";

#[async_trait]
impl MediaOpener for Ffmpeg {
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened> {
        let input = Input::of(file).await?;
        let content = self.probe(&input, work_dir).await?;
        let folder = empty_folder(work_dir, FOLDER).await?;

        let first = match content.picture {
            _ if input.image.is_some() => Decode::All,
            Some(picture) if picture.key_gap <= DENSE_KEYS => Decode::Keys,
            _ => Decode::References,
        };
        let mut tiny = self.decode(&input, &content, first, &folder).await?;
        if content.picture.is_some() && tiny.is_empty() && first != Decode::All {
            // Some recorders mark no key frames that decoders accept.
            tiny = self.decode(&input, &content, Decode::All, &folder).await?;
        }
        let frames = distinct(stills_in(&folder).await?, &tiny).await?;
        let sound = folder.join(SOUND);
        let audio = content.sound.map(|_| AudioFile { path: sound, duration: content.duration });
        if audio.is_none() && frames.is_empty() {
            return Err(Failure::permanent(
                Reason::Unreadable,
                anyhow!("no picture of the file can be decoded"),
            ));
        }
        Ok(Opened { audio, frames, duration: content.duration })
    }
}

/// A file as both programs are told of it.
#[derive(Debug)]
struct Input {
    path: PathBuf,
    image: Option<&'static str>,
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
        Ok(Self { path, image: image.map(|(_, reader)| *reader) })
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

impl Tool {
    /// Runs ffmpeg or ffprobe: what they refuse cannot be played; what stops them from outside may pass.
    async fn succeed_or_unreadable(self) -> Outcome<Vec<u8>> {
        match self.run().await?.success() {
            Ok(finished) => Ok(finished.stdout),
            Err(ToolError::Failed { program, status, stderr })
                if status.code().is_some() && !says_no_room(&stderr) =>
            {
                Err(Failure::permanent(Reason::Unreadable, ToolError::Failed { program, status, stderr }))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// The filter that picks the stills and makes their tiny copies.
///
/// First thinned out to a few pictures a second, so that comparing them costs little; of those a still is
/// taken at the beginning, after a gap, at a cut, and at a key frame, where encoders see a cut of their own.
/// For long videos both distances grow, so that the whole length is covered by the allowed number.
fn stills(picture: Picture, duration: Option<f64>) -> String {
    let length = duration.unwrap_or_default();
    let nearest = NEAREST.max(length / f64::from(MAX_FRAMES - 2));
    let gap = GAP.max(nearest);
    let Picture { stream, .. } = picture;
    format!(
        "[0:{stream}]select='isnan(prev_selected_t)+gte(t-prev_selected_t,{nearest:.3})+key',\
         select='isnan(prev_selected_t)+gte(t-prev_selected_t,{gap:.3})\
         +gte(t-prev_selected_t,{nearest:.3})*(gt(scene,0.3)+key*gte(t-prev_selected_t,0.9))',\
         split=2[a][b];\
         [a]scale=w='min(iw,1280)':h='min(ih,1280)':force_original_aspect_ratio=decrease,\
         format=yuvj420p,settb=1/1000[still];\
         [b]scale={side}:{side}:flags=area,format=gray[tiny]",
        side = likeness::SIDE,
    )
}

/// The stills in the folder in the order of time; a still's name is its moment in milliseconds.
async fn stills_in(folder: &Path) -> Outcome<Vec<(i64, PathBuf)>> {
    let unlisted = "cannot list the stills";
    let mut stills = Vec::new();
    let mut entries = fs::read_dir(folder).await.context(unlisted).map_err(Failure::transient)?;
    while let Some(entry) = entries.next_entry().await.context(unlisted).map_err(Failure::transient)? {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("still-")?.strip_suffix(".jpg"));
        if let Some(millis) = number.and_then(|number| number.parse().ok()) {
            stills.push((millis, entry.path()));
        }
    }
    stills.sort();
    Ok(stills)
}

/// Keeps the stills that show something new and deletes the others.
async fn distinct(stills: Vec<(i64, PathBuf)>, tiny: &[u8]) -> Outcome<Vec<Frame>> {
    let novelties = likeness::novelties(tiny);
    let mut frames = Vec::new();
    for (number, (millis, path)) in stills.into_iter().enumerate() {
        if novelties.get(number).copied().unwrap_or(true) {
            let at = Duration::from_millis(millis.unsigned_abs()).as_secs_f64();
            frames.push(Frame { path, at: At(at) });
        } else {
            fs::remove_file(&path).await.context("cannot delete a still").map_err(Failure::transient)?;
        }
    }
    Ok(frames)
}
