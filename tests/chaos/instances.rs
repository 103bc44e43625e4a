//! Two instances on one journal: one dies and comes back, the other goes on.

use std::time::{Duration, Instant};

use crate::audit::Counts;
use crate::is_long;
use crate::plan::{Dice, Kill};
use crate::rounds::{CRASHES_BORNE, feed};
use crate::support::providers::Service;
use crate::world::{LEASE_MS, PAID, World};

/// How often the journal is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Whoever lives takes links away from the one that is to die, so new ones come at this pace.
const FEED_EVERY: Duration = Duration::from_secs(3);

/// Longer than anything here should take, on a busy machine.
const PATIENCE: Duration = Duration::from_mins(5);

/// One instance dies at each of these points, the other lives throughout.
pub async fn run(seed: u64, database_url: &str, redis_url: &str, points: &[&'static str]) -> Counts {
    let begun = Instant::now();
    let mut dice = Dice::new(seed);
    let mut order = points.to_vec();
    dice.shuffle(&mut order);
    let mut world = World::open(seed, Some(database_url.to_owned())).await;
    let settings = [("LINKSCRIBE_LEASE_MS", LEASE_MS), ("REDIS_URL", redis_url)];
    let survivor = world.begin("b", None, 1, &settings);
    let (mut counts, mut may_lose) = (Counts { points: points.len(), ..Counts::default() }, [0; 3]);
    // Leases of the survivor that were lost by the last death.
    let mut excused = 0;
    for point in order {
        until(&world, |look| {
            let weak = |crashes: i32| crashes >= CRASHES_BORNE;
            !look.entries.iter().any(|entry| !entry.is_done() && weak(entry.crashes_so_far()))
        })
        .await;
        world.delay(&mut dice);
        let kill = Kill::draw(point, &mut dice, is_long());
        let mut dying = world.begin("a", Some(kill), kill.places, &settings);
        let (born, mut fed) = (Instant::now(), None::<Instant>);
        while !dying.is_dead() {
            assert!(born.elapsed() < PATIENCE, "{kill:?} is not reached:\n{}", dying.tail());
            if fed.is_none_or(|fed| fed.elapsed() > FEED_EVERY) {
                feed(&mut world, kill.point).await;
                fed = Some(Instant::now());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        counts.kills += 1;
        if counts.kills.is_multiple_of(3) {
            world.fill_a_cell();
        }
        let look = world.look().await;
        let leases_lost = dying.leases_lost() + survivor.leases_lost() - excused;
        excused = survivor.leases_lost();
        let repeated = world.repeated(&look, leases_lost);
        counts.repeated.extend(repeated.into_iter().map(|call| format!("{call}, by {kill:?}")));
        counts.leases_lost += dying.leases_lost();
        let lost = kill.may_lose();
        may_lose = std::array::from_fn(|at| may_lose[at] + lost[at]);
    }
    let begun_to_wait = Instant::now();
    loop {
        let look = world.look().await;
        if world.unfinished(&look).next().is_none() {
            break;
        }
        assert!(begun_to_wait.elapsed() < PATIENCE, "some rows never end: {look:#?}\n{}", survivor.tail());
        tokio::time::sleep(LOOK_EVERY).await;
    }
    counts.leases_lost += survivor.leases_lost();
    excused = survivor.leases_lost() - excused;
    survivor.end().await;
    let leases_lost = counts.leases_lost;
    finish(world, counts, may_lose.map(|answers| answers + leases_lost), excused, begun).await
}

async fn finish(
    mut world: World,
    mut counts: Counts,
    may_lose: [usize; 3],
    excused: usize,
    begun: Instant,
) -> Counts {
    world.providers.idle().await;
    let look = world.look().await;
    counts.rows = world.rows.len();
    for row in &world.rows {
        let (wrong, too_many) = world.judge(row, &look);
        counts.lost.extend(wrong);
        counts.duplicates += too_many;
    }
    let (paid, kept) = world.paid_and_kept(&look);
    assert_eq!(kept, world.to_be_paid(), "every answer is kept once; paid for were {paid:?}");
    for at in 0..PAID.len() {
        counts.kept_late += (paid[at] - kept[at]).saturating_sub(may_lose[at]);
    }
    let repeated = world.repeated(&look, excused);
    counts.repeated.extend(repeated.into_iter().map(|call| format!("{call}, by the one that lived")));
    counts.lost_in_flight = world.lost_in_flight(counts.repeated.len());
    counts.secs = begun.elapsed().as_secs();
    world.close().await;
    counts
}

async fn until(world: &World, fits: impl Fn(&crate::audit::Look) -> bool) {
    let begun = Instant::now();
    loop {
        let look = world.look().await;
        if fits(&look) {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{look:#?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// How long it takes, with the lease of production, until another instance has the entry of a dead one.
pub async fn hand_over(database_url: &str, redis_url: &str) -> Duration {
    let mut world = World::open(0, Some(database_url.to_owned())).await;
    // Long enough for the second instance to stand before the first one dies.
    world.providers.delay(Service::Speech, Duration::from_secs(5));
    let kill = Kill { point: "speech_answered", pass: 1, places: 1 };
    let settings = [("REDIS_URL", redis_url)];
    let mut dying = world.begin("a", Some(kill), 1, &settings);
    world.save_link().await;
    until(&world, |look| look.entries.iter().any(|entry| entry.lease == 1)).await;
    let survivor = world.begin("b", None, 1, &settings);
    dying.death(PATIENCE).await;
    let died = Instant::now();
    until(&world, |look| look.entries.iter().any(|entry| entry.lease == 2)).await;
    let took = died.elapsed();
    until(&world, |look| look.entries.iter().all(crate::audit::Entry::is_done)).await;
    let look = world.look().await;
    let (wrong, too_many) = world.judge(&world.rows[0], &look);
    assert!(wrong.is_empty() && too_many == 0, "{wrong:?}");
    survivor.end().await;
    world.close().await;
    took
}
