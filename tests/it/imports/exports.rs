//! Exports of all ages and languages, as the platforms write them.

use linkscribe::domain::import::{Export, List, Source, Unreadable, read};

fn export(file: &str) -> Export {
    let path = format!("{}/tests/it/imports/files/{file}", env!("CARGO_MANIFEST_DIR"));
    read(std::io::BufReader::new(std::fs::File::open(path).unwrap())).unwrap()
}

#[expect(clippy::type_complexity, reason = "a table")]
/// Link, title, author and day of each.
fn told(export: &Export) -> Vec<(&str, Option<&str>, Option<&str>, Option<String>)> {
    let day = |at: &chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d").to_string();
    let items = export.items.iter();
    items
        .map(|one| {
            (one.link.as_str(), one.title.as_deref(), one.author.as_deref(), one.saved_at.as_ref().map(day))
        })
        .collect()
}

#[expect(clippy::unnecessary_wraps, reason = "as it stands in the table")]
fn on(day: &str) -> Option<String> {
    Some(day.to_owned())
}

#[test]
fn instagrams_saved_posts_of_2021_name_their_authors_and_a_story_is_left_out() {
    let export = export("saved_posts_2021.json");
    assert_eq!(export.source, Source::Instagram);
    assert_eq!(
        told(&export),
        [
            ("https://www.instagram.com/p/CxAAAAAAAA1/", None, Some("cook.book"), on("2021-08-24")),
            ("https://www.instagram.com/reel/CxAAAAAAAA2/", None, None, on("2021-08-23")),
        ]
    );
    assert_eq!((export.skipped_count, export.skipped[0].what.contains("/stories/cook/")), (1, true));
}

#[test]
fn instagrams_saved_posts_of_2025_are_read_in_a_language_we_do_not_know_with_broken_letters_put_right() {
    assert_eq!(
        told(&export("saved_posts_2025.json")),
        [
            (
                "https://www.instagram.com/reel/CxBBBBBBBB1/",
                Some("Sopa de tomate en 20 minutos 🍅"),
                Some("cook.book"),
                on("2025-08-12")
            ),
            ("https://www.instagram.com/p/CxBBBBBBBB2/", None, Some("baker"), on("2025-08-11")),
        ]
    );
}

#[test]
fn collections_of_both_ages_give_what_they_hold_and_not_their_names() {
    assert_eq!(
        told(&export("saved_collections_2023.json")),
        [
            ("https://www.instagram.com/reel/CxCCCCCCCC1/", None, Some("cook.book"), on("2023-07-22")),
            ("https://www.instagram.com/p/CxCCCCCCCC2/", None, Some("baker"), on("2023-07-22")),
        ]
    );
    assert_eq!(
        told(&export("saved_collections_2025.json")),
        [
            (
                "https://www.instagram.com/p/CxDDDDDDDD1/",
                Some("Smash burger with secret sauce"),
                Some("burger.man"),
                None
            ),
            ("https://www.instagram.com/p/CxDDDDDDDD2/", Some("Double cheeseburger"), None, None),
        ]
    );
}

#[test]
fn pages_are_read_whatever_their_layout_and_language() {
    assert_eq!(
        told(&export("saved_posts_2022.html")),
        [
            ("https://www.instagram.com/p/CxEEEEEEEE1/", None, Some("cook.book"), None),
            ("https://www.instagram.com/reel/CxEEEEEEEE2/", None, Some("baker"), None),
        ]
    );
    assert_eq!(
        told(&export("saved_posts_2026_de.html")),
        [
            (
                "https://www.instagram.com/reel/CxFFFFFFFF1/",
                Some("Käsespätzle wie bei Oma & Opa"),
                Some("oma.kocht"),
                None
            ),
            ("https://www.instagram.com/p/CxFFFFFFFF2/", None, None, None),
        ]
    );
}

#[test]
fn tiktoks_lists_are_found_wherever_they_stand_and_what_was_merely_watched_is_left_alone() {
    let links = |file: &str| -> Vec<(String, List)> {
        export(file).items.into_iter().map(|one| (one.link, one.list)).collect()
    };
    let post = |id: &str, list| (format!("https://www.tiktok.com/@/video/{id}"), list);
    assert_eq!(
        links("user_data_2021.json"),
        [
            post("7046969412980706561", List::Saved),
            post("7046969412980706562", List::Saved),
            post("7046969412980706563", List::Likes),
        ]
    );
    assert_eq!(
        links("user_data_tiktok_2024.json"),
        [post("7300000000000000001", List::Saved), post("7300000000000000002", List::Likes)]
    );
    assert_eq!(
        links("user_data_tiktok_2026.json"),
        [
            ("https://www.tiktok.com/@cook/video/7500000000000000001".to_owned(), List::Saved),
            post("7500000000000000002", List::Saved),
        ]
    );
    let export = export("user_data_tiktok_2024.json");
    assert_eq!((export.source, export.skipped_count), (Source::TikTok, 1));
}

#[test]
fn what_is_no_export_says_what_it_is() {
    let table: [(&[u8], Unreadable); 17] = [
        (b"", Unreadable::Empty),
        (b"\xef\xbb\xbf  \n", Unreadable::Empty),
        (b"PK\x03\x04rest of an archive", Unreadable::Packed),
        (b"\x89PNG\r\n", Unreadable::Foreign),
        (b"link,date\n", Unreadable::Foreign),
        (b"Date: 2024-01-01\nLink: https://www.tiktokv.com/share/video/1/\n", Unreadable::TikTokText),
        (b"{\"saved_saved_media\": [{\"title\": \"a\"", Unreadable::BrokenOff),
        (b"{\"saved_saved_media\": [,]}", Unreadable::Damaged),
        (b"{\"saved_saved_media\": []} and more", Unreadable::Damaged),
        (b"{\"a\": {\"b\": [1, 2]}}", Unreadable::Unknown),
        (b"[1, 2, \"x\"]", Unreadable::Unknown),
        (b"<html><body>Hello</body></html>", Unreadable::Unknown),
        (b"<a href='https://www.instagram.com/cook'>cook</a>", Unreadable::OtherFile(Source::Instagram)),
        (b"{\"likes_media_likes\": []}", Unreadable::OtherFile(Source::Instagram)),
        (b"{\"Your Activity\": {\"Watch History\": {}}}", Unreadable::OtherFile(Source::TikTok)),
        (b"{\"saved_saved_media\": []}", Unreadable::EmptyList(Source::Instagram)),
        (b"{\"Activity\": {\"FavoriteVideoList\": null}}", Unreadable::EmptyList(Source::TikTok)),
    ];
    for (bytes, expected) in table {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(read(bytes), Err(expected), "{text}");
        assert!(expected.hint().len() > 30, "every hint says what to do next");
    }
}
