//! One binary for all behaviour tests: one file per behaviour.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs, unreachable_pub, reason = "a test may panic, and its names are its docs")]

// mod chain;
mod rooms;
// mod stages;
// mod support;
