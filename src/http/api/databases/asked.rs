//! The JSON that is sent about databases. A field nobody knows is refused instead of ignored.
#![expect(clippy::option_option, reason = "a field that is null says something else than one left out")]

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::nullable;
use super::super::object::Object;
use crate::domain::account::Kind;
use crate::domain::keepsake::Keep;
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

/// What of each video is kept as a file on the page of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::api) enum KeepName {
    /// Nothing.
    None,
    /// Its sound.
    Audio,
    /// The video as it was downloaded.
    Video,
}

/// Which columns are to play which parts, and which lists may grow, by property id.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct MappingChoice {
    /// A url column.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = String, required = false)]
    link: Option<Option<String>>,
    /// A select or status column.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = String, required = false)]
    status: Option<Option<String>>,
    /// The title column.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = String, required = false)]
    title: Option<Option<String>>,
    /// A text column; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    reason: Option<Option<String>>,
    /// A select or multi-select column; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    tag: Option<Option<String>>,
    /// Select and multi-select columns to which new options may be added whatever their descriptions say; these and
    /// no others.
    #[serde(default)]
    #[schema(max_items = 100)]
    open: Option<Vec<String>>,
}

/// A database to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct NewDatabase {
    /// Its id, or its address as Notion copies it.
    #[schema(
        pattern = "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(https://)?([a-z0-9-]+\\.)?notion\\.(so|com|site)/([A-Za-z0-9_%-]+/)*([A-Za-z0-9_%-]+-)?([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})([?#][A-Za-z0-9=&_%#-]*)?)$"
    )]
    pub(super) database_id: String,
    /// What it is for.
    #[serde(default)]
    pub(super) kind: KindName,
    /// For a content database: links with this tag are put there.
    #[serde(default)]
    #[schema(max_length = 100, pattern = "^[^,]*$")]
    pub(super) tag: Option<String>,
    /// What you want from every video, in your own words.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub(super) instructions: Option<String>,
    /// The language you want to read (BCP 47).
    #[serde(default)]
    #[schema(max_length = 35, pattern = "^[A-Za-z0-9-]*$")]
    pub(super) language: Option<String>,
    /// What of each video is kept as a file; what was said before stays without it. A content database keeps none.
    #[serde(default)]
    pub(super) keep: Option<KeepName>,
    /// The connection that shows it; all of yours are tried without it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub(super) connection_id: Option<String>,
    /// Which of its data sources, where it has several.
    #[serde(default)]
    pub(super) data_source_id: Option<String>,
    /// Which columns are to play which parts; the others are found.
    #[serde(default)]
    #[schema(value_type = MappingChoice)]
    pub(super) mapping: Object<MappingChoice>,
    /// Whether missing columns may be added; a part set to null in `mapping` is not.
    #[serde(default)]
    pub(super) add_missing: bool,
}

/// A database to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct WantedProposal {
    /// Its id, or its address as Notion copies it.
    #[schema(
        pattern = "^([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(https://)?([a-z0-9-]+\\.)?notion\\.(so|com|site)/([A-Za-z0-9_%-]+/)*([A-Za-z0-9_%-]+-)?([0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})([?#][A-Za-z0-9=&_%#-]*)?)$"
    )]
    pub(super) database_id: String,
    /// What it is to be for.
    #[serde(default)]
    pub(super) kind: KindName,
    /// The connection that shows it; all of yours are tried without it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
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
    #[schema(value_type = Option<Uuid>)]
    pub(super) connection_id: Option<String>,
    /// The language you want to read (BCP 47), also that of the columns; those are in the browser's without it.
    #[serde(default)]
    #[schema(max_length = 35, pattern = "^[A-Za-z0-9-]*$")]
    pub(super) language: Option<String>,
}

/// What is to change; what is left out stays, null takes away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http::api) struct DatabaseChange {
    /// The tag of a content database.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 100, pattern = "^[^,]*$")]
    pub(super) tag: Option<Option<String>>,
    /// What you want from every video.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub(super) instructions: Option<Option<String>>,
    /// The language you want to read (BCP 47).
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, max_length = 35, pattern = "^[A-Za-z0-9-]*$")]
    pub(super) language: Option<Option<String>>,
    /// What of each video is kept as a file. A content database keeps none.
    #[serde(default)]
    #[schema(value_type = KeepName, required = false)]
    pub(super) keep: Option<KeepName>,
    /// Which columns are to play which parts, and which lists may grow.
    #[serde(default)]
    #[schema(value_type = MappingChoice)]
    pub(super) mapping: Object<MappingChoice>,
}

/// Which part of which list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http::api) struct FindQuery {
    /// Of this connection alone.
    #[param(value_type = Option<Uuid>)]
    pub(super) connection_id: Option<String>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    pub(super) cursor: Option<String>,
    /// How many at most, 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    pub(super) limit: Option<String>,
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

impl From<KeepName> for Keep {
    fn from(name: KeepName) -> Self {
        match name {
            KeepName::None => Self::None,
            KeepName::Audio => Self::Audio,
            KeepName::Video => Self::Video,
        }
    }
}

impl From<Keep> for KeepName {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::None => Self::None,
            Keep::Audio => Self::Audio,
            Keep::Video => Self::Video,
        }
    }
}

impl MappingChoice {
    /// The parts, and the lists that may grow.
    pub(super) fn read(self) -> (Choices, Option<Vec<String>>) {
        let Self { link, status, title, reason, tag, open } = self;
        let all = [
            (Part::Link, link),
            (Part::Status, status),
            (Part::Title, title),
            (Part::Reason, reason),
            (Part::Tag, tag),
        ];
        let parts = all.into_iter().filter_map(|(part, id)| Some((part, id?))).collect();
        (parts, open)
    }
}
