//! The page of an hour of speech: in few requests, nothing of it lost, cut where sentences end, in any script.

use std::sync::Arc;

use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Notion, WINDOW};
use linkscribe::domain::entry::ConnectionId;
use linkscribe::domain::media::{At, MediaInfo, ScreenLine, ScreenText, Segment, Transcript, Watched};
use linkscribe::domain::note::{Evidence, Filled, LeftOut, Note, Value as NoteValue};
use linkscribe::domain::page::{self, Section};
use linkscribe::ports::{Access, Workspace};
use linkscribe::sandbox::notion::EmulatedNotion;
use serde_json::Value;

/// What Notion calls a body of one page may take.
const MOST_REQUESTS: usize = 10;

/// UTF-16 units of one text, as Notion counts.
const MOST_UNITS: usize = 2_000;

/// How somebody speaks for an hour: sentences that come again and again, and how words are joined.
struct Speech {
    language: &'static str,
    sentences: [&'static str; 6],
    /// Words an hour of it has, or characters where words are not told apart.
    at_least: usize,
    joined_by: &'static str,
}

const SPEECHES: [Speech; 5] = [
    Speech {
        language: "en",
        sentences: [
            "So the first thing you want to do is bring a really large pot of water to the boil, and please salt it properly.",
            "While that is heating up, we can talk about where this dish comes from.",
            "My grandmother, who was born in Bologna in 1931, never measured anything!",
            "Did she ever write it down?",
            "No, she did not, and when we asked her about it she would just laugh and say that your hands know how much flour there is in a good dough, which is a lovely thing to say and no help at all to anybody who is trying to cook it for the first time.",
            "Right.",
        ],
        at_least: 11_000,
        joined_by: " ",
    },
    Speech {
        language: "zh",
        sentences: [
            "首先你要烧一大锅水，水开之前不要着急放面条，盐也要放够。",
            "在等水开的时候，我们来聊聊这道菜是从哪里来的。",
            "我外婆一九三一年出生在成都，她做菜从来不用量杯！",
            "她有没有把做法写下来呢？",
            "没有，我们问她的时候她只是笑，说手自己知道要放多少面粉，这话听起来很美，可是对第一次下厨的人一点帮助都没有，所以今天我们一步一步地来，每一步都说清楚。",
            "好。",
        ],
        at_least: 18_000,
        joined_by: "",
    },
    Speech {
        language: "ar",
        sentences: [
            "أول شيء نفعله هو أن نغلي قدرًا كبيرًا من الماء، ولا تنسوا الملح من فضلكم.",
            "وبينما يسخن الماء يمكننا أن نتحدث عن أصل هذا الطبق وعن المدينة التي جاء منها.",
            "جدتي التي ولدت في دمشق سنة ١٩٣١ لم تكن تقيس شيئًا أبدًا!",
            "هل كتبت الوصفة يومًا؟",
            "لا، وعندما سألناها كانت تضحك وتقول إن اليد تعرف كم يحتاج العجين من الطحين، وهذا كلام جميل لكنه لا يساعد من يطبخ للمرة الأولى، ولذلك سنمشي اليوم خطوة خطوة ونشرح كل شيء بهدوء.",
            "حسنًا.",
        ],
        at_least: 9_000,
        joined_by: " ",
    },
    Speech {
        language: "en",
        sentences: [
            "Okay besties 🍝🔥 welcome back to the kitchen 👩🏽‍🍳, today is a big one 🎉🎉🎉.",
            "This is the 🇮🇹 version, and yes 👨‍👩‍👧‍👦 the whole family eats it 😋.",
            "Chop 🧅🧄🌶️ as fine as you can!",
            "Ready? 🫡",
            "Then everything goes in at once 🥘 and you stir 🥄 and stir 🥄 and stir 🥄 until your arm says no 💪🏻💪🏼💪🏽💪🏾💪🏿, which for me is about two minutes ⏱️ and for my brother 🧔🏻‍♂️ about ten.",
            "Wow 🤩.",
        ],
        at_least: 10_000,
        joined_by: " ",
    },
    // An engine that writes no marks: cut somewhere, but between words.
    Speech {
        language: "en",
        sentences: [
            "so the first thing you want to do is bring a pot of water to the boil",
            "and while that is heating up we can talk about where this dish comes from",
            "my grandmother was born in bologna and never measured anything",
            "did she ever write it down",
            "no she did not and when we asked her about it she would just laugh",
            "right",
        ],
        at_least: 10_000,
        joined_by: " ",
    },
];

/// Segments of a few seconds each, as speech engines give them.
fn transcript(speech: &Speech) -> Transcript {
    let (mut segments, mut words) = (Vec::new(), 0);
    for text in speech.sentences.iter().cycle() {
        if words >= speech.at_least {
            break;
        }
        words += if speech.joined_by.is_empty() { text.chars().count() } else { text.split(' ').count() };
        segments.push(text);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand segments")]
    let each = 3_600.0 / segments.len() as f64;
    let mut at = 0.0;
    let segment = |text: &&str| {
        let start = at;
        at += each;
        Segment { start: At(start), end: At(at - 0.1), text: (*text).to_owned() }
    };
    let segments = segments.into_iter().map(segment).collect();
    Transcript {
        segments,
        engine: "whisper-1".into(),
        language: Some(speech.language.into()),
        ..Transcript::default()
    }
}

/// A page on which every part has much to say.
fn section(speech: &Speech) -> Section {
    let line = |at: u32| ScreenLine {
        at: At(f64::from(at) * 30.0),
        text: format!("STEP {at} – {}", speech.sentences[1]),
    };
    let watched = Watched {
        info: MediaInfo {
            platform: "YouTube".into(),
            author: Some("Nonna's kitchen".into()),
            caption: Some(speech.sentences.join("\n").repeat(20)),
            duration: Some(3_600.0),
            ..MediaInfo::default()
        },
        transcript: transcript(speech),
        screen_text: ScreenText { lines: (0..120).map(line).collect(), engine: "tesseract".into() },
    };
    let filled = |at: u32| Filled {
        column: format!("c{at}"),
        name: format!("Column {at}"),
        value: NoteValue::Text(speech.sentences[4].into()),
        evidence: Evidence::Speech(At(f64::from(at))),
        unset: None,
    };
    let left =
        |at: u32| LeftOut { name: format!("Column {at}"), offered: "?".into(), why: "Not said.".into() };
    let note = Note {
        summary: speech.sentences.join("\n"),
        key_points: speech.sentences.map(str::to_owned).into(),
        values: (0..40).map(filled).collect(),
        left_out: (0..50).map(left).collect(),
        ..Note::default()
    };
    page::section(
        &note,
        &watched,
        "https://www.youtube.com/watch?v=hour",
        "https://links.example/entries/1".into(),
    )
}

/// The texts of a block, as they were sent.
fn texts(block: &Value) -> Vec<String> {
    let kind = block["type"].as_str().unwrap();
    let items = block[kind]["rich_text"].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item["text"]["content"].as_str().unwrap().to_owned()).collect()
}

fn all_texts(blocks: &[Value]) -> Vec<String> {
    let inside = |block: &Value| {
        let children = block["children"].as_array().map(Vec::as_slice).unwrap_or_default();
        [texts(block), all_texts(children)].concat()
    };
    blocks.iter().flat_map(inside).collect()
}

fn ends_a_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '。', '！', '？', '؟', '🫡'])
}

#[tokio::test]
async fn an_hour_of_speech_in_any_script_is_on_its_page_as_a_whole_in_at_most_ten_requests() {
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let api = Notion::new(&running.url.parse().unwrap(), Arc::new(MemoryBudget::new(WINDOW))).unwrap();
    let access = Access::new(ConnectionId::new(), notion.token().into());
    for (number, speech) in SPEECHES.iter().enumerate() {
        let page = notion.add_page("An hour").unwrap();
        notion.clear_requests();
        api.append_section(&access, &page.to_string(), &section(speech), None).await.unwrap();
        let requests = notion.requests();
        println!("speech {number} ({}): {} requests", speech.language, requests.len());
        assert!(requests.len() <= MOST_REQUESTS, "{number}: {}", requests.len());
        assert!(requests.iter().all(|request| request.status == 200), "{number}");
        let blocks = notion.blocks(page);
        let callout = blocks[0]["children"].as_array().unwrap();
        let longest = all_texts(&blocks).iter().map(|text| text.encode_utf16().count()).max();
        assert!(longest.unwrap() <= MOST_UNITS, "{number}: {longest:?}");
        let said = transcript(speech);
        let toggle = the_toggle_with(callout, said.segments[0].text.as_str());
        whole_and_in_order(toggle, &said, number);
        if number < 4 {
            cut_at_sentence_ends(toggle, number);
        }
    }
    running.stop().await.unwrap();
}

/// The folded part whose paragraphs begin with these words and the moment they are said.
fn the_toggle_with<'a>(blocks: &'a [Value], first: &str) -> &'a Value {
    let begins = |block: &&Value| {
        block["type"] == "toggle"
            && block["children"].as_array().is_some_and(|inside| {
                inside.first().is_some_and(|block| {
                    let text = texts(block).concat();
                    text.starts_with("0:00 ") && text[5..].starts_with(first)
                })
            })
    };
    blocks.iter().find(begins).expect("the transcript is there")
}

/// Every word in its order, each paragraph behind its moment.
fn whole_and_in_order(toggle: &Value, said: &Transcript, number: usize) {
    let paragraphs = toggle["children"].as_array().unwrap();
    assert!(paragraphs.len() >= 30, "{number}: {} paragraphs are no wall of text", paragraphs.len());
    let bare = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let mut told = String::new();
    let mut last = -1.0;
    for paragraph in paragraphs {
        let text = texts(paragraph).concat();
        let (moment, rest) = text.split_once(' ').unwrap();
        let seconds = moment.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().unwrap());
        assert!(seconds > last, "{number}: {moment}");
        last = seconds;
        told.push_str(&bare(rest));
    }
    assert!(last > 3_400.0, "{number}: to the end");
    let all: String = said.segments.iter().map(|segment| bare(&segment.text)).collect();
    assert!(told == all, "{number}: {} of {} letters are told", told.len(), all.len());
}

/// No text and no paragraph ends in the middle of a sentence.
fn cut_at_sentence_ends(toggle: &Value, number: usize) {
    for paragraph in toggle["children"].as_array().unwrap() {
        let texts = texts(paragraph);
        // The moment stands in a text of its own.
        for text in texts.iter().filter(|text| !text.trim().ends_with(|end: char| end.is_ascii_digit())) {
            assert!(ends_a_sentence(text), "{number}: {text}");
        }
    }
}
