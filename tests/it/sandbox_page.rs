//! The sandbox's page as a browser meets it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::time::Duration;

use actix_web::App;
use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{TestRequest, init_service};
use linkscribe::sandbox::clips::Clips;
use linkscribe::sandbox::notion::{DatabaseIds, EmulatedNotion};
use linkscribe::sandbox::{Engine, Sandbox, starter};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const HOST: &str = "127.0.0.1:8080";
const PATIENCE: Duration = Duration::from_secs(10);
const LINK: &str = "https://www.tiktok.com/@kitchen/video/7301234567890123456?is_from_webapp=1";

/// A sandbox with an empty Link Database; its folder goes with it.
struct Room {
    notion: EmulatedNotion,
    ids: DatabaseIds,
    sandbox: Sandbox,
    folder: TempDir,
}

impl Room {
    fn new() -> Self {
        let notion = EmulatedNotion::new();
        let ids = starter::open(&notion).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let clips = Clips::in_dir(folder.path().join("clips")).unwrap().with_limit(1000);
        let sandbox = Sandbox::new(notion.clone(), ids.data_source, clips).with_engines(vec![
            Engine::new("Speech", "Whisper, on this machine"),
            Engine::off("Screen text"),
        ]);
        Self { notion, ids, sandbox, folder }
    }

    fn row(&self, values: &Value) -> Uuid {
        self.notion.add_row(self.ids.data_source, values).unwrap()
    }

    fn rows(&self) -> Vec<Value> {
        self.notion.rows(self.ids.data_source)
    }

    fn links(&self) -> Vec<String> {
        let link = |row: &Value| row["properties"]["Link"]["url"].as_str().unwrap().to_owned();
        self.rows().iter().map(link).collect()
    }

    async fn answer(&self, request: TestRequest) -> ServiceResponse<BoxBody> {
        let app = init_service(App::new().configure(|config| self.sandbox.configure(config))).await;
        app.call(request.to_request()).await.unwrap()
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        told(self.answer(from_here(Method::GET, path)).await).await
    }
}

fn from_here(method: Method, path: &str) -> TestRequest {
    TestRequest::with_uri(path).method(method).insert_header((header::HOST, HOST))
}

fn save(link: &str) -> TestRequest {
    from_here(Method::POST, "/rows").set_form([("link", link)])
}

fn drop_file(name: &str, bytes: &str) -> TestRequest {
    let body = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"clip\"; filename=\"{name}\"\r\n\
         Content-Type: video/mp4\r\nContent-Length: {}\r\n\r\n{bytes}\r\n--cut--\r\n",
        bytes.len()
    );
    from_here(Method::POST, "/clips")
        .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=cut"))
        .set_payload(body)
}

async fn told(answer: ServiceResponse<BoxBody>) -> (StatusCode, String) {
    let status = answer.status();
    let body = to_bytes(answer.into_body()).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[actix_web::test]
async fn an_empty_table_says_what_to_do_and_who_does_the_work() {
    let (status, page) = Room::new().get("/").await;
    assert_eq!(status, StatusCode::OK);
    for words in
        ["Saved videos", "emulated Notion", "No videos yet", "Whisper, on this machine", "switched off"]
    {
        assert!(page.contains(words), "{words}");
    }
}

#[actix_web::test]
async fn a_saved_link_becomes_a_row() {
    let room = Room::new();
    let answer = room.answer(save(&format!(" {LINK} "))).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(room.links(), [LINK]);
    let (_, page) = room.get("/").await;
    assert!(page.contains("tiktok.com/@kitchen/video"), "{page}");
    assert!(page.contains("Untitled") && page.contains("not started"));
}

#[actix_web::test]
async fn what_is_no_web_address_is_refused_with_words() {
    let room = Room::new();
    for link in ["", "soup", "javascript:alert(1)", "file:///etc/passwd", "https://"] {
        let (status, page) = told(room.answer(save(link)).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{link}");
        assert!(page.contains("starting with https://"));
    }
    assert_eq!(room.rows().len(), 0);
}

#[actix_web::test]
async fn another_website_changes_nothing() {
    let room = Room::new();
    let row = room.row(&json!({"Status": "failed"}));
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:9999"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        for act in [
            save(LINK),
            drop_file("a.mp4", "abc"),
            from_here(Method::POST, &format!("/rows/{row}/retry")),
            from_here(Method::POST, "/v1/pages"),
        ] {
            let answer = room.answer(act.insert_header((name, value))).await;
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{name}: {value}");
        }
    }
    assert_eq!(room.notion.words(row, "Status").unwrap(), "failed");
    assert_eq!(room.rows().len(), 1);
    let own = save(LINK)
        .insert_header(("origin", format!("http://{HOST}")))
        .insert_header(("sec-fetch-site", "same-origin"));
    assert_eq!(room.answer(own).await.status(), StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn a_rebound_name_reads_nothing() {
    let room = Room::new();
    for host in [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost:x",
        "",
    ] {
        let request = TestRequest::get().uri("/").insert_header((header::HOST, host));
        assert_eq!(room.answer(request).await.status(), StatusCode::FORBIDDEN, "{host}");
    }
    assert_eq!(room.answer(TestRequest::get().uri("/")).await.status(), StatusCode::FORBIDDEN);
    for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080"] {
        let request = TestRequest::get().uri("/").insert_header((header::HOST, host));
        assert_eq!(room.answer(request).await.status(), StatusCode::OK, "{host}");
    }
}

#[actix_web::test]
async fn another_website_may_link_to_the_sandbox_but_not_embed_it() {
    let room = Room::new();
    let foreign = |mode: &str| {
        let request = from_here(Method::GET, "/live").insert_header(("sec-fetch-site", "cross-site"));
        request.insert_header(("sec-fetch-mode", mode.to_owned()))
    };
    assert_eq!(room.answer(foreign("no-cors")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(room.answer(foreign("navigate")).await.status(), StatusCode::OK);
}

#[actix_web::test]
async fn every_answer_forbids_foreign_scripts_and_guessed_types() {
    let room = Room::new();
    for path in [
        "/",
        "/table",
        "/sandbox.js",
        "/sandbox.css",
        "/icon.svg",
        "/nothing",
        "/v1/users/me",
        "/clips/x.mp4",
    ] {
        let answer = room.answer(from_here(Method::GET, path)).await;
        let policy = answer.headers().get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.headers().get(header::X_CONTENT_TYPE_OPTIONS).unwrap(), "nosniff", "{path}");
    }
}

#[actix_web::test]
async fn hostile_words_are_shown_and_not_obeyed() {
    let room = Room::new();
    let bad = "<img src=x onerror=alert(1)>\"'</script>";
    let row =
        room.row(&json!({"Name": bad, "Summary": bad, "Link": "javascript:alert(1)", "Tags": ["<b>x</b>"]}));
    room.notion
        .write_blocks(
            row,
            &json!([
                {"paragraph": {"rich_text": [{"text": {"content": bad}}]}},
                {"toggle": {"rich_text": [{"text": {"content": bad}}], "children": [
                    {"code": {"rich_text": [{"text": {"content": bad}}], "language": "html"}}]}},
            ]),
        )
        .unwrap();
    for path in ["/".to_owned(), format!("/rows/{row}")] {
        let (_, page) = room.get(&path).await;
        assert!(!page.contains("<img src=x") && !page.contains("<b>x"), "{page}");
        assert!(page.contains("&#60;img src=x onerror"), "{page}");
        assert!(!page.contains("href=\"javascript:"), "{page}");
    }
}

#[actix_web::test]
async fn a_page_shows_its_columns_its_blocks_and_its_comments() {
    let room = Room::new();
    let row = room.row(&json!({
        "Name": "One-pot tomato soup", "Status": "completed", "Tags": ["Recipe"], "Minutes": 20,
        "Published": "2025-11-20", "Website": "https://soup.example/tomato",
    }));
    room.notion
        .write_blocks(
            row,
            &json!([{"callout": {
            "rich_text": [{"text": {"content": "TikTok"}, "annotations": {"bold": true}}],
            "icon": {"type": "emoji", "emoji": "🎬"},
            "children": [
                {"heading_3": {"rich_text": [{"text": {"content": "Said"}}]}},
                {"bulleted_list_item": {"rich_text": [{"text": {"content": "chop"}}]}},
                {"bulleted_list_item": {"rich_text": [{"text": {"content": "fry"}}]}},
                {"toggle": {"rich_text": [{"text": {"content": "Transcript"}}], "children": [
                    {"paragraph": {"rich_text": [
                        {"text": {"content": "0:12 "}, "annotations": {"color": "gray"}},
                        {"text": {"content": "Add the tomatoes"}},
                    ]}}]}},
            ]}}]),
        )
        .unwrap();
    let (status, page) = room.get(&format!("/rows/{row}")).await;
    assert_eq!(status, StatusCode::OK);
    for drawn in [
        "<h1>One-pot tomato soup</h1>",
        "<span class=\"tag c-orange\">Recipe</span>",
        "20 November 2025",
        "href=\"https://soup.example/tomato\"",
        "<aside class=\"callout",
        "<strong>TikTok</strong>",
        "<h4 class=\"text-plain\">Said</h4>",
        "<ul><li class=\"text-plain\">chop</li><li class=\"text-plain\">fry</li></ul>",
        "<details class=\"toggle\"><summary>Transcript</summary>",
        "<span class=\"text-gray\">0:12 </span>Add the tomatoes",
    ] {
        assert!(page.contains(drawn), "{drawn}\n{page}");
    }
    assert_eq!(room.get(&format!("/rows/{}", Uuid::nil())).await.0, StatusCode::NOT_FOUND);
    assert_eq!(room.get("/rows/x").await.0, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_failed_row_says_why_and_can_be_tried_again() {
    let room = Room::new();
    let row = room.row(&json!({"Status": "failed", "Reason": "This video is private."}));
    let (_, page) = room.get("/").await;
    assert!(page.contains("<p class=\"why\">This video is private.</p>"), "{page}");
    let path = format!("/rows/{row}/retry");
    assert!(page.contains(&path));
    assert_eq!(room.answer(from_here(Method::POST, &path)).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(room.notion.words(row, "Status").unwrap(), "pending");
    let other = room.notion.add_page("No row").unwrap();
    for path in [format!("/rows/{other}/retry"), "/rows/x/retry".into()] {
        assert_eq!(room.answer(from_here(Method::POST, &path)).await.status(), StatusCode::NOT_FOUND);
    }
}

#[actix_web::test]
async fn a_dropped_file_becomes_a_row_whose_link_plays_in_ranges() {
    let room = Room::new();
    assert_eq!(room.answer(drop_file("Tomato soup.mp4", "0123456789")).await.status(), StatusCode::SEE_OTHER);
    let links = room.links();
    let path = links[0].strip_prefix("http://127.0.0.1:8080").unwrap();
    assert!(path.starts_with("/clips/tomato-soup-"), "{path}");
    let answer = room.answer(from_here(Method::GET, path).insert_header((header::RANGE, "bytes=2-4"))).await;
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "video/mp4");
    assert_eq!(answer.headers().get(header::CONTENT_RANGE).unwrap(), "bytes 2-4/10");
    assert_eq!(told(answer).await.1, "234");
    let id = room.rows()[0]["id"].as_str().unwrap().to_owned();
    assert!(room.get(&format!("/rows/{id}")).await.1.contains("<video"));
}

#[actix_web::test]
async fn a_file_over_the_limit_is_refused_and_leaves_nothing() {
    let room = Room::new();
    let (status, page) = told(room.answer(drop_file("a.mp4", &"x".repeat(1001))).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.contains("too large"));
    assert_eq!(room.answer(drop_file("a.mp4", "")).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(room.rows().len(), 0);
    assert_eq!(std::fs::read_dir(room.folder.path().join("clips")).unwrap().count(), 0);
}

#[actix_web::test]
async fn no_path_leads_out_of_the_folder_of_clips() {
    let room = Room::new();
    std::fs::write(room.folder.path().join("secret.mp4"), "secret").unwrap();
    for path in [
        "/clips/../secret.mp4",
        "/clips/..%2fsecret.mp4",
        "/clips/%2e%2e/secret.mp4",
        "/clips/..%5csecret.mp4",
        "/clips/%2fetc%2fpasswd",
        "/clips/",
        "/clips/.",
    ] {
        let (status, body) = room.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!body.contains("secret\n") && body != "secret", "{path}");
    }
}

#[actix_web::test]
async fn an_open_window_hears_of_a_change_and_is_let_go_at_the_end() {
    let room = Room::new();
    let row = room.row(&json!({"Status": "pending"}));
    let answer = room.answer(from_here(Method::GET, "/live")).await;
    assert_eq!(answer.headers().get(header::CONTENT_TYPE).unwrap(), "text/event-stream");
    let mut body = pin!(answer.into_body());
    let mut next = async || {
        let chunk = std::future::poll_fn(|context| body.as_mut().poll_next(context));
        let chunk = tokio::time::timeout(PATIENCE, chunk).await.unwrap();
        chunk.map(|chunk| String::from_utf8(chunk.unwrap().to_vec()).unwrap())
    };
    assert!(next().await.unwrap().starts_with("retry: "));
    room.notion.edit_row(row, &json!({"Status": "failed"})).unwrap();
    let event = next().await.unwrap();
    assert!(event.starts_with("event: change\ndata: {"), "{event}");
    assert!(event.contains(&row.to_string()) && event.contains("properties_changed"), "{event}");
    assert!(room.get("/table").await.1.contains("data-status=\"failed\""));
    room.sandbox.close();
    assert_eq!(next().await, None);
}

#[actix_web::test]
async fn page_and_api_share_a_port_and_stop_although_a_window_listens() {
    let room = Room::new();
    let running = room.sandbox.serve(TcpListener::bind("127.0.0.1:0").unwrap()).unwrap();
    let address = running.url.strip_prefix("http://").unwrap().to_owned();
    let host = address.clone();
    let listening = tokio::task::spawn_blocking(move || {
        let mut window = TcpStream::connect(&host).unwrap();
        window.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(window, "GET /live HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut first = [0; 512];
        let read = window.read(&mut first).unwrap();
        assert!(String::from_utf8_lossy(&first[..read]).starts_with("HTTP/1.1 200"));
        window
    });
    let mut window = listening.await.unwrap();
    let api = tokio::task::spawn_blocking({
        let (token, host) = (room.notion.token(), address.clone());
        move || {
            let mut client = TcpStream::connect(&host).unwrap();
            let head = format!("Host: {host}\r\nAuthorization: Bearer {token}\r\nNotion-Version: 2025-09-03");
            write!(client, "GET /v1/users/me HTTP/1.1\r\n{head}\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            answer
        }
    });
    let answer = api.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"object\":\"user\""), "{answer}");
    tokio::time::timeout(PATIENCE, running.stop()).await.unwrap().unwrap();
    let ended = tokio::task::spawn_blocking(move || window.read_to_end(&mut Vec::new()));
    ended.await.unwrap().unwrap();
    assert!(TcpStream::connect(&address).is_err(), "the port is free again");
}
