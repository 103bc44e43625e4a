//! Still images: what is written on them is read, however it is drawn, and none is taken for another.

use std::path::{Path, PathBuf};

use linkscribe::adapters::tesseract::{Tesseract, TesseractSettings};
use linkscribe::ports::{Frame, MediaOpener, PostFile, TextReader};

use super::{clips, open};

fn made(dir: &Path, name: &str, source: &str, drawn: &str, coded: &[&str]) -> PathBuf {
    let picture = ["-f", "lavfi", "-i", source, "-frames:v", "1", "-vf", drawn];
    clips::make(dir, &[&picture[..], coded, &["-update", "1", name]].concat())
}

async fn read(frames: &[Frame]) -> Vec<Vec<String>> {
    let settings = TesseractSettings { program: "tesseract".into(), languages: "eng".to_owned() };
    let read = Tesseract::new(settings).read(frames).await.unwrap();
    read.into_iter().map(|text| text.lines).collect()
}

/// Cards are exported without a ground, and decoders lay them on black.
#[tokio::test]
async fn dark_and_light_writing_on_nothing_is_read() {
    for colour in ["black", "white"] {
        let dir = tempfile::tempdir().unwrap();
        let drawn = format!("drawtext=text='Simmer gently':fontsize=64:fontcolor={colour}:x=60:y=200");
        let nothing = "color=c=black@0:s=720x480,format=rgba";
        let card = made(dir.path(), "card.png", nothing, &drawn, &[]);
        let opened = open::ffmpeg().open(&card, dir.path()).await.unwrap();
        assert_eq!(read(&opened.frames).await, [["Simmer gently"]], "{colour}");

        let cover = dir.path().join("cover.jpg");
        std::fs::write(&cover, open::ffmpeg().small_picture(&card, dir.path()).await.unwrap()).unwrap();
        let frame = Frame { path: cover, at: opened.frames[0].at };
        assert_eq!(read(&[frame]).await, [["Simmer gently"]], "a cover in {colour}");
    }
}

/// A photograph of a page has it in its twelve million pixels.
#[tokio::test]
async fn small_print_of_a_photographed_page_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let line =
        "drawtext=text='Whisk four egg yolks with the sugar':fontsize=24:fontcolor=0x303030:x=300:y=900";
    let page = made(dir.path(), "page.jpg", "color=c=0xf4f1de:s=3000x4000", line, &["-q:v", "3"]);
    let opened = open::ffmpeg().open(&page, dir.path()).await.unwrap();
    assert_eq!(read(&opened.frames).await, [["Whisk four egg yolks with the sugar"]]);
}

#[tokio::test]
async fn slides_that_differ_in_one_digit_of_small_print_are_both_read_and_one_coded_anew_is_not() {
    for ground in ["color=c=0x1d3557:s=1080x1350", "color=c=0x707070:s=1080x1350,noise=alls=40:allf=u"] {
        for size in [24, 30, 36] {
            let dir = tempfile::tempdir().unwrap();
            let slide = |name: &str, text: &str, coarse: &str| {
                let drawn = format!(
                    "drawtext=text='The sauce':fontsize=60:fontcolor=white:x=101:y=203,\
                     drawtext=text='{text}':fontsize={size}:fontcolor=white:x=101:y=603,format=yuvj420p"
                );
                made(dir.path(), name, ground, &drawn, &["-q:v", coarse])
            };
            let slides = [
                slide("a.jpg", "Bake 3 min", "2"),
                slide("b.jpg", "Bake 3 min", "14"),
                slide("c.jpg", "Bake 8 min", "2"),
                slide("d.jpg", "Bake 5 min", "8"),
                slide("e.jpg", "Bake 6 min", "8"),
            ];
            let files: Vec<PostFile> =
                (1..).zip(slides).map(|(number, path)| PostFile { number, path }).collect();
            let post = open::ffmpeg().open_post(&files, dir.path()).await.unwrap();
            let kept: Vec<String> = post.opened.frames.iter().map(|frame| frame.at.to_string()).collect();
            assert_eq!(kept, ["picture 1", "picture 3", "picture 4", "picture 5"], "{size} on {ground}");
        }
    }
}
