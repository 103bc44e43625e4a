//! One trait per capability the chain needs from the outside world. Adapters fulfil them, tests fake them.
//!
//! Every method fails with [`crate::failure::Failure`], whose kind already says what can be done.

mod accounts;
mod breakers;
mod budget;
mod catalogue;
mod fence;
mod imports;
mod journal;
mod keys;
mod media;
mod registry;
mod row_maker;
mod sign_ins;
mod speech;
mod summary;
mod text;
mod webhooks;
mod workspace;

pub use accounts::{Accounts, Connection, NewConnection, RenewalRight, Tokens};
pub use breakers::{Blocked, Breakers, Trouble};
pub use budget::{Draw, RateBudget};
pub use catalogue::{Asked, Catalogue, Described};
pub use fence::{Fence, Trust};
pub use imports::{
    Batch, Confirmed, Fate, ImportListing, ImportTicket, Imports, Item, NewImport, Onward, PREVIEW_LASTS,
};
pub use journal::{Journal, Listing, NextRun, Swept, claim_of_work_dir, work_dir_name};
pub use keys::Keys;
pub use media::{Download, MediaOpener, Opened, VideoSource};
pub use registry::{DatabaseChange, DuePoll, NewDatabase, PollEnd, Registry};
pub use row_maker::{RowLinks, RowMaker};
pub use sign_ins::{Consent, Grant, SignIns};
pub use speech::{AudioFile, SpeechToText};
pub use summary::SummaryModel;
pub use text::{Frame, FrameText, TextReader};
pub use webhooks::Webhooks;
pub use workspace::{Access, DataSourceRef, Errand, Identity, Row, RowUpdate, Workspace};
