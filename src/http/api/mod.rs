//! The interface under `/api`: one file for each matter.

pub(super) mod imports;
