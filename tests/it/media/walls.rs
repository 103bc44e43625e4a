//! Files of strangers read no other file, ask no other machine, and cost no more than they may.

use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings};
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::MediaOpener;
use rustix::fs::inotify;

use super::attacks::orders::{Order, scribe};
use super::vectors::{self, Off};
use super::{clips, open};

/// Tells which canaries were opened and how often somebody called.
pub(super) struct Watch {
    opened: OwnedFd,
    calls: Arc<AtomicUsize>,
    port: u16,
}

impl Watch {
    pub(super) fn over(folder: &Path) -> Self {
        let opened = inotify::init(inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC).unwrap();
        inotify::add_watch(&opened, folder, inotify::WatchFlags::OPEN).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        // Ends with the test's process; each caller is counted and sent away at once.
        std::thread::spawn(move || {
            for caller in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                drop(caller);
            }
        });
        Self { opened, calls, port }
    }

    /// What happened since the last question, the opening of the given file aside.
    pub(super) fn hits(&self, aside: &str) -> BTreeSet<String> {
        let mut buffer = [MaybeUninit::uninit(); 8_192];
        let mut reader = inotify::Reader::new(&self.opened, &mut buffer);
        let mut hits = BTreeSet::new();
        while let Ok(event) = reader.next() {
            let name = event.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if is_canary(&name) && name != aside {
                hits.insert(name);
            }
        }
        if self.calls.swap(0, Ordering::SeqCst) > 0 {
            hits.insert("a call".to_owned());
        }
        hits
    }
}

fn is_canary(name: &str) -> bool {
    ["secret", "inner", "vobsub.sub", "list-relative"].iter().any(|canary| name.starts_with(canary))
}

/// A folder with the canaries.
pub(super) fn canaries() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let work = dir.path().canonicalize().unwrap().join("work");
    std::fs::create_dir(&work).unwrap();
    let picture = ["-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=1", "-pix_fmt", "yuv420p", "secret.mp4"];
    clips::make(&work, &picture);
    clips::make(&work, &["-i", "secret.mp4", "-c", "copy", "secret.ts"]);
    clips::make(&work, &["-i", "secret.mp4", "-frames:v", "1", "-update", "1", "secret1.jpg"]);
    std::fs::copy(work.join("secret.ts"), work.join("secret.txt")).unwrap();
    std::fs::copy(work.join("secret.ts"), work.join("vobsub.sub")).unwrap();
    let inner = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n";
    std::fs::write(work.join("inner.m3u8"), inner).unwrap();
    (dir, work)
}

/// A decoder as it would be without any of our walls.
pub(super) fn without_walls(file: &Path, options: &[&str]) {
    let mut bare = Command::new("timeout");
    bare.current_dir(file.parent().unwrap());
    bare.args(["20", "ffprobe", "-v", "quiet", "-show_entries", "packet=pts", "-read_intervals", "%+1"])
        .args(["-protocol_whitelist", "file,http,tcp,udp,rtp,rtmp,ftp,gopher,crypto,data,concat,subfile"])
        .args(options)
        .arg("-i")
        .arg(format!("file:{}", file.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    // Whether it likes the file is of no interest.
    bare.status().unwrap();
}

#[tokio::test]
async fn no_file_makes_the_decoder_read_a_neighbour_or_call_anybody() {
    let (_dir, work) = canaries();
    let watch = Watch::over(&work);
    let all = vectors::all(&work, watch.port);
    assert!(all.len() >= 40, "{}", all.len());
    let (mut fell, mut wrong) = (0, Vec::new());
    for vector in &all {
        let file = work.join(&vector.name);
        std::fs::write(&file, &vector.bytes).unwrap();
        watch.hits("");

        let outcome = open::ffmpeg().open(&file, &work).await;
        let hits = watch.hits(&vector.name);
        let settled =
            outcome.is_ok() || matches!(&outcome, Err(failure) if matches!(failure.kind, Kind::Permanent(_)));
        if !hits.is_empty() || !settled {
            wrong.push(format!("{}: {hits:?}, {outcome:?}", vector.name));
        }

        let (options, falls): (&[&str], bool) = match vector.off {
            Off::Hits(options) => (options, true),
            Off::Withstands => (&[], false),
        };
        without_walls(&file, options);
        let hits = watch.hits(&vector.name);
        if hits.is_empty() == falls {
            wrong.push(format!("without walls {} does {hits:?}", vector.name));
        }
        fell += usize::from(falls);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} files: 0 hits with the walls, {fell} without", all.len());
}

/// What the service tells ffprobe about a file, before the file's name.
async fn told(work: &Path) -> Order {
    let dir = tempfile::tempdir().unwrap();
    // What ffprobe refuses is copied, and it is asked about the copy.
    let settings = FfmpegSettings { ffprobe: scribe(dir.path()), ffmpeg: "false".into(), ..open::settings() };
    Ffmpeg::new(settings).open(&work.join("secret.mp4"), work).await.unwrap_err();
    let order = Order::taken_down(dir.path());
    assert!(order.args.last().is_some_and(|file| file.ends_with("/secret.mp4")), "{:?}", order.args);
    order
}

/// Files a decoder falls for as it comes, one or two of each kind.
const ONE_OF_EACH: [&str; 9] = [
    "hls-mp4.mp4",
    "hls-relative.mp4",
    "hls-web.mp4",
    "hls-master-web.mp4",
    "list-relative.mp4",
    "dash-file.mp4",
    "dash-relative.mp4",
    "dash-web.mp4",
    "vobsub.mp4",
];

/// The list of formats holds alone. Behind it stands that of protocols: gone as well, files call other machines too.
#[tokio::test]
async fn each_wall_around_the_decoder_is_worth_having() {
    let (_dir, work) = canaries();
    let watch = Watch::over(&work);
    let all: Vec<_> = vectors::all(&work, watch.port)
        .into_iter()
        .filter(|vector| ONE_OF_EACH.contains(&vector.name.as_str()))
        .collect();
    assert_eq!(all.len(), ONE_OF_EACH.len());
    let order = told(&work).await;
    let formats = |order: Order| order.without_option("-format_whitelist", "mov");
    let protocols = |order: Order| order.without_option("-protocol_whitelist", "file");
    let probe = Path::new("ffprobe");
    let mut hits = Vec::new();
    for walls in [
        order.clone(),
        protocols(order.clone()),
        formats(order.clone()),
        formats(protocols(order)).with_first(&["-protocol_whitelist", "file,http,tcp,crypto,data"]),
    ] {
        let (mut read, mut called) = (0, 0);
        for vector in &all {
            let file = work.join(&vector.name);
            std::fs::write(&file, &vector.bytes).unwrap();
            watch.hits("");
            walls.clone().about(&format!("file:{}", file.display())).carry_out(probe, &work).await;
            let hit = watch.hits(&vector.name);
            called += usize::from(hit.contains("a call"));
            read += usize::from(hit.iter().any(|hit| hit != "a call"));
        }
        hits.push((read, called));
    }
    println!(
        "{} files; hits (files read, calls): behind both lists {:?}, formats alone {:?}, protocols alone {:?}, none {:?}",
        all.len(),
        hits[0],
        hits[1],
        hits[2],
        hits[3]
    );
    assert_eq!(hits[..2], [(0, 0), (0, 0)]);
    assert!(hits[2].0 > 0 && hits[2].1 == 0 && hits[3].0 >= hits[2].0 && hits[3].1 > 0, "{hits:?}");
}

/// How a file is told from a video worth reading: its maker, and what its owner is told; `None` where it is read.
pub(super) type Bomb = (&'static str, Box<dyn Fn(&Path, &Path)>, Option<Reason>);

#[tokio::test]
async fn what_is_too_much_or_no_video_ends_soon_with_its_reason_and_fills_no_disk() {
    /// What is kept of stills at most, and the sound.
    const MOST_ON_DISK: u64 = 110_000_000;
    let mut wrong = Vec::new();
    for (what, make, expected) in bombs() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("video.mp4");
        make(dir.path(), &file);
        let work = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        let outcome = open::ffmpeg().open(&file, work.path()).await;
        match (&outcome, expected) {
            (Ok(opened), None) if opened.frames.len() <= 122 && !opened.frames.is_empty() => {}
            (Err(failure), Some(reason)) if failure.kind == Kind::Permanent(reason) => {}
            _ => wrong.push(format!("{what}: {outcome:?}, expected {expected:?}")),
        }
        assert!(begun.elapsed() < Duration::from_secs(45), "{what} took {:?}", begun.elapsed());
        assert!(on_disk(work.path()) <= MOST_ON_DISK, "{what}: {} bytes", on_disk(work.path()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

pub(super) fn bombs() -> Vec<Bomb> {
    let bytes = |bytes: Vec<u8>| Box::new(move |_: &Path, file: &Path| std::fs::write(file, &bytes).unwrap());
    let made = |args: &'static str| {
        Box::new(move |dir: &Path, file: &Path| {
            let made = clips::make(dir, &args.split(' ').collect::<Vec<_>>());
            std::fs::rename(made, file).unwrap();
        })
    };
    let (too_large, unreadable) = (Some(Reason::TooLarge), Some(Reason::Unreadable));
    // The program takes such a size for no size at all.
    let no_media = Some(Reason::NoMedia);
    vec![
        ("a line of 50,000 pixels", bytes(png(50_000, 1)), too_large),
        ("a column of 50,000 pixels", bytes(png(1, 50_000)), too_large),
        ("16,384 pixels squared", bytes(png(16_384, 16_384)), no_media),
        (
            "two thousand million pixels squared",
            bytes(png(i32::MAX.unsigned_abs(), i32::MAX.unsigned_abs())),
            no_media,
        ),
        (
            "a real line of 20,000 pixels",
            made("-f lavfi -i color=s=20000x16:d=1:r=1 -c:v ffv1 a.mkv"),
            too_large,
        ),
        (
            "ten hours",
            made("-f lavfi -i color=s=64x64:r=1:d=36000 -c:v mpeg4 -g 300 a.mkv"),
            Some(Reason::TooLong),
        ),
        (
            "two pictures ten hours apart",
            made("-f lavfi -i color=s=64x64:r=1:d=2 -vf setpts=N*36000/TB -fps_mode passthrough a.mkv"),
            Some(Reason::TooLong),
        ),
        (
            "ten thousand pictures in ten seconds",
            made("-f lavfi -i testsrc2=s=64x64:r=1000:d=10 -c:v mpeg4 a.mkv"),
            None,
        ),
        (
            "noise from end to end",
            made(
                "-f lavfi -i color=gray:s=1280x1280:r=10:d=18,noise=alls=100:allf=t+u -c:v mpeg4 -q:v 2 a.mkv",
            ),
            None,
        ),
        ("nothing", bytes(Vec::new()), unreadable),
        ("an archive", bytes(b"PK\x03\x04\x14\0\0\0\x08\0".repeat(40)), unreadable),
        (
            "a page",
            bytes(b"<!doctype html><html><body><video src='a.mp4'></video></body></html>".to_vec()),
            unreadable,
        ),
        ("a program", bytes(std::fs::read("/bin/true").unwrap()), unreadable),
        (
            "a packed file",
            bytes([&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 4_000]].concat()),
            unreadable,
        ),
        ("zeros", bytes(vec![0; 3 << 20]), unreadable),
        ("plain text", bytes(b"\x1b[2J all work and no play\n".repeat(400)), unreadable),
        (
            "half a video",
            Box::new(|dir: &Path, file: &Path| {
                let whole = std::fs::read(clips::captions(dir, "whole.mp4", "25")).unwrap();
                std::fs::write(file, &whole[..whole.len() / 2]).unwrap();
            }),
            unreadable,
        ),
    ]
}

/// The head of a PNG of this size and a few bytes of picture.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut head = b"IHDR".to_vec();
    head.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    head.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    file.extend(&head);
    file.extend([0; 4]);
    file.extend(b"\0\0\0\x08IDAT\x78\x9c\x03\0\0\0\0\x01\0\0\0\0");
    file
}

fn on_disk(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let size = |entry: std::fs::DirEntry| match entry.metadata().unwrap() {
        inside if inside.is_dir() => on_disk(&entry.path()),
        file => file.len(),
    };
    entries.map(size).sum()
}
