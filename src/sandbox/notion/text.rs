//! Rich text: checks what a request carries, gives what a response shows.
//!
//! Fails with `validation_error` on a piece that is too long, too many pieces, a link that is no URL.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::check::At;
use super::error::ApiError;
use super::limits;

/// Colours of text and blocks.
pub(super) const COLORS: [&str; 20] = [
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
    "default_background",
    "gray_background",
    "brown_background",
    "orange_background",
    "yellow_background",
    "green_background",
    "blue_background",
    "purple_background",
    "pink_background",
    "red_background",
];

const STYLES: [&str; 5] = ["bold", "italic", "strikethrough", "underline", "code"];

/// Checks an array of rich text items and gives it as Notion would return it.
pub(super) fn checked(at: &At<'_>) -> Result<Vec<Value>, ApiError> {
    at.array(limits::ARRAY_ITEMS)?.iter().map(item).collect()
}

fn item(at: &At<'_>) -> Result<Value, ApiError> {
    at.only(&["type", "text", "mention", "equation", "annotations", "plain_text", "href"])?;
    let kind = if at.field("mention").is_some() {
        "mention"
    } else if at.field("equation").is_some() {
        "equation"
    } else {
        "text"
    };
    if let Some(named) = at.field("type")
        && named.string()? != kind
    {
        at.required(named.string()?)?;
    }
    let inner = at.required(kind)?;
    let annotations = annotations(at.field("annotations").as_ref())?;
    let (content, plain, href) = match kind {
        "text" => text(&inner)?,
        "equation" => {
            let expression = inner.required("expression")?.filled_string_up_to(limits::EQUATION_UNITS)?;
            (json!({"expression": expression}), expression.to_owned(), None)
        }
        _ => mention(&inner)?,
    };
    Ok(json!({
        "type": kind, kind: content, "annotations": annotations, "plain_text": plain, "href": href,
    }))
}

fn text(at: &At<'_>) -> Result<(Value, String, Option<String>), ApiError> {
    at.only(&["content", "link"])?;
    let content = at.required("content")?.string_up_to(limits::TEXT_UNITS)?;
    let mut href = None;
    if let Some(link) = at.given("link") {
        link.object()?;
        let url = link.required("url")?;
        // Notion words this one differently from its schema check.
        let text = url.url().map_err(|error| match url.value.as_str() {
            Some(text) if text.len() <= limits::URL_UNITS => ApiError::validation("Invalid URL for link."),
            _ => error,
        })?;
        href = Some(text.to_owned());
    }
    let link = href.as_ref().map(|url| json!({"url": url}));
    Ok((json!({"content": content, "link": link}), content.to_owned(), href))
}

fn mention(at: &At<'_>) -> Result<(Value, String, Option<String>), ApiError> {
    for kind in ["user", "page", "database"] {
        if let Some(inner) = at.field(kind) {
            let id = inner.required("id")?.uuid()?;
            let shown = if kind == "user" { json!({"object": "user", "id": id}) } else { json!({"id": id}) };
            return Ok((json!({"type": kind, kind: shown}), format!("@{id}"), None));
        }
    }
    let date = at.required("date")?;
    let value = date_value(&date)?;
    let plain = value.get("start").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok((json!({"type": "date", "date": value}), plain, None))
}

fn annotations(at: Option<&At<'_>>) -> Result<Value, ApiError> {
    let mut shown = json!({
        "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false,
        "color": "default",
    });
    let (Some(at), Some(fields)) = (at, shown.as_object_mut()) else { return Ok(shown) };
    at.only(&["bold", "italic", "strikethrough", "underline", "code", "color"])?;
    for style in STYLES {
        if let Some(flag) = at.field(style) {
            fields.insert(style.into(), flag.bool()?.into());
        }
    }
    if let Some(color) = at.field("color") {
        fields.insert("color".into(), color.one_of(&COLORS)?.into());
    }
    Ok(shown)
}

/// Checks a date value (`start`, `end`, `time_zone`) and gives it with Notion's three fields.
pub(super) fn date_value(at: &At<'_>) -> Result<Value, ApiError> {
    at.only(&["start", "end", "time_zone"])?;
    let start = iso_date(&at.required("start")?)?;
    let end = at.given("end").map(|end| iso_date(&end)).transpose()?;
    let zone = at.given("time_zone").map(|zone| zone.string()).transpose()?;
    Ok(json!({"start": start, "end": end, "time_zone": zone}))
}

fn iso_date(at: &At<'_>) -> Result<String, ApiError> {
    let text = at.string()?;
    if NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() {
        return Ok(text.to_owned());
    }
    if let Ok(moment) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, false));
    }
    if let Ok(moment) = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f") {
        return Ok(moment.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, false));
    }
    Err(at.refuse(&format!("should be a valid ISO 8601 date string, instead was `\"{text}\"`.")))
}

/// The words of a rich text, without its looks.
pub(super) fn plain(items: &[Value]) -> String {
    items.iter().filter_map(|item| item.get("plain_text").and_then(Value::as_str)).collect()
}

/// Rich text of plain words, cut into pieces Notion takes.
pub(super) fn from_plain(words: &str) -> Vec<Value> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut units = 0;
    for letter in words.chars() {
        if units + letter.len_utf16() > limits::TEXT_UNITS {
            pieces.push(std::mem::take(&mut piece));
            units = 0;
        }
        units += letter.len_utf16();
        piece.push(letter);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    let item = |piece: &String| {
        json!({
            "type": "text", "text": {"content": piece, "link": null}, "plain_text": piece, "href": null,
            "annotations": {
                "bold": false, "italic": false, "strikethrough": false, "underline": false, "code": false,
                "color": "default",
            },
        })
    };
    pieces.iter().map(item).collect()
}
