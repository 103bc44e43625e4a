//! An import as its owner sees it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::estimate::Estimate;
use super::preview::{Listed, Preview};
use crate::domain::entry::{DatabaseId, ImportId};

/// Where an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was looked at, and waits for a yes. Nothing was written.
    Previewed,
    /// Its rows are being made.
    Running,
    /// It stopped for a reason its owner can mend, and goes on when they say so.
    Paused,
    /// Its owner stopped it; the rows that were made stay.
    Cancelled,
    /// All rows were dealt with.
    Done,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Previewed, Self::Running, Self::Paused, Self::Cancelled, Self::Done];

    /// Its name, in the interface and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Previewed => "previewed",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }
}

/// How many links are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// To be made.
    pub planned: u64,
    /// Of those, merely liked.
    pub planned_likes: u64,
    /// Being made.
    pub making: u64,
    /// In the database.
    pub made: u64,
    /// Left out.
    pub skipped: u64,
    /// Refused by Notion.
    pub failed: u64,
}

/// An import as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ImportView {
    /// Our id.
    #[schema(value_type = uuid::Uuid)]
    pub id: ImportId,
    /// The database the rows are made in.
    #[schema(value_type = uuid::Uuid)]
    pub database_id: DatabaseId,
    /// Where it is.
    pub state: State,
    /// Why it is paused, and what to do.
    pub why: Option<String>,
    /// What was found in the file.
    pub preview: Preview,
    /// How many links are where.
    pub counts: Counts,
    /// What the saved links that are still to be made will take.
    pub saved: Estimate,
    /// What the liked ones would take as well.
    pub likes: Estimate,
    /// Links that were left out or refused after it began, with the reason.
    pub trouble: Listed,
    /// When the file was uploaded.
    pub created_at: DateTime<Utc>,
    /// When a preview nobody says yes to is forgotten.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it last moved.
    pub updated_at: DateTime<Utc>,
}
