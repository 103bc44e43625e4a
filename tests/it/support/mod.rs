//! What tests share.

pub(crate) mod providers;
