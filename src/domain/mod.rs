//! Pure rules: no clock, no I/O, no actors. Everything here can be tested with a table.

pub mod account;
pub mod adopt;
pub mod answer;
pub mod backoff;
pub mod breaker;
pub mod cost;
pub mod entry;
pub mod import;
pub mod link;
pub mod mapping;
pub mod media;
pub mod note;
pub mod open_list;
pub mod ours;
pub mod page;
pub mod progress;
pub mod reason;
pub mod refusal;
pub mod schema;
pub mod screen;
pub mod split;
pub mod stage;
pub mod timeline;
pub mod waiting;
pub mod webhook;
pub mod words;
