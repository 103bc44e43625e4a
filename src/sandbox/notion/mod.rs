//! The emulated Notion API, version 2025-09-03: strict, in memory, for `linkscribe sandbox` and for tests.
//!
//! ```text
//! http (guard, handlers) ──> operations on the Workspace ──> change feed ──> events ──> outbox (webhooks)
//!                            pages · databases · data_sources · content · comments · uploads · search
//!                            checked by: check · text · schema · options · values · blocks · query · conditions
//! http/consent, http/oauth ─> oauth (URL, codes, grants) · consent (the person's answer) · tokens
//! Workspace: the state, made of model (things), callers (who sees what) and integrations
//! EmulatedNotion: the handle ── person (what someone does in the browser), public (integrations, consent),
//!                            programs (what a token may do, without HTTP), webhooks, faults, meddler, traffic,
//!                            server
//! ```
//! What Notion refuses is refused here with the same status, code and, where it was seen, the same words.

mod blocks;
mod callers;
mod check;
mod comments;
mod conditions;
mod consent;
mod content;
mod data_sources;
mod databases;
mod error;
mod events;
mod faults;
mod handle;
mod http;
mod integrations;
mod kinds;
mod languages;
mod limits;
mod markdown;
mod meddler;
mod model;
mod oauth;
mod options;
mod outbox;
mod pages;
mod person;
mod programs;
mod public;
mod query;
mod schema;
mod search;
mod server;
mod text;
mod tokens;
mod traffic;
mod uploads;
mod values;
mod webhooks;
mod workspace;

#[cfg(test)]
mod tests;

pub use callers::{Capability, Connection, Person};
pub use consent::{Consent, ConsentError};
pub use error::ApiError;
pub use faults::Fault;
pub use handle::EmulatedNotion;
pub use model::{Change, ChangeKind};
pub use oauth::TokenCalls;
pub use outbox::Delivery;
pub use person::DatabaseIds;
pub use public::Newcomer;
pub use server::RunningNotion;
pub use traffic::{Counters, Exchange, RateLimit, SpentBy};
