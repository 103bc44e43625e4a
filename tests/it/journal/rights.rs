//! The right to work on a video for all: one has it, the others sleep, and it ends with the claim that has it.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::domain::entry::{Claimed, Lane, Ticket};
use linkscribe::domain::link::{MediaKey, understand};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::sharing::{Right, Taken};
use linkscribe::domain::stage::Status;
use linkscribe::domain::waiting::Waiting;
use linkscribe::ports::{NextRun, Sharing};
use tokio::task::JoinSet;

use super::bench::Bench;

fn key() -> MediaKey {
    MediaKey("tiktok:7".into())
}

fn watch() -> Right {
    Right::Watch(key())
}

/// Longer than any test.
const SLEEP: Duration = Duration::from_mins(10);

async fn sleep_behind(bench: &Bench, ticket: Ticket) {
    let waiting = Some(Waiting::SameVideo);
    bench.journal.hand_back(ticket, NextRun::Wait { pause: SLEEP, waiting }).await.unwrap();
}

/// So many claimed entries; the first has the right, the others ask for it.
async fn claimed(bench: &Bench, entries: usize) -> Vec<Claimed> {
    let mut all = Vec::new();
    for entry in 0..entries {
        bench.queue(&format!("page {entry}")).await;
        all.push(bench.claim().await);
        let taken = bench.journal.take(all[entry].ticket, &watch()).await.unwrap();
        assert_eq!(taken, if entry == 0 { Taken::Mine } else { Taken::Others });
    }
    all
}

/// The store's clock has milliseconds.
async fn a_moment_passes(bench: &Bench) {
    let now = bench.journal.now().await.unwrap();
    while bench.journal.now().await.unwrap() == now {}
}

/// The pages of all entries that are due.
async fn due(bench: &Bench) -> Vec<String> {
    let mut pages = Vec::new();
    while let Some(claimed) = bench.journal.claim("worker").await.unwrap() {
        pages.push(claimed.page);
    }
    pages
}

pub(super) async fn of_many_who_ask_at_once_one_watches(bench: &Bench) {
    const MANY: usize = 12;
    let mut tickets = Vec::new();
    for entry in 0..MANY {
        bench.queue(&format!("page {entry}")).await;
        tickets.push(bench.claim().await.ticket);
    }
    let other = Arc::new(bench.reopened().await);
    let mut asking = JoinSet::new();
    for (place, ticket) in tickets.into_iter().enumerate() {
        let (one, two) = (Arc::clone(&bench.journal), Arc::clone(&other));
        asking.spawn(async move {
            // Of two instances each has half of them.
            let taken = if place % 2 == 0 {
                one.take(ticket, &watch()).await
            } else {
                two.take(ticket, &watch()).await
            };
            taken.unwrap()
        });
    }
    let taken = asking.join_all().await;
    assert_eq!(taken.iter().filter(|taken| **taken == Taken::Mine).count(), 1, "{taken:?}");
    assert!(taken.iter().all(|taken| matches!(taken, Taken::Mine | Taken::Others)), "{taken:?}");
    Arc::into_inner(other).unwrap().close().await.unwrap();
}

pub(super) async fn all_who_sleep_are_woken_when_the_video_was_watched(bench: &Bench) {
    let all = claimed(bench, 3).await;
    assert_eq!(bench.journal.take(all[0].ticket, &watch()).await.unwrap(), Taken::Mine, "asked for again");
    for sleeper in &all[1..] {
        sleep_behind(bench, sleeper.ticket).await;
        let seen = bench.journal.entry(sleeper.ticket.entry).await.unwrap().unwrap();
        assert_eq!(
            (seen.status, seen.waiting, seen.attempts),
            (Status::Pending, Some(Waiting::SameVideo), 0)
        );
    }
    assert!(bench.nothing_is_due().await);
    bench.journal.found(all[0].ticket, &watch()).await.unwrap();
    tokio::time::timeout(Duration::from_secs(1), bench.journal.woken().notified())
        .await
        .expect("the bell rings");
    for _ in 1..3 {
        let woken = bench.claim().await;
        let taken = bench.journal.take(woken.ticket, &watch()).await.unwrap();
        assert_eq!(taken, Taken::Done, "it was watched while this one waited");
    }
    a_moment_passes(bench).await;
    bench.queue("later").await;
    let later = bench.claim().await;
    let taken = bench.journal.take(later.ticket, &watch()).await.unwrap();
    assert_eq!(taken, Taken::Mine, "whoever comes later looks for themselves");
}

pub(super) async fn whoever_was_queued_before_it_was_watched_need_not_have_slept(bench: &Bench) {
    bench.queue("first").await;
    bench.queue("second").await;
    let first = bench.claim().await.ticket;
    bench.journal.take(first, &watch()).await.unwrap();
    bench.journal.found(first, &watch()).await.unwrap();
    let second = bench.claim().await.ticket;
    assert_eq!(bench.journal.take(second, &watch()).await.unwrap(), Taken::Done);
}

pub(super) async fn nobody_falls_asleep_behind_a_right_that_has_ended(bench: &Bench) {
    let all = claimed(bench, 2).await;
    bench.journal.found(all[0].ticket, &watch()).await.unwrap();
    a_moment_passes(bench).await;
    sleep_behind(bench, all[1].ticket).await;
    let late = bench.claim().await;
    assert_eq!(late.page, "page 1");
    let taken = bench.journal.take(late.ticket, &watch()).await.unwrap();
    assert_eq!(taken, Taken::Done, "it was waiting when the video was watched");
}

pub(super) async fn a_holder_that_fails_wakes_one_and_that_one_the_next(bench: &Bench) {
    let all = claimed(bench, 4).await;
    for sleeper in &all[1..] {
        sleep_behind(bench, sleeper.ticket).await;
    }
    let ends: [NextRun; 3] =
        [NextRun::Retry(SLEEP), NextRun::wait(SLEEP), NextRun::GiveUp(Reason::AttemptsExhausted)];
    let mut holder = all[0].ticket;
    for (place, end) in ends.into_iter().enumerate() {
        let is_given_up = matches!(end, NextRun::GiveUp(_));
        bench.journal.hand_back(holder, end).await.unwrap();
        if is_given_up {
            let told = bench.claim().await;
            assert_eq!(told.verdict, Some(Reason::AttemptsExhausted));
        }
        let next = bench.claim().await;
        assert_eq!(next.page, format!("page {}", place + 1), "the one that waits longest");
        assert!(bench.nothing_is_due().await, "it alone");
        assert_eq!(bench.journal.take(next.ticket, &watch()).await.unwrap(), Taken::Mine);
        holder = next.ticket;
    }
}

pub(super) async fn a_video_that_is_refused_is_refused_to_all_who_waited(bench: &Bench) {
    let all = claimed(bench, 3).await;
    for sleeper in &all[1..] {
        sleep_behind(bench, sleeper.ticket).await;
    }
    bench.journal.hand_back(all[0].ticket, NextRun::GiveUp(Reason::Private)).await.unwrap();
    assert_eq!(bench.claim().await.verdict, Some(Reason::Private));
    for _ in 1..3 {
        let woken = bench.claim().await;
        let taken = bench.journal.take(woken.ticket, &watch()).await.unwrap();
        assert_eq!(taken, Taken::Refused(Reason::Private));
    }
    a_moment_passes(bench).await;
    bench.queue("later").await;
    let later = bench.claim().await;
    assert_eq!(
        bench.journal.take(later.ticket, &watch()).await.unwrap(),
        Taken::Mine,
        "it may be public by now"
    );
}

pub(super) async fn a_dead_holder_holds_nothing_and_its_sleepers_are_woken_by_the_sweep(bench: &Bench) {
    bench.queue("dead").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    assert_eq!(bench.journal.take(dead.ticket, &watch()).await.unwrap(), Taken::Mine);
    bench.queue("heir").await;
    let heir = bench.claim().await;
    assert_eq!(
        bench.journal.take(heir.ticket, &watch()).await.unwrap(),
        Taken::Mine,
        "its lease has run out"
    );
    bench.queue("sleeper").await;
    let sleeper = bench.claim().await;
    assert_eq!(bench.journal.take(sleeper.ticket, &watch()).await.unwrap(), Taken::Others);
    sleep_behind(bench, sleeper.ticket).await;
    // The heir dies as well: nobody ends its right.
    bench.change("UPDATE entries SET lease_until = 1 WHERE page_id = 'heir'").await;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    let mut pages = due(bench).await;
    pages.sort();
    assert_eq!(pages, ["dead", "heir", "sleeper"]);
}

/// A worker that takes the right in the name of a new row and dies; the row is left to another one, which lives.
async fn dies_watching(bench: &Bench, page: &str, taken: Taken) -> Claimed {
    bench.queue(page).await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    assert_eq!(bench.journal.take(dead.ticket, &watch()).await.unwrap(), taken, "{page}");
    bench.journal.sweep(Duration::MAX).await.unwrap();
    bench.claim().await
}

pub(super) async fn a_video_that_killed_three_who_watched_it_is_refused_to_all(bench: &Bench) {
    // A row that is removed at work died of nothing.
    for page in ["gone 1", "gone 2", "gone 3"] {
        bench.queue(page).await;
        let dead = bench.dying.claim("dead").await.unwrap().unwrap();
        assert_eq!(bench.journal.take(dead.ticket, &watch()).await.unwrap(), Taken::Mine, "{page}");
        bench.change(&format!("DELETE FROM entries WHERE page_id = '{page}'")).await;
        bench.journal.sweep(Duration::MAX).await.unwrap();
    }
    let one = dies_watching(bench, "one", Taken::Mine).await;
    // An end of another kind in between undoes nothing.
    assert_eq!(bench.journal.take(one.ticket, &watch()).await.unwrap(), Taken::Mine);
    bench.journal.hand_back(one.ticket, NextRun::wait(SLEEP)).await.unwrap();
    dies_watching(bench, "two", Taken::Mine).await;
    bench.queue("three").await;
    let three = bench.claim().await;
    assert_eq!(bench.journal.take(three.ticket, &watch()).await.unwrap(), Taken::Mine);
    bench.queue("sleeper").await;
    let sleeper = bench.claim().await;
    assert_eq!(bench.journal.take(sleeper.ticket, &watch()).await.unwrap(), Taken::Others);
    sleep_behind(bench, sleeper.ticket).await;
    bench.change("UPDATE entries SET lease_until = 1 WHERE page_id = 'three'").await;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    let refused = Taken::Refused(Reason::Crashing);
    for _ in ["three", "sleeper"] {
        let woken = bench.claim().await;
        assert_eq!(bench.journal.take(woken.ticket, &watch()).await.unwrap(), refused, "{}", woken.page);
    }
    let late = dies_watching(bench, "late", refused).await;
    bench.change("UPDATE rights SET crashed_at = 1, found_at = 1").await;
    assert_eq!(bench.journal.take(late.ticket, &watch()).await.unwrap(), Taken::Mine, "an hour later");
}

pub(super) async fn whoever_takes_a_right_from_the_dead_counts_the_crash(bench: &Bench) {
    let mut dead = Vec::new();
    for (page, taken) in ["one", "two", "three", "four"].into_iter().zip([
        Taken::Mine,
        Taken::Mine,
        Taken::Mine,
        Taken::Refused(Reason::Crashing),
    ]) {
        bench.queue(page).await;
        dead.push(bench.dying.claim("dead").await.unwrap().unwrap());
        let asked = bench.journal.take(dead.last().unwrap().ticket, &watch()).await.unwrap();
        assert_eq!(asked, taken, "{page}");
    }
}

pub(super) async fn a_stale_holder_ends_nobodys_right(bench: &Bench) {
    bench.queue("page").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    bench.journal.take(dead.ticket, &watch()).await.unwrap();
    bench.journal.sweep(Duration::MAX).await.unwrap();
    let heir = bench.claim().await;
    assert_eq!(bench.journal.take(heir.ticket, &watch()).await.unwrap(), Taken::Mine);
    assert!(bench.journal.found(dead.ticket, &watch()).await.unwrap_err().is_stale());
    assert!(bench.journal.take(dead.ticket, &watch()).await.unwrap_err().is_stale());
    assert!(bench.journal.hand_back(dead.ticket, NextRun::wait(SLEEP)).await.unwrap_err().is_stale());
    bench.queue("other").await;
    let other = bench.claim().await;
    assert_eq!(bench.journal.take(other.ticket, &watch()).await.unwrap(), Taken::Others, "the heir has it");
}

pub(super) async fn a_woken_one_that_goes_elsewhere_passes_its_turn_on(bench: &Bench) {
    let all = claimed(bench, 3).await;
    for sleeper in &all[1..] {
        sleep_behind(bench, sleeper.ticket).await;
    }
    bench.journal.hand_back(all[0].ticket, NextRun::Retry(SLEEP)).await.unwrap();
    let woken = bench.claim().await;
    // Its row is gone, say.
    bench.journal.finish_failed(woken.ticket, Reason::RowGone, false).await.unwrap();
    assert_eq!(due(bench).await, ["page 2"]);
}

pub(super) async fn a_sleeper_nobody_wakes_is_found_by_the_sweep(bench: &Bench) {
    let all = claimed(bench, 3).await;
    for sleeper in &all[1..] {
        sleep_behind(bench, sleeper.ticket).await;
    }
    bench.journal.sweep(Duration::MAX).await.unwrap();
    assert!(bench.nothing_is_due().await, "the holder is at work");
    bench.change("DELETE FROM entries WHERE page_id = 'page 0'").await;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    assert_eq!(due(bench).await, ["page 1"], "one tries");
}

pub(super) async fn the_rows_of_one_user_go_one_after_the_other(bench: &Bench) {
    let right = Right::Result(bench.user, key());
    bench.queue("one").await;
    bench.queue("two").await;
    let (one, two) = (bench.claim().await, bench.claim().await);
    assert_eq!(bench.journal.take(one.ticket, &right).await.unwrap(), Taken::Mine);
    assert_eq!(bench.journal.take(two.ticket, &right).await.unwrap(), Taken::Others);
    sleep_behind(bench, two.ticket).await;
    assert_eq!(bench.journal.earlier(bench.user, two.ticket.entry, &key()).await.unwrap(), []);
    bench.journal.complete(one.ticket).await.unwrap();
    let two = bench.claim().await;
    assert_eq!(bench.journal.take(two.ticket, &right).await.unwrap(), Taken::Mine);
    let earlier = bench.journal.earlier(bench.user, two.ticket.entry, &key()).await.unwrap();
    assert_eq!(earlier.iter().map(|earlier| earlier.page.as_str()).collect::<Vec<_>>(), ["one"]);
    assert_eq!(
        bench.journal.earlier(bench.user, one.ticket.entry, &key()).await.unwrap(),
        [],
        "it is the first"
    );
    // Another user's row is none of theirs.
    let bob = bench.user("bob").await;
    bench.queue_for(bob, "bob", Lane::New, 1).await;
    let theirs = bench.claim().await;
    let bob = bench.registry.database(bob).await.unwrap().unwrap().user;
    assert_eq!(bench.journal.take(theirs.ticket, &Right::Result(bob, key())).await.unwrap(), Taken::Mine);
    assert_eq!(bench.journal.earlier(bob, theirs.ticket.entry, &key()).await.unwrap(), []);
    bench.journal.keep_earlier(two.ticket, one.ticket.entry).await.unwrap();
}

pub(super) async fn a_short_link_is_followed_once_for_all(bench: &Bench) {
    let short = understand("https://vm.tiktok.com/ZMa/").unwrap();
    let long = understand("https://www.tiktok.com/@cook/video/7").unwrap();
    assert_eq!(bench.journal.alias(&short.key).await.unwrap(), None);
    bench.queue("page").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    bench.journal.sweep(Duration::MAX).await.unwrap();
    assert!(bench.journal.keep_alias(dead.ticket, &short.key, &long).await.unwrap_err().is_stale());
    let ticket = bench.claim().await.ticket;
    bench.journal.keep_alias(ticket, &short.key, &long).await.unwrap();
    bench.journal.keep_alias(ticket, &short.key, &long).await.unwrap();
    let other = bench.reopened().await;
    let known = other.alias(&short.key).await.unwrap().unwrap();
    assert_eq!((known.key, known.url), (long.key, long.url));
    bench.journal.sweep(Duration::from_hours(1)).await.unwrap();
    assert!(other.alias(&short.key).await.unwrap().is_some(), "it is young");
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(other.alias(&short.key).await.unwrap(), None);
    other.close().await.unwrap();
}
