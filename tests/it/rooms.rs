//! The law of the rooms: who may import whom, and where each framework may be named.

use std::fs;
use std::path::{Path, PathBuf};

/// A room and the rooms of ours it may import; `actors` beside `messages` because they share an envelope.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("failure", &["domain"]),
    ("ports", &["ports", "domain", "failure"]),
    ("adapters", &["adapters", "ports", "domain", "failure", "fault"]),
    ("messages", &["messages", "ports", "domain", "failure"]),
    ("accounts", &["accounts", "messages", "ports", "domain", "failure"]),
    ("actors", &["accounts", "actors", "messages", "ports", "domain", "failure", "fault"]),
    ("http", &["http", "messages", "domain", "failure"]),
    ("sandbox", &["sandbox"]),
    ("settings", &["settings"]),
    ("telemetry", &["telemetry"]),
];

/// A crate (or type) that only some rooms may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("actix::", &["actors", "messages", "app"]),
    ("actix_web::", &["http", "sandbox", "app"]),
    ("reqwest", &["adapters"]),
    ("sea_orm", &["adapters"]),
    ("deadpool_redis", &["adapters"]),
    ("process::Command", &["adapters"]),
];

#[test]
fn every_room_imports_only_what_the_law_allows() {
    let mut broken = Vec::new();
    for (room, file, line) in code_lines() {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else { continue };
        for imported in rooms_named_in(&line) {
            if !allowed.contains(&imported.as_str()) {
                broken.push(format!("{}: {room} imports {imported}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_framework_stays_in_its_rooms() {
    let mut broken = Vec::new();
    for (room, file, line) in code_lines() {
        for (word, rooms) in ONLY_IN {
            if names(&line, word) && !rooms.contains(&room.as_str()) {
                broken.push(format!("{}: `{word}` in {room}: {}", file.display(), line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_stay_short_enough_to_be_read_in_one_go() {
    // Code alone; a table of tests at the end may be longer.
    const MOST_LINES: usize = 340;
    let long: Vec<_> = sources()
        .into_iter()
        .map(|file| (code_of(&file).lines().count(), file))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!")).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

fn rooms_named_in(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .map(|(at, word)| &line[at + word.len()..])
        .map(|rest| rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect())
        .collect()
}

/// Whether a line names a crate, not merely a longer word that ends with it.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(|before| before.is_alphanumeric() || before == '_')
    })
}

/// Every line of code under `src/` with its room; comments and test modules say what they like.
fn code_lines() -> Vec<(String, PathBuf, String)> {
    let source = source_root();
    let mut all = Vec::new();
    for file in sources() {
        let top = file.strip_prefix(&source).unwrap().components().next().unwrap();
        let room = top.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        let code = code_of(&file);
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        all.extend(lines.map(|line| (room.clone(), file.clone(), line.to_owned())));
    }
    assert!(all.len() > 1_000, "the sources were not found");
    all
}

/// A file without its test module.
fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![source_root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs")
                && path.file_name().is_some_and(|name| name != "tests.rs")
            {
                files.push(path);
            }
        }
    }
    files
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
