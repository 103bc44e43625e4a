//! Entries as their owner watches them: what moves is told at once, from whichever instance it moved on.
//!
//! The journal is the truth and is asked every two seconds; what the chain of this process announces only
//! makes that faster. Takes a user, gives a feed of their entries alone. Refuses when too many watch; a
//! user's oldest stream gives way to a new one. Ends at once when the service stops.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::Office;
use crate::domain::entry::{EntryId, UserId};
use crate::domain::progress::{EntryState, LiveEntry, Progress};
use crate::domain::refusal::Refusal;
use crate::domain::stage::Status;
use crate::failure::Outcome;
use crate::messages::feed::{BACKLOG, FeedWriter, feed};
use crate::messages::{Answer, Feed, WatchEntries};
use crate::ports::Listing;

/// Streams of one user: a few open pages.
const STREAMS_OF_ONE: usize = 3;

/// Streams of one instance: each asks the journal every two seconds.
const STREAMS: usize = 300;

/// How often the journal is asked.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// A write may be seen this much later than its time says: no operation takes longer.
const OVERLAP: i64 = 10_000;

/// A stream ends now and then, and its reader comes back with a session that is asked for anew.
const LONGEST: Duration = Duration::from_mins(15);

/// Entries told at once.
const AT_ONCE: u32 = 200;

/// Owners and states kept in memory; more are looked up again.
const REMEMBERED: usize = 10_000;

/// Statuses at which something will still happen, the busiest first.
const UNFINISHED: [Status; 5] =
    [Status::Saving, Status::Processing, Status::Transcribing, Status::Downloading, Status::Pending];

/// What watching needs.
#[derive(Debug, Clone)]
pub struct Live {
    watchers: broadcast::Sender<Progress>,
    stop: CancellationToken,
    streams: Arc<Streams>,
}

#[derive(Debug, Default)]
struct Streams {
    last: AtomicU64,
    open: Mutex<HashMap<UserId, VecDeque<(u64, CancellationToken)>>>,
    owners: Mutex<HashMap<EntryId, UserId>>,
}

/// A place among the open streams.
struct Seat {
    streams: Arc<Streams>,
    user: UserId,
    number: u64,
    taken: CancellationToken,
}

impl Live {
    /// Watches what this chain announces until it is to stop.
    pub fn new(watchers: broadcast::Sender<Progress>, stop: CancellationToken) -> Self {
        Self { watchers, stop, streams: Arc::default() }
    }
}

/// Nothing is announced.
impl Default for Live {
    fn default() -> Self {
        Self::new(broadcast::channel(1).0, CancellationToken::new())
    }
}

/// A feed of a user's entries, their present state first.
pub async fn watch(office: Office, asked: WatchEntries) -> Answer<Feed> {
    let Some(seat) = office.live.streams.sit_down(asked.user) else { return Ok(Err(Refusal::Crowded)) };
    let (writer, reader) = feed();
    let mut news = office.live.watchers.subscribe();
    let watch = Watch { office, user: asked.user, writer, shown: HashMap::new(), since: 0 };
    tokio::spawn(async move {
        let (stop, taken) = (watch.office.live.stop.clone(), seat.taken.clone());
        let unread = watch.writer.unread();
        tokio::select! {
            biased;
            () = stop.cancelled() => {}
            () = taken.cancelled() => {}
            () = unread.cancelled() => {}
            () = follow(watch, &mut news, asked.since) => {}
        }
        drop(seat);
    });
    Ok(Ok(reader))
}

struct Watch {
    office: Office,
    user: UserId,
    writer: FeedWriter,
    shown: HashMap<EntryId, LiveEntry>,
    since: i64,
}

async fn follow(mut watch: Watch, news: &mut broadcast::Receiver<Progress>, since: Option<i64>) {
    let ends = Instant::now() + LONGEST;
    let begun = watch.begin(since).await;
    watch.logged(begun);
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let looked = tokio::select! {
            () = sleep_until(ends) => return,
            step = news.recv() => match step {
                Ok(progress) => watch.look_at(progress.entry).await,
                // Some steps were missed; the journal has them all.
                Err(_) => watch.look().await,
            },
            _ = looks.tick() => watch.look().await,
        };
        watch.logged(looked);
    }
}

impl Watch {
    /// Tells what is unfinished, and what was finished since the reader last heard anything.
    async fn begin(&mut self, since: Option<i64>) -> Outcome<()> {
        let journal = Arc::clone(&self.office.journal);
        self.since = journal.now().await?;
        if let Some(since) = since {
            let moved = journal.moved(self.user, since, AT_ONCE).await?;
            self.tell_all(&moved);
        }
        let mut room = AT_ONCE;
        for status in UNFINISHED {
            let wanted = Listing { database: None, status: Some(status), before: None, limit: room };
            let found = journal.list(self.user, &wanted).await?;
            room = room.saturating_sub(u32::try_from(found.len()).unwrap_or(room));
            self.tell_all(&found);
            if room == 0 {
                break;
            }
        }
        Ok(())
    }

    async fn look(&mut self) -> Outcome<()> {
        let moved = self.office.journal.moved(self.user, self.since - OVERLAP, AT_ONCE).await?;
        if let Some(latest) = moved.first() {
            self.since = self.since.max(latest.entry.updated_at.timestamp_millis());
        }
        self.tell_all(&moved);
        Ok(())
    }

    async fn look_at(&mut self, entry: EntryId) -> Outcome<()> {
        if !self.shown.contains_key(&entry) && self.owner(entry).await? != Some(self.user) {
            return Ok(());
        }
        let state = self.office.journal.state(self.user, entry).await?;
        self.tell_all(state.as_slice());
        Ok(())
    }

    /// Whose entry it is: looked up once for all streams, because entries never change their owner.
    async fn owner(&self, entry: EntryId) -> Outcome<Option<UserId>> {
        if let Some(known) = locked(&self.office.live.streams.owners).get(&entry) {
            return Ok(Some(*known));
        }
        let owner = self.office.journal.owner(entry).await?;
        if let Some(user) = owner {
            let mut owners = locked(&self.office.live.streams.owners);
            if owners.len() >= REMEMBERED {
                owners.clear();
            }
            owners.insert(entry, user);
        }
        Ok(owner)
    }

    /// Tells what looks different by now, the oldest first.
    fn tell_all(&mut self, states: &[EntryState]) {
        if states.len() >= AT_ONCE as usize {
            self.writer.resync();
        }
        for state in states.iter().rev() {
            let now = LiveEntry::from(state);
            if self.shown.get(&now.id).is_some_and(|shown| now.looks_like(shown)) {
                continue;
            }
            if self.shown.len() >= REMEMBERED.min(BACKLOG * 8) {
                self.shown.retain(|_, shown| !shown.finished);
            }
            self.shown.insert(now.id, now.clone());
            self.writer.tell(now);
        }
    }

    fn logged(&self, looked: Outcome<()>) {
        if let Err(failure) = looked {
            warn!(user_id = %self.user, error = %failure, "a watcher could not be told");
        }
    }
}

impl Streams {
    /// Takes a place; the user's oldest stream gives way. `None` where all places are taken by others.
    fn sit_down(self: &Arc<Self>, user: UserId) -> Option<Seat> {
        let mut open = locked(&self.open);
        let all: usize = open.values().map(VecDeque::len).sum();
        let is_full = open.get(&user).is_some_and(|own| own.len() >= STREAMS_OF_ONE);
        if all >= STREAMS && !is_full {
            return None;
        }
        let own = open.entry(user).or_default();
        if is_full && let Some((_, oldest)) = own.pop_front() {
            oldest.cancel();
        }
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let taken = CancellationToken::new();
        own.push_back((number, taken.clone()));
        Some(Seat { streams: Arc::clone(self), user, number, taken })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = locked(&self.streams.open);
        if let Some(own) = open.get_mut(&self.user) {
            own.retain(|(number, _)| *number != self.number);
            if own.is_empty() {
                open.remove(&self.user);
            }
        }
    }
}

/// A panic elsewhere leaves nothing half done.
fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_users_fourth_stream_takes_the_place_of_the_first_and_a_crowd_keeps_others_out() {
        let streams = Arc::<Streams>::default();
        let user = UserId::new();
        let mut seats: Vec<Seat> = (0..4).map(|_| streams.sit_down(user).unwrap()).collect();
        let taken: Vec<bool> = seats.iter().map(|seat| seat.taken.is_cancelled()).collect();
        assert_eq!(taken, [true, false, false, false]);
        seats.extend((0..STREAMS - 3).map(|_| streams.sit_down(UserId::new()).unwrap()));
        assert!(streams.sit_down(UserId::new()).is_none());
        assert!(streams.sit_down(user).is_some(), "one's own oldest stream gives way");
        drop(seats);
        assert!(locked(&streams.open).is_empty());
    }
}
