//! Who is connected, and which databases are watched.

use std::collections::HashSet;
use std::time::Duration;

use linkscribe::adapters::store::Store;
use linkscribe::domain::entry::{ConnectionId, DatabaseId, LinkDatabase};
use linkscribe::domain::note::Note;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{Accounts, NewConnection, NewDatabase, NextRun, Registry, Tokens};
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;

use super::bench::{Bench, KEY, OTHER_KEY, TOKEN, keys, new_connection, new_database};

const INTERVAL: Duration = Duration::from_mins(1);

async fn token(accounts: &dyn Accounts, id: ConnectionId) -> String {
    let connection = accounts.connection(id).await.unwrap().unwrap();
    assert_eq!(connection.access.connection, id);
    connection.access.token.expose_secret().to_owned()
}

async fn raw_tokens(bench: &Bench) -> Vec<String> {
    let raw = bench.raw().await;
    let statement = sea_orm::Statement::from_string(
        raw.get_database_backend(),
        "SELECT token FROM connections ORDER BY bot_id",
    );
    let rows = raw.query_all_raw(statement).await.unwrap();
    raw.close().await.unwrap();
    rows.iter().map(|row| row.try_get("", "token").unwrap()).collect()
}

pub(super) async fn a_token_comes_back_and_is_not_to_be_read_in_the_database(bench: &Bench) {
    assert_eq!(token(&*bench.accounts, bench.connection).await, TOKEN);
    let kept = raw_tokens(bench).await.concat();
    assert!(kept.starts_with("1.") && !kept.contains(TOKEN) && !kept.contains("canary"));
    let shown = format!("{:?}", bench.accounts.connection(bench.connection).await.unwrap());
    assert!(!shown.contains(TOKEN));
    assert!(bench.accounts.connection(ConnectionId::new()).await.unwrap().is_none());
}

pub(super) async fn a_seal_moved_to_another_connection_opens_nothing(bench: &Bench) {
    let eve = bench.accounts.keep_connection(new_connection("eve", "ntn_eve")).await.unwrap().1;
    let raw = bench.raw().await;
    raw.execute_unprepared(&format!(
        "UPDATE connections SET token = (SELECT token FROM connections WHERE id = '{ada}') WHERE id = '{eve}'",
        ada = bench.connection
    ))
    .await
    .unwrap();
    raw.close().await.unwrap();
    let failure = bench.accounts.connection(eve).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Disconnected));
    assert_eq!(token(&*bench.accounts, bench.connection).await, TOKEN);
}

pub(super) async fn connecting_again_replaces_the_token(bench: &Bench) {
    let (_, again) = bench.accounts.keep_connection(new_connection("ada", "ntn_new")).await.unwrap();
    assert_eq!(again, bench.connection);
    assert_eq!(token(&*bench.accounts, again).await, "ntn_new");
    let (_, other) = bench.accounts.keep_connection(new_connection("bob", "ntn_bob")).await.unwrap();
    assert_ne!(other, again);
    assert_eq!(token(&*bench.accounts, again).await, "ntn_new");
}

pub(super) async fn a_new_key_seals_the_old_tokens_again(bench: &Bench) {
    let both = format!("2:{OTHER_KEY},1:{KEY}");
    let rotated = Store::open(&bench.url, keys(&both)).await.unwrap();
    assert_eq!(token(&rotated, bench.connection).await, TOKEN);
    rotated.close().await.unwrap();
    assert!(raw_tokens(bench).await.concat().starts_with("2."));
    let alone = Store::open(&bench.url, keys(&format!("2:{OTHER_KEY}"))).await.unwrap();
    assert_eq!(token(&alone, bench.connection).await, TOKEN, "the old key may go");
    alone.close().await.unwrap();
}

pub(super) async fn keys_that_open_nothing_stop_the_start(bench: &Bench) {
    let failure = Store::open(&bench.url, keys(OTHER_KEY)).await.unwrap_err();
    assert!(failure.to_string().contains("TOKEN_ENCRYPTION_KEY opens none of the 1 tokens"), "{failure}");
    assert_eq!(token(&*bench.accounts, bench.connection).await, TOKEN);
}

pub(super) async fn registering_again_replaces_what_was_known(bench: &Bench) {
    let known = bench.registry.database(bench.database).await.unwrap().unwrap();
    let first = new_database(bench.user, bench.connection, "rows");
    assert_eq!((known.id, known.user, known.connection), (bench.database, bench.user, bench.connection));
    assert_eq!((&known.title, &known.mapping), (&first.title, &first.mapping));
    assert_eq!((&known.instructions, &known.language), (&first.instructions, &first.language));
    assert!(known.registered_at.is_some());
    let renamed = NewDatabase { title: "Renamed".into(), instructions: None, ..first };
    assert_eq!(bench.registry.keep_database(renamed).await.unwrap().unwrap(), bench.database);
    let changed = LinkDatabase { title: "Renamed".into(), instructions: None, ..known };
    let id = changed.id;
    assert_eq!(bench.registry.databases().await.unwrap(), [changed]);
    let other = bench
        .registry
        .keep_database(new_database(bench.user, bench.connection, "other rows"))
        .await
        .unwrap()
        .unwrap();
    assert_ne!(other, id);
    assert_eq!(bench.registry.databases().await.unwrap().len(), 2);
    assert!(bench.registry.database(DatabaseId::new()).await.unwrap().is_none());
}

pub(super) async fn a_due_database_is_polled_by_one_of_two(bench: &Bench) {
    for number in 0..9 {
        let database = new_database(bench.user, bench.connection, &format!("rows {number}"));
        bench.registry.keep_database(database).await.unwrap().unwrap();
    }
    assert_eq!(bench.registry.due_polls(0, INTERVAL).await.unwrap(), []);
    let other = bench.reopened().await;
    let mut polled = HashSet::new();
    for _ in 0..4 {
        let (one, two) = tokio::join!(bench.registry.due_polls(2, INTERVAL), other.due_polls(2, INTERVAL));
        for poll in one.unwrap().into_iter().chain(two.unwrap()) {
            assert!(polled.insert(poll.database.id), "taken twice");
        }
    }
    assert_eq!(polled.len(), 10);
    assert_eq!(other.due_polls(10, INTERVAL).await.unwrap(), []);
    bench.registry.keep_database(new_database(bench.user, bench.connection, "rows")).await.unwrap().unwrap();
    let due = other.due_polls(10, Duration::ZERO).await.unwrap();
    assert_eq!(due.iter().map(|poll| poll.database.id).collect::<Vec<_>>(), [bench.database]);
    assert_eq!(other.due_polls(10, INTERVAL).await.unwrap().len(), 1, "its interval has passed");
    other.close().await.unwrap();
}

pub(super) async fn a_damaged_database_does_not_stop_the_others(bench: &Bench) {
    let whole = bench
        .registry
        .keep_database(new_database(bench.user, bench.connection, "whole"))
        .await
        .unwrap()
        .unwrap();
    let raw = bench.raw().await;
    let damage = format!("UPDATE databases SET mapping = '[]' WHERE id = '{}'", bench.database);
    raw.execute_unprepared(&damage).await.unwrap();
    raw.close().await.unwrap();
    let due = bench.registry.due_polls(10, INTERVAL).await.unwrap();
    assert_eq!(due.iter().map(|poll| poll.database.id).collect::<Vec<_>>(), [whole]);
    assert_eq!(bench.registry.databases().await.unwrap().len(), 1);
    let failure = bench.registry.database(bench.database).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Bug);
}

fn pair(access: &str, refresh: &str) -> Tokens {
    Tokens { access: access.into(), refresh: Some(refresh.into()) }
}

pub(super) async fn a_new_key_seals_refresh_tokens_too_and_what_the_old_one_sealed_goes_on_opening(
    bench: &Bench,
) {
    let both = || keys(&format!("2:{OTHER_KEY},1:{KEY}"));
    let running = Store::open(&bench.url, both()).await.unwrap();
    // An instance that has not heard of the new key keeps a pair beside it.
    let new = NewConnection { tokens: pair("old key", "old refresh"), ..new_connection("bob", "") };
    let (_, bob) = bench.accounts.keep_connection(new).await.unwrap();
    let opened = running.tokens(bob).await.unwrap().unwrap();
    assert_eq!(opened.refresh.unwrap().expose_secret(), "old refresh");
    running.close().await.unwrap();
    Store::open(&bench.url, both()).await.unwrap().close().await.unwrap();
    let alone = Store::open(&bench.url, keys(&format!("2:{OTHER_KEY}"))).await.unwrap();
    let opened = alone.tokens(bob).await.unwrap().unwrap();
    assert_eq!(opened.access.expose_secret(), "old key");
    assert_eq!(opened.refresh.unwrap().expose_secret(), "old refresh", "the old key may go");
    assert!(alone.replace_tokens(bob, &"old key".into(), &pair("next", "next refresh")).await.unwrap());
    assert!(!alone.replace_tokens(bob, &"old key".into(), &pair("late", "late")).await.unwrap());
    assert_eq!(token(&alone, bob).await, "next");
    alone.close().await.unwrap();
}

pub(super) async fn the_right_to_renew_is_one_instances_and_given_back_by_nobody_else(bench: &Bench) {
    let (accounts, id) = (&bench.accounts, bench.connection);
    let slow = accounts.begin_renewal(id, Duration::ZERO).await.unwrap().unwrap();
    let next = accounts.begin_renewal(id, INTERVAL).await.unwrap().expect("the first right ran out");
    assert_eq!(accounts.begin_renewal(id, INTERVAL).await.unwrap(), None);
    accounts.end_renewal(id, slow).await.unwrap();
    assert_eq!(accounts.begin_renewal(id, INTERVAL).await.unwrap(), None, "it is the second one's");
    accounts.end_renewal(id, next).await.unwrap();
    assert!(accounts.begin_renewal(id, INTERVAL).await.unwrap().is_some());
}

pub(super) async fn what_ended_untold_for_want_of_access_goes_on_once_connected_again(bench: &Bench) {
    for (page, reason, told) in [
        ("lost", Reason::Disconnected, false),
        ("told", Reason::Disconnected, true),
        ("private", Reason::Private, false),
    ] {
        bench.queue(page).await;
        let ticket = bench.claim().await.ticket;
        bench.journal.save_note(ticket, &Note::default()).await.unwrap();
        bench.journal.finish_failed(ticket, reason, told).await.unwrap();
    }
    bench.queue("on its way").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.hand_back(ticket, NextRun::GiveUp(Reason::Disconnected)).await.unwrap();
    bench.accounts.mark_revoked(bench.connection, &TOKEN.into()).await.unwrap();
    bench.accounts.keep_connection(new_connection("bob", "ntn_bob")).await.unwrap();
    bench.accounts.keep_connection(new_connection("ada", "ntn_new")).await.unwrap();
    let mut again = Vec::new();
    while let Some(claimed) = bench.journal.claim("worker").await.unwrap() {
        assert_eq!((claimed.verdict, claimed.attempts), (None, 0));
        let has_note = bench.journal.note(claimed.ticket.entry).await.unwrap().is_some();
        again.push((claimed.page, has_note));
    }
    again.sort();
    assert_eq!(again, [("lost".to_owned(), true), ("on its way".to_owned(), false)]);
}

pub(super) async fn sessions_that_ran_out_are_removed_by_the_sweep(bench: &Bench) {
    let over = bench.accounts.open_session(bench.user, Duration::ZERO).await.unwrap();
    let lives = bench.accounts.open_session(bench.user, INTERVAL).await.unwrap();
    assert_eq!(bench.accounts.session(&over).await.unwrap(), None);
    bench.journal.sweep(Duration::MAX).await.unwrap();
    let raw = bench.raw().await;
    let counted = "SELECT CAST(COUNT(*) AS TEXT) AS kept FROM sessions";
    let statement = sea_orm::Statement::from_string(raw.get_database_backend(), counted);
    let kept: String = raw.query_one_raw(statement).await.unwrap().unwrap().try_get("", "kept").unwrap();
    raw.close().await.unwrap();
    assert_eq!(kept, "1");
    assert_eq!(bench.accounts.session(&lives).await.unwrap(), Some(bench.user));
}
