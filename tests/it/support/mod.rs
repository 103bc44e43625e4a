//! What the behaviour tests share.

pub mod fakes;
pub mod probe;
