//! Files nobody of good will uploads: they are refused or read, within limits, and never break anything.

use std::io::{BufReader, Read};
use std::process::Command;

use linkscribe::domain::import::{Export, MOST_LINKS, Unreadable, read};
use proptest::prelude::*;

const FILES: [&[u8]; 8] = [
    include_bytes!("files/saved_posts_2021.json"),
    include_bytes!("files/saved_posts_2025.json"),
    include_bytes!("files/saved_collections_2023.json"),
    include_bytes!("files/saved_collections_2025.json"),
    include_bytes!("files/saved_posts_2022.html"),
    include_bytes!("files/saved_posts_2026_de.html"),
    include_bytes!("files/user_data_tiktok_2024.json"),
    include_bytes!("files/user_data_tiktok_2026.json"),
];

/// What holds for every export, whatever it was made of.
fn is_within_limits(export: &Export) {
    assert!(export.items.len() <= MOST_LINKS);
    assert!(export.skipped.len() as u64 <= export.skipped_count);
    for item in &export.items {
        let known = [
            "https://www.instagram.com/",
            "https://www.tiktok.com/",
            "https://vm.tiktok.com/",
            "https://vt.tiktok.com/",
        ];
        assert!(known.iter().any(|site| item.link.starts_with(site)), "{}", item.link);
        assert!(item.link.len() <= 2_000 && !item.link.contains(char::is_whitespace));
        for text in [&item.title, &item.author].into_iter().flatten() {
            assert!(text.chars().count() <= 4_000 && !text.contains('\n'), "{text}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), first in 0..4_usize) {
        let begin: [&[u8]; 4] = [b"", b"{\"saved_saved_media\": [", b"<table><td>", b"{\"FavoriteVideoList\": ["];
        if let Ok(export) = read(&[begin[first], bytes.as_slice()].concat()[..]) {
            is_within_limits(&export);
        }
    }

    #[test]
    fn exports_with_something_changed_are_read_or_refused(
        file in 0..FILES.len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..20),
    ) {
        let mut bytes = FILES[file].to_vec();
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
                _ => {
                    let end = (at + usize::from(byte)).min(bytes.len());
                    let again = bytes[at..end].to_vec();
                    bytes.splice(at..at, again);
                }
            }
            if bytes.is_empty() {
                break;
            }
        }
        if let Ok(export) = read(bytes.as_slice()) {
            is_within_limits(&export);
        }
    }

    #[test]
    fn an_export_that_was_cut_off_gives_nothing_rather_than_a_part(file in prop::sample::select(vec![0_usize, 1, 2, 3, 6, 7]), at in any::<prop::sample::Index>()) {
        let whole = FILES[file].trim_ascii_end();
        let cut = &whole[..at.index(whole.len())];
        prop_assert!(read(cut).is_err());
    }
}

#[test]
fn what_is_nested_deeper_than_any_export_is_refused() {
    for open in [
        "[",
        "{\"a\":",
        "{\"Activity\":",
        "{\"saved_saved_media\":[[",
        "{\"saved_posts\":{\"string_map_data\":",
    ] {
        let deep = open.repeat(100_000);
        assert!(read(deep.as_bytes()).is_err(), "{open}");
    }
    let page = "<div><table><td>".repeat(200_000);
    assert_eq!(read(page.as_bytes()), Err(Unreadable::Unknown));
}

#[test]
fn tags_with_a_million_attributes_take_no_longer_than_they_are_long() {
    let began = std::time::Instant::now();
    let mut page = String::from("<html><a ");
    for number in 0..1_000_000 {
        page.extend(["a", &number.to_string(), " "]);
    }
    page.push_str("href='https://www.instagram.com/p/CxYz123/'>x</a>");
    assert_eq!(read(page.as_bytes()).unwrap().items.len(), 1);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// In a process of its own, because the others of this one use memory as well.
#[test]
fn more_links_than_are_taken_are_counted_and_memory_stays_small() {
    const ALONE: &str = "HOSTILE_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = std::any::type_name_of_val(&more_links_than_are_taken_are_counted_and_memory_stays_small);
        // The harness names tests without the crate.
        let (_, name) = name.split_once("::").unwrap();
        let mut itself = Command::new(std::env::current_exe().unwrap());
        itself.args(["--exact", name]);
        let output = itself.env(ALONE, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let before = peak_mb();
    let file = huge();
    let export = read(BufReader::new(file)).unwrap();
    assert_eq!((export.items.len(), export.beyond), (MOST_LINKS, 80_000));
    is_within_limits(&export);
    let grown = peak_mb() - before;
    assert!(grown < 40, "{grown} MB for a file of 16 MB");
}

/// 100,000 links and a member nobody needs, 16 MB in all, written as it is read.
fn huge() -> impl std::io::Read {
    let head = std::io::Cursor::new(b"{\"Junk\": [".to_vec());
    let numbers = Numbers { left: 3_000_000 };
    let middle = std::io::Cursor::new(b"0], \"Favorite Videos\": {\"FavoriteVideoList\": [".to_vec());
    let videos = Videos { next: 0, line: Vec::new(), at: 0 };
    let tail = std::io::Cursor::new(b"]}}".to_vec());
    head.chain(numbers).chain(middle).chain(videos).chain(tail)
}

struct Numbers {
    left: usize,
}

impl std::io::Read for Numbers {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let pairs = (buffer.len() / 2).min(self.left);
        for pair in buffer[..2 * pairs].chunks_mut(2) {
            pair.copy_from_slice(b"7,");
        }
        self.left -= pairs;
        Ok(2 * pairs)
    }
}

struct Videos {
    next: u64,
    line: Vec<u8>,
    at: usize,
}

impl std::io::Read for Videos {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.line.len() {
            if self.next == 100_000 {
                return Ok(0);
            }
            let comma = if self.next == 0 { "" } else { "," };
            let id = 7_000_000_000_000_000_000 + self.next;
            self.line = format!("{comma}{{\"Date\": \"2024-05-01 10:00:00\", \"Link\": \"https://www.tiktokv.com/share/video/{id}/\"}}").into_bytes();
            (self.next, self.at) = (self.next + 1, 0);
        }
        let length = buffer.len().min(self.line.len() - self.at);
        buffer[..length].copy_from_slice(&self.line[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

/// The most memory this process ever held.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}
