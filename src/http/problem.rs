//! Errors of the interface as RFC 9457 wants them, each with a hint what to do next.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::domain::adopt::Missing;
use crate::domain::refusal::{Choice, Refusal};
use crate::failure::{Failure, Kind, Outcome};

/// How long a client had better wait when something is out of order, in seconds.
const TRY_AGAIN_SECS: u64 = 10;

/// An error of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// What happened.
    pub title: String,
    /// The status code of the answer.
    pub status: u16,
    /// What to do next.
    pub hint: String,
    /// What there is to choose, where one has to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub choices: Vec<Choice>,
    /// What a database lacks, and the columns that would be added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub missing: Vec<Missing>,
}

impl Problem {
    /// A problem.
    pub fn new(status: StatusCode, title: impl Into<String>, hint: impl Into<String>) -> Self {
        let (choices, missing) = (Vec::new(), Vec::new());
        Self { title: title.into(), status: status.as_u16(), hint: hint.into(), choices, missing }
    }

    /// Nobody is signed in.
    pub fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Nobody is signed in.", "Sign in at /auth/login, then try again.")
    }

    /// Something the service depends on is out of order for now.
    pub fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "This cannot be answered right now.",
            "Nothing is lost. Try again in a moment.",
        )
    }

    /// The code of the answer.
    pub fn code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.title, self.hint)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.code());
        response.insert_header((CACHE_CONTROL, "no-store"));
        if self.code() == StatusCode::SERVICE_UNAVAILABLE {
            response.insert_header((RETRY_AFTER, TRY_AGAIN_SECS));
        }
        let mut response = response.content_type("application/problem+json").json(self);
        // For people it is made into a page.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal {
            Refusal::NobodySignsIn => StatusCode::NOT_IMPLEMENTED,
            Refusal::Denied | Refusal::OtherBrowser => StatusCode::FORBIDDEN,
            Refusal::SignInUnknown | Refusal::CodeRefused => StatusCode::BAD_REQUEST,
            Refusal::NotFound { .. } | Refusal::NotShared => StatusCode::NOT_FOUND,
            Refusal::Disconnected { .. }
            | Refusal::Busy { .. }
            | Refusal::NotConnected
            | Refusal::SeveralSources { .. }
            | Refusal::WatchedByOther
            | Refusal::TagTaken { .. }
            | Refusal::Missing { .. }
            | Refusal::NothingShared
            | Refusal::NotAllowed => StatusCode::CONFLICT,
            Refusal::Crowded => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Invalid { .. } | Refusal::IsPage => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let problem = Self::new(status, refusal.title(), refusal.hint());
        match refusal {
            Refusal::SeveralSources { choices } => Self { choices, ..problem },
            Refusal::Missing { missing } => Self { missing, ..problem },
            _ => problem,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            Kind::Permanent(reason) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, reason.sentence(), ""),
            Kind::Bug | Kind::Stale => {
                tracing::error!(%failure, "a request failed");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong on our side.",
                    "Nothing is lost. If it happens again, tell the operator.",
                )
            }
            Kind::Transient { .. } | Kind::Outage { .. } | Kind::Wait { .. } => {
                tracing::warn!(%failure, "a request could not be answered");
                Self::unavailable()
            }
        }
    }
}

/// What an actor answered, or the problem with it.
pub(super) fn answered<T, Gone>(sent: Result<Outcome<Result<T, Refusal>>, Gone>) -> Result<T, Problem> {
    match sent {
        Ok(Ok(answer)) => Ok(answer?),
        Ok(Err(failure)) => Err(failure.into()),
        Err(_) => Err(Problem::unavailable()),
    }
}
