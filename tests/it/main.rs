//! One binary for all behaviour tests: one file per behaviour.
mod notion_sdk;
mod sandbox_page;
