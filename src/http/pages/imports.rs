//! Old collections: the page that takes an export, and the page of one import from the preview to the last row.
//!
//! What the file or its owner can mend is said where the file was chosen; the rest is a problem like any other.

use actix_multipart::form::MultipartForm;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{Answered, Shell, moment, see, shown};
use crate::domain::entry::{DatabaseId, ImportId, UserId};
use crate::domain::import::estimate::Estimate;
use crate::domain::import::preview::{Listed, Preview};
use crate::domain::import::view::{ImportView, State};
use crate::domain::refusal::Refusal;
use crate::http::api::imports::{Upload, uploaded};
use crate::http::problem::answered;
use crate::http::visitor::Visitor;
use crate::messages::{
    CancelImport, ConfirmImport, Doors, ListImports, ShowImport, UploadImport, ViewDatabase,
};

/// Earlier imports that are shown.
const EARLIER: u32 = 50;

#[derive(Template)]
#[template(path = "import.html")]
struct ImportPage {
    shell: Shell,
    database: DatabaseId,
    title: String,
    problem: Option<String>,
    earlier: Vec<Earlier>,
}

struct Earlier {
    id: ImportId,
    from: &'static str,
    at: String,
    state: &'static str,
    made: u64,
}

#[derive(Template)]
#[template(path = "import_progress.html")]
struct Progress {
    shell: Shell,
    id: ImportId,
    database: DatabaseId,
    from: &'static str,
    state: State,
    word: &'static str,
    why: Option<String>,
    found: u64,
    piles: Vec<Pile>,
    all_rows_compared: bool,
    until: Option<String>,
    saved: Wanted,
    likes: Wanted,
    over: u64,
    planned: u64,
    made: u64,
    trouble: Vec<Left>,
    trouble_count: u64,
}

/// Links that are not taken in, for one reason.
struct Pile {
    what: &'static str,
    count: u64,
    first: Vec<Left>,
}

struct Left {
    link: String,
    is_web: bool,
    why: String,
}

/// What so many links will take.
struct Wanted {
    links: u64,
    cost: Option<String>,
    time: String,
}

/// A checkbox is there or not.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Yes {
    likes: Option<String>,
}

/// `GET /databases/{id}/import`.
pub(super) async fn begin(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    Ok(shown(&import_page(visitor.0, database_id(&id)?, &doors, None).await?))
}

/// `POST /databases/{id}/imports`: looks at a file, or says on the same page what is wrong with it.
pub(super) async fn upload(
    visitor: Visitor,
    id: web::Path<String>,
    form: MultipartForm<Upload>,
    doors: web::Data<Doors>,
) -> Answered {
    let (user, database) = (visitor.0, database_id(&id)?);
    let asked = UploadImport { user, database, file: uploaded(form)? };
    match doors.upload_import.send(asked).await {
        Ok(Ok(Err(Refusal::Invalid { hint, .. }))) => {
            Ok(shown(&import_page(user, database, &doors, Some(hint)).await?))
        }
        sent => Ok(see(&format!("/imports/{}", answered(sent)?.id))),
    }
}

/// `GET /imports/{id}`.
pub(super) async fn view(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let asked = ShowImport { user: visitor.0, import: import_id(&id)? };
    Ok(shown(&Progress::from(answered(doors.show_import.send(asked).await)?)))
}

/// `POST /imports/{id}/confirm`.
pub(super) async fn confirm(
    visitor: Visitor,
    id: web::Path<String>,
    yes: web::Form<Yes>,
    doors: web::Data<Doors>,
) -> Answered {
    let import = import_id(&id)?;
    let asked = ConfirmImport { user: visitor.0, import, likes: yes.likes.is_some() };
    answered(doors.confirm_import.send(asked).await)?;
    Ok(see(&format!("/imports/{import}")))
}

/// `POST /imports/{id}/cancel`.
pub(super) async fn cancel(visitor: Visitor, id: web::Path<String>, doors: web::Data<Doors>) -> Answered {
    let import = import_id(&id)?;
    answered(doors.cancel_import.send(CancelImport { user: visitor.0, import }).await)?;
    Ok(see(&format!("/imports/{import}")))
}

async fn import_page(
    user: UserId,
    database: DatabaseId,
    doors: &Doors,
    problem: Option<String>,
) -> Result<ImportPage, crate::http::problem::Problem> {
    let watched = answered(doors.view_database.send(ViewDatabase { user, id: database }).await)?;
    let earlier = answered(
        doors.list_imports.send(ListImports { user, database, before: None, limit: EARLIER }).await,
    )?;
    let earlier = earlier.items.into_iter().map(|view| Earlier {
        id: view.id,
        from: view.preview.source.name(),
        at: moment(view.created_at),
        state: word(view.state),
        made: view.counts.made,
    });
    let title = watched.view.title;
    Ok(ImportPage { shell: Shell::at("databases"), database, title, problem, earlier: earlier.collect() })
}

fn database_id(text: &str) -> Result<DatabaseId, Refusal> {
    text.parse().map(DatabaseId).map_err(|_| Refusal::NotFound { what: "database" })
}

fn import_id(text: &str) -> Result<ImportId, Refusal> {
    text.parse().map(ImportId).map_err(|_| Refusal::NotFound { what: "import" })
}

fn word(state: State) -> &'static str {
    match state {
        State::Previewed => "not begun",
        State::Running => "in progress",
        State::Paused => "waits for you",
        State::Cancelled => "stopped",
        State::Done => "done",
    }
}

impl From<ImportView> for Progress {
    fn from(view: ImportView) -> Self {
        let counts = view.counts;
        let over = counts.made + counts.skipped + counts.failed;
        Self {
            shell: Shell::at("databases"),
            id: view.id,
            database: view.database_id,
            from: view.preview.source.name(),
            state: view.state,
            word: word(view.state),
            why: view.why,
            found: view.preview.found,
            all_rows_compared: view.preview.all_rows_compared,
            piles: piles(view.preview),
            until: view.expires_at.map(moment),
            saved: Wanted::from(&view.saved),
            likes: Wanted::from(&view.likes),
            over,
            planned: over + counts.making + counts.planned,
            made: counts.made,
            trouble_count: view.trouble.count,
            trouble: lefts(view.trouble),
        }
    }
}

/// What is not taken in, each reason once; reasons that hold for nothing are left out.
fn piles(preview: Preview) -> Vec<Pile> {
    let beyond = Listed { count: preview.beyond, first: Vec::new() };
    [
        ("In your database already", preview.in_database),
        ("In another import already", preview.in_other_imports),
        ("The same video a second time", preview.twice_in_file),
        ("From a place Linkscribe cannot read", preview.unread),
        ("No posts", preview.no_posts),
        ("More than one import takes; upload the file again when this one is done", beyond),
    ]
    .into_iter()
    .filter(|(_, listed)| listed.count > 0)
    .map(|(what, listed)| Pile { what, count: listed.count, first: lefts(listed) })
    .collect()
}

fn lefts(listed: Listed) -> Vec<Left> {
    let left = |told: crate::domain::import::preview::Told| Left {
        is_web: told.link.starts_with("https://") || told.link.starts_with("http://"),
        link: told.link,
        why: told.why.unwrap_or_default(),
    };
    listed.first.into_iter().map(left).collect()
}

impl From<&Estimate> for Wanted {
    fn from(estimate: &Estimate) -> Self {
        let time = match estimate.minutes {
            0 | 1 => "about a minute".to_owned(),
            minutes @ 2..=90 => format!("about {minutes} minutes"),
            minutes => format!("about {} hours", minutes.div_ceil(60)),
        };
        // Less than a cent is not worth a number.
        let cost = (estimate.cost >= 0.005).then(|| format!("${:.2}", estimate.cost));
        Self { links: estimate.links, cost, time }
    }
}
