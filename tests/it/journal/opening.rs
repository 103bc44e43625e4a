//! Opening a store that cannot be opened.

use std::os::unix::fs::PermissionsExt;

use linkscribe::adapters::store::Store;
use linkscribe::failure::Kind;
use tokio::net::TcpListener;

use super::bench::{KEY, keys};

const PASSING: Kind = Kind::Wait { retry_after: None };

#[tokio::test]
async fn an_address_that_is_none_is_refused_without_quoting_its_password() {
    for url in
        ["mysql://u:hunter2@h/d", "hunter2", "postgres//u:hunter2@h", "postgres://u:hunter2@h:port/d", ""]
    {
        let failure = Store::open(url, keys(KEY)).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Bug, "{url}");
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure}");
    }
}

/// The clock is paused: it jumps to the time limit as soon as there is nothing else to wait for.
#[tokio::test(start_paused = true)]
async fn a_database_that_is_down_is_a_passing_failure() {
    let url = format!("postgres://u:hunter2@127.0.0.1:{}/d", crate::support::free_port());
    let failure = Store::open(&url, keys(KEY)).await.unwrap_err();
    assert_eq!(failure.kind, PASSING, "{failure}");
    assert!(!format!("{failure:?}").contains("hunter2"), "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_database_that_accepts_and_says_nothing_is_a_passing_failure() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://u@{}/d", silent.local_addr().unwrap());
    let failure = Store::open(&url, keys(KEY)).await.unwrap_err();
    assert_eq!(failure.kind, PASSING, "{failure}");
}

#[tokio::test]
async fn an_sqlite_file_gets_a_folder_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("deep/data");
    let url = format!("sqlite://{}", data.join("linkscribe.db").display());
    Store::open(&url, keys(KEY)).await.unwrap().close().await.unwrap();
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    let left: Vec<_> = std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(left, ["linkscribe.db"], "the log was folded back");
}
