//! Where a place is: of the places a map knows by a name the one that is meant, if there is only one.
//!
//! Takes the name and what a map offers for it; gives a point or nothing. A guess would be an invention: places of one
//! name that lie far apart give nothing.

use serde::{Deserialize, Serialize};

use super::words::{fold, folded_contains};

/// A point on the earth, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// North of the equator.
    pub lat: f64,
    /// East of Greenwich.
    pub lon: f64,
}

impl Point {
    /// A point there is on the earth.
    pub fn new(lat: f64, lon: f64) -> Option<Self> {
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Self { lat, lon })
    }

    /// Kilometres between two points, as the crow flies.
    fn far_from(self, other: Self) -> f64 {
        const EARTH_RADIUS_KM: f64 = 6_371.0;
        let (from, to) = (self.lat.to_radians(), other.lat.to_radians());
        let (north, east) = ((other.lat - self.lat).to_radians(), (other.lon - self.lon).to_radians());
        let half = (north / 2.0).sin().powi(2) + from.cos() * to.cos() * (east / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_KM * half.sqrt().min(1.0).asin()
    }
}

/// A place as a map knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its name and where it lies, in words.
    pub label: String,
    /// Where it is.
    pub point: Point,
}

/// Entrances, branches and the building of one place lie within this; towns of one name do not.
const SAME_PLACE_KM: f64 = 25.0;

/// Where the place of this name is; the best candidates come first.
pub fn settle(name: &str, candidates: &[Candidate]) -> Option<Point> {
    let name = fold(name);
    let named = |candidate: &&Candidate| !name.is_empty() && folded_contains(&fold(&candidate.label), &name);
    let mut named = candidates.iter().filter(named).map(|candidate| candidate.point);
    let first = named.next()?;
    named.all(|other| first.far_from(other) <= SAME_PLACE_KM).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(label: &str, lat: f64, lon: f64) -> Candidate {
        Candidate { label: label.to_owned(), point: Point { lat, lon } }
    }

    #[test]
    fn a_place_is_where_the_only_one_of_its_name_is() {
        let lisbon = at("Castelo de São Jorge, Lisboa, Portugal", 38.7139, -9.1335);
        let gate = at("Castelo de São Jorge (entrance), Lisboa", 38.7130, -9.1340);
        let ilheus = at("Castelo de São Jorge, Ilhéus, Brasil", -14.79, -39.03);
        let museum = at("Museu de Lisboa", 38.76, -9.15);
        for (name, candidates, found) in [
            ("Castelo de Sao Jorge", vec![lisbon.clone(), gate], Some(lisbon.point)),
            ("castelo de são jorge", vec![museum.clone(), lisbon.clone()], Some(lisbon.point)),
            ("Castelo de São Jorge", vec![lisbon, ilheus], None),
            ("Da Enzo", vec![museum.clone()], None),
            ("", vec![museum], None),
            ("Da Enzo", Vec::new(), None),
        ] {
            assert_eq!(settle(name, &candidates), found, "{name}");
        }
        assert_eq!(Point::new(91.0, 0.0), None);
        assert_eq!(Point::new(f64::NAN, 0.0), None);
    }
}
