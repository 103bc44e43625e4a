//! What the behaviour tests share.

pub mod fakes;
pub mod kitchen;
pub mod probe;
