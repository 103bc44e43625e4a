//! The decoder's limits one by one: behind all of them a bomb costs little, and it hits once the limit it is for is
//! gone. Where two stand one behind the other, each is shown to hold alone.

use std::path::Path;

use linkscribe::adapters::ffmpeg::{Ffmpeg, FfmpegSettings};
use linkscribe::ports::MediaOpener;

use super::attacks::orders::{Order, scribe};
use super::{clips, open};

/// What the service tells ffmpeg about a file.
async fn told(file: &Path) -> Order {
    let dir = tempfile::tempdir().unwrap();
    let settings = FfmpegSettings { ffmpeg: scribe(dir.path()), ..open::settings() };
    Ffmpeg::new(settings).open(file, dir.path()).await.unwrap_err();
    Order::taken_down(dir.path())
}

/// How many stills the real program makes of another file by this order.
async fn stills(mut order: Order, file: &Path) -> usize {
    let named = order.args.iter().position(|arg| arg == "-i").unwrap() + 1;
    order.args[named] = format!("file:{}", file.display());
    let home = tempfile::tempdir().unwrap();
    order.carry_out(Path::new("ffmpeg"), home.path()).await.expect("it ends");
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
