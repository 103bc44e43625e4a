//! Links, e-mail addresses and phone numbers as they stand in a text.

use std::ops::Range;
use std::sync::LazyLock;

use url::Url;

use super::digits::{plain_digit, plain_digits};
use super::{Pattern, compiled, is_unspaced, listed};

/// Anything with a scheme or the rest of one; hosts beginning with `www.`; bare host names with a well-known ending, or with
/// any ending when a path follows (so that `end.Next` is a missing space and not a host).
static LINK: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r#"(?i)(?:(?:[a-z][a-z0-9+.-]{0,20})?://|www\.)[^\s<>"'`«»“”„|\\^{}\[\]]+"#,
        r"|(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:",
        r"(?:com|org|net|edu|gov|io|co|info|biz|app|dev|shop|store|online|site|blog|tv|gg|xyz|ai|link|page|club",
        r"|recipes|kitchen|travel|uk|de|fr|es|nl|ch|pt|br|jp|kr|cn|ru|ua|pl|cz|se|dk|fi|gr|eu|ca|au|nz)(?-u:\b)",
        r#"(?:[/?#][^\s<>"'`«»“”„|\\^{}\[\]]*)?"#,
        r#"|[a-z]{2,24}[/?][^\s<>"'`«»“”„|\\^{}\[\]]*)"#,
    ))
});

/// Anything with a dot in it that might be a bare host: whether it is one its ending tells, in [`ENDINGS`].
static HOST: Pattern = LazyLock::new(|| {
    compiled(
        r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]\.([a-z]{2,24})(?-u:\b)",
    )
});

/// A host in numbers.
static IN_NUMBERS: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\b",
        r#"(?::[0-9]{1,5})?(?:[/?#][^\s<>"'`«»“”„|\\^{}\[\]]*)?"#,
    ))
});

/// Further endings of hosts, in small letters alone: those of countries, and those made up for businesses. Endings that
/// are rather those of files (`md`, `rs`, `py`, `sh`, `zip`, `mov`, `ps`) or of words nobody sets apart (`so`) are not
/// among them.
const ENDINGS: &str = "ac ad ae af ag al am ao aq ar as at aw ax az ba bb bd be bf bg bh bi bj bm bn bo bs bt bw by bz cc \
    cd cf cg ci ck cl cm cr cu cv cw cx cy dj dm do dz ec ee eg er et fj fk fm fo ga ge gf gh gi gl gm gn gp gq gt gu gw \
    gy hk hm hn hr ht hu id ie il im in iq ir is it je jm jo ke kg kh ki km kn kp kw ky kz la lb lc li lk lr ls lt lu lv \
    ly ma mc me mg mh mk ml mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni no np nr nu om pa pe pf pg ph pk pm \
    pn pr pw qa re ro rw sa sb sc sd sg si sk sl sm sn sr ss st su sv sx sz tc td tf tg th tj tk tl tm tn to tr tt tw tz \
    ug us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw asia mobi pro tel jobs cat museum aero coop top vip \
    icu win bid loan work team group agency studio design art photo photos video live news life world today media \
    website space fun click cloud press email digital company center zone guru ninja social network services \
    solutions support systems tech technology software tools academy school health fitness yoga bike events \
    organic bio eco cafe coffee restaurant pub pizza catering menu boutique clothing fashion shoes beauty salon spa \
    clinic dental gifts flowers toys deals discount sale market fyi lol buzz rocks wtf cool land city tours holiday \
    flights villas house homes estate moe rip lat cyou sbs monster quest bar mom bond cfd";

static EMAIL: Pattern = LazyLock::new(|| {
    compiled(r"(?i)[a-z0-9][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")
});

/// In the digits of any script, and with the wide signs of Japanese and Chinese.
static PHONE: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"[+＋]?[(（]?\d(?:(?:[ .\-/\u{a0}\u{202f}\u{2010}\u{2011}\u{3000}\u{ff0d}]",
        r"|[ ]?[()（）][ -]?| - )?\d){6,14}",
    ))
});

/// Days look like phone numbers and are none.
static NO_PHONE: Pattern =
    LazyLock::new(|| compiled(r"^(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})$"));

/// Grouped thousands are none either, but behind a word for it; nine digits in threes are the whole number of a phone in
/// Spain, Portugal, Poland and Czechia (their numbering plans), unless they are a round sum.
static THOUSANDS: Pattern = LazyLock::new(|| compiled(r"^[1-9][0-9]{0,2}(?:[ .\u{a0}\u{202f}][0-9]{3})+$"));

static THREE_THREES: Pattern =
    LazyLock::new(|| compiled(r"^[0-9]{3}[ .\u{a0}\u{202f}][0-9]{3}[ .\u{a0}\u{202f}][0-9]{3}$"));

static PHONE_HINT: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)(?:\b(?:tel|tels|telf|tlf|tlfn|tfno|phone|call|mobile|cell|whatsapp|whats|telefon|telefono|teléfono|telefone",
        r"|téléphone|telefoon|telefonnr|telefonu|telefonnummer|fon|ph|handy|mobil|móvil|movil|celular|cellulare|portable|gsm",
        r"|reservas|reservations|réservations|réservation|reservation|reservierung|reservierungen|prenotazioni|rezerwacje",
        r"|rezerwacja|rezervace|reserveren|тел|телефон|бронь|هاتف|الهاتف|تلفون|جوال|واتساب|للحجز)\b",
        r"|電話|电话|電話番号|전화|전화번호|[☎📞📱📲])[^\d]{0,12}$",
    ))
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
    let mut spans = certain_links(text);
    let is_apart = |span: &Range<usize>| {
        in_email(text, span).is_none()
            && !spans.iter().any(|known| known.start < span.end && span.start < known.end)
    };
    let bare: Vec<Range<usize>> = bare_hosts(text).into_iter().filter(is_apart).collect();
    spans.extend(bare);
    spans.sort_by_key(|span| span.start);
    let trimmed = |span: Range<usize>| {
        let link = text.get(span.clone()).unwrap_or_default();
        span.start..span.start + without_trailing_punctuation(link).len()
    };
    spans.into_iter().map(trimmed).filter(|span| !span.is_empty()).collect()
}

/// What only a link looks like.
fn certain_links(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut from = 0;
    while let Some(found) = LINK.find_at(text, from) {
        // Behind an e-mail address a link may follow: `me@cook.com/https://...`.
        let email_end = in_email(text, &found.range());
        from = email_end.unwrap_or(found.end());
        if email_end.is_none() {
            spans.push(found.range());
        }
    }
    spans
}

/// Where the part of an e-mail address that was taken for a link ends.
fn in_email(text: &str, span: &Range<usize>) -> Option<usize> {
    let link = text.get(span.clone()).unwrap_or_default();
    if text.get(..span.start).is_some_and(|before| before.ends_with('@')) {
        return Some(span.start + link.find(['/', '?', '#']).unwrap_or(link.len()));
    }
    text.get(span.end..).is_some_and(|behind| behind.starts_with('@')).then_some(span.end)
}

/// Hosts without a scheme that their ending alone tells, and hosts in numbers.
fn bare_hosts(text: &str) -> Vec<Range<usize>> {
    let around = |span: &Range<usize>| {
        (text.get(..span.start).unwrap_or_default(), text.get(span.end..).unwrap_or_default())
    };
    let by_ending = HOST.captures_iter(text).filter_map(|host| {
        let (whole, ending) = (host.get(0)?.range(), host.get(1)?.as_str());
        let (before, behind) = around(&whole);
        // "file.it.txt", "don.it's"; but a sentence may begin behind a host.
        let goes_on = behind
            .strip_prefix(['.', '\'', '’', '-'])
            .is_some_and(|rest| rest.starts_with(|it: char| it.is_lowercase() || it.is_numeric()));
        let in_word =
            before.ends_with(|it: char| "._".contains(it) || it.is_alphanumeric() && !is_unspaced(it));
        (listed(ENDINGS, ending) && !goes_on && !in_word && !behind.starts_with('_')).then_some(whole)
    });
    let in_numbers = IN_NUMBERS.find_iter(text).map(|found| found.range()).filter(|span| {
        // A phone number in groups of two goes on before or behind.
        let (before, behind) = around(span);
        let goes_on = behind.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_numeric));
        !goes_on && !before.ends_with(['.', '+', '-'])
    });
    by_ending.chain(in_numbers).collect()
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
        self.text.chars().map(plain_digit).filter(char::is_ascii_digit).collect()
    }
}

/// The phone numbers of 7 to 15 digits (ITU E.164) in a text.
pub fn phones(text: &str) -> Vec<Phone<'_>> {
    if !text.contains(|letter: char| plain_digit(letter).is_ascii_digit()) {
        return Vec::new();
    }
    PHONE
        .find_iter(text)
        .filter_map(|found| {
            let before = text.get(..found.start()).unwrap_or_default();
            let behind = text.get(found.end()..).unwrap_or_default();
            // A word of a script without spaces ends where a number begins: "電話03-...".
            let inside = |letter: char| {
                letter.is_alphanumeric() && !is_unspaced(letter)
                    || matches!(letter, '/' | '@' | '=' | '_' | '#')
            };
            let stands_alone = !before.ends_with(inside) && !behind.starts_with(inside);
            if !stands_alone {
                return None;
            }
            let is_hinted = PHONE_HINT.is_match(before);
            let plain = plain_digits(found.as_str()).replace(['－', '‐', '‑'], "-");
            let sure = sure_of(&plain, is_hinted)?;
            Some(Phone { text: found.as_str(), sure })
        })
        .collect()
}

/// Whether a row of digits is a phone number for sure; `None` where it is none.
fn sure_of(digits: &str, is_hinted: bool) -> Option<bool> {
    if NO_PHONE.is_match(digits) {
        return None;
    }
    if THOUSANDS.is_match(digits) {
        let is_whole = THREE_THREES.is_match(digits) && !digits.ends_with("000");
        return (is_hinted || is_whole).then_some(is_hinted && is_whole);
    }
    Some(is_hinted || digits.starts_with(['+', '＋', '(', '（', '0']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_without_what_stands_around_them() {
        let table: [(&str, &[&str]); 20] = [
            ("Recipe: https://cook.example/pasta?x=1.", &["https://cook.example/pasta?x=1"]),
            ("(see www.cook.example/a_(b))", &["www.cook.example/a_(b)"]),
            ("cook.com and cook.example/soup!", &["cook.com", "cook.example/soup"]),
            ("the end.Next one, Node.js, 1.5/2", &[]),
            ("write to me@cook.com", &[]),
            ("[here](https://evil.example/x)", &["https://evil.example/x"]),
            ("xhttps://evil.example", &["xhttps://evil.example"]),
            ("ftp://files.example/a", &["ftp://files.example/a"]),
            ("nothing", &[]),
            ("order at evil.me, bit.ly or t.me/x", &["evil.me", "bit.ly", "t.me/x"]),
            ("at shop.evil.it今日 and EVIL.COM", &["shop.evil.it", "EVIL.COM"]),
            ("see 203.0.113.7, 203.0.113.7:8080/x.", &["203.0.113.7", "203.0.113.7:8080/x"]),
            ("z.B. e.g. i.e. a.m. u.a. d.h. M.Sc. e.V. 3.5 1.2.3", &[]),
            ("done.Then it.It don.it's", &[]),
            ("main.rs, notes.md, run.py, a.zip, clip.mov, Node.js, file.it.txt", &[]),
            ("call 06.58.12.60.99 or 1.234.567.890", &[]),
            ("on 06.05.2024 at 12.30", &[]),
            ("ask @cook.me, me@cook.me", &[]),
            ("me@cook.com/https://evil.example/x", &["https://evil.example/x"]),
            ("今日evil.meで。Visit evil.me.Go", &["evil.me", "evil.me"]),
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
    fn phone_numbers_in_threes_are_told_from_grouped_thousands() {
        let table: [(&str, &[(&str, bool)]); 14] = [
            ("Reservas: 912 345 678", &[("912 345 678", true)]),
            ("tel. 601 234 567", &[("601 234 567", true)]),
            ("Teléfono 912.345.678", &[("912.345.678", true)]),
            ("Bar Mario 912 345 678", &[("912 345 678", false)]),
            ("tel. 2 345 678", &[("2 345 678", false)]),
            ("costs 1 200 000", &[]),
            ("1.234.567 Aufrufe", &[]),
            ("costs 100 000 000", &[]),
            ("12 345 678 901", &[]),
            // In the digits and signs of other scripts.
            ("هاتف: ٠٥٠ ١٢٣ ٤٥٦٧", &[("٠٥٠ ١٢٣ ٤٥٦٧", true)]),
            ("電話０３－１２３４－５６７８まで", &[("０３－１２３４－５６７８", true)]),
            ("予約は（０３）１２３４-５６７８", &[("（０３）１２３４-５６７８", true)]),
            ("٢٠٢٤-٠٥-٠٦", &[]),
            ("१ २०० ०००", &[]),
        ];
        for (text, expected) in table {
            let found: Vec<(&str, bool)> =
                phones(text).iter().map(|phone| (phone.text, phone.sure)).collect();
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(phones("٠٥٠ ١٢٣ ٤٥٦٧").first().map(Phone::digits).as_deref(), Some("0501234567"));
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
