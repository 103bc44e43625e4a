//! Linkscribe watches the videos people save in Notion.
pub mod sandbox;
