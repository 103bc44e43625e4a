//! One instance that dies at one point after the other, in one world, and lives at last.

use std::time::{Duration, Instant};

use crate::audit::Counts;
use crate::is_long;
use crate::life::Life;
use crate::plan::{Dice, Kill};
use crate::support::providers::Service;
use crate::world::{LEASE_MS, PAID, World};

/// How often the journal is looked at while a life goes on.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Longer than any life should take to reach its point, on a busy machine.
const LIFE: Duration = Duration::from_mins(3);

/// Longer than it takes to keep what another service answered meanwhile, on a busy machine.
const SLOW: Duration = Duration::from_secs(6);

/// Longer than everything that is left should take.
const REST: Duration = Duration::from_mins(5);

/// An entry workers die on three times without getting further is given up by design; it is spared before.
pub const CRASHES_BORNE: i32 = 2;

struct Chain {
    world: World,
    dice: Dice,
    counts: Counts,
    /// Answers paid for and not kept, so far.
    lost: [usize; 3],
}

/// Dies at each of these points in an order the seed chooses, and counts at the end.
pub async fn run(seed: u64, database_url: Option<String>, points: &[&'static str]) -> Counts {
    let begun = Instant::now();
    let mut dice = Dice::new(seed);
    let mut order = points.to_vec();
    dice.shuffle(&mut order);
    let world = World::open(seed, database_url).await;
    let counts = Counts { points: points.len(), ..Counts::default() };
    let mut chain = Chain { world, dice, counts, lost: [0; 3] };
    for point in order {
        chain.spare_the_weak().await;
        let kill = Kill::draw(point, &mut chain.dice, is_long());
        chain.die_at(kill).await;
    }
    chain.live().await;
    chain.finish(begun).await
}

impl Chain {
    fn begin(&mut self, kill: Option<Kill>, places: u32) -> Life {
        self.world.delay(&mut self.dice);
        // Hearing and reading overlap: the other one is slow here, so that one answer alone is kept at the death.
        match kill.map(|kill| kill.point) {
            Some("transcript_kept") => self.world.providers.delay(Service::Vision, SLOW),
            Some("screen_kept") => self.world.providers.delay(Service::Speech, SLOW),
            _ => {}
        }
        self.world.begin("a", kill, places, &[("LINKSCRIBE_LEASE_MS", LEASE_MS)])
    }

    /// One life that ends at a point, and what was lost with it.
    async fn die_at(&mut self, kill: Kill) {
        for _ in 0..kill.pass {
            feed(&mut self.world, kill.point).await;
        }
        let mut life = self.begin(Some(kill), kill.places);
        let begun = Instant::now();
        while !life.is_dead() {
            assert!(begun.elapsed() < LIFE, "{kill:?} is not reached:\n{}", life.tail());
            let look = self.world.look().await;
            if self.world.unfinished(&look).next().is_none() {
                // The links that were on their way had passed the point before.
                feed(&mut self.world, kill.point).await;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        self.counts.kills += 1;
        if self.counts.kills.is_multiple_of(3) {
            self.world.fill_a_cell();
        }
        self.account(kill.may_lose(), life.leases_lost(), &format!("{kill:?}")).await;
    }

    /// What this life paid for twice, and what it paid for and did not keep, held against what it may lose.
    /// A worker that a busy machine kept from its heart for longer than the lease is as good as dead.
    async fn account(&mut self, may_lose: [usize; 3], leases_lost: usize, what: &str) {
        let may_lose = may_lose.map(|answers| answers + leases_lost);
        self.counts.leases_lost += leases_lost;
        self.world.providers.idle().await;
        let look = self.world.look().await;
        let repeated = self.world.repeated(&look, leases_lost);
        self.counts.repeated.extend(repeated.into_iter().map(|call| format!("{call}, by {what}")));
        let (paid, kept) = self.world.paid_and_kept(&look);
        for at in 0..3 {
            let lost = paid[at].checked_sub(kept[at]).unwrap_or_else(|| panic!("{what}: {paid:?} {kept:?}"));
            let now = lost - self.lost[at];
            self.counts.kept_late += now.saturating_sub(may_lose[at]);
            if now > may_lose[at] {
                crate::tell(&format!("{what}: {now} answers lost of {may_lose:?}, service {at}"));
            }
            self.lost[at] = lost;
        }
    }

    /// Lets everything end in peace where an entry has died as often as it may.
    async fn spare_the_weak(&mut self) {
        let look = self.world.look().await;
        let weak = |crashes: i32| crashes >= CRASHES_BORNE;
        if look.entries.iter().any(|entry| !entry.is_done() && weak(entry.crashes_so_far())) {
            self.live().await;
        }
    }

    /// A life without a death, until everything is at its end; it loses nothing.
    async fn live(&mut self) {
        let leases_lost = self.live_until_all_is_done().await;
        self.account([0; 3], leases_lost, "a life in peace").await;
    }

    /// Gives how many leases a busy machine cost meanwhile.
    async fn live_until_all_is_done(&mut self) -> usize {
        let life = self.begin(None, 2);
        let begun = Instant::now();
        loop {
            let look = self.world.look().await;
            if self.world.unfinished(&look).next().is_none() {
                break;
            }
            assert!(begun.elapsed() < REST, "some rows never end: {look:#?}\n{}", life.tail());
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let leases_lost = life.leases_lost();
        life.end().await;
        leases_lost
    }

    async fn finish(mut self, begun: Instant) -> Counts {
        let look = self.world.look().await;
        self.counts.rows = self.world.rows.len();
        for row in &self.world.rows {
            let (wrong, too_many) = self.world.judge(row, &look);
            self.counts.lost.extend(wrong);
            self.counts.duplicates += too_many;
        }
        let (paid, kept) = self.world.paid_and_kept(&look);
        assert_eq!(kept, self.world.to_be_paid(), "every answer is kept once; paid for were {paid:?}");
        let refused: usize = PAID.map(|one| self.world.providers.calls(one).refused).iter().sum();
        assert_eq!(refused, 0, "a provider refused a request");
        self.counts.lost_in_flight = self.world.lost_in_flight(self.counts.repeated.len());
        assert_eq!(self.world.left_over_dirs("a"), Vec::<std::path::PathBuf>::new(), "work dirs are left");
        self.counts.secs = begun.elapsed().as_secs();
        self.world.close().await;
        self.counts
    }
}

/// Gives the world what leads to a point.
pub async fn feed(world: &mut World, point: &str) {
    match point {
        "failure_ruled" | "verdict_kept" | "verdict_told" => world.save_refused(),
        "older_body_removed" => {
            let look = world.look().await;
            if !world.ask_again(&look) {
                // It can be asked for again once it is done.
                world.save_link().await;
            }
        }
        _ => world.save_link().await,
    }
}

/// One link at a time, one death right behind each checkpoint: what was kept is never paid for again.
pub async fn behind_each_checkpoint(database_url: Option<String>) -> Counts {
    // What dies, which answers are kept by then, and who is slow, so that its answer is not.
    const TABLE: [(&str, [bool; 3], Option<Service>); 4] = [
        ("transcript_kept", [true, false, false], Some(Service::Vision)),
        ("screen_kept", [false, true, false], Some(Service::Speech)),
        ("note_kept", [true, true, true], None),
        ("body_kept", [true, true, true], None),
    ];
    let begun = Instant::now();
    let world = World::open(0, database_url).await;
    let counts = Counts { points: TABLE.len(), ..Counts::default() };
    let mut chain = Chain { world, dice: Dice::new(0), counts, lost: [0; 3] };
    for (point, kept, slow) in TABLE {
        for service in PAID {
            chain.world.providers.delay(service, if Some(service) == slow { SLOW } else { Duration::ZERO });
        }
        chain.world.save_link().await;
        let settings = [("LINKSCRIBE_LEASE_MS", LEASE_MS)];
        let mut life = chain.world.begin("a", Some(Kill { point, pass: 1, places: 1 }), 1, &settings);
        life.death(LIFE).await;
        chain.counts.kills += 1;
        chain.world.providers.idle().await;
        let may_lose = kept.map(|kept| usize::from(!kept));
        chain.account(may_lose, life.leases_lost(), point).await;
        chain.live().await;
    }
    chain.finish(begun).await
}
