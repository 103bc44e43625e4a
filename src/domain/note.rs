//! The note: what the summarizer makes of media for one schema.
//!
//! An [`Answer`] is what a model said and is hostile until checked; a [`Note`] is what survived the
//! checks in [`crate::domain::answer`], each value with its evidence.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cost::Usage;
use super::entry::DatabaseId;
use super::media::{At, Watched};
use super::open_list::takes_new_options;
use super::own_columns::is_owners_own;
use super::schema::{Column, Schema};
use super::whereabouts::Point;

/// What a summarizer is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// The columns that may be filled, with the neutral key each answer comes back under (`p1`, `p2`, …).
    pub columns: Vec<(String, Column)>,
    /// The database's title, for context.
    pub database_title: String,
    /// The database's description, for context.
    pub database_description: String,
    /// What the owner wants in general.
    pub instructions: Option<String>,
    /// The language prose should be in (BCP 47); `None` means the video's own.
    pub language: Option<String>,
    /// Whether each thing the video shows gets a page of its own: five restaurants, three recipes.
    pub several: bool,
    /// The keys of the items an earlier run found, so that the same thing keeps its page.
    pub known_items: Vec<String>,
    /// The content databases the result may go to; the answer picks one or none. Empty where nothing is
    /// to be chosen.
    pub choices: Vec<Choice>,
    /// Property ids of columns to which new options may be added although their descriptions do not say so.
    pub open: Vec<String>,
    /// What was watched. All of it is untrusted text.
    pub watched: Watched,
}

/// A content database a result may go to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Choice {
    /// What the answer names it by; unique among the choices.
    pub key: String,
    /// Its title.
    pub title: String,
    /// What its owner says about it: its tag, its description, its instructions.
    pub about: String,
    /// What its columns are called.
    #[serde(default)]
    pub columns: Vec<String>,
}

impl Question {
    /// Asks for the fillable columns of a schema except the given ones (link, status, reason) and those that their
    /// owner keeps.
    pub fn new(schema: &Schema, without: &[&str], watched: Watched) -> Self {
        let is_asked = |column: &&Column| column.kind.is_fillable() && !is_owners_own(column);
        let columns = schema
            .columns
            .iter()
            .filter(|column| is_asked(column) && !without.contains(&column.id.as_str()))
            .enumerate()
            .map(|(index, column)| (format!("p{}", index + 1), column.clone()))
            .collect();
        Self {
            columns,
            database_title: schema.title.clone(),
            database_description: schema.description.clone(),
            instructions: None,
            language: None,
            several: false,
            known_items: Vec::new(),
            choices: Vec::new(),
            open: Vec::new(),
            watched,
        }
    }

    /// Whether values of this column may become new options: its description says so, or its owner did
    /// elsewhere. A status column never takes any.
    pub fn takes_new_options(&self, column: &Column) -> bool {
        takes_new_options(column, &self.open)
    }
}

/// What a summarizer answered, unchecked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// A title for the note.
    pub title: String,
    /// A few sentences.
    pub summary: String,
    /// The points worth remembering.
    pub key_points: Vec<String>,
    /// A value for each neutral key; anything may stand here.
    pub values: BTreeMap<String, serde_json::Value>,
    /// The things that get a page of their own, where several were asked for.
    pub items: Vec<OfferedItem>,
    /// The key of one of the choices; anything may stand here.
    pub choice: Option<String>,
    /// Who answered, such as `gemini-3.5-flash-lite`.
    pub engine: String,
    /// What was billed for it, a second try included.
    pub usage: Usage,
}

/// One of several things a summarizer found in a video, unchecked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OfferedItem {
    /// What it is called.
    pub title: String,
    /// A value for each neutral key; anything may stand here.
    pub values: BTreeMap<String, serde_json::Value>,
}

/// A checked result, ready to be written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Note {
    /// A title for the note.
    pub title: String,
    /// A few sentences.
    pub summary: String,
    /// The points worth remembering.
    pub key_points: Vec<String>,
    /// The values for the user's columns.
    pub values: Vec<Filled>,
    /// The things that get a page of their own, in the video's order; their keys are unique.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Item>,
    /// The key of the content database that was chosen, where there was a choice and one fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// The content database the values are for; `None`: the columns of the row itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseId>,
    /// The language its owner wants prose in (BCP 47); `None` for the video's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the summarizer offered and the checks refused.
    pub left_out: Vec<LeftOut>,
    /// Who made it.
    pub engine: String,
    /// The fingerprint of the question it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// Whether the columns it is for were changed before it was written, so that they are looked at anew first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubted: bool,
    /// What was billed for it.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

/// One of several things in a video, checked by the rules of the whole.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Item {
    /// Tells it from the others, and is the same when the video is summarized again: its title without case,
    /// accents, punctuation and plural.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// The values for the columns of its page.
    pub values: Vec<Filled>,
}

/// A value for one column, with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filled {
    /// Notion's property id.
    pub column: String,
    /// The column's name at that time, for people.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Where it comes from.
    pub evidence: Evidence,
    /// For a status column: what it shows while nobody has set it, which is as good as nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unset: Option<String>,
}

impl LeftOut {
    /// A value that was to be written and is told instead.
    pub fn told(filled: &Filled, offered: String, why: &str) -> Self {
        Self { name: filled.name.clone(), offered, why: why.to_owned() }
    }
}

/// A checked value, one variant for each way a column can be filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum Value {
    /// For a title column.
    Title(String),
    /// For a text column.
    Text(String),
    /// For a number column.
    Number(f64),
    /// For a select column; the option's exact name.
    Select(String),
    /// For a multi-select column; the options' exact names.
    MultiSelect(Vec<String>),
    /// For a status column; the option's exact name.
    Status(String),
    /// For a date column.
    Date(NaiveDate),
    /// For a url column.
    Url(String),
    /// For an e-mail column.
    Email(String),
    /// For a phone number column.
    PhoneNumber(String),
    /// For a checkbox column.
    Checkbox(bool),
    /// For a place column: its name, and its address where one was given.
    Place {
        /// What the place is called.
        name: String,
        /// Where it is, as given in the video.
        address: Option<String>,
        /// Where a map has it; without that no map can show it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Point>,
    },
    /// For a relation column: ids of pages. Never made of what a model answered.
    Relation(Vec<String>),
    /// For a files column: the video's picture, which is kept with the video. Never made of what a model answered.
    Thumbnail,
}

/// Where in the input a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source", content = "at")]
pub enum Evidence {
    /// In the caption or title the author wrote.
    Caption,
    /// In what the platform says about the video, such as its author or date.
    Platform,
    /// Said at this moment.
    Speech(At),
    /// Shown at this moment.
    Screen(At),
    /// A judgement about the whole video: a summary, a choice of options.
    Whole,
    /// In the row the video was saved in.
    Row,
}

/// A value the checks refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The column's name.
    pub name: String,
    /// What was offered, shortened.
    pub offered: String,
    /// Why it was refused, for a person.
    pub why: String,
}
