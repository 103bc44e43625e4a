//! Every argument the service gives to yt-dlp and gallery-dl is a wall, which is taken away in one of the tables here,
//! or none, with the reason. An argument without either fails the tests.
//!
//! The arguments are those of orders as they are given: for platforms that are asked in different ways, with the
//! operator's roots and logins, and for places the operator trusts.

use std::path::Path;

use super::orders::Order;
use super::scene::{Wall, orders_with};
use super::{posts_off, walls_off};

/// An option, how its value begins, and why nothing hits without it.
type NoWall = (&'static str, &'static str, &'static str);

/// Of yt-dlp.
const YT_DLP: [NoWall; 21] = [
    (
        "--no-live-from-start",
        "",
        "the program's own habit; a live video is not begun, by --break-match-filters",
    ),
    ("--no-playlist", "", "says which is meant of a link to both; --playlist-items bounds what is looked at"),
    (
        "--no-write-playlist-metafiles",
        "",
        "spares a file named by us; the look at the folder bounds them all",
    ),
    ("--socket-timeout", "15", "the program's own is 20 seconds; the time of the call is the wall"),
    ("--extractor-retries", "1", "for pages of some sites that fail; the time of the call is the wall"),
    ("--no-mtime", "", "nobody asks for the time of the file"),
    ("--no-progress", "", "spares words; what is said is cut and cleaned, whatever it is"),
    ("--color", "never", "spares signs; what is said is cleaned of them"),
    (
        "--compat-options",
        "manifest-filesize-approx",
        "tells sizes, to choose a version by; --max-filesize is the wall",
    ),
    ("--compat-options", "no-certifi", "has the operator's roots trusted, the usual ones among them"),
    ("--format-sort", "res:720", "chooses among versions"),
    ("--merge-output-format", "mp4/mkv", "says what our own ffmpeg makes"),
    ("--output", "thumbnail:thumb.", "the other --output would name the image too"),
    ("--print-to-file", "", "has the program write down what it found, in a file named by us"),
    ("--write-thumbnail", "", "asks for more"),
    ("--write-subs", "", "asks for more"),
    ("--write-auto-subs", "", "asks for more"),
    ("--sub-langs", "", "chooses among subtitles; the look at the folder bounds them"),
    ("--sub-format", "", "chooses among subtitles"),
    ("--ignore-errors", "", "lets a video come without its subtitles"),
    ("--cookies", "", "the copy of one platform's login, deleted behind the job"),
];

/// Of gallery-dl.
const GALLERY_DL: [NoWall; 21] = [
    ("--no-input", "", "nobody is there to be asked: its standard input is empty"),
    ("--no-colors", "", "spares signs; what is said is cleaned of them"),
    ("--warning", "", "spares words; what is said is cut and cleaned, whatever it is"),
    ("--no-part", "", "names a file at once as it will be called"),
    ("--no-mtime", "", "nobody asks for the time of the files"),
    ("--http-timeout", "15", "the program's own is 30 seconds; the time of the call is the wall"),
    ("--sleep-429", "1", "shortens a pause; the time of the call is the wall"),
    ("--sleep-request", "0", "shortens a pause; the time of the call is the wall"),
    ("--post-range", "1", "the readers are for single posts; that no other is there is a wall, the script's"),
    ("-o", "extractor.retries=", "spares requests; the time of the call is the wall"),
    ("-o", "extractor.tiktok.retries=", "spares requests; the time of the call is the wall"),
    ("-o", "downloader.http.retries=", "spares requests; the time of the call is the wall"),
    ("-o", "ratelimit=", "has a limit told of at once; the time of the call is the wall"),
    ("-o", "audio=", "asks for less"),
    ("-o", "videos=", "asks for one file of each; that yt-dlp is not called is a wall, the script's"),
    ("-o", "cookies-update=", "keeps the job's copy of a login as it is; it is deleted behind the job"),
    ("-o", "comments=", "asks for less"),
    ("-o", "selftext=", "asks for less"),
    ("-o", "quoted=", "asks for less"),
    (
        "-o",
        "downloader.http.adjust-extensions=",
        "keeps names without an ending; what a file is its bytes decide",
    ),
    ("--cookies", "", "the copy of one platform's login, deleted behind the job"),
];

/// What is wrong with the tables for these orders.
fn wrong(orders: &[Order], own: usize, walls: &[Wall], none: &[NoWall]) -> Vec<String> {
    let mut known: Vec<(&str, &str)> = walls
        .iter()
        .filter_map(|wall| match wall {
            Wall::Flag(flag) => Some((*flag, "")),
            Wall::Value(option, begins) => Some((*option, *begins)),
            _ => None,
        })
        .chain(none.iter().map(|(option, begins, _)| (*option, *begins)))
        .collect();
    known.sort_unstable();
    known.dedup();
    let mut met = vec![false; known.len()];
    let mut wrong = Vec::new();
    for order in orders {
        let args = &order.args[own..order.args.len() - 1];
        for (at, option) in args.iter().enumerate().filter(|(_, arg)| arg.starts_with('-')) {
            let value = args.get(at + 1).map_or("", String::as_str);
            let fits = |(known, begins): &(&str, &str)| known == option && value.starts_with(begins);
            let fitting: Vec<usize> =
                known.iter().enumerate().filter(|(_, known)| fits(known)).map(|(number, _)| number).collect();
            match fitting.as_slice() {
                [one] => met[*one] = true,
                several => {
                    wrong.push(format!("{option} {value:?} stands in the tables {} times", several.len()));
                }
            }
        }
    }
    let unmet = known.iter().zip(met).filter(|(_, met)| !met);
    wrong.extend(unmet.map(|(known, _)| format!("{known:?} is given to nobody")));
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Logins for a platform.
fn logins(folder: &Path, domain: &str) -> std::path::PathBuf {
    let file = folder.join("logins");
    let cookie = format!(".{domain}\tTRUE\t/\tTRUE\t9999999999\tsession\tx\n");
    std::fs::write(&file, format!("# Netscape HTTP Cookie File\n{cookie}")).unwrap();
    file
}

#[tokio::test]
async fn every_argument_of_yt_dlp_is_a_wall_that_is_tried_or_none_for_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, roots) = (folder.path(), folder.path().join("roots"));
    std::fs::write(&roots, "").unwrap();
    let mut orders = Vec::new();
    for (link, login) in [
        ("https://www.tiktok.com/@a/video/1", None),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", Some("youtube.com")),
        ("https://www.reddit.com/r/a/comments/abc123/b/", None),
        ("http://trusted.example:80/clip.mp4", None),
    ] {
        let given = orders_with(folder, link, |settings| {
            settings.extra_hosts = vec!["trusted.example:80".to_owned()];
            settings.ca_file = Some(roots.clone());
            settings.cookies_file = login.map(|domain| logins(folder, domain));
        });
        orders.push(given.await.started);
    }
    let mut cases = walls_off::leads();
    cases.extend([walls_off::costs(), walls_off::helpers(), walls_off::configured()].into_iter().flatten());
    let mut walls: Vec<Wall> = cases.iter().flat_map(|case| case.walls.clone()).collect();
    walls.extend(walls_off::BESIDE);
    assert_eq!(wrong(&orders, 0, &walls, &YT_DLP), Vec::<String>::new());
}

#[tokio::test]
async fn every_argument_of_gallery_dl_is_a_wall_that_is_tried_or_none_for_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let link = "https://www.tiktok.com/@kitchen/photo/7234567890123456789";
    let login = logins(folder.path(), "tiktok.com");
    let order = posts_off::order(folder.path(), link, |settings| settings.cookies_file = Some(login)).await;
    let own = order.args.iter().position(|arg| arg == "whole").unwrap() + 1;
    let walls: Vec<Wall> = posts_off::cases("").into_iter().flat_map(|case| case.walls).collect();
    assert_eq!(wrong(&[order], own, &walls, &GALLERY_DL), Vec::<String>::new());
}
