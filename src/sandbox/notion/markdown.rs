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
        out.push('\n');
        self.blocks_into(&mut out, id, 0);
        Some(format!("{}\n", out.trim_end()))
    }

    fn blocks_into(&self, out: &mut String, holder: Uuid, depth: usize) {
        let ids = self.children.get(&holder).map(Vec::as_slice).unwrap_or_default();
        let indent = "  ".repeat(depth);
        let mut number = 0;
        for block in ids.iter().filter_map(|id| self.blocks.get(id)) {
            number = if block.kind == "numbered_list_item" { number + 1 } else { 0 };
            for line in line(block.kind, &block.content, number).lines() {
                writeln!(out, "{indent}{line}").ok();
            }
            let is_list = block.kind.ends_with("_item") || block.kind == "to_do" || block.kind == "table_row";
            self.blocks_into(
                out,
                block.id,
                if is_list || block.kind == "toggle" { depth + 1 } else { depth },
            );
            if !is_list && depth == 0 {
                out.push('\n');
            }
        }
    }
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
        "quote" => format!("> {words}"),
        "callout" => {
            let emoji = content.pointer("/icon/emoji").and_then(Value::as_str).unwrap_or_default();
            format!("> {emoji} {words}")
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
