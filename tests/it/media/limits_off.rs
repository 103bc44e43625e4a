//! The decoder's limits one by one: behind all of them a bomb costs little, and it hits once the limit it is for is
//! gone. Where two stand one behind the other, each is shown to hold alone.
//!
//! Three of its arguments look like limits and are none. `-threads` and `-filter_complex_threads` spare addresses that
//! phone videos do not need, and `MALLOC_ARENA_MAX` those that the threads of a machine of many cores would set aside:
//! without them good files meet the limit of memory there, which stays the wall. No file hits without them.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings};
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::MediaOpener;
use rustix::process::Signal;

use super::attacks::orders::{Order, scribe};
use super::{clips, open};
use crate::support::executable;

/// What the service tells ffmpeg about a file.
async fn told(file: &Path) -> Order {
    told_within(open::settings(), file).await
}

/// The same where it is to take no longer than these settings let it.
async fn told_within(settings: FfmpegSettings, file: &Path) -> Order {
    let dir = tempfile::tempdir().unwrap();
    let settings = FfmpegSettings { ffmpeg: scribe(dir.path()), ..settings };
    Ffmpeg::new(settings).open(file, dir.path()).await.unwrap_err();
    Order::taken_down(dir.path())
}

/// What it tells ffprobe.
async fn asked(file: &Path) -> Order {
    let dir = tempfile::tempdir().unwrap();
    let settings = FfmpegSettings { ffprobe: scribe(dir.path()), ..open::settings() };
    Ffmpeg::new(settings).open(file, dir.path()).await.unwrap_err();
    Order::taken_down(dir.path())
}

/// What it tells ffmpeg of the sound for people to listen to, of a file that may play for a second.
async fn told_to_keep_sound(file: &Path) -> Order {
    let dir = tempfile::tempdir().unwrap();
    let settings = FfmpegSettings { ffmpeg: scribe(dir.path()), max_seconds: 1, ..open::settings() };
    Ffmpeg::new(settings).sound(file, dir.path()).await.unwrap_err();
    Order::taken_down(dir.path())
}

/// The same order about another file.
fn about(mut order: Order, file: &Path) -> Order {
    let named = order.args.iter().position(|arg| arg == "-i").unwrap() + 1;
    order.args[named] = format!("file:{}", file.display());
    order
}

/// The same without this limit.
fn beyond(mut order: Order, limit: &str) -> Order {
    assert!(order.limits.remove(limit).is_some(), "there is no {limit}");
    order
}

async fn ended(program: &str, order: &Order) -> Output {
    let home = tempfile::tempdir().unwrap();
    order.carry_out(Path::new(program), home.path()).await.expect("it ends")
}

/// How many stills the real program makes of another file by this order.
async fn stills(order: Order, file: &Path) -> usize {
    let home = tempfile::tempdir().unwrap();
    about(order, file).carry_out(Path::new("ffmpeg"), home.path()).await.expect("it ends");
    let made = std::fs::read_dir(home.path()).unwrap().flatten();
    made.filter(|file| file.file_name().to_string_lossy().ends_with(".jpg")).count()
}

fn made(dir: &Path, args: &str) -> std::path::PathBuf {
    clips::make(dir, &args.split(' ').collect::<Vec<_>>())
}

#[tokio::test]
async fn a_video_that_plays_on_is_bounded_by_its_time_and_by_the_number_of_its_stills() {
    let dir = tempfile::tempdir().unwrap();
    let short = made(dir.path(), "-f lavfi -i color=s=64x64:r=1:d=3 -c:v ffv1 short.mkv");
    let long = made(dir.path(), "-f lavfi -i color=s=64x64:r=1:d=200 -c:v ffv1 long.mkv");
    let order = told(&short).await;
    let time = |order: Order| order.without_option("-t", "21");
    // Stills and their small copies are counted apart.
    let number = |order: Order| order.without_option("-frames:v", "88").without_option("-frames:v", "88");
    let walls = [order.clone(), number(order.clone()), time(order.clone()), time(number(order))];
    let mut hits = Vec::new();
    for order in walls {
        hits.push(stills(order, &long).await);
    }
    // Both, time alone, number alone, none.
    assert!(hits[0] <= 21 && hits[1] <= 21 && hits[2] == 88 && hits[3] > 88, "{hits:?}");
}

#[tokio::test]
async fn a_picture_of_too_many_pixels_is_bounded_by_the_look_at_it_and_by_the_decoder() {
    let dir = tempfile::tempdir().unwrap();
    let film = told(&made(dir.path(), "-f lavfi -i color=s=64x64:r=1:d=3 -c:v ffv1 film.mkv")).await;
    let still = told(&made(dir.path(), "-f lavfi -i color=s=64x64 -frames:v 1 still.png")).await;
    let bombs = [
        (film.clone(), made(dir.path(), "-f lavfi -i color=s=5000x4000:r=1:d=1 -c:v ffv1 large.mkv")),
        (still, made(dir.path(), "-f lavfi -i color=s=9000x7500 -frames:v 1 large.png")),
    ];
    for (order, bomb) in bombs {
        open::ffmpeg().open(&bomb, dir.path()).await.unwrap_err();
        assert_eq!(stills(order.clone(), &bomb).await, 0, "{}", bomb.display());
        let without = order.without_option("-max_pixels", "");
        assert_eq!(stills(without, &bomb).await, 1, "{}", bomb.display());
    }
    // Few pixels in all, one side beyond measure: the decoder alone takes it.
    let line = made(dir.path(), "-f lavfi -i color=s=20000x16:d=1:r=1 -c:v ffv1 line.mkv");
    open::ffmpeg().open(&line, dir.path()).await.unwrap_err();
    assert_eq!(stills(film, &line).await, 1);
}

/// The table of a fragment that claims eighty million samples, each of which costs twenty-four bytes before it is read.
#[tokio::test]
async fn a_file_of_two_kilobytes_takes_no_gigabytes_of_memory() {
    const CLAIMED: u32 = 84_000_000;
    let dir = tempfile::tempdir().unwrap();
    let fragments =
        "-f lavfi -i color=s=64x64:r=1:d=3 -movflags frag_keyframe+empty_moov+default_base_moof frag.mp4";
    let good = made(dir.path(), fragments);
    let mut bytes = std::fs::read(&good).unwrap();
    let table = bytes.windows(4).position(|four| four == b"trun").unwrap();
    bytes[table + 8..table + 12].copy_from_slice(&CLAIMED.to_be_bytes());
    let bomb = dir.path().join("bomb.mp4");
    std::fs::write(&bomb, bytes).unwrap();
    let failure = open::ffmpeg().open(&bomb, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{failure}");
    for (program, order) in [("ffprobe", asked(&good).await), ("ffmpeg", told(&good).await)] {
        assert_eq!(order.limits["RLIMIT_AS"], 2 << 30);
        // ffprobe is told the file last.
        let order = if program == "ffprobe" {
            order.about(&format!("file:{}", bomb.display()))
        } else {
            about(order, &bomb)
        };
        for (order, has_met_it) in [(order.clone(), true), (beyond(order, "RLIMIT_AS"), false)] {
            let said = String::from_utf8_lossy(&ended(program, &order).await.stderr).into_owned();
            assert_eq!(said.contains("Cannot allocate memory"), has_met_it, "{program}: {said}");
        }
    }
}

/// A picture of one colour is a few bytes, and sixteen million pixels to decode.
#[tokio::test]
async fn a_file_that_is_hard_to_decode_is_ended_by_the_time_it_used_up() {
    let dir = tempfile::tempdir().unwrap();
    let short = made(dir.path(), "-f lavfi -i color=s=64x64:r=1:d=1 -c:v ffv1 short.mkv");
    let one = "-f lavfi -i color=s=4096x4096:r=20 -frames:v 1 -pix_fmt yuv420p -c:v ffv1 -g 1 one.mkv";
    made(dir.path(), one);
    let hard = made(dir.path(), "-stream_loop 79 -i one.mkv -c copy hard.mkv");
    let settings = FfmpegSettings { timeout: Duration::from_millis(500), ..open::settings() };
    let order = about(told_within(settings, &short).await, &hard);
    assert_eq!(order.limits["RLIMIT_CPU"], 1);
    // ffmpeg notices the signal, and ends as if it were asked to.
    let stopped = ended("ffmpeg", &order).await;
    assert_eq!(stopped.status.code(), Some(255), "{stopped:?}");
    let went_on = ended("ffmpeg", &beyond(order, "RLIMIT_CPU")).await;
    assert!(went_on.status.success(), "{went_on:?}");
    assert_eq!(asked(&short).await.limits["RLIMIT_CPU"], 30);
}

/// The sound of a file may be longer than the file claims.
#[tokio::test]
async fn a_sound_that_plays_on_is_bounded_by_its_time_and_by_the_size_of_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let short = made(dir.path(), "-f lavfi -i anoisesrc=r=16000:d=1 short.wav");
    let long = made(dir.path(), "-f lavfi -i anoisesrc=r=16000:d=150 long.wav");
    let order = about(told_to_keep_sound(&short).await, &long);
    let most = order.limits["RLIMIT_FSIZE"];
    let time = |order: Order| order.without_option("-t", "2");
    let size = |order: Order| beyond(order, "RLIMIT_FSIZE");
    let mut made = Vec::new();
    for order in [size(order.clone()), time(order.clone()), time(size(order))] {
        let home = tempfile::tempdir().unwrap();
        let ended = order.carry_out(Path::new("ffmpeg"), home.path()).await.unwrap();
        let bytes = std::fs::metadata(home.path().join("listening.m4a")).unwrap().len();
        made.push((bytes, ended.status.signal() == Some(Signal::XFSZ.as_raw())));
    }
    let [time_alone, size_alone, none] = made.try_into().unwrap();
    assert!(time_alone.0 < most / 10 && !time_alone.1, "{time_alone:?}");
    assert_eq!(size_alone, (most, true));
    assert!(none.0 > most && !none.1, "{none:?} of {most}");
    assert_eq!(told(&long_enough(dir.path())).await.limits["RLIMIT_FSIZE"], 16 << 20);
}

fn long_enough(dir: &Path) -> std::path::PathBuf {
    made(dir, "-f lavfi -i color=s=64x64:r=1:d=3 -c:v ffv1 film.mkv")
}

/// Four hundred thousand packets of two bytes: ffprobe has more to say of them than the file has bytes.
#[tokio::test]
async fn a_file_of_a_great_many_packets_is_not_told_of_to_the_end() {
    const MOST_SAID: usize = 16 << 20;
    let tag = |millis: u32| {
        let [_, at @ ..] = millis.to_be_bytes();
        [&[8, 0, 0, 3][..], &at, &[0, 0, 0, 0, 0x3e, 0, 0, 0, 0, 0, 14]].concat()
    };
    let tags: Vec<u8> = (0..370_000).flat_map(|number| tag(number / 1_000)).collect();
    let dir = tempfile::tempdir().unwrap();
    let many = dir.path().join("many.mp4");
    std::fs::write(&many, [&b"FLV\x01\x04\0\0\0\x09\0\0\0\0"[..], &tags].concat()).unwrap();
    let failure = open::ffmpeg().open(&many, dir.path()).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{failure}");
    assert!(failure.to_string().contains(&format!("wrote more than {MOST_SAID} bytes")), "{failure}");
    let without = ended("ffprobe", &asked(&many).await).await;
    assert!(without.status.success() && without.stdout.len() > MOST_SAID, "{}", without.stdout.len());
}

/// A disk that does not answer costs no processor's time, and no other limit is met.
#[tokio::test]
async fn a_program_that_only_waits_is_ended_by_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let film = long_enough(dir.path());
    let (waits, pid) = (dir.path().join("waits"), dir.path().join("pid"));
    let script = "#!/bin/sh\nhere=$(dirname \"$0\")\nmkfifo \"$here/nobody.$$\"\necho $$ >\"$here/pid\"\nexec ffmpeg -nostdin -i \"$here/nobody.$$\" -f null -\n";
    executable(&waits, script.as_bytes());
    let opener = |timeout| Ffmpeg::new(FfmpegSettings { ffmpeg: waits.clone(), timeout, ..open::settings() });
    // One that has ended and was not yet waited for has no words left.
    let is_there = || {
        let of_it = Path::new("/proc").join(std::fs::read_to_string(&pid).unwrap().trim()).join("cmdline");
        std::fs::read(of_it).is_ok_and(|words| !words.is_empty())
    };

    let work = tempfile::tempdir().unwrap();
    let failure = opener(Duration::from_millis(100)).open(&film, work.path()).await.unwrap_err();
    assert!(failure.to_string().contains("was stopped after"), "{failure}");
    for _ in 0..500 {
        if !is_there() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!is_there(), "it is gone");

    let patient = opener(Duration::from_hours(1));
    let opening = patient.open(&film, work.path());
    tokio::pin!(opening);
    std::fs::remove_file(&pid).unwrap();
    // Begun, and as long again as the other one had.
    let begun = async {
        while !pid.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        ended = &mut opening => panic!("{ended:?}"),
        () = begun => assert!(is_there(), "it waits on"),
    }
}
