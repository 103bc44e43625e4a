//! The commands as a newcomer types them.

use serde_json::{Value, json};

use crate::support::service::linkscribe;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.mp4");

async fn run(arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = linkscribe(folder.path(), arguments).output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("linkscribe-")).collect();
    assert!(left.is_empty(), "temporary folders are left: {left:?}");
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The words of a text, as a listener would count them.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace("twenty", "20")
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn the_sandbox_reads_its_sample_and_prints_what_the_clip_says_and_shows() {
    let (code, page, log) = run(&["sandbox", "--once"]).await;
    assert_eq!(code, 0, "{log}");
    let sheet: Value = serde_json::from_str(include_str!("../../assets/sample.json")).unwrap();

    let heard = words(&page);
    let said: Vec<String> =
        sheet["said"].as_array().unwrap().iter().flat_map(|one| words(one.as_str().unwrap())).collect();
    let missed: Vec<_> = said.iter().filter(|word| !heard.contains(word)).collect();
    assert!(missed.len() * 10 <= said.len(), "missed {missed:?} in {page}");
    for screen in sheet["shown"].as_array().unwrap() {
        for line in screen["lines"].as_array().unwrap() {
            assert!(page.contains(line.as_str().unwrap()), "{line} is not in {page}");
        }
    }
    for column in [
        "- **Ingredients**: 800 g tomatoes 2 onions 3 cloves garlic 1 tbsp butter",
        "- **Minutes**: 20",
        "- **Servings**: 4",
        "- **Published**: 2026-03-14",
        "- **Tags**: Recipe",
        "- **Status**: completed",
        "- **Website**: https://soup.example/tomato",
    ] {
        assert!(page.lines().any(|line| line == column), "{column} is not in {page}");
    }
    assert!(page.starts_with("# One-pot tomato soup\n"), "{page}");
}

#[tokio::test]
async fn a_file_is_processed_without_notion_and_fills_the_columns_of_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("schema.json");
    let source = json!({
        "object": "data_source", "id": "00000000-0000-4000-8000-000000000001",
        "title": [{ "type": "text", "plain_text": "Recipes", "text": { "content": "Recipes" } }],
        "properties": {
            "Name": { "id": "title", "name": "Name", "type": "title", "title": {} },
            "Minutes": { "id": "abcd", "name": "Minutes", "type": "number", "number": { "format": "number" } },
        },
    });
    std::fs::write(&schema, source.to_string()).unwrap();
    let (code, out, log) = run(&["process", SAMPLE, "--json", "--schema", schema.to_str().unwrap()]).await;
    assert_eq!(code, 0, "{log}");
    let result: Value = serde_json::from_str(&out).unwrap();
    let minutes =
        result["note"]["values"].as_array().unwrap().iter().find(|one| one["name"] == "Minutes").unwrap();
    assert_eq!(minutes["value"]["value"], 20.0);
    assert_eq!(result["media"]["screen_text"]["lines"][0]["text"], "Tomato Soup");
    assert!(log.contains("completed"), "without a terminal, progress is plain lines: {log}");
}

#[tokio::test]
async fn a_video_without_sound_still_becomes_a_note() {
    let silent = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/silent.mp4");
    let (code, page, log) = run(&["process", silent]).await;
    assert_eq!(code, 0, "{log}");
    assert!(page.contains("Nobody speaks in this video") && page.contains("Desk Stretch"), "{page}");
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_one_sentence_with_exit_code_1() {
    let table = [
        (vec!["process", "no-such-thing"], "neither a file nor a web link"),
        (vec!["process", "https://example.org/video"], "Linkscribe does not read this site."),
        (
            vec!["process", concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample.json")],
            "The video file is damaged",
        ),
        (vec!["process", SAMPLE, "--schema", "nowhere.json"], "the schema nowhere.json cannot be read"),
        (
            vec!["register", "--token-env", "NO_SUCH", "--database", "x"],
            "the environment variable NO_SUCH is not set",
        ),
    ];
    for (arguments, sentence) in table {
        let (code, out, log) = run(&arguments).await;
        assert_eq!((code, out.as_str()), (1, ""), "{arguments:?}: {log}");
        let last = log.lines().last().unwrap_or_default();
        assert!(last.starts_with("linkscribe: ") && last.contains(sentence), "{arguments:?}: {log}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_used_is_named_with_its_fix() {
    let folder = tempfile::tempdir().unwrap();
    let output = linkscribe(folder.path(), &["serve"]).env("PORT", "eighty").output().await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        log.contains("PORT (from the environment)") && log.contains("whole number from 0 to 65535"),
        "{log}"
    );
}

#[tokio::test]
async fn on_cloud_run_nothing_starts_with_an_sqlite_file_unless_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    for (command, code) in [("serve", 1), ("migrate", 1), ("check", 1)] {
        let output =
            linkscribe(folder.path(), &[command]).env("K_SERVICE", "linkscribe").output().await.unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{command}: {text}");
        for words in ["SQLite file on Cloud Run is lost", "postgres://", "ALLOW_SQLITE_ON_CLOUD_RUN=true"] {
            assert!(text.contains(words), "{command} does not say {words}: {text}");
        }
    }
    assert!(!folder.path().join("data").exists(), "neither a key nor a file is made");
    let allowed = [("K_SERVICE", "linkscribe"), ("ALLOW_SQLITE_ON_CLOUD_RUN", "true")];
    let output = linkscribe(folder.path(), &["migrate"]).envs(allowed).output().await.unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[tokio::test]
async fn check_says_what_is_in_order() {
    let (code, out, log) = run(&["check"]).await;
    assert_eq!(code, 0, "{out}{log}");
    for what in ["yt-dlp", "gallery-dl", "ffmpeg", "transcriber", "reader", "summarizer", "database"] {
        assert!(out.lines().any(|line| line.starts_with(&format!("✓ {what}"))), "{what} is not in {out}");
    }
}

#[tokio::test]
async fn check_tells_of_logins_that_expired_or_cannot_be_read_and_of_misspelled_extractors() {
    let folder = tempfile::tempdir().unwrap();
    let line = |host: &str, until: &str| format!(".{host}\tTRUE\t/\tTRUE\t{until}\tsessionid\ts3cret\n");
    let jar = [line("instagram.com", "1000"), line("tiktok.com", "0")].concat();
    std::fs::write(folder.path().join("jar.txt"), jar).unwrap();
    std::fs::write(folder.path().join("mine.toml"), "[platforms.vimeo]\nextractors = [\"vimeoo\"]\n")
        .unwrap();
    for (cookies, told) in [
        (
            "jar.txt",
            [
                "✗ logins       that of Instagram has expired",
                "export its cookies anew",
                "✓ logins       for TikTok",
            ],
        ),
        ("lost.txt", ["✗ logins", "the cookies file cannot be read", "a file in Netscape format"]),
        ("mine.toml", ["✗ logins", "has none for any platform", "in Netscape format"]),
    ] {
        let output = linkscribe(folder.path(), &["check"])
            .env("YTDLP_COOKIES_FILE", cookies)
            .env("LINKSCRIBE_CONFIG", "mine.toml")
            .output()
            .await
            .unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        for words in told {
            assert!(text.contains(words), "{words} is not in {text}");
        }
        assert!(text.contains("✗ yt-dlp       knows no vimeoo"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[tokio::test]
async fn the_tour_fills_three_shelves_from_the_same_clips_and_leaves_what_their_owner_typed() {
    let (code, told, log) = run(&["sandbox", "--tour"]).await;
    assert_eq!(code, 0, "{told}\n{log}");
    for line in [
        "    Minutes            20",
        "    Servings           4",
        "    Course             Soup",
        "    Body               Neck",
        "    Moves              3",
        "    How to get there   Take the yellow tram and go there before sunset.",
        "  typed cells that stand     18 of 18",
        "  written lines that stand   9 of 9",
    ] {
        assert!(told.lines().any(|said| said == line), "{line} is not in {told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 80), "{told}");
}
