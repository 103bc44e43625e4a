//! Preview images: fetched with the video, made small, and never trusted.

use std::path::{Path, PathBuf};

use linkscribe::domain::reason::Reason;
use linkscribe::failure::Kind;
use linkscribe::ports::{MediaOpener, VideoSource};

use super::clips;
use super::fetch::{url, yt_dlp};
use super::open::{ffmpeg, size};
use super::site::Site;

/// The largest cover, in bytes.
const MOST: usize = 200 * 1024;

fn image(dir: &Path, size: &str, name: &str) -> PathBuf {
    let source = format!("testsrc2=s={size}");
    clips::make(dir, &["-f", "lavfi", "-i", &source, "-frames:v", "1", name])
}

/// What a small picture looks like, width and height.
async fn small(image: &Path, dir: &Path) -> (Vec<u8>, String) {
    let jpeg = ffmpeg().small_picture(image, dir).await.unwrap();
    assert!(jpeg.starts_with(b"\xff\xd8\xff") && jpeg.len() <= MOST, "{} bytes", jpeg.len());
    let file = dir.join("small.jpg");
    std::fs::write(&file, &jpeg).unwrap();
    (jpeg, size(&file))
}

#[tokio::test]
async fn the_preview_image_of_a_page_comes_with_its_video() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "clip.mp4", "25");
    image(dir.path(), "2000x1500", "thumb.jpg");
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    let link = url(&site, "/post/PT6S?thumbnail=/files/thumb.jpg");
    let download = yt_dlp(&site, |_| {}).fetch(&link, work.path()).await.unwrap();
    let thumbnail = download.thumbnail.expect("it came along");
    assert!(thumbnail.starts_with(work.path()));
    assert_eq!(small(&thumbnail, work.path()).await.1, "1280,960");
}

#[tokio::test]
async fn a_video_comes_whatever_its_preview_image_is() {
    let dir = tempfile::tempdir().unwrap();
    let clip = clips::captions(dir.path(), "clip.mp4", "25");
    std::fs::copy(&clip, dir.path().join("clip.jpg")).unwrap();
    image(dir.path(), "400x300", "thumb.jpg");
    std::fs::copy(dir.path().join("thumb.jpg"), dir.path().join("thumb.php")).unwrap();
    image(dir.path(), "50000x10", "wide.png");
    std::fs::write(dir.path().join("page.jpg"), "<html><body>Log in</body></html>").unwrap();
    let drawing = r#"<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>"#;
    std::fs::write(dir.path().join("drawing.svg"), drawing).unwrap();
    std::fs::write(dir.path().join("empty.jpg"), "").unwrap();
    let mut large = std::fs::read(dir.path().join("thumb.jpg")).unwrap();
    large.resize(50_000_000, 0);
    std::fs::write(dir.path().join("large.jpg"), large).unwrap();
    let site = Site::start(dir.path());
    let work = tempfile::tempdir().unwrap();
    for (path, max_bytes) in [
        ("/files/missing.jpg", 4_000_000),
        ("/files/empty.jpg", 4_000_000),
        ("/files/page.jpg", 4_000_000),
        ("/files/drawing.svg", 4_000_000),
        ("/files/wide.png", 4_000_000),
        ("/files/clip.jpg", 4_000_000),
        ("/files/clip.mp4", 4_000_000),
        ("/files/thumb.php", 4_000_000),
        ("/files/large.jpg", 4_000_000),
        ("/files/large.jpg", 100_000_000),
        ("/broken.mp4", 4_000_000),
    ] {
        let source = yt_dlp(&site, |settings| settings.max_bytes = max_bytes);
        let link = url(&site, &format!("/post/PT6S?thumbnail={path}"));
        let download = source.fetch(&link, work.path()).await;
        let download = download.unwrap_or_else(|failure| panic!("{path}: {failure}"));
        assert_eq!(std::fs::read(download.files.all()[0]).unwrap(), std::fs::read(&clip).unwrap(), "{path}");
        let Some(thumbnail) = download.thumbnail else { continue };
        let failure = ffmpeg().small_picture(&thumbnail, work.path()).await.unwrap_err();
        assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{path}: {failure}");
    }
}

#[tokio::test]
async fn an_image_of_any_sane_size_becomes_a_small_picture() {
    let dir = tempfile::tempdir().unwrap();
    for (given, name, expected) in [
        ("1280x720", "a.jpg", "1280,720"),
        ("1080x1920", "b.png", "720,1280"),
        ("4000x3000", "c.webp", "1280,960"),
        ("640x360", "d.jpg", "640,360"),
    ] {
        let image = image(dir.path(), given, name);
        assert_eq!(small(&image, dir.path()).await.1, expected, "{name}");
    }
    let noise = ["-f", "lavfi", "-i", "testsrc2=s=1280x720", "-frames:v", "1", "-vf", "noise=alls=100"];
    let given = clips::make(dir.path(), &[&noise[..], &["-q:v", "2", "noise.jpg"]].concat());
    assert!(std::fs::metadata(&given).unwrap().len() > 500_000);
    small(&given, dir.path()).await;
}

#[tokio::test]
async fn nothing_of_what_a_stranger_hid_in_an_image_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let given = image(dir.path(), "640x360", "thumb.jpg");
    let mut bytes = std::fs::read(&given).unwrap();
    // A comment behind the first marker, and words behind the end.
    let secret = b"<script>secret</script>";
    let mut comment = vec![0xff, 0xfe, 0, u8::try_from(secret.len() + 2).unwrap()];
    comment.extend_from_slice(secret);
    bytes.splice(2..2, comment);
    bytes.extend_from_slice(secret);
    std::fs::write(&given, bytes).unwrap();
    let (jpeg, _) = small(&given, dir.path()).await;
    assert!(!jpeg.windows(6).any(|window| window == b"secret"));
}

#[tokio::test]
async fn what_is_no_sane_image_is_refused_for_good() {
    let dir = tempfile::tempdir().unwrap();
    clips::captions(dir.path(), "secret.mp4", "25");
    for (name, bytes) in [
        ("page.jpg", &b"<html><body>Log in</body></html>"[..]),
        ("half.jpg", b"\xff\xd8\xff\xe0"),
        ("playlist.jpg", b"#EXTM3U\n#EXTINF:6,\nsecret.mp4\n#EXT-X-ENDLIST\n"),
        ("list.jpg", b"ffconcat version 1.0\nfile secret.mp4\n"),
    ] {
        std::fs::write(dir.path().join(name), bytes).unwrap();
    }
    for size in ["50000x300", "50000x10", "20x20", "300x2000"] {
        image(dir.path(), size, &format!("{size}.png"));
    }
    for entry in std::fs::read_dir(dir.path()).unwrap().flatten() {
        let failure = ffmpeg().small_picture(&entry.path(), dir.path()).await.unwrap_err();
        let name = entry.file_name();
        assert_eq!(failure.kind, Kind::Permanent(Reason::Unreadable), "{}: {failure}", name.display());
    }
}
