//! Puts the places of a note on the map: takes a note, gives it with coordinates where there is one place of the name.
//!
//! Cannot fail: a map that does not answer leaves a place without coordinates, and its owner is told on the page.

use tracing::warn;

use super::desk::Desk;
use crate::domain::note::{Note, Value};
use crate::domain::whereabouts::{Point, settle};
use crate::messages::Envelope;
use crate::ports::Geocoder;

/// Places looked for in one note; every one costs a second at a public map.
const MOST: usize = 20;

/// Looks for the places of the note that have no coordinates.
pub(super) async fn locate(map: Option<&dyn Geocoder>, desk: &Desk, envelope: &Envelope, note: &mut Note) {
    let Some(map) = map else { return };
    let items = note.items.iter_mut().flat_map(|item| &mut item.values);
    let mut places: Vec<&mut Value> =
        note.values.iter_mut().chain(items).map(|filled| &mut filled.value).collect();
    places.retain(|value| matches!(value, Value::Place { at: None, .. }));
    for value in places.into_iter().take(MOST) {
        if let Value::Place { name, address, at } = value {
            *at = find(map, desk, envelope, name, address.as_deref()).await;
        }
    }
}

async fn find(
    map: &dyn Geocoder,
    desk: &Desk,
    envelope: &Envelope,
    name: &str,
    address: Option<&str>,
) -> Option<Point> {
    if desk.blocked(&[map.party()]).await.is_some() {
        return None;
    }
    let found = desk.ask(&envelope.lease.fence, Some(map.party()), map.find(name, address)).await;
    match found {
        Ok(candidates) => settle(name, &candidates),
        Err(failure) => {
            warn!(%failure, "a place cannot be looked for on the map");
            None
        }
    }
}
