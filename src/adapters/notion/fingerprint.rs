//! What stands for the content of a column, the same whether it is about to be written or was read back.
//!
//! Takes the JSON of one property value as requests send it or as answers show it. What people added to a plain
//! text, such as bold type, a link or a mention, is content as well: then it is not what we wrote.

use serde_json::Value;

use crate::domain::ours::Fingerprint;

/// The fingerprint of a value of this type. Shapes: <https://developers.notion.com/reference/page-property-values>.
pub(super) fn of(kind: &str, value: &Value) -> Fingerprint {
    let name = |option: &Value| option.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let content = match kind {
        "title" | "rich_text" => plain(value),
        "number" => value.as_f64().map(|number| number.to_string()),
        "select" | "status" => Some(name(value)),
        "multi_select" => value.as_array().map(|options| {
            let mut names: Vec<String> = options.iter().map(name).collect();
            names.sort();
            names.join("\n")
        }),
        // The addresses of files end within the hour, and the id of an upload is never shown.
        "files" => value.as_array().map(|files| {
            let mut names: Vec<String> = files.iter().map(name).collect();
            names.sort();
            names.join("\n")
        }),
        "relation" => value.as_array().map(|pages| {
            let id = |page: &Value| text(page.get("id")).replace('-', "");
            let mut ids: Vec<String> = pages.iter().map(id).collect();
            ids.sort();
            ids.join("\n")
        }),
        "place" => Some(place(value)),
        "date" => Some(["start", "end", "time_zone"].map(|part| text(value.get(part))).join("|")),
        "url" | "email" | "phone_number" => Some(text(Some(value))),
        "checkbox" => Some(value.as_bool().unwrap_or_default().to_string()),
        _ => None,
    };
    // As it is: nothing of the kind is written by us.
    Fingerprint::of(kind, &content.unwrap_or_else(|| value.to_string()))
}

/// An owner may leave the point and write another name.
fn place(value: &Value) -> String {
    let [lat, lon] = ["lat", "lon"].map(|part| value.get(part).map(Value::to_string).unwrap_or_default());
    let [name, address] = ["name", "address"].map(|part| text(value.get(part)));
    [lat, lon, name, address].join("\n")
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The text of items that are nothing but text, as we write them; `None` where there is more to one of them.
fn plain(items: &Value) -> Option<String> {
    items.as_array()?.iter().map(|item| bare(item).then(|| content(item)).flatten()).collect()
}

fn content(item: &Value) -> Option<&str> {
    item.pointer("/text/content").and_then(Value::as_str)
}

fn bare(item: &Value) -> bool {
    let is_text = item.get("type").and_then(Value::as_str).is_none_or(|kind| kind == "text");
    let no_link = item.pointer("/text/link").is_none_or(Value::is_null);
    let marks = item.get("annotations").and_then(Value::as_object);
    let unmarked = marks.is_none_or(|marks| {
        marks.iter().all(|(name, mark)| if name == "color" { mark == "default" } else { mark == false })
    });
    is_text && no_link && unmarked
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_looks_the_same_sent_and_read_back_and_differs_once_somebody_touched_it() {
        let shown = |content: &str, bold: bool| {
            json!([{
                "type": "text", "plain_text": content, "href": null,
                "text": {"content": content, "link": null},
                "annotations": {"bold": bold, "italic": false, "color": "default"},
            }])
        };
        let sent = json!([{"type": "text", "text": {"content": "Soup"}}]);
        for (kind, sent, same, touched) in [
            ("rich_text", sent.clone(), shown("Soup", false), shown("Soup", true)),
            ("title", sent, shown("Soup", false), shown("Soup!", false)),
            ("number", json!(20), json!(20.0), json!(21)),
            ("select", json!({"name": "A"}), json!({"id": "1", "name": "A", "color": "red"}), Value::Null),
            (
                "multi_select",
                json!([{"name": "B"}, {"name": "A"}]),
                json!([{"id": "1", "name": "A"}, {"id": "2", "name": "B"}]),
                json!([{"id": "1", "name": "A"}]),
            ),
            (
                "date",
                json!({"start": "2025-02-03"}),
                json!({"start": "2025-02-03", "end": null, "time_zone": null}),
                json!({"start": "2025-02-03", "end": "2025-02-04", "time_zone": null}),
            ),
            (
                "files",
                json!([{"name": "a.jpg", "type": "file_upload", "file_upload": {"id": "1"}}]),
                json!([{"name": "a.jpg", "type": "file", "file": {"url": "https://a.example?signed=1"}}]),
                json!([{"name": "mine.jpg", "type": "file", "file": {"url": "https://a.example?signed=1"}}]),
            ),
            (
                "place",
                json!({"lat": 1.5, "lon": 2.0, "name": "Pho 24", "address": null}),
                json!({"lat": 1.5, "lon": 2.0, "name": "Pho 24", "address": null, "google_place_id": "1"}),
                json!({"lat": 1.5, "lon": 2.0, "name": "Mum's", "address": null}),
            ),
            ("url", json!("https://a.example"), json!("https://a.example"), json!("https://b.example")),
            ("checkbox", json!(true), json!(true), json!(false)),
        ] {
            assert_eq!(of(kind, &sent), of(kind, &same), "{kind}");
            assert_ne!(of(kind, &sent), of(kind, &touched), "{kind}");
        }
        assert_ne!(of("url", &json!("1")), of("email", &json!("1")));
    }
}
