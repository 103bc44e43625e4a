//! The stills worth reading, chosen while they are made.
//!
//! Takes the small copies as ffmpeg writes them and the folder it puts the stills in; gives the stills that are kept,
//! with their moments. What shows nothing new is deleted soon after it was made, so a film of hours fills no disk. Of
//! the rest as many are kept as are paid for; beyond that the one that is missed least goes, wherever in the video it
//! is. Fails as transient when the folder cannot be read.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use tokio::fs;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::novelty::{Judged, Novelty, TINY_BYTES};
use crate::domain::media::At;
use crate::failure::{Failure, Outcome};
use crate::ports::Frame;

/// Most stills of a video of no length; a still costs a fraction of a cent to read. Four minutes of subtitles that
/// change every two seconds are read to the end.
const STILLS: usize = 120;

/// So many more for each minute: half of all videos need no more.
const STILLS_A_MINUTE: usize = 8;

/// In milliseconds.
const MINUTE: usize = 60_000;

/// Most bytes of all stills that are kept: 75 of pure noise, a thousand of a usual video.
const STILLS_BYTES: u64 = 100_000_000;

/// Stills are looked after each time so many were judged.
const SWEPT: usize = 16;

/// The latest stills are left alone until the next time: one of them may be listed before an earlier one.
const LATEST: usize = 8;

/// A still of a film that is pure noise has less, in bytes. That of a still image may have five times as much, and is alone.
const LARGEST_STILL: u64 = 1_400_000;

/// Most bytes of stills at any moment: those that are kept, and those being made and looked after, as many again as are
/// judged in one go.
pub(super) const MOST_BYTES: u64 = STILLS_BYTES + 2 * (SWEPT + LATEST) as u64 * LARGEST_STILL;

/// How many stills of one file are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    stills: usize,
    bytes: u64,
}

impl Allowance {
    /// Of a video that stands alone.
    pub(super) fn whole() -> Self {
        Self { stills: STILLS, bytes: STILLS_BYTES }
    }

    /// Of the next of `parts` parts of a post, of which stills were taken already: all of them together cost no more
    /// than a video of their length.
    pub(super) fn part_of(parts: usize, taken: usize) -> Self {
        let stills = STILLS.saturating_sub(taken).div_ceil(parts.max(1)).max(1);
        Self { stills, bytes: STILLS_BYTES * stills as u64 / STILLS as u64 }
    }

    fn is_exceeded(self, kept: &[Still]) -> bool {
        let played = kept.last().map_or(0, |last| usize::try_from(last.millis).unwrap_or_default());
        let more = played.saturating_mul(STILLS_A_MINUTE) / MINUTE;
        let bytes: u64 = kept.iter().map(|still| still.bytes).sum();
        kept.len() > self.stills.saturating_add(more) || bytes > self.bytes && kept.len() > 1
    }
}

/// What is known of the stills while they are made.
#[derive(Debug)]
pub(super) struct Gathering {
    folder: PathBuf,
    allowance: Allowance,
    novelty: Novelty,
    /// What was found out about stills that were not looked after yet, in the order they are made.
    judged: VecDeque<Judged>,
    kept: Vec<Still>,
    /// Of stills without text the one that shows most; read where there is no other.
    spare: Option<Still>,
    last: Vec<u8>,
    picked: usize,
}

/// A still that may be read.
#[derive(Debug)]
struct Still {
    millis: i64,
    path: PathBuf,
    bytes: u64,
    judged: Judged,
}

/// What came of a pass.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The stills that are read.
    pub(super) frames: Vec<Frame>,
    /// The small copy of the last picture of all; empty where there was none.
    pub(super) last: Vec<u8>,
    /// How many stills were picked while it was decoded, kept or not.
    pub(super) picked: usize,
}

impl Gathering {
    /// Nothing was made yet.
    pub(super) fn new(folder: &Path, allowance: Allowance) -> Self {
        Self {
            folder: folder.to_owned(),
            allowance,
            novelty: Novelty::default(),
            judged: VecDeque::new(),
            kept: Vec::new(),
            spare: None,
            last: Vec::new(),
            picked: 0,
        }
    }

    /// Where the stills are put.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Judges what comes out of the pipe until its end.
    pub(super) async fn watch(
        mut self,
        pipe: Option<impl AsyncRead + Unpin>,
    ) -> io::Result<Option<Outcome<Self>>> {
        let Some(mut pipe) = pipe else { return Ok(Some(Ok(self))) };
        loop {
            let mut tiny = Vec::with_capacity(TINY_BYTES);
            (&mut pipe).take(TINY_BYTES as u64).read_to_end(&mut tiny).await?;
            // Half a picture is left out.
            if tiny.len() < TINY_BYTES {
                return Ok(Some(Ok(self)));
            }
            if let Err(failure) = self.judge(tiny).await {
                return Ok(Some(Err(failure)));
            }
        }
    }

    /// What is kept, once the program has ended.
    pub(super) async fn gathered(mut self) -> Outcome<Gathered> {
        self.sweep(0).await?;
        let stills = if self.kept.is_empty() { self.spare.into_iter().collect() } else { self.kept };
        let at = |millis: i64| At(Duration::from_millis(millis.unsigned_abs()).as_secs_f64());
        let frames = stills.into_iter().map(|Still { millis, path, .. }| Frame { path, at: at(millis) });
        Ok(Gathered { frames: frames.collect(), last: self.last, picked: self.picked })
    }

    async fn judge(&mut self, tiny: Vec<u8>) -> Outcome<()> {
        let mut novelty = std::mem::take(&mut self.novelty);
        let judging = tokio::task::spawn_blocking(move || (novelty.judge(&tiny), novelty, tiny));
        let (judged, novelty, tiny) =
            judging.await.context("the stills could not be compared").map_err(Failure::bug)?;
        (self.novelty, self.last) = (novelty, tiny);
        self.picked += 1;
        self.judged.push_back(judged);
        if self.judged.len() >= SWEPT + LATEST { self.sweep(LATEST).await } else { Ok(()) }
    }

    /// Takes or deletes all stills that were judged but the latest ones.
    async fn sweep(&mut self, but: usize) -> Outcome<()> {
        let known: HashSet<i64> = self.kept.iter().chain(&self.spare).map(|still| still.millis).collect();
        let mut made = files_in(&self.folder).await?;
        made.retain(|(millis, _)| !known.contains(millis));
        made.truncate(made.len().saturating_sub(but));
        for (millis, path) in made {
            let Some(judged) = self.judged.pop_front() else { break };
            let told = fs::metadata(&path).await.context("a still is gone").map_err(Failure::transient)?;
            self.take(Still { millis, path, bytes: told.len(), judged }).await?;
        }
        Ok(())
    }

    /// Makes room for a still that shows something new; of the others one is kept in reserve.
    async fn take(&mut self, still: Still) -> Outcome<()> {
        let detail = still.judged.detail;
        let dropped = if still.judged.new > 0 {
            self.kept.push(still);
            self.spare.take()
        } else if self.kept.is_empty() && self.spare.as_ref().is_none_or(|spare| spare.judged.detail < detail)
        {
            self.spare.replace(still)
        } else {
            Some(still)
        };
        let mut dropped: Vec<Still> = dropped.into_iter().collect();
        while self.allowance.is_exceeded(&self.kept) {
            dropped.push(self.kept.remove(missed_least(&self.kept)));
        }
        for Still { path, .. } in dropped {
            fs::remove_file(&path).await.context("cannot delete a still").map_err(Failure::transient)?;
        }
        Ok(())
    }
}

/// The one that shows least new for the stretch in which there is no other.
fn missed_least(kept: &[Still]) -> usize {
    let at = |number: usize| kept.get(number).map(|still| still.millis);
    let loss = |(number, still): &(usize, &Still)| {
        let before = number.checked_sub(1).and_then(at).map(|before| still.millis - before);
        let behind = at(number + 1).map(|behind| behind - still.millis);
        let alone = before.or(behind).unwrap_or_default() + behind.or(before).unwrap_or_default();
        alone.unsigned_abs().saturating_mul(still.judged.new as u64)
    };
    kept.iter().enumerate().min_by_key(loss).map_or(0, |(number, _)| number)
}

/// The stills in the folder in the order of time; a still's name is its moment in milliseconds.
async fn files_in(folder: &Path) -> Outcome<Vec<(i64, PathBuf)>> {
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn still(folder: &Path, seconds: i64, new: usize) -> Still {
        let path = folder.join(format!("still-{}.jpg", seconds * 1_000));
        std::fs::write(&path, [0; 1_000]).unwrap();
        Still { millis: seconds * 1_000, path, bytes: 1_000, judged: Judged { new, detail: 0 } }
    }

    #[tokio::test]
    async fn beyond_what_is_paid_for_the_stills_missed_least_go_evenly_and_the_end_stays() {
        let dir = tempfile::tempdir().unwrap();
        let allowance = Allowance { stills: 10, bytes: u64::MAX };
        let mut gathering = Gathering::new(dir.path(), allowance);
        // Two minutes with something new every second, much of it every tenth.
        for second in 0..=120 {
            let new = if second % 10 == 0 { 40 } else { 4 };
            gathering.take(still(dir.path(), second, new)).await.unwrap();
        }
        let kept: Vec<i64> = gathering.kept.iter().map(|still| still.millis / 1_000).collect();
        assert_eq!(kept.len(), 10 + 2 * STILLS_A_MINUTE);
        assert!((0..=120).step_by(10).all(|second| kept.contains(&second)), "{kept:?}");
        let gaps: Vec<i64> = kept.iter().zip(kept.iter().skip(1)).map(|(one, next)| next - one).collect();
        assert!(gaps.iter().all(|gap| *gap <= 10), "{gaps:?}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), kept.len(), "the others are deleted");
    }

    #[tokio::test]
    async fn what_is_kept_fits_its_bytes_but_one_still_always_stays() {
        let dir = tempfile::tempdir().unwrap();
        for (bytes, kept) in [(5_500, 5), (10, 1)] {
            let mut gathering = Gathering::new(dir.path(), Allowance { stills: 100, bytes });
            for second in 0..20 {
                gathering.take(still(dir.path(), second, 4)).await.unwrap();
            }
            assert_eq!(gathering.kept.len(), kept);
        }
    }

    #[tokio::test]
    async fn without_text_the_picture_that_shows_most_is_read_and_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let mut gathering = Gathering::new(dir.path(), Allowance::whole());
        for (second, detail) in [(0, 0), (1, 70), (2, 90), (3, 90), (4, 10)] {
            let mut picture = still(dir.path(), second, 0);
            picture.judged.detail = detail;
            gathering.take(picture).await.unwrap();
        }
        let gathered = gathering.gathered().await.unwrap();
        assert_eq!(gathered.frames.iter().map(|frame| frame.at.0).collect::<Vec<_>>(), [2.0]);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_parts_of_a_post_share_what_one_video_has() {
        let of = |parts, taken| Allowance::part_of(parts, taken).stills;
        assert_eq!([of(1, 0), of(10, 0), of(1, 20), of(3, 119), of(2, 500)], [120, 12, 100, 1, 1]);
    }
}
