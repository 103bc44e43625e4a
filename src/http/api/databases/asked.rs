//! The JSON that is sent about databases. A field nobody knows is refused instead of ignored.
#![expect(clippy::option_option, reason = "a field that is null says something else than one left out")]

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::nullable;
use crate::domain::account::Kind;
use crate::domain::mapping::{Choices, Part};

/// What a database is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::api) enum KindName {
    /// Links are saved in it.
    #[default]
    Link,
    /// Results go to it as new pages.
    Content,
}

/// Which columns are to play which parts, by property id.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct MappingChoice {
    /// A url column.
    #[serde(default, deserialize_with = "nullable")]
    link: Option<Option<String>>,
    /// A select or status column.
    #[serde(default, deserialize_with = "nullable")]
    status: Option<Option<String>>,
    /// The title column.
    #[serde(default, deserialize_with = "nullable")]
    title: Option<Option<String>>,
    /// A text column; null for none.
    #[serde(default, deserialize_with = "nullable")]
    reason: Option<Option<String>>,
    /// A select or multi-select column; null for none.
    #[serde(default, deserialize_with = "nullable")]
    tag: Option<Option<String>>,
}

/// A database to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewDatabase {
    /// Its id, or its address as Notion copies it.
    pub(super) database_id: String,
    /// What it is for.
    #[serde(default)]
    pub(super) kind: KindName,
    /// For a content database: links with this tag are put there.
    #[serde(default)]
    pub(super) tag: Option<String>,
    /// What you want from every video, in your own words.
    #[serde(default)]
    pub(super) instructions: Option<String>,
    /// The language you want to read (BCP 47).
    #[serde(default)]
    pub(super) language: Option<String>,
    /// The connection that shows it; all of yours are tried without it.
    #[serde(default)]
    pub(super) connection_id: Option<String>,
    /// Which of its data sources, where it has several.
    #[serde(default)]
    pub(super) data_source_id: Option<String>,
    /// Which columns are to play which parts; the others are found.
    #[serde(default)]
    pub(super) mapping: MappingChoice,
    /// Whether missing columns may be added; a part set to null in `mapping` is not.
    #[serde(default)]
    pub(super) add_missing: bool,
}

/// A database to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct WantedProposal {
    /// Its id, or its address as Notion copies it.
    pub(super) database_id: String,
    /// What it is to be for.
    #[serde(default)]
    pub(super) kind: KindName,
    /// The connection that shows it; all of yours are tried without it.
    #[serde(default)]
    pub(super) connection_id: Option<String>,
    /// Which of its data sources, where it has several.
    #[serde(default)]
    pub(super) data_source_id: Option<String>,
    /// The language of the columns that would be added; without it the browser's.
    #[serde(default)]
    pub(super) language: Option<String>,
}

/// A database to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct WantedDatabase {
    /// Where; may be left out by who has one connection.
    #[serde(default)]
    pub(super) connection_id: Option<String>,
    /// The language you want to read (BCP 47), also that of the columns; those are in the browser's without it.
    #[serde(default)]
    pub(super) language: Option<String>,
}

/// What is to change; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct DatabaseChange {
    /// The tag of a content database.
    #[serde(default, deserialize_with = "nullable")]
    pub(super) tag: Option<Option<String>>,
    /// What you want from every video.
    #[serde(default, deserialize_with = "nullable")]
    pub(super) instructions: Option<Option<String>>,
    /// The language you want to read (BCP 47).
    #[serde(default, deserialize_with = "nullable")]
    pub(super) language: Option<Option<String>>,
    /// Which columns are to play which parts.
    #[serde(default)]
    pub(super) mapping: MappingChoice,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct ListQuery {
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// How many at most, 1 to 100.
    pub(super) limit: Option<u32>,
}

/// Which part of which list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct FindQuery {
    /// Of this connection alone.
    pub(super) connection_id: Option<String>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// How many at most, 1 to 100.
    pub(super) limit: Option<u32>,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Link => Self::Link,
            KindName::Content => Self::Content,
        }
    }
}

impl From<Kind> for KindName {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Link => Self::Link,
            Kind::Content => Self::Content,
        }
    }
}

impl From<MappingChoice> for Choices {
    fn from(given: MappingChoice) -> Self {
        let MappingChoice { link, status, title, reason, tag } = given;
        let all = [
            (Part::Link, link),
            (Part::Status, status),
            (Part::Title, title),
            (Part::Reason, reason),
            (Part::Tag, tag),
        ];
        all.into_iter().filter_map(|(part, id)| Some((part, id?))).collect()
    }
}
