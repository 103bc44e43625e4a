//! Who may work on an entry, and until when.

use std::collections::HashSet;
use std::time::Duration;

use linkscribe::domain::entry::{RunLease, Ticket};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{MediaInfo, ScreenText, Transcript};
use linkscribe::domain::note::Note;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::ports::NextRun;

use super::bench::Bench;

pub(super) async fn every_entry_is_claimed_once_by_sixteen_claimers(bench: &Bench) {
    for page in 0..200 {
        bench.queue(&format!("page {page}")).await;
    }
    let mut claimers = tokio::task::JoinSet::new();
    for claimer in 0..16 {
        let journal = bench.journal.clone();
        claimers.spawn(async move {
            let mut pages = Vec::new();
            while let Some(claimed) = journal.claim(&format!("claimer {claimer}")).await.unwrap() {
                pages.push(claimed.page);
            }
            pages
        });
    }
    let pages = claimers.join_all().await.concat();
    assert_eq!(pages.len(), 200);
    assert_eq!(pages.into_iter().collect::<HashSet<_>>().len(), 200);
}

pub(super) async fn the_lease_number_grows_with_each_claim(bench: &Bench) {
    bench.queue("page").await;
    let mut last = RunLease(0);
    for _ in 0..4 {
        let ticket = bench.claim().await.ticket;
        assert!(ticket.lease > last);
        last = ticket.lease;
        bench.journal.hand_back(ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    }
}

pub(super) async fn a_stale_ticket_changes_nothing(bench: &Bench) {
    let journal = &bench.journal;
    let key = MediaKey("site:1".into());
    bench.queue("page").await;
    let lost = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    journal.sweep(Duration::MAX).await.unwrap();
    let held = bench.claim().await.ticket;
    journal.save_note(held, &Note { title: "kept".into(), ..Note::default() }).await.unwrap();
    journal.save_section(held, "kept").await.unwrap();
    let before = format!("{:?}", journal.entry(held.entry).await.unwrap());

    let stranger = Ticket { lease: RunLease(held.lease.0 + 1), ..held };
    for stale in [lost, stranger] {
        let refused = [
            journal.beat(stale).await,
            journal.set_status(stale, Status::Saving).await,
            journal.save_info(stale, &key, &MediaInfo::default()).await,
            journal.save_transcript(stale, &key, &Transcript::default()).await,
            journal.save_screen_text(stale, &key, &ScreenText::default()).await,
            journal.save_note(stale, &Note::default()).await,
            journal.intend_body(stale).await,
            journal.save_section(stale, "block").await,
            journal.complete(stale).await,
            journal.finish_failed(stale, Reason::Deleted, true).await,
            journal.hand_back(stale, NextRun::Retry(Duration::ZERO)).await,
            journal.hand_back(stale, NextRun::wait(Duration::ZERO)).await,
            journal.hand_back(stale, NextRun::GiveUp(Reason::Deleted)).await,
        ];
        for (index, outcome) in refused.into_iter().enumerate() {
            assert!(outcome.unwrap_err().is_stale(), "write number {index}");
        }
        assert!(!journal.is_live(stale).await.unwrap());
    }

    assert!(journal.is_live(held).await.unwrap());
    assert_eq!(format!("{:?}", journal.entry(held.entry).await.unwrap()), before);
    assert_eq!(journal.media(&key).await.unwrap().info, None);
    journal.hand_back(held, NextRun::wait(Duration::ZERO)).await.unwrap();
    let again = bench.claim().await;
    assert_eq!(again.note.unwrap().title, "kept");
    assert_eq!(again.section.as_deref(), Some("kept"));
    assert_eq!((again.attempts, again.verdict), (0, None));
}

pub(super) async fn a_beat_makes_a_claim_live_on(bench: &Bench) {
    bench.queue("page").await;
    let ticket = bench.dying.claim("slow").await.unwrap().unwrap().ticket;
    assert!(!bench.journal.is_live(ticket).await.unwrap());
    bench.journal.beat(ticket).await.unwrap();
    assert!(bench.journal.is_live(ticket).await.unwrap());
    assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap().rescued, 0);
}

pub(super) async fn entries_are_claimed_in_the_order_they_are_due(bench: &Bench) {
    for page in ["first", "second", "third"] {
        bench.queue(page).await;
        // Rows queued within one millisecond are due together.
        let now = bench.journal.now().await.unwrap();
        while bench.journal.now().await.unwrap() == now {}
    }
    let first = bench.claim().await;
    assert_eq!(first.page, "first");
    bench.journal.hand_back(first.ticket, NextRun::Retry(Duration::ZERO)).await.unwrap();
    assert_eq!(bench.claim().await.page, "second");
    assert_eq!(bench.claim().await.page, "third");
    assert_eq!(bench.claim().await.page, "first", "it went to the back of the queue");
}
