//! What the journal and the registry promise, tried on each database they run on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod bench;
mod claims;
mod endings;
mod opening;
mod records;
mod registry;
mod sweep;

use std::collections::HashMap;
use std::pin::Pin;

use tokio::task::JoinSet;

/// A promise that is being tried.
type Trial = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes each promise a test on SQLite, and each room of promises a test on PostgreSQL: where every test is
/// a process of its own, a server for each promise would take longer than all promises together.
macro_rules! on_both {
    ($($room:ident: $($promise:ident),+ $(,)?;)+) => {
        mod on_sqlite {
            use super::bench::Bench;
            $($(
                #[tokio::test(flavor = "multi_thread")]
                async fn $promise() {
                    super::$room::$promise(&Bench::sqlite().await).await;
                }
            )+)+
        }

        mod on_postgres {
            $(mod $room {
                use super::super::bench::Bench;
                #[tokio::test(flavor = "multi_thread")]
                async fn keep_every_promise() {
                    super::super::all_are_kept(vec![$((
                        stringify!($promise),
                        Box::pin(async {
                            super::super::$room::$promise(&Bench::postgres().await).await;
                        }),
                    )),+])
                    .await;
                }
            })+
        }
    };
}

/// Tries all promises side by side and names the broken ones.
async fn all_are_kept(promises: Vec<(&'static str, Trial)>) {
    let mut trials = JoinSet::new();
    let mut names = HashMap::new();
    for (name, trial) in promises {
        names.insert(trials.spawn(trial).id(), name);
    }
    let mut broken = Vec::new();
    while let Some(joined) = trials.join_next_with_id().await {
        if let Err(error) = joined {
            broken.push(names[&error.id()]);
        }
    }
    assert!(broken.is_empty(), "broken promises: {broken:?}");
}

on_both! {
    claims:
        every_entry_is_claimed_once_by_sixteen_claimers,
        the_lease_number_grows_with_each_claim,
        a_stale_ticket_changes_nothing,
        a_beat_makes_a_claim_live_on,
        entries_are_claimed_in_the_order_they_are_due,
        the_next_entry_of_many_is_found_by_the_index;
    endings:
        a_retry_waits_for_its_time_and_counts_an_attempt,
        waiting_counts_no_attempt,
        what_is_given_up_comes_once_more_to_be_told,
        a_finished_row_runs_again_only_when_it_was_looked_at_later,
        a_link_that_changed_while_it_waited_is_taken_over;
    sweep:
        a_dead_workers_entry_is_rescued_and_the_third_crash_gives_it_up,
        a_live_claim_is_left_alone,
        a_verdict_survives_a_worker_that_dies_telling_it,
        old_entries_and_their_media_are_removed;
    records:
        checkpoints_are_there_after_a_restart,
        a_video_is_shared_by_all_entries_with_its_key,
        a_write_cut_off_in_the_middle_leaves_the_store_working,
        a_checkpoint_that_cannot_be_read_is_made_again,
        texts_no_database_keeps_are_kept_without_their_nul,
        lists_are_newest_first_and_counts_add_up;
    registry:
        a_token_comes_back_and_is_not_to_be_read_in_the_database,
        a_seal_moved_to_another_connection_opens_nothing,
        connecting_again_replaces_the_token,
        a_new_key_seals_the_old_tokens_again,
        keys_that_open_nothing_stop_the_start,
        registering_again_replaces_what_was_known,
        a_due_database_is_polled_by_one_of_two,
        a_damaged_database_does_not_stop_the_others;
}
