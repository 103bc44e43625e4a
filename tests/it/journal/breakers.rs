//! Parties out of order: when they are left alone, who goes first, what ends it. Pauses are ended by moving
//! their time, so that no test waits for one.

use std::time::Duration;

use linkscribe::domain::breaker::{FIRST_PAUSE, MEMORY, TRIAL};
use linkscribe::domain::waiting::{Party, Waiting};
use linkscribe::ports::{Blocked, Trouble};

use super::bench::Bench;

fn party() -> Party {
    Party::new("OpenAI")
}

impl Bench {
    async fn fails(&self) -> Option<Duration> {
        self.breakers[0].trouble(&party(), Trouble::OutOfOrder).await.unwrap()
    }

    async fn asks_to_wait(&self, pause: Duration) -> Option<Duration> {
        self.breakers[0].trouble(&party(), Trouble::AsksToWait(pause)).await.unwrap()
    }

    async fn answers(&self) {
        self.breakers[0].answered(&party()).await.unwrap();
    }

    async fn admits(&self) -> Option<Blocked> {
        self.breakers[0].admit(&[party()]).await.unwrap()
    }

    /// The pause is over.
    async fn pause_passes(&self) {
        self.change("UPDATE breakers SET open_until = 1 WHERE party = 'OpenAI'").await;
    }

    /// Three failures.
    async fn goes_down(&self) {
        for _ in 0..3 {
            self.fails().await;
        }
    }
}

/// Whether a pause is this long, give or take the time the test took.
fn is_about(pause: Duration, expected: Duration) -> bool {
    pause <= expected && pause + Duration::from_secs(10) > expected
}

pub(super) async fn two_failures_are_bad_luck_and_the_third_opens(bench: &Bench) {
    assert_eq!((bench.fails().await, bench.fails().await), (None, None));
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.fails().await, Some(FIRST_PAUSE));
    for instance in &bench.breakers {
        let blocked = instance.admit(&[Party::notion(), party()]).await.unwrap().unwrap();
        assert_eq!(blocked.waiting, Waiting::Down(party()));
        assert!(is_about(blocked.pause, FIRST_PAUSE), "{blocked:?}");
        assert_eq!(instance.admit(&[Party::notion()]).await.unwrap(), None, "another party is not to blame");
        assert_eq!(instance.admit(&[]).await.unwrap(), None);
    }
}

pub(super) async fn failures_of_calls_under_way_do_not_count(bench: &Bench) {
    bench.goes_down().await;
    for _ in 0..5 {
        let left = bench.fails().await.unwrap();
        assert!(is_about(left, FIRST_PAUSE), "{left:?}");
    }
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.fails().await, Some(FIRST_PAUSE * 2), "the first trial failed, not the sixth");
}

pub(super) async fn one_of_many_goes_first_and_its_answer_lets_all_in(bench: &Bench) {
    bench.goes_down().await;
    bench.pause_passes().await;
    let mut admissions = tokio::task::JoinSet::new();
    for number in 0..16 {
        let instance = bench.breakers[number % 2].clone();
        admissions.spawn(async move { instance.admit(&[party()]).await.unwrap() });
    }
    let (first, kept_back): (Vec<_>, Vec<_>) =
        admissions.join_all().await.into_iter().partition(Option::is_none);
    assert_eq!((first.len(), kept_back.len()), (1, 15));
    assert!(kept_back.iter().flatten().all(|blocked| is_about(blocked.pause, TRIAL)), "{kept_back:?}");
    bench.answers().await;
    for instance in &bench.breakers {
        assert_eq!(instance.admit(&[party()]).await.unwrap(), None);
        assert_eq!(instance.admit(&[party()]).await.unwrap(), None);
    }
}

pub(super) async fn a_failed_trial_doubles_the_pause(bench: &Bench) {
    bench.goes_down().await;
    for factor in [2, 4, 8] {
        bench.pause_passes().await;
        assert_eq!(bench.admits().await, None);
        assert_eq!(bench.fails().await, Some(FIRST_PAUSE * factor));
        let blocked = bench.admits().await.unwrap();
        assert!(is_about(blocked.pause, FIRST_PAUSE * factor), "{blocked:?}");
    }
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None);
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None, "of a trial nobody came back from, another takes over");
}

pub(super) async fn an_answer_forgets_everything(bench: &Bench) {
    bench.answers().await;
    bench.goes_down().await;
    bench.answers().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!((bench.fails().await, bench.fails().await), (None, None));
    bench.answers().await;
    assert_eq!((bench.fails().await, bench.fails().await), (None, None));
    assert_eq!(bench.fails().await, Some(FIRST_PAUSE));
}

pub(super) async fn an_answer_under_way_does_not_end_a_pause_that_was_asked_for(bench: &Bench) {
    let minute = Duration::from_mins(1);
    assert_eq!(bench.asks_to_wait(minute).await, Some(minute));
    bench.answers().await;
    let blocked = bench.admits().await.unwrap();
    assert_eq!(blocked.waiting, Waiting::Limited(party()));
    assert!(is_about(blocked.pause, minute), "{blocked:?}");
    let longer = bench.asks_to_wait(Duration::from_secs(1)).await.unwrap();
    assert!(is_about(longer, minute), "a shorter wish does not shorten it: {longer:?}");
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.admits().await, None, "it is in order: nobody has to go first");
    bench.answers().await;
    assert_eq!((bench.fails().await, bench.fails().await), (None, None));
}

pub(super) async fn a_trial_after_a_pause_that_was_asked_for_ends_with_its_answer(bench: &Bench) {
    bench.goes_down().await;
    bench.asks_to_wait(Duration::from_mins(1)).await;
    assert_eq!(bench.admits().await.unwrap().waiting, Waiting::Limited(party()));
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.admits().await.unwrap().waiting, Waiting::Down(party()), "one goes first");
    bench.answers().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.admits().await, None);
}

pub(super) async fn a_shorter_pause_asked_for_in_a_trial_is_kept(bench: &Bench) {
    let short = Duration::from_secs(7);
    bench.goes_down().await;
    bench.pause_passes().await;
    assert_eq!(bench.admits().await, None);
    assert_eq!(bench.asks_to_wait(short).await, Some(short));
}

pub(super) async fn of_many_who_need_two_parties_one_tries_both(bench: &Bench) {
    let other = Party::new("TikTok");
    bench.goes_down().await;
    for _ in 0..3 {
        bench.breakers[0].trouble(&other, Trouble::OutOfOrder).await.unwrap();
    }
    let both = [other.clone(), party()];
    for round in 0..10 {
        bench.change("UPDATE breakers SET open_until = 1").await;
        let mut admissions = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (instance, mut both) = (bench.breakers[number % 2].clone(), both.clone());
            both.rotate_left(number / 2 % 2);
            admissions.spawn(async move { instance.admit(&both).await.unwrap() });
        }
        let admitted = admissions.join_all().await.iter().filter(|blocked| blocked.is_none()).count();
        assert_eq!(admitted, 1, "round {round}: nobody waits for each other, and one holds both trials");
    }
    bench.change("UPDATE breakers SET open_until = 1 WHERE party = 'TikTok'").await;
    assert!(bench.breakers[0].admit(&both).await.unwrap().is_some(), "OpenAI is being tried");
    assert_eq!(bench.breakers[1].admit(&[other]).await.unwrap(), None, "and TikTok may be");
}

pub(super) async fn failures_at_the_same_moment_are_all_counted(bench: &Bench) {
    for round in 0..10 {
        let mut failing = tokio::task::JoinSet::new();
        for number in 0..3 {
            let instance = bench.breakers[number % 2].clone();
            failing.spawn(async move { instance.trouble(&party(), Trouble::OutOfOrder).await.unwrap() });
        }
        let opened = failing.join_all().await.iter().flatten().count();
        assert_eq!(opened, 1, "round {round}");
        assert!(bench.admits().await.is_some());
        bench.answers().await;
    }
}

pub(super) async fn old_trouble_is_forgotten_by_the_sweep(bench: &Bench) {
    bench.goes_down().await;
    bench.pause_passes().await;
    let now = bench.journal.now().await.unwrap();
    let yesterday = now - i64::try_from(MEMORY.as_millis()).unwrap();
    let hour = 3_600_000;
    bench.change(&format!("UPDATE breakers SET open_until = {}", yesterday + hour)).await;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    assert_eq!(bench.admits().await, None);
    assert!(bench.admits().await.is_some(), "it is remembered: one goes first");
    bench.change(&format!("UPDATE breakers SET open_until = {}", yesterday - hour)).await;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    assert_eq!((bench.admits().await, bench.admits().await), (None, None));
    assert_eq!((bench.fails().await, bench.fails().await), (None, None));
}
