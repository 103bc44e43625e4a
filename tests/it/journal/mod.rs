//! What the journal and the registry promise, tried on each database they run on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod bench;
mod breakers;
mod claims;
mod covers;
mod endings;
mod fairness;
mod histories;
mod keepsakes;
mod many;
mod migrations;
pub(crate) mod model;
mod opening;
mod pieces;
mod polls;
mod records;
mod registry;
mod rights;
mod sweep;
mod waiting;
mod watching;

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
        entries_are_claimed_in_the_order_they_are_due;
    many:
        the_next_entry_of_many_is_found_by_the_index,
        the_index_is_used_before_anybody_counted_the_rows;
    fairness:
        a_thousand_links_of_one_user_delay_another_ones_by_one_turn,
        users_share_three_hundred_turns_evenly,
        eight_claimers_together_share_as_evenly_as_one,
        a_verdict_and_a_rescued_entry_come_first_among_their_own,
        an_old_collection_runs_behind_new_links_and_fairly,
        the_verdict_of_an_old_link_is_not_told_behind_all_new_ones,
        what_is_not_due_keeps_nobody_waiting;
    breakers:
        two_failures_are_bad_luck_and_the_third_opens,
        failures_of_calls_under_way_do_not_count,
        one_of_many_goes_first_and_its_answer_lets_all_in,
        a_failed_trial_doubles_the_pause,
        an_answer_forgets_everything,
        an_answer_under_way_does_not_end_a_pause_that_was_asked_for,
        a_trial_after_a_pause_that_was_asked_for_ends_with_its_answer,
        a_shorter_pause_asked_for_in_a_trial_is_kept,
        of_many_who_need_two_parties_one_tries_both,
        failures_at_the_same_moment_are_all_counted,
        old_trouble_is_forgotten_by_the_sweep;
    waiting:
        what_is_waited_for_is_kept_and_shown_while_it_waits,
        waiting_adds_up_until_the_entry_gets_further,
        knowing_again_what_the_platform_says_is_no_step,
        starting_over_forgets_waiting_and_the_body,
        a_body_is_intended_before_it_is_written;
    migrations:
        an_older_database_is_brought_up_with_its_rows,
        the_newest_tables_go_and_come_again;
    endings:
        a_retry_waits_for_its_time_and_counts_an_attempt,
        waiting_counts_no_attempt,
        what_is_given_up_comes_once_more_to_be_told,
        a_finished_row_runs_again_only_when_it_was_looked_at_later,
        a_link_that_changed_while_it_waited_is_taken_over;
    sweep:
        a_dead_workers_entry_is_rescued_and_the_third_crash_gives_it_up,
        three_crashes_at_three_stages_are_no_poison,
        a_video_that_kills_after_every_download_is_given_up,
        a_live_claim_is_left_alone,
        a_verdict_survives_a_worker_that_dies_telling_it,
        old_entries_and_their_media_are_removed,
        many_old_entries_are_removed_some_at_a_time;
    covers:
        a_picture_is_kept_once_for_all_who_saved_the_video,
        who_lost_the_entry_keeps_no_picture,
        a_picture_goes_with_the_record_of_its_video;
    rights:
        of_many_who_ask_at_once_one_watches,
        all_who_sleep_are_woken_when_the_video_was_watched,
        whoever_was_queued_before_it_was_watched_need_not_have_slept,
        nobody_falls_asleep_behind_a_right_that_has_ended,
        a_holder_that_fails_wakes_one_and_that_one_the_next,
        a_video_that_is_refused_is_refused_to_all_who_waited,
        a_dead_holder_holds_nothing_and_its_sleepers_are_woken_by_the_sweep,
        a_video_that_killed_three_who_watched_it_is_refused_to_all,
        whoever_takes_a_right_from_the_dead_counts_the_crash,
        a_stale_holder_ends_nobodys_right,
        a_woken_one_that_goes_elsewhere_passes_its_turn_on,
        a_sleeper_nobody_wakes_is_found_by_the_sweep,
        the_rows_of_one_user_go_one_after_the_other,
        a_short_link_is_followed_once_for_all;
    pieces:
        pieces_are_paid_for_once_and_go_with_the_whole,
        who_lost_the_entry_keeps_no_piece,
        a_piece_is_a_step_and_goes_with_the_record_of_its_video;
    keepsakes:
        a_file_is_remembered_for_its_connection_and_wish_alone,
        who_lost_the_entry_remembers_no_file,
        what_is_remembered_goes_with_the_record_of_its_video;
    records:
        checkpoints_are_there_after_a_restart,
        what_was_about_to_be_written_counts_as_written_once_the_entry_is_completed,
        a_video_is_shared_by_all_entries_with_its_key,
        a_write_cut_off_in_the_middle_leaves_the_store_working,
        a_checkpoint_that_cannot_be_read_is_made_again,
        texts_no_database_keeps_are_kept_without_their_nul,
        lists_are_newest_first_and_counts_add_up;
    histories:
        lists_follow_an_index_however_many_entries_there_are,
        what_a_dead_worker_left_open_is_shown_as_interrupted,
        a_time_line_is_carried_by_the_writes_there_are,
        a_stale_worker_adds_nothing_to_a_time_line,
        a_checkpoint_kept_twice_is_paid_for_once_and_by_its_owner,
        a_wish_for_another_run_is_granted_once,
        a_user_sees_what_is_theirs_alone;
    registry:
        a_token_comes_back_and_is_not_to_be_read_in_the_database,
        a_seal_moved_to_another_connection_opens_nothing,
        connecting_again_replaces_the_token,
        a_new_key_seals_the_old_tokens_again,
        a_new_key_seals_refresh_tokens_too_and_what_the_old_one_sealed_goes_on_opening,
        the_right_to_renew_is_one_instances_and_given_back_by_nobody_else,
        what_ended_untold_for_want_of_access_goes_on_once_connected_again,
        sessions_that_ran_out_are_removed_by_the_sweep,
        keys_that_open_nothing_stop_the_start,
        registering_again_replaces_what_was_known,
        a_due_database_is_polled_by_one_of_two,
        a_damaged_database_does_not_stop_the_others;
    polls:
        failures_of_polls_are_counted_across_restarts_until_one_works,
        who_acts_is_asked_at_once_and_a_poll_under_way_does_not_undo_it,
        an_edit_in_notion_ends_a_rest,
        a_poll_that_was_left_out_is_made_up_for_and_never_put_off;
    watching:
        of_those_who_register_at_the_same_instant_one_wins,
        who_presses_twice_collides_with_nobody,
        results_may_go_where_somebody_else_watches,
        who_lost_the_connection_makes_room_and_is_told_until_there_is_room_again,
        who_connects_again_in_time_has_it_still;
}
