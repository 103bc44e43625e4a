//! The pages: the Link Database as a table, and one row as a page.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::blocks::{self, Block};
use super::cells::day;
use super::columns::{Column, Columns};
use super::rows::{Row, STEPS, State};
use super::text::{Text, text};
use super::{nothing_here, own_address};
use crate::sandbox::{Engine, Sandbox};

/// Rows a table shows; a window with more would not be read by anybody.
const SHOWN_ROWS: usize = 200;

#[derive(Template)]
#[template(path = "sandbox/index.html")]
struct Index {
    title: String,
    description: Text,
    table: Table,
    engines: Vec<Engine>,
    service: Option<String>,
    limit_mb: u64,
    address: String,
}

#[derive(Template)]
#[template(path = "sandbox/table.html")]
struct Table {
    columns: Columns,
    rows: Vec<Row>,
    older: usize,
}

#[derive(Template)]
#[template(path = "sandbox/row.html")]
struct RowPage {
    row: Row,
    retryable: bool,
    clip: Option<Clip>,
    blocks: Vec<Block>,
    comments: Vec<Comment>,
}

#[derive(Template)]
#[template(path = "sandbox/problem.html")]
struct Problem<'a> {
    title: &'a str,
    words: &'a str,
}

struct Clip {
    path: String,
    is_audio: bool,
    is_image: bool,
}

struct Comment {
    by: &'static str,
    at: String,
    text: Text,
}

impl askama::filters::HtmlSafe for Table {}

impl Table {
    fn of(sandbox: &Sandbox, source: &Value) -> Self {
        let columns = Columns::read(source);
        let pages = sandbox.notion.rows(sandbox.data_source);
        // The newest stands on top: it is what somebody has just saved.
        let rows = pages.iter().rev().take(SHOWN_ROWS).map(|page| Row::read(page, &columns)).collect();
        Self { columns, rows, older: pages.len().saturating_sub(SHOWN_ROWS) }
    }

    /// The columns a stranger to the table should know about: those that ask for something.
    fn asking(&self) -> impl Iterator<Item = &Column> {
        let plays = [self.columns.link(), self.columns.status(), self.columns.reason()];
        self.columns.all().iter().filter(move |column| !plays.contains(&Some(column)))
    }
}

/// `GET /`.
pub(super) async fn index(request: HttpRequest, sandbox: Data<Sandbox>) -> HttpResponse {
    let Some(source) = sandbox.notion.data_source(sandbox.data_source) else { return nothing_here().await };
    let title = Text::read(source.get("title")).plain();
    let base = own_address(&request);
    rendered(
        StatusCode::OK,
        &Index {
            title: if title.is_empty() { "Untitled".into() } else { title },
            description: Text::read(source.get("description")),
            table: Table::of(&sandbox, &source),
            engines: sandbox.engines.clone(),
            service: sandbox.service.clone(),
            limit_mb: sandbox.clips.limit() / (1024 * 1024),
            address: base,
        },
    )
}

/// `GET /table`: the table alone, for the script.
pub(super) async fn table(sandbox: Data<Sandbox>) -> HttpResponse {
    let Some(source) = sandbox.notion.data_source(sandbox.data_source) else { return nothing_here().await };
    rendered(StatusCode::OK, &Table::of(&sandbox, &source))
}

/// `GET /rows/{id}`.
pub(super) async fn row(id: Path<String>, sandbox: Data<Sandbox>) -> HttpResponse {
    let found = id.parse::<Uuid>().ok().and_then(|id| Some((id, sandbox.notion.page(id)?)));
    let Some((id, page)) = found else { return nothing_here().await };
    let source = page.pointer("/parent/data_source_id").and_then(Value::as_str);
    let source = source.and_then(|source| source.parse().ok());
    let schema = source.and_then(|source| sandbox.notion.data_source(source)).unwrap_or_default();
    let row = Row::read(&page, &Columns::read(&schema));
    rendered(
        StatusCode::OK,
        &RowPage {
            retryable: source == Some(sandbox.data_source) && row.state.is_final(),
            clip: clip(&sandbox, &row.link),
            blocks: blocks::read(&sandbox.notion.blocks(id)),
            comments: sandbox.notion.comments(id).iter().map(Comment::read).collect(),
            row,
        },
    )
}

/// The clip a link leads to, if it is one of this sandbox: the page can play it.
fn clip(sandbox: &Sandbox, link: &str) -> Option<Clip> {
    let url = Url::parse(link).ok()?;
    let name = url.path().strip_prefix("/clips/")?;
    let (_, kind) = sandbox.clips.find(name)?;
    Some(Clip {
        path: format!("/clips/{name}"),
        is_audio: kind.starts_with("audio/"),
        is_image: kind.starts_with("image/"),
    })
}

impl Comment {
    fn read(comment: &Value) -> Self {
        let bot = comment.pointer("/display_name/type").and_then(Value::as_str) == Some("integration");
        Self {
            by: if bot { "Linkscribe" } else { "You" },
            at: day(text(comment, "created_time")),
            text: Text::read(comment.get("rich_text")),
        }
    }
}

/// A page that says what is wrong and what to do.
pub(super) fn refused(status: StatusCode, title: &str, words: &str) -> HttpResponse {
    rendered(status, &Problem { title, words })
}

fn rendered(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(body) => HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body),
        Err(error) => {
            tracing::error!(%error, "a page of the sandbox could not be rendered");
            HttpResponse::InternalServerError().body("This page cannot be shown.")
        }
    }
}
