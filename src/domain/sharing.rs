//! One video, one bill: who works on a video for all who saved it, and what of that counts for the others.
//!
//! A right is held by one claim of one entry and ends with it. Who does not get it waits, and is told nothing of the
//! other one. All rules here are pure; the store keeps rights, the Monitor asks for them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::backoff::MAX_CRASHES;
use super::cost::Usage;
use super::entry::{DatabaseId, EntryId, UserId};
use super::link::MediaKey;
use super::media::{MediaInfo, Watched};
use super::note::{Note, Question};
use super::reason::Reason;

/// How long what one found counts for those who were waiting by then. The longest queue behind one video is through
/// sooner; whoever comes later looks for themselves.
pub const MEMORY: Duration = Duration::from_mins(10);

/// How long it is remembered that workers died of a video: whoever saves it again and again in one afternoon kills no
/// more of them, and after an update it is tried again soon.
pub const CRASH_MEMORY: Duration = Duration::from_hours(1);

/// Crashes in a row of those who watched one video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashes {
    /// How many.
    pub times: u32,
    /// How many checkpoints of the video there were at the last one.
    pub reached: u32,
}

impl Crashes {
    /// One more, at so many checkpoints. Whoever got further than those before died of something else.
    pub fn after(earlier: Option<Self>, reached: u32) -> Self {
        let in_a_row = earlier.filter(|earlier| earlier.reached >= reached);
        Self { times: in_a_row.map_or(0, |earlier| earlier.times).saturating_add(1), reached }
    }

    /// Whether nobody else is to die of it.
    pub fn is_enough(self) -> bool {
        self.times >= MAX_CRASHES
    }
}

/// The right to do something once for all who would else do it as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Right {
    /// To watch a video, or to follow a short link; one of all users has it.
    Watch(MediaKey),
    /// To make a result of a video; one row of a user has it, so that the next one finds what became of the first.
    Result(UserId, MediaKey),
}

impl Right {
    /// What it is kept under.
    pub fn name(&self) -> String {
        match self {
            Self::Watch(key) => format!("watch:{key}"),
            Self::Result(user, key) => format!("result:{user}:{key}"),
        }
    }
}

/// What came of asking for a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is the asker's until its claim ends.
    Mine,
    /// A live claim of another entry has it.
    Others,
    /// The work was done while the asker waited: what is known is all there is to know.
    Done,
    /// It was tried while the asker waited, and there is nothing, for this reason.
    Refused(Reason),
}

/// Whose a right is when somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// The asker's own claim has it.
    Asker,
    /// Another claim has it, and is live.
    Live,
    /// A claim had it that is over, or whose lease has run out.
    Dead,
}

/// What came of a right's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// It ended so lately, and while the asker was waiting, that it counts.
    pub counts: bool,
    /// Why there is nothing.
    pub refusal: Option<Reason>,
}

/// What is known of a right when somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub holder: Holder,
    /// What came of its work; `None` while that has not ended.
    pub found: Option<Found>,
}

impl Standing {
    /// Its holder came to no end, and is no more.
    pub const DEAD: Self = Self { holder: Holder::Dead, found: None };

    /// What the asker gets.
    pub fn taken(self) -> Taken {
        match (self.found, self.holder) {
            (Some(Found { counts: true, refusal }), _) => refusal.map_or(Taken::Done, Taken::Refused),
            (Some(Found { counts: false, .. }), _) | (None, Holder::Asker | Holder::Dead) => Taken::Mine,
            (None, Holder::Live) => Taken::Others,
        }
    }
}

/// Whether a refusal is the video's own, the same for whoever saved it.
pub fn is_of_the_video(reason: Reason) -> bool {
    match reason {
        Reason::Unsupported
        | Reason::Private
        | Reason::Deleted
        | Reason::LoginNeeded
        | Reason::Region
        | Reason::TooLong
        | Reason::TooLarge
        | Reason::NoMedia
        | Reason::Unreadable
        | Reason::Live => true,
        Reason::NotALink
        | Reason::NothingFound
        | Reason::ProviderAccount
        | Reason::Refused
        | Reason::Blocked
        | Reason::AnswerCut
        | Reason::AnswerEmpty
        | Reason::AnswerUnreadable
        | Reason::Disconnected
        | Reason::RowGone
        | Reason::SchemaChanged
        | Reason::ResultsRefused
        | Reason::OutOfOrder
        | Reason::AttemptsExhausted
        | Reason::Crashing
        | Reason::TurnedAway => false,
    }
}

/// A completed entry of the same user with the same video.
#[derive(Debug, Clone, PartialEq)]
pub struct Earlier {
    /// Which one.
    pub entry: EntryId,
    /// The registered database it stands in.
    pub database: DatabaseId,
    /// Notion's page id of its row.
    pub page: String,
    /// Where people open the row; empty where that is not known.
    pub url: String,
    /// What was made of the video there.
    pub note: Option<Note>,
    /// The content database that was chosen there.
    pub chosen: Option<DatabaseId>,
}

/// What tells a question from any other: two with the same fingerprint get the same answer from the same engine. Of
/// what was watched only the words count; their moments are the record's own.
pub fn fingerprint(question: &Question, engine: &str) -> String {
    let Question { watched, .. } = question;
    let asked = Question { watched: Watched::default(), ..question.clone() };
    let shown: Vec<&str> = watched.screen_text.lines.iter().map(|line| line.text.as_str()).collect();
    let info = MediaInfo { duration: None, ..watched.info.clone() };
    let whole = format!("{engine}\n{asked:?}\n{info:?}\n{:?}\n{shown:?}", watched.transcript.text());
    URL_SAFE_NO_PAD.encode(Sha256::digest(whole))
}

/// The note among these that answers this very question. Nothing is paid for it again.
pub fn note_for<'a>(mut notes: impl Iterator<Item = &'a Note>, fingerprint: &str) -> Option<Note> {
    let note = notes.find(|note| note.asked.as_deref() == Some(fingerprint))?;
    Some(Note { usage: Usage::default(), doubted: false, ..note.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_is_free_once_its_holder_is_dead_and_what_was_found_counts_for_who_waited() {
        let found = |counts, refusal| Some(Found { counts, refusal });
        let private = Some(Reason::Private);
        let table = [
            ("a live holder", Holder::Live, None, Taken::Others),
            ("a dead holder", Holder::Dead, None, Taken::Mine),
            ("asked for again", Holder::Asker, None, Taken::Mine),
            ("done while the asker waited", Holder::Live, found(true, None), Taken::Done),
            ("done, whether its holder lives or not", Holder::Dead, found(true, None), Taken::Done),
            ("refused meanwhile", Holder::Dead, found(true, private), Taken::Refused(Reason::Private)),
            ("done before the asker came", Holder::Live, found(false, None), Taken::Mine),
            ("refused before the asker came", Holder::Dead, found(false, private), Taken::Mine),
        ];
        for (what, holder, found, taken) in table {
            assert_eq!(Standing { holder, found }.taken(), taken, "{what}");
        }
    }

    fn question(instructions: &str, said: &str) -> Question {
        let segment = crate::domain::media::Segment {
            start: crate::domain::media::At(0.1),
            end: crate::domain::media::At(0.3),
            text: said.to_owned(),
        };
        let mut watched = Watched::default();
        watched.transcript.segments.push(segment);
        let mut question = Question::new(&crate::domain::schema::Schema::default(), &[], watched);
        question.instructions = Some(instructions.to_owned());
        question
    }

    #[test]
    fn only_the_same_question_about_the_same_words_has_an_earlier_answer() {
        let asked = fingerprint(&question("in euros", "Soup."), "a model");
        let mut again = question("in euros", "Soup.");
        for segment in &mut again.watched.transcript.segments {
            segment.end = crate::domain::media::At(0.300_000_000_000_000_04);
        }
        assert_eq!(
            fingerprint(&again, "a model"),
            asked,
            "a number that was written down and read is the same"
        );
        let others = [
            fingerprint(&question("in dollars", "Soup."), "a model"),
            fingerprint(&question("in euros", "Salad."), "a model"),
            fingerprint(&question("in euros", "Soup."), "another model"),
        ];
        assert!(others.iter().all(|other| *other != asked));
        let note = Note {
            asked: Some(asked.clone()),
            usage: Usage { calls: 1, ..Usage::default() },
            ..Note::default()
        };
        let known = [Note::default(), note];
        assert!(note_for(known.iter(), &asked).is_some_and(|note| note.usage.is_nothing()));
        assert_eq!(note_for(known.iter(), "another"), None);
        assert_eq!(note_for([].iter(), &asked), None);
    }

    #[test]
    fn three_crashes_in_a_row_are_enough_unless_a_checkpoint_lies_between() {
        for (reached, enough) in [
            (&[0, 0, 0][..], true),
            (&[1, 1, 1], true),
            (&[0, 0], false),
            (&[0, 1, 2], false),
            (&[0, 0, 1, 1], false),
            (&[0, 0, 1, 1, 1], true),
        ] {
            let last = reached.iter().fold(None, |earlier, &reached| Some(Crashes::after(earlier, reached)));
            assert_eq!(last.is_some_and(Crashes::is_enough), enough, "{reached:?}");
        }
    }

    #[test]
    fn two_rights_never_have_one_name() {
        let (key, user) = (MediaKey("tiktok:7".to_owned()), UserId::new());
        let names = [
            Right::Watch(key.clone()).name(),
            Right::Result(user, key.clone()).name(),
            Right::Result(UserId::new(), key).name(),
            Right::Watch(MediaKey("short:pin.it/7".to_owned())).name(),
        ];
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
    }

    #[test]
    fn a_fault_of_the_way_is_nobody_elses() {
        let of_the_video = Reason::ALL.into_iter().filter(|reason| is_of_the_video(*reason)).count();
        assert_eq!(of_the_video, 10);
        assert!(!is_of_the_video(Reason::AttemptsExhausted) && !is_of_the_video(Reason::RowGone));
    }
}
