//! Pages for people: what this service is, and where an entry is.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;
use uuid::Uuid;

use super::page;
use super::problem::Problem;
use crate::domain::entry::{EntryId, EntryView};
use crate::domain::stage::Status;
use crate::messages::{Doors, LookUp};

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    version: &'static str,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct EntryPage {
    status: &'static str,
    sentence: String,
    updated: String,
}

/// A page with one thing to say and one thing to do.
#[derive(Template)]
#[template(path = "message.html")]
pub(super) struct Message<'a> {
    /// What happened.
    pub(super) title: &'a str,
    /// What it means.
    pub(super) sentence: &'a str,
    /// What the button says.
    pub(super) label: &'a str,
    /// Where it leads.
    pub(super) href: &'a str,
}

/// Shows a message.
pub(super) fn message(status: StatusCode, message: &Message<'_>) -> HttpResponse {
    rendered(status, message)
}

/// `GET /`.
pub(super) async fn landing() -> HttpResponse {
    rendered(StatusCode::OK, &Landing { version: env!("CARGO_PKG_VERSION") })
}

/// `GET /entries/{id}`: where an entry is. Tells nothing of what its owner saved.
pub(super) async fn entry(id: web::Path<String>, behind: web::Data<Doors>) -> HttpResponse {
    let Ok(id) = id.parse::<Uuid>() else { return unknown() };
    match behind.look_up.send(LookUp { entry: EntryId(id) }).await {
        Ok(Ok(Some(entry))) => rendered(StatusCode::OK, &EntryPage::of(&entry)),
        Ok(Ok(None)) => unknown(),
        Ok(Err(_)) | Err(_) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "The entry cannot be looked up now.",
            "Try again in a moment.",
        )
        .error_response(),
    }
}

impl EntryPage {
    fn of(entry: &EntryView) -> Self {
        let sentence = match (entry.status, entry.reason, &entry.waiting) {
            (_, Some(reason), _) => reason.sentence(),
            (_, None, Some(waiting)) => &waiting.sentence(),
            (Status::Completed, None, None) => "The result stands in its row in Notion.",
            (Status::Pending, None, None) => "Waiting for its turn.",
            _ => "Linkscribe is working on it.",
        };
        Self {
            status: entry.status.name(),
            sentence: sentence.to_owned(),
            updated: entry.updated_at.format("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }
}

fn unknown() -> HttpResponse {
    Problem::new(
        StatusCode::NOT_FOUND,
        "There is no such entry.",
        "Check the address, or look at the row in Notion.",
    )
    .error_response()
}

fn rendered(status: StatusCode, template: &impl Template) -> HttpResponse {
    match template.render() {
        Ok(body) => page(status, body),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "This page cannot be shown.",
                "Tell the operator.",
            )
            .error_response()
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::entry::DatabaseId;
    use crate::domain::waiting::{Party, Waiting};

    #[test]
    fn the_page_of_an_entry_says_what_it_waits_for() {
        let waiting = Waiting::Down(Party::notion());
        let mut entry = EntryView {
            id: EntryId::new(),
            database_id: DatabaseId::new(),
            page_id: "row".into(),
            link: "https://example.com".into(),
            status: Status::Pending,
            attempts: 0,
            reason: None,
            waiting: Some(waiting.clone()),
            waiting_since: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        let shown = EntryPage::of(&entry).render().unwrap();
        assert!(shown.contains(&waiting.sentence()) && shown.contains("pending"), "{shown}");
        entry.waiting = None;
        let shown = EntryPage::of(&entry).render().unwrap();
        assert!(shown.contains("Waiting for its turn."), "{shown}");
    }
}
