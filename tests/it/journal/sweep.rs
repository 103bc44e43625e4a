//! What a sweep brings back, gives up and removes.

use std::time::Duration;

use linkscribe::domain::entry::Ticket;
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{MediaInfo, ScreenText, Transcript};
use linkscribe::domain::note::Note;
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

/// Claims in the name of a worker that dies, does what it did before, and sweeps up behind it.
async fn dies_after<F: Future<Output = ()>>(bench: &Bench, work: impl FnOnce(Ticket) -> F) -> Swept {
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    assert_eq!(dead.verdict, None);
    work(dead.ticket).await;
    bench.journal.sweep(Duration::MAX).await.unwrap()
}

pub(super) async fn three_crashes_at_three_stages_are_no_poison(bench: &Bench) {
    let (journal, key) = (&bench.journal, &MediaKey("site:page".into()));
    let rescued = Swept { rescued: 1, ..NOTHING };
    bench.queue("page").await;
    assert_eq!(dies_after(bench, |_| async {}).await, rescued);
    let info = |ticket| async move { journal.save_info(ticket, key, &MediaInfo::default()).await.unwrap() };
    assert_eq!(dies_after(bench, info).await, rescued);
    let heard =
        |ticket| async move { journal.save_transcript(ticket, key, &Transcript::default()).await.unwrap() };
    assert_eq!(dies_after(bench, heard).await, rescued);
    let read =
        |ticket| async move { journal.save_screen_text(ticket, key, &ScreenText::default()).await.unwrap() };
    assert_eq!(dies_after(bench, read).await, rescued);
    let noted = |ticket| async move { journal.save_note(ticket, &Note::default()).await.unwrap() };
    assert_eq!(dies_after(bench, noted).await, rescued);
    let intended = |ticket| async move { journal.intend_body(ticket).await.unwrap() };
    assert_eq!(dies_after(bench, intended).await, rescued);
    let third = dies_after(bench, intended).await;
    assert_eq!(third, Swept { poisoned: 1, ..NOTHING }, "three at one place are");
}

/// Every run downloads the video anew and keeps what the platform says.
pub(super) async fn a_video_that_kills_after_every_download_is_given_up(bench: &Bench) {
    let (journal, key) = (&bench.journal, &MediaKey("site:page".into()));
    bench.queue("page").await;
    let info = |ticket| async move { journal.save_info(ticket, key, &MediaInfo::default()).await.unwrap() };
    for _ in 0..2 {
        assert_eq!(dies_after(bench, info).await, Swept { rescued: 1, ..NOTHING });
    }
    assert_eq!(dies_after(bench, info).await, Swept { poisoned: 1, ..NOTHING });
}

pub(super) async fn many_old_entries_are_removed_some_at_a_time(bench: &Bench) {
    let values: Vec<String> = (0..2_500)
        .map(|number| {
            format!(
                "('{number}', '{database}', '{number}', 'l', 'done', 'completed', 1, 0, 0, 0, 1, 1, 1, '{user}')",
                database = bench.database,
                user = bench.user
            )
        })
        .collect();
    bench
        .change(&format!(
            "INSERT INTO entries (id, database_id, page_id, link, state, status, run_lease, attempts, crashes, \
             not_before, finished_at, created_at, updated_at, user_id) VALUES {}",
            values.join(", ")
        ))
        .await;
    bench.queue("waiting").await;
    for pruned in [1_000, 1_000, 500, 0] {
        assert_eq!(bench.journal.sweep(Duration::from_hours(1)).await.unwrap(), Swept { pruned, ..NOTHING });
    }
    assert_eq!(bench.claim().await.page, "waiting");
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
            _ => journal.hand_back(claimed.ticket, NextRun::wait(Duration::from_mins(1))).await.unwrap(),
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
