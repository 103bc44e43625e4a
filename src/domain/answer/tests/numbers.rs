//! Numbers in every language: the honest one stays, the one made up beside it goes.

use super::*;

/// A video in which this alone is said.
fn saying(said: &str, language: &str) -> Watched {
    let mut watched = watched();
    (watched.info.caption, watched.info.title) = (None, None);
    (watched.info.duration, watched.info.published) = (None, None);
    watched.screen_text.lines.clear();
    watched.transcript.segments = vec![segment(0.0, said)];
    watched.transcript.language = Some(language.to_owned());
    watched
}

fn summary(summary: &str, said: &str, language: &str) -> String {
    let question = Question {
        language: Some(language.to_owned()),
        ..question(column("Name", ColumnKind::Title), saying(said, language))
    };
    check(&question, Answer { summary: summary.to_owned(), ..Answer::default() }).summary
}

#[test]
fn in_each_language_what_is_said_stays_and_what_is_made_up_goes() {
    let table = [
        ("en", "It takes an hour and a half and serves 4.", "90 minutes, for 4.", "95 minutes, for 4."),
        ("en", "It got 8.5/10 from me.", "Rated 8.5/10.", "Rated 9.5/10."),
        ("en", "Do 4x12 reps.", "4 sets of 12.", "4 sets of 15."),
        ("en", "Add 1 ½ cups.", "It needs 1.5 cups.", "It needs 2.5 cups."),
        ("de", "Es dauert 1 Std. 30 Min.", "In 90 Minuten fertig.", "In 60 Minuten fertig."),
        ("de", "Eine Stunde backen.", "1 Stunde backen.", "2 Stunden backen."),
        ("de", "Es dauert 90 Minuten.", "Dauert 1 Std. 30 Min.", "Dauert 1 Std. 20 Min."),
        ("fr", "Comptez une heure et demie.", "Prêt en 90 minutes.", "Prêt en 80 minutes."),
        ("es", "Tarda hora y media.", "Lista en 90 minutos.", "Lista en 60 minutos."),
        ("it", "Ci vuole un'ora e mezza.", "Pronto in 90 minuti.", "Pronto in 30 minuti."),
        ("pt", "Leva uma hora e meia.", "Pronto em 90 minutos.", "Pronto em 60 minutos."),
        ("nl", "Het duurt 1 uur en 30 minuten.", "Klaar in 90 minuten.", "Klaar in 30 minuten."),
        ("pl", "Zajmuje 1 godzina 30 minut.", "Gotowe w 90 minut.", "Gotowe w 30 minut."),
        ("tr", "1 saat 30 dakika sürer.", "90 dakika sürer.", "95 dakika sürer."),
        ("ru", "Варить 1 час 30 минут.", "Варить 90 минут.", "Варить 60 минут."),
        ("ja", "約30分、牛肉300gを炒める", "約30分で、300gを炒める。", "約99分で、300gを炒める。"),
        ("ja", "1時間30分煮ます", "90分煮る。", "80分煮る。"),
        ("zh", "煮一个半小时，牛肉500克", "煮90分钟，牛肉500克。", "煮90分钟，牛肉800克。"),
        ("ko", "소고기 300그램을 1시간 30분 끓여요", "소고기300그램을 90분.", "소고기400그램을 90분."),
        ("ar", "٣ بيضات و4 ملاعق لمدة ساعة ونصف", "3 بيضات و4 ملاعق.", "3 بيضات و9 ملاعق."),
    ];
    for (language, said, honest, invented) in table {
        assert_eq!(summary(honest, said, language), honest, "{language}: {said}");
        assert_eq!(summary(invented, said, language), "", "{language}: {said}");
    }
}

#[test]
fn a_length_in_words_that_nobody_says_goes() {
    for (language, invented) in [
        ("en", "Ready in an hour and a half."),
        ("de", "In anderthalb Stunden fertig."),
        ("fr", "Prêt en une heure et demie."),
    ] {
        assert_eq!(summary(invented, "20 g", language), "", "{invented}");
        assert_eq!(summary(invented, "90 min", language), invented, "{invented}");
    }
}

#[test]
fn a_number_column_takes_what_is_said_in_its_unit_and_its_money() {
    let fills = |said: &str, language: &str, name: &str, format: &str, offered: Json| {
        let kind = ColumnKind::Number { format: format.to_owned() };
        let note = answered(column(name, kind), offered, saying(said, language));
        note.values.into_iter().next().map(|filled| filled.value)
    };
    let table = [
        ("牛肉300gを炒める", "ja", "Weight (kg)", "number", json!(0.3), Some(0.3)),
        ("牛肉300gを炒める", "ja", "Weight (kg)", "number", json!(3), None),
        ("約30分", "ja", "Minutes", "number", json!(30), Some(30.0)),
        ("تكفي ل4 أشخاص", "ar", "Servings", "number", json!(4), Some(4.0)),
        ("تكفي ل4 أشخاص", "ar", "Servings", "number", json!(6), None),
        ("500 г муки", "ru", "Price", "ruble", json!(500), None),
        ("500 рублей", "ru", "Price", "ruble", json!(500), Some(500.0)),
        ("1,5 кг муки", "ru", "Weight (g)", "number", json!(1.5), Some(1500.0)),
        ("8.5/10", "en", "Rating", "number", json!(8.5), Some(8.5)),
        ("8.5/10", "en", "Rating", "number", json!(5), None),
        ("half an hour", "en", "Time (min)", "number", json!(30), Some(30.0)),
        ("for an hour", "en", "Time (min)", "number", json!(60), Some(60.0)),
        ("1 hour 30 minutes", "en", "Time (min)", "number", json!(90), Some(90.0)),
        ("1 hour 30 minutes", "en", "Time (min)", "number", json!(30), None),
        ("250 TL", "tr", "Fiyat", "lira", json!(250), Some(250.0)),
        ("CHF 25", "de", "Preis", "euro", json!(25), None),
        ("CHF 25", "de", "Preis", "franc", json!(25), Some(25.0)),
        ("30 soles", "es", "Precio", "peruvian_sol", json!(30), Some(30.0)),
    ];
    for (said, language, name, format, offered, expected) in table {
        let found = fills(said, language, name, format, offered.clone());
        assert_eq!(found, expected.map(Value::Number), "{said}: {name} {offered}");
    }
}

#[test]
fn steps_and_days_are_counted_and_what_they_hold_is_not() {
    let table = [
        ("Step 7: Bake it.\nStep 8: Bake for 55 minutes.", "Step 7: Bake it.", "en"),
        ("7️⃣ Bake it.", "7️⃣ Bake it.", "en"),
        ("7 - Bake it.\n7 - 8 minutes.", "7 - Bake it.", "en"),
        ("Schritt 7: Backen.", "Schritt 7: Backen.", "de"),
        ("Étape 7 : cuire.", "Étape 7 : cuire.", "fr"),
        ("Día 5: la playa.\nDía 5 con 9 playas.", "Día 5: la playa.", "es"),
        ("手順7：焼く。\n7個焼く。", "手順7：焼く。", "ja"),
        ("第7步：切。", "第7步：切。", "zh"),
    ];
    for (offered, expected, language) in table {
        assert_eq!(summary(offered, "bake 20 g", language), expected, "{offered}");
    }
}

#[test]
fn a_number_in_a_column_of_names_stands_beside_the_name_in_the_video() {
    let address = |offered: &str, said: &str| {
        let note = answered(column("Address", ColumnKind::RichText), json!(offered), saying(said, "it"));
        note.values.into_iter().next().map(|filled| crate::domain::page::value(&filled.value))
    };
    let table = [
        ("Via Roma 5", "siamo in Via Roma, 5", Some("Via Roma 5")),
        ("Via Roma 5", "siamo in Via Roma n. 5", Some("Via Roma 5")),
        ("Via Roma 5", "siamo in Via Roma con 5 uova", None),
        ("Via Roma 5", "siamo in Via Roma", None),
        ("Via Roma, 5", "5 uova in Via Roma", Some("Via Roma")),
        ("Via Roma 25, 00153 Roma", "Via Roma 25, 00153 Roma", Some("Via Roma 25, 00153 Roma")),
        ("Via Roma 25, 00154 Roma", "Via Roma 25, 00153 Roma", Some("Via Roma 25")),
        ("10 Downing Street", "at 10 Downing Street", Some("10 Downing Street")),
        ("11 Downing Street", "at 10 Downing Street", None),
        ("Pier 5", "we are at pier five", Some("Pier 5")),
        ("Via Roma 5a", "siamo in Via Roma 5a", Some("Via Roma 5a")),
        ("一蘭2号店", "今日は一蘭2号店に来ました", Some("一蘭2号店")),
        ("一蘭3号店", "今日は一蘭2号店に来ました", None),
        ("Via Roma", "siamo in Via Roma 5", Some("Via Roma")),
    ];
    for (offered, said, expected) in table {
        assert_eq!(address(offered, said).as_deref(), expected, "{offered}: {said}");
    }
}
