//! The user's own columns, as their Notion data source describes them. The schema is the prompt.

use serde::{Deserialize, Serialize};

/// A data source's columns with everything their owner wrote about them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schema {
    /// The database's title.
    pub title: String,
    /// The database's description.
    pub description: String,
    /// The columns, in Notion's order.
    pub columns: Vec<Column>,
}

impl Schema {
    /// The column with this property id.
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Notion's property id; survives renames.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its owner wrote about it; empty when nothing.
    pub description: String,
    /// Its type.
    pub kind: ColumnKind,
}

/// A column's type, with what the type carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum ColumnKind {
    /// The row's name.
    Title,
    /// Free text.
    RichText,
    /// A number.
    Number {
        /// Notion's format name, such as `euro` or `percent`.
        format: String,
    },
    /// One of the options.
    Select {
        /// What may be chosen.
        options: Vec<ChoiceOption>,
    },
    /// Some of the options.
    MultiSelect {
        /// What may be chosen.
        options: Vec<ChoiceOption>,
    },
    /// One of the options; Notion never adds one through a page.
    Status {
        /// What may be chosen.
        options: Vec<ChoiceOption>,
        /// What it shows while nobody has set it: a status is never empty. `None` where that is not told.
        unset: Option<String>,
    },
    /// A day.
    Date,
    /// A web address.
    Url,
    /// An e-mail address.
    Email,
    /// A phone number.
    PhoneNumber,
    /// Yes or no.
    Checkbox,
    /// A place with a name.
    Place,
    /// Files.
    Files,
    /// Links to other pages.
    Relation {
        /// The data source the pages stand in, as Notion writes its id; empty where it is not told.
        data_source: String,
    },
    /// Read-only, or of no use to us: formula, rollup, created time, button and so on.
    Other {
        /// Notion's type name.
        kind: String,
    },
}

impl ColumnKind {
    /// Whether a summary may fill a column of this type.
    pub fn is_fillable(&self) -> bool {
        !matches!(self, Self::Files | Self::Relation { .. } | Self::Other { .. })
    }

    /// Notion's name of the type.
    pub fn name(&self) -> &str {
        match self {
            Self::Title => "title",
            Self::RichText => "rich_text",
            Self::Number { .. } => "number",
            Self::Select { .. } => "select",
            Self::MultiSelect { .. } => "multi_select",
            Self::Status { .. } => "status",
            Self::Date => "date",
            Self::Url => "url",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Checkbox => "checkbox",
            Self::Place => "place",
            Self::Files => "files",
            Self::Relation { .. } => "relation",
            Self::Other { kind } => kind,
        }
    }

    /// What a column shows while nobody has set it, where that is something.
    pub fn unset(&self) -> Option<&str> {
        match self {
            Self::Status { unset, .. } => unset.as_deref(),
            _ => None,
        }
    }

    /// The options of a column one chooses from; none for any other.
    pub fn options(&self) -> &[ChoiceOption] {
        match self {
            Self::Select { options } | Self::MultiSelect { options } | Self::Status { options, .. } => {
                options
            }
            _ => &[],
        }
    }
}

/// One option of a select, multi-select or status column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// Its name.
    pub name: String,
    /// What its owner wrote about it; empty when nothing.
    pub description: String,
}

impl ChoiceOption {
    /// An option without a description.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), description: String::new() }
    }
}
