//! The emulated Notion API.
