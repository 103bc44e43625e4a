//! What the behaviour tests share.

pub mod fakes;
pub mod kitchen;
pub mod postgres;
pub mod probe;
pub mod providers;
pub mod redis;
