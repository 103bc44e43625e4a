//! A body that is a JSON object and nothing else.
//!
//! What serde derives takes an array of a struct's fields in their order as well, which no document describes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// What an object holds.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(given: D) -> Result<Self, D::Error> {
        given.deserialize_map(Fields(PhantomData)).map(Self)
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Pair {
        one: u8,
        #[serde(default)]
        other: Option<Object<Box<Pair>>>,
    }

    #[test]
    fn an_array_of_the_fields_is_no_object_on_any_level() {
        let read = |text| serde_json::from_str::<Object<Pair>>(text);
        let Object(pair) = read(r#"{"one": 1, "other": {"one": 2}}"#).unwrap();
        assert_eq!((pair.one, pair.other.unwrap().0.one), (1, 2));
        for odd in ["[1]", "null", r#"{"one": 1, "other": [2]}"#, r#"{"one": 1, "one": 2}"#, r#"{"two": 1}"#]
        {
            assert!(read(odd).is_err(), "{odd}");
        }
    }
}
