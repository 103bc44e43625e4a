//! The small picture of a video: kept by who holds an entry of it, shared, gone with its record.

use std::time::Duration;

use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::MediaInfo;
use linkscribe::ports::Covers;

use super::bench::Bench;

fn key() -> MediaKey {
    MediaKey("site:page".into())
}

pub(super) async fn a_picture_is_kept_once_for_all_who_saved_the_video(bench: &Bench) {
    let store = bench.reopened().await;
    assert_eq!(store.cover(&key()).await.unwrap(), None);
    bench.queue("one").await;
    bench.queue("two").await;
    for jpeg in [&[0xff, 0xd8, 0, 1][..], &[0xff, 0xd8, 2]] {
        let ticket = bench.claim().await.ticket;
        store.keep_cover(ticket, &key(), jpeg).await.unwrap();
        assert_eq!(store.cover(&key()).await.unwrap().as_deref(), Some(jpeg), "the newest counts");
    }
    store.close().await.unwrap();
}

pub(super) async fn who_lost_the_entry_keeps_no_picture(bench: &Bench) {
    let store = bench.reopened().await;
    bench.queue("page").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    bench.claim().await;
    assert!(store.keep_cover(dead, &key(), b"late").await.unwrap_err().is_stale());
    assert_eq!(store.cover(&key()).await.unwrap(), None);
    store.close().await.unwrap();
}

pub(super) async fn a_picture_goes_with_the_record_of_its_video(bench: &Bench) {
    let store = bench.reopened().await;
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.save_info(ticket, &key(), &MediaInfo::default()).await.unwrap();
    store.keep_cover(ticket, &key(), b"jpeg").await.unwrap();
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert!(store.cover(&key()).await.unwrap().is_some(), "an entry still needs it");
    bench.journal.complete(ticket).await.unwrap();
    bench.journal.sweep(Duration::from_hours(1)).await.unwrap();
    assert!(store.cover(&key()).await.unwrap().is_some(), "its entry is young");
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(store.cover(&key()).await.unwrap(), None);
    store.close().await.unwrap();
}
