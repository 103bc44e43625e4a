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
        // The day of publication proves its numbers in a day alone, the length its own beside a unit of time.
        ("Posted on May 7, 2024. Add 5 eggs.", "Posted on May 7, 2024."),
        ("From 2024. It takes 7 minutes.", "From 2024."),
        ("From 2024. It has 2024 calories.", "From 2024."),
        ("On May 7 it was new. On May 7 they add 5 eggs.", "On May 7 it was new."),
        ("2024年の動画。2023年の動画。", "2024年の動画。"),
        ("Видео 2024 г.\nВидео 2023 г.", "Видео 2024 г."),
        ("5月7日の動画。5月8日の動画。", "5月7日の動画。"),
        ("A 63-second video. Add 63 eggs.", "A 63-second video."),
        ("The video lasts 1:03. It lasts 2:03.", "The video lasts 1:03."),
        ("It is about 1 minute long. Add 2 eggs.", "It is about 1 minute long."),
        // In words, and in another unit.
        ("It serves four. It serves twelve.", "It serves four."),
        (
            "One of the best, with two cooks and one cup. Add seven eggs.",
            "One of the best, with two cooks and one cup.",
        ),
        (
            "With five-spice, a hundred times better. Add two cups.",
            "With five-spice, a hundred times better.",
        ),
        ("You need 1.5 kg. It has 1.5 kcal.", "You need 1.5 kg."),
        ("Tickets are €12.50. It weighs 12.5 kg.", "Tickets are €12.50."),
        (
            "It takes an hour and a half or 90 minutes. It has 90 kcal.",
            "It takes an hour and a half or 90 minutes.",
        ),
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
        ("トマトのパスタの作り方。四人分で、一緒に作ります。", Some("ja")),
        ("Dit is een snel recept. Het gerecht is klaar in 90 minuten, voor vier personen.", Some("nl")),
        (
            "Misture as cebolas com o tomate. Uma receita para quatro pessoas, pronta em 30 minutos.",
            Some("pt"),
        ),
        ("Receptet är för fyra personer. Det är klart på 30 minuter.", Some("sv")),
        ("Opskriften er for fire. Den er klar, og den er god.", Some("da")),
        ("Przepis na makaron, to proste danie. Ten przepis jest dla czterech osób.", Some("pl")),
        ("Mélangez les tomates, puis on ajoute les pâtes. Une recette pour quatre.", Some("fr")),
        ("Una receta sencilla. Tarda una hora y media, y sale muy bien en redes.", Some("es")),
        ("Рецепт пасты на четыре порции. Готовить 90 минут.", Some("ru")),
        ("Makarna tarifi dört kişilik. Pişirmesi kolay.", Some("tr")),
        ("Das Rezept ist von Hand gemacht, mit Omas Tomaten, für vier Personen.", Some("de")),
        ("Preheat the oven. Whisk the eggs. Sauté the onions. You'll love it.", Some("en")),
        ("Blanch the tomatoes, then julienne them. Stretch first, then squat.", None),
    ];
    for (summary, language) in table {
        let note = summarized(summary, language);
        assert_eq!(note.summary, summary, "{:?}", note.left_out);
    }
}

#[test]
fn a_name_that_only_looks_like_a_word_of_the_video_is_one_and_german_names_are_told_by_whose_a_thing_is() {
    let mut watched = watched();
    watched.transcript.segments.push(segment(16.0, "Add an olive, and thank you, Anna and Giovanna."));
    let summary = |summary: &str, language: &str| {
        let question = Question {
            language: Some(language.to_owned()),
            ..question(column("Name", ColumnKind::Title), watched.clone())
        };
        check(&question, Answer { summary: summary.to_owned(), ..Answer::default() }).summary
    };
    assert_eq!(summary("It is by Oliver. It has olives.", "en"), "It has olives.");
    assert_eq!(summary("Das Rezept stammt von Jamie Oliver. Es ist gut.", "de"), "Es ist gut.");
    assert_eq!(
        summary("Das sind Annas Nudeln, von Anna Maria.", "de"),
        "Das sind Annas Nudeln, von Anna Maria."
    );
    assert_eq!(summary("La cuisine d'Anna à Rome.", "fr"), "La cuisine d'Anna à Rome.");
    assert_eq!(summary("Kuchnia Giovanny.", "pl"), "Kuchnia Giovanny.");
}

#[test]
fn a_place_keeps_its_sentence_in_another_language_and_another_place_does_not() {
    let summary = |said: &str, summary: &str, language: &str| {
        let mut watched = watched();
        watched.transcript.segments = vec![segment(0.0, said)];
        let question = Question {
            language: Some(language.to_owned()),
            ..question(column("Name", ColumnKind::Title), watched)
        };
        check(&question, Answer { summary: summary.to_owned(), ..Answer::default() }).summary
    };
    let table = [
        ("We eat in London and New York.", "Comemos en Londres y en Nueva York.", "es"),
        ("A bakery in Japan.", "Una panadería de Japón.", "es"),
        ("Wir sind in München und Wien.", "We are in Munich and in Vienna.", "en"),
        ("Ein Markt in Deutschland.", "There is a market in Germany.", "en"),
        ("東京のラーメンです。", "This is ramen in Tokyo.", "en"),
        ("Это кафе в Москве.", "This is a café in Moscow.", "en"),
        ("This is a market in London.", "To jest targ w Londynie.", "pl"),
        ("We flew to Turkey.", "On est en Turquie.", "fr"),
        ("A bar in Milan, by the canal.", "Un bar de l'Italie, à Milan.", "fr"),
    ];
    for (said, honest, language) in table {
        let expected = if honest.contains("Italie") { "" } else { honest };
        assert_eq!(summary(said, honest, language), expected, "{said}");
    }
    for (said, invented, language) in [
        ("We eat in London.", "Comemos en París.", "es"),
        ("A turkey sandwich.", "Un plat de la Turquie.", "fr"),
        ("Nice and crunchy, パリパリ.", "Das ist in Paris, by Nizza.", "en"),
        ("Wir sind in München.", "We are in Milan.", "en"),
        ("We eat in London.", "Une sauce d'Escoffier.", "fr"),
    ] {
        assert_eq!(summary(said, invented, language), "", "{said}");
    }
}

#[test]
fn a_column_of_names_holds_what_was_said_in_many_languages_and_nothing_else() {
    for (name, honest, invented) in [
        ("País", "Italia", "Japón"),
        ("Land", "Italien", "Spanien"),
        ("Pays", "Italie", "Chine"),
        ("Paese", "Italia", "Cina"),
        ("Adresse", "Trattoria da Enzo", "Via Appia"),
        ("Miasto", "Rzym", "Londyn"),
        ("Ресторан", "Da Enzo", "Пушкин"),
        ("店名", "Da Enzo", "一蘭"),
        ("식당 이름", "Da Enzo", "명동교자"),
        ("اسم المطعم", "Da Enzo", "البيت"),
    ] {
        let mut watched = watched();
        watched.transcript.segments.push(segment(16.0, "We are in Italy."));
        let answered =
            |offered: &str| answered(column(name, ColumnKind::RichText), json!(offered), watched.clone());
        let kept = answered(honest).values.into_iter().next().map(|filled| filled.value);
        assert_eq!(kept, Some(Value::Text(honest.to_owned())), "{name}");
        assert!(answered(invented).values.is_empty(), "{name}: {invented}");
    }
    // Wages, not a country: what is told of them is no name.
    let pay = answered(column("Pay", ColumnKind::RichText), json!("Nothing is said about it"), watched());
    assert_eq!(pay.values.len(), 1);
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
