//! The parts columns play: which column can play which, and an owner's own choice checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Mapping, MappingProblem, shown_in};
use crate::domain::account::Kind;
use crate::domain::schema::{Column, ColumnKind, Schema};

/// A part a column plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Holds the link to watch.
    Link,
    /// Shows where the entry is.
    Status,
    /// The row's name.
    Title,
    /// Takes a failure's reason.
    Reason,
    /// Names the content database the result goes to.
    Tag,
}

impl Part {
    /// All parts, the necessary ones first.
    pub const ALL: [Self; 5] = [Self::Link, Self::Status, Self::Title, Self::Reason, Self::Tag];

    /// The parts of a kind of database.
    pub fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Link => &Self::ALL,
            Kind::Content => &[Self::Title],
        }
    }

    /// Its name in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Status => "status",
            Self::Title => "title",
            Self::Reason => "reason",
            Self::Tag => "tag",
        }
    }

    /// Whether a database without it cannot be watched.
    pub fn is_necessary(self) -> bool {
        !matches!(self, Self::Reason | Self::Tag)
    }

    /// Whether a column of this type can play it.
    pub fn takes(self, kind: &ColumnKind) -> bool {
        match self {
            Self::Link => matches!(kind, ColumnKind::Url),
            Self::Status => matches!(kind, ColumnKind::Select { .. } | ColumnKind::Status { .. }),
            Self::Title => matches!(kind, ColumnKind::Title),
            Self::Reason => matches!(kind, ColumnKind::RichText),
            Self::Tag => matches!(kind, ColumnKind::Select { .. } | ColumnKind::MultiSelect { .. }),
        }
    }

    /// The types that can play it, in Notion's words.
    pub fn types(self) -> &'static str {
        match self {
            Self::Link => "url",
            Self::Status => "select or status",
            Self::Title => "title",
            Self::Reason => "rich_text",
            Self::Tag => "select or multi_select",
        }
    }
}

/// Which column an owner wants for which part, by property id; `None` for no column.
pub type Choices = BTreeMap<Part, Option<String>>;

/// What is wrong with an owner's choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceProblem {
    /// There is no such column.
    #[error("The database has no column with the id `{id}` for the {}. Take an id from `candidates`.", part.name())]
    Unknown {
        /// The part.
        part: Part,
        /// What was given.
        id: String,
    },
    /// The column cannot play the part.
    #[error("The column {column} is of the type {is}; the {} needs {}.", part.name(), part.types())]
    WrongType {
        /// The part.
        part: Part,
        /// The column's name.
        column: String,
        /// Its type.
        is: String,
    },
    /// One column cannot play two parts.
    #[error("The column {column} cannot play two parts. Choose another one for the {}.", part.name())]
    Twice {
        /// The part.
        part: Part,
        /// The column's name.
        column: String,
    },
    /// The part cannot be left out.
    #[error("A database cannot be watched without a column for the {}.", part.name())]
    Necessary {
        /// The part.
        part: Part,
    },
    /// The column has no options for our statuses.
    #[error(transparent)]
    Options(#[from] MappingProblem),
}

impl Mapping {
    /// The column that plays a part.
    pub fn column_of(&self, part: Part) -> Option<&str> {
        let id = match part {
            Part::Link => Some(self.link.as_str()),
            Part::Status => Some(self.status.id.as_str()),
            Part::Title => Some(self.title.as_str()),
            Part::Reason => self.reason.as_deref(),
            Part::Tag => self.tag.as_deref(),
        };
        id.filter(|id| !id.is_empty())
    }
}

/// All columns that can play a part.
pub fn candidates(schema: &Schema, part: Part) -> Vec<&Column> {
    schema.columns.iter().filter(|column| part.takes(&column.kind)).collect()
}

/// Puts an owner's choice into a mapping. A part that can be left out gives its column up to a choice; two
/// choices of one column are refused.
pub fn apply(mapping: &mut Mapping, schema: &Schema, choices: &Choices) -> Result<(), ChoiceProblem> {
    for (part, id) in choices {
        match id {
            Some(id) => assign(mapping, schema, *part, id, choices)?,
            None if part.is_necessary() => return Err(ChoiceProblem::Necessary { part: *part }),
            None => clear(mapping, *part),
        }
    }
    Ok(())
}

fn assign(
    mapping: &mut Mapping,
    schema: &Schema,
    part: Part,
    id: &str,
    choices: &Choices,
) -> Result<(), ChoiceProblem> {
    let column = schema.column(id).ok_or_else(|| ChoiceProblem::Unknown { part, id: id.to_owned() })?;
    if !part.takes(&column.kind) {
        let is = column.kind.name().to_owned();
        return Err(ChoiceProblem::WrongType { part, column: column.name.clone(), is });
    }
    let rival = Part::ALL.into_iter().find(|other| *other != part && mapping.column_of(*other) == Some(id));
    if let Some(rival) = rival {
        let chosen_too = choices.get(&rival).is_some_and(|chosen| chosen.as_deref() == Some(id));
        if chosen_too || rival.is_necessary() {
            return Err(ChoiceProblem::Twice { part, column: column.name.clone() });
        }
        clear(mapping, rival);
    }
    match part {
        Part::Link => id.clone_into(&mut mapping.link),
        Part::Status => mapping.status = shown_in(column)?,
        Part::Title => id.clone_into(&mut mapping.title),
        Part::Reason => mapping.reason = Some(id.to_owned()),
        Part::Tag => mapping.tag = Some(id.to_owned()),
    }
    Ok(())
}

fn clear(mapping: &mut Mapping, part: Part) {
    match part {
        Part::Link => mapping.link.clear(),
        Part::Status => mapping.status = super::StatusColumn::default(),
        Part::Title => mapping.title.clear(),
        Part::Reason => mapping.reason = None,
        Part::Tag => mapping.tag = None,
    }
}
