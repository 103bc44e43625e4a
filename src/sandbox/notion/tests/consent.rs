//! The consent page as a browser meets it, and what a person's answer shares.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::wire::{self, Answer};
use crate::sandbox::Sandbox;
use crate::sandbox::clips::Clips;
use crate::sandbox::notion::check::At;
use crate::sandbox::notion::{Consent, EmulatedNotion, RunningNotion};

const BACK: &str = "http://127.0.0.1:8080/auth/callback";

fn published() -> (EmulatedNotion, RunningNotion) {
    let notion = EmulatedNotion::new();
    notion.publish("linkscribe", "s3cret", BACK).unwrap();
    let running = notion.serve_on_free_port().unwrap();
    (notion, running)
}

fn asked<'a>(changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("client_id", "linkscribe"),
        ("response_type", "code"),
        ("owner", "user"),
        ("redirect_uri", BACK),
        ("state", "a&b=<c>"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.extend(value.map(|value| (*name, value)));
    }
    fields
}

fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

async fn open(running: &RunningNotion, fields: &[(&str, &str)]) -> Answer {
    wire::send(&running.url, "GET", &format!("/v1/oauth/authorize?{}", encoded(fields)), &[], "").await
}

async fn post(running: &RunningNotion, fields: &[(&str, &str)], headers: &[&str]) -> Answer {
    let mut all = vec!["content-type: application/x-www-form-urlencoded"];
    all.extend(headers);
    wire::send(&running.url, "POST", "/v1/oauth/authorize", &all, &encoded(fields)).await
}

fn sees(notion: &EmulatedNotion, bot: usize, page: Uuid) -> bool {
    let bot = notion.bots().into_iter().nth(bot).unwrap();
    let now = notion.now();
    notion.with(|held| {
        let pair = held.mint(bot.bot_id, true, now);
        let known = held.opened_by(&pair.access).cloned().unwrap();
        held.page_read(&crate::sandbox::notion::callers::Caller::bot(&known, now), page, &[]).is_ok()
    })
}

#[tokio::test]
async fn the_page_offers_the_workspaces_and_what_is_at_their_top() {
    let (notion, running) = published();
    let anna = notion.add_person("Anna <b>", &["Kitchen", "Studio"]);
    let [kitchen, studio] = anna.workspaces.as_slice() else { panic!("two workspaces") };
    let home = notion.add_page_in(*kitchen, "Home & <i>garden</i>").unwrap();
    let database = notion.create_database_in(*studio, "Videos", &json!({"Name": {"title": {}}})).unwrap();
    let row = notion.add_row(database.data_source, &json!({"Name": "a row"})).unwrap();
    let gone = notion.add_page_in(*kitchen, "gone").unwrap();
    notion.set_trashed(gone, true).unwrap();
    let elsewhere = notion.add_page("Elsewhere").unwrap();
    notion.sign_in(anna.person.id);
    let page = open(&running, &asked(&[])).await;
    assert_eq!(page.status(), 200);
    for part in [
        "Anna &#60;b&#62;",
        "Home &#38; &#60;i&#62;garden&#60;/i&#62;",
        "value=\"a&#38;b=&#60;c&#62;\"",
        &format!("<option value=\"{kitchen}\">Kitchen</option>"),
        &format!("<option value=\"{studio}\">Studio</option>"),
        &format!("name=\"share\" value=\"{home}\""),
        &format!("name=\"share\" value=\"{}\"", database.database),
        "Allow access",
        "Cancel",
    ] {
        assert!(page.body.contains(part), "the page lacks {part}:\n{}", page.body);
    }
    for absent in [row, gone, elsewhere] {
        assert!(!page.body.contains(&absent.to_string()), "nobody shares {absent}");
    }
    assert!(!page.body.contains("<script"), "it works without");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8080;"), "{policy}");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_wrong_address_gets_a_page_and_never_a_redirect() {
    let (notion, running) = published();
    let doubled = {
        let mut fields = asked(&[]);
        fields.push(("redirect_uri", "http://evil.test/"));
        fields
    };
    for (rule, fields) in [
        ("an unknown client", asked(&[("client_id", Some("nobody"))])),
        ("no client", asked(&[("client_id", None)])),
        ("another redirect", asked(&[("redirect_uri", Some("http://evil.test/"))])),
        ("a longer redirect", asked(&[("redirect_uri", Some("http://127.0.0.1:8080/auth/callback/x"))])),
        ("another response type", asked(&[("response_type", Some("token"))])),
        ("no response type", asked(&[("response_type", None)])),
        ("another owner", asked(&[("owner", Some("workspace"))])),
        ("no owner", asked(&[("owner", None)])),
        ("a redirect named twice", doubled),
    ] {
        let shown = open(&running, &fields).await;
        assert_eq!((shown.status(), shown.header("location")), (400, None), "{rule}");
        assert!(shown.header("content-type").unwrap().starts_with("text/html"), "{rule}");
        for decision in ["allow", "cancel"] {
            let mut form = fields.clone();
            let workspace = notion.connection().workspace.to_string();
            form.extend([("decision", decision), ("workspace", &workspace)]);
            let answer = post(&running, &form, &[]).await;
            assert_eq!((answer.status(), answer.header("location")), (400, None), "{rule}, {decision}");
        }
    }
    assert!(notion.bots().is_empty(), "nobody was connected");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn cancel_goes_back_without_a_code() {
    let (notion, running) = published();
    let mut form = asked(&[]);
    form.push(("decision", "cancel"));
    let answer = post(&running, &form, &[]).await;
    assert_eq!(answer.status(), 302);
    let expected = format!("{BACK}?error=access_denied&state=a%26b%3D%3Cc%3E");
    assert_eq!(answer.header("location"), Some(expected.as_str()));
    assert_eq!(
        notion.deny(&format!("{}/x?{}", running.url, encoded(&asked(&[])))).unwrap().as_str(),
        expected
    );
    assert!(notion.bots().is_empty());
    running.stop().await.unwrap();
}

#[tokio::test]
async fn allow_shares_what_was_chosen_of_the_chosen_workspace_alone() {
    let (notion, running) = published();
    let anna = notion.add_person("Anna", &["Kitchen", "Studio"]);
    let [kitchen, studio] = anna.workspaces.as_slice() else { panic!("two workspaces") };
    let shared = notion.add_page_in(*studio, "Shared").unwrap();
    let kept = notion.add_page_in(*studio, "Kept").unwrap();
    let other = notion.add_page_in(*kitchen, "Other").unwrap();
    notion.sign_in(anna.person.id);
    let (workspace, one, two) = (studio.to_string(), shared.to_string(), other.to_string());
    let mut form = asked(&[]);
    form.extend([("workspace", workspace.as_str()), ("share", &one), ("share", &two), ("decision", "allow")]);
    let answer = post(&running, &form, &[&format!("origin: {}", running.url)]).await;
    assert_eq!(answer.status(), 302, "{}", answer.body);
    let back = Url::parse(answer.header("location").unwrap()).unwrap();
    let names: Vec<_> = back.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["code", "state"]);
    let bots = notion.bots();
    assert_eq!(bots.iter().map(|bot| bot.workspace).collect::<Vec<_>>(), [*studio]);
    assert_eq!([shared, kept, other].map(|page| sees(&notion, 0, page)), [true, false, false]);
    notion.share(&notion.bots().remove(0).token, kept);
    assert!(sees(&notion, 0, kept), "shared later, from the page's own menu");
    notion.unshare(&notion.bots().remove(0).token, shared);
    assert!(!sees(&notion, 0, shared));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_consent_adds_to_the_first() {
    let (notion, running) = published();
    let (first, second) = (notion.add_page("First").unwrap(), notion.add_page("Second").unwrap());
    let url = format!("{}/v1/oauth/authorize?{}", running.url, encoded(&asked(&[])));
    let person = notion.connection().owner;
    for page in [first, second] {
        let consent = Consent { workspace: None, share: Some(vec![page]) };
        notion.allow_as(person, &url, &consent).unwrap();
    }
    assert_eq!([first, second].map(|page| sees(&notion, 0, page)), [true, true]);
    assert_eq!(notion.bots().len(), 1);
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_not_the_persons_own_is_refused() {
    let (notion, running) = published();
    let anna = notion.add_person("Anna", &["Kitchen"]);
    let (own, foreign) =
        (notion.connection().workspace.to_string(), anna.workspaces.first().unwrap().to_string());
    let with = |more: &[(&'static str, String)]| {
        let mut form: Vec<(&str, String)> = asked(&[]).into_iter().map(|(n, v)| (n, v.to_owned())).collect();
        form.extend(more.iter().cloned());
        form
    };
    let allow = ("decision", "allow".to_owned());
    for (rule, form, headers, status) in [
        (
            "another site sent it",
            with(&[("workspace", own.clone()), allow.clone()]),
            vec!["origin: http://evil.test"],
            403,
        ),
        (
            "a sandboxed frame sent it",
            with(&[("workspace", own.clone()), allow.clone()]),
            vec!["origin: null"],
            403,
        ),
        ("somebody else's workspace", with(&[("workspace", foreign), allow.clone()]), vec![], 400),
        ("no workspace", with(std::slice::from_ref(&allow)), vec![], 400),
        ("a workspace that is no id", with(&[("workspace", "x".into()), allow.clone()]), vec![], 400),
        (
            "a share that is no id",
            with(&[("workspace", own.clone()), ("share", "x".into()), allow]),
            vec![],
            400,
        ),
        ("no decision", with(&[("workspace", own)]), vec![], 400),
    ] {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = post(&running, &form, &headers).await;
        assert_eq!((answer.status(), answer.header("location")), (status, None), "{rule}");
    }
    let below = notion.create_database("Videos", &json!({"Name": {"title": {}}})).unwrap();
    let row = notion.add_row(below.data_source, &json!({"Name": "x"})).unwrap();
    let url = format!("{}/v1/oauth/authorize?{}", running.url, encoded(&asked(&[])));
    let consent = Consent { workspace: None, share: Some(vec![row]) };
    notion.allow_as(notion.connection().owner, &url, &consent).unwrap_err();
    assert!(notion.bots().is_empty(), "nobody was connected");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn an_address_cannot_answer_for_the_person() {
    let (notion, running) = published();
    let workspace = notion.connection().workspace.to_string();
    let mut fields = asked(&[]);
    fields.extend([("decision", "allow"), ("workspace", &workspace), ("share", &workspace)]);
    let page = open(&running, &fields).await;
    let hidden = page.body.matches("type=\"hidden\"").count();
    assert_eq!((page.status(), hidden), (200, 5), "only what was asked comes back with the form");
    assert!(notion.bots().is_empty(), "looking connects nobody");
    running.stop().await.unwrap();
}

#[test]
fn a_redirect_uri_leads_to_the_web() {
    let notion = EmulatedNotion::new();
    for wrong in ["javascript:alert(1)", "nonsense", "ftp://example.com/"] {
        assert_eq!(notion.publish("a", "b", wrong).unwrap_err().status, 400, "{wrong}");
    }
}

#[test]
fn what_a_bot_makes_at_the_top_is_its_own() {
    let notion = EmulatedNotion::new();
    notion.publish("linkscribe", "s3cret", BACK).unwrap();
    notion.allow(&format!("http://n/?{}", encoded(&asked(&[])))).unwrap();
    let bot = notion.bots().remove(0);
    let now = notion.now();
    let made: Value = notion.with(|held| {
        let token = held.mint(bot.bot_id, true, now).access;
        let me = crate::sandbox::notion::callers::Caller::bot(held.opened_by(&token).unwrap(), now);
        let body = json!({"parent": {"type": "workspace", "workspace": true}});
        held.create_database(&me, &At::body(&body)).unwrap()
    });
    let id = made.get("id").and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok()).unwrap();
    let token = notion.bots().remove(0).token;
    let me = notion.caller(&token).unwrap();
    notion.with(|held| held.database(&me, id)).unwrap();
}

#[tokio::test]
async fn the_page_works_behind_the_guard_of_the_sandbox() {
    let notion = EmulatedNotion::new();
    notion.publish("linkscribe", "s3cret", BACK).unwrap();
    let source = notion.create_database("Videos", &json!({"Name": {"title": {}}})).unwrap().data_source;
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new(notion.clone(), source, Clips::in_dir(folder.path().join("clips")).unwrap());
    let running = sandbox.serve(std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap()).unwrap();
    let address = format!("/v1/oauth/authorize?{}", encoded(&asked(&[])));
    // From Linkscribe's own page, as a browser says it.
    let come = ["sec-fetch-site: same-site", "sec-fetch-mode: navigate"];
    let page = wire::send(&running.url, "GET", &address, &come, "").await;
    assert_eq!(page.status(), 200, "{}", page.body);
    assert!(
        page.header("content-security-policy").unwrap().contains("http://127.0.0.1:8080"),
        "its own policy"
    );
    let workspace = notion.connection().workspace.to_string();
    let mut form = asked(&[]);
    form.extend([("workspace", workspace.as_str()), ("decision", "allow")]);
    // More boxes than the sandbox's own forms may be long.
    let (id, boxes) = (Uuid::new_v4().to_string(), 1000);
    form.extend(std::iter::repeat_n(("share", id.as_str()), boxes));
    let origin = format!("origin: {}", running.url);
    let headers = ["content-type: application/x-www-form-urlencoded", &origin, "sec-fetch-site: same-origin"];
    let answer = wire::send(&running.url, "POST", "/v1/oauth/authorize", &headers, &encoded(&form)).await;
    assert_eq!(answer.status(), 302, "{}", answer.body);
    running.stop().await.unwrap();
}
