//! Every address a key is fetched from, as the patterns of the installed programs read it.

use std::process::{Command, Stdio};

use linkscribe::domain::link::understand;
use linkscribe::domain::platform::Platform;

use super::{platforms, tools_dir};

/// Links of every form a key is made of, those among them that were made to show two videos.
const LINKS: [&str; 55] = [
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1&index=7",
    "https://youtu.be/dQw4w9WgXcQ?list=PL1",
    "https://www.youtube.com/embed?v=dQw4w9WgXcQ",
    "https://www.youtube.com/watch?vi=dQw4w9WgXcQ",
    "https://www.youtube.com/vi/dQw4w9WgXcQ/0.jpg",
    "https://www.youtube-nocookie.com/watch?a=b;v=EVILEVILEVI&v=dQw4w9WgXcQ",
    "https://www.youtube-nocookie.com/watch?%76=dQw4w9WgXcQ&v=EVILEVILEVI",
    "https://www.youtube.com/clip/Ugkx_abc-1",
    "https://www.tiktok.com/@cook/video/7234567890123456789",
    "https://m.tiktok.com/@cook.anna_1/photo/7234567890123456789",
    "https://www.tiktok.com/de-DE/@%C3%BC/photo/7234567890123456789",
    "https://www.tiktok.com/player/v1/7234567890123456789",
    "https://www.tiktokv.us/share/item/7234567890123456789",
    "https://www.instagram.com/reel/CxYzAbCdEfG/",
    "https://www.instagram.com/cook.anna/tv/CxYzAbCdEfG/?img_index=3",
    "https://instagr.am/p/CxYzAbCdEfG/",
    "https://www.instagram.com/stories/Cook/3123456789/",
    "https://x.com/cook/statuses/1720000000000000001",
    "https://x.com/cook/status/1720000000000000001/video/1",
    "https://x.com/cook/status/1720000000000000001/video/2",
    "https://x.com/cook/status/1720000000000000001/photo/3",
    "https://twitter.com/i/cards/tfw/v1/1720000000000000001",
    "https://platform.twitter.com/embed/Tweet.html?id=1720000000000000001",
    "https://twitter.com/i/broadcasts/1yNGaQLWpejGj",
    "https://fb.com/watch/?v=222",
    "https://www.facebook.com/watch/?xv=111&v=222",
    "https://www.facebook.com/watch/?q=v=111&v=222",
    "https://www.facebook.com/photo.php?fav=111&v=222",
    "https://www.facebook.com/page/videos/x/111/222",
    "https://www.facebook.com/page/videos/111/222/333",
    "https://www.facebook.com/reels/222",
    "https://www.facebook.com/page/posts/111/222",
    "https://www.facebook.com/page/posts/pfbid02AbC",
    "https://www.facebook.com/story.php?xv=111&id=5&story_fbid=222",
    "https://www.facebook.com/groups/abc/permalink/222/",
    "https://www.facebook.com/groups/abc/posts/222/?comment_id=111",
    "https://www.threads.net/@cook/post/C_aBcDeFgH1/media",
    "https://www.threads.com/t/C_aBcDeFgH1/",
    "https://www.reddit.com/u/cook/comments/6rrwyj/title/",
    "https://redd.it/6rrwyj",
    "https://www.reddit.com/gallery/6rrwyj?share_id=x",
    "https://vimeo.com/76979871",
    "https://vimeo.com/76979871/comments",
    "https://vimeo.com/76979871/8272103f6e",
    "https://player.vimeo.com/video/76979871?h=8272103f6e",
    "https://player.vimeo.com/video/76979871?h=a-word",
    "https://vimeo.com/channels/x/222/111",
    "https://vimeo.com/groups/g/videos/222/111",
    "https://vimeo.com/album/1/video/222/333",
    "https://vimeo.com/channels/x/222/abcdefabcd",
    "https://www.pinterest.co.uk/pin/origami-for-beginners--664281013778109217/",
    "https://www.dailymotion.com/de/video/x5kesuj",
    "https://www.dailymotion.com/video/x5kesuj_office-christmas-party_news",
    "https://geo.dailymotion.com/player/x1a2b.html?video=x5kesuj",
    "https://dai.ly/x5kesuj",
];

/// Prints, for each line of address, yt-dlp's extractors and gallery-dl's, what the two would ask the site for.
const ASK: &str = r#"
import sys
from yt_dlp.extractor import gen_extractor_classes
from gallery_dl import extractor
exec(sys.argv[1])
extractor.add(ThreadsPost)
videos = {cls.IE_NAME.lower(): cls for cls in gen_extractor_classes()}
posts = {f"{cls.category}:{cls.subcategory}": cls for cls in extractor._list_classes()}
for line in sys.stdin:
    address, ies, galleries = line.rstrip("\n").split("\t")
    found = set()
    for cls in [videos[name] for name in ies.split(",") if name]:
        if cls.suitable(address):
            groups = cls._match_valid_url(address).groupdict()
            wanted = ("id", "index", "unlisted_hash", "user")
            found |= {groups[name] for name in wanted if groups.get(name)}
            break
    for cls in [posts[name] for name in galleries.split(",") if name]:
        if match := cls.pattern.match(address):
            found.add([group for group in match.groups() if group][-1])
            break
    print("\t".join(sorted(found)))
"#;

#[test]
fn the_programs_find_in_every_address_the_video_its_key_names_and_no_other() {
    let platforms = platforms();
    let targets: Vec<_> = LINKS.iter().map(|link| understand(link).unwrap()).collect();
    let asked: Vec<String> = targets
        .iter()
        .map(|target| {
            let Platform { extractors, galleries, .. } = Platform::of(&platforms, &target.url).unwrap();
            format!("{}\t{}\t{}\n", target.url.as_str(), extractors.join(","), galleries.join(","))
        })
        .collect();
    let threads = include_str!("../../../src/adapters/gallery_dl/threads.py");
    let mut python = Command::new(tools_dir().join("venv/bin/python"))
        .args(["-I", "-c", ASK, threads])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut python.stdin.take().unwrap(), asked.concat().as_bytes()).unwrap();
    let answer = python.wait_with_output().unwrap();
    assert!(answer.status.success());
    let answer = String::from_utf8(answer.stdout).unwrap();
    let found: Vec<&str> = answer.lines().collect();
    assert_eq!(found.len(), LINKS.len());
    for ((link, target), found) in LINKS.iter().zip(&targets).zip(found) {
        assert!(target.key.is_a_videos(), "{link}: {}", target.key);
        let parts: Vec<&str> = target.key.0.split([':', '/']).skip(1).collect();
        assert!(!found.is_empty(), "{link}: neither program knows {}", target.url.as_str());
        for part in found.split('\t') {
            assert!(parts.contains(&part), "{link}: {} is asked for {part}", target.url.as_str());
        }
        // A number of a post means something below its owner alone, a word is read out of the query.
        let told = |part: &&&str| {
            found.split('\t').any(|found| found == **part) || target.url.as_str().contains(**part)
        };
        assert_eq!(parts.iter().filter(told).count(), parts.len(), "{link}: {}", target.url.as_str());
    }
}
