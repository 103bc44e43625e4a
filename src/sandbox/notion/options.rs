//! Options of select, multi-select and status columns: declaring them, finding one, making one.
//!
//! Names hold no comma and are unique whatever their case; a status never grows by a value.

use serde_json::{Value, json};
use uuid::Uuid;

use super::check::At;
use super::error::ApiError;
use super::limits;
use super::schema::{Author, Kind};

/// Colours an option can have.
pub(super) const COLORS: [&str; 10] =
    ["default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red"];
const MAX_OPTIONS: usize = 100;
const GROUPS: [(&str, &str); 3] = [("To-do", "gray"), ("In progress", "blue"), ("Complete", "green")];
const DEFAULT_STATUSES: [(&str, &str, usize); 3] =
    [("Not started", "default", 0), ("In progress", "blue", 1), ("Done", "green", 2)];

/// One choice of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// Id that survives a rename.
    pub id: String,
    /// Name a person sees.
    pub name: String,
    /// One of [`COLORS`].
    pub color: &'static str,
    /// What the person says it is for.
    pub description: Option<String>,
    /// Index into the three groups of a status; unused elsewhere.
    pub group: usize,
}

impl Choice {
    fn new(name: &str, color: &'static str, group: usize) -> Self {
        Self { id: Uuid::new_v4().to_string(), name: name.to_owned(), color, description: None, group }
    }

    /// The choice as the schema shows it.
    pub(super) fn declared(&self) -> Value {
        json!({"id": self.id, "name": self.name, "color": self.color, "description": self.description})
    }

    /// The choice as a value of a row shows it.
    pub(super) fn value(&self) -> Value {
        json!({"id": self.id, "name": self.name, "color": self.color})
    }
}

/// Reads the options of a declaration at `at`; those left out of a given list are dropped.
pub(super) fn declare(
    kind: Kind,
    options: &mut Vec<Choice>,
    at: &At<'_>,
    author: Author,
) -> Result<(), ApiError> {
    let Some(list) = at.given("options") else {
        if kind == Kind::Status && options.is_empty() {
            let default = |(name, color, group): (&str, _, _)| Choice::new(name, color, group);
            *options = DEFAULT_STATUSES.into_iter().map(default).collect();
        }
        return Ok(());
    };
    let mut next: Vec<Choice> = Vec::new();
    for place in list.array(MAX_OPTIONS)? {
        let choice = declared(kind, options, &place, author)?;
        if next.iter().any(|other| same_name(&other.name, &choice.name)) {
            let text = format!(
                "{} option names should be unique, instead found \"{}\" twice.",
                kind.word(),
                choice.name
            );
            return Err(ApiError::validation(text));
        }
        next.push(choice);
    }
    *options = next;
    Ok(())
}

fn declared(kind: Kind, known: &[Choice], at: &At<'_>, author: Author) -> Result<Choice, ApiError> {
    let allowed: &[&str] = match author {
        // The API ignores or refuses a group; a person sets it in the browser.
        Author::Integration => &["id", "name", "color", "description"],
        Author::Person => &["id", "name", "color", "description", "group"],
    };
    at.only(allowed)?;
    let id = at.given("id").map(|id| id.string()).transpose()?;
    let name = at.given("name").map(|name| checked_name(kind, &name)).transpose()?;
    let color = at.given("color").map(|color| color.one_of(&COLORS)).transpose()?;
    let found = match (id, name) {
        (Some(id), _) => Some(known.iter().find(|choice| choice.id == id).ok_or_else(|| {
            at.refuse(&format!("has an id that is not an option of this property: `{id}`."))
        })?),
        (None, Some(name)) => known.iter().find(|choice| choice.name == name),
        (None, None) => return Err(at.refuse("should have a name or an id.")),
    };
    let mut choice = match (found, name) {
        (Some(found), _) => found.clone(),
        (None, Some(name)) => Choice::new(name, color.unwrap_or(next_color(known)), 0),
        (None, None) => return Err(at.refuse("should have a name.")),
    };
    if found.is_some() && color.is_some_and(|color| color != choice.color) {
        let text = format!("Cannot update color of select with name: {}.", choice.name);
        return Err(ApiError::validation(text));
    }
    if let Some(name) = name {
        name.clone_into(&mut choice.name);
    }
    if let Some(text) = at.field("description") {
        let text = if text.value.is_null() { "" } else { text.string_up_to(limits::TEXT_UNITS)? };
        choice.description = (!text.is_empty()).then(|| text.to_owned());
    }
    if let Some(group) = at.given("group") {
        let words = GROUPS.map(|(name, _)| name);
        let word = group.one_of(&words)?;
        choice.group = words.iter().position(|known| *known == word).unwrap_or(0);
    }
    Ok(choice)
}

fn checked_name<'a>(kind: Kind, at: &At<'a>) -> Result<&'a str, ApiError> {
    let name = at.filled_string_up_to(limits::OPTION_NAME_UNITS)?;
    if name.contains(',') {
        let text = format!("Invalid {} option, commas not allowed: {name}", kind.word());
        return Err(ApiError::validation(text));
    }
    Ok(name)
}

/// Finds the option a row's value names; makes it where Notion would. Gives its id.
pub(super) fn pick(kind: Kind, options: &mut Vec<Choice>, at: &At<'_>) -> Result<String, ApiError> {
    at.only(&["id", "name", "color", "description"])?;
    let color = at.given("color").map(|color| color.one_of(&COLORS)).transpose()?;
    let known = match (at.given("id"), at.given("name")) {
        (Some(id), _) => {
            let id = id.string()?;
            let found = options.iter().find(|choice| choice.id == id);
            found.ok_or_else(|| no_such(kind, id))?
        }
        (None, Some(name)) => {
            let name = checked_name(kind, &name)?;
            match options.iter().find(|choice| choice.name == name) {
                Some(choice) => choice,
                None => return grow(kind, options, name, color),
            }
        }
        (None, None) => return Err(at.refuse("should have a name or an id.")),
    };
    if color.is_some_and(|color| color != known.color) {
        return Err(ApiError::validation("Select option color doesn't match existing"));
    }
    Ok(known.id.clone())
}

fn grow(
    kind: Kind,
    options: &mut Vec<Choice>,
    name: &str,
    color: Option<&'static str>,
) -> Result<String, ApiError> {
    if kind == Kind::Status {
        return Err(no_such(kind, name));
    }
    if let Some(twin) = options.iter().find(|choice| same_name(&choice.name, name)) {
        let text = format!("{} option names should be unique, \"{}\" exists.", kind.word(), twin.name);
        return Err(ApiError::validation(text));
    }
    let choice = Choice::new(name, color.unwrap_or(next_color(options)), 0);
    let id = choice.id.clone();
    options.push(choice);
    Ok(id)
}

fn no_such(kind: Kind, name: &str) -> ApiError {
    let (word, capital) = match kind {
        Kind::Status => ("status", "Status"),
        Kind::MultiSelect => ("multi_select", "Multi-select"),
        _ => ("select", "Select"),
    };
    ApiError::validation(format!("Invalid {word} option. {capital} option \"{name}\" does not exist\"."))
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn next_color(known: &[Choice]) -> &'static str {
    COLORS.get(known.len() % COLORS.len()).copied().unwrap_or("default")
}

/// A status column's configuration with its three groups.
pub(super) fn status_shown(options: &[Choice]) -> Value {
    let group = |(index, (name, color)): (usize, &(&str, &str))| {
        let ids = options.iter().filter(|choice| choice.group == index).map(|choice| &choice.id);
        json!({"id": name.to_lowercase().replace(' ', "-"), "name": name, "color": color, "option_ids": ids.collect::<Vec<_>>()})
    };
    json!({
        "options": options.iter().map(Choice::declared).collect::<Vec<_>>(),
        "groups": GROUPS.iter().enumerate().map(group).collect::<Vec<_>>(),
    })
}

/// The option a status falls back to: the first of the first group that has one.
pub(super) fn default_status(options: &[Choice]) -> Option<String> {
    options.iter().min_by_key(|choice| choice.group).map(|choice| choice.id.clone())
}
