//! Request budgets keep the same promise in memory and in Redis.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::time::{Duration, Instant};

use linkscribe::adapters::fallback_budget::FallbackBudget;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::redis_budget::RedisBudget;
use linkscribe::failure::Kind;
use linkscribe::ports::RateBudget;

use crate::support::redis::Redis;

/// Requests per window in these tests.
const REQUESTS: u32 = 5;

/// Long enough that a loaded machine takes a whole budget before it ends.
const WINDOW: Duration = Duration::from_millis(1_500);

/// What every budget promises, held against one that has [`REQUESTS`] in each [`WINDOW`].
async fn keeps_its_promise(budget: &dyn RateBudget) {
    spends_its_requests_and_then_names_the_pause(budget).await;
    keeps_the_keys_apart(budget).await;
    stays_closed_as_long_as_it_was_told(budget).await;
    ignores_a_shorter_closing(budget).await;
}

async fn spends_its_requests_and_then_names_the_pause(budget: &dyn RateBudget) {
    for _ in 0..REQUESTS {
        assert_eq!(budget.take("spender").await.unwrap(), None);
    }
    let pause = budget.take("spender").await.unwrap().expect("the budget is spent");
    assert!(pause <= WINDOW, "{pause:?}");
    sleep(pause).await;
    assert_eq!(budget.take("spender").await.unwrap(), None, "the promised pause was kept");
}

async fn keeps_the_keys_apart(budget: &dyn RateBudget) {
    for _ in 0..REQUESTS {
        assert_eq!(budget.take("one").await.unwrap(), None);
    }
    assert!(budget.take("one").await.unwrap().is_some());
    assert_eq!(budget.take("another").await.unwrap(), None);
}

async fn stays_closed_as_long_as_it_was_told(budget: &dyn RateBudget) {
    let told = Duration::from_secs(1);
    budget.close_for("closed", told).await.unwrap();
    let pause = budget.take("closed").await.unwrap().expect("it is closed");
    assert!(pause <= told && pause > told / 2, "{pause:?}");
    sleep(pause).await;
    assert_eq!(budget.take("closed").await.unwrap(), None);
}

async fn ignores_a_shorter_closing(budget: &dyn RateBudget) {
    budget.close_for("long", Duration::from_secs(100)).await.unwrap();
    budget.close_for("long", Duration::from_secs(1)).await.unwrap();
    let pause = budget.take("long").await.unwrap().expect("it is closed");
    assert!(pause > Duration::from_secs(50), "{pause:?}");
}

/// Two milliseconds more than promised: both clocks are rounded to one.
async fn sleep(pause: Duration) {
    tokio::time::sleep(pause + Duration::from_millis(2)).await;
}

#[tokio::test(start_paused = true)]
async fn a_budget_in_memory_keeps_its_promise() {
    keeps_its_promise(&MemoryBudget::new(REQUESTS, WINDOW)).await;
}

#[tokio::test]
async fn a_budget_in_redis_keeps_its_promise() {
    let redis = Redis::start();
    keeps_its_promise(&RedisBudget::new(&redis.url(), REQUESTS, WINDOW).unwrap()).await;
}

#[tokio::test]
async fn two_instances_share_one_budget_in_redis() {
    let redis = Redis::start();
    let minute = Duration::from_mins(1);
    let instances = [1, 2].map(|_| RedisBudget::new(&redis.url(), 20, minute).unwrap());
    let asked = instances.iter().flat_map(|instance| (0..20).map(|_| instance.take("shared")));
    let answers = futures_util::future::join_all(asked).await;
    let granted = answers.into_iter().filter(|answer| answer.as_ref().unwrap().is_none()).count();
    assert_eq!(granted, 20);
}

#[tokio::test]
async fn a_redis_that_is_gone_is_a_passing_failure_told_in_seconds() {
    let mut redis = Redis::start();
    let budget = RedisBudget::new(&redis.url(), REQUESTS, WINDOW).unwrap();
    budget.take("key").await.unwrap();
    redis.kill();
    let asked_at = Instant::now();
    let failure = budget.take("key").await.expect_err("nobody answers");
    assert_eq!(failure.kind, Kind::Transient { retry_after: None });
    assert!(asked_at.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn requests_go_on_at_once_without_redis_and_share_again_when_it_is_back() {
    let mut redis = Redis::start();
    let budget = |requests| RedisBudget::new(&redis.url(), requests, Duration::from_mins(1)).unwrap();
    let (shared, neighbour) = (budget(REQUESTS), budget(REQUESTS));
    let own = MemoryBudget::new(1_000_000, Duration::from_mins(1));
    let rest = Duration::from_millis(200);
    let budget = FallbackBudget::new(shared, own).with_rest(rest);
    assert_eq!(budget.take("key").await.unwrap(), None);

    redis.kill();
    assert_eq!(budget.take("key").await.unwrap(), None, "the one that finds out goes on as well");
    let asked_at = Instant::now();
    for _ in 0..100 {
        assert_eq!(budget.take("key").await.unwrap(), None);
    }
    assert!(asked_at.elapsed() < Duration::from_secs(5), "a hundred time-outs would be minutes");

    redis.start_again();
    for _ in 0..REQUESTS {
        neighbour.take("key").await.unwrap();
    }
    let back = async {
        // Our own budget never says no: whoever does is the shared one, spent by the neighbour.
        while budget.take("key").await.unwrap().is_none() {
            tokio::time::sleep(rest / 10).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("the shared budget is asked again");
}
