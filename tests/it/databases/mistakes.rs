//! Whatever is asked in a wrong way is answered with a problem document whose hint helps, and every answer of the
//! interface is sealed. The routes are those of the document.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::{Value, json};

use super::belongings::{Belongings, EXPORT, operations};
use super::house::{House, Told, columns};

/// A method, a path, a body and its type; what is answered and words of the hint.
type Mistake<'a> = (&'a str, &'a str, Option<(&'a str, &'a str)>, u16, &'a str);

const JSON: &str = "application/json";

const MISTAKES: &[Mistake] = &[
    // Paths nobody answers.
    ("GET", "/api", None, 404, "Check the address"),
    ("GET", "/api/", None, 404, "Check the address"),
    ("POST", "/api/nothing", None, 404, "Check the address"),
    ("GET", "/api/databases/a/b", None, 404, "Check the address"),
    ("GET", "/api/databases//", None, 404, "Check the address"),
    // Methods a path does not have.
    ("PUT", "/api/databases", None, 405, "Use one of: GET, POST"),
    ("OPTIONS", "/api/databases/{database}", None, 405, "Use one of: GET, PATCH, DELETE"),
    ("GET", "/api/databases/create", None, 405, "Use one of: POST"),
    ("TRACE", "/api/entries", None, 405, "Use one of: GET"),
    ("DELETE", "/api/events", None, 405, "Use one of: GET"),
    // Ids that are none, and ids of nothing.
    ("GET", "/api/databases/none", None, 404, "Check the address"),
    ("DELETE", "/api/databases/00000000-0000-4000-8000-000000000000", None, 404, "Check the address"),
    ("GET", "/api/entries/%00", None, 404, "Check the address"),
    ("POST", "/api/entries/%C3%A9/retry", None, 404, "Check the address"),
    ("DELETE", "/api/connections/none", None, 404, "Check the address"),
    ("GET", "/api/imports/none", None, 404, "Check the address"),
    ("POST", "/api/imports/00000000-0000-4000-8000-000000000000/confirm", None, 404, "Check the address"),
    // Bodies.
    ("POST", "/api/databases", None, 415, "application/json"),
    ("POST", "/api/databases", Some(("text/plain", "{}")), 415, "application/json"),
    ("POST", "/api/databases", Some(("nonsense", "{}")), 415, "application/json"),
    ("POST", "/api/databases", Some((JSON, "")), 400, "not JSON"),
    ("POST", "/api/databases", Some((JSON, "{\"database_id\":")), 400, "not JSON"),
    ("POST", "/api/databases", Some((JSON, "{}")), 400, "missing field `database_id`"),
    ("POST", "/api/databases", Some((JSON, "[\"a\"]")), 400, "expected an object"),
    ("POST", "/api/databases", Some((JSON, "{\"database_id\": 7}")), 400, "expected a string"),
    (
        "POST",
        "/api/databases",
        Some((JSON, "{\"database_id\": \"a\", \"tags\": 1}")),
        400,
        "unknown field `tags`",
    ),
    ("POST", "/api/databases", Some((JSON, "{\"database_id\": \"a\"}")), 422, "Paste the address"),
    ("POST", "/api/databases/create", Some((JSON, "{\"connection_id\": \"\"}")), 422, "not an id"),
    ("POST", "/api/databases/create", Some((JSON, "{\"language\": \"?\"}")), 422, "pt-BR"),
    ("PATCH", "/api/databases/{database}", Some((JSON, "{\"mapping\": []}")), 400, "expected an object"),
    (
        "PATCH",
        "/api/databases/{database}",
        Some((JSON, "{\"mapping\": {\"link\": null}}")),
        422,
        "column for the link",
    ),
    ("POST", "/api/imports/{import}/confirm", Some(("text/plain", "yes")), 415, "or nothing"),
    ("POST", "/api/imports/{import}/confirm", Some((JSON, "{\"like\": true}")), 400, "unknown field `like`"),
    // Forms.
    ("POST", "/api/databases/{database}/imports", None, 415, "multipart/form-data"),
    ("POST", "/api/databases/{database}/imports", Some((JSON, "{}")), 415, "multipart/form-data"),
    ("POST", "/api/databases/{database}/imports", Some(("multipart/form-data", "")), 400, "`file`"),
    (
        "POST",
        "/api/databases/{database}/imports",
        Some(("multipart/form-data; boundary=x", "--x--\r\n")),
        400,
        "`file`",
    ),
    (
        "POST",
        "/api/databases/{database}/imports",
        Some((
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--x--\r\n",
        )),
        400,
        "`file`",
    ),
    // Queries.
    ("GET", "/api/connections?all=yes", None, 400, "cursor, limit"),
    ("GET", "/api/usage?moth=2026-11", None, 400, "month"),
    ("POST", "/api/entries/{entry}/retry?now", None, 400, "Leave out"),
    ("GET", "/api/entries?limit=1&limit=2", None, 400, "duplicate field"),
    ("GET", "/api/entries?status=lost", None, 422, "pending, downloading"),
    ("GET", "/api/entries?database_id=none", None, 404, "Check the address"),
    ("GET", "/api/usage?month=2026-13", None, 422, "2026-11"),
    ("GET", "/api/notion/databases?connection_id=", None, 422, "not an id"),
];

#[actix::test]
async fn each_mistake_is_told_in_words_that_help() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let things = Belongings::of(&house, &ada).await;
    for (method, path, body, status, hint) in MISTAKES {
        let path = things.in_braces(path);
        let request = house.request(Some(&ada), method.parse().unwrap(), &path);
        let request = match body {
            Some((kind, body)) => request.header(CONTENT_TYPE, *kind).body(*body),
            None => request,
        };
        println!("{method} {path} {body:?}");
        let answer = request.send().await.unwrap();
        let headers = answer.headers().clone();
        is_sealed(&headers, &path);
        assert_eq!(headers.contains_key("allow"), *status == 405, "{method} {path}");
        Told::of(answer).await.is_problem(*status, hint);
    }
    house.close().await;
}

#[actix::test]
async fn bodies_end_at_64_kilobytes() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let things = Belongings::of(&house, &ada).await;
    let long = "a".repeat(64 * 1024);
    let mut tried = 0;
    for operation in operations(&house).await.iter().filter(|operation| operation.takes_json) {
        let path = things.in_path(&operation.path);
        let body = json!({ "language": long });
        let told = house.ask(Some(&ada), operation.method.clone(), &path, Some(&body)).await;
        told.is_problem(413, "64 KB");
        tried += 1;
    }
    assert!(tried >= 5, "{tried}");
    house.close().await;
}

#[actix::test]
async fn cursors_from_elsewhere_lead_nowhere() {
    let house = House::open().await;
    let (ada, eve) = (house.person("Ada").await, house.person("Eve").await);
    let things = Belongings::of(&house, &ada).await;
    house.adopt(&ada, house.database(&ada, "Mine too", &columns()).database).await;
    let page = house.get(&ada, "/api/databases?limit=1").await.body;
    let cursor = page["next_cursor"].as_str().expect("there is a second page");
    let mut lists = 0;
    for operation in
        operations(&house).await.iter().filter(|operation| operation.query.contains(&"cursor".to_owned()))
    {
        let path = things.in_path(&operation.path);
        let foreign: &[&str] = if operation.path == "/api/databases" { &[] } else { &[cursor] };
        for odd in ["", "%00", "AA", "nonsense", "7", &cursor[1..], &"A".repeat(2_000)].iter().chain(foreign)
        {
            house.get(&ada, &format!("{path}?cursor={odd}")).await.is_problem(422, "next_cursor");
        }
        lists += 1;
    }
    assert_eq!(lists, 5, "connections, databases, imports, entries, databases in Notion");
    house.get(&eve, &format!("/api/databases?cursor={cursor}")).await.is_problem(422, "next_cursor");
    let rest = house.get(&ada, &format!("/api/databases?cursor={cursor}")).await;
    assert_eq!((rest.status, &rest.body["items"][0]["title"]), (200, &json!("Mine")));
    house.close().await;
}

#[actix::test]
async fn lists_of_workspaces_and_imports_come_in_pages() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let things = Belongings::of(&house, &ada).await;
    house.connect_too("Ada", "Second").await;
    house.connect_too("Ada", "Third").await;
    let second = house.upload(&ada, &things.database, EXPORT).await;
    let imports = format!("/api/databases/{}/imports", things.database);
    for (path, field, wanted) in [
        ("/api/connections", "workspace", vec!["Ada", "Second", "Third"]),
        (imports.as_str(), "id", vec![second.as_str(), things.import.as_str()]),
    ] {
        let (mut seen, mut next) = (Vec::new(), format!("{path}?limit=1"));
        while seen.len() <= wanted.len() {
            let page = house.get(&ada, &next).await.body;
            assert!(page["items"].as_array().unwrap().len() <= 1, "{page}");
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item[field].clone()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            next = format!("{path}?limit=1&cursor={cursor}");
        }
        assert_eq!(Value::from(seen), json!(wanted), "{path}");
    }
    house.close().await;
}

#[actix::test]
async fn what_works_is_sealed_too() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let things = Belongings::of(&house, &ada).await;
    for operation in
        operations(&house).await.iter().filter(|one| one.method == Method::GET && !one.is_stream())
    {
        let path = things.in_path(&operation.path);
        let answer = house.request(Some(&ada), Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        is_sealed(answer.headers(), &path);
    }
    house.close().await;
}

fn is_sealed(headers: &HeaderMap, path: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(headers.get(name).map(|value| value.to_str().unwrap()), Some(value), "{path}: {name}");
    }
}
