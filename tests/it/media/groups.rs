//! Films whose key frames are not what they seem: each caption is seen all the same.

use std::path::{Path, PathBuf};

use linkscribe::ports::MediaOpener;

use super::{clips, open};

/// Ten seconds, a new caption every two, and a key frame where it appears.
fn film(dir: &Path, name: &str, coded: &[&str]) -> PathBuf {
    let captions = ["Boil the water", "Add the pasta", "Nine minutes", "Drain it well", "Serve at once"];
    let draw = |(number, text): (usize, &&str)| {
        let (from, to) = (2 * number, 2 * number + 2);
        format!(
            "drawtext=text='{text}':fontsize=44:fontcolor=white:x=30:y=300:enable='gte(t,{from})*lt(t,{to})'"
        )
    };
    let drawn = captions.iter().enumerate().map(draw).collect::<Vec<_>>().join(",");
    let picture = ["-f", "lavfi", "-i", "color=c=0x1d3557:s=480x640:r=25:d=10", "-vf", &drawn];
    clips::make(dir, &[&picture[..], &["-pix_fmt", "yuv420p"], coded, &[name]].concat())
}

/// How often a still was taken of each stretch between two of these moments.
async fn stills(film: &Path, dir: &Path, borders: &[f64]) -> Vec<usize> {
    let opened = open::ffmpeg().open(film, dir).await.unwrap();
    let within =
        |pair: &[f64]| opened.frames.iter().filter(|frame| (pair[0]..pair[1]).contains(&frame.at.0)).count();
    borders.windows(2).map(within).collect()
}

/// Of pictures behind such key frames some are shown before them; and with an intra refresh they are none at all.
#[tokio::test]
async fn captions_are_seen_where_the_decoder_refuses_the_key_frames_of_an_encoder() {
    let mut wrong = Vec::new();
    for group in ["open-gop=1", "intra-refresh=1", "intra-refresh=1:bframes=0"] {
        let dir = tempfile::tempdir().unwrap();
        let coded = format!("{group}:keyint=50:min-keyint=50:scenecut=0");
        let film = film(dir.path(), "film.mp4", &["-x264-params", &coded]);
        let stills = stills(&film, dir.path(), &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0]).await;
        if !stills.iter().all(|stills| (1..=2).contains(stills)) {
            wrong.push((group, stills));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// A cut that codes nothing anew keeps the key frame before it, and tells players not to show it.
#[tokio::test]
async fn a_caption_at_the_beginning_is_seen_where_a_film_was_cut_inside_a_group_of_pictures() {
    let dir = tempfile::tempdir().unwrap();
    film(dir.path(), "whole.mp4", &["-g", "50", "-sc_threshold", "0"]);
    let cut = clips::make(dir.path(), &["-ss", "0.5", "-i", "whole.mp4", "-c", "copy", "cut.mp4"]);
    let stills = stills(&cut, dir.path(), &[0.0, 1.4, 3.4, 5.4, 7.4, 9.5]).await;
    assert!(stills.iter().all(|stills| (1..=2).contains(stills)), "{stills:?}");
}
