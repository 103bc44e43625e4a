//! The journal's tables.
