//! How a claim ends, and what follows.

use std::time::Duration;

use linkscribe::domain::entry::{Enqueued, FoundRow};
use linkscribe::domain::note::Note;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::ports::NextRun;

use super::bench::Bench;

const HOUR: Duration = Duration::from_hours(1);

pub(super) async fn a_retry_waits_for_its_time_and_counts_an_attempt(bench: &Bench) {
    bench.queue("later").await;
    let claimed = bench.claim().await;
    bench.journal.hand_back(claimed.ticket, NextRun::Retry(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!(claimed.attempts, 1);
    bench.journal.hand_back(claimed.ticket, NextRun::Retry(HOUR)).await.unwrap();
    assert!(bench.nothing_is_due().await);
    let view = bench.journal.entry(claimed.ticket.entry).await.unwrap().unwrap();
    assert_eq!((view.attempts, view.status), (2, Status::Pending));
}

pub(super) async fn waiting_counts_no_attempt(bench: &Bench) {
    bench.queue("page").await;
    for _ in 0..5 {
        let claimed = bench.claim().await;
        assert_eq!(claimed.attempts, 0);
        bench.journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    }
    let claimed = bench.claim().await;
    bench.journal.hand_back(claimed.ticket, NextRun::wait(HOUR)).await.unwrap();
    assert!(bench.nothing_is_due().await);
}

pub(super) async fn what_is_given_up_comes_once_more_to_be_told(bench: &Bench) {
    let journal = &bench.journal;
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    journal.hand_back(ticket, NextRun::GiveUp(Reason::Private)).await.unwrap();
    let view = journal.entry(ticket.entry).await.unwrap().unwrap();
    assert_eq!((view.status, view.reason), (Status::Saving, None));

    let claimed = bench.claim().await;
    assert_eq!(claimed.verdict, Some(Reason::Private));
    journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!(claimed.verdict, Some(Reason::Private), "it was not told yet");
    journal.finish_failed(claimed.ticket, Reason::Private, true).await.unwrap();

    let view = journal.entry(ticket.entry).await.unwrap().unwrap();
    assert_eq!((view.status, view.reason), (Status::Failed, Some(Reason::Private)));
    assert!(bench.nothing_is_due().await);
    assert!(journal.beat(claimed.ticket).await.unwrap_err().is_stale());
}

pub(super) async fn a_finished_row_runs_again_only_when_it_was_looked_at_later(bench: &Bench) {
    let journal = &bench.journal;
    let before = journal.now().await.unwrap();
    bench.queue("page").await;
    assert_eq!(journal.enqueue(&bench.row("page"), before).await.unwrap(), Enqueued::Known);
    let claimed = bench.claim().await;
    let during = journal.now().await.unwrap();
    assert_eq!(journal.enqueue(&bench.row("page"), during).await.unwrap(), Enqueued::Known);
    journal.save_note(claimed.ticket, &Note::default()).await.unwrap();
    journal.save_section(claimed.ticket, "block").await.unwrap();
    journal.set_status(claimed.ticket, Status::Saving).await.unwrap();
    journal.hand_back(claimed.ticket, NextRun::Retry(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    journal.complete(claimed.ticket).await.unwrap();

    assert_eq!(journal.enqueue(&bench.row("page"), before).await.unwrap(), Enqueued::Known);
    assert!(bench.nothing_is_due().await, "the look was older than the result");

    let after = journal.now().await.unwrap() + 1_000;
    let moved = FoundRow { link: "https://video.example/other".into(), ..bench.row("page") };
    assert_eq!(journal.enqueue(&moved, after).await.unwrap(), Enqueued::Queued);
    let view = journal.entry(claimed.ticket.entry).await.unwrap().unwrap();
    assert_eq!((view.status, view.attempts), (Status::Pending, 0));
    let again = bench.claim().await;
    assert_eq!(again.ticket.entry, claimed.ticket.entry);
    assert!(again.ticket.lease > claimed.ticket.lease);
    assert_eq!(again.link, "https://video.example/other");
    assert_eq!((again.note, again.verdict), (None, None));
    assert_eq!(again.section.as_deref(), Some("block"), "the old body is to be replaced");
}

pub(super) async fn a_link_that_changed_while_it_waited_is_taken_over(bench: &Bench) {
    let journal = &bench.journal;
    bench.queue("page").await;
    let claimed = bench.claim().await;
    journal.save_note(claimed.ticket, &Note::default()).await.unwrap();
    journal.hand_back(claimed.ticket, NextRun::Retry(HOUR)).await.unwrap();

    let now = journal.now().await.unwrap();
    assert_eq!(journal.enqueue(&bench.row("page"), now).await.unwrap(), Enqueued::Known);
    assert!(bench.nothing_is_due().await);
    let moved = FoundRow { link: "https://video.example/other".into(), ..bench.row("page") };
    assert_eq!(journal.enqueue(&moved, now).await.unwrap(), Enqueued::Queued);
    let claimed = bench.claim().await;
    assert_eq!((claimed.link.as_str(), claimed.attempts), ("https://video.example/other", 0));
    assert_eq!(claimed.note, None, "the note was made of another video");

    assert_eq!(journal.enqueue(&bench.row("page"), now).await.unwrap(), Enqueued::Known);
    journal.beat(claimed.ticket).await.unwrap();
}
