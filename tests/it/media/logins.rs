//! The operator's logins: each platform sees its own cookies and nobody else's.

use std::path::{Path, PathBuf};

use linkscribe::adapters::fetcher::Fetcher;
use linkscribe::adapters::gallery_dl::{GalleryDl, Wanted};
use linkscribe::adapters::yt_dlp::{YtDlp, YtDlpSettings};
use linkscribe::domain::link::understand;
use linkscribe::ports::VideoSource;

use super::inspector::Inspector;
use super::slides::{ID, instagram, settings, tiktok};

/// A cookie of each platform and of others, every value its own.
const JAR: &str = "# Netscape HTTP Cookie File\n\
    #HttpOnly_.instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\tof-instagram\n\
    .tiktok.com\tTRUE\t/\tTRUE\t0\tsessionid\tof-tiktok\n\
    .cdninstagram.com\tTRUE\t/\tTRUE\t0\tsessionid\tof-nobody\n\
    .tiktokcdn.com\tTRUE\t/\tTRUE\t0\tsessionid\tof-nobody\n\
    .google.com\tTRUE\t/\tTRUE\t0\tSAPISID\tof-google\n";

const VALUES: [&str; 4] = ["of-instagram", "of-tiktok", "of-nobody", "of-google"];

/// Fetches a link with these cookies; gives the hosts each value was sent to.
async fn sent(inspector: &Inspector, link: &str, cookies: &Path, work: &Path) -> Vec<(String, &'static str)> {
    let settings = YtDlpSettings { cookies_file: Some(cookies.to_owned()), ..settings(inspector) };
    let fetcher = Fetcher { videos: YtDlp::new(settings.clone()), posts: GalleryDl::beside(settings) };
    let outcome = fetcher.fetch(&understand(link).unwrap().url, work).await;
    outcome.unwrap_or_else(|failure| panic!("{failure}: {:?}", inspector.asked()));
    let heads = inspector.heads();
    let mut sent: Vec<(String, &str)> = heads
        .iter()
        .flat_map(|(host, head)| {
            let held = VALUES.into_iter().filter(|value| head.contains(value));
            held.map(|value| (host.clone(), value))
        })
        .collect();
    sent.sort();
    sent.dedup();
    sent
}

/// One file with all, and a folder with a file for each platform.
fn jars(dir: &Path) -> [PathBuf; 2] {
    let (file, folder) = (dir.join("all.txt"), dir.join("jars"));
    std::fs::write(&file, JAR).unwrap();
    std::fs::create_dir(&folder).unwrap();
    for name in ["instagram.txt", "tiktok.txt"] {
        std::fs::write(folder.join(name), JAR).unwrap();
    }
    [file, folder]
}

#[tokio::test]
async fn no_platform_sees_the_login_of_another() {
    let dir = tempfile::tempdir().unwrap();
    for jar in jars(dir.path()) {
        let of_tiktok = [("www.tiktok.com".to_owned(), "of-tiktok")];
        let of_instagram = [("www.instagram.com".to_owned(), "of-instagram")];
        let links = [
            // gallery-dl alone, both programs, and both again.
            (format!("https://www.tiktok.com/@kitchen/photo/{ID}"), &of_tiktok, tiktok(dir.path())),
            (format!("https://www.tiktok.com/@kitchen/video/{ID}"), &of_tiktok, tiktok(dir.path())),
            ("https://www.instagram.com/p/CxYzAbCdEfG/".to_owned(), &of_instagram, instagram(dir.path())),
        ];
        for (link, expected, sites) in links {
            let inspector = Inspector::start(dir.path(), sites).await;
            let work = tempfile::tempdir().unwrap();
            assert_eq!(sent(&inspector, &link, &jar, work.path()).await, expected, "{link}");
            for folder in ["fetch", "post"] {
                assert!(!work.path().join(folder).join("cookies.txt").exists(), "no copy is kept");
            }
        }
        let untouched = if jar.is_dir() { jar.join("tiktok.txt") } else { jar };
        assert_eq!(std::fs::read_to_string(untouched).unwrap(), JAR);
    }
}

#[tokio::test]
async fn a_folder_without_a_file_for_the_platform_is_no_login_and_no_file_at_all_is_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("jars");
    std::fs::create_dir(&folder).unwrap();
    let link = format!("https://www.tiktok.com/@kitchen/photo/{ID}");
    let inspector = Inspector::start(dir.path(), tiktok(dir.path())).await;
    let work = tempfile::tempdir().unwrap();
    assert_eq!(sent(&inspector, &link, &folder, work.path()).await, []);

    let lost = YtDlpSettings { cookies_file: Some(dir.path().join("lost.txt")), ..settings(&inspector) };
    let url = understand(&link).unwrap().url;
    let failure = GalleryDl::beside(lost).fetch(&url, work.path(), 0, Wanted::Whole).await.unwrap_err();
    assert!(failure.to_string().contains("the cookies file cannot be read"), "{failure}");
}
