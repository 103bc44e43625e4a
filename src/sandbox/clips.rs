//! A folder of clips, served like a video host: takes dropped files under names of its own.
//!
//! A name is made here, from letters, digits and hyphens, with an ending that is known; nothing else is ever
//! opened. Fails on a file over the limit, an empty one, a sender that stalls, and on a full disk.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

/// The largest clip that is taken; the largest download Linkscribe makes.
pub const MAX_CLIP_BYTES: u64 = 200 * 1024 * 1024;
/// A sender on the same machine that is silent this long is gone.
const STALLED: Duration = Duration::from_secs(30);
/// Characters kept of the name a file came with.
const STEM_CHARS: usize = 40;

/// Endings that are kept, with the type they are served as; any other becomes the last one.
const ENDINGS: [(&str, &str); 15] = [
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("wav", "audio/wav"),
    ("flac", "audio/flac"),
    ("jpg", "image/jpeg"),
    ("png", "image/png"),
    ("webp", "image/webp"),
    ("bin", "application/octet-stream"),
];

/// Why a file was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ClipError {
    /// More bytes than a clip may have.
    #[error("the clip is over {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// No bytes at all.
    #[error("the clip is empty")]
    Empty,
    /// The sender broke off, stalled, or spoke nonsense.
    #[error("the clip did not arrive whole")]
    Broken,
    /// The folder cannot be written.
    #[error("the clip cannot be stored")]
    Io(#[from] io::Error),
}

/// A folder of clips. Clones share it.
#[derive(Debug, Clone)]
pub struct Clips {
    folder: Arc<Path>,
    limit: u64,
}

impl Clips {
    /// Keeps clips in this folder, which is made where it is missing.
    pub fn in_dir(folder: impl Into<PathBuf>) -> io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder: folder.into(), limit: MAX_CLIP_BYTES })
    }

    /// Takes clips up to this many bytes.
    #[must_use]
    pub fn with_limit(mut self, bytes: u64) -> Self {
        self.limit = bytes;
        self
    }

    /// The largest clip that is taken, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Stores a stream of bytes and gives the clip's name; `name` is what the sender calls the file.
    pub async fn add<E>(
        &self,
        name: &str,
        bytes: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<String, ClipError> {
        let name = safe_name(name);
        // Deletes itself on every way out but the last.
        let part = tempfile::NamedTempFile::new_in(&self.folder)?;
        let mut file = tokio::fs::File::from_std(part.reopen()?);
        let (mut bytes, mut size) = (pin!(bytes), 0_u64);
        while let Some(chunk) = next(&mut bytes).await? {
            size = size.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            if size > self.limit {
                return Err(ClipError::TooLarge { limit: self.limit });
            }
            file.write_all(&chunk).await?;
        }
        if size == 0 {
            return Err(ClipError::Empty);
        }
        file.flush().await?;
        part.persist_noclobber(self.folder.join(&name)).map_err(|failed| failed.error)?;
        Ok(name)
    }

    /// Stores bytes that are there already, such as the sample's.
    pub async fn add_bytes(&self, name: &str, bytes: impl Into<Bytes>) -> Result<String, ClipError> {
        self.add(name, stream::iter([Ok::<_, io::Error>(bytes.into())])).await
    }

    /// The address of a clip under a base such as `http://127.0.0.1:8080`.
    pub fn url(&self, base: &str, name: &str) -> String {
        format!("{}/clips/{name}", base.trim_end_matches('/'))
    }

    /// The file of a clip with its content type; `None` for any name that is not one of ours.
    pub fn find(&self, name: &str) -> Option<(PathBuf, &'static str)> {
        let (stem, ending) = name.split_once('.')?;
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let kind = ENDINGS.iter().find(|(known, _)| *known == ending)?.1;
        let path = self.folder.join(name);
        let named = !stem.is_empty() && stem.chars().all(plain);
        // A link in the folder may lead out of it; it is not followed.
        let is_file = || path.symlink_metadata().is_ok_and(|found| found.is_file());
        (named && is_file()).then_some((path, kind))
    }
}

async fn next<E>(
    bytes: &mut (impl Stream<Item = Result<Bytes, E>> + Unpin),
) -> Result<Option<Bytes>, ClipError> {
    match tokio::time::timeout(STALLED, bytes.next()).await {
        Ok(chunk) => chunk.transpose().map_err(|_| ClipError::Broken),
        Err(_) => Err(ClipError::Broken),
    }
}

/// A name that is a name everywhere: what the sender's looks like, and something nobody can guess.
fn safe_name(given: &str) -> String {
    let file = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let ending = ending.to_ascii_lowercase();
    let ending = if ending == "jpeg" { "jpg" } else { &ending };
    let known = ENDINGS.iter().map(|(known, _)| *known).find(|known| *known == ending);
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let words: String = stem.chars().map(letter).collect();
    let words: Vec<&str> = words.split('-').filter(|word| !word.is_empty()).collect();
    let mut stem: String = words.join("-").chars().take(STEM_CHARS).collect();
    if stem.is_empty() {
        stem.push_str("clip");
    }
    let mark: String = Uuid::new_v4().simple().to_string().chars().take(12).collect();
    format!("{}-{mark}.{}", stem.trim_end_matches('-'), known.unwrap_or("bin"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn clips() -> (tempfile::TempDir, Clips) {
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        (folder, clips)
    }

    #[tokio::test]
    async fn a_clip_keeps_a_readable_name_and_is_found_by_it() {
        let (_folder, clips) = clips();
        let name = clips.add_bytes("Tomato Soup (final).MP4", "abc").await.unwrap();
        assert!(name.starts_with("tomato-soup-final-"), "{name}");
        let (path, kind) = clips.find(&name).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), b"abc");
        assert_eq!(kind, "video/mp4");
        assert_eq!(clips.url("http://127.0.0.1:1/", &name), format!("http://127.0.0.1:1/clips/{name}"));
    }

    #[tokio::test]
    async fn no_name_a_sender_gives_leaves_the_folder_or_keeps_an_odd_ending() {
        let (folder, clips) = clips();
        for given in ["../../etc/passwd", "..\\x.mp4", "a/../../b.html", "", ".", "...", "ü.php", "x.mp4.svg"]
        {
            let name = clips.add_bytes(given, "abc").await.unwrap();
            assert!(clips.find(&name).is_some(), "{given} became {name}");
            assert!(name.ends_with(".bin") || name.ends_with(".mp4"), "{name}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn names_that_are_not_ours_are_not_found() {
        let (folder, clips) = clips();
        std::fs::write(folder.path().join("secret.mp4"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret.mp4"), folder.path().join("clips/link.mp4"))
            .unwrap();
        for name in
            ["../secret.mp4", "..", "", ".mp4", "link.mp4", "a b.mp4", "A.mp4", "x.html", "/etc/passwd"]
        {
            assert!(clips.find(name).is_none(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_clip_over_the_limit_leaves_nothing_behind() {
        let (folder, clips) = clips();
        let refused = clips.with_limit(3).add_bytes("a.mp4", "abcd").await;
        assert!(matches!(refused, Err(ClipError::TooLarge { limit: 3 })));
        assert_eq!(std::fs::read_dir(folder.path().join("clips")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_clip_that_breaks_off_leaves_nothing_behind() {
        let (folder, clips) = clips();
        let bytes = stream::iter([Ok(Bytes::from("ab")), Err("gone")]);
        assert!(matches!(clips.add("a.mp4", bytes).await, Err(ClipError::Broken)));
        assert!(matches!(clips.add_bytes("a.mp4", "").await, Err(ClipError::Empty)));
        assert_eq!(std::fs::read_dir(folder.path().join("clips")).unwrap().count(), 0);
    }
}
