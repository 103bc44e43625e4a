//! Checkpoints, and what people see.

use std::task::Poll;
use std::time::Duration;

use chrono::NaiveDate;
use linkscribe::domain::entry::{Claimed, DatabaseId, EntryId, FoundRow};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{At, Media, MediaInfo, ScreenLine, ScreenText, Segment, Transcript};
use linkscribe::domain::note::{Evidence, Filled, Note, Value};
use linkscribe::domain::ours::{Fingerprint, Written};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::failure::Kind;
use linkscribe::ports::{Journal, NextRun};
use sea_orm::ConnectionTrait;

use super::bench::Bench;

fn watched(key: &MediaKey) -> Media {
    let info = MediaInfo {
        platform: "TikTok".into(),
        caption: Some("Grüße 🍝 \0 \"quoted\" 'single'".into()),
        published: NaiveDate::from_ymd_opt(2026, 2, 28),
        duration: Some(61.5),
        ..MediaInfo::default()
    };
    let segment = Segment { start: At(0.25), end: At(1.5), text: "hello".into() };
    let transcript =
        Transcript { language: Some("en".into()), segments: vec![segment], ..Transcript::default() };
    let lines = vec![ScreenLine { at: At(3.0), text: "2 eggs".into() }];
    Media {
        key: key.clone(),
        info: Some(info),
        transcript: Some(transcript),
        screen_text: Some(ScreenText { lines, ..ScreenText::default() }),
    }
}

async fn save(bench: &Bench, page: &str, media: &Media) -> Claimed {
    bench.queue(page).await;
    let claimed = bench.claim().await;
    let ticket = claimed.ticket;
    bench.journal.save_info(ticket, &media.key, media.info.as_ref().unwrap()).await.unwrap();
    bench.journal.save_transcript(ticket, &media.key, media.transcript.as_ref().unwrap()).await.unwrap();
    bench.journal.save_screen_text(ticket, &media.key, media.screen_text.as_ref().unwrap()).await.unwrap();
    claimed
}

pub(super) async fn checkpoints_are_there_after_a_restart(bench: &Bench) {
    let key = MediaKey("tiktok:1".into());
    assert_eq!(bench.journal.media(&key).await.unwrap(), Media::unknown(key.clone()));
    let media = watched(&key);
    let claimed = save(bench, "page", &media).await;
    let price = Filled {
        column: "a%3A".into(),
        name: "Price".into(),
        value: Value::Number(12.5),
        evidence: Evidence::Speech(At(4.0)),
        unset: None,
    };
    let note = Note { title: "Pasta".into(), values: vec![price], ..Note::default() };
    bench.journal.save_note(claimed.ticket, &note).await.unwrap();
    bench.journal.save_section(claimed.ticket, "block").await.unwrap();
    bench.journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();

    let store = bench.reopened().await;
    assert_eq!(store.media(&key).await.unwrap(), media);
    let claimed = store.claim("after the restart").await.unwrap().unwrap();
    assert_eq!(claimed.note, Some(note));
    assert_eq!(claimed.section.as_deref(), Some("block"));
    store.close().await.unwrap();
}

pub(super) async fn what_was_about_to_be_written_counts_as_written_once_the_entry_is_completed(
    bench: &Bench,
) {
    bench.queue("page").await;
    let claimed = bench.claim().await;
    assert_eq!(claimed.written, Written::default());
    let print = |text: &str| Fingerprint::of("rich_text", text);
    let written = Written {
        settled: [("a".into(), print("old"))].into(),
        intended: [("a".into(), print("new")), ("b".into(), print("first"))].into(),
    };
    bench.journal.intend_values(claimed.ticket, &written).await.unwrap();
    bench.journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let again = bench.claim().await;
    assert_eq!(again.written, written, "the run may have died before or behind its writing");
    let stale = bench.journal.intend_values(claimed.ticket, &Written::default()).await.unwrap_err();
    assert_eq!(stale.kind, Kind::Stale);
    bench.journal.complete(again.ticket).await.unwrap();
    bench.queue("page").await;
    let later = bench.claim().await.written;
    assert_eq!((later.settled, later.intended), (written.intended, <_>::default()));
}

pub(super) async fn a_video_is_shared_by_all_entries_with_its_key(bench: &Bench) {
    let key = MediaKey("tiktok:1".into());
    save(bench, "first", &watched(&key)).await;
    let second = bench.journal.media(&key).await.unwrap();
    assert!(second.watched().is_some(), "the second entry with this link pays for nothing");
    let better = MediaInfo { title: Some("better".into()), ..MediaInfo::default() };
    bench.queue("second").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.save_info(ticket, &key, &better).await.unwrap();
    let media = bench.journal.media(&key).await.unwrap();
    assert_eq!(media.info, Some(better));
    assert_eq!(media.transcript, second.transcript, "the other checkpoints stay");
    let other = MediaKey("tiktok:2".into());
    assert_eq!(bench.journal.media(&other).await.unwrap(), Media::unknown(other));
}

pub(super) async fn a_checkpoint_that_cannot_be_read_is_made_again(bench: &Bench) {
    let key = MediaKey("tiktok:1".into());
    let claimed = save(bench, "page", &watched(&key)).await;
    bench.journal.hand_back(claimed.ticket, NextRun::wait(Duration::ZERO)).await.unwrap();
    let raw = bench.raw().await;
    raw.execute_unprepared("UPDATE media SET transcript = '{\"segments\": 7}'").await.unwrap();
    raw.execute_unprepared("UPDATE entries SET note = 'no json'").await.unwrap();
    raw.close().await.unwrap();

    let media = bench.journal.media(&key).await.unwrap();
    assert_eq!(media.transcript, None);
    assert!(media.info.is_some());
    let claimed = bench.claim().await;
    assert_eq!(claimed.note, None);
    bench.journal.save_transcript(claimed.ticket, &key, &Transcript::default()).await.unwrap();
    assert_eq!(bench.journal.media(&key).await.unwrap().transcript, Some(Transcript::default()));
}

/// The future's result, unless it is dropped unfinished after so many polls.
async fn cut_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// A stage is cut off by its time limit or by a shutdown, at any point of a write.
pub(super) async fn a_write_cut_off_in_the_middle_leaves_the_store_working(bench: &Bench) {
    let key = MediaKey("tiktok:1".into());
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    let info = watched(&key).info.unwrap();
    let (mut cut, mut done) = (0, 0);
    for polls in 0..200 {
        match cut_after(polls, bench.journal.save_info(ticket, &key, &info)).await {
            Some(saved) => {
                saved.unwrap();
                done += 1;
            }
            None => cut += 1,
        }
    }
    assert!(cut > 2 && done > 0, "{cut} cut off, {done} done");
    bench.journal.save_info(ticket, &key, &info).await.unwrap();
    bench.journal.complete(ticket).await.unwrap();
    let other = bench.reopened().await;
    assert_eq!(other.media(&key).await.unwrap().info, Some(info), "it was committed");
    let view = other.entry(ticket.entry).await.unwrap().unwrap();
    assert_eq!(view.status, Status::Completed);
    other.close().await.unwrap();
}

pub(super) async fn texts_no_database_keeps_are_kept_without_their_nul(bench: &Bench) {
    let row = FoundRow { link: "https://a.example/\0\u{1f600}'; --".into(), ..bench.row("page\0") };
    bench.journal.enqueue(&row, 0).await.unwrap();
    let claimed = bench.claim().await;
    assert_eq!(claimed.link, "https://a.example/\u{1f600}'; --");
    assert_eq!(claimed.page, "page");
    let key = MediaKey("site:\0".into());
    bench.journal.save_info(claimed.ticket, &key, &MediaInfo::default()).await.unwrap();
    assert!(bench.journal.media(&key).await.unwrap().info.is_some());
    bench.journal.save_section(claimed.ticket, "block\0").await.unwrap();
    bench.journal.complete(claimed.ticket).await.unwrap();
}

pub(super) async fn lists_are_newest_first_and_counts_add_up(bench: &Bench) {
    let journal = &bench.journal;
    let before = journal.now().await.unwrap();
    for page in ["completed", "failed", "running", "waiting"] {
        bench.queue(page).await;
    }
    for _ in 0..3 {
        let claimed = bench.claim().await;
        match claimed.page.as_str() {
            "completed" => journal.complete(claimed.ticket).await.unwrap(),
            "failed" => journal.finish_failed(claimed.ticket, Reason::Deleted, true).await.unwrap(),
            _ => journal.set_status(claimed.ticket, Status::Processing).await.unwrap(),
        }
    }
    let newest = journal.entries(bench.database, 3).await.unwrap();
    let pages: Vec<&str> = newest.iter().map(|view| view.page_id.as_str()).collect();
    assert_eq!(pages, ["waiting", "running", "failed"]);
    assert_eq!(newest[2].reason, Some(Reason::Deleted));
    assert!((before..before + 60_000).contains(&newest[0].created_at.timestamp_millis()));
    assert_eq!(
        journal.counts().await.unwrap(),
        [(Status::Pending, 1), (Status::Processing, 1), (Status::Completed, 1), (Status::Failed, 1)]
    );
    let nobody = DatabaseId::new();
    assert!(journal.entries(nobody, 3).await.unwrap().is_empty());
    assert!(journal.entry(EntryId::new()).await.unwrap().is_none());
}
