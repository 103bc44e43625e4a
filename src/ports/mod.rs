//! One trait per capability the chain needs from the outside world. Adapters fulfil them, tests fake them.
//!
//! Every method fails with [`crate::failure::Failure`], whose kind already says what can be done.

mod access;
mod accounts;
mod breakers;
mod budget;
mod catalogue;
mod covers;
mod fence;
mod geocoder;
mod imports;
mod journal;
mod keepsakes;
mod keys;
mod media;
mod network;
mod page_maker;
mod pieces;
mod registry;
mod result_pages;
mod row_maker;
mod sharing;
mod sign_ins;
mod speech;
mod summary;
mod text;
mod webhooks;
mod workspace;

pub use access::{Access, Errand, FRESH};
pub use accounts::{Accounts, Connection, NewConnection, RenewalRight, Tokens};
pub use breakers::{Blocked, Breakers, Trouble};
pub use budget::{Draw, RateBudget};
pub use catalogue::{Asked, Catalogue, Described};
pub use covers::Covers;
pub use fence::{Fence, Trust};
pub use geocoder::Geocoder;
pub use imports::{
    Batch, Confirmed, Fate, ImportListing, ImportTicket, Imports, Item, NewImport, Onward, PREVIEW_LASTS,
};
pub use journal::{Journal, Listing, NextRun, Swept, claim_of_work_dir, work_dir_name};
pub use keepsakes::Keepsakes;
pub use keys::Keys;
pub use media::{Download, Files, MediaOpener, Opened, OpenedPost, PostFile, VideoSource};
pub use network::Network;
pub use page_maker::{MadePage, PageMaker, PageNow};
pub use pieces::Pieces;
pub use registry::{DatabaseChange, DuePoll, NewDatabase, PollEnd, Registry};
pub use result_pages::ResultPages;
pub use row_maker::{RowLinks, RowMaker};
pub use sharing::Sharing;
pub use sign_ins::{Consent, Grant, SignIns};
pub use speech::{AudioFile, SpeechToText};
pub use summary::SummaryModel;
pub use text::{Frame, FrameText, TextReader};
pub use webhooks::Webhooks;
pub use workspace::{
    DataSourceRef, Identity, LargeFile, NewFile, Picture, Row, RowUpdate, SectionNow, SectionState, Upload,
    Workspace,
};
