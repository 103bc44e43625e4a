#![expect(clippy::unwrap_used, reason = "a test may panic")]
use super::*;
use crate::domain::mapping::{Usage, draft};
use crate::domain::schema::{ChoiceOption, Column, ColumnKind};

fn kind(new: NewKind) -> ColumnKind {
    match new {
        NewKind::Title => ColumnKind::Title,
        NewKind::Url => ColumnKind::Url,
        NewKind::RichText => ColumnKind::RichText,
        NewKind::Statuses => ColumnKind::Select {
            options: Status::ALL.map(|status| ChoiceOption::named(status.name())).into(),
        },
        NewKind::Select => ColumnKind::Select { options: Vec::new() },
        NewKind::MultiSelect => ColumnKind::MultiSelect { options: Vec::new() },
        NewKind::Date => ColumnKind::Date,
    }
}

fn schema(columns: &[(&str, ColumnKind)]) -> Schema {
    let column = |(name, kind): &(&str, ColumnKind)| Column {
        id: (*name).to_owned(),
        name: (*name).to_owned(),
        description: String::new(),
        kind: kind.clone(),
    };
    Schema { columns: columns.iter().map(column).collect(), ..Schema::default() }
}

#[test]
fn the_database_we_make_is_one_we_understand_in_every_language() {
    for (code, words) in Words::all() {
        let plan = plan(words);
        let columns: Vec<_> =
            plan.columns.iter().map(|column| (column.name.as_str(), kind(column.kind))).collect();
        let schema = schema(&columns);
        let draft = draft(&schema, &Usage::default());
        for part in Part::ALL {
            let wanted = words.column(part).map_or("title".to_owned(), |column| column.name);
            let found = draft.mapping.column_of(part).unwrap_or("nothing");
            assert!(found == wanted || part == Part::Title, "{code}: {found} plays {}", part.name());
        }
        assert_eq!(missing(&schema, &draft, Kind::Link, words), []);
        assert!(plan.columns.iter().all(|column| column.description.chars().count() <= 140), "{code}");
    }
}

#[test]
fn the_language_is_the_one_wanted_most_among_those_there_are() {
    let table = [
        (None, "Saved videos"),
        (Some("de"), "Gespeicherte Videos"),
        (Some("de-AT"), "Gespeicherte Videos"),
        (Some("ja, fr;q=0.5, es;q=0.9"), "V\u{ed}deos guardados"),
        (Some("de;q=0, en"), "Saved videos"),
        (Some("xx;q=nonsense,,;"), "Saved videos"),
    ];
    for (languages, title) in table {
        assert_eq!(Words::of(languages).title, title, "{languages:?}");
    }
}

#[test]
fn a_column_of_its_owner_never_gives_its_name_away() {
    let words = Words::of(None);
    let schema = schema(&[
        ("Name", ColumnKind::Title),
        ("URL", ColumnKind::RichText),
        ("status", ColumnKind::RichText),
        ("Linkscribe Status", ColumnKind::Checkbox),
    ]);
    let missing = missing(&schema, &draft(&schema, &Usage::default()), Kind::Link, words);
    let names: Vec<_> =
        missing.iter().map(|missing| (missing.part, missing.column.clone().unwrap().name)).collect();
    let expected = [
        (Part::Link, "Link"),
        (Part::Status, "Linkscribe Status 2"),
        (Part::Reason, "Reason"),
        (Part::Tag, "Tag"),
    ];
    assert_eq!(names, expected.map(|(part, name)| (part, name.to_owned())));
}

#[test]
fn a_content_database_needs_its_title_alone() {
    let schema = schema(&[("Name", ColumnKind::Title)]);
    assert_eq!(missing(&schema, &draft(&schema, &Usage::default()), Kind::Content, Words::of(None)), []);
}
