//! The kinds of columns: the API's words for them, and what may be said about each.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Title,
    RichText,
    Number,
    Url,
    Select,
    MultiSelect,
    Status,
    People,
    Email,
    PhoneNumber,
    Date,
    Checkbox,
    Relation,
    Files,
    Place,
    Verification,
    Formula,
    Rollup,
    CreatedTime,
    CreatedBy,
    LastEditedTime,
    LastEditedBy,
    UniqueId,
    Button,
}

const KINDS: [(Kind, &str); 24] = [
    (Kind::Title, "title"),
    (Kind::RichText, "rich_text"),
    (Kind::Number, "number"),
    (Kind::Url, "url"),
    (Kind::Select, "select"),
    (Kind::MultiSelect, "multi_select"),
    (Kind::Status, "status"),
    (Kind::People, "people"),
    (Kind::Email, "email"),
    (Kind::PhoneNumber, "phone_number"),
    (Kind::Date, "date"),
    (Kind::Checkbox, "checkbox"),
    (Kind::Relation, "relation"),
    (Kind::Files, "files"),
    (Kind::Place, "place"),
    (Kind::Verification, "verification"),
    (Kind::Formula, "formula"),
    (Kind::Rollup, "rollup"),
    (Kind::CreatedTime, "created_time"),
    (Kind::CreatedBy, "created_by"),
    (Kind::LastEditedTime, "last_edited_time"),
    (Kind::LastEditedBy, "last_edited_by"),
    (Kind::UniqueId, "unique_id"),
    (Kind::Button, "button"),
];

impl Kind {
    /// The API's word for this kind.
    pub(super) fn word(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("unsupported", |(_, word)| word)
    }

    /// The kind the API's word stands for.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }

    /// Whether Notion computes the value itself.
    pub(super) fn read_only(self) -> bool {
        use Kind::{Button, CreatedBy, CreatedTime, Formula, LastEditedBy, LastEditedTime, Rollup, UniqueId};
        matches!(
            self,
            Formula | Rollup | CreatedTime | CreatedBy | LastEditedTime | LastEditedBy | UniqueId | Button
        )
    }

    /// Whether its values are picked from a list.
    pub(super) fn has_options(self) -> bool {
        matches!(self, Self::Select | Self::MultiSelect | Self::Status)
    }

    /// What may be said about a column of this kind when it is declared.
    pub(super) fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Select | Self::MultiSelect | Self::Status => &["options"],
            Self::Number => &["format"],
            Self::UniqueId => &["prefix"],
            Self::Formula => &["expression"],
            Self::Relation => &["type", "data_source_id", "single_property", "dual_property"],
            Self::Rollup => &[
                "function",
                "relation_property_name",
                "relation_property_id",
                "rollup_property_name",
                "rollup_property_id",
            ],
            _ => &[],
        }
    }
}
