//! Links, e-mail addresses and phone numbers as they stand in a text.

use std::ops::Range;
use std::sync::LazyLock;

use url::Url;

use super::{Pattern, compiled};

/// Anything with a scheme or the rest of one; hosts beginning with `www.`; bare host names with a well-known ending, or with
/// any ending when a path follows (so that `end.Next` is a missing space and not a host).
static LINK: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r#"(?i)(?:(?:[a-z][a-z0-9+.-]{0,20})?://|www\.)[^\s<>"'`«»“”„|\\^{}\[\]]+"#,
        r"|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:",
        r"(?:com|org|net|edu|gov|io|co|info|biz|app|dev|shop|store|online|site|blog|tv|gg|xyz|ai|link|page|club",
        r"|recipes|kitchen|travel|uk|de|fr|es|nl|ch|pt|br|jp|kr|cn|ru|ua|pl|cz|se|dk|fi|gr|eu|ca|au|nz)\b",
        r#"(?:[/?#][^\s<>"'`«»“”„|\\^{}\[\]]*)?"#,
        r#"|[a-z]{2,24}[/?][^\s<>"'`«»“”„|\\^{}\[\]]*)"#,
    ))
});

static EMAIL: Pattern = LazyLock::new(|| {
    compiled(r"(?i)[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
});

static PHONE: Pattern =
    LazyLock::new(|| compiled(r"\+?\(?[0-9](?:(?:[ .\-/\u{a0}\u{2011}]|[ ]?[()][ -]?| - )?[0-9]){6,14}"));

/// Days and grouped thousands look like phone numbers and are none.
static NO_PHONE: Pattern = LazyLock::new(|| {
    compiled(
        r"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|[1-9]\d{0,2}(?:[ .\u{a0}]\d{3})+)$",
    )
});

static PHONE_HINT: Pattern = LazyLock::new(|| {
    compiled(r"(?i)(?:\b(?:tel|phone|call|mobile|whatsapp|telefon|fon|ph)\b|[☎📞📱])[^\d]{0,12}$")
});

/// The links in a text as they are written there, without the punctuation around them. Hosts without a
/// scheme and schemes other than the web's are among them; see [`web_address`].
pub fn links(text: &str) -> Vec<&str> {
    link_spans(text).into_iter().filter_map(|span| text.get(span)).collect()
}

/// Where the links of a text stand, in bytes.
pub(super) fn link_spans(text: &str) -> Vec<Range<usize>> {
    // Each of them has a dot or a colon; most texts have no need of the pattern.
    if !text.contains(['.', ':']) {
        return Vec::new();
    }
    let in_email = |start: usize, end: usize| {
        let before = text.get(..start).unwrap_or_default();
        let behind = text.get(end..).unwrap_or_default();
        before.ends_with('@') || behind.starts_with('@')
    };
    LINK.find_iter(text)
        .filter(|found| !in_email(found.start(), found.end()))
        .map(|found| found.start()..found.start() + without_trailing_punctuation(found.as_str()).len())
        .filter(|span| !span.is_empty())
        .collect()
}

fn without_trailing_punctuation(link: &str) -> &str {
    let mut link = link;
    loop {
        let unbalanced = link.ends_with(')') && link.matches(')').count() > link.matches('(').count();
        let shorter = if unbalanced {
            link.strip_suffix(')')
        } else {
            link.strip_suffix(['.', ',', ';', ':', '!', '?', '…', '*', '_', '~', '('])
        };
        match shorter {
            Some(shorter) => link = shorter,
            None => return link,
        }
    }
}

/// The full web address of a link as people write it; `None` when it is no http or https address with a
/// host, or when it carries a user name or password.
pub fn web_address(link: &str) -> Option<String> {
    let link = link.trim();
    let full = if link.contains("://") { link.to_owned() } else { format!("https://{link}") };
    let url = Url::parse(&full).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| host.contains('.') || host.contains(':') || host == "localhost")
        && url.username().is_empty()
        && url.password().is_none();
    plain.then_some(full)
}

/// What two links share when they lead to the same page: host without `www.`, path, query.
pub fn same_link_key(link: &str) -> Option<String> {
    let url = Url::parse(&web_address(link)?).ok()?;
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("{host}{port}{}{query}", url.path().trim_end_matches('/')))
}

/// The e-mail addresses in a text, as written.
pub fn emails(text: &str) -> Vec<&str> {
    if !text.contains('@') {
        return Vec::new();
    }
    EMAIL.find_iter(text).map(|found| found.as_str()).collect()
}

/// A row of digits that may be a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phone<'a> {
    /// As written.
    pub text: &'a str,
    /// Whether its form or the words before it say that it is a phone number.
    pub sure: bool,
}

impl Phone<'_> {
    /// Its digits alone.
    pub fn digits(&self) -> String {
        self.text.chars().filter(char::is_ascii_digit).collect()
    }
}

/// The phone numbers of 7 to 15 digits (ITU E.164) in a text.
pub fn phones(text: &str) -> Vec<Phone<'_>> {
    if !text.contains(|letter: char| letter.is_ascii_digit()) {
        return Vec::new();
    }
    PHONE
        .find_iter(text)
        .filter_map(|found| {
            let before = text.get(..found.start()).unwrap_or_default();
            let behind = text.get(found.end()..).unwrap_or_default();
            let inside =
                |letter: char| letter.is_alphanumeric() || matches!(letter, '/' | '@' | '=' | '_' | '#');
            let stands_alone = !before.ends_with(inside) && !behind.starts_with(inside);
            if !stands_alone || NO_PHONE.is_match(found.as_str()) {
                return None;
            }
            let sure = found.as_str().starts_with(['+', '(', '0']) || PHONE_HINT.is_match(before);
            Some(Phone { text: found.as_str(), sure })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_without_what_stands_around_them() {
        let table: [(&str, &[&str]); 9] = [
            ("Recipe: https://cook.example/pasta?x=1.", &["https://cook.example/pasta?x=1"]),
            ("(see www.cook.example/a_(b))", &["www.cook.example/a_(b)"]),
            ("cook.com and cook.example/soup!", &["cook.com", "cook.example/soup"]),
            ("the end.Next one, Node.js, 1.5/2", &[]),
            ("write to me@cook.com", &[]),
            ("[here](https://evil.example/x)", &["https://evil.example/x"]),
            ("xhttps://evil.example", &["xhttps://evil.example"]),
            ("ftp://files.example/a", &["ftp://files.example/a"]),
            ("nothing", &[]),
        ];
        for (text, expected) in table {
            assert_eq!(links(text), expected, "{text}");
        }
    }

    #[test]
    fn only_plain_web_addresses_count_as_one() {
        assert_eq!(web_address("cook.com/a").as_deref(), Some("https://cook.com/a"));
        assert_eq!(web_address("HTTP://cook.com").as_deref(), Some("HTTP://cook.com"));
        for link in
            ["javascript://cook.com/%0aalert(1)", "https://me:pw@cook.com", "ftp://cook.com", "cook", ""]
        {
            assert_eq!(web_address(link), None, "{link}");
        }
    }

    #[test]
    fn links_to_one_page_share_a_key() {
        let key = same_link_key("https://www.cook.com/pasta/");
        assert_eq!(key, same_link_key("cook.com/pasta"));
        assert_ne!(key, same_link_key("cook.com/pasta?to=evil"));
        assert_ne!(key, same_link_key("cook.com.evil.com/pasta"));
    }

    #[test]
    fn emails_and_phones_are_found_and_dates_are_no_phones() {
        assert_eq!(emails("Write to Me+1@cook.co.uk, please"), ["Me+1@cook.co.uk"]);
        let table: [(&str, &[(&str, bool)]); 8] = [
            ("Call +39 06 581 2260 now", &[("+39 06 581 2260", true)]),
            ("tel: 581-226-0099", &[("581-226-0099", true)]),
            ("☎ +39 06 581 2260. 20% off", &[("+39 06 581 2260", true)]),
            ("☎ (030) 1234567", &[("(030) 1234567", true)]),
            ("seen 12345678 times", &[("12345678", false)]),
            ("on 2024-05-06 or 06.05.2024", &[]),
            ("costs 1 200 000", &[]),
            ("https://x.example/status/99887766", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<(&str, bool)> =
                phones(text).iter().map(|phone| (phone.text, phone.sure)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
