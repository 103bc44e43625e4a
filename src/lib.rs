//! Linkscribe watches the videos people save in Notion and fills their own columns.

pub mod adapters;
pub mod domain;
pub mod failure;
pub mod ports;
pub mod actors;
pub mod messages;
pub mod sandbox;
pub mod settings;
pub mod telemetry;
