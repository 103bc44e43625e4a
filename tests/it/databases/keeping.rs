//! The video, or its sound, kept in Notion where the owner of a database wants that; told on the page where it cannot be.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use linkscribe::domain::answer::SEVERAL_PARTS;
use linkscribe::domain::link::{VideoUrl, understand};
use linkscribe::domain::media::MediaInfo;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::waiting::Party;
use linkscribe::failure::{Failure, Outcome};
use linkscribe::ports::{
    Breakers, Download, Files, MediaOpener, Opened, OpenedPost, PostFile, Trouble, VideoSource,
};
use linkscribe::sandbox::notion::Fault;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::house::{Doubles, House, Person, columns};
use crate::support::fakes::{Behaviour, FakeModel, FakeOpener, FakeSource, Outages, Script};

const LINK: &str = "https://www.tiktok.com/@cook/video/7";

/// What the doubles download.
const VIDEO: &[u8] = b"not a real video";

/// The same video as people copy it elsewhere.
const SAME: &str = "https://www.tiktok.com/@cook/video/7?is_from_webapp=1";

/// Every video sounds so, or is silent; brought over a line that may be held.
struct Recorder(FakeOpener, Mutex<Option<Vec<u8>>>, Arc<Semaphore>);

#[async_trait]
impl MediaOpener for Recorder {
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened> {
        self.0.open(file, work_dir).await
    }

    async fn open_post(&self, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost> {
        self.0.open_post(files, work_dir).await
    }

    async fn sound(&self, file: &Path, work_dir: &Path) -> Outcome<Option<PathBuf>> {
        let _line = self.2.acquire().await.unwrap();
        assert!(file.exists(), "the video is there as long as it is listened to");
        let Some(bytes) = self.1.lock().unwrap().clone() else { return Ok(None) };
        let sound = work_dir.join("kept.m4a");
        std::fs::write(&sound, bytes).unwrap();
        Ok(Some(sound))
    }

    async fn small_picture(&self, image: &Path, work_dir: &Path) -> Outcome<Vec<u8>> {
        self.0.small_picture(image, work_dir).await
    }
}

/// Every link leads to a post of one picture, with the recipe beside it.
struct Album(FakeSource);

#[async_trait]
impl VideoSource for Album {
    async fn fetch(&self, url: &VideoUrl, work_dir: &Path) -> Outcome<Download> {
        let fetched = self.0.fetch(url, work_dir).await?;
        let path = fetched.files.all()[0].to_owned();
        let info = MediaInfo { caption: Some("Cook it for 20 minutes.".into()), ..fetched.info };
        Ok(Download { files: Files::Post(vec![PostFile { number: 1, path }]), info, ..fetched })
    }
}

struct World {
    house: House,
    ada: Person,
    links: Uuid,
    /// Its address with us.
    place: String,
    downloads: Script,
}

impl World {
    async fn open(keep: &str) -> Self {
        Self::open_with(keep, Script::works(), Some(b"a song".to_vec())).await
    }

    async fn open_with(keep: &str, downloads: Script, sound: Option<Vec<u8>>) -> Self {
        Self::open_answered(keep, downloads, sound, Script::works()).await
    }

    async fn open_answered(keep: &str, downloads: Script, sound: Option<Vec<u8>>, answers: Script) -> Self {
        let line = Arc::new(Semaphore::new(1));
        let recorder = Arc::new(Recorder(FakeOpener(Script::works()), Mutex::new(sound), line));
        let doubles = Doubles::of(Arc::new(FakeSource(downloads.clone())));
        let doubles = Doubles { opener: recorder, summary: Arc::new(FakeModel(answers)), ..doubles };
        Self::open_of(keep, downloads, doubles).await
    }

    async fn open_of(keep: &str, downloads: Script, doubles: Doubles) -> Self {
        let house = House::open_of(doubles).await;
        let ada = house.person("Ada").await;
        let made = house.database(&ada, "Links", &columns());
        let place = house.adopt(&ada, made.database).await;
        let world = Self { house, ada, links: made.data_source, place, downloads };
        if !keep.is_empty() {
            world.wants(keep).await;
        }
        world
    }

    async fn wants(&self, keep: &str) {
        let told = self.house.patch(&self.ada, &self.place, &json!({ "keep": keep })).await;
        assert_eq!((told.status, &told.body["keep"]), (200, &json!(keep)), "{told:?}");
    }

    async fn completed(&self, link: &str) -> Uuid {
        let row = self.house.notion.add_row(self.links, &json!({ "Link": link })).unwrap();
        self.ended(row).await;
        row
    }

    /// The result stands in the row whatever became of the file, and nothing failed on the way.
    async fn ended(&self, row: Uuid) {
        self.house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
        assert_eq!(self.house.notion.words(row, "Minutes").as_deref(), Some("20"));
        assert_eq!(self.house.notion.words(row, "Reason").as_deref(), Some(""));
    }

    async fn again(&self, row: Uuid) {
        self.house.notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        self.ended(row).await;
    }

    /// What plays in our section: the kind of its block and what is in the file.
    async fn plays(&self, row: Uuid) -> Option<(String, Vec<u8>)> {
        let section = self.section(row);
        let inside = section["children"].as_array().unwrap();
        let media =
            inside.iter().find(|block| ["video", "audio"].contains(&block["type"].as_str().unwrap()))?;
        let kind = media["type"].as_str().unwrap().to_owned();
        let url = media[&kind]["file"]["url"].as_str().unwrap();
        Some((kind, self.house.file(url).await))
    }

    fn section(&self, row: Uuid) -> Value {
        let blocks = self.house.notion.blocks(row);
        let ours: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "callout").collect();
        assert_eq!(ours.len(), 1, "one section, however often");
        ours[0].clone()
    }

    fn says(&self, row: Uuid, text: &str) -> bool {
        self.section(row).to_string().contains(text)
    }

    fn uploads(&self) -> usize {
        let is_new = |path: &str| path == "/v1/file_uploads";
        self.house.notion.requests().iter().filter(|request| is_new(&request.path)).count()
    }

    /// The id of the last upload.
    fn last_upload(&self) -> Uuid {
        let requests = self.house.notion.requests();
        let sent = requests.iter().rev().find(|request| request.path.ends_with("/send")).unwrap();
        sent.path.split('/').nth(3).unwrap().parse().unwrap()
    }
}

#[actix::test]
async fn nothing_is_kept_unless_its_owner_wants_it() {
    let world = World::open("").await;
    let told = world.house.get(&world.ada, &world.place).await;
    assert_eq!(told.body["keep"], "none");
    let row = world.completed(LINK).await;
    assert_eq!((world.plays(row).await, world.uploads()), (None, 0));
    assert!(!world.says(row, "Left out"));
    world.house.close().await;
}

#[actix::test]
async fn the_video_or_its_sound_plays_on_the_page_of_its_row() {
    for (keep, bytes) in [("video", VIDEO), ("audio", b"a song")] {
        let world = World::open(keep).await;
        let row = world.completed(LINK).await;
        assert_eq!(world.plays(row).await, Some((keep.to_owned(), bytes.to_vec())));
        assert!(!world.says(row, "Left out"), "{keep}");
        world.house.close().await;
    }
}

#[actix::test]
async fn a_slow_line_of_one_owner_holds_up_nobody_else_who_saved_the_video() {
    let (downloads, line) = (Script::works(), Arc::new(Semaphore::new(0)));
    let sound = Mutex::new(Some(b"a song".to_vec()));
    let opener = Arc::new(Recorder(FakeOpener(Script::works()), sound, Arc::clone(&line)));
    let doubles = Doubles { opener, ..Doubles::of(Arc::new(FakeSource(downloads.clone()))) };
    let world = World::open_of("audio", downloads, doubles).await;
    let slow = world.house.notion.add_row(world.links, &json!({ "Link": LINK })).unwrap();
    world.downloads.asked_times(1).await;
    let ben = world.house.person("Ben").await;
    let his = world.house.database(&ben, "Links", &columns());
    world.house.adopt(&ben, his.database).await;
    let quick = world.house.notion.add_row(his.data_source, &json!({ "Link": LINK })).unwrap();
    world.ended(quick).await;
    assert_ne!(world.house.notion.words(slow, "Status").as_deref(), Some("completed"));

    line.add_permits(1);
    world.ended(slow).await;
    assert_eq!(world.plays(slow).await, Some(("audio".to_owned(), b"a song".to_vec())));
    assert_eq!(world.downloads.answered(), 1);
    world.house.close().await;
}

#[actix::test]
async fn one_file_serves_every_run_and_every_row_of_a_workspace() {
    let world = World::open("video").await;
    let row = world.completed(LINK).await;
    world.again(row).await;
    let other = world.completed(SAME).await;
    for row in [row, other] {
        assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    }
    assert_eq!((world.downloads.answered(), world.uploads()), (1, 1));
    world.house.close().await;
}

#[actix::test]
async fn a_run_that_goes_on_behind_a_checkpoint_finds_the_file_that_an_earlier_one_kept() {
    let stumbles = || Failure::transient(anyhow::anyhow!("no answer this time"));
    let answers = Script::of([Behaviour::Fail(stumbles), Behaviour::Fail(stumbles), Behaviour::Work]);
    let world = World::open_answered("video", Script::works(), None, answers).await;
    let row = world.completed(LINK).await;
    assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    assert_eq!((world.downloads.answered(), world.uploads()), (1, 1));
    world.house.close().await;
}

#[actix::test]
async fn what_the_workspace_does_not_take_is_told_with_its_size_and_never_sent() {
    let large = vec![0; 5 * 1024 * 1024 + 1];
    let world = World::open_with("audio", Script::works(), Some(large)).await;
    let row = world.completed(LINK).await;
    assert_eq!((world.plays(row).await, world.uploads()), (None, 0));
    assert!(world.says(row, "6 MB > 5 MB") && world.says(row, "larger than your workspace takes"));
    world.house.close().await;
}

#[actix::test]
async fn what_the_workspace_does_not_take_is_fetched_once_however_often_its_video_is_saved() {
    let large = vec![0; 5 * 1024 * 1024 + 1];
    let world = World::open_with("audio", Script::works(), Some(large)).await;
    let row = world.completed(LINK).await;
    world.again(row).await;
    world.again(row).await;
    let other = world.completed(SAME).await;
    for row in [row, other] {
        assert!(world.plays(row).await.is_none() && world.says(row, "6 MB > 5 MB"));
    }
    assert_eq!(world.downloads.answered(), 1);
    world.house.close().await;
}

#[actix::test]
async fn what_was_too_large_is_fetched_anew_only_once_the_workspace_takes_it() {
    for pays in [false, true] {
        let world = World::open("").await;
        let row = world.completed(LINK).await;
        let (connection, media) = (world.ada.connection, understand(LINK).unwrap().key);
        let was = json!({ "what": "too_large", "bytes": 6_000_000, "most": 5_242_880 });
        let sql = format!("INSERT INTO keepsakes VALUES ('{connection}', '{media}', 'audio', '{was}', 0)");
        assert_eq!(world.house.tamper(&sql).await, 1);
        world.wants("audio").await;
        if pays {
            world.house.notion.pay(world.ada.workspace);
        }
        world.again(row).await;
        assert_eq!((world.plays(row).await.is_some(), world.says(row, "6 MB > 5 MB")), (pays, !pays));
        assert_eq!(world.downloads.answered(), if pays { 2 } else { 1 });
        world.house.close().await;
    }
}

#[actix::test]
async fn a_known_post_is_no_file_and_is_not_fetched_to_learn_that() {
    let downloads = Script::works();
    let doubles = Doubles::of(Arc::new(Album(FakeSource(downloads.clone()))));
    let world = World::open_of("", downloads, doubles).await;
    let row = world.completed(LINK).await;
    world.wants("video").await;
    for _ in 0..2 {
        world.again(row).await;
        assert!(world.plays(row).await.is_none() && world.says(row, SEVERAL_PARTS));
    }
    assert_eq!(world.downloads.answered(), 1);
    world.house.close().await;
}

#[actix::test]
async fn a_workspace_that_pays_takes_a_large_file_in_parts() {
    let large: Vec<u8> = (0..25 * 1024 * 1024_u32).map(|at| (at % 251) as u8).collect();
    let world = World::open_with("audio", Script::works(), Some(large.clone())).await;
    world.house.notion.pay(world.ada.workspace);
    let row = world.completed(LINK).await;
    let sent = world.house.notion.requests();
    let sent = sent.iter().filter(|request| request.path.ends_with("/send")).count();
    let (kind, bytes) = world.plays(row).await.expect("it is kept");
    assert!(kind == "audio" && bytes == large, "the parts come together in their order");
    assert_eq!(sent, 3);
    world.house.close().await;
}

#[actix::test]
async fn of_a_silent_video_the_page_says_that_there_is_nothing_to_keep() {
    let world = World::open_with("audio", Script::works(), None).await;
    let row = world.completed(LINK).await;
    assert!(world.plays(row).await.is_none() && world.says(row, "This video has no sound."));
    world.again(row).await;
    assert_eq!(world.downloads.answered(), 1, "a silent video stays silent");
    world.house.close().await;
}

#[actix::test]
async fn an_upload_that_fails_is_told_and_tried_again_by_the_next_run() {
    let world = World::open("video").await;
    for (number, fault) in
        [Fault::InternalError, Fault::CutBody, Fault::RateLimited(0)].into_iter().enumerate()
    {
        world.house.notion.fail_next(1, "POST", "/v1/file_uploads", fault.clone());
        let row = world.completed(&format!("https://www.tiktok.com/@cook/video/9{number}")).await;
        assert!(world.plays(row).await.is_none(), "{fault:?}");
        assert!(world.says(row, "This file could not be kept this time."), "{fault:?}");
        let before = world.downloads.answered();
        world.again(row).await;
        assert_eq!(world.downloads.answered(), before + 1, "fetched for this alone");
        assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())), "{fault:?}");
        assert!(!world.says(row, "could not be kept"));
    }
    world.house.close().await;
}

#[actix::test]
async fn a_wish_that_came_later_fetches_a_known_video_once_more_and_pays_for_nothing_else() {
    let world = World::open("").await;
    let row = world.completed(LINK).await;
    world.wants("video").await;
    let cost = |view: &Value| view["cost"].clone();
    let entries = world.house.get(&world.ada, "/api/entries").await.body;
    let entry = format!("/api/entries/{}", entries["items"][0]["id"].as_str().unwrap());
    let before = cost(&world.house.get(&world.ada, &entry).await.body);
    world.again(row).await;
    assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    assert_eq!(world.downloads.answered(), 2);
    let after = cost(&world.house.get(&world.ada, &entry).await.body);
    for part in ["speech_ms", "images"] {
        assert_eq!(before[part], after[part], "{before} {after}");
    }
    world.house.close().await;
}

#[actix::test]
async fn where_nobody_reads_the_screen_a_known_video_is_kept_as_well() {
    let downloads = Script::works();
    let doubles = Doubles { reader: None, ..Doubles::of(Arc::new(FakeSource(downloads.clone()))) };
    let world = World::open_of("", downloads, doubles).await;
    let row = world.completed(LINK).await;
    world.wants("video").await;
    world.again(row).await;
    assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    assert_eq!(world.downloads.answered(), 2);
    world.house.close().await;
}

#[actix::test]
async fn a_platform_that_is_out_of_order_is_not_asked_for_a_file_alone() {
    let world = World::open_with("", Script::works().of_party("TikTok", &Outages::default()), None).await;
    let row = world.completed(LINK).await;
    world.wants("video").await;
    let (breakers, site) = (&world.house.store, Party::new("TikTok"));
    while breakers.trouble(&site, Trouble::OutOfOrder).await.unwrap().is_none() {}
    world.again(row).await;
    assert!(world.plays(row).await.is_none() && world.says(row, "could not be kept"));
    assert_eq!(world.downloads.asked(), 1, "the entry goes on without");
    breakers.answered(&site).await.unwrap();
    world.again(row).await;
    assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    world.house.close().await;
}

#[actix::test]
async fn a_known_video_that_is_gone_from_its_platform_is_told_and_fails_nothing() {
    let gone = || Failure::permanent(Reason::Private, anyhow::anyhow!("the account is private"));
    let downloads = Script::of([Behaviour::Work, Behaviour::Fail(gone)]);
    let world = World::open_with("", downloads, None).await;
    let row = world.completed(LINK).await;
    world.wants("video").await;
    world.again(row).await;
    assert!(world.plays(row).await.is_none() && world.says(row, "This file could not be kept this time."));
    world.house.close().await;
}

#[actix::test]
async fn a_file_that_notion_threw_away_is_told_and_brought_again_by_the_next_run() {
    let world = World::open("video").await;
    let row = world.completed(LINK).await;
    world.house.notion.expire_upload(world.last_upload());
    world.again(row).await;
    assert!(world.plays(row).await.is_none() && world.says(row, "could not be kept"));
    world.again(row).await;
    assert_eq!(world.plays(row).await, Some(("video".to_owned(), VIDEO.to_vec())));
    assert_eq!((world.downloads.answered(), world.uploads()), (2, 2));
    world.house.close().await;
}

#[actix::test]
async fn only_a_database_of_links_keeps_videos() {
    let world = World::open("audio").await;
    let columns = json!({ "Title": { "title": {} } });
    let recipes = world.house.database(&world.ada, "Recipes", &columns);
    let mut wanted =
        json!({ "database_id": recipes.database, "kind": "content", "tag": "Recipes", "keep": "video" });
    world.house.post(&world.ada, "/api/databases", &wanted).await.is_problem(422, "link database");
    wanted["keep"] = json!("none");
    assert_eq!(world.house.post(&world.ada, "/api/databases", &wanted).await.status, 201);
    world
        .house
        .patch(&world.ada, &world.place, &json!({ "keep": "everything" }))
        .await
        .is_problem(400, "audio");
    let again =
        json!({ "database_id": world.house.get(&world.ada, &world.place).await.body["notion_database_id"] });
    let told = world.house.post(&world.ada, "/api/databases", &again).await;
    assert_eq!((told.status, &told.body["keep"]), (200, &json!("audio")), "what was said before stays");
    world.house.close().await;
}
