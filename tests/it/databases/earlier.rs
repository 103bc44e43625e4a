//! A second row with the same video: filled from what is known, linked to the first one, and paid for by nobody.

use serde_json::json;
use uuid::Uuid;

use super::results::{Model, TWO, World, body};

const LINK: &str = "https://www.tiktok.com/@cook/video/2";
/// The same video, shared by somebody else.
const SHARED: &str = "https://m.tiktok.com/v/2.html?_t=x";

/// The address of a page, as others lead to it.
fn of(page: Uuid) -> String {
    page.simple().to_string()
}

#[actix::test]
async fn a_second_row_is_filled_without_a_second_question_and_leads_to_the_first() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &[]).await;
    let first = world.save(&json!({ "Link": LINK }));
    world.ended(first, "completed").await;
    let second = world.save(&json!({ "Link": SHARED }));
    world.ended(second, "completed").await;
    let notion = &world.house.notion;
    for row in [first, second] {
        assert_eq!(notion.words(row, "Name").as_deref(), Some("Tomato soup"));
        assert_eq!(notion.words(row, "Minutes").as_deref(), Some("20"));
        assert!(body(notion, row).contains("Cook the soup"));
    }
    assert_eq!(model.asked().len(), 1, "the same question is not paid for twice");
    let text = body(notion, second);
    assert!(text.contains("Saved before") && text.contains(&of(first)), "{text}");
    assert!(!body(notion, first).contains("Saved before"));
    let list = world.house.get(&world.ada, "/api/entries").await.body;
    let entry = |page: Uuid| {
        let mut entries = list["items"].as_array().unwrap_or_else(|| panic!("{list}")).iter();
        let found =
            entries.find(|entry| entry["page_id"].as_str().is_some_and(|id| id.replace('-', "") == of(page)));
        found.unwrap_or_else(|| panic!("{page} {list}")).clone()
    };
    assert_eq!(entry(second)["earlier"], entry(first)["id"], "{list}");
    assert_eq!(entry(first)["earlier"], json!(null));
    // A run of the first one makes it no second one.
    notion.edit_row(first, &json!({ "Status": "pending" })).unwrap();
    world.ended(first, "completed").await;
    assert!(!body(notion, first).contains("Saved before"));
    world.house.close().await;
}

#[actix::test]
async fn two_rows_that_are_saved_at_once_are_a_first_and_a_second_one() {
    let model = Model::that(None, &["Tomato soup", "Soup", "Recipe", "Twenty minutes"]);
    let world = World::open(&model, &TWO).await;
    let rows: Vec<Uuid> = [LINK, SHARED, LINK]
        .iter()
        .map(|link| world.save(&json!({ "Link": link, "Tag": "Places" })))
        .collect();
    for row in &rows {
        world.ended(*row, "completed").await;
    }
    let notion = &world.house.notion;
    assert_eq!(model.asked().len(), 1);
    let pages = world.pages(1);
    assert!(pages.len() >= 3, "one for each thing: {:?}", world.titles(1));
    let texts: Vec<String> = rows.iter().map(|row| body(notion, *row)).collect();
    for text in &texts {
        assert!(
            pages.iter().all(|page| text.contains(&of(*page))),
            "every row leads to the same pages: {text}"
        );
    }
    assert_eq!(texts.iter().filter(|text| text.contains("Saved before")).count(), 2);
    world.house.close().await;
}

#[actix::test]
async fn a_second_row_leads_to_the_page_the_first_one_became_unless_it_was_thrown_away() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &TWO).await;
    let first = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(first, "completed").await;
    let page = world.pages(0)[0];
    let second = world.save(&json!({ "Link": SHARED, "Tag": "Recipes" }));
    world.ended(second, "completed").await;
    let notion = &world.house.notion;
    assert_eq!(world.pages(0), [page], "no second page");
    let text = body(notion, second);
    assert!(text.contains(&of(page)) && text.contains(&of(first)), "{text}");
    // Another tag is another result.
    let elsewhere = world.save(&json!({ "Link": LINK, "Tag": "Places" }));
    world.ended(elsewhere, "completed").await;
    assert_eq!((world.pages(0).len(), world.pages(1).len()), (1, 1));
    notion.set_trashed(page, true).unwrap();
    let third = world.save(&json!({ "Link": LINK, "Tag": "Recipes" }));
    world.ended(third, "completed").await;
    assert_eq!(world.pages(0).iter().filter(|made| **made != page).count(), 1, "a page of its own");
    world.house.close().await;
}

#[actix::test]
async fn a_row_in_the_trash_is_no_first_row() {
    let model = Model::that(None, &[]);
    let world = World::open(&model, &[]).await;
    let first = world.save(&json!({ "Link": LINK }));
    world.ended(first, "completed").await;
    let notion = &world.house.notion;
    notion.set_trashed(first, true).unwrap();
    let second = world.save(&json!({ "Link": LINK }));
    world.ended(second, "completed").await;
    assert!(!body(notion, second).contains("Saved before"));
    let third = world.save(&json!({ "Link": LINK }));
    world.ended(third, "completed").await;
    let text = body(notion, third);
    assert!(text.contains("Saved before") && text.contains(&of(second)), "the one that stands: {text}");
    world.house.close().await;
}
