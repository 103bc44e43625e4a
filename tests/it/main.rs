//! One binary for all behaviour tests: one file per behaviour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test may panic, and its names are its docs"
)]

mod api_document;
mod both;
mod breakers;
mod chain;
mod commands;
mod databases;
mod deployment;
mod drain;
mod entries;
mod first_visit;
mod hour;
mod imports;
mod journal;
mod media;
mod monitor;
mod notion_sdk;
mod one_bill;
mod outage;
mod overseer;
mod providers;
mod redis_budget;
mod rooms;
mod sandbox_page;
mod serve;
mod sign_in;
mod stages;
mod stand_ins;
mod support;
mod ten_thousand;
mod webhooks;
