//! What somebody has, and all operations of the document: whose id stands where is decided here once.

use linkscribe::domain::entry::{FoundRow, Lane};
use linkscribe::ports::{Journal, Registry};
use reqwest::Method;
use serde_json::Value;

use super::house::{House, Person, columns};

/// Two saved posts, as Instagram exports them.
pub const EXPORT: &str = include_str!("../imports/files/saved_posts_2025.json");

/// The link in Ada's row.
const LINK: &str = "https://www.tiktok.com/@cook/video/7";

/// Something of Ada's behind each path with an id.
pub struct Belongings {
    pub database: String,
    pub entry: String,
    pub connection: String,
    pub import: String,
}

impl Belongings {
    pub async fn of(house: &House, ada: &Person) -> Self {
        let database = house.database(ada, "Mine", &columns());
        house.adopt(ada, database.database).await;
        let kept = house.store.databases_of(ada.user, None, 1).await.unwrap().remove(0);
        let row = FoundRow { database: kept.id, page: "row".into(), link: LINK.into(), lane: Lane::New };
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
    pub fn in_path(&self, path: &str) -> String {
        let id = match path {
            _ if path.starts_with("/api/databases/{") => &self.database,
            _ if path.starts_with("/api/entries/{") => &self.entry,
            _ if path.starts_with("/api/connections/{") => &self.connection,
            _ if path.starts_with("/api/imports/{") => &self.import,
            _ if !path.contains('{') => return path.to_owned(),
            _ => panic!("say here whose id stands in {path}"),
        };
        path.replace("{id}", id)
    }

    /// The path with the names in braces as what they stand for.
    pub fn in_braces(&self, path: &str) -> String {
        let named = [("{database}", &self.database), ("{entry}", &self.entry), ("{import}", &self.import)];
        named.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
    }

    /// What a parameter of a query may be asked for, where it is an id.
    pub fn in_query(&self, name: &str) -> Option<&str> {
        match name {
            "database_id" => Some(&self.database),
            "connection_id" => Some(&self.connection),
            _ if name.ends_with("id") => panic!("say here whose id `{name}` is"),
            _ => None,
        }
    }

    /// Whatever tells that something of hers is in an answer.
    pub fn traces(&self) -> [&str; 6] {
        [&self.database, &self.entry, &self.connection, &self.import, "Mine", LINK]
    }
}

/// An operation of the document.
pub struct Operation {
    pub method: Method,
    pub path: String,
    /// Whether one has to be signed in.
    pub guarded: bool,
    pub takes_json: bool,
    pub takes_form: bool,
    /// The names its query may have.
    pub query: Vec<String>,
    pub statuses: Vec<String>,
}

impl Operation {
    fn read(method: &str, path: &str, told: &Value) -> Self {
        let security = told["security"].as_array().unwrap();
        let body = &told["requestBody"]["content"];
        let parameters = told["parameters"].as_array().into_iter().flatten();
        let names = parameters.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap());
        Self {
            method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
            path: path.to_owned(),
            guarded: !security.is_empty() && security.iter().all(|one| one.get("session").is_some()),
            takes_json: body.get("application/json").is_some(),
            takes_form: body.get("multipart/form-data").is_some(),
            query: names.map(str::to_owned).collect(),
            statuses: told["responses"].as_object().unwrap().keys().cloned().collect(),
        }
    }

    pub fn has_id(&self) -> bool {
        self.path.contains('{')
    }

    pub fn is_stream(&self) -> bool {
        self.path == "/api/events"
    }
}

/// All operations of the document.
pub async fn operations(house: &House) -> Vec<Operation> {
    let document = house.ask(None, Method::GET, "/api/openapi.json", None).await;
    assert_eq!(document.status, 200);
    let paths = document.body["paths"].as_object().unwrap().clone();
    let all: Vec<Operation> = paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, told)| Operation::read(method, path, told))
        })
        .collect();
    assert!(all.len() >= 21, "the document was read");
    all
}
