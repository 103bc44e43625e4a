//! A data source is watched for one user alone.

use std::time::Duration;

use futures_util::future::join_all;
use linkscribe::domain::account::{Kind, Trouble};
use linkscribe::domain::entry::{ConnectionId, UserId};
use linkscribe::domain::refusal::Refusal;
use linkscribe::ports::{DatabaseChange, NewDatabase, Registry};

use super::bench::{Bench, TOKEN, new_connection, new_database};

const MINUTE: Duration = Duration::from_mins(1);

async fn users(bench: &Bench, names: &[&str]) -> Vec<(UserId, ConnectionId)> {
    let mut users = Vec::new();
    for name in names {
        users.push(bench.accounts.keep_connection(new_connection(name, TOKEN)).await.unwrap());
    }
    users
}

pub(super) async fn of_those_who_register_at_the_same_instant_one_wins(bench: &Bench) {
    let users = users(bench, &["bob", "eve", "kim", "lee", "max", "zoe"]).await;
    let other = bench.reopened().await;
    let instances: [&dyn Registry; 2] = [&*bench.registry, &other];
    for round in 0..10 {
        let source = format!("wanted {round}");
        let press = |(at, (user, connection)): (usize, &(UserId, ConnectionId))| {
            instances[at % 2].keep_database(new_database(*user, *connection, &source))
        };
        let pressed = join_all(users.iter().enumerate().map(press)).await;
        let answers: Vec<_> = pressed.into_iter().map(Result::unwrap).collect();
        let refused = answers.iter().filter(|answer| **answer == Err(Refusal::WatchedByOther));
        assert_eq!(refused.count(), users.len() - 1, "{answers:?}");
        let due = bench.registry.due_polls(100, MINUTE).await.unwrap();
        let due = due.iter().filter(|poll| poll.database.data_source == source);
        let winner = answers.into_iter().find_map(Result::ok);
        assert_eq!(due.map(|poll| Some(poll.database.id)).collect::<Vec<_>>(), [winner]);
    }
    other.close().await.unwrap();
}

pub(super) async fn who_presses_twice_collides_with_nobody(bench: &Bench) {
    let other = bench.reopened().await;
    let instances: [&dyn Registry; 2] = [&*bench.registry, &other];
    for round in 0..10 {
        let source = format!("twice {round}");
        let database = || new_database(bench.user, bench.connection, &source);
        let pressed = join_all((0..6).map(|at| instances[at % 2].keep_database(database()))).await;
        let ids: Vec<_> = pressed.into_iter().map(|answer| answer.unwrap().unwrap()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    other.close().await.unwrap();
}

pub(super) async fn results_may_go_where_somebody_else_watches(bench: &Bench) {
    let users = users(bench, &["bob"]).await;
    let (user, connection) = users[0];
    let content = NewDatabase {
        kind: Kind::Content,
        tag: Some("recipes".into()),
        ..new_database(user, connection, "rows")
    };
    bench.registry.keep_database(content.clone()).await.unwrap().unwrap();
    let link = NewDatabase { kind: Kind::Link, tag: None, ..content };
    assert_eq!(bench.registry.keep_database(link).await.unwrap(), Err(Refusal::WatchedByOther));
}

pub(super) async fn who_lost_the_connection_makes_room_and_is_told_until_there_is_room_again(bench: &Bench) {
    let users = users(bench, &["bob"]).await;
    let (registry, (bob, connection)) = (&bench.registry, users[0]);
    let trouble = async || registry.database_of(bench.user, bench.database).await.unwrap().unwrap().trouble;
    bench.accounts.mark_revoked(bench.connection, &TOKEN.into()).await.unwrap();
    let theirs = registry.keep_database(new_database(bob, connection, "rows")).await.unwrap().unwrap();
    bench.accounts.keep_connection(new_connection("ada", "ntn_new")).await.unwrap();
    let due = registry.due_polls(10, MINUTE).await.unwrap();
    assert_eq!(due.iter().map(|poll| poll.database.id).collect::<Vec<_>>(), [theirs]);
    assert_eq!(trouble().await, Some(Trouble::WatchedByOther));
    let save = async || {
        let change = DatabaseChange { language: Some(None), ..DatabaseChange::default() };
        assert!(registry.change_database(bench.user, bench.database, change).await.unwrap());
        trouble().await
    };
    assert_eq!(save().await, Some(Trouble::WatchedByOther), "the other one still has it");
    assert!(registry.remove_database(bob, theirs).await.unwrap());
    assert_eq!(save().await, None);
    let due = registry.due_polls(10, MINUTE).await.unwrap();
    assert_eq!(due.iter().map(|poll| poll.database.id).collect::<Vec<_>>(), [bench.database]);
}

pub(super) async fn who_connects_again_in_time_has_it_still(bench: &Bench) {
    bench.accounts.mark_revoked(bench.connection, &TOKEN.into()).await.unwrap();
    assert_eq!(bench.registry.due_polls(10, MINUTE).await.unwrap(), []);
    bench.accounts.keep_connection(new_connection("ada", "ntn_new")).await.unwrap();
    let users = users(bench, &["bob"]).await;
    let late = bench.registry.keep_database(new_database(users[0].0, users[0].1, "rows")).await.unwrap();
    assert_eq!(late, Err(Refusal::WatchedByOther));
    assert_eq!(bench.registry.due_polls(10, MINUTE).await.unwrap().len(), 1);
}
