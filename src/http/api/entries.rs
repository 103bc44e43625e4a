//! Entries of the signed-in user: lists, one with everything, another run, what they cost.
//!
//! Takes queries as texts, so that each mistake gets a hint of its own; another user's things do not exist.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::problem::{Problem, answered};
use super::super::visitor::Visitor;
use super::Route;
use super::entry_shapes::{Cost, Entry, EntryPage, MonthCost, WholeEntry};
use super::paging::{Series, limit};
use crate::domain::entry::{DatabaseId, EntryId};
use crate::domain::refusal::Refusal;
use crate::domain::stage::Status;
use crate::messages::{AskUsage, Doors, ListEntries, RetryEntry, ShowEntry};

/// Entries on a page unless somebody wants more or fewer.
const USUAL: u32 = 25;

/// The routes of this file.
pub(super) const ROUTES: &[Route] = &[
    Route { method: Method::GET, path: "/api/entries", handler: || web::to(list) },
    Route { method: Method::GET, path: "/api/entries/{id}", handler: || web::to(show) },
    Route { method: Method::POST, path: "/api/entries/{id}/retry", handler: || web::to(retry) },
    Route { method: Method::GET, path: "/api/usage", handler: || web::to(usage) },
];

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those of this database.
    #[param(value_type = Option<Uuid>)]
    database_id: Option<String>,
    /// Only those at this status.
    #[param(value_type = Option<Status>, inline)]
    status: Option<String>,
    /// `next_cursor` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// How many at most, 25 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Of when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UsageQuery {
    /// Such as 2026-11, from 2020 to 2199; the present one unless given.
    #[param(pattern = "^(20[2-9][0-9]|21[0-9]{2})-(0[1-9]|1[0-2])$")]
    month: Option<String>,
}

/// The entries of the signed-in user, newest first.
#[utoipa::path(
    get, path = "/api/entries", tag = "entries",
    params(ListQuery),
    responses(
        (status = 200, body = EntryPage),
        (status = 404, description = "No such database", body = Problem),
        (status = 422, description = "The status, the cursor or the limit cannot be used", body = Problem),
    )
)]
pub(super) async fn list(
    Visitor(user): Visitor,
    query: web::Query<ListQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let (of, at) = (query.database_id.as_deref(), query.status.as_deref());
    let series = Series::of(user, "/api/entries", &[of, at]);
    let wanted = ListEntries {
        user,
        database: of.map(database).transpose()?,
        status: at.map(status).transpose()?,
        before: series.id(query.cursor.as_deref(), EntryId)?,
        limit: limit(query.limit.as_deref(), USUAL)?,
    };
    let found = answered(doors.list_entries.send(wanted).await)?;
    let items = found.entries.iter().map(Entry::from).collect();
    let next_cursor = found.next.map(|last| series.cursor(&last.to_string()));
    Ok(fresh(StatusCode::OK).json(EntryPage { items, next_cursor }))
}

/// Everything about one entry.
#[utoipa::path(
    get, path = "/api/entries/{id}", tag = "entries",
    params(("id" = Uuid, Path, description = "The entry")),
    responses(
        (status = 200, body = WholeEntry),
    )
)]
pub(super) async fn show(
    Visitor(user): Visitor,
    id: web::Path<String>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let detail = answered(doors.show_entry.send(ShowEntry { user, entry: entry(&id)? }).await)?;
    Ok(fresh(StatusCode::OK).json(WholeEntry::from(detail)))
}

/// Lets a failed entry go on, or a completed one be read again. What was finished is not paid for again.
#[utoipa::path(
    post, path = "/api/entries/{id}/retry", tag = "entries",
    params(("id" = Uuid, Path, description = "The entry")),
    responses(
        (status = 202, description = "It waits for its turn", body = Entry),
        (status = 409, description = "It waits or runs already, or its workspace is not connected", body = Problem),
    )
)]
pub(super) async fn retry(
    Visitor(user): Visitor,
    id: web::Path<String>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let state = answered(doors.retry_entry.send(RetryEntry { user, entry: entry(&id)? }).await)?;
    Ok(fresh(StatusCode::ACCEPTED).json(Entry::from(&state)))
}

/// What the signed-in user's entries cost in one month (UTC).
#[utoipa::path(
    get, path = "/api/usage", tag = "entries",
    params(UsageQuery),
    responses(
        (status = 200, body = MonthCost),
        (status = 422, description = "A month that is none", body = Problem),
    )
)]
pub(super) async fn usage(
    Visitor(user): Visitor,
    query: web::Query<UsageQuery>,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Problem> {
    let (name, from, until) = month(query.month.as_deref())?;
    let told = doors.ask_usage.send(AskUsage { user, from, until }).await;
    let spent = answered(told.map(|outcome| outcome.map(Ok)))?;
    Ok(fresh(StatusCode::OK).json(MonthCost { month: name, cost: Cost::from(&spent) }))
}

/// An answer nobody keeps: it is one person's, and soon out of date.
fn fresh(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response.insert_header(("Cache-Control", "no-store"));
    response
}

fn entry(text: &str) -> Result<EntryId, Problem> {
    let unknown = |_| Problem::from(Refusal::NotFound { what: "entry" });
    text.parse::<Uuid>().map(EntryId).map_err(unknown)
}

fn database(text: &str) -> Result<DatabaseId, Problem> {
    let unknown = |_| Problem::from(Refusal::NotFound { what: "database" });
    text.parse::<Uuid>().map(DatabaseId).map_err(unknown)
}

fn status(text: &str) -> Result<Status, Problem> {
    text.parse().map_err(|_| {
        let names = Status::ALL.map(Status::name).join(", ");
        invalid("status", format!("Use one of: {names}."))
    })
}

/// A month's name, its beginning and its end.
fn month(asked: Option<&str>) -> Result<(String, DateTime<Utc>, DateTime<Utc>), Problem> {
    let first = match asked {
        // `%Y` would take signs and fewer digits too.
        Some(text) if text.len() == "2026-11".len() && text.starts_with('2') => {
            NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()
        }
        Some(_) => None,
        None => Utc::now().date_naive().with_day(1),
    };
    let months = first
        .filter(|first| (2020..2200).contains(&first.year()))
        .and_then(|first| Some((first, first.checked_add_months(Months::new(1))?)));
    let (first, next) = months.ok_or_else(|| invalid("month", "Write it as 2026-11.".to_owned()))?;
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    Ok((first.format("%Y-%m").to_string(), midnight(first), midnight(next)))
}

fn invalid(field: &'static str, hint: String) -> Problem {
    Refusal::Invalid { field, hint }.into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let (name, from, until) = month(Some("2026-12")).unwrap();
        assert_eq!(name, "2026-12");
        assert_eq!(
            (from.to_rfc3339(), until.to_rfc3339()),
            ("2026-12-01T00:00:00+00:00".to_owned(), "2027-01-01T00:00:00+00:00".to_owned())
        );
        for nonsense in [
            "2026",
            "2026-13",
            "",
            "2026-11-05",
            "november",
            "262142-12",
            "2019-12",
            "2200-01",
            "2026-1",
            "+202-11",
            "2026-+1",
        ] {
            assert_eq!(month(Some(nonsense)).unwrap_err().status, 422, "{nonsense}");
        }
    }
}
