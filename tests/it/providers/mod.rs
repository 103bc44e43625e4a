//! The adapters of the paid providers against strict stand-ins: what they send is accepted, what comes back
//! is understood, and what goes wrong is told apart.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod faults;
mod hearing;
mod reading;
mod summarizing;
