//! The room all work dirs share. On some hosts the disk is memory, and a full one takes the process along.
//!
//! Takes the budget and the most one download may take at its peak; gives the right to begin one, or waiting that
//! counts as no attempt. For work dirs in which a download runs that peak is set aside; what lies in the others is
//! measured, so what was left behind counts as well. One download alone may always begin, or a small budget would
//! stop the service.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::anyhow;

use crate::domain::waiting::Waiting;
use crate::failure::{Failure, Outcome, ROOM_AGAIN};

/// The budget of all work dirs.
#[derive(Debug)]
pub struct Room {
    most: u64,
    each: u64,
    running: Arc<Mutex<HashSet<PathBuf>>>,
}

/// The right to one download; given back when dropped.
#[derive(Debug)]
pub struct Place {
    work_dir: PathBuf,
    running: Arc<Mutex<HashSet<PathBuf>>>,
}

impl Room {
    /// A budget of `most` bytes, of which one download may take `each`.
    pub fn new(most: u64, each: u64) -> Self {
        Self { most, each, running: Arc::default() }
    }

    /// As much as there is.
    pub fn unlimited() -> Self {
        Self::new(u64::MAX, 0)
    }

    /// Room for one more download into this work dir, a folder among those of all others. Waits outside, not here: the
    /// entry goes back.
    pub async fn take(&self, work_dir: &Path) -> Outcome<Place> {
        let folder = work_dir.parent().unwrap_or(work_dir).to_owned();
        let aside: HashSet<PathBuf> = self.lock().iter().cloned().chain([work_dir.to_owned()]).collect();
        let known = aside.clone();
        let measuring = tokio::task::spawn_blocking(move || size(folder, &known));
        let used = measuring.await.map_err(Failure::bug)?;
        let mut running = self.lock();
        // What ended meanwhile was not measured, so its place still counts.
        let begun = running.union(&aside).count();
        let most = u64::try_from(begun).unwrap_or(u64::MAX).saturating_mul(self.each);
        let is_alone = used == 0 && begun == 1;
        if used.saturating_add(most) > self.most && !is_alone {
            let cause =
                anyhow!("work dirs hold {used} bytes of {}, {} downloads run", self.most, running.len());
            return Err(Failure::transient(cause).waits(Waiting::NoSpace, ROOM_AGAIN));
        }
        running.insert(work_dir.to_owned());
        Ok(Place { work_dir: work_dir.to_owned(), running: Arc::clone(&self.running) })
    }

    /// Held for a look and a note only; nothing in between can panic and leave it half changed.
    fn lock(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.work_dir);
    }
}

/// Bytes of all files below a folder but those in the folders set aside. What vanishes meanwhile has none.
fn size(folder: PathBuf, aside: &HashSet<PathBuf>) -> u64 {
    let mut folders = vec![folder];
    let mut bytes = 0_u64;
    while let Some(folder) = folders.pop() {
        if aside.contains(&folder) {
            continue;
        }
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            // Of a link the link itself.
            match entry.metadata() {
                Ok(inside) if inside.is_dir() => folders.push(entry.path()),
                Ok(file) => bytes = bytes.saturating_add(file.len()),
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::failure::Kind;

    /// Puts so many bytes into a job's work dir.
    fn fill(work_dir: &Path, bytes: usize) {
        std::fs::create_dir_all(work_dir.join("opened")).unwrap();
        std::fs::write(work_dir.join("opened/still-0.jpg"), vec![0; bytes]).unwrap();
    }

    #[tokio::test]
    async fn a_download_waits_while_the_budget_is_used_up_and_counts_no_attempt() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::new(1_000, 300);
        let job = |number: u32| folder.path().join(number.to_string());
        let first = room.take(&job(1)).await.unwrap();
        // What it holds is part of what was set aside for it.
        fill(&job(1), 300);
        fill(&job(9), 350);
        let second = room.take(&job(2)).await.unwrap();
        let failure = room.take(&job(3)).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Wait { retry_after: Some(ROOM_AGAIN) });
        assert_eq!(failure.waiting, Some(Waiting::NoSpace));
        drop(second);
        room.take(&job(3)).await.unwrap();
        drop(first);
    }

    #[tokio::test]
    async fn what_a_job_leaves_for_the_next_stages_counts_once_its_download_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::new(700, 300);
        let place = room.take(&folder.path().join("1")).await.unwrap();
        fill(&folder.path().join("1"), 200);
        drop(place);
        let place = room.take(&folder.path().join("2")).await.unwrap();
        room.take(&folder.path().join("3")).await.unwrap_err();
        drop(place);
    }

    #[tokio::test]
    async fn one_download_alone_may_begin_however_small_the_budget() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::new(10, 300);
        let alone = room.take(&folder.path().join("1")).await.unwrap();
        room.take(&folder.path().join("2")).await.unwrap_err();
        drop(alone);
        std::fs::write(folder.path().join("left-behind"), [0; 20]).unwrap();
        room.take(&folder.path().join("2")).await.unwrap_err();
        Room::unlimited().take(&folder.path().join("3")).await.unwrap();
    }
}
