//! A summarizer without a model: it quotes. Works on this machine, costs nothing, needs no key.
//!
//! Takes a [`Question`]; gives a summary of the video's own sentences and, for each column, what stands in
//! the video next to the column's own words. It never infers: a column nothing points at stays empty.
//! Never fails.

mod facts;
mod material;
mod stop_words;
mod summary;
mod texts;

use async_trait::async_trait;
use serde_json::Value as Json;

use self::material::Material;
use self::summary::Extract;
use crate::domain::note::{Answer, Choice, Question};
use crate::domain::own_columns::is_owners_own;
use crate::domain::schema::{ChoiceOption, Column, ColumnKind};
use crate::failure::Outcome;
use crate::ports::SummaryModel;

/// The name people read on the page and in `linkscribe check`.
const NAME: &str = "rules";

/// The rule-based summarizer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules;

#[async_trait]
impl SummaryModel for Rules {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        Ok(answer(question))
    }
}

fn answer(question: &Question) -> Answer {
    let material = Material::new(&question.watched);
    let extract = Extract::new(&material);
    let offer = |column: &Column| value(column, &material, &extract);
    let values = question.columns.iter().filter_map(|(key, column)| Some((key.clone(), offer(column)?)));
    Answer {
        choice: choice(question, &material),
        values: values.collect(),
        title: extract.title,
        summary: extract.summary,
        key_points: extract.key_points,
        engine: NAME.to_owned(),
        ..Answer::default()
    }
}

/// The collection that the video means most clearly, told by its title and by what its owner says about it.
fn choice(question: &Question, material: &Material) -> Option<String> {
    let option =
        |choice: &Choice| ChoiceOption { name: choice.title.clone(), description: choice.about.clone() };
    let options: Vec<ChoiceOption> = question.choices.iter().map(option).collect();
    let meant = texts::option(&options, material)?;
    let mut choices = question.choices.iter().filter(|choice| choice.title == meant);
    choices.next().filter(|_| choices.next().is_none()).map(|choice| choice.key.clone())
}

/// What the video offers for a column, if anything points at it.
fn value(column: &Column, material: &Material, extract: &Extract) -> Option<Json> {
    match &column.kind {
        ColumnKind::Title => Some(extract.title.clone().into()),
        ColumnKind::RichText => texts::text(column, material, extract).map(Json::from),
        ColumnKind::Number { format } => facts::number(column, format, material).map(Json::from),
        _ if is_owners_own(column) => None,
        ColumnKind::Select { options } | ColumnKind::Status { options, .. } => {
            texts::option(options, material).map(Json::from)
        }
        ColumnKind::MultiSelect { options } => Some(texts::options(options, material).into()),
        ColumnKind::Date => facts::date(column, material).map(Json::from),
        ColumnKind::Url => facts::url(column, material).map(Json::from),
        ColumnKind::Email => facts::email(material).map(Json::from),
        ColumnKind::PhoneNumber => facts::phone(material).map(Json::from),
        ColumnKind::Checkbox => facts::checkbox(column, material).then_some(Json::Bool(true)),
        ColumnKind::Place => facts::place(material),
        ColumnKind::Files | ColumnKind::Relation { .. } | ColumnKind::Other { .. } => None,
    }
}

#[cfg(test)]
mod tests;
