//! From a pasted text to a web address.
//!
//! Takes what stands in a link column, perhaps with a sentence or brackets around it; gives a parsed address of
//! http or https, without credentials, or says why it is none.

use url::Url;

use super::NotALink;

/// Longest link we take, in bytes. Notion's url columns end at 2,000 characters.
const MAX_LINK_BYTES: usize = 2_000;

/// What people and programs put around a link, never a part of it.
const AROUND: [char; 20] =
    ['<', '>', '"', '\'', '`', '(', '[', '{', '}', ']', '“', '”', '„', '‘', '’', '«', '»', '‹', '›', '|'];

/// What ends a sentence behind a link.
const BEHIND: [char; 9] = ['.', ',', ';', ':', '!', '?', '…', '。', '，'];

/// Reads a pasted text.
pub(super) fn parse(pasted: &str) -> Result<Url, NotALink> {
    if pasted.trim().len() > MAX_LINK_BYTES {
        return Err(NotALink("it is too long"));
    }
    let seen: String = pasted.chars().filter(|letter| !is_invisible(*letter)).collect();
    let link = bare(the_link_in(seen.trim()));
    check(parse_bare(link)?)
}

/// Holds an address against what every link must be.
pub(super) fn check(mut url: Url) -> Result<Url, NotALink> {
    // Written as an address every letter of another script takes three times its bytes.
    if url.as_str().len() > 4 * MAX_LINK_BYTES {
        return Err(NotALink("it is too long"));
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotALink("only http and https links are watched"));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    if host.is_empty() {
        return Err(NotALink("it has no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotALink("it carries a user name or a password"));
    }
    // `youtube.com.` is the same name, written out.
    if let Some(name) = host.strip_suffix('.').filter(|name| !name.is_empty())
        && url.set_host(Some(name)).is_err()
    {
        return Err(NotALink("it has no host"));
    }
    Ok(url)
}

fn parse_bare(link: &str) -> Result<Url, NotALink> {
    let with_scheme = || {
        let link = link.trim_start_matches('/');
        let parsed = Url::parse(&format!("https://{link}"));
        parsed.map_err(|_| NotALink("it cannot be parsed"))
    };
    match Url::parse(link) {
        // `youtu.be:443/…` reads as a scheme with a dot in it.
        Ok(url) if url.scheme().contains('.') => with_scheme(),
        Ok(url) => Ok(url),
        // People leave the scheme out; anything else that does not parse stays refused.
        Err(url::ParseError::RelativeUrlWithoutBase) if link.contains('.') => with_scheme(),
        Err(_) => Err(NotALink("it cannot be parsed")),
    }
}

/// The link in a sentence, such as apps make when something is shared.
fn the_link_in(text: &str) -> &str {
    let begins = |word: &&str| {
        let word = word.trim_start_matches(AROUND).to_ascii_lowercase();
        word.starts_with("https://") || word.starts_with("http://")
    };
    let link = text.split_whitespace().find(begins).unwrap_or(text);
    // `[title](https://…)`
    match link.rsplit_once("](") {
        Some((_, link)) => link,
        None => link,
    }
}

/// The link without what stands around it. A closing bracket stays where the link opens one.
fn bare(link: &str) -> &str {
    let mut link = link.trim_start_matches(AROUND);
    loop {
        let shorter = link.trim_end_matches(AROUND).trim_end_matches(BEHIND);
        let shorter = match shorter.strip_suffix(')') {
            Some(inside) if !inside.contains('(') => inside,
            _ => shorter,
        };
        if shorter.len() == link.len() {
            return link;
        }
        link = shorter;
    }
}

/// Signs without a width, and those that turn the direction of writing: programs leave them behind.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}
