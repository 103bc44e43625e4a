//! Files that try to make a decoder read other files or ask other machines.
//!
//! Each is named like a video. They are made for one folder with canaries in it and one listening port.

use std::path::Path;

/// One file: its name, its bytes, and what makes a decoder without walls fall for it.
pub(super) struct Vector {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) off: Off,
}

/// What happens without walls.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Off {
    /// It reads or asks, with these options of its format.
    Hits(&'static [&'static str]),
    /// This version of the decoder withstands by itself; others did not.
    Withstands,
}

/// Options that switch off what the reader of playlists holds back by itself.
const HLS: &[&str] =
    &["-allowed_extensions", "ALL", "-allowed_segment_extensions", "ALL", "-extension_picky", "0"];
const CONCAT: &[&str] = &["-safe", "0"];
const DREFS: &[&str] = &["-enable_drefs", "1", "-use_absolute_path", "1"];

/// All of them. The folder holds `secret.mp4`, `secret.ts`, `secret.txt`, `secret1.jpg` and `inner.m3u8`.
pub(super) fn all(folder: &Path, port: u16) -> Vec<Vector> {
    let here = folder.display();
    let web = format!("http://127.0.0.1:{port}");
    let segment = |address: &str| playlist(&format!("#EXTINF:2,\n{address}\n"));
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>, off: Off| {
        let name = if name.contains('.') { name.to_owned() } else { format!("{name}.mp4") };
        all.push(Vector { name, bytes, off });
    };

    for (name, address, off) in [
        ("hls-file-address", format!("file://{here}/secret.ts"), Off::Hits(HLS)),
        ("hls-mp4", format!("file://{here}/secret.mp4"), Off::Hits(HLS)),
        ("hls-absolute", format!("{here}/secret.ts"), Off::Hits(HLS)),
        ("hls-relative", "secret.ts".to_owned(), Off::Hits(HLS)),
        ("hls-upwards", "../work/secret.ts".to_owned(), Off::Hits(HLS)),
        ("hls-text", format!("file://{here}/secret.txt"), Off::Hits(HLS)),
        ("hls-web", format!("{web}/a.ts"), Off::Hits(HLS)),
        ("hls-web-without-ending", format!("{web}/a"), Off::Hits(HLS)),
        ("hls-range", format!("#EXT-X-BYTERANGE:1000@0\nfile://{here}/secret.ts"), Off::Hits(HLS)),
        ("hls-tcp", format!("tcp://127.0.0.1:{port}"), Off::Withstands),
        ("hls-rtmp", format!("rtmp://127.0.0.1:{port}/a"), Off::Withstands),
        ("hls-ftp", format!("ftp://127.0.0.1:{port}/a.ts"), Off::Withstands),
        ("hls-gopher", format!("gopher://127.0.0.1:{port}/a.ts"), Off::Withstands),
        ("hls-concat", format!("concat:{here}/secret.ts|{here}/secret.ts"), Off::Withstands),
        ("hls-concat-web", format!("concat:{web}/a.ts|{here}/secret.ts"), Off::Withstands),
        ("hls-subfile", format!("subfile,,start,0,end,0,,:{here}/secret.ts"), Off::Withstands),
    ] {
        add(name, segment(&address), off);
    }
    let key = |address: &str| {
        playlist(&format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{address}\"\n#EXTINF:2,\nsecret.ts\n"))
    };
    add("hls-key-file", key(&format!("file://{here}/secret.ts")), Off::Hits(HLS));
    add("hls-key-web", key(&format!("{web}/key")), Off::Hits(HLS));
    let map = format!("#EXT-X-MAP:URI=\"{here}/secret.mp4\"\n#EXTINF:2,\nsecret.mp4\n");
    add("hls-map", playlist(&map), Off::Hits(HLS));
    add("hls-ten-thousand-segments", playlist(&"#EXTINF:2,\nsecret.ts\n".repeat(10_000)), Off::Hits(HLS));
    let live = format!("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{web}/a.ts\n");
    add("hls-without-end", live.into_bytes(), Off::Hits(HLS));
    for (name, lines) in [
        ("hls-master-file", format!("#EXT-X-STREAM-INF:BANDWIDTH=1\nfile://{here}/inner.m3u8\n")),
        ("hls-master-web", format!("#EXT-X-STREAM-INF:BANDWIDTH=1\n{web}/inner.m3u8\n")),
        ("hls-sound-web", media("AUDIO", &web)),
        ("hls-subtitles-web", media("SUBTITLES", &web)),
    ] {
        add(name, format!("#EXTM3U\n{lines}").into_bytes(), Off::Hits(HLS));
    }

    for (name, file) in [
        ("list-relative", "secret.mp4".to_owned()),
        ("list-absolute", format!("'{here}/secret.mp4'")),
        ("list-web", format!("'{web}/a.mp4'")),
        ("list-protocol", "'file:secret.mp4'".to_owned()),
        ("list-of-lists", "list-relative.mp4".to_owned()),
        ("list-with-options", "secret.mp4\noption protocol_whitelist file,http,tcp".to_owned()),
    ] {
        add(name, format!("ffconcat version 1.0\nfile {file}\n").into_bytes(), Off::Hits(CONCAT));
    }

    for (name, inside) in [
        ("dash-file", format!("<BaseURL>file://{here}/secret.mp4</BaseURL><SegmentBase/>")),
        ("dash-relative", "<BaseURL>secret.mp4</BaseURL>".to_owned()),
        ("dash-web", format!("<BaseURL>{web}/a.mp4</BaseURL>")),
        (
            "dash-template",
            format!(
                "<SegmentTemplate media=\"{web}/$Number$.m4s\" initialization=\"{web}/i.mp4\" duration=\"2\" startNumber=\"1\"/>"
            ),
        ),
    ] {
        add(name, manifest(&inside), Off::Hits(&[]));
    }

    add("vobsub", b"# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 000000000\n".to_vec(), Off::Hits(&[]));
    add("data-reference", data_reference(folder), Off::Hits(DREFS));
    let jpeg = std::fs::read(folder.join("secret1.jpg")).unwrap();
    add("secret%01d.jpg", jpeg, Off::Hits(&[]));
    for (name, subtitles) in [
        ("avi-subtitles-file", segment(&format!("file://{here}/secret.ts"))),
        ("avi-subtitles-web", segment(&format!("{web}/a.ts"))),
        ("avi-subtitles-list", b"ffconcat version 1.0\nfile secret.mp4\n".to_vec()),
    ] {
        add(name, avi_with_subtitles(&subtitles), Off::Withstands);
    }
    for (name, text) in [
        ("session", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n".to_owned()),
        ("reference", format!("[Reference]\r\nRef1={web}/a.mp4\r\n")),
        ("redirect", format!("RTSPtextrtsp://127.0.0.1:{port}/a\n")),
        ("songs", format!("[playlist]\nFile1={web}/a.mp3\n")),
        ("smil", format!("<smil><body><video src=\"{web}/a.mp4\"/></body></smil>")),
        (
            "drawing",
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"><image xlink:href=\"{web}/a.png\" width=\"9\" height=\"9\"/></svg>"
            ),
        ),
    ] {
        add(name, text.into_bytes(), Off::Withstands);
    }
    all
}

fn playlist(lines: &str) -> Vec<u8> {
    format!("#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:2\n{lines}#EXT-X-ENDLIST\n").into_bytes()
}

fn media(kind: &str, web: &str) -> String {
    format!(
        "#EXT-X-MEDIA:TYPE={kind},GROUP-ID=\"a\",NAME=\"a\",URI=\"{web}/a.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,{kind}=\"a\"\nsecret.ts\n"
    )
}

fn manifest(inside: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\" \
         mediaPresentationDuration=\"PT2S\" profiles=\"urn:mpeg:dash:profile:isoff-on-demand:2011\"><Period>\
         <AdaptationSet mimeType=\"video/mp4\"><Representation id=\"1\" bandwidth=\"1\" codecs=\"avc1.64000a\" \
         width=\"64\" height=\"64\">{inside}</Representation></AdaptationSet></Period></MPD>"
    )
    .into_bytes()
}

/// An mp4 whose samples lie in another file, named by a `QuickTime` alias.
fn data_reference(folder: &Path) -> Vec<u8> {
    let mut file = std::fs::read(folder.join("secret.mp4")).unwrap();
    let at = |file: &[u8], name: &[u8]| file.windows(4).position(|four| four == name).unwrap() - 4;
    let old = at(&file, b"dref");
    let path = folder.join("secret.mp4").into_os_string().into_encoded_bytes();
    let mut alias =
        [&[0; 10][..], &[6], b"volume", &[0; 21], &[0; 12], &[10], b"secret.mp4", &[0; 53], &[0; 16]]
            .concat();
    alias.extend([0, 1, 0, 1]);
    alias.extend([0; 16]);
    alias.extend([0, 2]);
    alias.extend(u16::try_from(path.len()).unwrap().to_be_bytes());
    alias.extend(&path);
    alias.extend(vec![0; path.len() % 2]);
    alias.extend([0xff, 0xff, 0, 0]);
    let entry = boxed(b"alis", &[&[0; 4][..], &alias].concat());
    let new = boxed(b"dref", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], &entry].concat());
    let length = |file: &[u8], at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    let was = length(&file, old) as usize;
    let grown = u32::try_from(new.len() - was).unwrap();
    for name in [b"moov", b"trak", b"mdia", b"minf", b"dinf"] {
        let outer = at(&file, name);
        let size = length(&file, outer) + grown;
        file[outer..outer + 4].copy_from_slice(&size.to_be_bytes());
    }
    file.splice(old..old + was, new);
    file
}

fn boxed(name: &[u8], inside: &[u8]) -> Vec<u8> {
    let size = u32::try_from(inside.len() + 8).unwrap();
    [&size.to_be_bytes()[..], name, inside].concat()
}

/// An AVI with a subtitle stream whose chunk holds a whole file of another kind.
fn avi_with_subtitles(subtitles: &[u8]) -> Vec<u8> {
    let numbers =
        |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let head = chunk(b"avih", &numbers(&[40_000, 0, 0, 16, 125, 0, 2, 0, 224, 160, 0, 0, 0, 0]));
    let stream = |kind: &[u8], codec: &[u8]| {
        let fields = numbers(&[0, 0, 0, 1, 25, 0, 125, 902, 10_000, 0, 0, 0]);
        let format =
            [&numbers(&[40, 224, 160])[..], &[1, 0, 24, 0], b"XVID", &numbers(&[107_520, 0, 0, 0, 0])]
                .concat();
        let inside =
            [&b"strl"[..], &chunk(b"strh", &[kind, codec, &fields].concat()), &chunk(b"strf", &format)];
        chunk(b"LIST", &inside.concat())
    };
    let streams = [stream(b"vids", b"XVID"), stream(b"txts", &[0; 4])].concat();
    let length = u32::try_from(subtitles.len()).unwrap();
    let inside =
        [&b"GAB2\0\x02\0"[..], &numbers(&[2]), b"a\0\x04\0", &numbers(&[length]), subtitles].concat();
    let movie = [&b"movi"[..], &chunk(b"01tx", &inside), &chunk(b"00dc", &[0, 0, 1, 0xb6])].concat();
    let all =
        [&b"AVI "[..], &chunk(b"LIST", &[&b"hdrl"[..], &head, &streams].concat()), &chunk(b"LIST", &movie)];
    chunk(b"RIFF", &all.concat())
}

fn chunk(name: &[u8], inside: &[u8]) -> Vec<u8> {
    let size = u32::try_from(inside.len()).unwrap();
    [name, &size.to_le_bytes()[..], inside, &vec![0; inside.len() % 2]].concat()
}
