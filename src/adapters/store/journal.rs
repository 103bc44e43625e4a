//! The journal's promises, each under its time limit; the work stands in the files beside this one.

use std::time::Duration;

use async_trait::async_trait;

use super::Store;
use super::tables::media::Column;
use super::text::document;
use crate::domain::cost::{Spent, Usage};
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
use crate::failure::Outcome;
use crate::ports::{Journal, Listing, NextRun, Swept};

#[async_trait]
impl Journal for Store {
    async fn now(&self) -> Outcome<i64> {
        self.within("read the clock", self.read_clock()).await
    }

    async fn enqueue(&self, row: &FoundRow, looked_at: i64) -> Outcome<Enqueued> {
        self.within("queue a row", self.enqueue_row(row, looked_at)).await
    }

    async fn put_behind(&self, database: DatabaseId, page: &str) -> Outcome<()> {
        self.within("put an entry behind new ones", self.move_to_backlog(database, page)).await
    }

    async fn claim(&self, owner: &str) -> Outcome<Option<Claimed>> {
        self.within("claim an entry", self.claim_next(owner)).await
    }

    async fn beat(&self, ticket: Ticket) -> Outcome<()> {
        self.within("prolong a lease", self.prolong(ticket)).await
    }

    async fn set_status(&self, ticket: Ticket, status: Status) -> Outcome<()> {
        self.within("record a status", self.write_status(ticket, status)).await
    }

    async fn media(&self, key: &MediaKey) -> Outcome<Media> {
        self.within("read a media record", self.media_record(key)).await
    }

    async fn save_info(&self, ticket: Ticket, key: &MediaKey, info: &MediaInfo) -> Outcome<()> {
        let write = self.write_media(ticket, key, Column::Info, document(info)?, Usage::default());
        self.within("keep what the platform says", write).await
    }

    async fn save_transcript(&self, ticket: Ticket, key: &MediaKey, transcript: &Transcript) -> Outcome<()> {
        let write =
            self.write_media(ticket, key, Column::Transcript, document(transcript)?, transcript.usage);
        self.within("keep a transcript", write).await
    }

    async fn save_screen_text(&self, ticket: Ticket, key: &MediaKey, text: &ScreenText) -> Outcome<()> {
        let write = self.write_media(ticket, key, Column::ScreenText, document(text)?, Usage::default());
        self.within("keep a screen text", write).await
    }

    async fn save_note(&self, ticket: Ticket, note: &Note) -> Outcome<()> {
        self.within("keep a note", self.write_note(ticket, note)).await
    }

    async fn intend_values(&self, ticket: Ticket, written: &Written) -> Outcome<()> {
        self.within("keep what is about to be written", self.write_values(ticket, written)).await
    }

    async fn save_section(&self, ticket: Ticket, section: &str) -> Outcome<()> {
        self.within("keep a section", self.write_section(ticket, section)).await
    }

    async fn intend_body(&self, ticket: Ticket) -> Outcome<()> {
        self.within("keep an intent", self.write_intent(ticket)).await
    }

    async fn complete(&self, ticket: Ticket) -> Outcome<()> {
        self.within("complete an entry", self.end_completed(ticket)).await
    }

    async fn finish_failed(&self, ticket: Ticket, reason: Reason, told: bool) -> Outcome<()> {
        self.within("finish a failed entry", self.end_failed(ticket, reason, told)).await
    }

    async fn hand_back(&self, ticket: Ticket, next: NextRun) -> Outcome<()> {
        self.within("hand an entry back", self.end_for_now(ticket, next)).await
    }

    async fn is_live(&self, ticket: Ticket) -> Outcome<bool> {
        self.within("look at a lease", self.claim_is_live(ticket)).await
    }

    async fn sweep(&self, keep: Duration) -> Outcome<Swept> {
        self.within("sweep the journal", self.sweep_all(keep)).await
    }

    fn mark(&self, ticket: Ticket, stage: Stage, mark: Mark) {
        self.lines.add(ticket, stage, mark);
    }

    async fn list(&self, user: UserId, wanted: &Listing) -> Outcome<Vec<EntryState>> {
        let read = async { self.titled(self.states(self.listing(user, wanted)).await?).await };
        self.within("list entries", read).await
    }

    async fn state(&self, user: UserId, id: EntryId) -> Outcome<Option<EntryState>> {
        let read = async { Ok(self.titled(self.states(self.one_of(user, id)).await?).await?.pop()) };
        self.within("read a user's entry", read).await
    }

    async fn moved(&self, user: UserId, since: i64, limit: u32) -> Outcome<Vec<EntryState>> {
        self.within("read what moved", self.states(self.moving(user, since, limit))).await
    }

    async fn owner(&self, id: EntryId) -> Outcome<Option<UserId>> {
        self.within("read whose an entry is", self.owner_of(id)).await
    }

    async fn ask_again(&self, user: UserId, id: EntryId, last: RunLease, pause: Duration) -> Outcome<bool> {
        self.within("let an entry run again", self.run_again(user, id, last, pause)).await
    }

    async fn go_on(&self, user: UserId, id: EntryId, last: RunLease) -> Outcome<()> {
        self.within("make an entry due", self.due_now(user, id, last)).await
    }

    async fn spent_on(&self, user: UserId, id: EntryId) -> Outcome<Spent> {
        self.within("sum up an entry", self.paid_for(user, id)).await
    }

    async fn spent_between(&self, user: UserId, from: i64, until: i64) -> Outcome<Spent> {
        self.within("sum up a month", self.paid_between(user, from, until)).await
    }

    async fn entry(&self, id: EntryId) -> Outcome<Option<EntryView>> {
        self.within("read an entry", self.view(id)).await
    }

    async fn note(&self, id: EntryId) -> Outcome<Option<Note>> {
        self.within("read a note", self.note_of(id)).await
    }

    async fn entries(&self, database: DatabaseId, limit: u32) -> Outcome<Vec<EntryView>> {
        self.within("read entries", self.newest(database, limit)).await
    }

    async fn counts(&self) -> Outcome<Vec<(Status, u64)>> {
        self.within("count entries", self.count_by_status()).await
    }
}
