//! An export through the real routes: looked at, said yes to, rows made once each behind new links.

use std::time::Duration;

use linkscribe::actors::importer::take_in;
use linkscribe::domain::entry::{FoundRow, Lane};
use linkscribe::ports::Journal;
use linkscribe::sandbox::notion::Fault;
use serde_json::{Value, json};

use super::world::{World, answer, favourites, form, link};
use crate::both::on_both_databases;
use crate::support::both::On;

/// How browsers send a form without files.
const FORM: &str = "application/x-www-form-urlencoded";

fn id(view: &Value) -> String {
    view["id"].as_str().unwrap().to_owned()
}

on_both_databases! {
    an_export_is_looked_at_first_and_taken_in_after_a_yes_behind_new_links,
    a_caption_becomes_the_title_and_the_same_file_once_more_adds_nothing,
    likes_are_taken_in_only_when_their_owner_says_so,
    with_a_login_of_the_operator_rows_are_recognised_as_well,
    whatever_happens_to_an_answer_each_link_has_one_row_and_one_entry,
    two_instances_share_the_work_and_make_no_row_twice,
    a_poll_that_saw_a_row_first_does_not_put_it_before_new_links,
    what_its_owner_has_to_mend_pauses_an_import_with_the_reason,
    a_stopped_import_makes_no_more_rows,
    two_previews_of_one_file_make_its_rows_once,
    an_import_is_its_owners_alone,
    pages_send_forms_and_are_led_to_the_import,
    what_is_no_export_is_refused_with_the_next_step_and_what_is_too_large_at_the_door,
    rows_that_could_not_all_be_compared_are_looked_for_one_by_one,
    five_thousand_links_are_looked_at_in_one_go_and_made_a_few_at_a_time,
}

async fn an_export_is_looked_at_first_and_taken_in_after_a_yes_behind_new_links(on: On) {
    let world = World::open(on).await;
    let other_form = "https://www.tiktok.com/@cook/video/3?is_from_webapp=1";
    world.notion.add_row(world.source, &json!({"Link": other_form, "Status": "completed"})).unwrap();
    let (status, view) = world.upload(favourites([1, 2, 3, 2, 4])).await;
    assert_eq!(status, 201, "{view}");
    assert_eq!((&view["state"], &view["preview"]["source"]), (&json!("previewed"), &json!("tiktok")));
    assert_eq!(view["preview"]["found"], 5);
    assert_eq!(
        view["preview"]["twice_in_file"],
        json!({"count": 1, "first": [{"link": link(2), "why": null}]})
    );
    assert_eq!(view["preview"]["in_database"]["first"][0]["link"], link(3), "whatever the form of the link");
    assert_eq!((&view["saved"]["links"], &view["saved"]["cost"]), (&json!(3), &json!(2.25)));
    assert_eq!(world.notion.count("POST", "/v1/pages"), 0, "nothing is written before the yes");
    let importer = world.importer("one");
    take_in(&importer).await.unwrap();
    assert_eq!(world.links(), [other_form]);

    let (status, view) = world.confirm(&id(&view)).await;
    assert_eq!((status, &view["state"]), (202, &json!("running")));
    let view = world.until_it_rests(&importer, &id(&view)).await;
    assert_eq!((&view["state"], &view["counts"]["made"]), (&json!("done"), &json!(3)), "{view}");
    assert_eq!(world.links(), [link(1), link(2), link(4), other_form.to_owned()]);
    let statuses = world
        .notion
        .rows(world.source)
        .iter()
        .filter(|row| row["properties"]["Status"]["select"]["name"] == "pending")
        .count();
    assert_eq!(statuses, 3);
    assert_eq!(world.entries().await, [1, 2, 4].map(|id| (link(id), 1)), "they wait behind new links");

    let store = &world.kitchen.store;
    let new = FoundRow { database: world.database.id, page: "new".into(), link: link(9), lane: Lane::New };
    store.enqueue(&new, store.now().await.unwrap()).await.unwrap();
    assert_eq!(store.claim("worker").await.unwrap().unwrap().link, link(9));
    world.close().await;
}

async fn a_caption_becomes_the_title_and_the_same_file_once_more_adds_nothing(on: On) {
    let world = World::open(on).await;
    let file = include_bytes!("files/saved_posts_2025.json").to_vec();
    let (_, view) = world.upload(file.clone()).await;
    world.confirm(&id(&view)).await;
    world.until_it_rests(&world.importer("one"), &id(&view)).await;
    let rows = world.notion.rows(world.source);
    let titles: Vec<_> =
        rows.iter().map(|row| row["properties"]["Name"]["title"][0]["plain_text"].clone()).collect();
    assert_eq!(titles, [json!("Sopa de tomate en 20 minutos 🍅"), Value::Null]);
    let (_, again) = world.upload(file).await;
    assert_eq!(
        (&again["preview"]["in_database"]["count"], &again["counts"]["planned"]),
        (&json!(2), &json!(0))
    );
    let (status, problem) = world.confirm(&id(&again)).await;
    assert_eq!(status, 422, "{problem}");
    world.close().await;
}

async fn with_a_login_of_the_operator_rows_are_recognised_as_well(on: On) {
    let world = World::logged_in(on).await;
    let other_form = "https://www.tiktok.com/@cook/video/3?is_from_webapp=1";
    world.notion.add_row(world.source, &json!({"Link": other_form, "Status": "completed"})).unwrap();
    let (_, view) = world.upload(favourites([3, 4])).await;
    assert_eq!(view["preview"]["in_database"]["first"][0]["link"], link(3), "{view}");
    assert_eq!(view["saved"]["links"], 1, "{view}");
    world.close().await;
}

async fn likes_are_taken_in_only_when_their_owner_says_so(on: On) {
    let world = World::open(on).await;
    let file = include_bytes!("files/user_data_2021.json").to_vec();
    let (_, view) = world.upload(file.clone()).await;
    assert_eq!((&view["saved"]["links"], &view["likes"]["links"]), (&json!(2), &json!(1)));
    world.confirm(&id(&view)).await;
    let view = world.until_it_rests(&world.importer("one"), &id(&view)).await;
    assert_eq!((&view["counts"]["made"], &view["counts"]["skipped"]), (&json!(2), &json!(1)));
    let (_, rest) = world.upload(file).await;
    assert_eq!(world.confirm(&id(&rest)).await.0, 422, "nothing but a like is left");
    let yes = world.post(&format!("/api/imports/{}/confirm", id(&rest))).json(&json!({"likes": true}));
    assert_eq!(answer(yes).await.0, 202);
    world.until_it_rests(&world.importer("one"), &id(&rest)).await;
    assert_eq!(world.links().len(), 3);
    world.close().await;
}

async fn whatever_happens_to_an_answer_each_link_has_one_row_and_one_entry(on: On) {
    let world = World::hurried(on).await;
    let (_, view) = world.upload(favourites(1..=12)).await;
    world.confirm(&id(&view)).await;
    for fault in [
        Fault::AnswerLost(504),
        Fault::CutBody,
        Fault::AnswerLate(Duration::from_secs(1)),
        Fault::Reset,
        Fault::InternalError,
        Fault::RateLimited(0),
        Fault::Conflict,
        Fault::Overloaded(0),
        Fault::AnswerLost(500),
    ] {
        world.notion.fail_next(1, "POST", "/v1/pages", fault);
    }
    world.notion.fail_next(1, "POST", "/v1/data_sources", Fault::InternalError);
    let view = world.until_it_rests(&world.importer("one"), &id(&view)).await;
    assert_eq!((&view["state"], &view["counts"]["made"]), (&json!("done"), &json!(12)), "{view}");
    let mut expected: Vec<String> = (1..=12).map(link).collect();
    expected.sort();
    assert_eq!(world.links(), expected);
    let entries: Vec<_> = expected.into_iter().map(|link| (link, 1)).collect();
    assert_eq!(world.entries().await, entries);
    world.close().await;
}

async fn two_instances_share_the_work_and_make_no_row_twice(on: On) {
    let world = World::open(on).await;
    let (_, view) = world.upload(favourites(1..=60)).await;
    world.confirm(&id(&view)).await;
    let (one, two) = (world.importer("one"), world.importer("two"));
    let id = id(&view);
    let (view, _) = tokio::join!(world.until_it_rests(&one, &id), world.until_it_rests(&two, &id));
    assert_eq!(view["counts"]["made"], 60, "{view}");
    assert_eq!((world.links().len(), world.notion.count("POST", "/v1/pages")), (60, 60));
    world.close().await;
}

async fn a_poll_that_saw_a_row_first_does_not_put_it_before_new_links(on: On) {
    let world = World::open(on).await;
    let store = &world.kitchen.store;
    let row = |page: &str| FoundRow {
        database: world.database.id,
        page: page.into(),
        link: link(1),
        lane: Lane::New,
    };
    store.enqueue(&row("seen first"), 0).await.unwrap();
    store.enqueue(&FoundRow { lane: Lane::Backlog, ..row("seen first") }, 0).await.unwrap();
    store.put_behind(world.database.id, "seen first").await.unwrap();
    store.enqueue(&row("new"), 0).await.unwrap();
    let first = store.claim("worker").await.unwrap().unwrap();
    assert_eq!(first.page, "new");
    store.hand_back(first.ticket, linkscribe::ports::NextRun::wait(Duration::ZERO)).await.unwrap();
    store.put_behind(world.database.id, "new").await.unwrap();
    assert_eq!(
        store.claim("worker").await.unwrap().unwrap().page,
        "new",
        "what was claimed once keeps its place"
    );
    world.close().await;
}

async fn what_its_owner_has_to_mend_pauses_an_import_with_the_reason(on: On) {
    let world = World::open(on).await;
    let importer = world.importer("one");
    let (_, view) = world.upload(favourites(1..=3)).await;
    let id = id(&view);
    world.confirm(&id).await;
    world.notion.fail_next(1, "POST", "/v1/pages", Fault::Unauthorized);
    let view = world.until_it_rests(&importer, &id).await;
    assert_eq!(view["state"], "paused");
    assert!(view["why"].as_str().unwrap().contains("Connect it again"), "{view}");

    world.notion.change_schema(world.source, &json!({"Link": null})).unwrap();
    assert_eq!(world.confirm(&id).await.0, 202, "it goes on");
    let view = world.until_it_rests(&importer, &id).await;
    assert!(view["state"] == "paused" && view["why"].as_str().unwrap().contains("column"), "{view}");
    assert_eq!(world.notion.rows(world.source).len(), 0);
    world.close().await;
}

async fn a_stopped_import_makes_no_more_rows(on: On) {
    let world = World::open(on).await;
    let (_, view) = world.upload(favourites(1..=30)).await;
    let id = id(&view);
    world.confirm(&id).await;
    let importer = linkscribe::actors::importer::ImporterParts {
        pace: linkscribe::actors::importer::Pace {
            pause: Duration::from_mins(1),
            ..world.importer("one").pace
        },
        ..world.importer("one")
    };
    take_in(&importer).await.unwrap();
    assert_eq!(world.links().len(), 10, "one batch at a time");
    let (status, view) = answer(world.post(&format!("/api/imports/{id}/cancel"))).await;
    assert_eq!((status, &view["state"], &view["counts"]["planned"]), (200, &json!("cancelled"), &json!(20)));
    take_in(&world.importer("two")).await.unwrap();
    assert_eq!(world.links().len(), 10);
    assert_eq!(world.confirm(&id).await.0, 422, "it has ended");
    world.close().await;
}

async fn two_previews_of_one_file_make_its_rows_once(on: On) {
    let world = World::open(on).await;
    let (_, one) = world.upload(favourites(1..=5)).await;
    let (_, two) = world.upload(favourites(4..=8)).await;
    world.confirm(&id(&one)).await;
    let (_, third) = world.upload(favourites(1..=5)).await;
    assert_eq!(third["preview"]["in_other_imports"]["count"], 5);
    world.until_it_rests(&world.importer("one"), &id(&one)).await;
    world.confirm(&id(&two)).await;
    let view = world.until_it_rests(&world.importer("one"), &id(&two)).await;
    assert_eq!((&view["counts"]["made"], &view["counts"]["skipped"]), (&json!(3), &json!(2)), "{view}");
    assert_eq!(world.links().len(), 8);
    world.close().await;
}

async fn an_import_is_its_owners_alone(on: On) {
    let mut world = World::open(on).await;
    let (_, view) = world.upload(favourites([1])).await;
    let (import, database) = (id(&view), world.database.id);
    for somebody in [404, 401] {
        if somebody == 404 {
            world.sign_in_somebody_else().await;
        } else {
            world.sign_out();
        }
        for request in [
            world.get(&format!("/api/imports/{import}")),
            world.get(&format!("/api/databases/{database}/imports")),
            world.post(&format!("/api/imports/{import}/confirm")),
            world.post(&format!("/api/imports/{import}/cancel")),
            world.post(&format!("/api/databases/{database}/imports")).multipart(form(favourites([2]))),
        ] {
            let (status, problem) = answer(request).await;
            assert_eq!(status, somebody, "{problem}");
        }
    }
    world.close().await;
}

async fn pages_send_forms_and_are_led_to_the_import(on: On) {
    let world = World::open(on).await;
    let path = format!("/databases/{}/imports", world.database.id);
    let sent = world.post(&path).multipart(form(favourites([1]))).send().await.unwrap();
    assert_eq!(sent.status(), 303);
    let page = sent.headers()["location"].to_str().unwrap().to_owned();
    let import = page.strip_prefix("/imports/").unwrap();
    let shown = async |path: &str| world.get(path).send().await.unwrap().text().await.unwrap();
    let preview = shown(&page).await;
    assert!(preview.contains("Nothing has been written yet") && preview.contains("$0.75"), "{preview}");
    let yes = world
        .post(&format!("{page}/confirm"))
        .header("content-type", FORM)
        .body("likes=on")
        .send()
        .await
        .unwrap();
    assert_eq!((yes.status().as_u16(), yes.headers()["location"].to_str().unwrap()), (303, page.as_str()));
    assert_eq!(world.import(import).await["state"], "running");
    let running = shown(&page).await;
    assert!(running.contains("Links dealt with: 0 of 1") && running.contains("Stop it"), "{running}");
    let stop =
        world.post(&format!("{page}/cancel")).header("content-type", FORM).body("").send().await.unwrap();
    assert_eq!(stop.status(), 303);
    let (_, all) = answer(world.get(&format!("/api/databases/{}/imports", world.database.id))).await;
    assert_eq!(
        (all["items"][0]["id"].as_str(), all["items"][0]["state"].as_str()),
        (Some(import), Some("cancelled"))
    );
    let again = format!("/databases/{}/import", world.database.id);
    assert!(shown(&again).await.contains(&page), "the earlier one is found again");
    let sent = world.post(&path).multipart(form("hello")).send().await.unwrap();
    let told = sent.text().await.unwrap();
    assert!(
        told.contains("cannot be taken in") && told.contains("<form"),
        "told where the file was chosen: {told}"
    );
    world.close().await;
}

async fn what_is_no_export_is_refused_with_the_next_step_and_what_is_too_large_at_the_door(on: On) {
    let world = World::open(on).await;
    let (status, problem) = world.upload(b"PK\x03\x04".to_vec()).await;
    assert_eq!(status, 422);
    assert!(problem["hint"].as_str().unwrap().contains("Unpack it first"), "{problem}");
    let (status, problem) = world.upload(vec![b' '; 51 * 1024 * 1024]).await;
    assert_eq!(status, 413, "{problem}");
    let missing = world.post(&format!("/api/databases/{}/imports", world.database.id));
    let (status, problem) = answer(missing.multipart(reqwest::multipart::Form::new())).await;
    assert!(status == 400 && problem["hint"].is_string(), "{status} {problem}");
    world.close().await;
}

async fn rows_that_could_not_all_be_compared_are_looked_for_one_by_one(on: On) {
    let world = World::open(on).await;
    world.notion.set_query_rows(2);
    for number in [1, 2, 3, 4] {
        world.notion.add_row(world.source, &json!({"Link": link(number), "Status": "completed"})).unwrap();
    }
    let (_, view) = world.upload(favourites(1..=6)).await;
    assert_eq!(view["preview"]["all_rows_compared"], false, "{view}");
    world.confirm(&id(&view)).await;
    let view = world.until_it_rests(&world.importer("one"), &id(&view)).await;
    assert_eq!((&view["counts"]["made"], &view["counts"]["skipped"]), (&json!(2), &json!(2)), "{view}");
    assert_eq!(world.links(), (1..=6).map(link).collect::<Vec<_>>());
    world.close().await;
}

async fn five_thousand_links_are_looked_at_in_one_go_and_made_a_few_at_a_time(on: On) {
    let world = World::open(on).await;
    let (status, view) = world.upload(favourites(1..=5_000)).await;
    assert_eq!(
        (status, &view["saved"]["links"], &view["saved"]["minutes"]),
        (201, &json!(5_000), &json!(84))
    );
    world.confirm(&id(&view)).await;
    let mut importer = world.importer("one");
    importer.pace.pause = Duration::from_mins(1);
    take_in(&importer).await.unwrap();
    let view = world.import(&id(&view)).await;
    assert_eq!((&view["counts"]["made"], &view["counts"]["planned"]), (&json!(10), &json!(4_990)));
    world.close().await;
}
