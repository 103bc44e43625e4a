//! Results that become pages of their own: by tag, by choice, several for one video; each made once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkscribe::domain::cost::Usage;
use linkscribe::domain::note::{Answer, OfferedItem, Question};
use linkscribe::failure::Outcome;
use linkscribe::ports::SummaryModel;
use linkscribe::sandbox::notion::{DatabaseIds, EmulatedNotion, Fault};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::house::{Doubles, House, Person};
use crate::support::fakes::{Behaviour, FakeSource, Script};

const LINK: &str = "https://www.tiktok.com/@cook/video/2";

/// Answers every question from its columns, and remembers what it was asked.
pub(super) struct Model {
    choice: Option<&'static str>,
    items: Vec<&'static str>,
    asked: Mutex<Vec<Question>>,
}

impl Model {
    pub(super) fn that(choice: Option<&'static str>, items: &[&'static str]) -> Arc<Self> {
        Arc::new(Self { choice, items: items.to_vec(), asked: Mutex::default() })
    }

    pub(super) fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl SummaryModel for Model {
    fn name(&self) -> String {
        "a model".into()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        self.asked.lock().unwrap().push(question.clone());
        let minutes = question.columns.iter().filter(|(_, column)| column.name == "Minutes");
        let values: std::collections::BTreeMap<_, _> =
            minutes.map(|(key, _)| (key.clone(), json!(20))).collect();
        let item = |title: &&str| OfferedItem { title: (*title).into(), values: values.clone() };
        Ok(Answer {
            title: "Tomato soup".into(),
            summary: "A soup.".into(),
            items: self.items.iter().map(item).collect(),
            values,
            choice: self.choice.map(Into::into),
            engine: self.name(),
            usage: Usage { tokens_in: 1_000, tokens_out: 10, calls: 1, ..Usage::default() },
            ..Answer::default()
        })
    }
}

/// Somebody's link database, and content databases with a tag each.
pub(super) struct World {
    pub(super) house: House,
    pub(super) ada: Person,
    pub(super) links: Uuid,
    /// Its id with us.
    link_database: String,
    contents: Vec<DatabaseIds>,
}

impl World {
    pub(super) async fn open(model: &Arc<Model>, tags: &[(&str, &str)]) -> Self {
        let house = House::open_summarized_by(Arc::clone(model) as Arc<dyn SummaryModel>).await;
        Self::open_in(house, tags).await
    }

    async fn open_in(house: House, tags: &[(&str, &str)]) -> Self {
        let ada = house.person("Ada").await;
        let options: Vec<Value> = tags.iter().map(|(tag, _)| json!({ "name": tag })).collect();
        let columns = json!({
            "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
            "Reason": { "rich_text": {} }, "Minutes": { "number": {} },
            "Tag": { "select": { "options": options } },
        });
        let links = house.database(&ada, "Links", &columns);
        let link_database = house.adopt(&ada, links.database).await;
        let mut contents = Vec::new();
        for (tag, instructions) in tags {
            let columns = json!({
                "Title": { "title": {} }, "Minutes": { "number": {} }, "Link": { "url": {} },
                "Saved in": { "relation": { "data_source_id": links.data_source, "single_property": {} } },
            });
            let made = house.database(&ada, tag, &columns);
            let wanted = json!({
                "database_id": made.database, "kind": "content", "tag": tag, "instructions": instructions,
            });
            let told = house.post(&ada, "/api/databases", &wanted).await;
            assert_eq!(told.status, 201, "{told:?}");
            contents.push(made);
        }
        Self { house, ada, links: links.data_source, link_database, contents }
    }

    pub(super) fn save(&self, values: &Value) -> Uuid {
        self.house.notion.add_row(self.links, values).unwrap()
    }

    pub(super) async fn ended(&self, row: Uuid, status: &str) {
        self.house.until(|notion| (notion.words(row, "Status")? == status).then_some(())).await;
    }

    /// The ids of the pages of a content database.
    pub(super) fn pages(&self, content: usize) -> Vec<Uuid> {
        let rows = self.house.notion.rows(self.contents[content].data_source);
        rows.iter().map(|row| row["id"].as_str().unwrap().parse().unwrap()).collect()
    }

    pub(super) fn titles(&self, content: usize) -> Vec<String> {
        let pages = self.pages(content);
        let mut titles: Vec<String> =
            pages.iter().map(|page| self.house.notion.words(*page, "Title").unwrap_or_default()).collect();
        titles.sort();
        titles
    }
}

pub(super) fn body(notion: &EmulatedNotion, page: Uuid) -> String {
    notion.page_markdown(page).unwrap_or_default()
}

pub(super) const TWO: [(&str, &str); 2] = [("Recipes", ""), ("Places", "One page per place.")];

#[actix::test]
async fn a_tag_sends_the_result_to_its_database_and_row_and_page_lead_to_each_other() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(row, "completed").await;
    let notion = &world.house.notion;
    assert_eq!(world.titles(0), ["Tomato soup"]);
    assert_eq!(world.pages(1).len(), 0);
    let page = world.pages(0)[0];
    assert_eq!(notion.words(page, "Minutes").as_deref(), Some("20"));
    assert_eq!(notion.words(page, "Link").as_deref(), Some(LINK));
    let related = notion.value(page, "Saved in").unwrap();
    assert_eq!(related[0]["id"], json!(row), "{related}");
    let text = body(notion, page);
    assert!(text.contains("A soup.") && text.contains("Cook the soup"), "{text}");
    assert!(text.contains(&row.simple().to_string()), "the page leads to the row: {text}");
    let text = body(notion, row);
    assert!(text.contains(&page.simple().to_string()), "the row leads to the page: {text}");
    assert!(!text.contains("Cook the soup"), "what the page says the row need not say: {text}");
    assert_eq!(notion.words(row, "Name").as_deref(), Some("Tomato soup"));
    assert_eq!(notion.words(row, "Minutes").unwrap_or_default(), "", "the values went to the page");
    assert_eq!(model.asked().len(), 1, "one question is paid for");
    world.house.close().await;
}

#[actix::test]
async fn without_a_tag_the_model_chooses_a_database_or_leaves_the_result_in_the_row() {
    for (choice, asked, pages) in [(Some("c2"), 2, [0, 1]), (None, 1, [0, 0]), (Some("c7"), 1, [0, 0])] {
        let model = Model::that(choice, &[]);
        let world = World::open(&model, &TWO).await;
        let row = world.save(&json!({ "Link": LINK }));
        world.ended(row, "completed").await;
        assert_eq!([world.pages(0).len(), world.pages(1).len()], pages, "{choice:?}");
        assert_eq!(model.asked().len(), asked, "{choice:?}");
        let titles: Vec<String> =
            model.asked()[0].choices.iter().map(|choice| choice.title.clone()).collect();
        assert_eq!(titles, ["Recipes", "Places"]);
        let minutes = world.house.notion.words(row, "Minutes").unwrap_or_default();
        assert_eq!(minutes, if asked == 1 { "20" } else { "" });
        world.house.notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        world.ended(row, "completed").await;
        assert_eq!([world.pages(0).len(), world.pages(1).len()], pages, "a second run makes no second page");
        world.house.close().await;
    }
}

#[actix::test]
async fn several_things_in_one_video_become_a_page_each_once_and_their_owners_words_stay() {
    let model = Model::that(None, &["Tomato soup", "Soup", "Recipe", "Twenty minutes", "The soup"]);
    let world = World::open(&model, &TWO).await;
    let row = world.save(&json!({ "Link": LINK, "Tag": "Places" }));
    world.ended(row, "completed").await;
    let titles = world.titles(1);
    assert!(titles.len() >= 4, "{titles:?}");
    assert!(model.asked()[0].several, "its instructions ask for it");
    let notion = &world.house.notion;
    let text = body(notion, row);
    assert!(
        text.contains("A soup.") && text.contains("Cook the soup"),
        "what is shared stands in the row: {text}"
    );
    for page in world.pages(1) {
        assert!(text.contains(&page.simple().to_string()), "{text}");
        assert!(!body(notion, page).contains("Cook the soup"));
    }
    let edited = world.pages(1)[0];
    notion.edit_row(edited, &json!({ "Title": "Mum's", "Minutes": 45 })).unwrap();
    for _ in 0..2 {
        notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        world.ended(row, "completed").await;
        assert_eq!(world.pages(1).len(), titles.len(), "no page twice");
        assert_eq!(notion.words(edited, "Title").as_deref(), Some("Mum's"));
        assert_eq!(notion.words(edited, "Minutes").as_deref(), Some("45"));
        let callouts = notion.blocks(edited).iter().filter(|block| block["type"] == "callout").count();
        assert_eq!(callouts, 1);
    }
    world.house.close().await;
}

#[actix::test]
async fn of_several_pages_those_that_were_thrown_away_stay_away_while_others_stand() {
    let model = Model::that(None, &["Tomato soup", "Twenty minutes"]);
    let world = World::open(&model, &TWO).await;
    let row = world.save(&json!({ "Link": LINK, "Tag": "Places" }));
    world.ended(row, "completed").await;
    let again = async || {
        world.house.notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        world.ended(row, "completed").await;
        world.titles(1)
    };
    let pages = world.pages(1);
    assert_eq!(world.titles(1), ["Tomato soup", "Twenty minutes"]);
    world.house.notion.set_trashed(pages[0], true).unwrap();
    assert_eq!(again().await.len(), 1, "its owner did not want it");
    assert!(body(&world.house.notion, row).contains("Cook the soup"), "what is shared stays in the row");
    world.house.notion.set_trashed(pages[1], true).unwrap();
    assert_eq!(again().await, ["Tomato soup", "Twenty minutes"], "they want them again");
    assert_eq!(model.asked().last().unwrap().known_items, ["tomato-soup", "twenty-minute"]);
    world.house.close().await;
}

#[actix::test]
async fn who_chooses_is_told_what_the_databases_are_about() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let columns = vec!["Link", "Minutes", "Saved in", "Title"];
    let content = world.contents[0].database;
    world.house.notion.unshare(&world.ada.token, content);
    let row = world.save(&json!({ "Link": LINK }));
    world.ended(row, "completed").await;
    let choices = model.asked()[0].choices.clone();
    assert!(choices[0].columns.is_empty(), "it cannot be opened");
    assert_eq!(choices[1].columns, columns);
    assert!(choices[1].about.contains("One page per place."), "{choices:?}");
    world.house.notion.share(&world.ada.token, content);
    world.house.notion.clear_requests();
    let next = world.save(&json!({ "Link": "https://www.tiktok.com/@cook/video/3" }));
    world.ended(next, "completed").await;
    assert_eq!(model.asked()[1].choices[0].columns, columns, "asked again until it can be");
    let other = format!("/v1/data_sources/{}", world.contents[1].data_source);
    let asked = world.house.notion.requests().iter().filter(|one| one.path == other).count();
    assert_eq!(asked, 0, "what is known is not asked again for each link");
    world.house.close().await;
}

#[actix::test]
async fn a_page_whose_making_was_not_answered_is_found_again_and_not_made_twice() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let faults = [
        (Fault::AnswerLost(504), 1),
        (Fault::CutBody, 2),
        (Fault::AnswerLost(500), 1),
        (Fault::Unavailable, 2),
    ];
    for (video, (fault, times)) in faults.into_iter().enumerate() {
        let before = world.pages(0).len();
        world.house.notion.fail_next(times, "POST", "/v1/pages", fault.clone());
        let link = format!("https://www.tiktok.com/@cook/video/{video}");
        let row = world.save(&json!({ "Link": link, "Tag": "Recipes" }));
        world.ended(row, "completed").await;
        assert_eq!(world.pages(0).len(), before + 1, "{fault:?}");
        assert!(body(&world.house.notion, row).contains(&world.pages(0)[before].simple().to_string()));
        world.house.notion.clear_faults();
    }
    assert_eq!(model.asked().len(), 4, "no note is paid for twice");
    world.house.close().await;
}

#[actix::test]
async fn a_page_that_queries_do_not_show_yet_is_not_made_twice() {
    let model = Model::that(None, &[]);
    let doubles = Doubles::of(Arc::new(FakeSource(Script::works())));
    let doubles = Doubles { summary: model.clone(), lag: Duration::from_secs(3), ..doubles };
    let world = World::open_in(House::open_of(doubles).await, &TWO).await;
    let notion = &world.house.notion;
    notion.lag(true);
    notion.fail_next(1, "POST", "/v1/pages", Fault::AnswerLost(504));
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    let looked = format!("/v1/data_sources/{}/query", world.contents[0].data_source);
    world.house.until(|notion| (notion.count("POST", &looked) > 0).then_some(())).await;
    notion.lag(false);
    world.ended(row, "completed").await;
    assert_eq!(world.pages(0).len(), 1);
    assert_eq!(notion.words(row, "Reason").unwrap_or_default(), "", "waiting is no attempt");
    world.house.close().await;
}

#[actix::test]
async fn a_page_that_lands_after_we_gave_up_on_it_is_not_made_twice() {
    let model = Model::that(None, &[]);
    let lag = Duration::from_secs(2);
    let doubles = Doubles::of(Arc::new(FakeSource(Script::works())));
    let doubles = Doubles { summary: model.clone(), lag, ..doubles };
    let world = World::open_in(House::open_of(doubles).await, &TWO).await;
    let notion = &world.house.notion;
    notion.clear_requests();
    notion.fail_next(1, "POST", "/v1/pages", Fault::LandsLate(lag / 2));
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(row, "completed").await;
    world.house.until(|notion| (notion.count("POST", "/v1/pages") > 0).then_some(())).await;
    assert_eq!(world.pages(0).len(), 1);
    world.house.close().await;
}

#[actix::test]
async fn in_a_busy_connection_a_link_with_a_tag_takes_five_requests_besides_bodies() {
    let gate = Arc::new(Semaphore::new(0));
    let downloads = Script::of([Behaviour::Hold(gate.clone())]);
    let model = Model::that(None, &[]);
    let doubles = Doubles::of(Arc::new(FakeSource(downloads.clone())));
    let doubles = Doubles { summary: model.clone(), ..doubles };
    let world = World::open_in(House::open_of(doubles).await, &TWO).await;
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    downloads.asked_times(1).await;
    world.house.get_busy();
    // The row was read once before its download; what follows is counted.
    world.house.notion.clear_requests();
    gate.add_permits(1);
    world.ended(row, "completed").await;
    let is_body = |path: &str| path.starts_with("/v1/blocks") || path.starts_with("/v1/file_uploads");
    let asked = world.house.notion.requests().into_iter().filter(|exchange| !is_body(&exchange.path));
    let asked: Vec<String> = asked.map(|exchange| format!("{} {}", exchange.method, exchange.path)).collect();
    // The page's columns, the page, the row once more, and the row's last change.
    assert_eq!(asked.len() + 1, 5, "{asked:?}");
    world.house.close().await;
}

#[actix::test]
async fn pages_do_not_collect_sections() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(row, "completed").await;
    let (notion, page) = (&world.house.notion, world.pages(0)[0]);
    let ours = notion.blocks(page)[0]["id"].as_str().unwrap().parse().unwrap();
    let words = json!([{ "type": "text", "text": { "content": "With cream" } }]);
    notion
        .write_blocks(ours, &json!([{ "type": "paragraph", "paragraph": { "rich_text": words } }]))
        .unwrap();
    for _ in 0..3 {
        notion.edit_row(row, &json!({ "Status": "pending" })).unwrap();
        world.ended(row, "completed").await;
        let callouts = notion.blocks(page).iter().filter(|block| block["type"] == "callout").count();
        assert_eq!(callouts, 2, "theirs, and one of ours");
        assert!(body(notion, page).contains("With cream"));
    }
    world.house.close().await;
}

#[actix::test]
async fn whatever_was_pasted_pages_and_rows_lead_to_the_video() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let notion = &world.house.notion;
    for (pasted, tag) in [
        ("www.tiktok.com/@cook/video/2", "Recipes"),
        ("Look at this! https://www.tiktok.com/@cook/video/2?utm_source=x", "Recipes"),
        ("www.tiktok.com/@cook/video/2", ""),
    ] {
        let mut values = json!({ "Link": pasted });
        if !tag.is_empty() {
            values["Tag"] = json!(tag);
        }
        let before = world.pages(0).len();
        let row = world.save(&values);
        world.ended(row, "completed").await;
        assert!(body(notion, row).contains(&format!("]({LINK})")), "{pasted}: {}", body(notion, row));
        if let Some(page) = world.pages(0).get(before) {
            assert_eq!(notion.words(*page, "Link").as_deref(), Some(LINK), "{pasted}");
            assert!(body(notion, *page).contains(&format!("]({LINK})")), "{pasted}");
        }
        notion.set_trashed(row, true).unwrap();
    }
    assert_eq!(world.pages(0).len(), 2);
    world.house.close().await;
}

#[actix::test]
async fn a_database_that_takes_no_pages_fails_the_row_in_words_and_goes_on_once_it_is_mended() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    world.house.notion.unshare(&world.ada.token, world.contents[0].database);
    let row = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(row, "failed").await;
    let notion = &world.house.notion;
    let reason = notion.words(row, "Reason").unwrap_or_default();
    assert!(reason.contains("takes no pages") && reason.contains("tag"), "{reason}");
    notion.edit_row(row, &json!({ "Status": "pending", "Tag": "Places" })).unwrap();
    world.ended(row, "completed").await;
    assert_eq!((world.pages(0).len(), world.pages(1).len()), (0, 1), "the tag its owner chose since counts");
    notion.share(&world.ada.token, world.contents[0].database);
    let next = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(next, "completed").await;
    assert_eq!(world.pages(0).len(), 1);
    assert!(!world.link_database.is_empty());
    world.house.close().await;
}

#[actix::test]
async fn what_an_owner_writes_about_a_column_counts_for_the_next_link() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &[]).await;
    let before = world.save(&json!({ "Link": LINK }));
    world.ended(before, "completed").await;
    let words = "Minutes in the oven, without the time it takes to rise";
    let columns = json!({ "Minutes": { "number": {}, "description": words } });
    world.house.notion.change_schema(world.links, &columns).unwrap();
    let after = world.save(&json!({ "Link": LINK }));
    world.ended(after, "completed").await;
    let described: Vec<String> = model
        .asked()
        .iter()
        .flat_map(|question| question.columns.iter().map(|(_, column)| column.clone()))
        .filter(|column| column.name == "Minutes")
        .map(|column| column.description)
        .collect();
    assert_eq!(described, ["", words], "no restart lies between them");
    world.house.close().await;
}
