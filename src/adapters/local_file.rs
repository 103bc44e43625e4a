//! A video file of this machine in the place of a download, for `linkscribe process FILE`.
//!
//! Understands one link alone, the one it gives out itself. Fails as permanent when the file is none.

use std::path::{Path, PathBuf};

use anyhow::Context;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::entry::Target;
use crate::domain::link::{MediaKey, VideoUrl};
use crate::domain::media::MediaInfo;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::{Download, Files, VideoSource};

/// One file.
pub struct LocalFile {
    path: PathBuf,
    target: Target,
}

impl LocalFile {
    /// The file at this path.
    pub fn new(path: &Path) -> anyhow::Result<Self> {
        let path = path.canonicalize().with_context(|| format!("{} cannot be opened", path.display()))?;
        anyhow::ensure!(path.is_file(), "{} is not a file", path.display());
        let url = VideoUrl::of_file(&path).context("the file's path is no address")?;
        let key = MediaKey(format!(
            "file:{}",
            URL_SAFE_NO_PAD.encode(Sha256::digest(path.as_os_str().as_encoded_bytes()))
        ));
        Ok(Self { path, target: Target { url, key } })
    }

    /// The link that stands for the file.
    pub fn link(&self) -> String {
        self.target.url.as_str().to_owned()
    }
}

#[async_trait]
impl VideoSource for LocalFile {
    fn understand(&self, link: &str) -> Outcome<Target> {
        if link == self.target.url.as_str() {
            return Ok(self.target.clone());
        }
        Err(Failure::permanent(Reason::NotALink, anyhow::anyhow!("only the given file is watched")))
    }

    async fn fetch(&self, _url: &VideoUrl, _work_dir: &Path) -> Outcome<Download> {
        let title = self.path.file_stem().map(|name| name.to_string_lossy().into_owned());
        let info = MediaInfo { platform: "Video file".to_owned(), title, ..MediaInfo::default() };
        Ok(Download {
            files: Files::Video(self.path.clone()),
            subtitles: None,
            thumbnail: None,
            info,
            is_partial: false,
        })
    }
}
