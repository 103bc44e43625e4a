//! One and many: `Nudel` and `Nudeln`, `pizza` and `pizze`, `knife` and `knives`.
//!
//! Takes two names in lower case; tells whether they differ in nothing but the number of their words, in one of the
//! languages with endings in the table. Accents count: `Kuchen` is no plural of `Küche`. Never fails.

/// Endings of one, and of many.
const ENDINGS: [(&str, &str); 28] = [
    // English.
    ("", "s"),
    ("", "es"),
    ("y", "ies"),
    ("f", "ves"),
    ("fe", "ves"),
    // German, Dutch, the Scandinavian languages.
    ("", "n"),
    ("", "en"),
    ("", "e"),
    ("", "er"),
    ("in", "innen"),
    ("um", "en"),
    ("a", "or"),
    ("", "ar"),
    // French.
    ("al", "aux"),
    ("", "x"),
    // Italian.
    ("a", "e"),
    ("o", "i"),
    ("e", "i"),
    ("ca", "che"),
    ("co", "chi"),
    ("ga", "ghe"),
    ("io", "i"),
    // Spanish, Portuguese.
    ("z", "ces"),
    ("ión", "iones"),
    ("ão", "ões"),
    ("l", "is"),
    ("m", "ns"),
    // Russian, Polish.
    ("а", "ы"),
];

/// Letters of the one, and of what both have in common: shorter words differ in more than their number.
const SHORTEST: usize = 4;
const SHORTEST_STEM: usize = 3;

/// Whether two names are the same but for the number of their words.
pub fn one_and_many(one: &str, other: &str) -> bool {
    let parts = |name: &str| -> Vec<String> {
        let parts = name.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
        parts.map(ToOwned::to_owned).collect()
    };
    let (one, other) = (parts(one), parts(other));
    let alike = |(one, other): (&String, &String)| one == other || plural(one, other) || plural(other, one);
    !one.is_empty() && one.len() == other.len() && one.iter().zip(&other).all(alike)
}

/// Whether `many` is the plural of `one`.
fn plural(one: &str, many: &str) -> bool {
    one.chars().count() >= SHORTEST
        && ENDINGS.iter().any(|(of_one, of_many)| {
            let stems = one.strip_suffix(of_one).zip(many.strip_suffix(of_many));
            stems.is_some_and(|(stem, other)| stem == other && stem.chars().count() >= SHORTEST_STEM)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_and_its_plural_are_one_in_many_languages() {
        for (one, many) in [
            ("nudel", "nudeln"),
            ("rezept", "rezepte"),
            ("suppe", "suppen"),
            ("pizza", "pizze"),
            ("gelato", "gelati"),
            ("ristorante", "ristoranti"),
            ("knife", "knives"),
            ("recette", "recettes"),
            ("gâteau", "gâteaux"),
            ("animal", "animaux"),
            ("canción", "canciones"),
            ("viagem", "viagens"),
            ("low carb rezept", "low carb rezepte"),
        ] {
            assert!(one_and_many(one, many) && one_and_many(many, one), "{one} and {many}");
        }
    }

    #[test]
    fn other_words_are_others() {
        for (one, other) in [
            ("kuchen", "küche"),
            ("casa", "caso"),
            ("tee", "teen"),
            ("soup", "soup of the day"),
            ("", ""),
            ("dinner", "lunch"),
        ] {
            assert!(!one_and_many(one, other), "{one} and {other}");
        }
    }
}
