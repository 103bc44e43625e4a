//! Every order of events in a small world: ours breaks no promise, and worse rules are found out.

use std::time::Instant;

use super::book::{Fencing, Limits};
use super::is_long;
use super::search::{Found, search};
use super::world::{Fault, World};

/// More states than any of these worlds has.
const ALL: usize = 20_000_000;

/// Two workers and one entry. One attempt is the fewest, and two crashes are the fewest of which one is
/// survived; a lease of two ticks is the shortest that can be trusted for less than it lasts.
fn ours() -> World {
    World {
        workers: 2,
        entries: 1,
        fencing: Fencing::RunLease,
        limits: Limits { attempts: 1, crashes: 2 },
        lease: 2,
        trust: 1,
        anchored: true,
        looks: true,
        late: 0,
        reruns: 0,
        mishaps: true,
    }
}

/// Looks at all of a world; no promise may be broken, and from everywhere an end must be reached.
fn holds(name: &str, world: &World) {
    let began = Instant::now();
    let found = search(world, ALL, |faults| !faults.is_empty());
    println!(
        "model: {name}: {} states, {} transitions, {:.1} s",
        found.states,
        found.transitions,
        began.elapsed().as_secs_f64()
    );
    assert!(found.faults.is_empty(), "{name}: {:#?}", found.faults);
    assert!(found.whole, "{name}: not all was seen");
    assert_eq!(found.dead_end, None, "{name}: no end can be reached");
}

/// Looks until these promises are broken.
fn is_found_out(name: &str, world: &World, faults: &[Fault]) -> Found<World> {
    let found = search(world, ALL, |broken| faults.iter().all(|fault| broken.contains_key(fault)));
    let lengths: Vec<_> =
        found.faults.iter().map(|(fault, trace)| format!("{fault:?} {}", trace.len())).collect();
    println!("model: {name}: broken after so many steps: {}; {} states", lengths.join(", "), found.states);
    for fault in faults {
        assert!(found.faults.contains_key(fault), "{name}: {fault:?} was not found");
    }
    found
}

#[test]
fn no_order_of_events_breaks_a_promise() {
    holds("two workers", &ours());
    if is_long() {
        let retries = World { limits: Limits { attempts: 2, crashes: 2 }, ..ours() };
        holds("two workers, retries", &retries);
        holds("two workers, beats that overlap", &World { lease: 3, trust: 2, ..ours() });
        holds("two workers, a request in the residual window", &World { late: 1, ..ours() });
        holds("two workers, an owner who asks again", &World { reruns: 1, ..ours() });
        holds("three workers", &World { workers: 3, ..ours() });
    }
}

#[test]
fn without_a_fence_a_stale_worker_does_harm() {
    use Fault::{DoneUndone, FenceLies, PaidTwice, StaleWrite, TwoBelieve};
    let world = World { fencing: Fencing::None, ..ours() };
    is_found_out("no fence", &world, &[StaleWrite, FenceLies, TwoBelieve, PaidTwice, DoneUndone]);
    // The page is written late in a run: without mishaps it is found within seconds.
    let world = World { mishaps: false, ..world };
    is_found_out("no fence, no mishaps", &world, &[Fault::SecondSection]);
}

#[test]
fn the_number_of_tries_is_no_fence_because_waiting_does_not_raise_it() {
    use Fault::{FenceLies, PaidTwice, SecondSection, StaleWrite, TwoBelieve};
    let world = World { fencing: Fencing::Tries, ..ours() };
    let faults = [StaleWrite, FenceLies, TwoBelieve, PaidTwice, SecondSection];
    let found = is_found_out("tries as the fence", &world, &faults);
    let trace = format!("{:?}", found.faults[&StaleWrite]);
    assert!(trace.contains("HandBack(Wait)"), "{trace}");
}

#[test]
fn trust_that_begins_with_the_answer_outlives_the_lease() {
    let world = World { anchored: false, ..ours() };
    is_found_out("trust from the answer on", &world, &[Fault::FenceLies, Fault::TwoBelieve]);
}

#[test]
fn trust_longer_than_the_lease_outlives_it() {
    let world = World { trust: 3, ..ours() };
    is_found_out("trust longer than the lease", &world, &[Fault::FenceLies, Fault::TwoBelieve]);
}

#[test]
fn without_a_look_before_it_writes_a_later_run_writes_a_second_section() {
    let world = World { looks: false, ..ours() };
    is_found_out("no look before a section is written", &world, &[Fault::SecondSection]);
}
