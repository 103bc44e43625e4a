//! Whose turn it is: users take turns, however much each of them has waiting.

use std::collections::HashMap;
use std::time::Duration;

use linkscribe::domain::entry::{Claimed, Lane};
use linkscribe::domain::reason::Reason;
use linkscribe::ports::NextRun;

use super::bench::Bench;

const HOUR: Duration = Duration::from_hours(1);

/// The user a page is named after.
fn user(claimed: &Claimed) -> String {
    claimed.page.split(' ').next().unwrap().to_owned()
}

async fn pages(bench: &Bench, count: usize) -> Vec<String> {
    let mut pages = Vec::new();
    for _ in 0..count {
        pages.push(bench.claim().await.page);
    }
    pages
}

pub(super) async fn a_thousand_links_of_one_user_delay_another_ones_by_one_turn(bench: &Bench) {
    bench.queue_for(bench.database, "ada", Lane::New, 1_000).await;
    let bob = bench.user("bob").await;
    assert_eq!(pages(bench, 3).await, ["ada 0", "ada 1", "ada 2"]);
    for number in 0..3 {
        let links = format!("bob-{number}");
        bench.queue_for(bob, &links, Lane::New, 1).await;
        let next = pages(bench, 2).await;
        assert!(next.contains(&format!("{links} 0")), "{next:?}");
        assert!(next.iter().any(|page| page.starts_with("ada")), "{next:?}");
    }
}

pub(super) async fn users_share_three_hundred_turns_evenly(bench: &Bench) {
    queue_for_four(bench).await;
    let mut turns: HashMap<String, u32> = HashMap::new();
    for turn in 1..=300 {
        *turns.entry(user(&bench.claim().await)).or_default() += 1;
        let (least, most) = (turns.values().min().unwrap(), turns.values().max().unwrap());
        assert!(most - least <= 1 || turns.len() < 4, "after {turn} turns: {turns:?}");
    }
    assert_eq!(turns.values().copied().collect::<Vec<_>>(), [75; 4], "{turns:?}");
}

async fn queue_for_four(bench: &Bench) {
    for (name, rows) in [("bob", 80), ("cleo", 90), ("dan", 100)] {
        let database = bench.user(name).await;
        bench.queue_for(database, name, Lane::New, rows).await;
    }
    bench.queue_for(bench.database, "ada", Lane::New, 400).await;
}

pub(super) async fn eight_claimers_together_share_as_evenly_as_one(bench: &Bench) {
    queue_for_four(bench).await;
    let other: std::sync::Arc<dyn linkscribe::ports::Journal> = std::sync::Arc::new(bench.reopened().await);
    let mut claimers = tokio::task::JoinSet::new();
    for number in 0..8 {
        let journal = if number % 2 == 0 { bench.journal.clone() } else { other.clone() };
        claimers.spawn(async move {
            let mut users = Vec::new();
            for _ in 0..30 {
                users.push(user(&journal.claim("claimer").await.unwrap().unwrap()));
            }
            users
        });
    }
    let mut turns: HashMap<String, u32> = HashMap::new();
    for user in claimers.join_all().await.concat() {
        *turns.entry(user).or_default() += 1;
    }
    assert_eq!(turns.values().copied().collect::<Vec<_>>(), [60; 4], "{turns:?}");
}

pub(super) async fn a_verdict_and_a_rescued_entry_come_first_among_their_own(bench: &Bench) {
    bench.queue_for(bench.database, "ada", Lane::New, 20).await;
    let refused = bench.claim().await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap();
    assert_eq!((refused.page.as_str(), dead.page.as_str()), ("ada 0", "ada 1"));
    assert_eq!(bench.claim().await.page, "ada 2");
    bench.journal.hand_back(refused.ticket, NextRun::GiveUp(Reason::Private)).await.unwrap();
    assert_eq!(bench.journal.sweep(Duration::MAX).await.unwrap().rescued, 1);
    assert_eq!(pages(bench, 3).await, ["ada 0", "ada 1", "ada 3"]);
}

pub(super) async fn an_old_collection_runs_behind_new_links_and_fairly(bench: &Bench) {
    bench.queue_for(bench.database, "ada", Lane::Backlog, 500).await;
    let bob = bench.user("bob").await;
    bench.queue_for(bob, "bob", Lane::Backlog, 20).await;
    let cleo = bench.user("cleo").await;
    bench.queue_for(cleo, "cleo", Lane::New, 2).await;
    assert_eq!(pages(bench, 2).await, ["cleo 0", "cleo 1"]);
    let mut old: Vec<String> = Vec::new();
    for _ in 0..20 {
        old.push(user(&bench.claim().await));
    }
    assert_eq!(old.iter().filter(|user| *user == "ada").count(), 10, "{old:?}");
    assert!(old.windows(2).all(|two| two[0] != two[1]), "{old:?}");
    bench.queue_for(bench.database, "today", Lane::New, 1).await;
    assert_eq!(bench.claim().await.page, "today 0", "a new link of the user with the collection");
}

pub(super) async fn the_verdict_of_an_old_link_is_not_told_behind_all_new_ones(bench: &Bench) {
    bench.queue_for(bench.database, "ada", Lane::Backlog, 2).await;
    let refused = bench.claim().await;
    let bob = bench.user("bob").await;
    bench.queue_for(bob, "bob", Lane::New, 50).await;
    bench.queue_for(bench.database, "today", Lane::New, 50).await;
    bench.journal.hand_back(refused.ticket, NextRun::GiveUp(Reason::Deleted)).await.unwrap();
    let next = pages(bench, 2).await;
    assert!(next.contains(&refused.page), "{next:?}");
    assert!(next.contains(&"bob 0".to_owned()), "{next:?}");
}

pub(super) async fn what_is_not_due_keeps_nobody_waiting(bench: &Bench) {
    bench.queue_for(bench.database, "ada", Lane::New, 30).await;
    let bob = bench.user("bob").await;
    for _ in 0..29 {
        let claimed = bench.claim().await;
        bench.journal.hand_back(claimed.ticket, NextRun::wait(HOUR)).await.unwrap();
    }
    bench.queue_for(bob, "bob", Lane::New, 2).await;
    bench.queue_for(bench.database, "old", Lane::Backlog, 1).await;
    assert_eq!(pages(bench, 4).await, ["bob 0", "ada 29", "bob 1", "old 0"]);
    assert!(bench.nothing_is_due().await);
}
