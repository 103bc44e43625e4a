//! Numbers and names in prose: what the video does not say goes, what it says stays.

use super::*;

fn summarized(summary: &str, language: Option<&str>) -> Note {
    let question = Question {
        language: language.map(str::to_owned),
        ..question(column("Name", ColumnKind::Title), watched())
    };
    let summary = summary.to_owned();
    check(
        &question,
        Answer { title: "Pasta".to_owned(), key_points: vec![summary.clone()], summary, ..Answer::default() },
    )
}

#[test]
fn a_sentence_with_an_invented_number_or_name_goes_and_the_others_stay() {
    let table = [
        ("A pasta for four people. It costs 99 euros.", "A pasta for four people."),
        ("It needs 1.5 kg of tomatoes. It needs 3 kg of flour.", "It needs 1.5 kg of tomatoes."),
        ("Cooked at Trattoria da Enzo in Rome. Luigi Rossi runs it.", "Cooked at Trattoria da Enzo in Rome."),
        ("Sold by Amazon. Ready in half an hour.", "Ready in half an hour."),
        ("It takes 90 minutes. It takes 45 minutes.", "It takes 90 minutes."),
        ("At 0:07 it is ready. At 0:59 it is eaten.", "At 0:07 it is ready."),
        ("1. Boil the pasta.\n2. Stir.", "1. Boil the pasta.\n2. Stir."),
    ];
    for (summary, expected) in table {
        let note = summarized(summary, None);
        assert_eq!(note.summary, expected, "{summary}");
        let names: Vec<&str> = note.left_out.iter().map(|left| left.name.as_str()).collect();
        let all: &[&str] = if summary == expected { &[] } else { &["Summary", "Key points"] };
        assert_eq!(names, all, "{summary}");
    }
}

#[test]
fn honest_prose_stays_in_every_language() {
    let table = [
        ("A simple Italian pasta. You need tomatoes, and it is ready on a Friday.", None),
        ("Ein einfaches Rezept für Nudeln mit Tomaten und Knoblauch für die ganze Familie.", Some("de")),
        ("Schnelle Nudeln, 90 Minuten, für 4 Personen.", Some("de")),
        ("Des pâtes à la tomate chez Trattoria da Enzo à Rome.", Some("fr")),
        ("Una pasta semplice con pomodori, per quattro persone.", Some("it")),
        ("トマトのパスタの作り方。", Some("ja")),
    ];
    for (summary, language) in table {
        let note = summarized(summary, language);
        assert_eq!(note.summary, summary, "{:?}", note.left_out);
    }
}

#[test]
fn a_title_that_names_what_is_not_there_gives_way_to_the_videos_own() {
    let titled = |title: &str| {
        let question = question(column("Name", ColumnKind::Title), watched());
        check(&question, Answer { title: title.to_owned(), ..Answer::default() })
    };
    for title in ["Best Pasta at Trattoria Luigi", "Pasta in 10 minutes", "Luigi"] {
        let note = titled(title);
        assert_eq!(note.title, "One pot pasta", "{title}");
        assert_eq!(note.left_out.first().map(|left| left.name.as_str()), Some("Title"), "{title}");
    }
    for title in
        ["Easy Weeknight Dinner", "Pasta at Trattoria da Enzo", "PASTA FOR FOUR", "Tomato pasta for 4"]
    {
        assert_eq!(titled(title).title, title);
    }
}
