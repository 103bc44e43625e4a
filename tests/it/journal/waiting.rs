//! Waiting for others, the intent to write a body, and what makes both be forgotten.

use std::time::Duration;

use linkscribe::domain::entry::{Body, Claimed, Enqueued, FoundRow};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{MediaInfo, Transcript};
use linkscribe::domain::note::Note;
use linkscribe::domain::stage::Status;
use linkscribe::domain::waiting::{Party, Waiting};
use linkscribe::ports::NextRun;

use super::bench::Bench;

const HOUR: Duration = Duration::from_hours(1);

fn down() -> Waiting {
    Waiting::Down(Party::new("OpenAI"))
}

impl Bench {
    /// Hands an entry back that waits for a party, and is due at once.
    async fn waits(&self, claimed: &Claimed) {
        let next = NextRun::Wait { pause: Duration::ZERO, waiting: Some(down()) };
        self.journal.hand_back(claimed.ticket, next).await.unwrap();
    }

    async fn shown(&self, claimed: &Claimed) -> Option<Waiting> {
        self.journal.entry(claimed.ticket.entry).await.unwrap().unwrap().waiting
    }

    /// As if it had been waiting an hour longer.
    async fn an_hour_passes(&self) {
        self.change("UPDATE entries SET waiting_since = waiting_since - 3600000").await;
    }
}

pub(super) async fn what_is_waited_for_is_kept_and_shown_while_it_waits(bench: &Bench) {
    bench.queue("page").await;
    let claimed = bench.claim().await;
    assert_eq!((&claimed.waiting, claimed.waited), (&None, Duration::ZERO));
    bench.journal.set_status(claimed.ticket, Status::Transcribing).await.unwrap();
    bench.waits(&claimed).await;
    assert_eq!(bench.shown(&claimed).await, Some(down()));
    let view = bench.journal.entry(claimed.ticket.entry).await.unwrap().unwrap();
    assert_eq!((view.status, view.attempts), (Status::Pending, 0));

    let claimed = bench.claim().await;
    assert_eq!(claimed.waiting, Some(down()), "its owner was told already");
    assert_eq!(bench.shown(&claimed).await, None, "it is being worked on");
    bench.journal.set_status(claimed.ticket, Status::Downloading).await.unwrap();
    bench.journal.hand_back(claimed.ticket, NextRun::Retry(Duration::ZERO)).await.unwrap();
    assert_eq!(bench.shown(&claimed).await, None, "it stumbled by itself");

    let claimed = bench.claim().await;
    bench.waits(&claimed).await;
    let claimed = bench.claim().await;
    bench.journal.complete(claimed.ticket).await.unwrap();
    assert_eq!(bench.shown(&claimed).await, None);
}

pub(super) async fn waiting_adds_up_until_the_entry_gets_further(bench: &Bench) {
    bench.queue("page").await;
    for hours in 0..3 {
        let claimed = bench.claim().await;
        let waited = claimed.waited;
        assert!(waited >= HOUR * hours && waited < HOUR * (hours + 1), "{hours}: {waited:?}");
        bench.waits(&claimed).await;
        bench.an_hour_passes().await;
    }
    let claimed = bench.claim().await;
    bench.journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert!(claimed.waited >= HOUR * 3, "a shutdown is no step: {:?}", claimed.waited);
    bench.journal.save_note(claimed.ticket, &Note::default()).await.unwrap();
    bench.waits(&claimed).await;
    let claimed = bench.claim().await;
    assert!(claimed.waited < HOUR, "{:?}", claimed.waited);
    assert_eq!(claimed.waiting, Some(down()));
}

/// The platform is asked by every run; a party that stays out of order must not be waited for without end.
pub(super) async fn knowing_again_what_the_platform_says_is_no_step(bench: &Bench) {
    let key = MediaKey("site:1".into());
    bench.queue("page").await;
    for hours in 0..3 {
        let claimed = bench.claim().await;
        assert!(claimed.waited >= HOUR * hours, "{hours}: {:?}", claimed.waited);
        bench.journal.save_info(claimed.ticket, &key, &MediaInfo::default()).await.unwrap();
        bench.waits(&claimed).await;
        bench.an_hour_passes().await;
    }
    let claimed = bench.claim().await;
    bench.journal.save_transcript(claimed.ticket, &key, &Transcript::default()).await.unwrap();
    bench.waits(&claimed).await;
    assert!(bench.claim().await.waited < HOUR);
}

pub(super) async fn starting_over_forgets_waiting_and_the_body(bench: &Bench) {
    let journal = &bench.journal;
    bench.queue("page").await;
    let claimed = bench.claim().await;
    journal.intend_body(claimed.ticket).await.unwrap();
    bench.waits(&claimed).await;
    bench.an_hour_passes().await;
    let moved = FoundRow { link: "https://video.example/other".into(), ..bench.row("page") };
    assert_eq!(journal.enqueue(&moved, 0).await.unwrap(), Enqueued::Queued);
    assert_eq!(bench.shown(&claimed).await, None);
    let claimed = bench.claim().await;
    assert_eq!((claimed.waiting, claimed.waited, claimed.body), (None, Duration::ZERO, Body::Untouched));

    journal.save_section(claimed.ticket, "block").await.unwrap();
    journal.complete(claimed.ticket).await.unwrap();
    let later = journal.now().await.unwrap() + 1_000;
    assert_eq!(journal.enqueue(&moved, later).await.unwrap(), Enqueued::Queued);
    let claimed = bench.claim().await;
    assert_eq!((claimed.body, claimed.section.as_deref()), (Body::Untouched, Some("block")));
}

pub(super) async fn a_body_is_intended_before_it_is_written(bench: &Bench) {
    let journal = &bench.journal;
    bench.queue("page").await;
    let claimed = bench.claim().await;
    assert_eq!(claimed.body, Body::Untouched);
    journal.intend_body(claimed.ticket).await.unwrap();
    journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!(claimed.body, Body::Intended);
    journal.save_section(claimed.ticket, "block").await.unwrap();
    journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!((claimed.body, claimed.section.as_deref()), (Body::Written, Some("block")));
}
