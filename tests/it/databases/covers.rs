//! Covers of rows and pages, and columns for files: the video's picture, uploaded once, where nothing stands yet.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use linkscribe::failure::Outcome;
use linkscribe::ports::{MediaOpener, Opened, OpenedPost, PostFile};
use linkscribe::sandbox::notion::Fault;
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{House, Person};
use crate::support::fakes::{FakeOpener, FakeSource, Script};

const LINK: &str = "https://www.tiktok.com/@cook/video/7";

/// The same video as people copy it elsewhere.
const SAME: &str = "https://www.tiktok.com/@cook/video/7?is_from_webapp=1";

/// Somebody's own cover.
const MINE: &str = "https://example.com/mine.png";

/// Every video looks the same.
struct Painter(FakeOpener, Vec<u8>);

#[async_trait]
impl MediaOpener for Painter {
    async fn open(&self, file: &Path, work_dir: &Path) -> Outcome<Opened> {
        self.0.open(file, work_dir).await
    }

    async fn open_post(&self, files: &[PostFile], work_dir: &Path) -> Outcome<OpenedPost> {
        self.0.open_post(files, work_dir).await
    }

    async fn small_picture(&self, image: &Path, _work_dir: &Path) -> Outcome<Vec<u8>> {
        assert!(image.exists(), "the picture is there as long as it is looked at");
        Ok(self.1.clone())
    }
}

fn picture() -> Vec<u8> {
    b"\xff\xd8\xff\xe0 soup".to_vec()
}

struct World {
    house: House,
    ada: Person,
    links: Uuid,
    downloads: Script,
}

impl World {
    async fn open() -> Self {
        Self::open_showing(picture()).await
    }

    async fn open_showing(picture: Vec<u8>) -> Self {
        let downloads = Script::works();
        let painter = Painter(FakeOpener(Script::works()), picture);
        let house = House::open_watching(FakeSource(downloads.clone()), Arc::new(painter)).await;
        let ada = house.person("Ada").await;
        let columns = json!({
            "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
            "Reason": { "rich_text": {} }, "Minutes": { "number": {} },
            "Tag": { "select": { "options": [{ "name": "Recipes" }] } },
            "Files & media": { "files": {} }, "Voice memo": { "files": {} },
        });
        let made = house.database(&ada, "Links", &columns);
        house.adopt(&ada, made.database).await;
        Self { house, ada, links: made.data_source, downloads }
    }

    async fn completed(&self, values: &Value) -> Uuid {
        let row = self.house.notion.add_row(self.links, values).unwrap();
        self.ended(row).await;
        row
    }

    async fn ended(&self, row: Uuid) {
        self.house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    }

    async fn again(&self, row: Uuid) {
        self.house.notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        self.ended(row).await;
    }

    /// The address of a page's cover.
    fn cover(&self, page: Uuid) -> Option<String> {
        let shown = self.house.notion.page(page).unwrap();
        let cover = shown["cover"].as_object()?;
        let kind = cover["type"].as_str().unwrap();
        Some(cover[kind]["url"].as_str().unwrap().to_owned())
    }

    /// The names of the files in a column.
    fn files(&self, page: Uuid, column: &str) -> Vec<String> {
        let value = self.house.notion.value(page, column).unwrap();
        value.as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap().to_owned()).collect()
    }

    fn uploads(&self) -> usize {
        let is_new = |path: &str| path == "/v1/file_uploads";
        self.house.notion.requests().iter().filter(|request| is_new(&request.path)).count()
    }

    /// Minutes are what the model answers: the result stands in the row whatever became of the picture.
    fn is_filled(&self, row: Uuid) -> bool {
        self.house.notion.words(row, "Minutes").as_deref() == Some("20")
    }
}

#[actix::test]
async fn a_finished_row_has_the_videos_picture_as_cover_and_in_its_column_for_files() {
    let world = World::open().await;
    let row = world.completed(&json!({ "Link": LINK })).await;
    let cover = world.cover(row).expect("there is a cover");
    assert!(cover.contains("/notion-files/"), "it is Notion's own file: {cover}");
    assert_eq!(world.house.file(&cover).await, picture());
    assert_eq!(world.files(row, "Files & media"), ["thumbnail.jpg"]);
    assert!(world.files(row, "Voice memo").is_empty(), "which asks for something else");
    assert_eq!(world.uploads(), 1, "one file for both");
    assert!(world.is_filled(row));
    world.house.close().await;
}

#[actix::test]
async fn rows_with_one_video_share_the_picture_of_one_download() {
    let world = World::open().await;
    let asked = || world.house.notion.count("GET", "/v1/users/me");
    let before = asked();
    let (one, two) =
        (world.completed(&json!({ "Link": LINK })).await, world.completed(&json!({ "Link": SAME })).await);
    for row in [one, two] {
        assert_eq!(world.house.file(&world.cover(row).unwrap()).await, picture());
    }
    assert_eq!((world.downloads.answered(), world.uploads()), (1, 2));
    assert_eq!(asked(), before + 1, "what the workspace takes is asked once");
    world.house.close().await;
}

#[actix::test]
async fn what_its_owner_put_there_stays_and_so_does_what_an_earlier_run_did() {
    let world = World::open().await;
    let link = json!([{ "name": "mine.pdf", "type": "external", "external": { "url": "https://example.com/mine.pdf" } }]);
    let notion = &world.house.notion;
    let bare = notion.add_row(world.links, &json!({ "Files & media": { "files": link } })).unwrap();
    world.house.dress(&world.ada, bare, MINE).await;
    notion.edit_row(bare, &json!({ "Link": LINK })).unwrap();
    world.ended(bare).await;
    assert_eq!(world.cover(bare).as_deref(), Some(MINE));
    assert_eq!(world.files(bare, "Files & media"), ["mine.pdf"]);
    assert_eq!(world.uploads(), 0, "nothing is uploaded that nobody shows");

    let row = world.completed(&json!({ "Link": LINK })).await;
    let cover = world.cover(row);
    world.again(row).await;
    assert_eq!((world.cover(row), world.uploads()), (cover, 1), "it stays as it is");
    assert_eq!(world.files(row, "Files & media"), ["thumbnail.jpg"], "once");

    world.house.dress(&world.ada, row, MINE).await;
    notion.edit_row(row, &json!({ "Files & media": { "files": [] } })).unwrap();
    world.again(row).await;
    assert_eq!(world.cover(row).as_deref(), Some(MINE), "a cover changed since is its owner's");
    assert_eq!(world.files(row, "Files & media"), ["thumbnail.jpg"], "an empty column is filled");
    world.house.close().await;
}

#[actix::test]
async fn a_row_is_completed_in_its_first_run_whatever_becomes_of_its_picture() {
    let world = World::open().await;
    let faults = [
        ("/v1/users/me", Fault::InternalError),
        ("/v1/file_uploads", Fault::InternalError),
        ("/v1/file_uploads", Fault::Unavailable),
        ("/v1/file_uploads", Fault::RateLimited(0)),
        ("/v1/file_uploads", Fault::Conflict),
        ("/v1/file_uploads", Fault::CutBody),
        ("/v1/file_uploads", Fault::Huge(9 * 1024 * 1024)),
    ];
    for (number, (path, fault)) in faults.into_iter().enumerate() {
        let notion = &world.house.notion;
        notion.fail_next(1, "*", path, fault.clone());
        let link = format!("https://www.tiktok.com/@cook/video/9{number}");
        let row = world.completed(&json!({ "Link": link })).await;
        notion.clear_faults();
        assert!(world.is_filled(row), "{fault:?}");
        assert_eq!((world.cover(row), world.files(row, "Files & media").len()), (None, 0), "{fault:?}");
        assert_eq!(world.uploads(), number, "it was tried in one run, and nobody tried again: {fault:?}");
        assert_eq!(notion.words(row, "Reason").as_deref(), Some(""));
    }
    let row = world.completed(&json!({ "Link": LINK })).await;
    assert!(world.cover(row).is_some(), "the next one has its cover again");
    world.house.close().await;
}

#[actix::test]
async fn a_picture_larger_than_the_workspace_takes_is_not_sent() {
    let world = World::open_showing(vec![0xff; 5 * 1024 * 1024 + 1]).await;
    let row = world.completed(&json!({ "Link": LINK })).await;
    assert_eq!((world.cover(row), world.uploads()), (None, 0));
    assert!(world.is_filled(row));
    world.house.close().await;
}

#[actix::test]
async fn pages_in_content_databases_have_the_cover_as_well_and_one_upload_serves_all() {
    let world = World::open().await;
    let columns = json!({ "Title": { "title": {} }, "Minutes": { "number": {} }, "Photo": { "files": {} } });
    let recipes = world.house.database(&world.ada, "Recipes", &columns);
    let wanted = json!({ "database_id": recipes.database, "kind": "content", "tag": "Recipes" });
    let told = world.house.post(&world.ada, "/api/databases", &wanted).await;
    assert_eq!(told.status, 201, "{told:?}");
    let row = world.completed(&json!({ "Link": LINK, "Tag": "Recipes" })).await;
    let pages = world.house.notion.rows(recipes.data_source);
    let page: Uuid = pages[0]["id"].as_str().unwrap().parse().unwrap();
    assert_eq!((world.cover(page), world.uploads()), (world.cover(row), 1));
    assert!(world.cover(page).is_some());
    assert_eq!(world.files(page, "Photo"), ["thumbnail.jpg"]);
    world.house.dress(&world.ada, page, MINE).await;
    world.again(row).await;
    assert_eq!(world.cover(page).as_deref(), Some(MINE), "its owner's cover stays");
    assert_eq!((world.house.notion.rows(recipes.data_source).len(), world.uploads()), (1, 1));
    world.house.close().await;
}

#[actix::test]
async fn a_page_is_made_all_the_same_where_its_picture_is_refused() {
    let world = World::open().await;
    let columns = json!({ "Title": { "title": {} }, "Photo": { "files": {} } });
    let recipes = world.house.database(&world.ada, "Recipes", &columns);
    let wanted = json!({ "database_id": recipes.database, "kind": "content", "tag": "Recipes" });
    assert_eq!(world.house.post(&world.ada, "/api/databases", &wanted).await.status, 201);
    world.house.notion.fail_next(1, "POST", "/v1/file_uploads", Fault::InternalError);
    let row = world.completed(&json!({ "Link": LINK, "Tag": "Recipes" })).await;
    let pages = world.house.notion.rows(recipes.data_source);
    assert_eq!((pages.len(), world.cover(row)), (1, None));
    assert_eq!((world.downloads.answered(), pages[0]["cover"].clone()), (1, Value::Null));
    world.house.close().await;
}
