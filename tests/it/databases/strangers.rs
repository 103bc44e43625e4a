//! Nobody reaches what is another's: each route of the document is called as a stranger and as nobody.

use futures_util::StreamExt;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::belongings::{Belongings, EXPORT, Operation, operations};
use super::house::{House, Person, Told, columns};

#[actix::test]
async fn another_ones_things_do_not_exist_and_nobody_gets_in_without_signing_in() {
    let house = House::open().await;
    let (ada, eve) = (house.person("Ada").await, house.person("Eve").await);
    let hers = Belongings::of(&house, &ada).await;
    let mut hidden = 0;
    for operation in operations(&house).await {
        let Operation { method, path, .. } = &operation;
        println!("{method} {path}");
        if operation.guarded {
            assert!(operation.statuses.contains(&"401".to_owned()), "{method} {path}");
            let told = ask(&house, None, &operation, &hers.in_path(path)).await;
            assert_eq!(told.status, 401, "{method} {path} as nobody: {told:?}");
        }
        if operation.has_id() {
            is_hidden(&ask(&house, Some(&eve), &operation, &hers.in_path(path)).await, &operation, &hers);
            hidden += 1;
        } else if *method == Method::GET && !operation.is_stream() {
            let told = ask(&house, Some(&eve), &operation, path).await;
            assert_eq!(told.status, 200, "{path} as a stranger: {told:?}");
            has_no_trace(&told.body.to_string(), &hers);
        }
        for (name, id) in operation.query.iter().filter_map(|name| Some((name, hers.in_query(name)?))) {
            let told = ask(&house, Some(&eve), &operation, &format!("{path}?{name}={id}")).await;
            is_hidden(&told, &operation, &hers);
            hidden += 1;
        }
    }
    assert!(hidden >= 13, "{hidden}");
    // The stranger's calls changed nothing.
    for path in ["/api/databases/{id}", "/api/entries/{id}", "/api/imports/{id}"] {
        let told = house.get(&ada, &hers.in_path(path)).await;
        assert_eq!(told.status, 200, "{path}: {told:?}");
        assert_ne!(told.body["state"], "cancelled", "{path}");
    }
    let told = house.get(&ada, &format!("/api/databases/{}", hers.database)).await;
    assert_eq!(told.body["title"], "Mine");
    assert_eq!(house.get(&ada, "/api/connections").await.body["items"][0]["id"], json!(hers.connection));
    house.close().await;
}

/// Asks with a body of the kind that is taken.
async fn ask(house: &House, who: Option<&Person>, operation: &Operation, path: &str) -> Told {
    let request = house.request(who, operation.method.clone(), path);
    let request = if operation.takes_form {
        let part = reqwest::multipart::Part::text(EXPORT).file_name("saved_posts.json");
        request.multipart(reqwest::multipart::Form::new().part("file", part))
    } else if operation.takes_json {
        request.json(&json!({}))
    } else {
        request
    };
    Told::of(request.send().await.unwrap()).await
}

fn is_hidden(told: &Told, operation: &Operation, hers: &Belongings) {
    assert_eq!(told.status, 404, "{} {} as a stranger: {told:?}", operation.method, operation.path);
    assert!(operation.statuses.contains(&"404".to_owned()), "{} {}", operation.method, operation.path);
    has_no_trace(&told.body.to_string(), hers);
}

fn has_no_trace(text: &str, hers: &Belongings) {
    for trace in hers.traces() {
        assert!(!text.contains(trace), "{trace} is in {text}");
    }
}

#[actix::test]
async fn a_stream_of_events_tells_nothing_of_other_peoples_links() {
    let house = House::open().await;
    let (ada, eve) = (house.person("Ada").await, house.person("Eve").await);
    let watch = async |who| house.request(Some(who), Method::GET, "/api/events").send().await.unwrap();
    let (mine, theirs) = (watch(&ada).await, watch(&eve).await);
    let hers = Belongings::of(&house, &ada).await;
    let seen = read(mine, Some(&hers.entry)).await;
    assert!(seen.contains(&hers.entry), "the owner is told: {seen}");
    // Whoever comes later is told nothing either, whatever they claim to have seen.
    let request = house.request(Some(&eve), Method::GET, "/api/events").header("Last-Event-ID", "0");
    let later = request.send().await.unwrap();
    house.app.drain().await;
    for stream in [theirs, later] {
        let told = read(stream, None).await;
        assert!(told.starts_with("retry: "), "{told}");
        has_no_trace(&told, &hers);
    }
    house.close().await;
}

/// What a stream tells until a word is in it, or to its end.
async fn read(stream: Response, until: Option<&str>) -> String {
    let mut chunks = Box::pin(stream.bytes_stream());
    let mut told = String::new();
    let reading = async {
        while let Some(Ok(chunk)) = chunks.next().await {
            told.push_str(std::str::from_utf8(&chunk).unwrap());
            if until.is_some_and(|word| told.contains(word)) {
                break;
            }
        }
    };
    tokio::time::timeout(crate::support::PATIENCE, reading).await.expect("it is told in time");
    told
}

#[actix::test]
async fn ids_of_another_ones_in_a_body_or_a_query_lead_nowhere() {
    let house = House::open().await;
    let (ada, eve) = (house.person("Ada").await, house.person("Eve").await);
    let database = house.database(&ada, "Mine", &columns());
    let connection = ada.connection;
    for (path, body) in [
        ("/api/databases", json!({ "database_id": database.database, "connection_id": connection })),
        ("/api/databases", json!({ "database_id": database.database })),
        ("/api/databases/propose", json!({ "database_id": database.database })),
        ("/api/databases/propose", json!({ "database_id": database.database, "connection_id": connection })),
        ("/api/databases/create", json!({ "connection_id": connection })),
    ] {
        house.post(&eve, path, &body).await.is_problem(404, "");
    }
    let listed = house.get(&eve, &format!("/api/notion/databases?connection_id={connection}")).await;
    listed.is_problem(404, "");
    house.adopt(&ada, database.database).await;
    house.adopt(&ada, house.database(&ada, "Mine too", &columns()).database).await;
    let first = house.get(&ada, "/api/databases?limit=1").await.body;
    let next = format!("/api/databases?cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(house.get(&ada, &next).await.body["items"][0]["title"], "Mine");
    house.get(&eve, &next).await.is_problem(422, "next_cursor");
    house.close().await;
}

#[actix::test]
async fn the_document_tells_the_form_of_errors_and_the_cookie() {
    let house = House::open().await;
    let document = house.ask(None, Method::GET, "/api/openapi.json", None).await.body;
    let scheme = &document["components"]["securitySchemes"]["session"];
    assert_eq!((&scheme["in"], &scheme["name"]), (&json!("cookie"), &json!("session")), "{scheme}");
    assert!(document["components"]["schemas"]["Problem"]["properties"]["hint"].is_object());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_problem = response["content"]["application/problem+json"]["schema"]["$ref"]
                    == json!("#/components/schemas/Problem");
                assert_eq!(is_problem, status.as_str() >= "400", "{method} {path} {status}");
            }
        }
    }
    let references = document.to_string();
    for name in references.split("#/components/schemas/").skip(1) {
        let name = name.split('"').next().unwrap();
        assert_ne!(document["components"]["schemas"][name], Value::Null, "{name} is described");
    }
    house.close().await;
}
