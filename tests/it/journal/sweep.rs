//! What a sweep brings back, gives up and removes.

use std::time::Duration;

use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::MediaInfo;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::ports::{NextRun, Swept};

use super::bench::Bench;

const NOTHING: Swept = Swept { rescued: 0, poisoned: 0, pruned: 0 };

pub(super) async fn a_dead_workers_entry_is_rescued_and_the_third_crash_gives_it_up(bench: &Bench) {
    bench.queue("page").await;
    for _ in 0..2 {
        let dead = bench.dying.claim("dead").await.unwrap().unwrap();
        assert_eq!((dead.verdict, dead.attempts), (None, 0));
        assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap(), Swept { rescued: 1, ..NOTHING });
        assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap(), NOTHING);
    }
    bench.dying.claim("dead").await.unwrap().unwrap();
    assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap(), Swept { poisoned: 1, ..NOTHING });
    assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap(), NOTHING);
    let claimed = bench.claim().await;
    assert_eq!(claimed.verdict, Some(Reason::Crashing));
    let view = bench.journal.entry(claimed.ticket.entry).await.unwrap().unwrap();
    assert_eq!(view.status, Status::Saving);
}

pub(super) async fn a_live_claim_is_left_alone(bench: &Bench) {
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    assert_eq!(bench.dying.sweep(Duration::ZERO).await.unwrap(), NOTHING);
    bench.journal.complete(ticket).await.unwrap();
}

pub(super) async fn a_verdict_survives_a_worker_that_dies_telling_it(bench: &Bench) {
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.hand_back(ticket, NextRun::GiveUp(Reason::TooLong)).await.unwrap();
    for _ in 0..4 {
        bench.dying.claim("dead").await.unwrap().unwrap();
        assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap().rescued, 1);
    }
    assert_eq!(bench.claim().await.verdict, Some(Reason::TooLong));
}

pub(super) async fn old_entries_and_their_media_are_removed(bench: &Bench) {
    let journal = &bench.journal;
    let key = |page: &str| MediaKey(format!("site:{page}"));
    for page in ["done", "waiting"] {
        bench.queue(page).await;
    }
    for _ in 0..2 {
        let claimed = bench.claim().await;
        journal.save_info(claimed.ticket, &key(&claimed.page), &MediaInfo::default()).await.unwrap();
        match claimed.page.as_str() {
            "done" => journal.complete(claimed.ticket).await.unwrap(),
            _ => journal.hand_back(claimed.ticket, NextRun::Wait(Duration::from_mins(1))).await.unwrap(),
        }
    }
    assert_eq!(journal.sweep(Duration::from_hours(1)).await.unwrap(), NOTHING);
    assert!(journal.media(&key("done")).await.unwrap().info.is_some());

    assert_eq!(journal.sweep(Duration::ZERO).await.unwrap(), Swept { pruned: 1, ..NOTHING });
    assert_eq!(journal.sweep(Duration::ZERO).await.unwrap(), NOTHING);
    assert_eq!(journal.media(&key("done")).await.unwrap().info, None);
    assert!(journal.media(&key("waiting")).await.unwrap().info.is_some(), "an entry still needs it");
    let left = journal.entries(bench.database, 10).await.unwrap();
    assert_eq!(left.iter().map(|view| view.page_id.as_str()).collect::<Vec<_>>(), ["waiting"]);
}
