//! The languages Whisper hears. It answers with their English names, everybody else uses ISO 639-1.

/// Whisper's names with their codes, in alphabetical order.
#[rustfmt::skip]
const NAMES: [(&str, &str); 99] = [
    ("afrikaans", "af"), ("albanian", "sq"), ("amharic", "am"), ("arabic", "ar"), ("armenian", "hy"),
    ("assamese", "as"), ("azerbaijani", "az"), ("bashkir", "ba"), ("basque", "eu"), ("belarusian", "be"),
    ("bengali", "bn"), ("bosnian", "bs"), ("breton", "br"), ("bulgarian", "bg"), ("cantonese", "zh"),
    ("catalan", "ca"), ("chinese", "zh"), ("croatian", "hr"), ("czech", "cs"), ("danish", "da"),
    ("dutch", "nl"), ("english", "en"), ("estonian", "et"), ("faroese", "fo"), ("finnish", "fi"),
    ("french", "fr"), ("galician", "gl"), ("georgian", "ka"), ("german", "de"), ("greek", "el"),
    ("gujarati", "gu"), ("haitian creole", "ht"), ("hausa", "ha"), ("hebrew", "he"), ("hindi", "hi"),
    ("hungarian", "hu"), ("icelandic", "is"), ("indonesian", "id"), ("italian", "it"), ("japanese", "ja"),
    ("javanese", "jv"), ("kannada", "kn"), ("kazakh", "kk"), ("khmer", "km"), ("korean", "ko"),
    ("lao", "lo"), ("latin", "la"), ("latvian", "lv"), ("lingala", "ln"), ("lithuanian", "lt"),
    ("luxembourgish", "lb"), ("macedonian", "mk"), ("malagasy", "mg"), ("malay", "ms"), ("malayalam", "ml"),
    ("maltese", "mt"), ("maori", "mi"), ("marathi", "mr"), ("mongolian", "mn"), ("myanmar", "my"),
    ("nepali", "ne"), ("norwegian", "no"), ("nynorsk", "nn"), ("occitan", "oc"), ("pashto", "ps"),
    ("persian", "fa"), ("polish", "pl"), ("portuguese", "pt"), ("punjabi", "pa"), ("romanian", "ro"),
    ("russian", "ru"), ("sanskrit", "sa"), ("serbian", "sr"), ("shona", "sn"), ("sindhi", "sd"),
    ("sinhala", "si"), ("slovak", "sk"), ("slovenian", "sl"), ("somali", "so"), ("spanish", "es"),
    ("sundanese", "su"), ("swahili", "sw"), ("swedish", "sv"), ("tagalog", "tl"), ("tajik", "tg"),
    ("tamil", "ta"), ("tatar", "tt"), ("telugu", "te"), ("thai", "th"), ("tibetan", "bo"),
    ("turkish", "tr"), ("turkmen", "tk"), ("ukrainian", "uk"), ("urdu", "ur"), ("uzbek", "uz"),
    ("vietnamese", "vi"), ("welsh", "cy"), ("yiddish", "yi"), ("yoruba", "yo"),
];

/// The code for a name or a code as servers give it; nothing for what is neither.
pub(super) fn code(language: &str) -> Option<String> {
    let language = language.trim().to_lowercase();
    let is_code = language.len() == 2 && language.chars().all(|letter| letter.is_ascii_lowercase());
    if is_code {
        return Some(language);
    }
    let found = NAMES.binary_search_by(|(name, _)| (*name).cmp(language.as_str())).ok()?;
    NAMES.get(found).map(|(_, code)| (*code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_english_name_and_by_its_code() {
        assert_eq!(code("German").as_deref(), Some("de"));
        assert_eq!(code("haitian creole").as_deref(), Some("ht"));
        assert_eq!(code("fr").as_deref(), Some("fr"));
        assert_eq!(code("klingon"), None);
        assert_eq!(code(""), None);
    }

    #[test]
    fn every_name_is_found() {
        for (name, short) in NAMES {
            assert_eq!(code(name).as_deref(), Some(short));
        }
    }
}
