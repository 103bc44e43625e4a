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
use crate::domain::note::{Answer, Question};
use crate::domain::schema::{Column, ColumnKind};
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
        values: values.collect(),
        title: extract.title,
        summary: extract.summary,
        key_points: extract.key_points,
        engine: NAME.to_owned(),
        ..Answer::default()
    }
}

/// What the video offers for a column, if anything points at it.
fn value(column: &Column, material: &Material, extract: &Extract) -> Option<Json> {
    match &column.kind {
        ColumnKind::Title => Some(extract.title.clone().into()),
        ColumnKind::RichText => texts::text(column, material, extract).map(Json::from),
        ColumnKind::Number { format } => facts::number(column, format, material).map(Json::from),
        ColumnKind::Select { options } => texts::option(options, material).map(Json::from),
        ColumnKind::Status { options } => texts::status(options, material).map(Json::from),
        ColumnKind::MultiSelect { options } => Some(texts::options(options, material).into()),
        ColumnKind::Date => facts::date(column, material).map(Json::from),
        ColumnKind::Url => facts::url(column, material).map(Json::from),
        ColumnKind::Email => facts::email(material).map(Json::from),
        ColumnKind::PhoneNumber => facts::phone(material).map(Json::from),
        ColumnKind::Checkbox => facts::checkbox(column, material).then_some(Json::Bool(true)),
        ColumnKind::Place => facts::place(material),
        ColumnKind::Files | ColumnKind::Relation | ColumnKind::Other { .. } => None,
    }
}

#[cfg(test)]
mod tests;
