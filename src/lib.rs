//! Linkscribe watches the videos people save in Notion and fills their own columns.

pub mod accounts;
pub mod actors;
pub mod adapters;
pub mod app;
pub mod cli;
pub mod domain;
pub mod failure;
pub mod fault;
pub mod http;
pub mod messages;
pub mod ports;
pub mod sandbox;
pub mod settings;
pub mod telemetry;
