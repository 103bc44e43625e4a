//! Shows the progress of one video: a bar for each stage at a terminal, plain lines otherwise.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::domain::entry::EntryId;
use crate::domain::progress::{Progress, Step};
use crate::domain::stage::Stage;
use crate::domain::waiting::Waiting;

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// Shows steps until the entry has ended, and says which one it was; `None` when the chain is gone.
pub(super) async fn show(mut steps: Receiver<Progress>) -> Option<EntryId> {
    let mut display = Display::new();
    loop {
        match steps.recv().await {
            Ok(progress) => {
                let ended = matches!(progress.step, Step::Completed | Step::Failed(_));
                display.show(progress.step);
                if ended {
                    return Some(progress.entry);
                }
            }
            // A terminal that is slow misses some steps, never the work.
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

enum Display {
    Bars(Vec<(Stage, ProgressBar)>),
    Lines,
}

impl Display {
    fn new() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let all = MultiProgress::new();
        let bars = Stage::ALL.map(|stage| {
            let bar = all.add(ProgressBar::new_spinner().with_style(style("  {prefix:<11} {msg:.dim}")));
            bar.set_prefix(words(stage).0);
            bar.set_message("waits");
            bar.tick();
            (stage, bar)
        });
        Self::Bars(bars.into())
    }

    fn show(&mut self, step: Step) {
        match self {
            Self::Bars(bars) => show_in_bars(bars, step),
            // Progress nobody can read is no reason to stop.
            Self::Lines => drop(writeln!(std::io::stderr(), "{}", line(&step))),
        }
    }
}

fn show_in_bars(bars: &[(Stage, ProgressBar)], step: Step) {
    let bar_of = |stage| bars.iter().find(|(of, _)| *of == stage).map(|(_, bar)| bar);
    match step {
        Step::Started(stage) => {
            if let Some(bar) = bar_of(stage) {
                bar.set_style(style("{spinner:.cyan} {prefix:<11} {elapsed:>4} {msg}"));
                bar.reset_elapsed();
                bar.set_message(words(stage).1);
                bar.enable_steady_tick(TURN);
            }
        }
        Step::Finished(stage, came_out) => {
            if let Some(bar) = bar_of(stage) {
                bar.set_style(style("{prefix:.green} {elapsed:>6} {msg}"));
                bar.set_prefix(format!("✓ {:<11}", words(stage).0));
                bar.finish_with_message(came_out);
            }
        }
        Step::WillRetry(stage, pause, why) => {
            if let Some(bar) = bar_of(stage) {
                bar.set_message(format!("again in {pause} s: {why}"));
            }
        }
        Step::Waits(stage, pause, waiting) => {
            if let Some(bar) = bar_of(stage) {
                bar.set_message(waits(pause, &waiting));
            }
        }
        Step::Completed | Step::Failed(_) => {
            for (_, bar) in bars.iter().filter(|(_, bar)| !bar.is_finished()) {
                bar.abandon();
            }
        }
    }
}

fn line(step: &Step) -> String {
    match step {
        Step::Started(stage) => format!("{}: {}", words(*stage).0, words(*stage).1),
        Step::Finished(stage, came_out) => format!("{}: done, {came_out}", words(*stage).0),
        Step::WillRetry(stage, pause, why) => {
            format!("{}: did not work, again in {pause} s: {why}", words(*stage).0)
        }
        Step::Waits(stage, pause, waiting) => {
            format!("{}: waits. {}", words(*stage).0, waits(*pause, waiting))
        }
        Step::Completed => "completed".to_owned(),
        Step::Failed(_) => "failed".to_owned(),
    }
}

fn waits(pause: u64, waiting: &Waiting) -> String {
    format!("{} It looks again in {pause} s.", waiting.sentence())
}

/// A stage's name and what it is doing, for people.
fn words(stage: Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Download => ("download", "fetching the video"),
        Stage::Transcribe => ("transcribe", "writing down what is said"),
        Stage::Read => ("read", "writing down what is shown"),
        Stage::Summarize => ("summarize", "making the note"),
        Stage::Write => ("write", "putting the page together"),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
