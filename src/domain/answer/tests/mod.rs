//! What an owner finds in their columns, for honest answers, sloppy ones and hostile ones.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod adversarial;
mod columns;
mod document;
mod hostile;
mod inventions;
mod lists;
mod numbers;
mod several;

use serde_json::json;

use super::*;
use crate::domain::media::{At, MediaInfo, ScreenLine, ScreenText, Segment, Transcript, Watched};
use crate::domain::schema::{ChoiceOption, Schema};

fn segment(start: f64, text: &str) -> Segment {
    Segment { start: At(start), end: At(start + 4.0), text: text.to_owned() }
}

fn watched() -> Watched {
    let caption = "One pot pasta 🍝 Recipe: https://cook.example/one-pot. Write to anna@cook.example or call \
        +39 06 581 2260. 20% off until May 20! #quickdinner ![x](https://cook.example/x.png)";
    Watched {
        info: MediaInfo {
            platform: "TikTok".to_owned(),
            title: Some("One pot pasta".to_owned()),
            caption: Some(caption.to_owned()),
            author: Some("cook.anna".to_owned()),
            published: "2024-05-07".parse().ok(),
            duration: Some(63.4),
            page_url: Some("https://www.tiktok.com/@cook.anna/video/7".to_owned()),
            thumbnail_url: None,
            ..MediaInfo::default()
        },
        transcript: Transcript {
            language: Some("en".to_owned()),
            segments: vec![
                segment(0.0, "Today we are at Trattoria da"),
                segment(4.0, "Enzo in Rome, and we make pasta for four people."),
                segment(8.0, "You need about 1,5 kg of tomatoes and it takes 1 hour 30 minutes."),
                segment(12.0, "See you next Friday at the market, tickets are €12.50."),
            ],
            engine: "whisper-1".to_owned(),
            ..Transcript::default()
        },
        screen_text: ScreenText {
            lines: vec![ScreenLine { at: At(7.0), text: "Ready in 30 MIN".to_owned() }],
            engine: "tesseract".to_owned(),
        },
    }
}

fn options(names: &[&str]) -> Vec<ChoiceOption> {
    names.iter().copied().map(ChoiceOption::named).collect()
}

fn column(name: &str, kind: ColumnKind) -> Column {
    Column { id: format!("id-{name}"), name: name.to_owned(), description: String::new(), kind }
}

fn question(column: Column, watched: Watched) -> Question {
    Question {
        columns: vec![("p1".to_owned(), column)],
        database_title: "Videos".to_owned(),
        database_description: String::new(),
        instructions: None,
        language: None,
        several: false,
        known_items: Vec::new(),
        choices: Vec::new(),
        open: Vec::new(),
        watched,
    }
}

fn answered(column: Column, offered: Json, watched: Watched) -> Note {
    let values = [("p1".to_owned(), offered)].into();
    check(&question(column, watched), Answer { values, title: "A title".to_owned(), ..Answer::default() })
}

/// What the column shows and where it comes from; else why it stays empty (nothing when nothing was offered).
fn outcome(name: &str, kind: ColumnKind, offered: Json) -> Result<(Value, Evidence), Vec<String>> {
    let note = answered(column(name, kind), offered, watched());
    let why = note.left_out.into_iter().map(|left| left.why).collect();
    note.values.into_iter().next().map(|filled| (filled.value, filled.evidence)).ok_or(why)
}
