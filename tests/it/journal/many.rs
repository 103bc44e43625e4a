//! Claims while very much waits: the index is used whatever the planner believes, and what that costs.

use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, DbBackend};

use super::bench::Bench;

/// As many as a year of a busy service.
const ROWS: u32 = 100_000;

/// So many rows of so many users, half of them due, so that neither a scan of the due ones nor of the others
/// would do. Nobody counts them: `ANALYZE` is left to the caller.
async fn fill(bench: &Bench, rows: u32, users: u32) {
    let raw = bench.raw().await;
    let is_postgres = raw.get_database_backend() == DbBackend::Postgres;
    let numbers = |last: u32| {
        if is_postgres {
            format!("(SELECT i FROM generate_series(1, {last}) AS t(i)) AS numbers")
        } else {
            let counting = format!("SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last}");
            format!("(WITH RECURSIVE n(i) AS ({counting}) SELECT i FROM n) AS numbers")
        }
    };
    let id = |number: &str| {
        let hex = if is_postgres {
            format!("lpad(to_hex({number}), 8, '0')")
        } else {
            format!("printf('%08x', {number})")
        };
        format!("{hex} || '-0000-7000-8000-000000000000'")
    };
    if is_postgres {
        raw.execute_unprepared("ALTER TABLE entries SET (autovacuum_enabled = false)").await.unwrap();
    }
    raw.execute_unprepared(&format!(
        "INSERT INTO users (id, person, created_at) SELECT {id}, 'user ' || i, 0 FROM {numbers}",
        id = id("i"),
        numbers = numbers(users),
    ))
    .await
    .unwrap();
    raw.execute_unprepared(&format!(
        "INSERT INTO entries (id, database_id, page_id, link, state, status, run_lease, attempts, crashes, \
         not_before, created_at, updated_at, user_id) \
         SELECT {id}, '{database}', 'page ' || i, 'link', 'waiting', 'pending', 0, 0, 0, \
         CASE WHEN i % 2 = 0 THEN 9000000000000 ELSE 100000 - i END, 0, 0, {user} FROM {numbers}",
        id = id("i"),
        database = bench.database,
        user = id(&format!("(1 + i / 2 % {users})")),
        numbers = numbers(rows),
    ))
    .await
    .unwrap();
    raw.close().await.unwrap();
}

async fn count_rows(bench: &Bench) {
    bench.change("ANALYZE").await;
}

/// Every look at the entries goes through the one index made for it (or the id of the one entry found), ends
/// at the time that is due, and sorts nothing but users.
fn assert_index_alone(plan: &str) {
    let looks = |line: &&str| {
        let line = line.to_lowercase();
        line.contains(" entries") && (line.contains("scan") || line.contains("search"))
    };
    let looked: Vec<&str> = plan.lines().filter(looks).collect();
    let by_turn = looked.iter().filter(|line| line.contains("entries_in_turn")).count();
    let by_id = |line: &&&str| line.contains("entries_pkey") || line.contains("sqlite_autoindex_entries_1");
    assert_eq!(by_turn + looked.iter().filter(by_id).count(), looked.len(), "{plan}");
    // PostgreSQL keeps the step of a recursion to itself.
    let expected = if plan.contains("WorkTable Scan") { 3 } else { 4 };
    assert_eq!(by_turn, expected, "first user, next user, is one due, first due entry: {plan}");
    let by_time = |line: &&str| line.contains("turn") && line.replace(' ', "").contains("not_before<");
    assert_eq!(plan.lines().filter(by_time).count(), 1, "the time is part of the search: {plan}");
    let sorts = plan.matches("Sort Key").count() + plan.matches("TEMP B-TREE").count();
    assert!(sorts <= 1, "entries are sorted: {plan}");
    assert!(!plan.contains("Join"), "{plan}");
}

pub(super) async fn the_next_entry_of_many_is_found_by_the_index(bench: &Bench) {
    fill(bench, ROWS, 1).await;
    count_rows(bench).await;
    let store = bench.reopened().await;
    assert_index_alone(&store.explain_claim().await.unwrap());
    assert_eq!(bench.claim().await.page, "page 99999");
    assert_eq!(bench.claim().await.page, "page 99997");
    store.close().await.unwrap();
}

/// An old collection is taken in within seconds; statistics come a minute later.
pub(super) async fn the_index_is_used_before_anybody_counted_the_rows(bench: &Bench) {
    assert!(bench.nothing_is_due().await);
    count_rows(bench).await;
    fill(bench, ROWS, 1_000).await;
    let store = bench.reopened().await;
    assert_index_alone(&store.explain_claim().await.unwrap());
    count_rows(bench).await;
    assert_index_alone(&store.explain_claim().await.unwrap());
    bench.claim().await;
    store.close().await.unwrap();
}

/// Claims per second; each count ends after so many claims or so much time.
async fn claims_per_second(bench: &Bench) -> f64 {
    const CLAIMS: u32 = 200;
    const LIMIT: Duration = Duration::from_secs(10);
    let start = Instant::now();
    let mut claims = 0_u32;
    while claims < CLAIMS && start.elapsed() < LIMIT && bench.journal.claim("bench").await.unwrap().is_some()
    {
        claims += 1;
    }
    f64::from(claims) / start.elapsed().as_secs_f64()
}

async fn measure(name: &str, bench: Bench, rows: u32, users: u32, base: &mut Option<f64>) {
    fill(&bench, rows, users).await;
    count_rows(&bench).await;
    let speed = claims_per_second(&bench).await;
    let base = *base.get_or_insert(speed);
    println!(
        "{name:<10} {rows:>7} rows {users:>6} users {speed:>8.0} claims/s {:>6.2} of the first",
        speed / base
    );
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "prints numbers: make bench"]
async fn claims_per_second_are_printed() {
    let sizes = [(400, 1), (ROWS, 1), (ROWS, 100), (ROWS, 1_000), (ROWS, 10_000)];
    let (mut sqlite, mut postgres) = (None, None);
    for (rows, users) in sizes {
        measure("SQLite", Bench::sqlite().await, rows, users, &mut sqlite).await;
    }
    for (rows, users) in sizes {
        measure("PostgreSQL", Bench::postgres().await, rows, users, &mut postgres).await;
    }
}
