//! The emulated Notion API, version 2025-09-03: strict, in memory, for `linkscribe sandbox` and for tests.
//!
//! ```text
//! http (guard, handlers) ──> operations on the Workspace ──> change feed
//!                            pages · data_sources · content · comments · uploads · search
//!                            checked by: check · text · schema · options · values · blocks · query · conditions
//! Workspace: the state, made of model (things) and callers (who sees what)
//! EmulatedNotion: the handle ── person (what someone does in the browser), faults, traffic, server
//! ```
//! What Notion refuses is refused here with the same status, code and, where it was seen, the same words.

mod blocks;
mod callers;
mod check;
mod comments;
mod conditions;
mod content;
mod data_sources;
mod error;
mod faults;
mod handle;
mod http;
mod languages;
mod limits;
mod markdown;
mod model;
mod options;
mod pages;
mod person;
mod query;
mod schema;
mod search;
mod server;
mod text;
mod traffic;
mod uploads;
mod values;
mod workspace;

#[cfg(test)]
mod tests;

pub use callers::{Capability, Connection};
pub use error::ApiError;
pub use faults::Fault;
pub use handle::EmulatedNotion;
pub use model::{Change, ChangeKind};
pub use person::DatabaseIds;
pub use server::RunningNotion;
pub use traffic::{Counters, Exchange, RateLimit};
