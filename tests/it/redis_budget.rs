//! Request budgets keep the same promise in memory and in Redis.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use linkscribe::adapters::fallback_budget::FallbackBudget;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion};
use linkscribe::adapters::redis_budget::RedisBudget;
use linkscribe::domain::entry::ConnectionId;
use linkscribe::failure::{Kind, Outcome};
use linkscribe::ports::{Access, Draw, RateBudget, Workspace};
use linkscribe::sandbox::notion::{EmulatedNotion, RateLimit};
use uuid::Uuid;

use crate::support::redis::Redis;

/// Requests per window in these tests.
const REQUESTS: u32 = 5;

/// Long enough that a loaded machine takes a whole budget before it ends.
const WINDOW: Duration = Duration::from_millis(1_500);

/// What instances share in these tests. They ask for four times as much at once, over few connections and with little
/// patience: on a busy machine the last one in a longer queue would give up.
const ALLOWED: u32 = 8;

/// What every budget promises, held against one that has [`REQUESTS`] in each [`WINDOW`].
async fn keeps_its_promise(budget: &dyn RateBudget) {
    spends_its_requests_and_then_names_the_pause(budget).await;
    keeps_the_keys_apart(budget).await;
    stays_closed_as_long_as_it_was_told(budget).await;
    ignores_a_shorter_closing(budget).await;
    takes_from_all_or_from_none(budget).await;
    leaves_what_was_not_named(budget).await;
}

/// Up to [`REQUESTS`] of one key.
fn of(key: &str) -> [Draw; 1] {
    [up_to(REQUESTS, key)]
}

fn up_to(up_to: u32, key: &str) -> Draw {
    Draw { key: key.into(), up_to }
}

async fn takes_from_all_or_from_none(budget: &dyn RateBudget) {
    let both = |connection: &str| [up_to(REQUESTS, connection), up_to(REQUESTS, "home")];
    for _ in 0..REQUESTS - 1 {
        assert_eq!(budget.take(&both("ada")).await.unwrap(), None);
    }
    assert_eq!(budget.take(&both("bob")).await.unwrap(), None);
    // The shared one is spent: the asking must cost bob nothing, whichever stands first.
    for _ in 0..3 {
        assert!(budget.take(&both("bob")).await.unwrap().is_some());
        assert!(budget.take(&[up_to(REQUESTS, "home"), up_to(REQUESTS, "bob")]).await.unwrap().is_some());
    }
    for _ in 0..REQUESTS - 1 {
        assert_eq!(budget.take(&of("bob")).await.unwrap(), None);
    }
    assert!(budget.take(&of("bob")).await.unwrap().is_some());
    // A closed one is as good as spent, and the longest pause is told.
    budget.close_for("closed home", Duration::from_secs(100)).await.unwrap();
    let pause = budget.take(&[up_to(REQUESTS, "bob"), up_to(REQUESTS, "closed home")]).await.unwrap();
    assert!(pause.unwrap() > WINDOW);
}

async fn leaves_what_was_not_named(budget: &dyn RateBudget) {
    for _ in 0..REQUESTS - 2 {
        assert_eq!(budget.take(&[up_to(REQUESTS - 2, "modest")]).await.unwrap(), None);
    }
    assert!(budget.take(&[up_to(REQUESTS - 2, "modest")]).await.unwrap().is_some());
    for _ in 0..2 {
        assert_eq!(budget.take(&of("modest")).await.unwrap(), None);
    }
    assert!(budget.take(&of("modest")).await.unwrap().is_some());
}

async fn spends_its_requests_and_then_names_the_pause(budget: &dyn RateBudget) {
    for _ in 0..REQUESTS {
        assert_eq!(budget.take(&of("spender")).await.unwrap(), None);
    }
    let pause = budget.take(&of("spender")).await.unwrap().expect("the budget is spent");
    assert!(pause <= WINDOW, "{pause:?}");
    sleep(pause).await;
    assert_eq!(budget.take(&of("spender")).await.unwrap(), None, "the promised pause was kept");
}

async fn keeps_the_keys_apart(budget: &dyn RateBudget) {
    for _ in 0..REQUESTS {
        assert_eq!(budget.take(&of("one")).await.unwrap(), None);
    }
    assert!(budget.take(&of("one")).await.unwrap().is_some());
    assert_eq!(budget.take(&of("another")).await.unwrap(), None);
}

async fn stays_closed_as_long_as_it_was_told(budget: &dyn RateBudget) {
    let told = Duration::from_secs(1);
    budget.close_for("closed", told).await.unwrap();
    let pause = budget.take(&of("closed")).await.unwrap().expect("it is closed");
    assert!(pause <= told && pause > told / 2, "{pause:?}");
    sleep(pause).await;
    assert_eq!(budget.take(&of("closed")).await.unwrap(), None);
}

async fn ignores_a_shorter_closing(budget: &dyn RateBudget) {
    budget.close_for("long", Duration::from_secs(100)).await.unwrap();
    budget.close_for("long", Duration::from_secs(1)).await.unwrap();
    let pause = budget.take(&of("long")).await.unwrap().expect("it is closed");
    assert!(pause > Duration::from_secs(50), "{pause:?}");
}

/// Two milliseconds more than promised: both clocks are rounded to one.
async fn sleep(pause: Duration) {
    tokio::time::sleep(pause + Duration::from_millis(2)).await;
}

#[tokio::test(start_paused = true)]
async fn a_budget_in_memory_keeps_its_promise() {
    keeps_its_promise(&MemoryBudget::new(WINDOW)).await;
}

#[tokio::test]
async fn a_budget_in_redis_keeps_its_promise() {
    let redis = Redis::start();
    keeps_its_promise(&RedisBudget::new(&redis.url(), WINDOW).unwrap()).await;
}

#[tokio::test]
async fn two_instances_share_one_budget_in_redis() {
    let redis = Redis::start();
    let minute = Duration::from_mins(1);
    let instances = [1, 2].map(|_| RedisBudget::new(&redis.url(), minute).unwrap());
    // Connected, before all ask at once.
    for instance in &instances {
        instance.take(&of("warm")).await.unwrap();
    }
    // Of one workspace, where each connection alone could take all but one.
    let draws = ["ada", "bob"].map(|connection| [up_to(ALLOWED - 1, connection), up_to(ALLOWED, "home")]);
    let ask =
        |draws| instances.iter().flat_map(move |instance| (0..ALLOWED).map(move |_| instance.take(draws)));
    let asked: Vec<_> = draws.iter().flat_map(|draws| ask(draws)).collect();
    let answers = futures_util::future::join_all(asked).await;
    let granted = answers.into_iter().filter(|answer| answer.as_ref().unwrap().is_none()).count();
    assert_eq!(granted, ALLOWED as usize);
    let mut left = 0;
    for draws in &draws {
        while instances[0].take(&draws[..1]).await.unwrap().is_none() {
            left += 1;
        }
    }
    assert_eq!(left, ALLOWED - 2, "who was refused for the workspace's sake lost nothing of his own");
}

#[tokio::test]
async fn a_redis_that_is_gone_is_a_passing_failure_told_in_seconds() {
    let mut redis = Redis::start();
    let budget = RedisBudget::new(&redis.url(), WINDOW).unwrap();
    budget.take(&of("key")).await.unwrap();
    redis.kill();
    let asked_at = Instant::now();
    let failure = budget.take(&of("key")).await.expect_err("nobody answers");
    assert_eq!(failure.kind, Kind::Transient { retry_after: None });
    assert!(asked_at.elapsed() < Duration::from_secs(5));
}

/// As many requests as anybody likes.
struct Boundless;

#[async_trait]
impl RateBudget for Boundless {
    async fn take(&self, _draws: &[Draw]) -> Outcome<Option<Duration>> {
        Ok(None)
    }

    async fn close_for(&self, _key: &str, _pause: Duration) -> Outcome<()> {
        Ok(())
    }
}

/// Two instances ask for two people of one workspace, all at once, a Notion that counts strictly.
#[actix::test]
async fn nobody_is_refused_by_notion_when_instances_and_connections_share_a_workspaces_limit() {
    let redis = Redis::start();
    let notion = EmulatedNotion::new();
    let running = notion.serve_on_free_port().unwrap();
    let minute = chrono::TimeDelta::minutes(1);
    notion.set_workspace_rate_limit(Some(RateLimit { budget: ALLOWED, window: minute }));
    let ada = notion.connection();
    let bob = notion.connect_beside(&ada, "Bob");
    let url = running.url.parse().unwrap();
    let limits = Limits { workspace: ALLOWED, ..Limits::default() };
    let instances = [1, 2].map(|_| {
        let budget = Arc::new(RedisBudget::new(&redis.url(), Duration::from_mins(1)).unwrap());
        Notion::new(&url, budget).unwrap().with_limits(limits)
    });
    let accesses = [(1, &ada), (2, &bob)].map(|(id, connection)| {
        Access::new(ConnectionId(Uuid::from_u128(id)), connection.token.clone().into())
            .in_workspace(connection.workspace.to_string())
    });
    let each = |access| instances.iter().flat_map(move |one| (0..ALLOWED).map(move |_| one.whoami(access)));
    let asked: Vec<_> = accesses.iter().flat_map(each).collect();
    let answers = futures_util::future::join_all(asked).await;
    let waiting = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(waiting.clone().all(|failure| matches!(failure.kind, Kind::Wait { retry_after: Some(_) })));
    assert_eq!(waiting.count(), answers.len() - ALLOWED as usize);
    assert_eq!(notion.counters().by_status.into_iter().collect::<Vec<_>>(), [(200, u64::from(ALLOWED))]);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn requests_go_on_at_once_without_redis_and_share_again_when_it_is_back() {
    let mut redis = Redis::start();
    let budget = || RedisBudget::new(&redis.url(), Duration::from_mins(1)).unwrap();
    let (shared, neighbour) = (budget(), budget());
    let own = Boundless;
    let rest = Duration::from_millis(200);
    let budget = FallbackBudget::new(shared, own).with_rest(rest);
    assert_eq!(budget.take(&of("key")).await.unwrap(), None);

    redis.kill();
    assert_eq!(budget.take(&of("key")).await.unwrap(), None, "the one that finds out goes on as well");
    let asked_at = Instant::now();
    for _ in 0..100 {
        assert_eq!(budget.take(&of("key")).await.unwrap(), None);
    }
    assert!(asked_at.elapsed() < Duration::from_secs(5), "a hundred time-outs would be minutes");

    redis.start_again();
    for _ in 0..REQUESTS {
        neighbour.take(&of("key")).await.unwrap();
    }
    let back = async {
        // Our own budget never says no: whoever does is the shared one, spent by the neighbour.
        while budget.take(&of("key")).await.unwrap().is_none() {
            tokio::time::sleep(rest / 10).await;
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, back).await.expect("the shared budget is asked again");
}
