//! Prose of a model made harmless: what it was told by a stranger's video must not become a link, an
//! image, a mention or markup in a user's workspace.

use std::sync::LazyLock;

use regex::Captures;

use super::input::Input;
use crate::domain::split::shorten;
use crate::domain::words::{Pattern, compiled, emails, links, one_line, visible};

/// Taking something out may put something else together; nobody nests deeper in good faith.
const MAX_ROUNDS: usize = 8;

static FENCE: Pattern = LazyLock::new(|| compiled(r"(?m)^[ ]*(?:```|~~~)[a-zA-Z]*[ ]*$\n?"));
/// Elements of HTML and of Notion's markdown, elements with a hyphen, whatever has an attribute, mentions and
/// declarations. "Below <4 °C and above >70 °C" is none of them.
static TAG: Pattern = LazyLock::new(|| {
    compiled(concat!(
        r"(?i)</?(?:a|abbr|article|aside|audio|b|base|big|blockquote|body|br|button|callout|canvas|caption|center",
        r"|cite|code|col|colgroup|column|columns|dd|del|details|dialog|div|dl|dt|em|embed|empty|fieldset|figure",
        r"|file|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|image|img|input|ins|kbd|label|li|link",
        r"|main|map|mark|math|mention|meta|meter|nav|noscript|object|ol|option|p|page|param|picture|pre|q|s|script",
        r"|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template",
        r"|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|unknown|[a-z][a-z0-9]*-[a-z0-9-]+)\s*/?>",
        r"|</?[a-z][a-z0-9:_-]*[\s/][^<>]*=[^<>]*>|<[!?@#][^<>]*>|<!--|-->",
    ))
});
/// `<https://cook.example>`: the angles around an address are no tag.
static AUTOLINK: Pattern =
    LazyLock::new(|| compiled(r"<([a-zA-Z][a-zA-Z0-9+.-]*:[^<>\s]+|[^<>\s@]+@[^<>\s]+)>"));
static OPEN_TAG: Pattern = LazyLock::new(|| compiled(r"<([/!?@#a-zA-Z])"));
static IMAGE: Pattern = LazyLock::new(|| compiled(r"!\[([^\[\]]*)\](?:\([^()]*\)|\[[^\[\]]*\])?"));
static LINK: Pattern = LazyLock::new(|| compiled(r"\[([^\[\]]*)\]\(([^()\s]*)[^()]*\)"));
static WIKI: Pattern = LazyLock::new(|| compiled(r"\[\[([^\[\]]*)\]\]"));
static MENTION: Pattern = LazyLock::new(|| compiled(r"@([\p{L}\p{N}_][\p{L}\p{N}_.-]*)"));
static EMPTY_BRACKETS: Pattern = LazyLock::new(|| compiled(r"[ ]?\([ ]*\)"));

/// How much longer than its limit a text may be before cleaning: the rest would be cut off afterwards.
const MARKUP_FACTOR: usize = 2;

/// A text of several lines and at most `max` UTF-16 units, without anything that leads out of the input.
pub(super) fn prose(text: &str, max: usize, input: &Input) -> String {
    cut(&harmless(&beginning(text, max), input), max, input)
}

/// [`prose`] on one line.
pub(super) fn line(text: &str, max: usize, input: &Input) -> String {
    one_line(&cut(&one_line(&harmless(&beginning(text, max), input)), max, input))
}

fn beginning(text: &str, max: usize) -> String {
    text.chars().take(MARKUP_FACTOR * max).collect()
}

/// Cuts a harmless text to its limit; half a link that is left at the end leads elsewhere and goes, too.
fn cut(text: &str, max: usize, input: &Input) -> String {
    let short = shorten(text, max);
    if short == text { short } else { shorten(&harmless(&short, input), max) }
}

fn harmless(text: &str, input: &Input) -> String {
    let mut current = visible(text);
    for _ in 0..MAX_ROUNDS {
        let next = round(&current, input);
        if next == current {
            return tidy(&current);
        }
        current = next;
    }
    // Still changing: built to survive. Without these characters nothing of the kind can be written.
    let bare: String =
        current.chars().map(|letter| if "<>[]()@:/.!`".contains(letter) { ' ' } else { letter }).collect();
    tidy(&bare)
}

fn round(text: &str, input: &Input) -> String {
    // Plain words have none of these marks, and most texts are plain words: the patterns are slow.
    let marked = if text.contains(['`', '~', '<', '>', '[', '(']) {
        without_markup(text, input)
    } else {
        text.to_owned()
    };
    let text = without(&marked, |text| emails(text), |email| input.email(email).is_some());
    let text = without(&text, |text| links(text), |link| stays(link, input));
    let text = if text.contains('@') { without_mentions(&text, input) } else { text };
    // A tag that never closes, or was cut in two, is none behind a space.
    let text = if text.contains('<') { OPEN_TAG.replace_all(&text, "< $1").into_owned() } else { text };
    let text = if text.contains('(') { EMPTY_BRACKETS.replace_all(&text, "").into_owned() } else { text };
    text.replace("![", "[").replace("](", "] (").replace("**", "")
}

/// A link of the input, or an account it names: `cook.anna` of `@cook.anna`.
fn stays(link: &str, input: &Input) -> bool {
    input.link(link).is_some() || (!link.contains(['/', ':']) && input.mentions(link))
}

fn without_markup(text: &str, input: &Input) -> String {
    let text = FENCE.replace_all(text, "");
    let text = TAG.replace_all(&text, "");
    let text = AUTOLINK.replace_all(&text, "$1");
    let text = IMAGE.replace_all(&text, "$1");
    let text = WIKI.replace_all(&text, "$1");
    let link = LINK.replace_all(&text, |link: &Captures<'_>| {
        let (shown, target) =
            (link.get(1).map_or("", |m| m.as_str()), link.get(2).map_or("", |m| m.as_str()));
        match input.link(target) {
            Some((address, _)) if shown.trim() != address => format!("{shown} ({address})"),
            Some((address, _)) => address.to_owned(),
            None => shown.to_owned(),
        }
    });
    link.into_owned()
}

fn without_mentions(text: &str, input: &Input) -> String {
    let mentions = MENTION.replace_all(text, |mention: &Captures<'_>| {
        let name = mention.get(1).map_or("", |name| name.as_str());
        // An address of the input was kept above; its "@" is no mention.
        let known = input.mentions(name);
        if known { format!("@{name}") } else { name.to_owned() }
    });
    mentions.into_owned()
}

/// Takes out of a text what was found in it and may not stay.
fn without<'a>(
    text: &'a str,
    find: impl Fn(&'a str) -> Vec<&'a str>,
    may_stay: impl Fn(&str) -> bool,
) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    for found in find(text).into_iter().filter(|found| !may_stay(found)) {
        let Some((before, behind)) = rest.split_once(found) else { break };
        kept.push_str(before);
        // Of the two blanks around it one is enough.
        let is_apart = kept.is_empty() || kept.ends_with([' ', '\n']);
        rest = behind.strip_prefix(' ').filter(|_| is_apart).unwrap_or(behind);
    }
    kept.push_str(rest);
    kept
}

/// Lines trimmed at their end, at most one empty line in a row, nothing empty around the text.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::{MediaInfo, Watched};

    fn input() -> Input {
        let info = MediaInfo {
            caption: Some("Recipe at https://cook.example/pasta, write to me@cook.com or @nonna".to_owned()),
            author: Some("Cook.Anna".to_owned()),
            ..MediaInfo::default()
        };
        Input::new(&Watched { info, ..Watched::default() }, None)
    }

    #[test]
    fn what_leads_out_of_the_input_is_taken_out() {
        let table = [
            ("Plain text, (with brackets) & signs < 3.", "Plain text, (with brackets) & signs < 3."),
            ("See https://cook.example/pasta.", "See https://cook.example/pasta."),
            ("See https://evil.example/?d=1 now", "See now"),
            ("[Recipe](https://cook.example/pasta)", "Recipe (https://cook.example/pasta)"),
            ("[Recipe](https://evil.example)", "Recipe"),
            ("![x](https://evil.example/p.png)", "x"),
            ("<img src=x onerror=alert(1)>hi", "hi"),
            ("a<b and <img src=x", "a< b and < img src=x"),
            ("ht<b>tps://evil.example/x", ""),
            ("hthttps://evil.exampletps://evil.example", ""),
            ("ask @nonna, @cook.anna and @everyone", "ask @nonna, @cook.anna and everyone"),
            ("me@cook.com, you@evil.com", "me@cook.com,"),
            ("<mention-user url=\"x\"/>Hello [[Secret page]]", "Hello Secret page"),
            ("```json\n{\"a\": 1}\n```", "{\"a\": 1}"),
            ("**Bold** a\u{200b}b\u{202e}", "Bold ab"),
            ("one\n\n\n\ntwo  \n", "one\n\ntwo"),
            ("leak.evil.example.com/secret", ""),
            ("Order at evil.me, bit.ly or 203.0.113.7/x now", "Order at , or now"),
            ("Keep below <4°C and heat to >70°C.", "Keep below <4°C and heat to >70°C."),
            ("I <3 it, if a <b and c> d", "I <3 it, if a < b and c> d"),
            ("<https://cook.example/pasta> <https://evil.example/x>", "https://cook.example/pasta"),
            ("<b>bold</b> <x y=1>and <unknown-tag/>plain<br/>", "bold and plain"),
        ];
        let input = input();
        for (text, expected) in table {
            assert_eq!(prose(text, 1_000, &input), expected, "{text}");
        }
    }
}
