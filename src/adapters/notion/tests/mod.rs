//! Conversations with a Notion that answers as told; what was asked is looked at afterwards.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::adapters::memory_budget::MemoryBudget;
use crate::domain::entry::ConnectionId;
use crate::domain::mapping::StatusColumn;
use crate::domain::note::Value as NoteValue;
use crate::domain::page::{Block, Span};
use crate::domain::stage::Status;
use crate::failure::Kind;

mod telling;
mod ten_thousand;
mod uploads;

const PAGE: &str = "0c1d2e3f-4a5b-6c7d-8e9f-001122334455";
const OTHER: &str = "11111111-2222-3333-4444-555555555555";
const MARKER: &str = "https://linkscribe.example/e/1";

/// A Notion that answers as told.
struct Told {
    server: MockServer,
    notion: Notion,
    access: Access,
}

impl Told {
    async fn start() -> Self {
        Self::with_budget(100).await
    }

    async fn with_budget(requests: u32) -> Self {
        Self::with(Arc::new(MemoryBudget::new(WINDOW)), requests).await
    }

    async fn with(budget: Arc<dyn RateBudget>, requests: u32) -> Self {
        let server = MockServer::start().await;
        let notion = Notion::new(&server.uri().parse().unwrap(), budget).unwrap();
        let notion = notion.with_limits(Limits::of(requests));
        let access = Access::new(ConnectionId(Uuid::nil()), "secret_token".to_owned().into());
        Self { server, notion, access }
    }

    /// Answers requests of this kind, up to `times` of them.
    async fn answers(&self, verb: &str, at: &str, times: u64, answer: ResponseTemplate) {
        let mock = Mock::given(method(verb)).and(path(at)).respond_with(answer).up_to_n_times(times);
        mock.mount(&self.server).await;
    }

    async fn asked(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }

    /// Verb and path of every request, in order.
    async fn asked_for(&self) -> Vec<String> {
        let line = |request: &Request| format!("{} {}", request.method, request.url.path());
        self.asked().await.iter().map(line).collect()
    }
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn refused(status: u16, code: &str, message: &str) -> ResponseTemplate {
    let error = json!({ "object": "error", "status": status, "code": code, "message": message });
    ResponseTemplate::new(status).set_body_json(error)
}

fn list(results: &Value) -> ResponseTemplate {
    ok(json!({ "object": "list", "results": results, "has_more": false, "next_cursor": null }))
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn mapping(reason: Option<&str>) -> Mapping {
    let options = Status::ALL.map(|status| (status, status.name().to_owned())).into();
    Mapping {
        link: "link".into(),
        status: StatusColumn { id: "status".into(), kind: StatusKind::Select, options },
        title: "title".into(),
        reason: reason.map(ToOwned::to_owned),
        tag: None,
        open: Vec::new(),
    }
}

fn page(id: &str, reason: &str) -> Value {
    json!({ "object": "page", "id": id, "in_trash": false, "properties": {
        "Link": { "id": "link", "type": "url", "url": "https://example.com/v" },
        "Status": { "id": "status", "type": "select", "select": null },
        "Reason": { "id": "reason", "type": "rich_text", "rich_text": [{ "plain_text": reason }] },
    } })
}

fn callout(id: &str, text: &str, link: Option<&str>) -> Value {
    let item = json!({ "type": "text", "text": { "content": text }, "plain_text": text, "href": link });
    json!({ "object": "block", "id": id, "type": "callout", "callout": { "rich_text": [item] } })
}

fn page_path() -> String {
    format!("/v1/pages/{PAGE}")
}

fn children_path() -> String {
    format!("/v1/blocks/{PAGE}/children")
}

#[tokio::test]
async fn every_request_carries_version_and_token() {
    let told = Told::start().await;
    let bot = json!({ "id": OTHER, "name": "Bot", "bot": { "workspace_name": "Acme" } });
    told.answers("GET", "/v1/users/me", 1, ok(bot)).await;
    assert_eq!(told.notion.whoami(&told.access).await.unwrap().workspace, "Acme");
    let asked = told.asked().await;
    assert_eq!(asked[0].headers["notion-version"], "2025-09-03");
    assert_eq!(asked[0].headers["authorization"], "Bearer secret_token");
}

#[tokio::test]
async fn a_refused_token_is_told_as_disconnected() {
    let told = Told::start().await;
    told.answers("GET", "/v1/users/me", 1, refused(401, "unauthorized", "API token is invalid.")).await;
    let failure = told.notion.whoami(&told.access).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::Disconnected));
    assert!(!format!("{failure:?}").contains("secret_token"));
}

#[tokio::test]
async fn the_data_sources_of_a_pasted_address_are_found() {
    let told = Told::start().await;
    let database =
        json!({ "object": "database", "id": PAGE, "data_sources": [{ "id": OTHER, "name": "Links" }] });
    told.answers("GET", &format!("/v1/databases/{PAGE}"), 1, ok(database)).await;
    let address =
        format!("https://app.notion.com/p/acme/Links-{}?v={}", PAGE.replace('-', ""), OTHER.replace('-', ""));
    let found = told.notion.data_sources(&told.access, &address).await.unwrap();
    assert_eq!(found, [DataSourceRef { database: PAGE.into(), id: OTHER.into(), name: "Links".into() }]);
}

#[tokio::test]
async fn the_id_of_a_data_source_leads_to_itself() {
    let told = Told::start().await;
    let gone = refused(404, "object_not_found", "Could not find database with ID.");
    told.answers("GET", &format!("/v1/databases/{PAGE}"), 1, gone).await;
    let parent = json!({ "type": "database_id", "database_id": OTHER });
    let source = json!({ "object": "data_source", "id": PAGE, "parent": parent, "title": [{ "plain_text": "Links" }] });
    told.answers("GET", &format!("/v1/data_sources/{PAGE}"), 1, ok(source)).await;
    let found = told.notion.data_sources(&told.access, PAGE).await.unwrap();
    assert_eq!(found, [DataSourceRef { database: OTHER.into(), id: PAGE.into(), name: "Links".into() }]);
}

#[tokio::test]
async fn waiting_rows_are_read_to_the_last_page() {
    let told = Told::start().await;
    let at = format!("/v1/data_sources/{OTHER}/query");
    let wiki = json!({ "object": "data_source", "id": OTHER });
    let first = json!({ "results": [page(PAGE, ""), wiki], "has_more": true, "next_cursor": "more" });
    told.answers("POST", &at, 1, ok(first)).await;
    told.answers("POST", &at, 1, list(&json!([page(OTHER, "")]))).await;
    let rows = told.notion.waiting_rows(&told.access, OTHER, &mapping(None)).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.page.as_str()).collect::<Vec<_>>(), [PAGE, OTHER]);
    let asked = told.asked().await;
    let filter = rows::waiting(&mapping(None), true);
    assert_eq!(body(&asked[0]), json!({ "filter": filter, "page_size": 100 }));
    assert_eq!(body(&asked[1]), json!({ "filter": filter, "page_size": 100, "start_cursor": "more" }));
}

#[tokio::test]
async fn a_select_column_without_its_options_yet_is_asked_for_empty_rows() {
    let told = Told::start().await;
    let at = format!("/v1/data_sources/{OTHER}/query");
    let missing =
        refused(400, "validation_error", "select option \"pending\" not found for property \"Status\".");
    told.answers("POST", &at, 1, missing).await;
    told.answers("POST", &at, 1, list(&json!([page(PAGE, "")]))).await;
    assert_eq!(told.notion.waiting_rows(&told.access, OTHER, &mapping(None)).await.unwrap().len(), 1);
    assert_eq!(body(&told.asked().await[1])["filter"], rows::waiting(&mapping(None), false));
}

#[tokio::test]
async fn a_row_changes_in_one_request() {
    let told = Told::start().await;
    told.answers("PATCH", &page_path(), 1, ok(json!({}))).await;
    let place = NoteValue::Place { name: "Pho 24".into(), address: None, at: None };
    let values = [("price".to_owned(), NoteValue::Number(3.5)), ("where".to_owned(), place)];
    let update = RowUpdate {
        status: Some(Status::Completed),
        values: BTreeMap::from(values),
        reason: Some(String::new()),
        picture: None,
    };
    told.notion.update_row(&told.access, PAGE, &mapping(Some("reason")), &update).await.unwrap();
    let expected = json!({ "properties": {
        "status": { "select": { "name": "completed" } },
        "price": { "number": 3.5 },
        "reason": { "rich_text": [] },
    } });
    assert_eq!(body(&told.asked().await[0]), expected);
}

#[tokio::test]
async fn a_status_without_an_option_is_not_shown_and_costs_nothing() {
    let told = Told::start().await;
    let mut mapping = mapping(None);
    mapping.status.options.remove(&Status::Saving);
    let update = RowUpdate { status: Some(Status::Saving), ..RowUpdate::default() };
    told.notion.update_row(&told.access, PAGE, &mapping, &update).await.unwrap();
    assert!(told.asked().await.is_empty());
}

#[tokio::test]
async fn a_section_is_found_by_its_marker_wherever_it_was_moved() {
    let told = Told::start().await;
    let first = json!({ "results": [callout(PAGE, "Mine", None)], "has_more": true, "next_cursor": "more" });
    told.answers("GET", &children_path(), 1, ok(first)).await;
    let second = json!([{ "id": PAGE, "type": "divider" }, callout(OTHER, "TikTok", Some(MARKER))]);
    told.answers("GET", &children_path(), 1, list(&second)).await;
    told.answers("GET", "/v1/users/me", 1, ok(json!({ "id": "bot" }))).await;
    let found = told.notion.find_sections(&told.access, PAGE, MARKER).await.unwrap();
    assert_eq!(found.iter().map(|found| found.id.as_str()).collect::<Vec<_>>(), [OTHER]);
    assert_eq!(found[0].holder.as_deref(), Some(PAGE));
    assert_eq!(told.asked().await[1].url.query(), Some("page_size=100&start_cursor=more"));
}

#[tokio::test]
async fn a_page_of_many_toggles_is_searched_within_reason() {
    let told = Told::start().await;
    let toggle = |_| json!({ "id": Uuid::new_v4(), "type": "toggle", "toggle": {}, "has_children": true });
    let toggles: Vec<Value> = (0..50).map(toggle).collect();
    let all = Mock::given(method("GET")).respond_with(list(&json!(toggles)));
    all.mount(&told.server).await;
    let found = told.notion.find_sections(&told.access, PAGE, MARKER).await.unwrap();
    assert_eq!((found.len(), told.asked().await.len()), (0, 21));
}

#[tokio::test]
async fn a_section_whose_older_ones_place_is_gone_stands_at_the_end_of_the_page() {
    let told = Told::start().await;
    let gone = refused(404, "object_not_found", "Could not find block.");
    told.answers("PATCH", &format!("/v1/blocks/{OTHER}/children"), 1, gone).await;
    let appends = Mock::given(method("PATCH")).and(path(children_path()));
    appends.respond_with(append_echo).mount(&told.server).await;
    let section = Section { headline: Vec::new(), marker: MARKER.into(), file: None, blocks: Vec::new() };
    let older = SectionNow { id: PAGE.into(), holder: Some(OTHER.into()), maker: None, is_own: true };
    told.notion.append_section(&told.access, PAGE, &section, Some(&older)).await.unwrap();
    let asked = told.asked().await;
    assert_eq!(body(&asked[0])["after"], PAGE);
    assert_eq!((asked.len(), body(&asked[1])["after"].clone()), (2, Value::Null));
}

#[tokio::test]
async fn what_would_leave_too_late_is_not_sent_and_does_not_wait_for_its_turn() {
    for (budget, past) in [(1, true), (0, false)] {
        let told = Told::with_budget(budget).await;
        let now = tokio::time::Instant::now();
        let by = if past { now - Duration::from_secs(1) } else { now + Duration::from_secs(2) };
        let access = told.access.clone().leaving_by(by);
        let failure = told.notion.row(&access, PAGE, &mapping(None)).await.unwrap_err();
        assert!(matches!(failure.kind, Kind::Wait { .. }), "{failure:?}");
        assert!(told.asked().await.is_empty());
    }
}

#[tokio::test]
async fn a_change_without_an_answer_is_looked_for_only_once_it_has_landed() {
    let told = Told::start().await;
    let brief = Duration::from_millis(100);
    let slow = || ok(page(PAGE, "")).set_delay(Duration::from_secs(5));
    let gateway = refused(504, "gateway_timeout", "Timed out.");
    told.answers("GET", &page_path(), 1, slow()).await;
    told.answers("PATCH", &page_path(), 1, slow()).await;
    told.answers("PATCH", &page_path(), 1, gateway).await;
    told.answers("PATCH", &page_path(), 1, refused(500, "internal_server_error", "")).await;
    let notion = told.notion.with_timeout(brief).unwrap().that_settles_within(Duration::from_mins(1));
    let asked = notion.row(&told.access, PAGE, &mapping(None)).await.unwrap_err();
    assert_eq!(asked.kind, Kind::Outage { retry_after: None }, "nothing lands");
    let update = RowUpdate { status: Some(Status::Saving), ..RowUpdate::default() };
    for lands in [true, true, false] {
        let changed = notion.update_row(&told.access, PAGE, &mapping(None), &update).await.unwrap_err();
        let waits = changed.retry_after().is_some_and(|floor| floor > Duration::from_secs(50));
        assert_eq!(waits, lands, "{changed:?}");
    }
}

#[tokio::test]
async fn a_section_is_ours_if_we_made_all_of_it_and_nobody_changed_it() {
    let table = [
        ("me", "me", "me", SectionState::Untouched),
        ("me", "ada", "me", SectionState::Theirs),
        ("me", "me", "ada", SectionState::Theirs),
        // She copied it.
        ("ada", "ada", "ada", SectionState::Theirs),
        // Her earlier connection made it.
        ("old", "old", "old", SectionState::Untouched),
    ];
    for (maker, changer, inside, state) in table {
        let told = Told::start().await;
        let block = |id: &str, made: &str, changed: &str, has_children: bool| {
            json!({ "object": "block", "id": id, "type": "callout", "has_children": has_children,
                "created_by": { "id": made }, "last_edited_by": { "id": changed } })
        };
        told.answers("GET", "/v1/users/me", 1, ok(json!({ "id": "me" }))).await;
        let at = format!("/v1/blocks/{PAGE}");
        told.answers("GET", &at, 1, ok(block(PAGE, maker, changer, true))).await;
        let line = json!([block(OTHER, maker, inside, false)]);
        told.answers("GET", &children_path(), 1, list(&line)).await;
        told.answers("GET", "/v1/comments", 2, list(&json!([]))).await;
        let seen = told.notion.section_state(&told.access, PAGE, Some("old")).await.unwrap();
        assert_eq!(seen, state, "{maker} {changer} {inside}");
    }
}

#[tokio::test]
async fn a_section_that_is_gone_is_removed_already() {
    let told = Told::start().await;
    let at = format!("/v1/blocks/{OTHER}");
    told.answers("DELETE", &at, 1, refused(404, "object_not_found", "Could not find block.")).await;
    let archived = "Can't edit block that is archived. You must unarchive the block before editing.";
    told.answers("DELETE", &at, 1, refused(400, "validation_error", archived)).await;
    for _ in 0..2 {
        told.notion.remove_section(&told.access, OTHER).await.unwrap();
    }
}

/// Answers an append as Notion does: the blocks of the first level, each with a new id.
fn append_echo(request: &Request) -> ResponseTemplate {
    let sent = body(request)["children"].as_array().unwrap().clone();
    let results: Vec<Value> =
        sent.iter().map(|_| json!({ "object": "block", "id": Uuid::new_v4() })).collect();
    list(&json!(results))
}

#[tokio::test]
async fn what_is_no_list_of_blocks_is_never_taken_for_a_page_without_our_section() {
    let told = Told::start().await;
    told.answers("GET", &children_path(), 1, ok(json!({ "object": "list", "data": [] }))).await;
    let failure = told.notion.find_sections(&told.access, PAGE, MARKER).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Outage { retry_after: None });
}

#[tokio::test]
async fn an_hour_of_speech_is_appended_in_at_most_ten_requests() {
    let told = Told::start().await;
    let appends = Mock::given(method("PATCH")).and(path_regex("^/v1/blocks/[0-9a-f-]{36}/children$"));
    appends.respond_with(append_echo).mount(&told.server).await;
    let line = || Block::Paragraph(vec![Span::plain("word ".repeat(17))]);
    let transcript = Block::Toggle("Transcript".into(), (0..720).map(|_| line()).collect());
    let section =
        Section { headline: Vec::new(), marker: MARKER.into(), file: None, blocks: vec![transcript] };
    told.notion.append_section(&told.access, PAGE, &section, None).await.unwrap();
    let asked = told.asked().await;
    assert!(asked.len() <= 10, "{}", asked.len());
    let parents: Vec<&str> =
        asked.iter().filter_map(|request| request.url.path().split('/').nth(3)).collect();
    assert_eq!(parents[0], PAGE);
    // The callout, then the toggle in it, then the rest of the toggle's lines under its own id.
    assert!(
        parents[1] != PAGE && parents[2] != parents[1] && parents[2..].iter().all(|id| *id == parents[2])
    );
    assert_eq!(body(&asked[1])["children"][0]["toggle"]["children"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_rate_limit_shuts_the_budget_for_as_long_as_notion_says() {
    let told = Told::start().await;
    let slow = refused(429, "rate_limited", "Slow down.").insert_header("Retry-After", "120");
    told.answers("GET", &page_path(), 1, slow).await;
    let failure = told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Wait { retry_after: Some(Duration::from_mins(2)) });
    let failure = told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap_err();
    let pause = failure.retry_after().unwrap();
    assert!(matches!(failure.kind, Kind::Wait { .. }) && pause > Duration::from_secs(100));
    assert_eq!(told.asked().await.len(), 1, "the second one was not sent");
}

/// Two connections of one workspace, and one of another.
fn accesses() -> [Access; 3] {
    [(1, "home"), (2, "home"), (3, "office")].map(|(connection, workspace)| {
        let connection = ConnectionId(Uuid::from_u128(connection));
        Access::new(connection, "secret_token".to_owned().into()).in_workspace(workspace)
    })
}

#[tokio::test]
async fn a_limit_closes_the_workspace_or_the_connection_that_notion_names() {
    for (reason, waiting) in [("workspace", [true, true, false]), ("connection", [true, false, false])] {
        let told = Told::start().await;
        let error = json!({ "code": "rate_limited", "additional_data": { "rate_limit_reason": reason } });
        let slow = ResponseTemplate::new(429).set_body_json(error).insert_header("Retry-After", "600");
        told.answers("GET", &page_path(), 1, slow).await;
        told.answers("GET", &page_path(), 3, ok(page(PAGE, ""))).await;
        let [first, ..] = &accesses();
        told.notion.row(first, PAGE, &mapping(None)).await.unwrap_err();
        for (access, waits) in accesses().iter().zip(waiting) {
            let answer = told.notion.row(access, PAGE, &mapping(None)).await;
            let pause = answer.err().and_then(|failure| failure.retry_after());
            assert_eq!(pause.is_some(), waits, "{reason} {access:?}");
            // As long as Notion says, although that is longer than a window.
            assert!(pause.is_none_or(|pause| pause > Duration::from_secs(500)), "{pause:?}");
        }
    }
}

#[tokio::test]
async fn a_poll_leaves_a_third_of_both_budgets_to_work_and_does_not_wait() {
    let told = Told::with_budget(9).await;
    told.answers("GET", &page_path(), 9, ok(page(PAGE, ""))).await;
    let [one, other, elsewhere] = &accesses();
    let look = async |access: Access| told.notion.row(&access, PAGE, &mapping(None)).await;
    for _ in 0..3 {
        look(one.clone()).await.unwrap();
        look(other.clone().for_polls()).await.unwrap();
    }
    for access in [one, other] {
        let asked_at = std::time::Instant::now();
        let left_out = look(access.clone().for_polls()).await.unwrap_err();
        assert!(matches!(left_out.kind, Kind::Wait { retry_after: Some(_) }), "{left_out:?}");
        assert!(asked_at.elapsed() < Duration::from_secs(5));
    }
    for access in [one, other, one] {
        look(access.clone()).await.unwrap();
    }
    assert_eq!(told.asked().await.len(), 9, "work takes the rest");
    let failure = look(other.clone()).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Wait { .. }), "nobody goes beyond the workspace's");
    told.answers("GET", &page_path(), 1, ok(page(PAGE, ""))).await;
    look(elsewhere.clone().for_polls()).await.unwrap();
}

#[tokio::test]
async fn a_spent_budget_is_waited_for_only_so_long() {
    let told = Told::with_budget(1).await;
    told.answers("GET", &page_path(), 1, ok(page(PAGE, ""))).await;
    told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap();
    let failure = told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Wait { retry_after: Some(_) }));
    assert_eq!(told.asked().await.len(), 1);
}

#[tokio::test]
async fn a_short_pause_is_waited_out() {
    let told = Told::with(Arc::new(MemoryBudget::new(Duration::from_millis(50))), 1).await;
    told.answers("GET", &page_path(), 2, ok(page(PAGE, ""))).await;
    for _ in 0..2 {
        told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap();
    }
}

/// A budget whose store is gone.
struct Lost;

#[async_trait]
impl RateBudget for Lost {
    async fn take(&self, _draws: &[crate::ports::Draw]) -> Outcome<Option<Duration>> {
        Err(Failure::transient(anyhow!("nobody answers")))
    }

    async fn close_for(&self, _key: &str, _pause: Duration) -> Outcome<()> {
        Err(Failure::transient(anyhow!("nobody answers")))
    }
}

#[tokio::test]
async fn a_lost_budget_stops_no_row() {
    let told = Told::with(Arc::new(Lost), 100).await;
    told.answers("GET", &page_path(), 1, ok(page(PAGE, ""))).await;
    told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap();
    told.answers("GET", &page_path(), 1, refused(429, "rate_limited", "Slow down.")).await;
    let failure = told.notion.row(&told.access, PAGE, &mapping(None)).await.unwrap_err();
    assert!(matches!(failure.kind, Kind::Wait { .. }));
}

#[tokio::test]
async fn an_id_that_is_none_never_leaves_the_process() {
    let told = Told::start().await;
    let failure = told.notion.row(&told.access, "../users/me", &mapping(None)).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Permanent(Reason::RowGone));
    assert!(told.asked().await.is_empty());
}

#[tokio::test]
async fn an_unreachable_notion_is_out_of_order() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base = format!("http://{nobody}/prefix/").parse().unwrap();
    let notion = Notion::new(&base, Arc::new(MemoryBudget::new(WINDOW))).unwrap();
    let access = Access::new(ConnectionId(Uuid::nil()), String::new().into());
    let failure = notion.whoami(&access).await.unwrap_err();
    assert_eq!(failure.kind, Kind::Outage { retry_after: None });
}
