//! Parts of videos that were heard or read before the whole was: paid for once, gone with the whole or with the record.

use std::time::Duration;

use linkscribe::domain::cost::Usage;
use linkscribe::domain::entry::Ticket;
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{At, MediaInfo, ScreenText, Segment, Transcript};
use linkscribe::domain::piece::Place;
use linkscribe::ports::FrameText;

use super::bench::Bench;

fn key() -> MediaKey {
    MediaKey("site:page".into())
}

fn part(text: &str) -> Transcript {
    let segment = Segment { start: At(0.5), end: At(1.0), text: text.into() };
    Transcript { segments: vec![segment], usage: Usage::of_speech(60.0), ..Transcript::default() }
}

fn pictures(from: u32, to: u32) -> Vec<FrameText> {
    let picture =
        |at| FrameText { at: At(f64::from(at) / 3.0), lines: vec!["2 eggs".into()], spoilt: at == 1 };
    (from..to).map(picture).collect()
}

/// Keeps two parts of a sound, and three pictures of two requests.
async fn keep(bench: &Bench, ticket: Ticket) {
    for (begins, text) in [(0.0, "one"), (60.0, "two")] {
        let place = Place::of_sound(At(begins), 60.0);
        bench.journal.save_heard(ticket, &key(), "ear", &place, &part(text)).await.unwrap();
    }
    for (from, to) in [(0, 2), (2, 3)] {
        let billed = Usage { images: u64::from(to - from), calls: 1, ..Usage::default() };
        bench.journal.save_seen(ticket, &key(), "eye", &pictures(from, to), &billed).await.unwrap();
    }
}

/// How many parts and pictures are kept.
async fn kept(bench: &Bench) -> [usize; 2] {
    let (heard, seen) = (bench.journal.heard(&key(), "ear").await, bench.journal.seen(&key(), "eye").await);
    [heard.unwrap().len(), seen.unwrap().len()]
}

pub(super) async fn pieces_are_paid_for_once_and_go_with_the_whole(bench: &Bench) {
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    for _ in 0..2 {
        // An answer of the database was lost.
        keep(bench, ticket).await;
    }
    let heard = bench.journal.heard(&key(), "ear").await.unwrap();
    let settled = Transcript { usage: Usage::default(), ..part("two") };
    assert_eq!(heard.get(&Place::of_sound(At(60.0), 60.0)), Some(&settled));
    let seen = bench.journal.seen(&key(), "eye").await.unwrap();
    assert_eq!(seen.get(&Place::of_picture(At(1.0 / 3.0))), Some(&pictures(1, 2)[0]));
    assert_eq!(kept(bench).await, [2, 3]);
    assert!(bench.journal.heard(&key(), "another ear").await.unwrap().is_empty());

    bench.journal.save_transcript(ticket, &key(), &Transcript::default()).await.unwrap();
    assert_eq!(kept(bench).await, [0, 3]);
    bench.journal.save_screen_text(ticket, &key(), &ScreenText::default()).await.unwrap();
    assert_eq!(kept(bench).await, [0, 0]);
    let spent = bench.journal.spent_on(bench.user, ticket.entry).await.unwrap().usage;
    assert_eq!((spent.speech_ms, spent.images, spent.calls), (120_000, 3, 4));
}

pub(super) async fn who_lost_the_entry_keeps_no_piece(bench: &Bench) {
    bench.queue("page").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    bench.claim().await;
    let (place, billed) = (Place::of_sound(At(0.0), 9.0), Usage { images: 1, ..Usage::default() });
    let late = bench.journal.save_heard(dead, &key(), "ear", &place, &part("late")).await;
    assert!(late.unwrap_err().is_stale());
    let late = bench.journal.save_seen(dead, &key(), "eye", &pictures(0, 1), &billed).await;
    assert!(late.unwrap_err().is_stale());
    assert_eq!(kept(bench).await, [0, 0]);
    let spent = bench.journal.spent_on(bench.user, dead.entry).await.unwrap().usage;
    assert!(spent.is_nothing());
}

pub(super) async fn a_piece_is_a_step_and_goes_with_the_record_of_its_video(bench: &Bench) {
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.save_info(ticket, &key(), &MediaInfo::default()).await.unwrap();
    bench.journal.hand_back(ticket, linkscribe::ports::NextRun::Retry(Duration::ZERO)).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!(claimed.attempts, 1);
    keep(bench, claimed.ticket).await;
    assert_eq!(bench.journal.entry(ticket.entry).await.unwrap().unwrap().attempts, 0);
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(kept(bench).await, [2, 3], "an entry still needs them");
    bench.journal.complete(claimed.ticket).await.unwrap();
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(kept(bench).await, [0, 0]);
}
