//! Tesseract reads stills, and sees nothing where there is nothing.

use std::path::{Path, PathBuf};

use linkscribe::adapters::tesseract::{Tesseract, TesseractSettings};
use linkscribe::domain::media::At;
use linkscribe::domain::screen::merge;
use linkscribe::ports::{Frame, MediaOpener, TextReader};

use super::clips;

fn reader(languages: &str) -> Tesseract {
    Tesseract::new(TesseractSettings { program: "tesseract".into(), languages: languages.to_owned() })
}

fn still(dir: &Path, name: &str, source: &str, text: &str) -> PathBuf {
    let draw = format!("drawtext=text='{text}':fontsize=56:fontcolor=white:x=60:y=600");
    clips::make(dir, &["-f", "lavfi", "-i", source, "-frames:v", "1", "-vf", &draw, "-update", "1", name])
}

#[tokio::test]
async fn each_still_gives_its_own_lines_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let dark = "color=c=0x2d4a22:s=720x1280:d=1:r=1";
    let frames: Vec<Frame> = [
        still(dir.path(), "a.jpg", dark, "20 minutes"),
        still(dir.path(), "b.jpg", dark, ""),
        still(dir.path(), "c.jpg", "mandelbrot=s=720x1280", ""),
        still(dir.path(), "d.jpg", "color=c=white:s=720x1280,drawbox=t=fill:c=0x5c3a14", "Serves 4"),
    ]
    .into_iter()
    .enumerate()
    .map(|(number, path)| Frame { path, at: At(f64::from(u8::try_from(number).unwrap())) })
    .collect();
    let read = reader("eng").read(&frames).await.unwrap();
    let lines: Vec<Vec<String>> = read.iter().map(|text| text.lines.clone()).collect();
    assert_eq!(lines, [vec!["20 minutes"], vec![], vec![], vec!["Serves 4"]]);
    assert!(read.iter().zip(&frames).all(|(text, frame)| text.at == frame.at));
}

#[tokio::test]
async fn no_stills_give_no_text() {
    assert!(reader("eng").read(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_language_that_is_not_installed_is_noticed_at_start() {
    assert!(reader("eng").check().await.unwrap().starts_with("tesseract 5"));
    let failure = reader("eng+tlh").check().await.unwrap_err();
    assert!(failure.to_string().contains("install tesseract-ocr-tlh"), "{failure}");
}

/// The clips that come with the project, each with a sheet of what it shows.
#[tokio::test]
async fn the_sample_clips_show_what_their_sheets_say() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for name in ["sample", "silent", "speech_only"] {
        let sheet = std::fs::read(assets.join(name).with_extension("json")).unwrap();
        let sheet: serde_json::Value = serde_json::from_slice(&sheet).unwrap();
        let cards = sheet["shown"].as_array().unwrap().iter();
        let expected: Vec<(u64, String)> = cards
            .flat_map(|card| {
                let start = card["start"].as_u64().unwrap();
                let lines = card["lines"].as_array().unwrap().iter();
                lines.map(move |line| (start, line.as_str().unwrap().to_owned()))
            })
            .collect();

        let dir = tempfile::tempdir().unwrap();
        let clip = assets.join(name).with_extension("mp4");
        let opened = super::open::ffmpeg().open(&clip, dir.path()).await.unwrap();
        let read = reader("eng").read(&opened.frames).await.unwrap();
        let read: Vec<(At, Vec<String>)> = read.into_iter().map(|text| (text.at, text.lines)).collect();
        let shown = merge(&read);
        let texts: Vec<&str> = shown.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, expected.iter().map(|(_, text)| text).collect::<Vec<_>>(), "{name}");
        for (line, (start, _)) in shown.iter().zip(&expected) {
            assert!((*start..start + 2).contains(&line.at.seconds()), "{name}: {line:?} since {start}");
        }
        assert!(opened.frames.len() <= sheet["shown"].as_array().unwrap().len().max(1), "no still twice");
    }
}
