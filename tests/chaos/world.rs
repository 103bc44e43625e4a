//! The outside world that outlives every process: Notion with its rows, the clips, the providers.

use std::path::{Path, PathBuf};

use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::EmulatedNotion;
use linkscribe::sandbox::{RunningSandbox, Sandbox, starter};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use uuid::Uuid;

use crate::audit::{self, Entry, Look};
use crate::is_long;
use crate::ledger::Ledger;
use crate::life::Life;
use crate::plan::{Dice, Kill};
use crate::support::executable;
use crate::support::providers::{FINGERPRINT, KEY, ProviderStandIns, Service};
use crate::support::service::linkscribe;

/// Long enough that a beat is in time on a busy machine, short enough that a dead worker's entry goes on soon.
pub const LEASE_MS: &str = "3000";

/// 32 bytes in base64, because every instance has a folder of its own.
const TOKEN_KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// The paid services, in the order their counts are kept in.
pub const PAID: [Service; 3] = [Service::Speech, Service::Vision, Service::Gemini];

/// Paragraphs of a summary: with the rest of a section more blocks than one request takes.
const LINES: usize = 90;

/// What is said, shown and summed up; the first and the last of it are looked for on every page.
const SAID: [&str; 2] = ["It begins with two onions.", "It ends with a hot soup."];
const SHOWN: &str = "TOMATO SOUP";

/// A number in letters: one in digits that nobody said would be left out of a note.
fn letters(number: usize) -> String {
    let letter = |digit: usize| char::from(b"abcdefghijklmnopqrstuvwxyz"[digit % 26]);
    [letter(number / 26), letter(number)].iter().collect()
}

/// What an owner writes into a cell while the row is worked on.
const OWN_WORDS: &str = "What I think of it myself.";

/// A link that is refused for good, without anything being fetched.
const REFUSED: &str = "https://example.org/soup";

/// A row as its owner knows it.
pub struct Saved {
    pub page: Uuid,
    pub is_refused: bool,
    /// When it was finished for the first time, where its owner asked for another run then.
    again: Option<i64>,
    has_own_words: bool,
}

impl Saved {
    /// Whether it is asked for again and its entry does not know yet.
    fn is_to_begin_again(&self, entry: &Entry) -> bool {
        self.again.is_some() && entry.is_done() && entry.finished_at == self.again
    }
}

pub struct World {
    pub notion: EmulatedNotion,
    pub providers: ProviderStandIns,
    pub folder: TempDir,
    pub rows: Vec<Saved>,
    pub journal: String,
    source: Uuid,
    clips: Clips,
    ledger: Ledger,
    running: RunningSandbox,
    /// Instead of the real downloader, which takes a second of processor time for its start alone; the first
    /// seed of the long form has the real one.
    tools: Option<PathBuf>,
    lives: usize,
}

impl World {
    /// A registered database without rows. Every other seed has no column for reasons, so that a comment
    /// tells them.
    pub async fn open(seed: u64, database_url: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let notion = EmulatedNotion::new();
        let database = starter::open(&notion).unwrap();
        if seed % 2 == 1 {
            notion.change_schema(database.data_source, &json!({ "Reason": null })).unwrap();
        }
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap();
        let sandbox = Sandbox::new(notion.clone(), database.data_source, clips.clone());
        let running = sandbox.serve(std::net::TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
        let journal = database_url
            .unwrap_or_else(|| format!("sqlite://{}", folder.path().join("journal.db").display()));
        std::fs::create_dir(folder.path().join("logs")).unwrap();
        let providers = ProviderStandIns::start().await;
        // Every answer names its question, so that what is kept can be told from what is not.
        providers.say(&[(0.0, 0.9, SAID[0]), (0.9, 1.9, &format!("{} Heard as {FINGERPRINT}.", SAID[1]))]);
        providers.show(&[SHOWN, FINGERPRINT]);
        let lines: Vec<String> = (0..LINES).map(|line| format!("Line {} of it.", letters(line))).collect();
        let summary = format!("{} Summed up as {FINGERPRINT}.", lines.join("\n"));
        let points: Vec<String> = (0..12).map(|point| format!("Point {}", letters(point))).collect();
        providers.answer(json!({"title": "Soup", "summary": summary, "keyPoints": points}));
        let rows = Vec::new();
        let source = database.data_source;
        let is_real = is_long() && seed % 100 == 1;
        let tools = (!is_real).then(|| light_downloader(folder.path()));
        let world = Self {
            notion,
            providers,
            folder,
            rows,
            journal,
            source,
            clips,
            ledger: Ledger::default(),
            running,
            tools,
            lives: 0,
        };
        world.register(&database.database.to_string()).await;
        world
    }

    async fn register(&self, database: &str) {
        self.register_as(database, &[]).await;
    }

    /// Registers a content database with this tag; gives its data source.
    pub async fn open_content(&self, tag: &str, instructions: &str) -> Uuid {
        let columns = json!({ "Title": { "title": {} }, "Link": { "url": {} } });
        let made = self.notion.create_database(tag, &columns).unwrap();
        let more = ["--tag", tag, "--instructions", instructions];
        self.register_as(&made.database.to_string(), &more).await;
        made.data_source
    }

    async fn register_as(&self, database: &str, more: &[&str]) {
        let given = ["register", "--token-env", "SECRET", "--database", database];
        let mut command = self.command("a", &[&given, more].concat());
        let output = command.env("SECRET", self.notion.token()).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The program as one of the instances, in a folder of its own.
    fn command(&self, instance: &str, arguments: &[&str]) -> Command {
        let mut command = linkscribe(self.folder.path(), arguments);
        command
            .env("DATA_DIR", self.data_dir(instance))
            .env("DATABASE_URL", &self.journal)
            .env("TOKEN_ENCRYPTION_KEY", TOKEN_KEY)
            .envs(self.tools.iter().map(|tools| ("TOOLS_DIR", tools)))
            .env("NOTION_API_URL", &self.running.url);
        command
    }

    fn data_dir(&self, instance: &str) -> PathBuf {
        self.folder.path().join(instance)
    }

    /// Starts an instance, which dies at a point or lives.
    pub fn begin(
        &mut self,
        instance: &str,
        kill: Option<Kill>,
        places: u32,
        settings: &[(&str, &str)],
    ) -> Life {
        self.lives += 1;
        let mut command = self.command(instance, &["serve"]);
        command
            .env("PORT", "0")
            .env("POLL_INTERVAL_SECS", "1")
            .env("PUBLIC_URL", "http://linkscribe.test")
            .env("MAX_IN_FLIGHT", places.to_string())
            .env("DOWNLOAD_EXTRA_HOSTS", self.running.url.trim_start_matches("http://"))
            .env("OPENAI_BASE_URL", self.providers.openai_url.as_str())
            .env("VISION_API_URL", self.providers.vision_url.as_str())
            .env("GEMINI_API_URL", self.providers.gemini_url.as_str())
            .envs(["OPENAI_API_KEY", "VISION_API_KEY", "GEMINI_API_KEY"].map(|name| (name, KEY)))
            .envs(settings.iter().copied());
        if let Some(Kill { point, pass, .. }) = kill {
            command.env("LINKSCRIBE_DIE_AT", format!("{point}:{pass}"));
        }
        Life::begin(command, self.folder.path().join(format!("logs/{:03}-{instance}.log", self.lives)))
    }

    /// Providers take as long as the dice say.
    pub fn delay(&self, dice: &mut Dice) {
        for service in PAID {
            self.providers.delay(service, dice.millis(400));
        }
    }

    /// Saves a link that nobody saved before, to a clip unlike all others.
    pub async fn save_link(&mut self) {
        let clip = clip(self.folder.path(), self.rows.len()).await;
        let name = self.clips.add_bytes("soup.mp4", clip).await.unwrap();
        let link = self.clips.url(&self.running.url, &name);
        self.add(&link, false);
    }

    /// Saves a link that ends as failed.
    pub fn save_refused(&mut self) {
        self.add(REFUSED, true);
    }

    fn add(&mut self, link: &str, is_refused: bool) {
        let page = self.notion.add_row(self.source, &json!({ "Link": link })).unwrap();
        self.rows.push(Saved { page, is_refused, again: None, has_own_words: false });
    }

    /// The owner wants another run of a row that is done. Gives whether there was one.
    pub fn ask_again(&mut self, look: &Look) -> bool {
        let done = |row: &Saved| {
            let entry = look.of(&row.page.to_string()).filter(|entry| entry.is_done());
            entry.filter(|_| !row.is_refused && row.again.is_none() && self.is_final(row)).cloned()
        };
        let found = self.rows.iter().enumerate().find_map(|(at, row)| Some((at, done(row)?)));
        let Some((at, entry)) = found else { return false };
        self.ledger.ask_again(&entry.note.unwrap(), &self.providers);
        self.rows[at].again = entry.finished_at;
        self.notion.edit_row(self.rows[at].page, &json!({ "Status": "pending" })).unwrap();
        true
    }

    /// The owner fills a cell of a row that is being worked on.
    pub fn fill_a_cell(&mut self) {
        let free = |row: &&mut Saved| !row.is_refused && !row.has_own_words;
        let notion = self.notion.clone();
        let unfinished =
            |row: &&mut Saved| notion.words(row.page, "Status").is_some_and(|now| now != "completed");
        if let Some(row) = self.rows.iter_mut().filter(free).find(unfinished) {
            row.has_own_words = true;
            self.notion.edit_row(row.page, &json!({ "Summary": OWN_WORDS })).unwrap();
        }
    }

    fn is_final(&self, row: &Saved) -> bool {
        let wanted = if row.is_refused { "failed" } else { "completed" };
        self.notion.words(row.page, "Status").is_some_and(|now| now == wanted)
    }

    pub async fn look(&self) -> Look {
        audit::look(&self.journal).await
    }

    /// Rows that are not at their end, in Notion or in the journal.
    pub fn unfinished<'a>(&'a self, look: &'a Look) -> impl Iterator<Item = &'a Saved> {
        self.rows.iter().filter(|row| {
            let entry = look.of(&row.page.to_string());
            !self.is_final(row) || entry.is_none_or(|entry| !entry.is_done())
        })
    }

    /// Finished paid calls, and how many of their answers the journal has kept.
    pub fn paid_and_kept(&self, look: &Look) -> ([usize; 3], [usize; 3]) {
        let notes = self.rows.iter().filter(|row| !row.is_refused).map(|row| notes(row, look)).sum();
        let paid = PAID.map(|service| self.providers.calls(service).finished);
        (paid, [look.transcripts.len(), look.screen_texts.len(), notes])
    }

    /// Paid calls made since the last death that nobody had a reason to make; see [`Ledger::read`].
    pub fn repeated(&mut self, look: &Look, leases_lost: usize) -> Vec<String> {
        let waiting = |row: &Saved| {
            let entry = look.of(&row.page.to_string())?;
            if row.is_to_begin_again(entry) { entry.note.clone() } else { None }
        };
        let waiting: Vec<String> = self.rows.iter().filter_map(waiting).collect();
        self.ledger.read(look, &waiting, &self.providers, leases_lost)
    }

    /// Paid calls that were made again because a death had taken the answer, at the end of everything.
    pub fn lost_in_flight(&self, repeated: usize) -> usize {
        let videos = self.to_be_paid()[0];
        assert_eq!(self.ledger.questions(), [videos; 3], "each clip is asked about in one way, again or not");
        let paid: usize = PAID.map(|service| self.providers.calls(service).finished).iter().sum();
        paid - self.to_be_paid().iter().sum::<usize>() - repeated
    }

    /// What is wrong with a row at the end, and what stands there too often.
    pub fn judge(&self, row: &Saved, look: &Look) -> (Vec<String>, usize) {
        let mut wrong = Vec::new();
        let mut must = |holds: bool, what: &str| {
            if !holds {
                wrong.push(format!("{}: {what}", row.page));
            }
        };
        let page = self.notion.page_markdown(row.page).unwrap_or_default();
        let entry = look.of(&row.page.to_string());
        must(self.is_final(row), "its status is not its last one");
        must(entry.is_some_and(Entry::is_done), "its entry is not done");
        must(entry.is_some_and(|entry| entry.attempts == 0), "a death counted as an attempt");
        let sections = self.sections(row);
        if row.is_refused {
            must(entry.is_some_and(|entry| entry.verdict.as_deref() == Some("unsupported")), "its verdict");
            must(self.reasons(row) >= 1, "its owner was not told the reason");
            return (wrong, sections + self.reasons(row).saturating_sub(1));
        }
        must(entry.is_some_and(|entry| entry.status == "completed"), "it ended as failed");
        let whole = [SAID[0], SAID[1], SHOWN, "Line aa of it.", "Line dl of it.", "Point al"];
        must(sections >= 1 && whole.iter().all(|part| page.contains(part)), "its section is not whole");
        if row.has_own_words {
            let words = self.notion.words(row.page, "Summary");
            must(words.as_deref() == Some(OWN_WORDS), "its owner's words are gone");
        }
        must(self.notion.words(row.page, "Name").as_deref() == Some("Soup"), "its name is not filled");
        (wrong, sections.saturating_sub(1))
    }

    /// Callouts on the page; its owner has made none.
    fn sections(&self, row: &Saved) -> usize {
        self.notion.blocks(row.page).iter().filter(|block| block["type"] == "callout").count()
    }

    /// How often the reason stands there, in the column or as comments.
    fn reasons(&self, row: &Saved) -> usize {
        let in_column = self.notion.words(row.page, "Reason").is_some_and(|words| !words.is_empty());
        self.notion.comments(row.page).len() + usize::from(in_column)
    }

    /// Paid calls that have to be made: one for each video, and a note for each run.
    pub fn to_be_paid(&self) -> [usize; 3] {
        let videos = self.rows.iter().filter(|row| !row.is_refused);
        let again = videos.clone().filter(|row| row.again.is_some()).count();
        let videos = videos.count();
        [videos, videos, videos + again]
    }

    /// Dirs of claims that nobody removed.
    pub fn left_over_dirs(&self, instance: &str) -> Vec<PathBuf> {
        let work = self.data_dir(instance).join("work");
        std::fs::read_dir(work).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
    }

    pub async fn close(self) {
        self.providers.stop().await;
        self.running.stop().await.unwrap();
    }
}

/// Notes kept of a row, over all its runs.
fn notes(row: &Saved, look: &Look) -> usize {
    let Some(entry) = look.of(&row.page.to_string()) else { return 0 };
    let first = row.again.is_some() && !row.is_to_begin_again(entry);
    usize::from(first) + usize::from(entry.note.is_some())
}

/// A program that takes yt-dlp's place and fetches the file a link names, by the way out it is told.
fn light_downloader(folder: &Path) -> PathBuf {
    const PROGRAM: &str = r#"#!/bin/sh
set -eu
case "$*" in *--version) echo 2099.01.01; exit ;; esac
for link; do :; done
curl -sf -o video.mp4 "$link"
printf '{"filepath":"video.mp4","title":"soup","webpage_url":"%s"}\n' "$link" >printed.json
"#;
    let tools = folder.join("tools");
    std::fs::create_dir_all(tools.join("venv/bin")).unwrap();
    let program = tools.join("venv/bin/yt-dlp");
    executable(&program, PROGRAM.as_bytes());
    tools
}

/// Two seconds of picture and tone, each number's with a tone and a white square of its own.
async fn clip(folder: &Path, number: usize) -> Vec<u8> {
    let file = folder.join("clip.mp4");
    let (x, y) = (8 * (number % 32), 8 * (number / 32));
    let picture = format!("testsrc=s=320x240:r=10:d=2,drawbox=x={x}:y={y}:w=64:h=64:c=white:t=fill");
    let tone = format!("sine=frequency={}:duration=2,tremolo=f=4:d=0.9", 440 + number);
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", &picture])
        .args(["-f", "lavfi", "-i", &tone, "-pix_fmt", "yuv420p", "-c:a", "aac"])
        .arg(&file)
        .status();
    assert!(made.await.unwrap().success());
    std::fs::read(file).unwrap()
}
