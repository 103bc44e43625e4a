//! Redis, which only shares the budgets of requests, is away and comes back.

use super::world::{NOTHING, World};
use crate::support::redis::Redis;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_read_while_redis_is_gone_and_after_it_is_back() {
    let mut redis = Redis::start();
    let mut world = World::open(None).await;
    world.set("REDIS_URL", &redis.url());
    let mut service = world.serve().await;
    let mut rows = world.save_links(3).await;
    world.heard(&mut service, |calls| calls.started > 0).await;
    redis.kill();
    rows.extend(world.save_links(3).await);
    world.all(&mut service, &rows, "completed").await;
    assert_eq!(service.get("/ready").await.0, 200);
    redis.start_again();
    rows.extend(world.save_links(3).await);
    world.all(&mut service, &rows, "completed").await;
    assert_eq!(world.counted().await, NOTHING);
    world.paid_once(rows.len());
    world.close(service).await;
}
