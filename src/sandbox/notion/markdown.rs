//! A page as Markdown, for a person to read: title, columns as a list, then the body.

use std::fmt::Write as _;

use serde_json::Value;
use uuid::Uuid;

use super::schema::Kind;
use super::text;
use super::values;
use super::workspace::Workspace;

impl Workspace {
    /// The page as Markdown; `None` if there is no such page.
    pub(super) fn markdown(&self, id: Uuid) -> Option<String> {
        let page = self.pages.get(&id)?;
        let mut out = format!("# {}\n\n", values::title(page));
        for property in self.columns(page.parent) {
            let words = values::words(&property, page.cells.get(&property.id));
            if property.kind != Kind::Title && !words.is_empty() {
                // Writing to a string cannot fail.
                writeln!(out, "- **{}**: {}", property.name, words.replace('\n', " ")).ok();
            }
        }
        let body = self.body(id);
        if !body.is_empty() {
            out.push('\n');
            out.push_str(&body);
        }
        Some(format!("{}\n", out.trim_end()))
    }

    /// The blocks inside a page or block; an empty line stands between all but the items of a list.
    fn body(&self, holder: Uuid) -> String {
        let ids = self.children.get(&holder).map(Vec::as_slice).unwrap_or_default();
        let (mut out, mut number, mut was_item) = (String::new(), 0, false);
        for block in ids.iter().filter_map(|id| self.blocks.get(id)) {
            number = if block.kind == "numbered_list_item" { number + 1 } else { 0 };
            let is_item = block.kind.ends_with("_item") || block.kind == "to_do" || block.kind == "table_row";
            if !out.is_empty() {
                out.push_str(if is_item && was_item { "\n" } else { "\n\n" });
            }
            out.push_str(&self.written(block.id, block.kind, &block.content, number));
            was_item = is_item;
        }
        out
    }

    /// One block with what is inside it: quoted in a box or quote, indented below an item or toggle.
    fn written(&self, id: Uuid, kind: &str, content: &Value, number: usize) -> String {
        let (head, body) = (line(kind, content, number), self.body(id));
        match kind {
            "callout" | "quote" => before_each_line("> ", &joined(&head, &body, "\n\n")),
            "toggle" => joined(&head, &before_each_line("  ", &body), "\n\n"),
            _ if kind.ends_with("_item") || kind == "to_do" => {
                joined(&head, &before_each_line("  ", &body), "\n")
            }
            _ => joined(&head, &body, "\n\n"),
        }
    }
}

fn joined(head: &str, body: &str, between: &str) -> String {
    if body.is_empty() { head.to_owned() } else { format!("{head}{between}{body}") }
}

fn before_each_line(mark: &str, text: &str) -> String {
    text.lines().map(|line| format!("{mark}{line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn line(kind: &str, content: &Value, number: usize) -> String {
    let words = rich(content.get("rich_text"));
    let field = |name: &str| content.get(name).and_then(Value::as_str).unwrap_or_default();
    match kind {
        "heading_1" => format!("# {words}"),
        "heading_2" => format!("## {words}"),
        "heading_3" => format!("### {words}"),
        "heading_4" => format!("#### {words}"),
        "bulleted_list_item" => format!("- {words}"),
        "numbered_list_item" => format!("{number}. {words}"),
        "to_do" => {
            let ticked = content.get("checked").and_then(Value::as_bool).unwrap_or(false);
            format!("- [{}] {words}", if ticked { "x" } else { " " })
        }
        "toggle" => format!("▸ {words}"),
        "callout" => {
            let emoji = content.pointer("/icon/emoji").and_then(Value::as_str).unwrap_or_default();
            format!("{emoji} {words}").trim().to_owned()
        }
        "divider" => "---".into(),
        "code" => format!("```{}\n{words}\n```", field("language")),
        "equation" => format!("$${}$$", field("expression")),
        "bookmark" | "embed" => format!("[{0}]({0})", field("url")),
        "image" | "video" | "file" | "pdf" | "audio" => {
            let url = content.pointer("/external/url").or_else(|| content.pointer("/file/url"));
            let caption = rich(content.get("caption"));
            format!("![{caption}]({})", url.and_then(Value::as_str).unwrap_or_default())
        }
        "table_row" => {
            let cells = content.get("cells").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let cells = cells.iter().map(|cell| rich(Some(cell))).collect::<Vec<_>>();
            format!("| {} |", cells.join(" | "))
        }
        _ => words,
    }
}

fn rich(items: Option<&Value>) -> String {
    let items = items.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().map(piece).collect()
}

fn piece(item: &Value) -> String {
    let words = text::plain(std::slice::from_ref(item));
    let styled = |style: &str| item.pointer(&format!("/annotations/{style}")) == Some(&Value::Bool(true));
    let mut shown = words;
    if styled("code") {
        shown = format!("`{shown}`");
    }
    if styled("bold") {
        shown = format!("**{shown}**");
    }
    if styled("italic") {
        shown = format!("*{shown}*");
    }
    match item.get("href").and_then(Value::as_str) {
        Some(url) => format!("[{shown}]({url})"),
        None => shown,
    }
}
