//! Pages for people: what this service is, and where an entry is.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError, web};
use askama::Template;
use uuid::Uuid;

use super::page;
use super::problem::Problem;
use super::visitor::Visitor;
use crate::domain::entry::{EntryId, EntryView};
use crate::messages::{Doors, ShowEntry};

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

/// `GET /`.
pub(super) async fn landing() -> HttpResponse {
    rendered(StatusCode::OK, &Landing { version: env!("CARGO_PKG_VERSION") })
}

/// `GET /entries/{id}`: where an entry is, for its owner alone.
pub(super) async fn entry(
    Visitor(user): Visitor,
    id: web::Path<String>,
    behind: web::Data<Doors>,
) -> HttpResponse {
    let Ok(id) = id.parse::<Uuid>() else { return unknown() };
    match behind.show_entry.send(ShowEntry { user, entry: EntryId(id) }).await {
        Ok(Ok(Ok(found))) => rendered(StatusCode::OK, &EntryPage::of(&found.state.entry)),
        Ok(Ok(Err(_))) => unknown(),
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
        Self {
            status: entry.status.name(),
            sentence: entry.sentence(),
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
    use crate::domain::stage::Status;
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
