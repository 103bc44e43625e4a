//! Several things in one video, and the choice among content databases.

use super::*;
use crate::domain::note::{Choice, Item, OfferedItem};

fn item(title: &str, price: Json) -> OfferedItem {
    OfferedItem { title: title.to_owned(), values: [("p1".to_owned(), price)].into() }
}

fn noted(items: Vec<OfferedItem>, several: bool) -> Note {
    let price = column("Price", ColumnKind::Number { format: "euro".to_owned() });
    let question = Question { several, ..question(price, watched()) };
    check(&question, Answer { title: "Pasta".to_owned(), items, ..Answer::default() })
}

#[test]
fn each_item_has_its_own_checked_values_and_a_key_of_its_own() {
    let offered = vec![
        item("Trattoria da Enzo", json!("€12.50")),
        item("TRATTORIA  DA ENZO!", json!(null)),
        item("The market", json!(99)),
        item("Trattoria Luigi", json!(12.5)),
        item("", json!(12.5)),
    ];
    let note = noted(offered, true);
    let keys: Vec<&str> = note.items.iter().map(|item| item.key.as_str()).collect();
    assert_eq!(keys, ["trattoria-da-enzo", "the-market"]);
    assert_eq!(note.items.first().unwrap().values.first().unwrap().value, Value::Number(12.5));
    assert!(note.items.last().unwrap().values.is_empty(), "an invented price is none");
    let why: Vec<&str> = note.left_out.iter().map(|left| left.why.as_str()).collect();
    assert_eq!(why, [why::SAME_TITLE, why::NOT_IN_INPUT, why::NAME_NOT_IN_INPUT, why::NO_TITLE]);
}

#[test]
fn a_thing_that_is_called_a_little_differently_keeps_the_page_it_has() {
    let keys = |known: &[&str], titles: &[&str]| -> Vec<String> {
        let price = column("Price", ColumnKind::Number { format: "euro".to_owned() });
        let known_items = known.iter().map(|key| (*key).to_owned()).collect();
        let question = Question { several: true, known_items, ..question(price, watched()) };
        let items = titles.iter().map(|title| item(title, json!(null))).collect();
        let note = check(&question, Answer { items, ..Answer::default() });
        note.items.into_iter().map(|item| item.key).collect()
    };
    for (known, titles, expected) in [
        (&["da-enzo"][..], &["Trattoria da Enzo", "The market"][..], &["da-enzo", "the-market"][..]),
        (&["trattoria-da-enzo"], &["da Enzo", "The market"], &["trattoria-da-enzo", "the-market"]),
        (&["da-enzo", "trattoria-da-enzo"], &["Trattoria da Enzo"], &["trattoria-da-enzo"]),
        (&["pasta", "tomato"], &["Tomato pasta"], &["tomato-pasta"]),
        (&["pasta"], &["One pot pasta", "Quick pasta"], &["one-pot-pasta", "quick-pasta"]),
        (&["pasta"], &["Pasta", "One pot pasta"], &["pasta", "one-pot-pasta"]),
        (&["enz"], &["Trattoria da Enzo"], &["trattoria-da-enzo"]),
    ] {
        assert_eq!(keys(known, titles), expected, "{known:?} {titles:?}");
    }
}

#[test]
fn items_nobody_asked_for_are_none_and_a_flood_ends_at_twenty() {
    let letters: Vec<OfferedItem> =
        ('a'..='z').map(|letter| item(&format!("dish {letter}"), json!(null))).collect();
    assert!(noted(letters.clone(), false).items.is_empty());
    let note = noted(letters, true);
    assert_eq!((note.items.len(), note.left_out.len()), (20, 6));
}

#[test]
fn a_database_is_chosen_by_its_key_or_not_at_all() {
    let choice =
        |key: &str, title: &str| Choice { key: key.to_owned(), title: title.to_owned(), ..Choice::default() };
    let choices = vec![
        choice("recipes", "My Recipes"),
        choice("places", "Places"),
        choice("x", "Twins"),
        choice("y", "twin"),
    ];
    let chosen = |offered: Option<&str>| {
        let question =
            Question { choices: choices.clone(), ..question(column("Name", ColumnKind::Title), watched()) };
        check(&question, Answer { choice: offered.map(str::to_owned), ..Answer::default() }).choice
    };
    for (offered, expected) in [
        (Some("recipes"), Some("recipes")),
        (Some(" Recipe "), Some("recipes")),
        (Some("my recipes"), Some("recipes")),
        (Some("Places"), Some("places")),
        (Some("twins"), None),
        (Some("none"), None),
        (Some("salaries"), None),
        (Some(""), None),
        (None, None),
    ] {
        assert_eq!(chosen(offered).as_deref(), expected, "{offered:?}");
    }
}

#[test]
fn a_note_kept_before_there_were_items_is_still_read() {
    let old = json!({"title": "Pasta", "summary": "", "key_points": [], "values": [], "left_out": [], "engine": "m"});
    let note: Note = serde_json::from_value(old.clone()).unwrap();
    assert_eq!((note.items.len(), note.choice.as_deref()), (0, None));
    assert_eq!(serde_json::to_value(&note).unwrap(), old, "nothing is written for what is not there");
    let item = Item { key: "pasta".to_owned(), title: "Pasta".to_owned(), values: Vec::new() };
    let note = Note { items: vec![item], choice: Some("recipes".to_owned()), ..note };
    assert_eq!(serde_json::from_value::<Note>(serde_json::to_value(&note).unwrap()).unwrap(), note);
}
