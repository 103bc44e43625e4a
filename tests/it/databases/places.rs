//! Places: on the map by their coordinates, told on the page where nobody knows those.

use std::sync::Arc;

use async_trait::async_trait;
use linkscribe::domain::note::{Answer, Question};
use linkscribe::domain::waiting::Party;
use linkscribe::domain::whereabouts::{Candidate, Point};
use linkscribe::failure::{Failure, Outcome};
use linkscribe::ports::{Geocoder, SummaryModel};
use serde_json::{Value, json};

use super::house::House;
use crate::support::fakes::{FakeSource, Script};

/// Offers what is said as a place.
struct Soup;

#[async_trait]
impl SummaryModel for Soup {
    fn name(&self) -> String {
        "a model".into()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        let places = question.columns.iter().filter(|(_, column)| column.name == "Where");
        let values = places.map(|(key, _)| (key.clone(), json!({ "name": "Tomato Soup" }))).collect();
        Ok(Answer { title: "Soup".into(), values, engine: self.name(), ..Answer::default() })
    }
}

/// A map that knows places, or none because it is out of order.
struct Map(Option<Vec<Candidate>>);

#[async_trait]
impl Geocoder for Map {
    fn party(&self) -> Party {
        Party::new("Map")
    }

    async fn find(&self, _name: &str, _address: Option<&str>) -> Outcome<Vec<Candidate>> {
        self.0.clone().ok_or_else(|| Failure::outage(anyhow::anyhow!("the map is closed")))
    }
}

fn at(label: &str, lat: f64, lon: f64) -> Candidate {
    Candidate { label: label.into(), point: Point { lat, lon } }
}

/// What the place column holds after a link was read, and whether the page tells of it.
async fn read(map: Option<Map>) -> (Value, bool) {
    let map = map.map(|map| Arc::new(map) as Arc<dyn Geocoder>);
    let house = House::open_on(FakeSource(Script::works()), Arc::new(Soup), map).await;
    let ada = house.person("Ada").await;
    let columns = json!({
        "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
        "Where": { "place": {} },
    });
    let links = house.database(&ada, "Links", &columns);
    house.adopt(&ada, links.database).await;
    let link = "https://www.tiktok.com/@cook/video/2";
    let row = house.notion.add_row(links.data_source, &json!({ "Link": link })).unwrap();
    house.until(|notion| (notion.words(row, "Status")? == "completed").then_some(())).await;
    let told = house.notion.page_markdown(row).unwrap().contains("want coordinates");
    let held = house.notion.value(row, "Where").unwrap();
    house.close().await;
    (held, told)
}

#[actix::test]
async fn a_place_is_written_with_its_coordinates_where_the_map_knows_one_of_the_name() {
    let map = Map(Some(vec![at("Tomato Soup, Main Street, Springfield", 44.05, -123.02)]));
    let (held, told) = read(Some(map)).await;
    assert_eq!((&held["lat"], &held["lon"]), (&json!(44.05), &json!(-123.02)), "{held}");
    assert_eq!(held["name"], "Tomato Soup");
    assert!(!told);
}

#[actix::test]
async fn a_place_nobody_can_put_on_the_map_is_told_on_the_page_and_its_column_stays_empty() {
    let two = vec![at("Tomato Soup, Springfield", 44.05, -123.02), at("Tomato Soup, Paris", 48.85, 2.35)];
    for map in [None, Some(Map(Some(Vec::new()))), Some(Map(Some(two))), Some(Map(None))] {
        let (held, told) = read(map).await;
        assert!(held.is_null(), "{held}");
        assert!(told, "the page says why");
    }
}
