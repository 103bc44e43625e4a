//! What became of a video that was to be kept: remembered for each connection, gone with its record.

use std::time::Duration;

use linkscribe::domain::entry::ConnectionId;
use linkscribe::domain::keepsake::{Keep, Keepsake};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::MediaInfo;
use linkscribe::ports::{Keepsakes, Registry};

use super::bench::Bench;

fn key() -> MediaKey {
    MediaKey("site:page".into())
}

fn kept(file: &str) -> Keepsake {
    Keepsake::Kept { file: file.into() }
}

pub(super) async fn a_file_is_remembered_for_its_connection_and_wish_alone(bench: &Bench) {
    let store = bench.reopened().await;
    let here = store.database(bench.database).await.unwrap().unwrap().connection;
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    for keepsake in [Keepsake::TooLarge { bytes: 2, most: 1 }, kept("a\0b")] {
        store.remember_keepsake(ticket, here, &key(), Keep::Video, &keepsake).await.unwrap();
        assert_eq!(
            store.keepsake(here, &key(), Keep::Video).await.unwrap(),
            Some(keepsake),
            "the newest counts"
        );
    }
    assert_eq!(store.keepsake(here, &key(), Keep::Audio).await.unwrap(), None);
    assert_eq!(store.keepsake(ConnectionId::new(), &key(), Keep::Video).await.unwrap(), None);
    store.forget_keepsake(here, &key(), Keep::Video).await.unwrap();
    assert_eq!(store.keepsake(here, &key(), Keep::Video).await.unwrap(), None);
    assert_eq!(
        store.database(bench.database).await.unwrap().unwrap().keep,
        Keep::Audio,
        "as it was registered"
    );
    store.close().await.unwrap();
}

pub(super) async fn who_lost_the_entry_remembers_no_file(bench: &Bench) {
    let store = bench.reopened().await;
    let here = store.database(bench.database).await.unwrap().unwrap().connection;
    bench.queue("page").await;
    let dead = bench.dying.claim("dead").await.unwrap().unwrap().ticket;
    bench.journal.sweep(Duration::MAX).await.unwrap();
    bench.claim().await;
    let late = store.remember_keepsake(dead, here, &key(), Keep::Video, &kept("late")).await;
    assert!(late.unwrap_err().is_stale());
    assert_eq!(store.keepsake(here, &key(), Keep::Video).await.unwrap(), None);
    store.close().await.unwrap();
}

pub(super) async fn what_is_remembered_goes_with_the_record_of_its_video(bench: &Bench) {
    let store = bench.reopened().await;
    let here = store.database(bench.database).await.unwrap().unwrap().connection;
    bench.queue("page").await;
    let ticket = bench.claim().await.ticket;
    bench.journal.save_info(ticket, &key(), &MediaInfo::default()).await.unwrap();
    store.remember_keepsake(ticket, here, &key(), Keep::Video, &kept("1")).await.unwrap();
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert!(store.keepsake(here, &key(), Keep::Video).await.unwrap().is_some(), "an entry still needs it");
    bench.journal.complete(ticket).await.unwrap();
    bench.journal.sweep(Duration::ZERO).await.unwrap();
    assert_eq!(store.keepsake(here, &key(), Keep::Video).await.unwrap(), None);
    store.close().await.unwrap();
}
