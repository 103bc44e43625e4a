//! Finds places with Nominatim, OpenStreetMap's search, or a server that speaks like it, by `GET /search`
//! (nominatim.org/release-docs/latest/api/Search).
//!
//! Takes a name and an address; gives candidates. Fails as an outage where the server does not answer or nobody can
//! read what it says, and waits where it asks for that. Who runs the public server allows one request a second and wants
//! a user agent, which every request of ours carries (operations.osmfoundation.org/policies/nominatim).

use std::time::{Duration, SystemTime};

use anyhow::anyhow;
use async_trait::async_trait;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};
use url::Url;

use super::outbound::Outbound;
use super::provider::{endpoint, one_line, party_at};
use crate::domain::waiting::Party;
use crate::domain::whereabouts::{Candidate, Point};
use crate::failure::{Failure, Outcome};
use crate::ports::Geocoder;

/// A search takes well under a second.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Five places in words are some kilobytes.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// Enough to tell whether a name is that of one place.
const CANDIDATES: &str = "5";

/// What the public server allows.
const PACE: Duration = Duration::from_secs(1);

/// Letters of a search; what is longer is no name of a place.
const MAX_SEARCH: usize = 200;

/// A Nominatim server.
pub struct Nominatim {
    outbound: Outbound,
    url: Url,
    party: Party,
    /// When the next request may leave.
    turn: Mutex<Instant>,
}

/// One place; coordinates come as text.
#[derive(Debug, Deserialize)]
struct Found {
    lat: String,
    lon: String,
    display_name: String,
}

impl Nominatim {
    /// The server at `base_url`, such as `https://nominatim.openstreetmap.org`.
    pub fn new(base_url: &Url) -> Outcome<Self> {
        Ok(Self {
            outbound: Outbound::new(TIMEOUT, MAX_ANSWER_BYTES)?,
            url: endpoint(base_url, "/search")?,
            party: party_at(base_url, "nominatim.openstreetmap.org", "OpenStreetMap"),
            turn: Mutex::new(Instant::now()),
        })
    }

    async fn wait_for_turn(&self) {
        let mut turn = self.turn.lock().await;
        sleep_until(*turn).await;
        *turn = Instant::now() + PACE;
    }
}

#[async_trait]
impl Geocoder for Nominatim {
    fn party(&self) -> Party {
        self.party.clone()
    }

    async fn find(&self, name: &str, address: Option<&str>) -> Outcome<Vec<Candidate>> {
        let search: String =
            one_line(&[name, address.unwrap_or_default()].join(" ")).chars().take(MAX_SEARCH).collect();
        let asked = [("q", search.as_str()), ("format", "jsonv2"), ("limit", CANDIDATES)];
        self.wait_for_turn().await;
        let reply = self.outbound.send(self.outbound.client().get(self.url.clone()).query(&asked)).await?;
        match reply.status.as_u16() {
            200 => {}
            429 => {
                let pause = reply.retry_after(SystemTime::now());
                return Err(Failure::wait(pause, anyhow!("the map is asked too often")));
            }
            status => return Err(Failure::outage(anyhow!("the map answers {status}: {}", reply.excerpt()))),
        }
        let found: Vec<Found> = reply.json()?;
        Ok(found.iter().filter_map(candidate).collect())
    }
}

fn candidate(found: &Found) -> Option<Candidate> {
    let point = Point::new(found.lat.parse().ok()?, found.lon.parse().ok()?)?;
    Some(Candidate { label: one_line(&found.display_name), point })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use serde_json::json;
    use wiremock::matchers::{method, path, query_param};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::failure::Kind;

    async fn answering(answer: ResponseTemplate) -> (MockServer, Nominatim) {
        let server = MockServer::start().await;
        let asked = Mock::given(method("GET")).and(path("/search"));
        let asked = asked.and(query_param("q", "Da Enzo Rome")).and(query_param("format", "jsonv2"));
        asked.respond_with(answer).mount(&server).await;
        let map = Nominatim::new(&server.uri().parse().unwrap()).unwrap();
        (server, map)
    }

    #[tokio::test]
    async fn places_are_found_by_name_and_address_and_broken_ones_left_out() {
        let answer = json!([
            { "lat": "41.8881", "lon": "12.4772", "display_name": "Da Enzo al 29,\u{200b} Roma", "place_id": 1 },
            { "lat": "north", "lon": "12.4", "display_name": "Nowhere" },
            { "lat": "99", "lon": "12.4", "display_name": "Beyond" },
        ]);
        let (_server, map) = answering(ResponseTemplate::new(200).set_body_json(answer)).await;
        let found = map.find("Da\nEnzo", Some("Rome")).await.unwrap();
        let point = Point { lat: 41.8881, lon: 12.4772 };
        assert_eq!(found, [Candidate { label: "Da Enzo al 29, Roma".to_owned(), point }]);
    }

    #[tokio::test]
    async fn a_map_that_does_not_answer_is_an_outage_and_one_that_is_asked_too_often_is_waited_for() {
        for (answer, waits) in [
            (ResponseTemplate::new(503), false),
            (ResponseTemplate::new(200).set_body_string("<html>"), false),
            (ResponseTemplate::new(429).insert_header("retry-after", "7"), true),
        ] {
            let (_server, map) = answering(answer).await;
            let failure = map.find("Da Enzo", Some("Rome")).await.unwrap_err();
            match failure.kind {
                Kind::Wait { retry_after } => assert!(waits && retry_after == Some(Duration::from_secs(7))),
                Kind::Outage { .. } => assert!(!waits),
                other => panic!("{other:?}"),
            }
        }
    }
}
