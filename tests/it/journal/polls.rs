//! How polls end, and when the next one comes.

use std::time::Duration;

use linkscribe::domain::entry::DatabaseId;
use linkscribe::domain::webhook::Hint;
use linkscribe::ports::{DatabaseChange, DuePoll, PollEnd, Webhooks};
use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;

use super::bench::{Bench, new_connection, new_database};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const RESTS: PollEnd = PollEnd::Failed { rest: HOUR };

/// The poll that is due, alone.
async fn due(bench: &Bench) -> DuePoll {
    let mut due = bench.registry.due_polls(10, MINUTE).await.unwrap();
    assert_eq!(due.len(), 1, "{due:?}");
    due.remove(0)
}

async fn nothing_is_due(bench: &Bench) -> bool {
    bench.registry.due_polls(10, MINUTE).await.unwrap().is_empty()
}

/// Milliseconds from now to the next turn.
async fn pause(bench: &Bench, id: DatabaseId) -> i64 {
    let raw = bench.raw().await;
    let select = format!("SELECT next_poll_at AS at FROM databases WHERE id = '{id}'");
    let row = raw.query_one_raw(Statement::from_string(raw.get_database_backend(), select)).await;
    let at: i64 = row.unwrap().unwrap().try_get("", "at").unwrap();
    raw.close().await.unwrap();
    at - bench.journal.now().await.unwrap()
}

async fn make_due(bench: &Bench) {
    bench.change("UPDATE databases SET next_poll_at = 1").await;
}

pub(super) async fn failures_of_polls_are_counted_across_restarts_until_one_works(bench: &Bench) {
    for failed in 0..3 {
        let poll = due(bench).await;
        assert_eq!((poll.database.id, poll.failed), (bench.database, failed));
        bench.reopened().await.close().await.unwrap();
        bench.registry.settle_poll(&poll, RESTS).await.unwrap();
        assert!(nothing_is_due(bench).await);
        let rests = pause(bench, bench.database).await;
        assert!((3_590_000..=3_600_000).contains(&rests), "{rests}");
        make_due(bench).await;
    }
    let poll = due(bench).await;
    bench.registry.settle_poll(&poll, PollEnd::Worked).await.unwrap();
    let rests = pause(bench, bench.database).await;
    assert!((25_000..=90_000).contains(&rests), "{rests}: its usual turn");
    make_due(bench).await;
    assert_eq!(due(bench).await.failed, 0);
}

pub(super) async fn who_acts_is_asked_at_once_and_a_poll_under_way_does_not_undo_it(bench: &Bench) {
    let (registry, user, id) = (&bench.registry, bench.user, bench.database);
    for act in ["registers", "changes", "connects"] {
        // Before the failure is known, and after it.
        for is_late in [true, false] {
            make_due(bench).await;
            let poll = due(bench).await;
            if !is_late {
                registry.settle_poll(&poll, RESTS).await.unwrap();
            }
            match act {
                "registers" => {
                    let again = new_database(user, bench.connection, "rows");
                    registry.keep_database(again).await.unwrap().unwrap();
                }
                "changes" => {
                    let change = DatabaseChange { language: Some(None), ..DatabaseChange::default() };
                    assert!(registry.change_database(user, id, change).await.unwrap());
                }
                _ => {
                    bench.accounts.keep_connection(new_connection("ada", "ntn_new")).await.unwrap();
                }
            }
            if is_late {
                registry.settle_poll(&poll, RESTS).await.unwrap();
            }
            assert_eq!(due(bench).await.failed, 0, "{act} {is_late}");
        }
    }
}

pub(super) async fn an_edit_in_notion_ends_a_rest(bench: &Bench) {
    let source = Uuid::new_v4();
    let poll = due(bench).await;
    bench.registry.settle_poll(&poll, RESTS).await.unwrap();
    let database = new_database(bench.user, bench.connection, &source.to_string());
    let id = bench.registry.keep_database(database).await.unwrap().unwrap();
    let poll = due(bench).await;
    bench.registry.settle_poll(&poll, RESTS).await.unwrap();
    let hint = Hint { event: Uuid::new_v4(), data_source: Some(source), seen_by: None, bots: Vec::new() };
    let store = bench.reopened().await;
    assert_eq!(store.hear(&hint).await.unwrap(), 1);
    store.close().await.unwrap();
    assert!(pause(bench, id).await <= 3_000, "as soon as a flood of events allows");
    assert!(pause(bench, bench.database).await > 3_000_000, "the other one goes on resting");
    make_due(bench).await;
    let polls = bench.registry.due_polls(10, MINUTE).await.unwrap();
    let failed = |id| polls.iter().find(|poll| poll.database.id == id).unwrap().failed;
    assert_eq!((failed(id), failed(bench.database)), (0, 1));
}

pub(super) async fn a_poll_that_was_left_out_is_made_up_for_and_never_put_off(bench: &Bench) {
    let poll = due(bench).await;
    let usual = pause(bench, bench.database).await;
    bench.registry.settle_poll(&poll, PollEnd::LeftOut { pause: HOUR }).await.unwrap();
    let now = pause(bench, bench.database).await;
    assert!((usual - 5_000..=usual).contains(&now), "{usual} {now}");
    let soon = PollEnd::LeftOut { pause: Duration::from_secs(5) };
    bench.registry.settle_poll(&poll, soon).await.unwrap();
    assert!(pause(bench, bench.database).await <= 5_000);
    make_due(bench).await;
    assert_eq!(due(bench).await.failed, 0, "nothing is wrong with the database");
}
