//! A feed of what happens to a person's entries, for a reader who may be slow.
//!
//! Takes states of entries; gives them in order, the newest state of each entry alone. What is not read is
//! bounded: the oldest is dropped, and the reader is told once that something is missing. The end of the
//! writer ends the feed at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::domain::progress::LiveEntry;

/// States that wait for a slow reader; a page shows fewer entries.
pub const BACKLOG: usize = 256;

/// What a reader gets.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An entry is here now.
    Entry(LiveEntry),
    /// Something was dropped: the reader had better load everything anew.
    Resync,
}

/// The reader's end; its drop ends the writer.
#[derive(Debug)]
pub struct Feed {
    shared: Arc<Shared>,
    _reads: DropGuard,
}

/// The writer's end; its drop ends the feed.
#[derive(Debug)]
pub struct FeedWriter {
    shared: Arc<Shared>,
    unread: CancellationToken,
}

#[derive(Debug, Default)]
struct Shared {
    backlog: Mutex<Backlog>,
    rung: Notify,
}

#[derive(Debug, Default)]
struct Backlog {
    entries: VecDeque<LiveEntry>,
    lost: bool,
    ended: bool,
}

/// Both ends of a new feed.
pub fn feed() -> (FeedWriter, Feed) {
    let (shared, unread) = (Arc::<Shared>::default(), CancellationToken::new());
    let reads = unread.clone().drop_guard();
    (FeedWriter { shared: Arc::clone(&shared), unread }, Feed { shared, _reads: reads })
}

impl Feed {
    /// Waits for what comes next; `None` when the feed has ended.
    pub async fn next(&mut self) -> Option<News> {
        loop {
            if let Poll::Ready(now) = self.shared.lock().take() {
                return now;
            }
            self.shared.rung.notified().await;
        }
    }
}

impl FeedWriter {
    /// Tells where an entry is; an older state of it that nobody read is forgotten.
    pub fn tell(&self, entry: LiveEntry) {
        let mut backlog = self.shared.lock();
        backlog.entries.retain(|older| older.id != entry.id);
        if backlog.entries.len() >= BACKLOG {
            backlog.entries.pop_front();
            backlog.lost = true;
        }
        backlog.entries.push_back(entry);
        drop(backlog);
        self.shared.rung.notify_one();
    }

    /// Tells the reader that something is missing.
    pub fn resync(&self) {
        self.shared.lock().lost = true;
        self.shared.rung.notify_one();
    }

    /// Fires when nobody reads any more.
    pub fn unread(&self) -> CancellationToken {
        self.unread.clone()
    }
}

impl Drop for FeedWriter {
    fn drop(&mut self) {
        self.shared.lock().ended = true;
        self.shared.rung.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backlog {
    /// What is to be read now, if anything; nothing at all is the end.
    fn take(&mut self) -> Poll<Option<News>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut self.lost) {
            return Poll::Ready(Some(News::Resync));
        }
        self.entries.pop_front().map_or(Poll::Pending, |entry| Poll::Ready(Some(News::Entry(entry))))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::entry::{DatabaseId, EntryId};
    use crate::domain::stage::Status;

    fn entry(id: EntryId, sentence: &str) -> LiveEntry {
        LiveEntry {
            id,
            database_id: DatabaseId::new(),
            status: Status::Pending,
            stages: vec![],
            sentence: sentence.to_owned(),
            updated_at: chrono::DateTime::UNIX_EPOCH,
            finished: false,
        }
    }

    #[tokio::test]
    async fn a_slow_reader_gets_the_newest_and_is_told_that_something_is_missing() {
        let (writer, mut feed) = feed();
        let watched = EntryId::new();
        for number in 0..BACKLOG * 3 {
            writer.tell(entry(EntryId::new(), "passing"));
            writer.tell(entry(watched, &number.to_string()));
        }
        assert_eq!(feed.next().await.unwrap(), News::Resync);
        let mut read = Vec::new();
        while read.len() < BACKLOG {
            read.push(feed.next().await.unwrap());
        }
        let newest = (BACKLOG * 3 - 1).to_string();
        assert_eq!(read.iter().filter(|news| is(news, watched)).count(), 1);
        assert!(read.iter().any(|news| matches!(news, News::Entry(entry) if entry.sentence == newest)));
        writer.tell(entry(watched, "later"));
        assert!(is(&feed.next().await.unwrap(), watched));
    }

    #[tokio::test]
    async fn each_end_hears_of_the_others_end() {
        let (writer, mut reader) = feed();
        writer.tell(entry(EntryId::new(), "unread"));
        drop(writer);
        assert_eq!(reader.next().await, None);
        let (writer, reader) = feed();
        drop(reader);
        writer.unread().cancelled().await;
    }

    fn is(news: &News, id: EntryId) -> bool {
        matches!(news, News::Entry(entry) if entry.id == id)
    }
}
