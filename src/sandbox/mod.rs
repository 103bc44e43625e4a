//! An emulated Notion, for `linkscribe sandbox` and for tests.
pub mod notion;
