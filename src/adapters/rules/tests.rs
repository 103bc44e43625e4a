//! Three videos as people save them, answered by the rules and then checked as every answer is.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::answer::check;
use crate::domain::media::{At, MediaInfo, ScreenLine, ScreenText, Segment, Transcript, Watched};
use crate::domain::note::{Evidence, Note, Value};
use crate::domain::schema::{ChoiceOption, Schema};

fn watched(info: MediaInfo, speech: &[&str], screen: &[&str]) -> Watched {
    let every = |at: usize| At(f64::from(u32::try_from(at).unwrap()) * 5.0);
    let segment = |(at, text): (usize, &&str)| Segment {
        start: every(at),
        end: every(at + 1),
        text: (*text).to_owned(),
    };
    let line = |(at, text): (usize, &&str)| ScreenLine { at: every(at), text: (*text).to_owned() };
    Watched {
        info,
        transcript: Transcript {
            language: Some("en".to_owned()),
            segments: speech.iter().enumerate().map(segment).collect(),
            engine: "whisper".to_owned(),
            ..Transcript::default()
        },
        screen_text: ScreenText {
            lines: screen.iter().enumerate().map(line).collect(),
            engine: "tesseract".to_owned(),
        },
    }
}

fn info(platform: &str, caption: &str) -> MediaInfo {
    MediaInfo {
        platform: platform.to_owned(),
        caption: Some(caption.to_owned()),
        author: Some("anna".to_owned()),
        published: "2024-05-07".parse().ok(),
        duration: Some(42.0),
        page_url: Some("https://video.example/7".to_owned()),
        ..MediaInfo::default()
    }
}

fn recipe() -> Watched {
    let caption = "One pot tomato pasta 🍝 #quick #pasta\n\nIngredients:\n500 g spaghetti\n800 g tomatoes\n2 cloves of garlic\n\n\
        Full recipe: https://cook.example/one-pot\nQuestions? anna@cook.example #vegan";
    let speech = [
        "Today I show you my favourite one pot pasta with tomatoes.",
        "You put the spaghetti, the tomatoes and the garlic into one pot and cook the pasta for 20 minutes.",
        "The tomatoes become a creamy sauce, and the pasta soaks it all up.",
        "This serves four people and costs less than 8 euros.",
        "Follow me and like this video for more recipes!",
    ];
    watched(
        info("TikTok", caption),
        &speech,
        &["ONE POT PASTA", "500 g spaghetti", "Simmer for 20 min", "ONE POT PASTA"],
    )
}

fn place() -> Watched {
    let caption = "The best carbonara in town!\n📍 Trattoria da Enzo, Via dei Vascellari 29, Rome\n☎ +39 06 581 2260\n\
        Book at www.daenzo.example/book before May 20";
    let speech = [
        "If you are in Rome, you have to try this little trattoria in Trastevere.",
        "The carbonara is €14 and it is worth every cent.",
        "They open at seven and the line is long, so come early.",
    ];
    watched(info("Instagram", caption), &speech, &["Trattoria da Enzo", "CARBONARA 14 €"])
}

fn workout() -> Watched {
    let screen = [
        "FULL BODY WORKOUT",
        "Squats 3 sets x 12 reps",
        "Push-ups 3 x 10",
        "Plank 45 seconds",
        "No equipment needed",
    ];
    let caption = "15 min full body workout at home 💪 #homeworkout #strength #fitness";
    watched(info("YouTube", caption), &[], &screen)
}

fn column(name: &str, description: &str, kind: ColumnKind) -> Column {
    Column { id: format!("id-{name}"), name: name.to_owned(), description: description.to_owned(), kind }
}

fn number(name: &str, format: &str) -> Column {
    column(name, "", ColumnKind::Number { format: format.to_owned() })
}

fn options(names: &[(&str, &str)]) -> Vec<ChoiceOption> {
    let option = |(name, description): &(&str, &str)| ChoiceOption {
        name: (*name).to_owned(),
        description: (*description).to_owned(),
    };
    names.iter().map(option).collect()
}

async fn noted(columns: Vec<Column>, watched: Watched) -> Note {
    let schema = Schema { title: "Videos".to_owned(), description: String::new(), columns };
    let question = Question::new(&schema, &[], watched);
    let answer = Rules.answer(&question).await.unwrap();
    check(&question, answer)
}

fn filled(note: &Note) -> BTreeMap<&str, &Value> {
    note.values.iter().map(|filled| (filled.name.as_str(), &filled.value)).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

#[tokio::test]
async fn a_recipe_fills_a_cooks_columns() {
    let course = options(&[
        ("Dessert", "Sweet things such as cake"),
        ("Main", "Dishes with noodles, spaghetti or rice"),
    ]);
    let tags = options(&[("Vegan", ""), ("Pasta", ""), ("Quick", ""), ("Meat", ""), ("Done", "")]);
    let columns = vec![
        column("Name", "", ColumnKind::Title),
        column("Summary", "", ColumnKind::RichText),
        column("Ingredients", "What has to be bought", ColumnKind::RichText),
        column("Author", "", ColumnKind::RichText),
        column("Wine", "", ColumnKind::RichText),
        number("Minutes", "number"),
        number("Servings", "number"),
        number("Calories", "number"),
        number("Costs", "euro"),
        column("Course", "", ColumnKind::Select { options: course }),
        column("Tags", "", ColumnKind::MultiSelect { options: tags }),
        column("Recipe", "", ColumnKind::Url),
        column("Contact", "", ColumnKind::Email),
        column("Phone", "", ColumnKind::PhoneNumber),
        column("Published", "", ColumnKind::Date),
        column("Vegan", "", ColumnKind::Checkbox),
        column("Tried", "", ColumnKind::Checkbox),
        column("Where", "", ColumnKind::Place),
    ];
    let note = noted(columns, recipe()).await;
    assert_eq!(note.title, "One pot tomato pasta 🍝");
    let summary = "Today I show you my favourite one pot pasta with tomatoes. You put the spaghetti, the tomatoes and \
        the garlic into one pot and cook the pasta for 20 minutes. The tomatoes become a creamy sauce, and the pasta \
        soaks it all up.";
    assert_eq!(note.summary, summary);
    assert_eq!(
        note.key_points,
        ["500 g spaghetti", "Simmer for 20 min", "This serves four people and costs less than 8 euros."]
    );
    let expected = BTreeMap::from([
        ("Name", Value::Title("One pot tomato pasta 🍝".to_owned())),
        ("Summary", text(summary)),
        ("Ingredients", text("500 g spaghetti\n800 g tomatoes\n2 cloves of garlic")),
        ("Author", text("anna")),
        ("Minutes", Value::Number(20.0)),
        ("Servings", Value::Number(4.0)),
        ("Costs", Value::Number(8.0)),
        ("Course", Value::Select("Main".to_owned())),
        ("Tags", Value::MultiSelect(vec!["Vegan".to_owned(), "Pasta".to_owned(), "Quick".to_owned()])),
        ("Recipe", Value::Url("https://cook.example/one-pot".to_owned())),
        ("Contact", Value::Email("anna@cook.example".to_owned())),
        ("Published", Value::Date("2024-05-07".parse().unwrap())),
        ("Vegan", Value::Checkbox(true)),
    ]);
    assert_eq!(filled(&note), expected.iter().map(|(name, value)| (*name, value)).collect());
    let servings = note.values.iter().find(|filled| filled.name == "Servings").unwrap();
    assert_eq!(servings.evidence, Evidence::Speech(At(15.0)));
    assert!(note.left_out.is_empty(), "{:?}", note.left_out);
}

#[tokio::test]
async fn a_place_fills_a_travellers_columns() {
    let city = options(&[("Paris", ""), ("Rome", ""), ("US", "")]);
    let columns = vec![
        column("Where", "", ColumnKind::Place),
        column("City", "", ColumnKind::Select { options: city }),
        number("Price", "euro"),
        column("Call", "", ColumnKind::PhoneNumber),
        column("Website", "", ColumnKind::Url),
        column("Video", "", ColumnKind::Url),
        column("Book until", "", ColumnKind::Date),
        column("Dish", "The dish, such as carbonara", ColumnKind::RichText),
        column("Visited", "", ColumnKind::Checkbox),
        column(
            "State",
            "",
            ColumnKind::Status { options: options(&[("Not started", ""), ("Done", "")]), unset: None },
        ),
    ];
    let note = noted(columns, place()).await;
    assert_eq!(note.title, "The best carbonara in town!");
    let expected = BTreeMap::from([
        (
            "Where",
            Value::Place {
                name: "Trattoria da Enzo".to_owned(),
                address: Some("Via dei Vascellari 29, Rome".to_owned()),
                at: None,
            },
        ),
        ("City", Value::Select("Rome".to_owned())),
        ("Price", Value::Number(14.0)),
        ("Call", Value::PhoneNumber("+39 06 581 2260".to_owned())),
        ("Website", Value::Url("https://www.daenzo.example/book".to_owned())),
        ("Video", Value::Url("https://video.example/7".to_owned())),
        ("Book until", Value::Date("2024-05-20".parse().unwrap())),
    ]);
    assert_eq!(filled(&note), expected.iter().map(|(name, value)| (*name, value)).collect());
    assert!(note.left_out.is_empty(), "{:?}", note.left_out);
}

#[tokio::test]
async fn a_silent_workout_is_told_by_what_it_shows() {
    let level = options(&[("Strength", ""), ("Cardio", ""), ("Yoga", "")]);
    let columns = vec![
        number("Minutes", "number"),
        number("Reps", "number"),
        number("Sets", "number"),
        number("Length in seconds", "number"),
        column("Kind", "", ColumnKind::Select { options: level }),
        column("Equipment", "", ColumnKind::RichText),
        column("Key points", "", ColumnKind::RichText),
    ];
    let note = noted(columns, workout()).await;
    assert_eq!(note.title, "15 min full body workout at home 💪");
    assert_eq!(note.summary, "15 min full body workout at home 💪");
    let points = ["Squats 3 sets x 12 reps", "Push-ups 3 x 10", "Plank 45 seconds", "No equipment needed"];
    assert_eq!(note.key_points, points);
    let expected = BTreeMap::from([
        ("Minutes", Value::Number(15.0)),
        ("Reps", Value::Number(12.0)),
        ("Sets", Value::Number(3.0)),
        ("Length in seconds", Value::Number(42.0)),
        ("Kind", Value::Select("Strength".to_owned())),
        ("Equipment", text("No equipment needed")),
        ("Key points", text(&points.join("\n"))),
    ]);
    assert_eq!(filled(&note), expected.iter().map(|(name, value)| (*name, value)).collect());
}

#[tokio::test]
async fn lines_shown_together_belong_together_and_speech_without_full_stops_is_cut_by_its_pauses() {
    let speech = ["chop two onions and fry them in butter", "cook for twenty minutes and blend until smooth"];
    let mut soup = watched(info("TikTok", "Tomato soup for a rainy evening. One pot! #soup"), &speech, &[]);
    let shown = [
        (0.0, "Tomato Soup"),
        (4.0, "Ingredients"),
        (4.2, "800 g tomatoes"),
        (4.2, "2 onions"),
        (9.0, "Serves 4"),
    ];
    let line = |(at, text): (f64, &str)| ScreenLine { at: At(at), text: text.to_owned() };
    soup.screen_text.lines = shown.into_iter().map(line).collect();
    let columns = vec![
        column("Ingredients", "", ColumnKind::RichText),
        number("Minutes", "number"),
        number("Servings", "number"),
    ];
    let note = noted(columns, soup).await;
    let summary = "Tomato soup for a rainy evening. Chop two onions and fry them in butter. \
        Cook for twenty minutes and blend until smooth.";
    assert_eq!(note.summary, summary);
    assert_eq!(note.key_points, ["Ingredients: 800 g tomatoes, 2 onions", "Serves 4"]);
    let expected = BTreeMap::from([
        ("Ingredients", text("800 g tomatoes\n2 onions")),
        ("Minutes", Value::Number(20.0)),
        ("Servings", Value::Number(4.0)),
    ]);
    assert_eq!(filled(&note), expected.iter().map(|(name, value)| (*name, value)).collect());
}

#[tokio::test]
async fn of_a_video_without_anything_the_rules_say_nothing() {
    let watched = Watched {
        info: MediaInfo { platform: "TikTok".to_owned(), ..MediaInfo::default() },
        ..Watched::default()
    };
    let columns = vec![
        column("Summary", "", ColumnKind::RichText),
        column("Vegan", "", ColumnKind::Checkbox),
        number("Minutes", "number"),
    ];
    let note = noted(columns, watched).await;
    assert_eq!((note.title.as_str(), note.summary.as_str()), ("TikTok", ""));
    assert!(note.values.is_empty() && note.left_out.is_empty(), "{note:?}");
}

#[tokio::test]
async fn what_the_video_denies_is_not_ticked() {
    let watched = watched(info("TikTok", "This cake is not vegan."), &[], &[]);
    let note = noted(vec![column("Vegan", "", ColumnKind::Checkbox)], watched).await;
    assert!(note.values.is_empty());
}

proptest! {
    #[test]
    fn any_video_is_answered_and_what_is_quoted_stands_in_it(
        caption in "(\\PC{0,5}|\n|#a|: |Ingredients|📍|, |\\. |4|minute){0,20}",
        said in prop::collection::vec("(\\PC{0,6}|word |\\. ){0,6}", 0..4),
    ) {
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let watched = watched(info("TikTok", &caption), &said, &said);
        let kinds = [
            ColumnKind::Title, ColumnKind::RichText, ColumnKind::Date, ColumnKind::Url, ColumnKind::Email,
            ColumnKind::PhoneNumber, ColumnKind::Checkbox, ColumnKind::Place,
            ColumnKind::Number { format: "number".to_owned() }, ColumnKind::Number { format: "euro".to_owned() },
            ColumnKind::MultiSelect { options: options(&[("Word", ""), ("4", ""), ("Minute", "")]) },
        ];
        let names = ["Ingredients", "Minutes", "Word", "Summary"];
        let columns = names.iter().flat_map(|name| kinds.iter().map(|kind| column(name, "", kind.clone()))).collect();
        let schema = Schema { columns, ..Schema::default() };
        let question = Question::new(&schema, &[], watched);
        let note = check(&question, answer(&question));
        prop_assert!(!note.title.is_empty());
    }
}
