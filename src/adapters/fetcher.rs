//! Which program fetches a link: yt-dlp the videos, gallery-dl the posts of pictures.
//!
//! Takes a link; gives what one of the two found. A link that says it leads to pictures, or to a site yt-dlp does not
//! know, goes to gallery-dl at once; every other one to yt-dlp, and to gallery-dl only where that finds no video, music
//! alone, one of several parts, or one video of a post of X, whose pictures it does not tell. So a plain video elsewhere
//! costs nothing more. Where gallery-dl would need a login for what everybody is shown, as at Instagram, yt-dlp fetches
//! the pictures as well. Fails as the program whose answer it is: what is found is kept for everybody, so that a passing
//! fault of either makes no record of half a post.

use std::path::Path;

use async_trait::async_trait;
use tracing::warn;

use super::gallery_dl::{GalleryDl, Wanted};
use super::yt_dlp::{Seems, YtDlp};
use crate::domain::entry::Target;
use crate::domain::link::VideoUrl;
use crate::domain::platform::{
    as_a_video, leads_to_pictures, may_show_pictures_too, shows_its_pictures_as_previews,
};
use crate::domain::reason::Reason;
use crate::domain::waiting::Party;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Download, VideoSource};

/// Both programs.
#[derive(Debug, Clone)]
pub struct Fetcher {
    /// Knows videos.
    pub videos: YtDlp,
    /// Knows pictures.
    pub posts: GalleryDl,
}

#[async_trait]
impl VideoSource for Fetcher {
    fn understand(&self, link: &str) -> Outcome<Target> {
        self.videos.understand(link)
    }

    async fn follow(&self, short: &VideoUrl) -> Outcome<Target> {
        self.videos.follow(short).await
    }

    fn party(&self, url: &VideoUrl) -> Option<Party> {
        self.videos.party(url)
    }

    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download> {
        let Some(platform) = self.posts.platform(url) else {
            return self.videos.fetch(url, work_dir).await;
        };
        if platform.extractors.is_empty() {
            return self.posts.fetch(url, work_dir, 0, Wanted::Whole).await;
        }
        // Its one video comes from yt-dlp whatever the link says: with subtitles, and the same for everybody.
        if leads_to_pictures(url) {
            match self.posts.fetch(url, work_dir, 0, Wanted::NoLoneVideo).await {
                Err(failure) if is_without_media(&failure) => {}
                fetched => return fetched,
            }
        }
        let video = self.videos.fetch_telling(&as_a_video(url), work_dir).await;
        match video {
            Ok((video, Seems::Video)) if !may_show_pictures_too(url) => Ok(video),
            Ok((video, seems)) => self.post_behind(url, work_dir, video, seems).await,
            Err(no_video) if is_without_media(&no_video) => {
                match self.post(url, work_dir, 0, Wanted::Whole).await {
                    Err(failure) if is_without_media(&failure) => Err(no_video),
                    fetched => fetched,
                }
            }
            Err(failure) => Err(failure),
        }
    }
}

impl Fetcher {
    /// A post as gallery-dl finds it, or as yt-dlp is told of it.
    async fn post(&self, url: &VideoUrl, work_dir: &Path, spent: u64, wanted: Wanted) -> Outcome<Download> {
        match self.posts.fetch(url, work_dir, spent, wanted).await {
            Err(failure) if needs_login(&failure) && shows_its_pictures_as_previews(url) => {
                self.videos.fetch_post(url, work_dir, spent).await
            }
            fetched => fetched,
        }
    }

    /// The post a fetched video seems to be part of, or a fetched sound the music of; the video where there is none.
    async fn post_behind(
        &self,
        url: &VideoUrl,
        work_dir: &Path,
        video: Download,
        seems: Seems,
    ) -> Outcome<Download> {
        let mut spent = 0;
        for file in video.files.all() {
            spent += tokio::fs::metadata(file).await.map_or(0, |told| told.len());
        }
        // Of music alone a video is the better half.
        let wanted = if seems == Seems::Sound { Wanted::Whole } else { Wanted::NoLoneVideo };
        match self.post(url, work_dir, spent, wanted).await {
            Err(failure) if is_without_media(&failure) => Ok(video),
            Err(failure) if stands_for_the_post(seems, &failure) => {
                warn!(error = %failure, "the other parts of the post cannot be had, its first video is taken");
                Ok(Download { is_partial: seems == Seems::Part, ..video })
            }
            Err(failure) => Err(failure),
            Ok(post) => {
                // The room of a job is for one download.
                for file in video.files.all() {
                    tokio::fs::remove_file(file).await.map_err(Failure::of_file)?;
                }
                Ok(post)
            }
        }
    }
}

/// Whether the video is all there will be: never for a passing reason. A slideshow's music is nothing to listen to. Where
/// nobody knows of other parts, words nobody knows of gallery-dl's must not take all of a site's videos along.
fn stands_for_the_post(seems: Seems, failure: &Failure) -> bool {
    match (seems, &failure.kind) {
        (Seems::Sound, _) => false,
        (_, Kind::Permanent(_)) | (Seems::Video, Kind::Transient { retry_after: None }) => true,
        _ => false,
    }
}

fn needs_login(failure: &Failure) -> bool {
    failure.kind == Kind::Permanent(Reason::LoginNeeded)
}

fn is_without_media(failure: &Failure) -> bool {
    failure.kind == Kind::Permanent(Reason::NoMedia)
}
