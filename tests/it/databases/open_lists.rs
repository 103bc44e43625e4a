//! Lists that may grow because their owner says so on the page of the database, whatever the columns say.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use linkscribe::domain::note::{Answer, Question};
use linkscribe::failure::Outcome;
use linkscribe::ports::SummaryModel;
use linkscribe::sandbox::notion::{EmulatedNotion, Fault};
use reqwest::Method;
use serde_json::{Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use super::house::{House, Person};

const LINK: &str = "https://www.tiktok.com/@cook/video/2";

/// What the videos of the doubles are about, and no option so far.
const NEW: &str = "Soup";

/// An option both lists have.
const KNOWN: &str = "Cake";

/// Wants every list to hold this.
struct Grower {
    wanted: &'static str,
    asked: Mutex<Vec<Question>>,
}

#[async_trait]
impl SummaryModel for Grower {
    fn name(&self) -> String {
        "a model".into()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        self.asked.lock().unwrap().push(question.clone());
        let values = question.columns.iter().map(|(key, _)| (key.clone(), json!(self.wanted))).collect();
        Ok(Answer { title: "Soup".into(), values, engine: self.name(), ..Answer::default() })
    }
}

struct World {
    house: House,
    ada: Person,
    model: Arc<Grower>,
    links: Uuid,
    place: String,
}

impl World {
    async fn open() -> Self {
        Self::open_wanting(NEW).await
    }

    async fn open_wanting(wanted: &'static str) -> Self {
        let model = Arc::new(Grower { wanted, asked: Mutex::default() });
        let house = House::open_summarized_by(Arc::clone(&model) as Arc<dyn SummaryModel>).await;
        let ada = house.person("Ada").await;
        let options = json!([{ "name": KNOWN }]);
        let columns = json!({
            "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
            "Dish": { "select": { "options": options } }, "Kinds": { "multi_select": { "options": options } },
        });
        let made = house.database(&ada, "Links", &columns);
        let place = house.adopt(&ada, made.database).await;
        Self { house, ada, model, links: made.data_source, place }
    }

    /// The id of a column that may be opened.
    async fn id(&self, column: &str) -> String {
        let asked =
            json!({ "database_id": self.house.get(&self.ada, &self.place).await.body["notion_database_id"] });
        let told = self.house.post(&self.ada, "/api/databases/propose", &asked).await;
        let offered = told.body["candidates"]["open"].as_array().unwrap().clone();
        let found = offered.iter().find(|offered| offered["name"] == column);
        found.unwrap_or_else(|| panic!("{offered:?}"))["id"].as_str().unwrap().to_owned()
    }

    /// Reads a row and gives what its lists hold.
    async fn read(&self) -> [String; 2] {
        let row = self.house.notion.add_row(self.links, &json!({ "Link": LINK })).unwrap();
        self.house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
        ["Dish", "Kinds"].map(|column| self.house.notion.words(row, column).unwrap())
    }

    fn options(&self, column: &str) -> Vec<String> {
        let schema = self.house.notion.data_source(self.links).unwrap();
        let column = &schema["properties"][column];
        let options = column[column["type"].as_str().unwrap()]["options"].as_array().unwrap();
        options.iter().map(|option| option["name"].as_str().unwrap().to_owned()).collect()
    }

    fn told(&self) -> Vec<String> {
        self.model.asked.lock().unwrap().last().unwrap().open.clone()
    }
}

fn open_of(body: &Value) -> Vec<&str> {
    let open = body["mapping"]["open"].as_array().unwrap_or_else(|| panic!("{body}"));
    open.iter().map(|column| column["name"].as_str().unwrap()).collect()
}

#[actix::test]
async fn a_list_grows_once_its_owner_opens_it_and_not_any_more_once_it_is_closed() {
    let world = World::open().await;
    assert_eq!(world.read().await, ["", ""], "a list is closed");
    let dish = world.id("Dish").await;
    let opened = json!({ "mapping": { "open": [dish] } });
    let told = world.house.patch(&world.ada, &world.place, &opened).await;
    assert_eq!((told.status, open_of(&told.body)), (200, vec!["Dish"]), "{told:?}");
    assert_eq!(world.read().await, [NEW, ""], "the other one stays closed");
    assert_eq!(world.told(), [dish], "the model is told");
    assert_eq!(
        (world.options("Dish"), world.options("Kinds")),
        (vec!["Cake".into(), NEW.into()], vec!["Cake".into()])
    );
    // Looking at the columns again keeps what was said.
    let again = json!({ "database_id": told.body["notion_database_id"] });
    assert_eq!(open_of(&world.house.post(&world.ada, "/api/databases", &again).await.body), ["Dish"]);
    let closed = world.house.patch(&world.ada, &world.place, &json!({ "mapping": { "open": [] } })).await;
    assert!(open_of(&closed.body).is_empty());
    world.read().await;
    assert!(world.told().is_empty());
    world.house.close().await;
}

#[actix::test]
async fn an_option_that_was_renamed_since_the_note_was_made_does_not_come_back() {
    let world = World::open_wanting(KNOWN).await;
    let notion = &world.house.notion;
    notion.fail_next(50, "PATCH", "/v1/pages", Fault::Unavailable);
    let row = notion.add_row(world.links, &json!({ "Link": LINK })).unwrap();
    // The section is on the page, so the note is kept; the columns cannot be written yet.
    let has_body = |notion: &EmulatedNotion| (!notion.blocks(row).is_empty()).then_some(());
    world.house.until(has_body).await;
    let schema = notion.data_source(world.links).unwrap();
    let id = &schema["properties"]["Dish"]["select"]["options"][0]["id"];
    let renamed = json!({ "Dish": { "select": { "options": [{ "id": id, "name": "Torte" }] } } });
    notion.change_schema(world.links, &renamed).unwrap();
    notion.clear_requests();
    let columns = format!("/v1/data_sources/{}", world.links);
    let looked =
        |notion: &EmulatedNotion| notion.requests().iter().any(|one| one.path == columns).then_some(());
    world.house.until(looked).await;
    notion.clear_faults();
    world.house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    assert_eq!(world.options("Dish"), ["Torte"]);
    let words = ["Dish", "Kinds"].map(|column| notion.words(row, column).unwrap());
    assert_eq!(words, ["", KNOWN]);
    assert_eq!(world.model.asked.lock().unwrap().len(), 1, "no note is paid for twice");
    world.house.close().await;
}

#[actix::test]
async fn what_is_no_list_or_plays_a_part_is_not_opened() {
    let world = World::open().await;
    let shown = world.house.get(&world.ada, &world.place).await.body;
    for (part, hint) in [("status", "Status takes no new options"), ("title", "Name takes no new options")] {
        let body = json!({ "mapping": { "open": [shown["mapping"][part]["id"]] } });
        world.house.patch(&world.ada, &world.place, &body).await.is_problem(422, hint);
    }
    let body = json!({ "mapping": { "open": ["gone"] } });
    world.house.patch(&world.ada, &world.place, &body).await.is_problem(422, "candidates");
    let body = json!({ "database_id": shown["notion_database_id"], "mapping": { "open": ["gone"] } });
    world.house.post(&world.ada, "/api/databases", &body).await.is_problem(422, "candidates");
    world.house.close().await;
}

#[actix::test]
async fn the_page_of_a_database_has_a_form_for_it_that_needs_no_script() {
    let world = World::open().await;
    let path = world.place.replace("/api", "");
    let kinds = world.id("Kinds").await;
    let page = || async { world.house.get(&world.ada, &path).await.body.as_str().unwrap().to_owned() };
    let ticked = |page: &str| {
        let tag = page.split('<').find(|tag| tag.contains(&format!("value=\"{kinds}\""))).unwrap().to_owned();
        assert!(tag.contains("name=\"open\""), "{tag}");
        tag.contains("checked")
    };
    let send = async |fields: &[(&str, &str)]| {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = world.house.request(Some(&world.ada), Method::POST, &path).body(body);
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        let answer = form.header("origin", world.house.origin()).send().await.unwrap();
        assert_eq!(answer.status(), 200, "it leads back to the page: {fields:?}");
    };
    let before = page().await;
    assert!(!ticked(&before) && before.contains("name=\"lists\"") && before.contains("value=\"audio\""));
    let wishes = [("instructions", "Short"), ("language", "de"), ("keep", "audio"), ("lists", "shown")];
    send(&[&wishes[..], &[("open", kinds.as_str())]].concat()).await;
    let shown = world.house.get(&world.ada, &world.place).await.body;
    assert_eq!(
        (open_of(&shown), &shown["keep"], &shown["language"]),
        (vec!["Kinds"], &json!("audio"), &json!("de"))
    );
    assert!(ticked(&page().await));
    // Where Notion does not answer there are no boxes, and nothing is closed by that.
    send(&[("instructions", "Short"), ("language", "de")]).await;
    let shown = world.house.get(&world.ada, &world.place).await.body;
    assert_eq!((open_of(&shown), &shown["keep"]), (vec!["Kinds"], &json!("audio")));
    send(&wishes).await;
    assert!(open_of(&world.house.get(&world.ada, &world.place).await.body).is_empty());
    world.house.close().await;
}
