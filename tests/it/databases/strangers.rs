//! Nobody reaches what is another's: each route of the document is called as a stranger and as nobody.

use linkscribe::domain::entry::{FoundRow, Lane};
use linkscribe::ports::{Journal, Registry};
use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, Person, columns};

/// Two saved posts, as Instagram exports them.
const EXPORT: &str = include_str!("../imports/files/saved_posts_2025.json");

/// Something of Ada's behind each path with an id.
struct Belongings {
    database: String,
    entry: String,
    connection: String,
    import: String,
}

impl Belongings {
    async fn of(house: &House, ada: &Person) -> Self {
        let database = house.database(ada, "Mine", &columns());
        house.adopt(ada, database.database).await;
        let kept = house.store.databases_of(ada.user, None, 1).await.unwrap().remove(0);
        let link = "https://www.tiktok.com/@cook/video/7".to_owned();
        let row = FoundRow { database: kept.id, page: "row".into(), link, lane: Lane::New };
        house.store.enqueue(&row, house.store.now().await.unwrap()).await.unwrap();
        let entry = house.store.entries(kept.id, 1).await.unwrap().remove(0);
        Self {
            database: kept.id.to_string(),
            entry: entry.id.to_string(),
            connection: ada.connection.to_string(),
            import: house.upload(ada, &kept.id.to_string(), EXPORT).await,
        }
    }

    /// The path with what stands before an id deciding whose id it is.
    fn in_path(&self, path: &str) -> String {
        let id = match path {
            _ if path.starts_with("/api/databases/{") => &self.database,
            _ if path.starts_with("/api/entries/{") => &self.entry,
            _ if path.starts_with("/api/connections/{") => &self.connection,
            _ if path.starts_with("/api/imports/{") => &self.import,
            _ => panic!("tell this test whose id stands in {path}"),
        };
        path.replace("{id}", id)
    }
}

/// All operations of the document: method, path, whether it needs sign-in, whether it takes JSON, its statuses.
async fn operations(house: &House) -> Vec<(Method, String, bool, bool, Vec<String>)> {
    let document = house.ask(None, Method::GET, "/api/openapi.json", None).await;
    assert_eq!(document.status, 200);
    let paths = document.body["paths"].as_object().unwrap().clone();
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let security = operation["security"].as_array().unwrap();
            let guarded = !security.is_empty() && security.iter().all(|one| one.get("session").is_some());
            let json = operation["requestBody"]["content"].get("application/json").is_some();
            let statuses = operation["responses"].as_object().unwrap().keys().cloned().collect();
            all.push((method, path.clone(), guarded, json, statuses));
        }
    }
    assert!(all.len() >= 9, "the document was read");
    all
}

#[actix::test]
async fn another_ones_things_do_not_exist_and_nobody_gets_in_without_signing_in() {
    let house = House::open().await;
    let (ada, eve) = (house.person("Ada").await, house.person("Eve").await);
    let belongings = Belongings::of(&house, &ada).await;
    let empty = json!({});
    for (method, path, guarded, takes_json, statuses) in operations(&house).await {
        let body = takes_json.then_some(&empty);
        let has_id = path.contains('{');
        let real = if has_id { belongings.in_path(&path) } else { path.clone() };
        println!("{method} {path}");
        if guarded {
            let told = house.ask(None, method.clone(), &real, body).await;
            assert_eq!(told.status, 401, "{method} {path} as nobody: {told:?}");
            assert!(statuses.contains(&"401".to_owned()), "{method} {path}");
        }
        // An upload is no JSON: what is no form at all is refused before anything is looked up.
        let is_upload = method == Method::POST && path.ends_with("/imports");
        if has_id && is_upload {
            assert_eq!(house.try_upload(&eve, &belongings.database, EXPORT).await.status(), 404, "{path}");
        } else if has_id {
            let told = house.ask(Some(&eve), method.clone(), &real, body).await;
            assert_eq!(told.status, 404, "{method} {path} as a stranger: {told:?}");
            assert!(!told.body.to_string().contains("Mine"), "{told:?}");
        }
    }
    // The stranger's calls changed nothing.
    let told = house.get(&ada, &format!("/api/databases/{}", belongings.database)).await;
    assert_eq!((told.status, &told.body["title"]), (200, &json!("Mine")));
    house.close().await;
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
