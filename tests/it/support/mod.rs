//! What the behaviour tests share.

pub mod both;
pub mod fakes;
pub mod front;
pub mod kitchen;
pub mod poster;
pub mod postgres;
pub mod probe;
pub mod providers;
pub mod redis;
pub mod service;

use std::collections::HashMap;
use std::path::PathBuf;

use linkscribe::domain::platform::Platform;
use linkscribe::settings::Settings;

/// The folder the set-up fills.
pub fn tools_dir() -> PathBuf {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".tools");
    std::env::var_os("TOOLS_DIR").map_or_else(default, PathBuf::from)
}

/// The sites a fresh installation reads.
pub fn platforms() -> Vec<Platform> {
    linkscribe::app::adapters::platforms(&Settings::from_layers(&HashMap::new(), None).unwrap())
}
