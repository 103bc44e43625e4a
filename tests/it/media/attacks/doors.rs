//! What is asked of the proxy itself, over raw sockets.

use std::sync::Arc;

use linkscribe::adapters::egress::{Egress, Internet};
use linkscribe::domain::egress::{Place, Rules};
use secrecy::SecretString;

use super::door_table::{BLOCKS, LITERALS, PLACES, REQUESTS, SPELLINGS, Wall};
use super::world::{Map, Server, entrance, no_walls, open, say, send};

const PUBLIC: &str = "93.184.215.14";
const OURS: &str = "93.184.215.15";
const BUDGET: u64 = 1 << 20;

/// In the address of a page these are the public place, with its usual port.
const FINE_IN_TEXT: [&str; 4] = [
    "public.attack.example",
    "public.attack.example:",
    "public.attack.example/:443",
    "public.attack.example#:443",
];

/// The name that leads to the n-th block.
fn name(block: usize) -> String {
    format!("n{block}.attack.example")
}

fn map(canary: &Server) -> Map {
    let mut map = Map { canary: Some(canary.address), ours: vec![OURS.parse().unwrap()], ..Map::default() };
    for (number, block) in BLOCKS.iter().enumerate() {
        map.names.insert(name(number), vec![block.parse().unwrap()]);
    }
    let public = vec![PUBLIC.parse().unwrap()];
    // Local names lead to a public address here, so that no other wall stands before them.
    for (place, walls) in PLACES {
        let name = place.rsplit_once(':').unwrap().0.to_ascii_lowercase();
        if walls.contains(&Wall::LocalName) || walls.contains(&Wall::Port) {
            map.names.insert(name.trim_end_matches('.').to_owned(), public.clone());
        }
    }
    map.names.insert("public.attack.example".to_owned(), public.clone());
    map.names.insert("us.attack.example".to_owned(), vec![OURS.parse().unwrap()]);
    map.names.insert(
        "mixed.attack.example".to_owned(),
        vec![PUBLIC.parse().unwrap(), "10.0.0.1".parse().unwrap()],
    );
    map
}

/// All walls but these.
fn without(walls: &[Wall]) -> Rules {
    let open = no_walls(Vec::new());
    let mut rules = Rules::strict(Vec::new());
    for wall in walls {
        match wall {
            Wall::Port => rules.port = open.port,
            Wall::Literal => rules.literals = open.literals,
            Wall::LocalName => rules.is_local = open.is_local,
            Wall::Address => rules.not_public = open.not_public,
            Wall::Ourselves => rules.not_ourselves = open.not_ourselves,
        }
    }
    rules
}

/// Every place of the tables with the walls before it, each asked for as a tunnel and, on port 80, in plain text.
fn asked() -> Vec<(String, Vec<Wall>)> {
    let mut all = Vec::new();
    for number in 0..BLOCKS.len() {
        all.push((format!("{}:443", name(number)), vec![Wall::Address]));
    }
    for (literal, _) in LITERALS {
        all.push((format!("{literal}:80"), vec![Wall::Literal, Wall::Address]));
    }
    all.extend(PLACES.iter().map(|(place, walls)| ((*place).to_owned(), walls.to_vec())));
    all
}

fn requests(place: &str) -> [String; 2] {
    [format!("CONNECT {place} HTTP/1.1"), format!("GET http://{place}/latest/meta-data HTTP/1.1")]
}

#[tokio::test]
async fn no_request_of_the_tables_reaches_anybody() {
    let canary = Server::canary().await;
    let map = Arc::new(map(&canary));
    let proxy = open(Rules::strict(Vec::new()), &map, BUDGET).await;
    let mut tried = 0_u64;
    for place in asked().into_iter().map(|(place, _)| place).chain(SPELLINGS.map(str::to_owned)) {
        for request in requests(&place) {
            if request.starts_with("GET") && FINE_IN_TEXT.contains(&place.as_str()) {
                continue;
            }
            let answer = say(&proxy, &request, "").await;
            assert!(answer.starts_with("HTTP/1.1 40"), "{request}: {answer}");
            tried += 1;
        }
    }
    for (line, headers) in REQUESTS {
        let answer = say(&proxy, line, headers).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{line}: {answer}");
        tried += 1;
    }
    assert!(tried > 250, "{tried} requests");
    assert_eq!((canary.taken(), map.dialled()), (0, vec![]));
    assert_eq!(proxy.traffic().connected, 0);
}

#[tokio::test]
async fn each_wall_is_needed_and_where_several_stand_each_holds_alone() {
    let canary = Server::canary().await;
    let map = Arc::new(map(&canary));
    let mut hit = 0;
    for (place, walls) in asked().into_iter().filter(|(_, walls)| !walls.is_empty()) {
        let open_proxy = open(without(&walls), &map, BUDGET).await;
        for request in requests(&place) {
            let answer = say(&open_proxy, &request, "").await;
            assert!(answer.starts_with("HTTP/1.1 200"), "without {walls:?} {request} is answered {answer}");
            assert_eq!(map.dialled().len(), 1, "{request}");
            hit += 1;
        }
        for wall in walls.iter().filter(|_| walls.len() > 1) {
            let others: Vec<Wall> = walls.iter().copied().filter(|other| other != wall).collect();
            let proxy = open(without(&others), &map, BUDGET).await;
            for request in requests(&place) {
                let answer = say(&proxy, &request, "").await;
                assert!(answer.starts_with("HTTP/1.1 403"), "{wall:?} alone before {request}: {answer}");
            }
        }
    }
    assert_eq!(canary.taken(), hit);
    assert!(hit > 200, "{hit} hits");
    assert_eq!(map.dialled(), vec![]);
}

#[tokio::test]
async fn a_literal_is_dialled_as_what_it_is_where_the_walls_are_down() {
    let canary = Server::canary().await;
    let map = Arc::new(map(&canary));
    let proxy = open(no_walls(Vec::new()), &map, BUDGET).await;
    for (literal, meant) in LITERALS {
        say(&proxy, &format!("CONNECT {literal}:443 HTTP/1.1"), "").await;
        let dialled: Vec<_> = map.dialled().iter().map(|address| address.ip().to_string()).collect();
        assert_eq!(dialled, [meant], "{literal}");
    }
}

#[tokio::test]
async fn nobody_gets_in_without_the_secret_of_the_job() {
    let canary = Server::canary().await;
    let map = Arc::new(map(&canary));
    let (proxy, other) =
        (open(no_walls(Vec::new()), &map, BUDGET).await, open(no_walls(Vec::new()), &map, BUDGET).await);
    let (address, _) = entrance(proxy.url());
    let (_, of_another_job) = entrance(other.url());
    for header in [
        String::new(),
        "Proxy-Authorization: \r\n".to_owned(),
        "Proxy-Authorization: Basic\r\n".to_owned(),
        "Proxy-Authorization: Basic am9iOg==\r\n".to_owned(),
        "Authorization: Basic am9iOg==\r\n".to_owned(),
        format!("Proxy-Authorization: {of_another_job}\r\n"),
    ] {
        for request in requests("public.attack.example:80") {
            let answer = send(&address, &format!("{request}\r\n{header}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 407"), "{header}: {answer}");
        }
    }
    assert_eq!((canary.taken(), proxy.traffic().connected), (0, 0));
}

/// The first answer of a name is judged, and it is the one that is dialled; the next request judges anew.
#[tokio::test]
async fn a_name_that_changes_its_address_is_asked_once_for_each_request() {
    let canary = Server::canary().await;
    let map = Arc::new(map(&canary));
    let proxy = open(Rules::strict(Vec::new()), &map, BUDGET).await;
    let answer = say(&proxy, "CONNECT public.attack.example:443 HTTP/1.1", "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(*map.asked.lock().unwrap(), ["public.attack.example"]);
    assert_eq!(map.dialled(), [format!("{PUBLIC}:443").parse().unwrap()]);
}

#[tokio::test]
async fn a_second_request_behind_the_first_is_not_carried_to_the_first_ones_place() {
    let site = Server::start(|line| format!("HTTP/1.1 200 OK\r\n\r\n{line}").into_bytes()).await;
    let map = Arc::new(Map { real: vec![site.address], ..Map::default() });
    let proxy = open(Rules::strict(vec![site.place()]), &map, BUDGET).await;
    let smuggled = "\r\nGET http://127.0.0.1:1/admin HTTP/1.1\r\nHost: internal\r\n\r\n";
    let answer = say(&proxy, &format!("GET http://{}/one HTTP/1.1", site.address), smuggled).await;
    assert!(answer.contains("Connection: close") && answer.ends_with("GET /one HTTP/1.1"), "{answer}");
    assert_eq!((site.taken(), proxy.traffic().connected), (1, 1));
}

/// Names are resolved by the proxy of the network then, so what needs no resolving is refused here.
#[tokio::test]
async fn behind_a_proxy_of_the_network_addresses_and_local_names_are_still_refused() {
    let upstream = Server::start(|line| {
        let code = if line.contains("denied") { "403 No" } else { "200 Go on" };
        format!("HTTP/1.1 {code}\r\n\r\n{line}").into_bytes()
    })
    .await;
    let canary = Server::canary().await;
    let map = Arc::new(Map { real: vec![upstream.address], canary: Some(canary.address), ..Map::default() });
    let address = SecretString::from(format!("http://{}", upstream.address));
    let rules = Rules::strict(vec![canary.place()]);
    let egress = Egress::new(rules, Arc::clone(&map) as _, Some(&address), BUDGET).unwrap();
    let proxy = egress.open().await.unwrap();
    let refused = asked()
        .into_iter()
        .filter(|(_, walls)| walls.iter().any(|wall| !matches!(wall, Wall::Address | Wall::Ourselves)));
    for place in refused.map(|(place, _)| place).chain(SPELLINGS.map(str::to_owned)) {
        let answer = say(&proxy, &format!("CONNECT {place} HTTP/1.1"), "").await;
        assert!(answer.starts_with("HTTP/1.1 40"), "{place}: {answer}");
    }
    assert_eq!(upstream.taken(), 0);

    let answer = say(&proxy, "CONNECT public.attack.example:443 HTTP/1.1", "").await;
    assert!(answer.ends_with("CONNECT public.attack.example:443 HTTP/1.1"), "{answer}");
    let answer = say(&proxy, "CONNECT denied.attack.example:443 HTTP/1.1", "").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert_eq!((upstream.taken(), canary.taken()), (2, 0));
    assert_eq!(*map.asked.lock().unwrap(), Vec::<String>::new(), "no name is resolved here");

    // What the operator listed on this machine is no business of the network.
    let answer = say(&proxy, &format!("CONNECT {} HTTP/1.1", canary.address), "").await;
    assert!(answer.contains("CANARY"), "{answer}");
    assert_eq!((upstream.taken(), canary.taken()), (2, 1));
}

/// Such a name stands in this machine's list of hosts, or is short, and is known to its own network alone.
#[tokio::test]
async fn what_the_operator_names_is_found_under_a_name_of_the_local_network_too() {
    let here = |port: u16| format!("localhost:{port}");
    let site = Server::canary().await;
    let listed = vec![Place::parse(&here(site.address.port())).unwrap()];
    let egress = Egress::new(Rules::strict(listed.clone()), Arc::new(Internet), None, BUDGET).unwrap();
    let connect = format!("CONNECT {} HTTP/1.1", here(site.address.port()));
    let answer = say(&egress.open().await.unwrap(), &connect, "").await;
    assert!(answer.contains("CANARY"), "{answer}");

    let upstream = Server::start(|line| format!("HTTP/1.1 200 Go on\r\n\r\n{line}").into_bytes()).await;
    let address = SecretString::from(format!("http://{}", here(upstream.address.port())));
    let egress = Egress::new(Rules::strict(listed), Arc::new(Internet), Some(&address), BUDGET).unwrap();
    let answer = say(&egress.open().await.unwrap(), "CONNECT public.attack.example:443 HTTP/1.1", "").await;
    assert!(answer.ends_with("CONNECT public.attack.example:443 HTTP/1.1"), "{answer}");
}
