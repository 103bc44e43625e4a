//! The shape the answer should have, in words neither provider's own: each adapter draws its schema from it.

use crate::domain::note::Question;
use crate::domain::schema::{ChoiceOption, ColumnKind};

/// Providers refuse schemas with long lists without saying why; longer ones are told in the instructions.
const ENUM_OPTIONS: usize = 20;

/// The budget for the names of all lists together; the sum counts for the provider, not the single list.
const ENUM_CHARS: usize = 2_000;

/// One key of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The neutral key, such as `p3`.
    pub key: String,
    /// What may stand there.
    pub shape: Shape,
}

/// What may stand under a key. Any of them may also be null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// One of these strings.
    Choice(Vec<String>),
    /// Some of these strings.
    Choices(Vec<String>),
    /// A list of objects with these keys.
    Items(Vec<Field>),
}

/// The keys asked for besides title, summary and key points.
pub fn fields(question: &Question) -> Vec<Field> {
    let mut budget = ENUM_CHARS;
    let columns = question.columns.iter();
    let fields = columns.map(|(key, column)| {
        let is_open = question.takes_new_options(column);
        Field { key: key.clone(), shape: shape(&column.kind, is_open, &mut budget) }
    });
    let mut fields: Vec<Field> = fields.collect();
    if !question.choices.is_empty() {
        let keys: Vec<ChoiceOption> =
            question.choices.iter().map(|choice| ChoiceOption::named(&choice.key)).collect();
        let shape = small_list(&keys, &mut budget).map_or(Shape::Text, Shape::Choice);
        fields.push(Field { key: "choice".to_owned(), shape });
    }
    if question.several {
        // Lists of options once are enough: a schema that repeats them is refused as too large.
        let title = Field { key: "title".to_owned(), shape: Shape::Text };
        let columns = question.columns.iter();
        let plain =
            columns.map(|(key, column)| Field { key: key.clone(), shape: shape(&column.kind, true, &mut 0) });
        fields.push(Field {
            key: "items".to_owned(),
            shape: Shape::Items([title].into_iter().chain(plain).collect()),
        });
    }
    fields
}

fn shape(kind: &ColumnKind, is_open: bool, budget: &mut usize) -> Shape {
    match kind {
        ColumnKind::Select { .. } if is_open => Shape::Text,
        ColumnKind::MultiSelect { .. } if is_open => Shape::Texts,
        ColumnKind::Number { .. } => Shape::Number,
        ColumnKind::Checkbox => Shape::Flag,
        ColumnKind::Select { options } | ColumnKind::Status { options, .. } => {
            small_list(options, budget).map_or(Shape::Text, Shape::Choice)
        }
        ColumnKind::MultiSelect { options } => {
            small_list(options, budget).map_or(Shape::Texts, Shape::Choices)
        }
        _ => Shape::Text,
    }
}

/// The options' names, when they are few, none is empty and the budget still holds them.
fn small_list(options: &[ChoiceOption], budget: &mut usize) -> Option<Vec<String>> {
    let names: Vec<String> = options.iter().map(|option| option.name.clone()).collect();
    let chars: usize = names.iter().map(|name| name.chars().count()).sum();
    let fits = (1..=ENUM_OPTIONS).contains(&names.len()) && chars <= *budget;
    let plain = names.iter().all(|name| !name.trim().is_empty());
    if !fits || !plain {
        return None;
    }
    *budget -= chars;
    Some(names)
}
