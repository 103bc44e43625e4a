//! Entries as their owner sees them.

use super::Office;
use crate::domain::entry::EntryView;
use crate::failure::Outcome;
use crate::messages::LookUp;

/// Where an entry is.
pub async fn look_up(office: Office, wanted: LookUp) -> Outcome<Option<EntryView>> {
    office.journal.entry(wanted.entry).await
}
