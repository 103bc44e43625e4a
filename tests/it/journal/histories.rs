//! How entries went, as their owner is shown it: time lines, payments, lists, another run.

use std::time::Duration;

use linkscribe::adapters::store::{Store, StoreOptions};
use linkscribe::domain::cost::{MicroDollars, Usage};
use linkscribe::domain::entry::{EntryId, RunLease, Ticket, UserId};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::Transcript;
use linkscribe::domain::note::Note;
use linkscribe::domain::progress::EntryState;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::{Stage, Status};
use linkscribe::domain::timeline::{Mark, StageState};
use linkscribe::ports::{Journal, Listing, NextRun};

use super::bench::{Bench, KEY, keys};
use crate::support::kitchen::prices;

const ALL: Listing = Listing { database: None, status: None, before: None, limit: 100 };

async fn state(bench: &Bench, id: EntryId) -> EntryState {
    bench.journal.state(bench.user, id).await.unwrap().expect("the owner's entry")
}

fn states(state: &EntryState) -> Vec<StageState> {
    state.stages.iter().map(|stage| stage.state).collect()
}

/// A hundred thousand entries, five hundred of them of the one who asks.
async fn fill(bench: &Bench, other: &str) {
    let rows = "SELECT {id}, {database}, 'page ' || n, 'link', 'done', \
         CASE WHEN n % 1000 = 0 THEN 'failed' ELSE 'completed' END, 1, 0, 0, 0, {user}, 0, 0, 0, 0, n, n FROM numbers";
    let mine = format!("'{}'", bench.user);
    let (database, user) = (
        format!("CASE WHEN n % 200 = 0 THEN '{}' ELSE '{other}' END", bench.database),
        format!("CASE WHEN n % 200 = 0 THEN {mine} ELSE 'user ' || (n % 20) END"),
    );
    let (numbers, id) = if bench.url.starts_with("sqlite") {
        (
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000)",
            "printf('00000000-0000-7000-8000-%012d', n)",
        )
    } else {
        (
            "WITH numbers AS (SELECT generate_series(1, 100000) AS n)",
            "'00000000-0000-7000-8000-' || lpad(n::text, 12, '0')",
        )
    };
    let rows = rows.replace("{id}", id).replace("{database}", &database).replace("{user}", &user);
    bench
        .change(&format!(
            "INSERT INTO entries (id, database_id, page_id, link, state, status, run_lease, attempts, crashes, \
             not_before, user_id, lane, body, earlier_runs, asked_again, created_at, updated_at) {numbers} {rows}"
        ))
        .await;
    if !bench.url.starts_with("sqlite") {
        bench.change("ANALYZE entries").await;
    }
}

pub(super) async fn lists_follow_an_index_however_many_entries_there_are(bench: &Bench) {
    let other = bench.user("bob").await;
    fill(bench, &other.to_string()).await;
    let store = bench.reopened().await;
    let plans = store.explain_lists(bench.user, bench.database).await.unwrap();
    assert_eq!(plans.len(), 5);
    for plan in plans {
        let lists = plan.to_lowercase();
        let index = ["entries_user", "entries_database", "entries_list"];
        assert!(index.iter().any(|index| lists.contains(index)), "{plan}");
        for slow in ["seq scan", "scan entries", "temp b-tree", "bitmap", "sort"] {
            assert!(!lists.contains(slow), "{slow}: {plan}");
        }
    }
    let failed = Listing { database: Some(bench.database), status: Some(Status::Failed), ..ALL };
    let found = store.list(bench.user, &failed).await.unwrap();
    assert_eq!(found.len(), 100);
    assert!(found.is_sorted_by(|one, other| one.entry.id > other.entry.id));
    store.close().await.unwrap();
}

pub(super) async fn what_a_dead_worker_left_open_is_shown_as_interrupted(bench: &Bench) {
    bench.queue("row").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    bench.dying.mark(dead, Stage::Download, Mark::Began);
    bench.dying.set_status(dead, Status::Downloading).await.unwrap();
    let seen = state(bench, dead.entry).await;
    assert_eq!(states(&seen)[0], StageState::Interrupted);
    assert!(seen.stages[0].began_at.is_some() && seen.stages[0].ended_at.is_none());

    bench.journal.sweep(Duration::from_hours(1)).await.unwrap();
    let next = bench.claim().await.ticket;
    assert_eq!(states(&state(bench, next.entry).await)[0], StageState::Interrupted);
    bench.journal.mark(next, Stage::Download, Mark::Began);
    let seen = state(bench, next.entry).await;
    assert_eq!((states(&seen)[0], seen.stages[0].times), (StageState::Running, 2));
}

pub(super) async fn a_time_line_is_carried_by_the_writes_there_are(bench: &Bench) {
    bench.queue("row").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.mark(ticket, Stage::Transcribe, Mark::Began);
    bench.journal.mark(ticket, Stage::Read, Mark::Began);
    // Another instance sees what a heartbeat brought, and sees both at work.
    bench.journal.beat(ticket).await.unwrap();
    let elsewhere = bench.reopened().await;
    let seen = elsewhere.state(bench.user, ticket.entry).await.unwrap().unwrap();
    assert_eq!(states(&seen)[1..3], [StageState::Running, StageState::Running]);
    bench.journal.mark(ticket, Stage::Read, Mark::Done("3 lines".into()));
    bench.journal.mark(ticket, Stage::Transcribe, Mark::Waits("It rests.".into()));
    bench.journal.hand_back(ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let seen = elsewhere.state(bench.user, ticket.entry).await.unwrap().unwrap();
    assert_eq!(states(&seen)[1..3], [StageState::Waiting, StageState::Done]);
    assert_eq!(seen.stages[2].came_out, "3 lines");
    let (began, ended) = (seen.stages[2].began_at.unwrap(), seen.stages[2].ended_at.unwrap());
    let now = bench.journal.now().await.unwrap();
    assert!(began <= ended && (now - 60_000..=now).contains(&ended.timestamp_millis()));
    elsewhere.close().await.unwrap();
}

pub(super) async fn a_stale_worker_adds_nothing_to_a_time_line(bench: &Bench) {
    bench.queue("row").await;
    let stale = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    bench.journal.sweep(Duration::from_hours(1)).await.unwrap();
    let holder = bench.claim().await.ticket;
    bench.dying.mark(stale, Stage::Write, Mark::Done("forged".into()));
    bench.journal.mark(stale, Stage::Write, Mark::Done("forged".into()));
    assert!(bench.dying.beat(stale).await.unwrap_err().is_stale());
    bench.journal.beat(holder).await.unwrap();
    assert_eq!(states(&state(bench, holder.entry).await)[4], StageState::Pending);
}

pub(super) async fn a_checkpoint_kept_twice_is_paid_for_once_and_by_its_owner(bench: &Bench) {
    let options = StoreOptions { prices: prices(), ..StoreOptions::default() };
    let store = Store::open_with(&bench.url, keys(KEY), options).await.unwrap();
    bench.queue("row").await;
    let ticket = store.claim("worker").await.unwrap().unwrap().ticket;
    let key = MediaKey("tiktok:1".into());
    let transcript = Transcript { usage: Usage::of_speech(60.0), ..Transcript::default() };
    let note = Note { usage: Usage { tokens_out: 1_000, calls: 1, ..Usage::default() }, ..Note::default() };
    for _ in 0..2 {
        store.save_transcript(ticket, &key, &transcript).await.unwrap();
        store.save_note(ticket, &note).await.unwrap();
    }
    let spent = store.spent_on(bench.user, ticket.entry).await.unwrap();
    assert_eq!(spent.amount, MicroDollars(6_000 + 2_500));
    assert_eq!((spent.usage.speech_ms, spent.usage.tokens_out, spent.usage.calls), (60_000, 1_000, 2));

    let now = store.now().await.unwrap();
    let month = store.spent_between(bench.user, now - 60_000, now + 60_000).await.unwrap();
    assert_eq!(month, spent);
    let stranger = UserId::new();
    assert_eq!(store.spent_on(stranger, ticket.entry).await.unwrap().amount, MicroDollars(0));
    assert_eq!(store.spent_between(stranger, 0, i64::MAX).await.unwrap().amount, MicroDollars(0));
    assert_eq!(store.spent_between(bench.user, 0, now - 60_000).await.unwrap().usage, Usage::default());

    // A worker that lost the entry keeps neither the checkpoint nor a payment.
    let stale = Ticket { lease: RunLease(ticket.lease.0 + 1), ..ticket };
    assert!(store.save_note(stale, &note).await.unwrap_err().is_stale());
    assert_eq!(store.spent_on(bench.user, ticket.entry).await.unwrap(), spent);
    store.close().await.unwrap();
}

pub(super) async fn a_wish_for_another_run_is_granted_once(bench: &Bench) {
    bench.queue("row").await;
    let Ticket { entry, lease } = bench.claim().await.ticket;
    let ask = |user, lease| bench.journal.ask_again(user, entry, lease, Duration::ZERO);
    assert!(!ask(bench.user, lease).await.unwrap(), "it runs");
    let ticket = Ticket { entry, lease };
    bench.journal.save_note(ticket, &Note { title: "kept".into(), ..Note::default() }).await.unwrap();
    bench.journal.finish_failed(ticket, Reason::Private, true).await.unwrap();
    assert!(!ask(UserId::new(), lease).await.unwrap(), "it is another user's");

    let wishes = futures_util::future::join_all((0..8).map(|_| ask(bench.user, lease))).await;
    assert_eq!(wishes.into_iter().filter(|granted| *granted.as_ref().unwrap()).count(), 1);
    let seen = state(bench, entry).await;
    assert_eq!((seen.entry.status, seen.entry.reason, seen.earlier_runs), (Status::Pending, None, 1));

    let again = bench.claim().await;
    assert!(again.asked_again);
    assert_eq!(again.note.unwrap().title, "kept", "what was finished is not paid for again");
    bench.journal.complete(again.ticket).await.unwrap();
    assert!(!ask(bench.user, lease).await.unwrap(), "the wish is older than this run");
    assert!(ask(bench.user, again.ticket.lease).await.unwrap());
    assert!(bench.claim().await.note.is_none(), "a completed one is summarized anew");
}

pub(super) async fn a_user_sees_what_is_theirs_alone(bench: &Bench) {
    bench.queue("mine").await;
    let stranger = UserId::new();
    let mine = bench.journal.list(bench.user, &ALL).await.unwrap();
    let id = mine[0].entry.id;
    assert_eq!(mine.len(), 1);
    for wanted in [ALL, Listing { database: Some(bench.database), ..ALL }] {
        assert!(bench.journal.list(stranger, &wanted).await.unwrap().is_empty());
    }
    assert!(bench.journal.state(stranger, id).await.unwrap().is_none());
    assert!(bench.journal.moved(stranger, 0, 10).await.unwrap().is_empty());
    assert_eq!(bench.journal.moved(bench.user, 0, 10).await.unwrap().len(), 1);
    assert_eq!(bench.journal.owner(id).await.unwrap(), Some(bench.user));
}
