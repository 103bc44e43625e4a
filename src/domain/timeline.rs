//! The time line of an entry's present run: for each stage when it began, when it ended and what came out.
//!
//! A run goes from the moment a link is queued to its result or its verdict, over as many claims as it
//! takes. Only the worker that holds the entry adds to it. Each stage stands in it once, so its size is
//! bounded; the words of one stage are cut at [`WORDS`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::entry::RunLease;
use super::media::{ScreenText, Transcript};
use super::stage::Stage;

/// The longest words kept for a stage, in characters.
pub const WORDS: usize = 240;

/// Something that happened to a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It began.
    Began,
    /// It ended; the words say what came out.
    Done(String),
    /// An earlier run, or another link to the same video, had done it already.
    Known,
    /// It failed; the words are for the owner.
    Failed(String),
    /// It was given up for now, which is nobody's fault; the words say what is waited for.
    Waits(String),
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Its turn has not come.
    Pending,
    /// It is being worked on.
    Running,
    /// It is done.
    Done,
    /// Its result was there already; nothing was done or paid again.
    Known,
    /// It failed.
    Failed,
    /// It waits for others.
    Waiting,
    /// Its worker ended in the middle; another one goes on.
    Interrupted,
}

impl StageState {
    /// The name in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Done => "done",
            Self::Known => "known",
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Interrupted => "interrupted",
        }
    }

    fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Known)
    }
}

/// A stage as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageView {
    /// Which one.
    pub stage: Stage,
    /// How far it is.
    pub state: StageState,
    /// When it last began.
    pub began_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// What came out of it, or what it waits for.
    pub came_out: String,
    /// How often it began in this run.
    pub times: u32,
}

/// What is kept of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline(BTreeMap<Stage, Step>);

/// What is kept of one stage; times are the journal's, in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    lease: RunLease,
    state: StageState,
    #[serde(default)]
    began: Option<i64>,
    #[serde(default)]
    ended: Option<i64>,
    #[serde(default)]
    words: String,
    #[serde(default)]
    times: u32,
}

impl Timeline {
    /// Whether nothing happened yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds what happened to a stage at this moment, told by the claim of this lease.
    pub fn add(&mut self, stage: Stage, mark: Mark, lease: RunLease, at: i64) {
        match mark {
            Mark::Began => {
                let step = self.step(stage, lease);
                step.times += 1;
                (step.state, step.began, step.ended) = (StageState::Running, Some(at), None);
                step.words.clear();
            }
            // What was known or done keeps its own time.
            Mark::Done(_) | Mark::Known if self.is_over(stage) => {}
            Mark::Done(words) => self.end(stage, StageState::Done, &words, lease, at),
            Mark::Known => {
                self.end(stage, StageState::Known, "", lease, at);
                self.step(stage, lease).began = None;
            }
            Mark::Failed(words) => self.end(self.blamed(stage), StageState::Failed, &words, lease, at),
            Mark::Waits(words) => self.end(self.blamed(stage), StageState::Waiting, &words, lease, at),
        }
    }

    /// The worker before is gone: what it had begun was interrupted.
    pub fn interrupt(&mut self) {
        for step in self.0.values_mut().filter(|step| step.state == StageState::Running) {
            step.state = StageState::Interrupted;
        }
    }

    /// All stages as their owner sees them. `live` is the claim that is being worked on, if any: what
    /// another claim left open was interrupted.
    pub fn view(&self, live: Option<RunLease>) -> Vec<StageView> {
        Stage::ALL.into_iter().map(|stage| view(stage, self.0.get(&stage), live)).collect()
    }

    fn step(&mut self, stage: Stage, lease: RunLease) -> &mut Step {
        let new = Step {
            lease,
            state: StageState::Pending,
            began: None,
            ended: None,
            words: String::new(),
            times: 0,
        };
        let step = self.0.entry(stage).or_insert(new);
        step.lease = lease;
        step
    }

    fn end(&mut self, stage: Stage, how: StageState, words: &str, lease: RunLease, at: i64) {
        let step = self.step(stage, lease);
        (step.state, step.ended) = (how, Some(at));
        step.words = words.chars().take(WORDS).collect();
    }

    fn is_over(&self, stage: Stage) -> bool {
        self.0.get(&stage).is_some_and(|step| step.state.is_over())
    }

    /// A claim that cannot even enter the chain fails at its first stage; what stops it is the first one
    /// that is not over.
    fn blamed(&self, stage: Stage) -> Stage {
        let open = || Stage::ALL.into_iter().find(|stage| !self.is_over(*stage));
        if self.is_over(stage) { open().unwrap_or(stage) } else { stage }
    }
}

fn view(of: Stage, step: Option<&Step>, live: Option<RunLease>) -> StageView {
    let moment = |millis: Option<i64>| millis.and_then(DateTime::from_timestamp_millis);
    let state = match step {
        None => StageState::Pending,
        Some(step) if step.state == StageState::Running && live != Some(step.lease) => {
            StageState::Interrupted
        }
        Some(step) => step.state,
    };
    StageView {
        stage: of,
        state,
        began_at: moment(step.and_then(|step| step.began)),
        ended_at: moment(step.and_then(|step| step.ended)),
        came_out: step.map(|step| step.words.clone()).unwrap_or_default(),
        times: step.map_or(0, |step| step.times),
    }
}

/// What came out of listening.
pub fn heard(transcript: &Transcript) -> String {
    match transcript.segments.len() {
        0 => "nobody speaks".to_owned(),
        1 => "1 stretch of speech".to_owned(),
        said => format!("{said} stretches of speech"),
    }
}

/// What came out of reading.
pub fn read(text: &ScreenText) -> String {
    match text.lines.len() {
        0 => "no text on the screen".to_owned(),
        1 => "1 line".to_owned(),
        lines => format!("{lines} lines"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

    use super::*;

    const FIRST: RunLease = RunLease(1);
    const SECOND: RunLease = RunLease(2);

    fn states(timeline: &Timeline, live: Option<RunLease>) -> Vec<StageState> {
        timeline.view(live).into_iter().map(|view| view.state).collect()
    }

    #[test]
    fn two_stages_may_run_at_once() {
        use StageState::{Done, Pending, Running};
        let mut line = Timeline::default();
        line.add(Stage::Download, Mark::Began, FIRST, 1_000);
        line.add(Stage::Download, Mark::Done("3 pictures, sound".into()), FIRST, 2_000);
        line.add(Stage::Transcribe, Mark::Began, FIRST, 2_001);
        line.add(Stage::Read, Mark::Began, FIRST, 2_002);
        assert_eq!(states(&line, Some(FIRST)), [Done, Running, Running, Pending, Pending]);
        let download = &line.view(Some(FIRST))[0];
        assert_eq!(download.came_out, "3 pictures, sound");
        assert_eq!(download.began_at.unwrap().timestamp_millis(), 1_000);
        assert_eq!(download.ended_at.unwrap().timestamp_millis(), 2_000);
    }

    #[test]
    fn what_a_dead_worker_left_open_was_interrupted() {
        let mut line = Timeline::default();
        line.add(Stage::Download, Mark::Began, FIRST, 1);
        assert_eq!(states(&line, None)[0], StageState::Interrupted);
        assert_eq!(states(&line, Some(SECOND))[0], StageState::Interrupted);
        line.interrupt();
        line.add(Stage::Download, Mark::Began, SECOND, 2);
        assert_eq!(states(&line, Some(SECOND))[0], StageState::Running);
        assert_eq!(line.view(Some(SECOND))[0].times, 2);
    }

    #[test]
    fn what_this_run_did_is_not_called_known_by_its_next_claim() {
        let mut line = Timeline::default();
        line.add(Stage::Transcribe, Mark::Began, FIRST, 1);
        line.add(Stage::Transcribe, Mark::Done("2 stretches of speech".into()), FIRST, 5);
        line.add(Stage::Transcribe, Mark::Known, SECOND, 9);
        line.add(Stage::Read, Mark::Known, SECOND, 9);
        let view = line.view(Some(SECOND));
        assert_eq!((view[1].state, view[1].came_out.as_str()), (StageState::Done, "2 stretches of speech"));
        assert_eq!((view[2].state, view[2].began_at), (StageState::Known, None));
    }

    #[test]
    fn a_claim_that_cannot_enter_blames_the_first_stage_that_is_not_over() {
        let mut line = Timeline::default();
        line.add(Stage::Download, Mark::Done(String::new()), FIRST, 1);
        line.add(Stage::Download, Mark::Waits("Notion does not answer".into()), SECOND, 2);
        let view = line.view(None);
        assert_eq!((view[0].state, view[1].state), (StageState::Done, StageState::Waiting));
        assert_eq!(view[1].came_out, "Notion does not answer");
    }

    #[test]
    fn words_are_cut_and_the_line_comes_back_as_it_was_kept() {
        let mut line = Timeline::default();
        line.add(Stage::Write, Mark::Failed("\u{1f372}".repeat(10_000)), FIRST, 1);
        assert_eq!(line.view(None)[4].came_out.chars().count(), WORDS);
        let kept = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<Timeline>(&kept).unwrap(), line);
    }
}
