//! Keeps what engines found out part by part, so that a run that breaks off loses the part it was at and no other.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::text::FrameText;
use crate::domain::cost::Usage;
use crate::domain::entry::Ticket;
use crate::domain::link::MediaKey;
use crate::domain::media::Transcript;
use crate::domain::piece::Place;
use crate::failure::Outcome;

/// Parts of a video that were heard or read before the whole was. They are gone once the whole is kept.
#[async_trait]
pub trait Pieces: Send + Sync {
    /// The parts of a sound that this engine has heard.
    async fn heard(&self, key: &MediaKey, engine: &str) -> Outcome<BTreeMap<Place, Transcript>>;

    /// Checkpoint: what is said in one part, with what was billed for it. Kept without the bill, which is settled.
    async fn save_heard(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        engine: &str,
        place: &Place,
        part: &Transcript,
    ) -> Outcome<()>;

    /// The pictures this engine has read.
    async fn seen(&self, key: &MediaKey, engine: &str) -> Outcome<BTreeMap<Place, FrameText>>;

    /// Checkpoint: what is shown in some pictures, and what was billed for them.
    async fn save_seen(
        &self,
        ticket: Ticket,
        key: &MediaKey,
        engine: &str,
        pictures: &[FrameText],
        billed: &Usage,
    ) -> Outcome<()>;
}
