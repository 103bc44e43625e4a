//! The journal: the truth about every entry. Messages between actors only speed things up.
//!
//! All times are the store's own clock. Every write on behalf of a worker carries its [`Ticket`] and
//! fails as stale, changing nothing, when the lease belongs to somebody else by now.

use std::time::Duration;

use async_trait::async_trait;

use super::{Pieces, Sharing};
use crate::domain::cost::Spent;
use crate::domain::entry::{
    Claimed, DatabaseId, Enqueued, EntryId, EntryView, FoundRow, RunLease, Ticket, UserId,
};
use crate::domain::link::MediaKey;
use crate::domain::media::{Media, MediaInfo, ScreenText, Transcript};
use crate::domain::note::Note;
use crate::domain::ours::Written;
use crate::domain::progress::EntryState;
use crate::domain::reason::Reason;
use crate::domain::stage::{Stage, Status};
use crate::domain::timeline::Mark;
use crate::domain::waiting::Waiting;
use crate::failure::Outcome;

/// How an entry goes on after a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextRun {
    /// The work failed: one attempt more, again after the pause.
    Retry(Duration),
    /// Nobody's fault: no attempt counted, again after the pause.
    Wait {
        /// The pause.
        pause: Duration,
        /// What for, where its owner is told.
        waiting: Option<Waiting>,
    },
    /// It is given up; the verdict is told in the row by the next claim.
    GiveUp(Reason),
}

impl NextRun {
    /// Waiting of which nobody needs to be told.
    pub fn wait(pause: Duration) -> Self {
        Self::Wait { pause, waiting: None }
    }
}

/// Which of a user's entries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// Those of one database.
    pub database: Option<DatabaseId>,
    /// Those at one status.
    pub status: Option<Status>,
    /// Those made before this one.
    pub before: Option<EntryId>,
    /// At most so many.
    pub limit: u32,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Entries of dead workers that wait again.
    pub rescued: u64,
    /// Entries given up because too many workers died on them.
    pub poisoned: u64,
    /// Finished entries removed because they are old.
    pub pruned: u64,
}

/// Keeps entries, media and checkpoints.
#[async_trait]
pub trait Journal: Sharing + Pieces + Send + Sync {
    /// The store's clock in milliseconds since 1970, to tell whether a row was looked at before or
    /// after its entry was finished.
    async fn now(&self) -> Outcome<i64>;

    /// Queues a row found waiting, unless its entry waits or runs already, or was finished after
    /// `looked_at` (the store's clock when the row was looked at).
    async fn enqueue(&self, row: &FoundRow, looked_at: i64) -> Outcome<Enqueued>;

    /// Puts the entry of a row that was queued as new and never claimed behind new ones: it belongs to an old
    /// collection, and a poll saw its row first. Any other entry stays where it is.
    async fn put_behind(&self, database: DatabaseId, page: &str) -> Outcome<()>;

    /// Claims the next entry that is due, under a new run lease, in the name of `owner`.
    async fn claim(&self, owner: &str) -> Outcome<Option<Claimed>>;

    /// Prolongs a lease.
    async fn beat(&self, ticket: Ticket) -> Outcome<()>;

    /// Records where the entry is.
    async fn set_status(&self, ticket: Ticket, status: Status) -> Outcome<()>;

    /// The media record with this key, with whatever checkpoints it has.
    async fn media(&self, key: &MediaKey) -> Outcome<Media>;

    /// Checkpoint: what the platform says.
    async fn save_info(&self, ticket: Ticket, key: &MediaKey, info: &MediaInfo) -> Outcome<()>;

    /// Checkpoint: what is said.
    async fn save_transcript(&self, ticket: Ticket, key: &MediaKey, transcript: &Transcript) -> Outcome<()>;

    /// Checkpoint: what is shown.
    async fn save_screen_text(&self, ticket: Ticket, key: &MediaKey, text: &ScreenText) -> Outcome<()>;

    /// Checkpoint: the note.
    async fn save_note(&self, ticket: Ticket, note: &Note) -> Outcome<()>;

    /// Checkpoint: the body is about to be written, so that a later run looks for it before it writes.
    async fn intend_body(&self, ticket: Ticket) -> Outcome<()>;

    /// Checkpoint: the body section stands in the row's page as a whole, and no older one of ours does.
    async fn save_section(&self, ticket: Ticket, section: &str) -> Outcome<()>;

    /// Checkpoint: what is remembered of our writing in the row, values included that are about to be written.
    /// Once the entry is completed they count as arrived.
    async fn intend_values(&self, ticket: Ticket, written: &Written) -> Outcome<()>;

    /// The entry is done and its result stands in the row.
    async fn complete(&self, ticket: Ticket) -> Outcome<()>;

    /// The entry is done and its verdict was told, or (`told` is false) there is nobody left to tell. A
    /// row nobody could be told of looks as if it still waited: it is not queued again for a day.
    async fn finish_failed(&self, ticket: Ticket, reason: Reason, told: bool) -> Outcome<()>;

    /// Gives the lease back after a failure and says how the entry goes on.
    async fn hand_back(&self, ticket: Ticket, next: NextRun) -> Outcome<()>;

    /// Whether this claim's lease has not run out and belongs to nobody else.
    async fn is_live(&self, ticket: Ticket) -> Outcome<bool>;

    /// Lets entries of dead workers wait again, gives up the ones workers die on, removes finished
    /// entries older than `keep`, some at a time.
    async fn sweep(&self, keep: Duration) -> Outcome<Swept>;

    /// Adds to the time line of an entry. Nothing is written for it: the next write for this ticket carries
    /// it along. Of a ticket that is not the entry's last one nothing is kept.
    fn mark(&self, ticket: Ticket, stage: Stage, mark: Mark);

    /// A user's entries, newest first.
    async fn list(&self, user: UserId, wanted: &Listing) -> Outcome<Vec<EntryState>>;

    /// One entry of a user.
    async fn state(&self, user: UserId, id: EntryId) -> Outcome<Option<EntryState>>;

    /// A user's entries that moved at or after `since` (the store's clock), the latest first.
    async fn moved(&self, user: UserId, since: i64, limit: u32) -> Outcome<Vec<EntryState>>;

    /// Whose entry this is.
    async fn owner(&self, id: EntryId) -> Outcome<Option<UserId>>;

    /// Lets a finished entry of a user run again, unless it was claimed since its claim `last`, or runs or
    /// waits already. A failed one goes on behind its checkpoints, a completed one is summarized anew. It is
    /// not due before `pause` is over. Gives whether this call did it.
    async fn ask_again(&self, user: UserId, id: EntryId, last: RunLease, pause: Duration) -> Outcome<bool>;

    /// Makes an entry due that [`Journal::ask_again`] put off.
    async fn go_on(&self, user: UserId, id: EntryId, last: RunLease) -> Outcome<()>;

    /// What was paid for one entry of a user, in all its runs.
    async fn spent_on(&self, user: UserId, id: EntryId) -> Outcome<Spent>;

    /// What a user paid from `from` until before `until`, in milliseconds since 1970.
    async fn spent_between(&self, user: UserId, from: i64, until: i64) -> Outcome<Spent>;

    /// One entry, for the chain.
    async fn entry(&self, id: EntryId) -> Outcome<Option<EntryView>>;

    /// The note of an entry, once made.
    async fn note(&self, id: EntryId) -> Outcome<Option<Note>>;

    /// The entries of a database, newest first.
    async fn entries(&self, database: DatabaseId, limit: u32) -> Outcome<Vec<EntryView>>;

    /// How many entries stand at each status.
    async fn counts(&self) -> Outcome<Vec<(Status, u64)>>;
}

/// The name of a claim's work dir; Cleanup finds the claim of a left-over dir by it.
pub fn work_dir_name(ticket: Ticket) -> String {
    format!("entry.{}.{}", ticket.entry, ticket.lease.0)
}

/// The claim a work dir belongs to, if the name is one of ours.
pub fn claim_of_work_dir(name: &str) -> Option<Ticket> {
    let (entry, lease) = name.strip_prefix("entry.")?.split_once('.')?;
    Some(Ticket { entry: EntryId(entry.parse().ok()?), lease: RunLease(lease.parse().ok()?) })
}
