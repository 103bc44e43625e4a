//! Honest and sloppy answers, column by column.

use super::*;

#[test]
fn options_are_chosen_by_their_exact_name_or_as_people_would_write_it() {
    let kind = || ColumnKind::Select {
        options: options(&[
            "Dinner",
            "Entrée",
            "C++",
            "C#",
            "Quick Meals",
            "None",
            "Nudeln",
            "Pizza",
            "Knives",
            "Rezept",
            "Suppe",
            "Suppen",
            "Crème\u{a0}brûlée",
            "Two  blanks ",
            "Pilz",
            "Pilzen",
        ]),
    };
    let table = [
        (json!("Dinner"), "Dinner"),
        (json!("dinner "), "Dinner"),
        (json!("entrees"), "Entrée"),
        (json!("#Quick Meal"), "Quick Meals"),
        (json!("c#"), "C#"),
        (json!("Nudel"), "Nudeln"),
        (json!("pizze"), "Pizza"),
        (json!("knife"), "Knives"),
        (json!("Rezepte"), "Rezept"),
        (json!("creme brulee"), "Crème\u{a0}brûlée"),
        (json!("two blanks"), "Two  blanks "),
        (json!(["Dinner"]), "Dinner"),
        (json!("None"), "None"),
    ];
    for (offered, expected) in table {
        let value = outcome("Course", kind(), offered.clone()).unwrap().0;
        assert_eq!(value, Value::Select(expected.to_owned()), "{offered}");
    }
    for offered in
        [json!("Brunch"), json!("C"), json!("Pilze"), json!(7), json!({"name": "Dinner"}), json!(true)]
    {
        assert_eq!(outcome("Course", kind(), offered.clone()).unwrap_err().len(), 1, "{offered}");
    }
    for offered in [json!(null), json!(""), json!([]), json!("n/a"), json!({})] {
        assert!(outcome("Course", kind(), offered.clone()).unwrap_err().is_empty(), "{offered}");
    }
}

#[test]
fn tags_are_chosen_from_lists_and_from_texts_and_unknown_ones_are_told() {
    let kind = ColumnKind::MultiSelect { options: options(&["Pasta", "Quick", "Rome"]) };
    let note = answered(column("Tags", kind), json!(["pasta, QUICK", "Vegan", "Pasta"]), watched());
    let values: Vec<Value> = note.values.into_iter().map(|filled| filled.value).collect();
    assert_eq!(values, [Value::MultiSelect(vec!["Pasta".to_owned(), "Quick".to_owned()])]);
    assert_eq!(note.left_out.iter().map(|left| left.offered.as_str()).collect::<Vec<_>>(), ["Vegan"]);
}

#[test]
fn a_select_takes_one_and_a_status_column_is_chosen_alike() {
    let kind = ColumnKind::Status { options: options(&["Easy", "Hard"]), unset: Some("Easy".to_owned()) };
    let note = answered(column("Effort", kind), json!(["hard", "easy"]), watched());
    let filled = note.values.first().unwrap();
    assert_eq!(filled.value, Value::Status("Hard".to_owned()));
    assert_eq!(filled.unset.as_deref(), Some("Easy"), "what it shows before anybody sets it");
    assert_eq!(note.left_out.first().unwrap().why, why::ONE_OPTION);
}

#[test]
fn facts_are_filled_when_the_input_states_them_and_say_where() {
    let number = |format: &str| ColumnKind::Number { format: format.to_owned() };
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let text = |text: &str| text.to_owned();
    let (caption, platform, page) =
        (Evidence::Caption, Evidence::Platform, "https://www.tiktok.com/@cook.anna/video/7");
    let place = |address: Option<&str>| Value::Place {
        name: text("Trattoria da Enzo"),
        address: address.map(text),
        at: None,
    };
    let speech = |at| Evidence::Speech(At(at));
    let table = [
        ("Servings", number("number"), json!(4), Value::Number(4.0), speech(4.0)),
        ("Servings", number("number"), json!("for 4 people"), Value::Number(4.0), speech(4.0)),
        ("Kilos", number("number"), json!("about 1,5 kg"), Value::Number(1.5), speech(8.0)),
        ("Time", number("number"), json!(90), Value::Number(90.0), speech(8.0)),
        // The minutes of "1 hour 30 minutes" are none by themselves.
        ("Minutes", number("number"), json!(30), Value::Number(30.0), Evidence::Screen(At(7.0))),
        ("Length", number("number"), json!(63), Value::Number(63.0), platform),
        ("Price", number("euro"), json!(12.5), Value::Number(12.5), speech(12.0)),
        ("Off", number("percent"), json!(20), Value::Number(0.2), caption),
        ("Off", number("percent"), json!("0.2"), Value::Number(0.2), caption),
        ("Ends", ColumnKind::Date, json!("2024-05-20"), day("2024-05-20"), caption),
        ("Ends", ColumnKind::Date, json!("20 May"), day("2024-05-20"), caption),
        ("Published", ColumnKind::Date, json!("2024-05-07T10:00:00Z"), day("2024-05-07"), platform),
        ("Market", ColumnKind::Date, json!("2024-05-10"), day("2024-05-10"), speech(12.0)),
        ("Market", ColumnKind::Date, json!("next Friday"), day("2024-05-10"), speech(12.0)),
        ("Market", ColumnKind::Date, json!("nächsten Freitag"), day("2024-05-10"), speech(12.0)),
        ("Weight (g)", number("number"), json!(1.5), Value::Number(1500.0), speech(8.0)),
        ("Weight (g)", number("number"), json!("1,5 kg"), Value::Number(1500.0), speech(8.0)),
        (
            "Restaurant",
            ColumnKind::RichText,
            json!("Trattoria da Enzo"),
            Value::Text(text("Trattoria da Enzo")),
            speech(0.0),
        ),
        (
            "Link",
            ColumnKind::Url,
            json!("cook.example/one-pot"),
            Value::Url(text("https://cook.example/one-pot")),
            caption,
        ),
        ("Video", ColumnKind::Url, json!(page), Value::Url(text(page)), platform),
        (
            "Mail",
            ColumnKind::Email,
            json!("Anna@Cook.Example"),
            Value::Email(text("anna@cook.example")),
            caption,
        ),
        (
            "Call",
            ColumnKind::PhoneNumber,
            json!("0039065812260"),
            Value::PhoneNumber(text("+39 06 581 2260")),
            caption,
        ),
        ("Veggie", ColumnKind::Checkbox, json!("Yes"), Value::Checkbox(true), Evidence::Whole),
        ("Where", ColumnKind::Place, json!("Trattoria da Enzo"), place(None), speech(0.0)),
        ("Where", ColumnKind::Place, json!("Trattoria da Enzo, Rome"), place(Some("Rome")), speech(0.0)),
        (
            "Where",
            ColumnKind::Place,
            json!({"name": "trattoria da Enzo", "address": "Via Inventata 1"}),
            Value::Place { name: text("trattoria da Enzo"), address: None, at: None },
            speech(0.0),
        ),
        ("Author", ColumnKind::RichText, json!("cook.anna"), Value::Text(text("cook.anna")), platform),
        (
            "Steps",
            ColumnKind::RichText,
            json!(["Boil", null, "Stir"]),
            Value::Text(text("Boil\nStir")),
            Evidence::Whole,
        ),
        ("Rating", ColumnKind::RichText, json!("⭐⭐⭐"), Value::Text(text("⭐⭐⭐")), Evidence::Whole),
        ("Name", ColumnKind::Title, json!("# One pot\npasta"), Value::Title(text("One pot pasta")), caption),
        ("Name", ColumnKind::Title, json!(null), Value::Title(text("A title")), Evidence::Whole),
    ];
    for (name, kind, offered, value, evidence) in table {
        assert_eq!(outcome(name, kind, offered.clone()), Ok((value, evidence)), "{name}: {offered}");
    }
}

#[test]
fn what_the_input_does_not_state_stays_empty_and_the_owner_is_told_why() {
    let number = || ColumnKind::Number { format: "number".to_owned() };
    let table = [
        ("Calories", number(), json!(450), why::NOT_IN_INPUT),
        ("Calories", number(), json!(90), why::NOT_IN_INPUT),
        ("Calories", number(), json!("a lot"), why::NO_NUMBER),
        ("Calories", number(), json!(true), why::WRONG_TYPE),
        ("Day", ColumnKind::Date, json!("2024-05-21"), why::NOT_IN_INPUT),
        ("Day", ColumnKind::Date, json!("soon"), why::NO_DAY),
        ("Day", ColumnKind::Date, json!(20_240_520), why::WRONG_TYPE),
        ("Day", ColumnKind::Date, json!("tomorrow"), why::NOT_IN_INPUT),
        ("Weight (kg)", number(), json!("1,5 litres"), why::OTHER_UNIT),
        ("Litres", number(), json!(1.5), why::OTHER_UNIT),
        ("Restaurant", ColumnKind::RichText, json!("Mario"), why::NAME_NOT_IN_INPUT),
        ("Notes", ColumnKind::RichText, json!("Cooked by Luigi Rossi."), why::NAME_NOT_IN_INPUT),
        ("Notes", ColumnKind::RichText, json!("Serves 6 people."), why::NUMBER_NOT_IN_INPUT),
        ("Notes", ColumnKind::RichText, json!("Serves ٦ people."), why::NUMBER_NOT_IN_INPUT),
        ("Link", ColumnKind::Url, json!("https://cook.example/one-pot?leak=1"), why::NOT_IN_INPUT),
        ("Link", ColumnKind::Url, json!("javascript:alert(1)"), why::NO_LINK),
        ("Mail", ColumnKind::Email, json!("eve@evil.example"), why::NOT_IN_INPUT),
        ("Mail", ColumnKind::Email, json!("anna"), why::NO_EMAIL),
        ("Call", ColumnKind::PhoneNumber, json!("+1 900 555 0199"), why::NOT_IN_INPUT),
        ("Call", ColumnKind::PhoneNumber, json!("now"), why::NO_PHONE),
        ("Veggie", ColumnKind::Checkbox, json!(1), why::WRONG_TYPE),
        ("Where", ColumnKind::Place, json!("Trattoria Inventata"), why::NOT_IN_INPUT),
        ("Notes", ColumnKind::RichText, json!({"text": "x"}), why::WRONG_TYPE),
        ("Notes", ColumnKind::RichText, json!("https://evil.example/x"), why::NOT_IN_INPUT),
        ("Notes", ColumnKind::RichText, json!(77), why::NOT_IN_INPUT),
    ];
    for (name, kind, offered, why) in table {
        assert_eq!(outcome(name, kind, offered.clone()), Err(vec![why.to_owned()]), "{name}: {offered}");
    }
}

#[test]
fn what_says_nothing_fills_no_column_in_any_language() {
    let kinds = || {
        let options = options(&["Pasta"]);
        [
            ColumnKind::RichText,
            ColumnKind::Date,
            ColumnKind::Url,
            ColumnKind::Select { options },
            ColumnKind::Place,
        ]
    };
    for filler in [
        "—",
        "…",
        "Nicht angegeben",
        "不明",
        "No especificado",
        "N/A",
        "keine Angabe",
        "inconnu",
        "нет данных",
    ] {
        for kind in kinds() {
            assert_eq!(outcome("Any", kind.clone(), json!(filler)), Err(Vec::new()), "{filler} in {kind:?}");
        }
        assert_eq!(outcome("Any", ColumnKind::RichText, json!([filler, null])), Err(Vec::new()), "{filler}");
        let note = check(
            &question(column("Name", ColumnKind::Title), watched()),
            Answer {
                title: filler.to_owned(),
                summary: filler.to_owned(),
                key_points: vec![filler.to_owned()],
                ..Answer::default()
            },
        );
        assert_eq!((note.title.as_str(), note.summary.as_str()), ("One pot pasta", ""), "{filler}");
        assert!(note.key_points.is_empty(), "{filler}");
    }
}

#[test]
fn only_a_column_of_names_takes_names_alone_whatever_their_script() {
    let mut watched = watched();
    watched.transcript.segments.push(segment(16.0, "今日は一蘭に来ました"));
    let text = |name: &str, offered: &str| {
        let note = answered(column(name, ColumnKind::RichText), json!(offered), watched.clone());
        note.values.into_iter().next().map(|filled| crate::domain::page::value(&filled.value))
    };
    for (name, offered, kept) in [
        ("Restaurant", "一蘭", Some("一蘭")),
        ("Restaurant", "一蘭、二蘭", Some("一蘭")),
        ("Restaurant name", "Mario", None),
        ("Lieblings-Restaurant", "Mario", None),
        ("Why this place", "A cozy spot, great for families", Some("A cozy spot, great for families")),
        ("Brand notes", "A cozy spot, great for families", Some("A cozy spot, great for families")),
        ("About the author", "A cozy cook, great for families", Some("A cozy cook, great for families")),
        ("Warum dieser Ort", "Gemütlich und schön", Some("Gemütlich und schön")),
    ] {
        assert_eq!(text(name, offered).as_deref(), kept, "{name}: {offered}");
    }
}

#[test]
fn numbers_in_words_have_the_unit_and_the_language_they_are_said_in() {
    let number = |said: &str, language: &str, name: &str, format: &str, offered: f64| {
        let mut watched = watched();
        watched.transcript.segments = vec![segment(0.0, said)];
        watched.transcript.language = Some(language.to_owned());
        (watched.info.caption, watched.info.title) = (None, None);
        let kind = ColumnKind::Number { format: format.to_owned() };
        !answered(column(name, kind), json!(offered), watched).values.is_empty()
    };
    assert!(!number("Dazu kommen fünf Liter Wasser.", "de", "Price", "euro", 5.0));
    assert!(number("Dazu kommen fünf Liter Wasser.", "de", "Liters", "number", 5.0));
    assert!(number("Das kostet fünf Euro.", "de", "Price", "euro", 5.0));
    assert!(!number("Add it once the water boils.", "en", "Servings", "number", 11.0));
    assert!(!number("Follow me on social media.", "en", "Servings", "number", 0.5));
    assert!(!number("我们一起做饭", "zh", "Servings", "number", 1.0));
    assert!(number("Una ricetta per sei persone.", "it", "Servings", "number", 6.0));
}

#[test]
fn of_a_video_without_anything_in_it_nothing_is_made_up() {
    let watched = Watched {
        info: MediaInfo { platform: "TikTok".to_owned(), ..MediaInfo::default() },
        ..Watched::default()
    };
    let kinds =
        [ColumnKind::RichText, ColumnKind::Checkbox, ColumnKind::Select { options: options(&["Dinner"]) }];
    for kind in kinds {
        let offered = if kind == ColumnKind::Checkbox { json!(true) } else { json!("Dinner") };
        let question = question(column("Any", kind.clone()), watched.clone());
        let answer = Answer {
            title: "Invented".to_owned(),
            summary: "Invented.".to_owned(),
            key_points: vec!["Invented".to_owned()],
            values: [("p1".to_owned(), offered)].into(),
            engine: "m".to_owned(),
            ..Answer::default()
        };
        let note = check(&question, answer);
        assert_eq!((note.title.as_str(), note.summary.as_str()), ("TikTok", ""), "{kind:?}");
        assert!(note.key_points.is_empty() && note.values.is_empty() && note.left_out.len() == 1, "{kind:?}");
    }
}

#[test]
fn today_has_to_be_said_to_mean_the_day_of_publication() {
    let mut watched = watched();
    watched.transcript.segments.clear();
    let offered =
        |text: &str| answered(column("Market", ColumnKind::Date), json!(text), watched.clone()).values;
    assert!(offered("today").is_empty());
    let known = offered("2024-05-07");
    assert_eq!(known.first().map(|filled| filled.evidence), Some(Evidence::Platform));
}

#[test]
fn a_box_that_its_owner_ticks_is_neither_asked_for_nor_ticked() {
    let own = column("Already cooked?", ColumnKind::Checkbox);
    let note = answered(own.clone(), json!(true), watched());
    assert!(note.values.is_empty());
    let schema = Schema { columns: vec![own, column("Vegan", ColumnKind::Checkbox)], ..Schema::default() };
    let asked = Question::new(&schema, &[], watched());
    assert_eq!(asked.columns.iter().map(|(_, column)| column.name.as_str()).collect::<Vec<_>>(), ["Vegan"]);
}

#[test]
fn tags_are_told_at_the_first_place_where_one_of_them_stands() {
    let evidence = |offered: Json| {
        let kind =
            ColumnKind::MultiSelect { options: options(&["Tomatoes", "Rome", "Market", "Comfort food"]) };
        answered(column("Tags", kind), offered, watched()).values.first().unwrap().evidence
    };
    assert_eq!(evidence(json!(["Market", "Tomatoes", "Rome"])), Evidence::Speech(At(4.0)));
    assert_eq!(evidence(json!(["Rome", "Comfort food"])), Evidence::Whole, "one of them is a judgement");
}

#[test]
fn a_list_stands_where_all_of_its_lines_do() {
    let mut watched = watched();
    let shown = |at, text: &str| ScreenLine { at: At(at), text: text.to_owned() };
    watched.screen_text.lines =
        vec![shown(4.0, "800 g tomatoes"), shown(4.0, "2 onions"), shown(9.0, "3 cloves garlic")];
    let evidence = |lines: &str| {
        let note = answered(column("Ingredients", ColumnKind::RichText), json!(lines), watched.clone());
        note.values.first().unwrap().evidence
    };
    assert_eq!(evidence("800 g tomatoes\n2 onions"), Evidence::Screen(At(4.0)));
    assert_eq!(evidence("800 g tomatoes\n3 cloves garlic"), Evidence::Whole, "from two moments");
    assert_eq!(evidence("2 onions\nfried in butter"), Evidence::Whole, "one line is no quotation");
}
