//! A post of several pictures, or of pictures and videos, taken apart in its order.
//!
//! Takes the files as the site made them; gives the pictures that differ and the sounds of the videos, each with its
//! place in the post. What a file is, its bytes decide. A file that cannot be decoded costs its own lines alone; fails
//! as permanent when none can, else as every run of ffmpeg here.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use tokio::fs;
use tracing::info;

use super::Ffmpeg;
use super::apart::{Apart, take_apart};
use super::gathering::Allowance;
use super::novelty;
use super::probe::seconds_as_float;
use crate::adapters::tool::empty_folder;
use crate::domain::media::At;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Opened, OpenedPost, PostFile};

/// The story of a post.
pub(super) async fn open(ffmpeg: &Ffmpeg, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost> {
    let mut taken = Taken { seconds_left: seconds_as_float(ffmpeg.settings.max_seconds), ..Taken::default() };
    let mut last_failure = None;
    for (begun, PostFile { number, path }) in files.iter().enumerate() {
        let number = *number;
        let share = Allowance::part_of(files.len() - begun, taken.post.opened.frames.len());
        let folder = empty_folder(work_dir, &format!("part-{number}")).await?;
        match take_apart(ffmpeg, path, &folder, share).await {
            Ok(apart) => taken.take(number, apart),
            Err(failure) if matches!(failure.kind, Kind::Permanent(_)) => {
                info!(part = number, error = %failure, "a part of a post is left out");
                taken.post.left_out += 1;
                last_failure = Some(failure);
            }
            Err(failure) => return Err(failure),
        }
        delete_all_but(&taken.post.opened, &folder).await.map_err(Failure::of_file)?;
    }
    if taken.post.opened.frames.is_empty() {
        let none =
            || Failure::permanent(Reason::NoMedia, anyhow!("no part of the post is a picture or a video"));
        return Err(last_failure.unwrap_or_else(none));
    }
    Ok(taken.post)
}

/// Deletes what no part of the post needs any more: on a disk that is memory the rest of twenty videos is a lot.
async fn delete_all_but(taken: &Opened, folder: &Path) -> std::io::Result<()> {
    let stills = taken.frames.iter().map(|frame| &frame.path);
    let kept: HashSet<&PathBuf> = stills.chain(taken.audio.iter().map(|audio| &audio.path)).collect();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            if entry.file_type().await?.is_dir() {
                folders.push(entry.path());
            } else if !kept.contains(&entry.path()) {
                fs::remove_file(entry.path()).await?;
            }
        }
    }
    Ok(())
}

/// What was taken of the parts so far.
#[derive(Default)]
struct Taken {
    post: OpenedPost,
    /// The tiny copy of the picture taken last.
    last: Option<Vec<u8>>,
    /// How long its further videos may be together.
    seconds_left: f64,
}

impl Taken {
    fn take(&mut self, number: u32, apart: Apart) {
        let Apart { opened, still } = apart;
        let heard = || opened.audio.iter().filter_map(|audio| audio.duration).sum();
        let length = opened.duration.unwrap_or_else(heard);
        if let Some(tiny) = still {
            self.post.pictures += 1;
            if self.last.as_ref().is_some_and(|last| novelty::is_the_same(last, &tiny)) {
                return;
            }
            self.last = Some(tiny);
            let frames = opened.frames.into_iter().take(1);
            self.post.opened.frames.extend(frames.map(|mut frame| {
                frame.at = At::picture(number);
                frame
            }));
        } else if opened.frames.is_empty() {
            info!(part = number, "sound alone is the music of a slideshow, and left out");
        } else if length > self.seconds_left {
            info!(part = number, length, "a part of a post is left out: too long with the others");
            self.post.left_out += 1;
        } else {
            self.post.videos += 1;
            self.seconds_left -= length;
            self.post.opened.frames.extend(opened.frames.into_iter().map(|mut frame| {
                frame.at = frame.at.of_video(number);
                frame
            }));
            self.post.opened.audio.extend(opened.audio.into_iter().map(|mut audio| {
                audio.video = Some(number);
                audio
            }));
        }
    }
}
