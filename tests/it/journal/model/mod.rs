//! The journal as a model: every order of events in a small world, and walks that tie it to the code.
//!
//! The short form runs with every test. `CHAOS=1` looks at larger worlds and walks further,
//! `CHAOS_WALKS=500` walks so often.

mod book;
pub(crate) mod chance;
mod exhaustive;
mod mirror;
mod search;
mod walk;
mod worker;
mod world;

use super::bench::Bench;

/// Whether there is time.
fn is_long() -> bool {
    std::env::var("CHAOS").is_ok_and(|chaos| chaos == "1")
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|number| number.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_on_sqlite_answers_as_the_model_does() {
    walk::walks(&Bench::sqlite().await, "SQLite", walk::count(60, 2_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_on_postgres_answers_as_the_model_does() {
    walk::walks(&Bench::postgres().await, "PostgreSQL", walk::count(20, 1_000)).await;
}
