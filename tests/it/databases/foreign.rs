//! Pages of other sites cannot make a browser change anything here: each route of the document and each form of
//! the pages refuses them, before it looks at anything else.

use std::path::Path;

use reqwest::Method;

use super::belongings::{Belongings, operations};
use super::house::{House, Told};

/// What a browser says about a page that is not ours.
const FOREIGN: &[(&str, &str)] = &[
    ("origin", "https://evil.example"),
    ("origin", "null"),
    ("origin", ""),
    ("origin", "http://127.0.0.1"),
    ("origin", "http://127.0.0.1:1"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-site", "same-site"),
    ("sec-fetch-site", "nonsense"),
];

/// The routes of forms, read off the sources: method and path of each that is not for reading.
fn forms() -> Vec<(Method, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap();
            found.extend(source.split(".route(\"").skip(1).filter_map(|rest| {
                let (path, rest) = rest.split_once('"')?;
                let method = rest.trim_start_matches(", web::").split('(').next()?.to_uppercase();
                (method != "GET").then(|| (method.parse().unwrap(), path.to_owned()))
            }));
        }
    }
    found
}

#[actix::test]
async fn whatever_changes_something_refuses_other_sites() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let hers = Belongings::of(&house, &ada).await;
    let documented = operations(&house).await.into_iter().map(|one| (one.method, one.path));
    let mut all: Vec<(Method, String)> = documented.filter(|(method, _)| method != Method::GET).collect();
    let programs = all.len();
    all.extend(forms());
    assert!(all.contains(&(Method::POST, "/auth/logout".to_owned())), "{all:?}");
    assert!(programs >= 10 && all.len() >= programs + 11, "{all:?}");
    // A method or a path nobody knows is no way around it.
    all.extend(
        ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
            .map(|method| (method.parse().unwrap(), "/databases".to_owned())),
    );
    for (method, path) in &all {
        let real = path.replace("{id}", &hers.database);
        let real = if path.starts_with("/api") { hers.in_path(path) } else { real };
        for (name, value) in FOREIGN {
            let request = house.request(Some(&ada), method.clone(), &real).header(*name, *value);
            let told = Told::of(request.send().await.unwrap()).await;
            assert_eq!(told.status, 403, "{method} {path} with {name}: {value}: {told:?}");
        }
    }
    // Signed in, and everything as it was.
    for path in ["/api/databases/{id}", "/api/entries/{id}", "/api/imports/{id}"] {
        assert_eq!(house.get(&ada, &hers.in_path(path)).await.status, 200, "{path}");
    }
    house.close().await;
}

#[actix::test]
async fn our_own_pages_and_programs_are_let_in_and_everybody_may_read() {
    let house = House::open().await;
    let ada = house.person("Ada").await;
    let hers = Belongings::of(&house, &ada).await;
    let path = format!("/api/imports/{}/cancel", hers.import);
    let ours = house.origin();
    let own: [&[(&str, &str)]; 4] = [
        &[],
        &[("origin", &ours), ("sec-fetch-site", "same-origin")],
        &[("origin", &ours)],
        &[("sec-fetch-site", "none")],
    ];
    for headers in own {
        let request = house.request(Some(&ada), Method::POST, &path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        assert_eq!(request.send().await.unwrap().status(), 200, "{headers:?}");
    }
    for (name, value) in FOREIGN {
        let request = house.request(Some(&ada), Method::GET, "/api/entries").header(*name, *value);
        assert_eq!(request.send().await.unwrap().status(), 200, "{name}: {value}");
    }
    house.close().await;
}
