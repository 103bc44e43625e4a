//! The rules and the checks together, on three videos.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use chrono::NaiveDate;

use super::answer;
use crate::domain::answer::check;
use crate::domain::media::{At, MediaInfo, ScreenLine, ScreenText, Segment, Transcript, Watched};
use crate::domain::note::{Note, Question, Value};
use crate::domain::schema::{ChoiceOption, Column, ColumnKind, Schema};

fn watched(caption: &str, said: &[&str], shown: &[(f64, &str)]) -> Watched {
    let segments = said.iter().zip(0_u32..).map(|(text, index)| Segment {
        start: At(f64::from(index) * 4.0),
        end: At(f64::from(index) * 4.0 + 4.0),
        text: (*text).to_owned(),
    });
    let lines = shown.iter().map(|(at, text)| ScreenLine { at: At(*at), text: (*text).to_owned() });
    Watched {
        info: MediaInfo {
            caption: Some(caption.to_owned()),
            published: NaiveDate::from_ymd_opt(2026, 3, 14),
            ..MediaInfo::default()
        },
        transcript: Transcript { segments: segments.collect(), ..Transcript::default() },
        screen_text: ScreenText { lines: lines.collect(), engine: "test".to_owned() },
    }
}

fn noted(watched: Watched, columns: &[(&str, ColumnKind)]) -> Note {
    let columns = columns
        .iter()
        .map(|(name, kind)| Column {
            id: (*name).to_owned(),
            name: (*name).to_owned(),
            description: String::new(),
            kind: kind.clone(),
        })
        .collect();
    let question = Question::new(&Schema { columns, ..Schema::default() }, &[], watched);
    let answer = answer(&question, "rules".to_owned());
    check(&question, answer)
}

fn value<'a>(note: &'a Note, column: &str) -> Option<&'a Value> {
    note.values.iter().find(|filled| filled.column == column).map(|filled| &filled.value)
}

fn options(names: &[&str]) -> Vec<ChoiceOption> {
    names.iter().map(|name| ChoiceOption::named(*name)).collect()
}

fn number() -> ColumnKind {
    ColumnKind::Number { format: "number".to_owned() }
}

#[test]
fn a_recipe_fills_ingredients_minutes_servings_and_tags() {
    let recipe = watched(
        "Tomato soup for a rainy evening. One pot! #recipe #soup",
        &["chop two onions and fry them in butter", "cook for twenty minutes and blend until smooth"],
        &[
            (0.0, "Tomato Soup"),
            (4.0, "Ingredients"),
            (4.0, "800 g tomatoes"),
            (4.0, "2 onions"),
            (9.0, "20 minutes"),
            (9.0, "Serves 4"),
            (13.0, "Full recipe:"),
            (13.0, "soup.example/tomato"),
        ],
    );
    let note = noted(
        recipe,
        &[
            ("Summary", ColumnKind::RichText),
            ("Ingredients", ColumnKind::RichText),
            ("Minutes", number()),
            ("Servings", number()),
            ("Tags", ColumnKind::MultiSelect { options: options(&["Recipe", "Travel", "Soups"]) }),
            ("Website", ColumnKind::Url),
            ("Published", ColumnKind::Date),
            ("Calories", number()),
        ],
    );
    assert_eq!(value(&note, "Ingredients"), Some(&Value::Text("800 g tomatoes, 2 onions".into())));
    assert_eq!(value(&note, "Minutes"), Some(&Value::Number(20.0)));
    assert_eq!(value(&note, "Servings"), Some(&Value::Number(4.0)));
    assert_eq!(value(&note, "Tags"), Some(&Value::MultiSelect(vec!["Recipe".into(), "Soups".into()])));
    assert!(matches!(value(&note, "Website"), Some(Value::Url(url)) if url.contains("soup.example/tomato")));
    assert_eq!(value(&note, "Published"), Some(&Value::Date(NaiveDate::from_ymd_opt(2026, 3, 14).unwrap())));
    assert_eq!(value(&note, "Calories"), None, "nobody told");
    assert!(note.summary.starts_with("Tomato soup for a rainy evening."), "{}", note.summary);
    assert!(
        note.key_points.contains(&"Ingredients: 800 g tomatoes, 2 onions".to_owned()),
        "{:?}",
        note.key_points
    );
}

#[test]
fn a_place_fills_price_phone_and_email_where_they_stand() {
    let place = watched(
        "Best ramen in town. Call +44 20 7946 0958 or write to hello@ramen.example",
        &["a bowl is 12 euros and the queue is short"],
        &[(2.0, "12 €"), (5.0, "Open Monday")],
    );
    let note = noted(
        place,
        &[
            ("Price", ColumnKind::Number { format: "euro".to_owned() }),
            ("Phone", ColumnKind::PhoneNumber),
            ("Mail", ColumnKind::Email),
            ("Vegan", ColumnKind::Checkbox),
            ("Cuisine", ColumnKind::Select { options: options(&["Italian", "Ramen"]) }),
        ],
    );
    assert_eq!(value(&note, "Price"), Some(&Value::Number(12.0)));
    assert!(matches!(value(&note, "Phone"), Some(Value::PhoneNumber(_))));
    assert_eq!(value(&note, "Mail"), Some(&Value::Email("hello@ramen.example".into())));
    assert_eq!(value(&note, "Vegan"), None, "not said is not a no");
    assert_eq!(value(&note, "Cuisine"), Some(&Value::Select("Ramen".into())));
}

#[test]
fn a_workout_without_a_word_fills_what_its_screen_says() {
    let workout = watched("", &[], &[(0.0, "Leg day"), (3.0, "Squats"), (3.0, "3 sets of 12 reps")]);
    let note = noted(workout, &[("Sets", number()), ("Reps", number()), ("Name", ColumnKind::Title)]);
    assert_eq!(value(&note, "Sets"), Some(&Value::Number(3.0)));
    assert_eq!(value(&note, "Reps"), Some(&Value::Number(12.0)));
    assert_eq!(value(&note, "Name"), Some(&Value::Title("Leg day".into())));
    assert_eq!(note.summary, "");
}
