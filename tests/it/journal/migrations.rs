//! Databases of older versions.

use linkscribe::adapters::store::Store;
use linkscribe::domain::entry::{Body, Lane};
use linkscribe::ports::Journal;
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use super::bench::{Bench, KEY, keys};

/// How many migrations there were before entries waited in turn.
const OLDER: u32 = 4;

/// How many came after them, up to the newest.
const NEWER: u32 = 15;

async fn text(raw: &DatabaseConnection, select: &str) -> String {
    let row = raw.query_one_raw(Statement::from_string(raw.get_database_backend(), select)).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

pub(super) async fn an_older_database_is_brought_up_with_its_rows(bench: &Bench) {
    let raw = bench.raw().await;
    let (id, token) =
        (text(&raw, "SELECT id FROM connections").await, text(&raw, "SELECT token FROM connections").await);
    Migrator::reset(&raw).await.unwrap();
    Migrator::up(&raw, Some(OLDER)).await.unwrap();
    let mut rows = vec![format!(
        "INSERT INTO connections VALUES ('{id}', 'ada', 'Home', '{token}', 1, 1), ('bob', 'bob', 'Home', '', 1, 1)"
    )];
    for (user, connection) in [("1", id.as_str()), ("2", "bob")] {
        let database = format!("{user}0000000-0000-7000-8000-000000000000");
        rows.push(format!(
            "INSERT INTO databases (id, connection_id, notion_database, data_source, title, mapping, \
             next_poll_at, created_at, updated_at) \
             VALUES ('{database}', '{connection}', 'n', 'd', 't', '{{}}', 0, 1, 1)"
        ));
        for (number, state) in [(1, "waiting"), (2, "waiting"), (3, "done"), (4, "running")] {
            rows.push(format!(
                "INSERT INTO entries (id, database_id, page_id, link, state, status, run_lease, lease_until, \
                 attempts, crashes, not_before, created_at, updated_at) \
                 VALUES ('{user}{number}000000-0000-7000-8000-000000000000', '{database}', '{user}.{number}', \
                 'link', '{state}', 'pending', 3, {lease}, 1, 1, {number}, 1, 1)",
                lease = if state == "running" { "9000000000000" } else { "NULL" },
            ));
        }
    }
    for row in rows {
        raw.execute_unprepared(&row).await.unwrap();
    }

    let (one, two) = tokio::join!(Store::open(&bench.url, keys(KEY)), Store::open(&bench.url, keys(KEY)));
    let (one, two) = (one.unwrap(), two.unwrap());
    let lost = "SELECT CAST(COUNT(*) AS TEXT) FROM entries LEFT JOIN databases \
                ON databases.id = entries.database_id AND databases.user_id = entries.user_id \
                WHERE databases.id IS NULL";
    assert_eq!(text(&raw, lost).await, "0", "every entry has its user");
    let watched = "SELECT CAST(COUNT(*) AS TEXT) FROM databases WHERE watched IS NOT NULL AND id LIKE '1%'";
    assert_eq!(text(&raw, watched).await, "1", "the earlier one of two goes on");
    let watched = "SELECT CAST(COUNT(*) AS TEXT) FROM databases WHERE watched IS NOT NULL";
    assert_eq!(text(&raw, watched).await, "1", "for one of them alone");
    raw.close().await.unwrap();
    let mut pages = Vec::new();
    while let Some(claimed) = two.claim("worker").await.unwrap() {
        assert_eq!((claimed.attempts, claimed.body, claimed.waiting), (1, Body::Untouched, None));
        assert_eq!(claimed.ticket.lease.0, 4);
        pages.push(claimed.page);
    }
    pages[..2].sort();
    pages[2..].sort();
    assert_eq!(pages, ["1.1", "2.1", "1.2", "2.2"]);
    one.close().await.unwrap();
    two.close().await.unwrap();
}

pub(super) async fn the_newest_tables_go_and_come_again(bench: &Bench) {
    bench.queue_for(bench.database, "old", Lane::Backlog, 2).await;
    bench.queue_for(bench.database, "new", Lane::New, 1).await;
    let raw = bench.raw().await;
    Migrator::down(&raw, Some(NEWER)).await.unwrap();
    assert_eq!(text(&raw, "SELECT CAST(COUNT(*) AS TEXT) FROM entries").await, "3");
    for gone in [
        "SELECT lane FROM entries",
        "SELECT served FROM connections",
        "SELECT id FROM users",
        "SELECT party FROM breakers",
        "SELECT id FROM webhook_events",
        "SELECT polled_at FROM databases",
        "SELECT failed_polls FROM databases",
        "SELECT watched FROM databases",
        "SELECT jpeg FROM covers",
        "SELECT name FROM rights",
        "SELECT crashes FROM rights",
        "SELECT short FROM aliases",
        "SELECT awaits FROM entries",
        "SELECT keep FROM databases",
        "SELECT keepsake FROM keepsakes",
        "SELECT place FROM pieces",
    ] {
        assert!(raw.execute_unprepared(gone).await.is_err(), "{gone}");
    }
    raw.execute_unprepared("DROP INDEX entries_claim").await.unwrap();
    raw.execute_unprepared("CREATE INDEX entries_claim ON entries (state, not_before, id)").await.unwrap();
    raw.close().await.unwrap();
    let store = bench.reopened().await;
    for _ in 0..3 {
        store.claim("worker").await.unwrap().unwrap();
    }
    assert!(store.claim("worker").await.unwrap().is_none());
    store.close().await.unwrap();
}
