//! A link that is read once more after its owner worked in the row and on its page.

use linkscribe::domain::reason::Reason;
use linkscribe::failure::Failure;
use linkscribe::sandbox::notion::EmulatedNotion;
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::House;
use crate::support::fakes::{Behaviour, FakeSource, Script};

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

fn paragraph(text: &str) -> Value {
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
