//! A link that is read once more after its owner worked in the row and on its page.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use linkscribe::adapters::rules::Rules;
use linkscribe::domain::reason::Reason;
use linkscribe::failure::Failure;
use linkscribe::sandbox::notion::{EmulatedNotion, Fault};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::house::House;
use crate::support::fakes::{Behaviour, FakeModel, FakeOpener, FakeSource, Script};

const LINK: &str = "https://www.tiktok.com/@cook/video/2";

fn says(block: &Value, text: &str) -> bool {
    block.to_string().contains(text)
}

/// The id of the first callout of a page: our section.
fn section(notion: &EmulatedNotion, page: Uuid) -> Uuid {
    let blocks = notion.blocks(page);
    let callout = blocks.iter().find(|block| block["type"] == "callout").unwrap();
    callout["id"].as_str().unwrap().parse().unwrap()
}

fn callouts(notion: &EmulatedNotion, page: Uuid) -> usize {
    notion.blocks(page).iter().filter(|block| block["type"] == "callout").count()
}

async fn completed(house: &House, row: Uuid) {
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
}

async fn once_more(house: &House, row: Uuid) {
    house.notion.edit_row(row, &json!({"Status": "pending"})).unwrap();
    completed(house, row).await;
}

/// A row that was read, in a database with a column for minutes.
async fn read_row(house: &House) -> Uuid {
    let ada = house.person("Ada").await;
    let made = house.post(&ada, "/api/databases/create", &json!({})).await;
    let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
    house.notion.change_schema(source, &json!({"Minutes": {"number": {}}})).unwrap();
    let row = house.notion.add_row(source, &json!({"Link": LINK})).unwrap();
    completed(house, row).await;
    assert_eq!(house.notion.words(row, "Minutes").as_deref(), Some("20"));
    row
}

pub(super) fn paragraph(text: &str) -> Value {
    json!([{"type": "paragraph", "paragraph": {"rich_text": [{"type": "text", "text": {"content": text}}]}}])
}

#[actix::test]
async fn what_its_owner_wrote_in_the_row_and_on_the_page_stays() {
    let house = House::open().await;
    let row = read_row(&house).await;
    house.notion.edit_row(row, &json!({"Name": "Grandma's soup", "Minutes": 45})).unwrap();
    house.notion.write_blocks(row, &paragraph("Less salt next time")).unwrap();
    for _ in 0..3 {
        once_more(&house, row).await;
        assert_eq!(house.notion.words(row, "Name").as_deref(), Some("Grandma's soup"));
        assert_eq!(house.notion.words(row, "Minutes").as_deref(), Some("45"));
        assert!(house.notion.blocks(row).iter().any(|block| says(block, "Less salt next time")));
        assert_eq!(callouts(&house.notion, row), 1, "one section, however often");
    }
    house.notion.edit_row(row, &json!({"Minutes": null})).unwrap();
    once_more(&house, row).await;
    assert_eq!(
        house.notion.words(row, "Minutes").as_deref(),
        Some("20"),
        "an emptied column is filled again"
    );
    house.close().await;
}

#[actix::test]
async fn a_section_its_owner_wrote_in_stays_beside_the_new_one() {
    let house = House::open().await;
    let row = read_row(&house).await;
    let first = section(&house.notion, row);
    house.notion.write_blocks(first, &paragraph("Mum does it with cream")).unwrap();
    once_more(&house, row).await;
    assert_eq!(callouts(&house.notion, row), 2);
    assert!(house.notion.blocks(first).iter().any(|block| says(block, "Mum does it with cream")));
    once_more(&house, row).await;
    assert_eq!(callouts(&house.notion, row), 2, "the newer one, which nobody touched, is replaced");
    house.close().await;
}

#[actix::test]
async fn what_its_owner_writes_in_a_section_while_the_new_one_is_put_up_stays() {
    let house = House::open().await;
    let row = read_row(&house).await;
    let first = section(&house.notion, row);
    let once = AtomicBool::new(false);
    house.notion.meddle(move |notion, method, path| {
        let puts_up = method == "PATCH" && path == format!("/v1/blocks/{row}/children");
        if puts_up && !once.swap(true, Ordering::SeqCst) {
            notion.write_blocks(first, &paragraph("Mum does it with cream")).unwrap();
        }
    });
    once_more(&house, row).await;
    assert_eq!(callouts(&house.notion, row), 2);
    assert!(house.notion.blocks(first).iter().any(|block| says(block, "Mum does it with cream")));
    once_more(&house, row).await;
    assert_eq!(callouts(&house.notion, row), 2, "the newer one, which nobody touched, is replaced");
    house.close().await;
}

/// What a person gets who duplicates a block of ours: it is theirs, with the same words and links.
pub(super) fn copied(block: &Value) -> Value {
    let items = |block: &Value, kind: &str| -> Vec<Value> {
        let items = block[kind]["rich_text"].as_array().unwrap().iter();
        items.map(|item| json!({"type": "text", "text": item["text"]})).collect()
    };
    let inside: Vec<Value> = block["children"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|block| block["type"] == "paragraph")
        .map(|block| json!({"type": "paragraph", "paragraph": {"rich_text": items(block, "paragraph")}}))
        .collect();
    json!([{"type": "callout", "callout": {"rich_text": items(block, "callout"), "children": inside}}])
}

#[actix::test]
async fn a_section_its_owner_commented_on_stays_where_comments_may_be_read() {
    for inside in [false, true] {
        let house = House::open().await;
        let row = read_row(&house).await;
        let notion = &house.notion;
        let first = section(notion, row);
        let folded = || {
            let blocks = notion.blocks(first);
            let folds = blocks.iter().find(|block| block["type"] == "toggle").unwrap();
            folds["id"].as_str().unwrap().parse().unwrap()
        };
        notion.comment_on(if inside { folded() } else { first }, "Mum does it with cream").unwrap();
        for _ in 0..2 {
            once_more(&house, row).await;
            assert_eq!(callouts(notion, row), 2, "{inside}");
        }
        assert_eq!(section(notion, row), first);
        house.close().await;
    }
}

#[actix::test]
async fn a_copy_of_our_section_and_a_box_with_our_link_are_their_owners() {
    let house = House::open().await;
    let row = read_row(&house).await;
    let notion = &house.notion;
    let ours = notion.blocks(row).into_iter().find(|block| block["type"] == "callout").unwrap();
    notion.write_blocks(row, &copied(&ours)).unwrap();
    let copy = last(notion, row);
    for lost in [false, true, false] {
        if lost {
            notion.fail_next(1, "PATCH", "/v1/blocks", Fault::AnswerLost(504));
        }
        once_more(&house, row).await;
        assert_eq!(callouts(notion, row), 2, "theirs, and one of ours");
        assert_eq!(last(notion, row), copy, "theirs stands, and ours keeps its place above it");
    }
    house.close().await;
}

/// The id of the last block of a page or block.
fn last(notion: &EmulatedNotion, holder: Uuid) -> Uuid {
    notion.blocks(holder).last().unwrap()["id"].as_str().unwrap().parse().unwrap()
}

#[actix::test]
async fn a_section_stays_where_its_owner_put_it() {
    let house = House::open().await;
    let row = read_row(&house).await;
    let notion = &house.notion;
    notion.write_blocks(row, &paragraph("My notes")).unwrap();
    once_more(&house, row).await;
    let kinds =
        |holder| notion.blocks(holder).into_iter().map(|block| block["type"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds(row), ["callout", "paragraph"], "what stood below it stands below it");
    let folded = json!([{"type": "toggle", "toggle": {"rich_text": []}}]);
    notion.write_blocks(row, &folded).unwrap();
    let toggle = last(notion, row);
    let column = |text| json!({"type": "column", "column": {"children": paragraph(text)}});
    let beside =
        json!([{"type": "column_list", "column_list": {"children": [column("left"), column("right")]}}]);
    notion.write_blocks(row, &beside).unwrap();
    let column = last(notion, last(notion, row));
    for holder in [toggle, column] {
        notion.move_block(section(notion, row), holder);
        notion.write_blocks(holder, &paragraph("Below it")).unwrap();
        for lost in [false, true] {
            if lost {
                notion.fail_next(1, "PATCH", "/v1/blocks", Fault::AnswerLost(504));
            }
            once_more(&house, row).await;
            let inside = kinds(holder);
            let ours = inside.iter().filter(|kind| **kind == "callout").count();
            assert_eq!(ours, 1, "one section, {lost} {inside:?}");
            assert_eq!(inside.last().unwrap(), "paragraph", "{lost} {inside:?}");
            assert_eq!(callouts(notion, row), 0, "none elsewhere");
        }
        notion.move_block(section(notion, holder), row);
    }
    house.close().await;
}

#[actix::test]
async fn an_answer_that_was_lost_leaves_one_new_section_beside_the_one_its_owner_wrote_in() {
    let house = House::open().await;
    let row = read_row(&house).await;
    let first = section(&house.notion, row);
    house.notion.write_blocks(first, &paragraph("Mum does it with cream")).unwrap();
    for fault in [Fault::AnswerLost(504), Fault::CutBody] {
        house.notion.fail_next(1, "PATCH", "/v1/blocks", fault);
        once_more(&house, row).await;
        assert_eq!(callouts(&house.notion, row), 2);
    }
    assert!(house.notion.blocks(first).iter().any(|block| says(block, "Mum does it with cream")));
    house.close().await;
}

#[actix::test]
async fn a_column_that_got_another_type_is_left_out_and_told_and_the_row_is_filled() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let made = house.post(&ada, "/api/databases/create", &json!({})).await;
    let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
    house.notion.change_schema(source, &json!({"Minutes": {"number": {}}})).unwrap();
    // The row that came with the database is out of the way first.
    completed(&house, house.notion.rows(source)[0]["id"].as_str().unwrap().parse().unwrap()).await;
    house.notion.clear_requests();
    // The note is made and cannot be written yet.
    house.notion.fail_next(1_000_000, "PATCH", "/v1/blocks", Fault::RateLimited(0));
    let row = house.notion.add_row(source, &json!({"Link": LINK})).unwrap();
    house.until(|notion| (notion.count("PATCH", "/v1/blocks") > 0).then_some(())).await;
    house.notion.change_schema(source, &json!({"Minutes": {"rich_text": {}}})).unwrap();
    let seen = house.notion.count("PATCH", "/v1/blocks");
    house.until(|notion| (notion.count("PATCH", "/v1/blocks") > seen + 1).then_some(())).await;
    house.notion.clear_faults();
    completed(&house, row).await;
    assert_eq!(house.notion.words(row, "Minutes").as_deref(), Some(""));
    let told = house.notion.page_markdown(row).unwrap();
    assert!(told.contains("This does not fit the column's type."), "{told}");
    house.close().await;
}

#[actix::test]
async fn after_columns_were_changed_a_retry_asks_anew_only_if_there_is_another_question() {
    for (changes, asked) in [(false, 2), (true, 3)] {
        let gate = Arc::new(Semaphore::new(0));
        let downloads = Script::of([Behaviour::Work, Behaviour::Hold(gate.clone())]);
        let answers = Script::works();
        let (opener, model) = (Arc::new(FakeOpener(Script::works())), Arc::new(FakeModel(answers.clone())));
        let house = House::open_where(FakeSource(downloads.clone()), opener, model).await;
        let ada = house.person("Ada").await;
        let made = house.post(&ada, "/api/databases/create", &json!({})).await;
        let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
        completed(&house, house.notion.rows(source)[0]["id"].as_str().unwrap().parse().unwrap()).await;
        let row = house.notion.add_row(source, &json!({"Link": LINK})).unwrap();
        downloads.asked_times(2).await;
        // Nothing but the result is written from now on.
        house.get_busy();
        let changed = Fault::Invalid("Minutes is expected to be number.");
        house.notion.fail_next(1, "PATCH", "/v1/pages", changed);
        gate.add_permits(9);
        house.until(|notion| (notion.words(row, "Status")? == "failed").then_some(())).await;
        if changes {
            house.notion.change_schema(source, &json!({"Servings": {"number": {}}})).unwrap();
        }
        let failed = |told: &Value| told["items"][0]["status"] == "failed";
        let told = house.until_told(&ada, "/api/entries", failed).await;
        let retry = format!("/api/entries/{}/retry", told["items"][0]["id"].as_str().unwrap());
        assert_eq!(house.post(&ada, &retry, &json!({})).await.status, 202);
        completed(&house, row).await;
        assert_eq!(answers.asked(), asked, "{changes}");
        house.close().await;
    }
}

#[actix::test]
async fn words_of_the_owner_in_the_reason_column_stay_when_a_link_fails() {
    let private = || Failure::permanent(Reason::Private, anyhow::anyhow!("the account is private"));
    let downloads = Script::of((0..9).map(|_| Behaviour::Fail(private)));
    let house = House::open_with(FakeSource(downloads)).await;
    let ada = house.person("Ada").await;
    let made = house.post(&ada, "/api/databases/create", &json!({})).await;
    let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
    let row = house.notion.add_row(source, &json!({"Link": LINK, "Reason": "Ask Tom about it"})).unwrap();
    house.until(|notion| (notion.words(row, "Status")? == "failed").then_some(())).await;
    assert_eq!(house.notion.words(row, "Reason").as_deref(), Some("Ask Tom about it"));
    house.until(|notion| (!notion.comments(row).is_empty()).then_some(())).await;
    house.close().await;
}

#[actix::test]
async fn a_status_is_set_while_it_shows_what_notion_gave_it_and_not_once_its_owner_had_a_hand_in_it() {
    let house = House::open_summarized_by(Arc::new(Rules)).await;
    let ada = house.person("Ada").await;
    let made = house.post(&ada, "/api/databases/create", &json!({})).await;
    let source: Uuid = made.body["data_source_id"].as_str().unwrap().parse().unwrap();
    let options = json!([{ "name": "Salad" }, { "name": "Soup" }, { "name": "Stew" }]);
    house.notion.change_schema(source, &json!({ "Dish": { "status": { "options": options } } })).unwrap();
    let dish = |row| house.notion.words(row, "Dish").unwrap();
    let theirs = house.notion.add_row(source, &json!({ "Link": LINK, "Dish": "Stew" })).unwrap();
    let row = house.notion.add_row(source, &json!({ "Link": LINK })).unwrap();
    assert_eq!(dish(row), "Salad", "a status is never empty");
    completed(&house, row).await;
    completed(&house, theirs).await;
    assert_eq!((dish(row).as_str(), dish(theirs).as_str()), ("Soup", "Stew"));
    house.notion.edit_row(row, &json!({ "Dish": "Salad" })).unwrap();
    for _ in 0..2 {
        once_more(&house, row).await;
        assert_eq!(dish(row), "Salad", "they put it back");
    }
    house.close().await;
}
