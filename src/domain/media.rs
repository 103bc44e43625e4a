//! Media: what a link points at, once per world, shared by all entries with the same key.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cost::Usage;
use super::link::MediaKey;

/// A place in a video or in a post: a moment in seconds from its beginning, or a part of a post of several.
///
/// Pictures that are swiped through have no moments. So that speech and text of a whole post stand in one order,
/// its first part has the days two and three of the time line, its second part four and five, and so on: a picture
/// stands at the beginning of its days, a video plays on the second of them. No video is longer than a day.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(from = "Told", into = "Told")]
pub struct At(pub f64);

/// A place as it is kept and told to programs: `7.0`, `{"picture": 3}` or `{"video": 3, "at": 7.0}`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(untagged)]
enum Told {
    Moment(f64),
    Picture { picture: u32 },
    Video { video: u32, at: f64 },
}

impl From<At> for Told {
    fn from(at: At) -> Self {
        match at.part() {
            None => Self::Moment(at.0),
            Some(Part::Picture(picture)) => Self::Picture { picture },
            Some(Part::Video(video, At(at))) => Self::Video { video, at },
        }
    }
}

impl From<Told> for At {
    fn from(told: Told) -> Self {
        match told {
            Told::Moment(at) => Self(at),
            Told::Picture { picture } => Self::picture(picture),
            Told::Video { video, at } => Self(at).of_video(video),
        }
    }
}

/// A day, in seconds.
const DAY: f64 = 86_400.0;

/// Most parts a post may have: a bound for what is read back, far above what platforms allow.
const MOST_PARTS: u32 = 1_000;

/// Which part of a post a place is in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// The picture with this number, counted from one over all parts.
    Picture(u32),
    /// A moment of the video with this number.
    Video(u32, At),
}

impl At {
    /// The picture with this number in its post.
    pub fn picture(number: u32) -> Self {
        Self(f64::from(number) * 2.0 * DAY)
    }

    /// This moment of the video with this number in its post.
    #[must_use]
    pub fn of_video(self, number: u32) -> Self {
        Self(Self::picture(number).0 + DAY + self.0.clamp(0.0, DAY - 1.0))
    }

    /// The number of the part of a post this is in, counted from one.
    pub fn part_number(self) -> Option<u32> {
        self.part().map(|(Part::Picture(number) | Part::Video(number, _))| number)
    }

    /// The part of a post this is in; `None` for a moment of a video that stands alone.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to int casts saturate, and the range was checked"
    )]
    pub fn part(self) -> Option<Part> {
        let days = (self.0 / DAY).floor();
        if !(2.0..f64::from(2 * MOST_PARTS)).contains(&days) {
            return None;
        }
        let number = (days / 2.0).floor() as u32;
        let within = self.0 - Self::picture(number).0;
        Some(if within < DAY { Part::Picture(number) } else { Part::Video(number, Self(within - DAY)) })
    }

    /// Whole seconds, never negative; nonsense counts as the beginning.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to int casts saturate"
    )]
    pub fn seconds(self) -> u64 {
        self.0.max(0.0) as u64
    }
}

/// `0:07`, `12:30` or `1:02:03`, as video players write it; in a post `picture 3`, or `0:07 of video 3`.
impl fmt::Display for At {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part() {
            Some(Part::Picture(number)) => return write!(out, "picture {number}"),
            Some(Part::Video(number, at)) => return write!(out, "{at} of video {number}"),
            None => {}
        }
        let total = self.seconds();
        let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
        if hours > 0 {
            write!(out, "{hours}:{minutes:02}:{seconds:02}")
        } else {
            write!(out, "{minutes}:{seconds:02}")
        }
    }
}

/// What the platform says about a video. Every text is a stranger's.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MediaInfo {
    /// The platform's name for people, such as `TikTok`.
    pub platform: String,
    /// The video's title.
    pub title: Option<String>,
    /// The text the author wrote under it.
    pub caption: Option<String>,
    /// The author's name or handle.
    pub author: Option<String>,
    /// The day it was published.
    pub published: Option<NaiveDate>,
    /// Length in seconds; none of a post with several parts.
    pub duration: Option<f64>,
    /// How many pictures a post shows in place of one video, or beside videos.
    #[serde(skip_serializing_if = "is_zero")]
    pub pictures: u32,
    /// How many videos it shows beside pictures.
    #[serde(skip_serializing_if = "is_zero")]
    pub videos: u32,
    /// Whether some of its parts could not be fetched or read.
    #[serde(skip_serializing_if = "is_false")]
    pub lacks_parts: bool,
    /// The address of its page, as the platform writes it.
    pub page_url: Option<String>,
    /// The address of its preview image; expires on most platforms.
    pub thumbnail_url: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde hands over")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde hands over")]
fn is_false(holds: &bool) -> bool {
    !*holds
}

impl MediaInfo {
    /// Whether it is pictures alone, in which nobody can speak.
    pub fn is_slideshow(&self) -> bool {
        self.pictures > 0 && self.videos == 0
    }

    /// Whether it is a post of parts, and not one video.
    pub fn is_post(&self) -> bool {
        self.pictures > 0 || self.videos > 0
    }
}

/// One stretch of speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Where it begins.
    pub start: At,
    /// Where it ends.
    pub end: At,
    /// What is said.
    pub text: String,
}

/// What is said in a video. No segments means: nobody speaks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Transcript {
    /// The language heard (ISO 639-1), where the engine tells.
    pub language: Option<String>,
    /// The speech in order.
    pub segments: Vec<Segment>,
    /// Which engine wrote it down, such as `whisper-1`; empty when nobody listened.
    pub engine: String,
    /// What was billed for it, without the parts of it whose bill is settled.
    #[serde(default, skip_serializing_if = "Usage::is_nothing")]
    pub usage: Usage,
}

impl Transcript {
    /// The transcripts of a sound's parts as one, each with the moment its part begins. The language is that of
    /// the part with the most words.
    pub fn joined(parts: Vec<(At, Self)>) -> Self {
        let words = |part: &Self| part.text().chars().count();
        let longest = parts.iter().map(|(_, part)| part).filter(|part| part.language.is_some());
        let language = longest.max_by_key(|part| words(part)).and_then(|part| part.language.clone());
        let mut whole = Self { language, ..Self::default() };
        for (begins, part) in parts {
            let later = |at: At| At(begins.0 + at.0);
            let segments = part.segments.into_iter();
            whole.segments.extend(segments.map(|segment| Segment {
                start: later(segment.start),
                end: later(segment.end),
                text: segment.text,
            }));
            whole.usage += part.usage;
            whole.engine = part.engine;
        }
        whole
    }

    /// The whole speech as one text.
    pub fn text(&self) -> String {
        self.segments.iter().map(|segment| segment.text.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// A line of text shown on the screen, at its first appearance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScreenLine {
    /// When it is first seen.
    pub at: At,
    /// What it says.
    pub text: String,
}

/// What is shown in a video: each line once, in reading order.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScreenText {
    /// The lines.
    pub lines: Vec<ScreenLine>,
    /// Which engine read them, such as `tesseract`; empty when reading was off or failed.
    pub engine: String,
}

/// A media record with the checkpoints reached so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Media {
    /// The key all links to it share.
    pub key: MediaKey,
    /// What the platform says, once downloaded.
    pub info: Option<MediaInfo>,
    /// What is said, once transcribed.
    pub transcript: Option<Transcript>,
    /// What is shown, once read.
    pub screen_text: Option<ScreenText>,
}

impl Media {
    /// A record nobody has worked on yet.
    pub fn unknown(key: MediaKey) -> Self {
        Self { key, info: None, transcript: None, screen_text: None }
    }

    /// What is known, with nothing in the place of what is missing.
    pub fn known(self) -> Watched {
        Watched {
            info: self.info.unwrap_or_default(),
            transcript: self.transcript.unwrap_or_default(),
            screen_text: self.screen_text.unwrap_or_default(),
        }
    }

    /// The same record, of which nobody finds out any more: what is missing is there, and empty.
    #[must_use]
    pub fn closed(self) -> Self {
        let key = self.key.clone();
        let Watched { info, transcript, screen_text } = self.known();
        Self { key, info: Some(info), transcript: Some(transcript), screen_text: Some(screen_text) }
    }

    /// The finished record, when nothing is missing any more.
    pub fn watched(&self) -> Option<Watched> {
        Some(Watched {
            info: self.info.clone()?,
            transcript: self.transcript.clone()?,
            screen_text: self.screen_text.clone()?,
        })
    }
}

/// A video that was watched to its end: everything the summarizer may use.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Watched {
    /// What the platform says.
    pub info: MediaInfo,
    /// What is said.
    pub transcript: Transcript,
    /// What is shown.
    pub screen_text: ScreenText,
}

impl Watched {
    /// Whether there is nothing at all to make a note of.
    pub fn is_empty(&self) -> bool {
        self.transcript.segments.is_empty()
            && self.screen_text.lines.is_empty()
            && self.info.caption.as_deref().is_none_or(|caption| caption.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(language: &str, text: &str) -> Transcript {
        let segment = Segment { start: At(1.5), end: At(2.0), text: text.to_owned() };
        let language = Some(language.to_owned());
        Transcript {
            language,
            segments: vec![segment],
            engine: "ear".to_owned(),
            usage: Usage::of_speech(60.0),
        }
    }

    #[test]
    fn the_places_of_a_post_stand_in_its_order_and_say_what_they_are() {
        let places = [
            (At::picture(1), "picture 1"),
            (At(0.0).of_video(2), "0:00 of video 2"),
            (At(7.4).of_video(2), "0:07 of video 2"),
            (At(90_000.0).of_video(2), "23:59:59 of video 2"),
            (At::picture(3), "picture 3"),
            (At::picture(35), "picture 35"),
        ];
        for (at, told) in places {
            assert_eq!(at.to_string(), told);
            let kept: At =
                serde_json::from_str(&serde_json::to_string(&at).unwrap_or_default()).unwrap_or_default();
            assert_eq!(kept, at, "it comes back as it was kept");
        }
        assert!(places.is_sorted_by(|(one, _), (other, _)| one < other));
        let told = [At(7.5), At::picture(3), At(7.5).of_video(2)].map(|at| serde_json::json!(at).to_string());
        assert_eq!(told, ["7.5", r#"{"picture":3}"#, r#"{"at":7.5,"video":2}"#]);
        assert_eq!(serde_json::from_str::<At>("7").unwrap_or_default(), At(7.0));
        // A video that stands alone, however long, and nonsense.
        for at in [0.0, 86_399.0, 172_799.0, -1e9, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(At(at).part(), None, "{at}");
        }
    }

    #[test]
    fn parts_are_joined_at_their_moments() {
        let parts = vec![(At(0.0), part("la", "Ave.")), (At(60.0), part("de", "Kochen wir."))];
        let whole = Transcript::joined(parts);
        assert_eq!(whole.text(), "Ave. Kochen wir.");
        assert_eq!(whole.segments.iter().map(|segment| segment.start.0).collect::<Vec<_>>(), [1.5, 61.5]);
        assert_eq!(whole.language.as_deref(), Some("de"), "that of the most words");
        assert_eq!((whole.usage.speech_ms, whole.usage.calls), (120_000, 2));
        assert_eq!(Transcript::joined(Vec::new()), Transcript::default());
    }
}
