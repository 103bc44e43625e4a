//! What is said to a row's owner, in which order, and what is taken back.

use super::*;

fn comments_path() -> String {
    "/v1/comments".into()
}

fn comment(id: &str, discussion: &str, text: &str) -> Value {
    let text = json!([{ "type": "text", "text": { "content": text }, "plain_text": text }]);
    json!({ "object": "comment", "id": id, "discussion_id": discussion, "rich_text": text })
}

fn forbidden() -> ResponseTemplate {
    refused(403, "restricted_resource", "Insufficient permissions for this endpoint.")
}

#[tokio::test]
async fn a_reason_column_with_words_of_ours_takes_the_verdict_with_the_status() {
    let told = Told::start().await;
    told.answers("GET", &page_path(), 1, ok(json!({}))).await;
    told.answers("PATCH", &page_path(), 1, ok(json!({}))).await;
    told.notion.tell_failure(&told.access, PAGE, &mapping(Some("reason")), Reason::Private).await.unwrap();
    let asked = told.asked().await;
    assert_eq!(asked.len(), 2);
    let properties = &body(&asked[1])["properties"];
    assert_eq!(properties["status"], json!({ "select": { "name": "failed" } }));
    assert_eq!(properties["reason"]["rich_text"][0]["text"]["content"], Reason::Private.sentence());
}

#[tokio::test]
async fn without_a_column_the_verdict_is_a_comment_told_once() {
    let told = Told::start().await;
    told.answers("PATCH", &page_path(), 9, ok(json!({}))).await;
    told.answers("GET", &comments_path(), 1, list(&json!([comment(PAGE, "d", "Nice!")]))).await;
    told.answers("POST", &comments_path(), 1, ok(json!({}))).await;
    let again = json!([comment(OTHER, "d", Reason::Private.sentence())]);
    told.answers("GET", &comments_path(), 1, list(&again)).await;
    for _ in 0..2 {
        told.notion.tell_failure(&told.access, PAGE, &mapping(None), Reason::Private).await.unwrap();
    }
    let status = format!("PATCH {}", page_path());
    let expected = [&status, "GET /v1/comments", "POST /v1/comments", &status, "GET /v1/comments"];
    assert_eq!(told.asked_for().await, expected);
    let asked = told.asked().await;
    assert_eq!(asked[1].url.query(), Some(format!("block_id={PAGE}&page_size=100").as_str()));
    let sentence = json!([{ "type": "text", "text": { "content": Reason::Private.sentence() } }]);
    assert_eq!(body(&asked[2]), json!({ "parent": { "page_id": PAGE }, "rich_text": sentence }));
}

#[tokio::test]
async fn where_comments_are_forbidden_the_verdict_stands_on_the_page_once() {
    let told = Told::start().await;
    told.answers("PATCH", &page_path(), 9, ok(json!({}))).await;
    told.answers("GET", &comments_path(), 9, forbidden()).await;
    let other = format!("{}{}", "Linkscribe: ", Reason::Region.sentence());
    told.answers("GET", &children_path(), 1, list(&json!([callout(OTHER, &other, None)]))).await;
    told.answers("DELETE", &format!("/v1/blocks/{OTHER}"), 1, ok(json!({}))).await;
    let appends = Mock::given(method("PATCH")).and(path(children_path()));
    appends.respond_with(append_echo).mount(&told.server).await;
    told.notion.tell_failure(&told.access, PAGE, &mapping(None), Reason::Private).await.unwrap();
    let asked = told.asked().await;
    let put_up = body(asked.last().unwrap())["children"][0].clone();
    assert_eq!(put_up["type"], "callout");

    let standing = json!([{ "id": OTHER, "type": "callout", "callout": put_up["callout"] }]);
    told.answers("GET", &children_path(), 1, list(&standing)).await;
    told.notion.tell_failure(&told.access, PAGE, &mapping(None), Reason::Private).await.unwrap();
    let again: Vec<String> = told.asked_for().await.split_off(asked.len());
    let (status, children) = (format!("PATCH {}", page_path()), format!("GET {}", children_path()));
    assert_eq!(again, [&status, "GET /v1/comments", &children]);
}

#[tokio::test]
async fn the_owners_words_in_the_column_stay_and_ours_give_way() {
    let (waiting, told_before) = (Waiting::NoSpace, Reason::Private.sentence());
    for (reason, has_room) in [("", true), ("Not now", false), (told_before, true)] {
        let told = Told::start().await;
        told.answers("GET", &page_path(), 1, ok(page(PAGE, reason))).await;
        told.answers("PATCH", &page_path(), 1, ok(json!({}))).await;
        told.notion.tell_waiting(&told.access, PAGE, &mapping(Some("reason")), &waiting).await.unwrap();
        let asked = told.asked().await;
        assert_eq!(asked.len(), 2, "{reason}");
        assert_eq!(body(&asked[1])["properties"].get("reason").is_some(), has_room, "{reason}");
    }
}

#[tokio::test]
async fn words_that_would_come_when_the_look_is_old_are_not_told_and_an_owner_is_looked_at_again() {
    // The budget holds the look and no more.
    let told = Told::with_budget(1).await;
    told.answers("GET", &page_path(), 9, ok(page(PAGE, ""))).await;
    let mapping = mapping(Some("reason"));
    let telling = told.notion.tell_waiting(&told.access, PAGE, &mapping, &Waiting::NoSpace);
    let failure = telling.await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Wait { .. }), "{failure:?}");
    assert_eq!(told.asked_for().await, [format!("GET {}", page_path())]);
}

#[tokio::test]
async fn a_comment_of_ours_is_deleted_unless_its_owner_answered() {
    let told = Told::start().await;
    let (alone, answered) = (OTHER, PAGE);
    let discussion = json!([
        comment(alone, "1", Reason::Private.sentence()),
        comment(answered, "2", Reason::Region.sentence()),
        comment("33333333-2222-3333-4444-555555555555", "2", "It works for me"),
        comment("44444444-2222-3333-4444-555555555555", "3", "Watch this"),
    ]);
    told.answers("GET", &comments_path(), 1, list(&discussion)).await;
    told.answers("DELETE", &format!("/v1/comments/{alone}"), 1, refused(404, "object_not_found", "")).await;
    told.answers("PATCH", &format!("/v1/comments/{answered}"), 1, ok(json!({}))).await;
    told.notion.untell_failure(&told.access, PAGE).await.unwrap();
    let expected = [
        "GET /v1/comments".to_owned(),
        format!("DELETE /v1/comments/{alone}"),
        format!("PATCH /v1/comments/{answered}"),
    ];
    assert_eq!(told.asked_for().await, expected);
}

#[tokio::test]
async fn our_callout_is_taken_down_and_the_owners_stay() {
    let told = Told::start().await;
    told.answers("GET", &comments_path(), 1, forbidden()).await;
    let ours = format!("Linkscribe: {}", Reason::Private.sentence());
    let blocks = json!([callout(PAGE, Reason::Private.sentence(), None), callout(OTHER, &ours, None)]);
    told.answers("GET", &children_path(), 1, list(&blocks)).await;
    told.answers("DELETE", &format!("/v1/blocks/{OTHER}"), 1, ok(json!({}))).await;
    told.notion.untell_failure(&told.access, PAGE).await.unwrap();
    assert_eq!(told.asked().await.len(), 3);
}
