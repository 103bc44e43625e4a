//! The stills that are read: few of them, and between them all that was shown.

use std::path::Path;

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings};
use linkscribe::adapters::tesseract::{Tesseract, TesseractSettings};
use linkscribe::adapters::vision::GoogleVision;
use linkscribe::domain::screen::merge;
use linkscribe::ports::{Frame, MediaOpener, TextReader};
use url::Url;

use super::corpus::{Clip, Word, all, fewest};
use super::{clips, open};
use crate::support::providers::key;

/// Quick to make, and each hard in its own way.
const HARD: [&str; 9] = [
    "steps over moving things",
    "captions that fade",
    "small print",
    "a headline",
    "a number that changes",
    "cards between two key frames",
    "the same with pictures out of order",
    "nothing to read",
    "five minutes and a half of subtitles",
];

/// What came of one clip.
struct Taken {
    frames: Vec<Frame>,
    words: Vec<Word>,
    seen: usize,
    bytes: u64,
}

async fn take(clip: &Clip, dir: &Path) -> Taken {
    see(clip, &clip.make(dir), dir).await
}

async fn see(clip: &Clip, file: &Path, dir: &Path) -> Taken {
    let ffmpeg = Ffmpeg::new(FfmpegSettings { max_seconds: 600, ..open::settings() });
    let opened = ffmpeg.open(file, dir).await.unwrap();
    let words = clip.words();
    let is_seen = |word: &&Word| opened.frames.iter().any(|frame| (word.from..word.to).contains(&frame.at.0));
    let seen = words.iter().filter(is_seen).count();
    let bytes = opened.frames.iter().map(|frame| std::fs::metadata(&frame.path).unwrap().len()).sum();
    Taken { frames: opened.frames, words, seen, bytes }
}

#[tokio::test]
async fn every_word_is_in_a_still_and_hardly_a_still_is_read_twice() {
    for clip in all().iter().filter(|clip| HARD.contains(&clip.name)) {
        let dir = tempfile::tempdir().unwrap();
        let taken = take(clip, dir.path()).await;
        assert_eq!(taken.seen, taken.words.len(), "{}", clip.name);
        // The long one takes minutes to read.
        if clip.seconds < 60.0 {
            assert_eq!(found(&tesseract(), &taken).await, taken.words.len(), "{}", clip.name);
        }
        let most = fewest(&taken.words).max(1) * 2 + 2;
        assert!((1..=most).contains(&taken.frames.len()), "{}: {} stills", clip.name, taken.frames.len());
    }
}

#[tokio::test]
async fn a_video_that_does_not_tell_its_length_is_read_to_its_end() {
    let all = all();
    let clip = all.iter().find(|clip| clip.seconds > 300.0).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let whole = clip.make(dir.path());
    let copied = ["-i", whole.to_str().unwrap(), "-c", "copy", "-live", "1", "live.mkv"];
    let live = clips::make(dir.path(), &copied);
    let taken = see(clip, &live, dir.path()).await;
    assert_eq!(taken.seen, taken.words.len());
}

/// `make bench` prints the whole table.
#[tokio::test]
#[ignore = "makes twenty clips and reads them: about three minutes"]
async fn stills_sent_and_words_covered_are_printed() {
    let vision = GoogleVision::new(&Url::parse("http://127.0.0.1:9").unwrap(), &key()).unwrap();
    let tesseract = tesseract();
    let (mut rates, mut shown, mut seen) = (Vec::new(), 0, 0);
    let (mut latin, mut all_read) = (0, 0);
    println!("{:42} sent fewest words covered  read    KB calls", "clip, of 30 s where it does not say");
    for clip in all() {
        let dir = tempfile::tempdir().unwrap();
        let taken = take(&clip, dir.path()).await;
        let read = if clip.is_latin { Some(found(&tesseract, &taken).await) } else { None };
        latin += read.map_or(0, |_| taken.words.len());
        all_read += read.unwrap_or_default();
        let read = read.map_or_else(|| "-".to_owned(), |read| read.to_string());
        println!(
            "{:42} {:4} {:6} {:5} {:7} {read:>5} {:5} {:5}",
            clip.name,
            taken.frames.len(),
            fewest(&taken.words),
            taken.words.len(),
            taken.seen,
            taken.bytes / 1_000,
            vision.billed(taken.frames.len()).calls,
        );
        rates.push(f64::from(u32::try_from(taken.frames.len()).unwrap()) * 60.0 / clip.seconds);
        shown += taken.words.len();
        seen += taken.seen;
    }
    rates.sort_by(f64::total_cmp);
    let median = rates[rates.len() / 2];
    println!(
        "median {median} stills a minute, {seen} of {shown} words covered, {all_read} of {latin} Latin ones read"
    );
    assert!(median <= 8.0 && seen * 100 >= shown * 99 && all_read * 100 >= latin * 99);
}

fn tesseract() -> Tesseract {
    Tesseract::new(TesseractSettings { program: "tesseract".into(), languages: "eng".to_owned() })
}

/// How many of the words Tesseract reads in the stills that are sent.
async fn found(reader: &Tesseract, taken: &Taken) -> usize {
    let read = reader.read(&taken.frames).await.unwrap();
    let read: Vec<_> = read.into_iter().map(|frame| (frame.at, frame.lines)).collect();
    let lines: Vec<String> = merge(&read).into_iter().map(|line| line.text.to_lowercase()).collect();
    let is_read = |word: &&Word| lines.iter().any(|line| line.contains(&word.text.to_lowercase()));
    taken.words.iter().filter(is_read).count()
}
