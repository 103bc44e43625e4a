//! What is kept of the words of an engine.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;

use super::*;

/// Text, probability of silence, mean log probability.
type Told = (&'static str, f64, f64);

fn heard(told: &[Told]) -> Vec<Heard> {
    let stretch = |((text, no_speech, logprob), at): (&Told, u8)| Heard {
        start: f64::from(at) * 4.0,
        end: f64::from(at) * 4.0 + 4.0,
        text: (*text).to_owned(),
        no_speech: Some(*no_speech),
        logprob: Some(*logprob),
        compression: None,
    };
    told.iter().zip(0_u8..).map(stretch).collect()
}

fn texts(heard: Vec<Heard>) -> Vec<String> {
    said(heard).into_iter().map(|segment| segment.text).collect()
}

#[test]
fn only_what_somebody_said_is_kept() {
    let table: [(&str, &[Told], &[&str]); 17] = [
        ("nothing", &[], &[]),
        ("talk", &[("Boil the pasta.", 0.1, -0.2)], &["Boil the pasta."]),
        ("talk over loud music", &[("Boil the pasta.", 0.76, -0.3)], &["Boil the pasta."]),
        ("quiet but sure", &[("Add salt.", 0.9, -0.3)], &["Add salt."]),
        ("silence with words", &[("So I was there.", 0.9, -1.4)], &[]),
        ("music with a farewell", &[("Thanks for watching!", 0.3, -0.4)], &[]),
        ("music in German", &[("Untertitel der Amara.org-Community", 0.1, -0.2)], &[]),
        ("music in Russian", &[("Субтитры сделал DimaTorzok", 0.1, -0.2)], &[]),
        ("music in Japanese", &[("ご視聴ありがとうございました", 0.2, -0.3)], &[]),
        (
            "music with guesses from end to end",
            &[("Oh, the night", 0.7, -0.9), ("We are in the sky", 0.65, -0.95)],
            &[],
        ),
        (
            "one sentence in a minute of music",
            &[
                ("Oh, the night", 0.7, -0.9),
                ("We are in the sky", 0.65, -0.95),
                ("Running through the fire", 0.75, -0.9),
                ("Boil the pasta.", 0.1, -0.2),
                ("And I will be there", 0.7, -0.9),
                ("Never let me down", 0.7, -0.9),
                ("Into the light", 0.75, -0.95),
                ("You are my star", 0.7, -0.9),
            ],
            &["Boil the pasta."],
        ),
        (
            "a farewell in a minute of music",
            &[
                ("Oh, the night", 0.7, -0.95),
                ("We are in the sky", 0.7, -0.95),
                ("Running through the fire", 0.75, -1.0),
                ("Thanks for watching!", 0.5, -0.6),
            ],
            &[],
        ),
        (
            "a song",
            &[("Oh, the night", 0.4, -0.5), ("We are in the sky", 0.5, -0.6)],
            &["Oh, the night", "We are in the sky"],
        ),
        (
            "a farewell somebody says",
            &[("Boil the pasta.", 0.1, -0.2), ("Thanks for watching!", 0.05, -0.15)],
            &["Boil the pasta.", "Thanks for watching!"],
        ),
        (
            "a farewell nobody says",
            &[("Boil the pasta.", 0.1, -0.2), ("Thanks for watching!", 0.6, -0.5)],
            &["Boil the pasta."],
        ),
        (
            "a loop",
            &[
                ("I'm going home.", 0.6, -0.4),
                ("I'm going home.", 0.6, -0.4),
                ("I'm going home", 0.6, -0.4),
                ("Salt.", 0.1, -0.1),
            ],
            &["Salt."],
        ),
        (
            "a chant",
            &[
                ("We will rock you!", 0.1, -0.2),
                ("We will rock you.", 0.1, -0.2),
                ("We will rock you", 0.1, -0.2),
            ],
            &["We will rock you!"],
        ),
    ];
    for (what, told, expected) in table {
        assert_eq!(texts(heard(told)), expected, "{what}");
    }
}

#[test]
fn a_segment_that_repeats_itself_is_no_speech_in_any_script() {
    let told =
        |text: String, compression| texts(vec![Heard { text, compression, end: 5.0, ..Heard::default() }]);
    for repeated in
        ["you ".repeat(20), "la la la, ".repeat(9), "哈哈哈".repeat(20), "I want to go. ".repeat(8)]
    {
        assert!(told(repeated.clone(), None).is_empty(), "{repeated}");
    }
    assert!(told("Something short".to_owned(), Some(2.6)).is_empty(), "the engine says so itself");
    let recipe = "Chop two onions, chop two carrots, chop two cloves of garlic, and fry them all in butter.";
    for sentence in
        [recipe, "No, no, no, no!", "先把面条放进锅里煮九分钟，然后加入番茄和盐，再把火关小一点。"]
    {
        assert_eq!(told(sentence.to_owned(), Some(1.4)), [sentence]);
    }
}

#[test]
fn remarks_about_noise_are_told_from_speech() {
    for remark in ["[BLANK_AUDIO]", " [Music]", "(wind blowing)", "*sighs*", "♪", "♪ la la ♪", "...", " ", ""]
    {
        assert!(is_remark(remark), "{remark:?}");
    }
    for speech in
        [" Add the pasta.", "[Anna] Hello [laughs]", "(He said) no", "Two (2) eggs", "*No* and *no*"]
    {
        assert!(!is_remark(speech), "{speech:?}");
    }
}

#[test]
fn a_subtitler_somebody_talks_about_is_no_credit() {
    let about = "Subtitles by volunteers are what kept this channel alive for all those years, and today we \
        want to thank every single one of them in person.";
    assert!(!phrases::is_credit(about));
    assert!(phrases::is_credit("Subtitles by the Amara.org community"));
}

#[test]
fn a_segment_never_ends_before_it_begins() {
    let backwards = Heard { start: 1.0, end: 0.5, text: "hello there".to_owned(), ..Heard::default() };
    let kept = said(vec![backwards]);
    let segment = kept.first().unwrap();
    assert_eq!((segment.start, segment.end), (At(1.0), At(1.0)));
}

proptest! {
    #[test]
    fn words_are_never_made_up_or_changed(
        told in prop::collection::vec(("[a-c ]{0,12}", prop::option::of(0.0..1.0_f64), prop::option::of(-2.0..0.0_f64)), 0..12)
    ) {
        let heard: Vec<Heard> = told
            .iter()
            .map(|(text, no_speech, logprob)| Heard {
                text: text.clone(), no_speech: *no_speech, logprob: *logprob, ..Heard::default()
            })
            .collect();
        let mut source = told.iter().map(|(text, ..)| text.trim());
        for segment in said(heard) {
            prop_assert!(source.any(|text| text == segment.text), "in order, and as it was");
        }
    }
}
