//! The consent page: what an integration wants, which workspace, what to share. Works without JavaScript.
//!
//! A wrong authorization URL gets a page that says so, never a redirect: a redirect would go wherever a stranger
//! wants. The answer is a form of the page's own; one another site sends is refused.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, ORIGIN, REFERRER_POLICY};
use actix_web::web::{Data, Form, FormConfig, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use url::Url;
use uuid::Uuid;

use crate::sandbox::notion::callers::Person;
use crate::sandbox::notion::consent::{Choice, Consent};
use crate::sandbox::notion::handle::EmulatedNotion;
use crate::sandbox::notion::oauth::{ASKED, Asked};

type Fields = Vec<(String, String)>;

/// Bytes of an answer: some thousand chosen pages, each with its id.
const FORM_BYTES: usize = 256 * 1024;

#[derive(Template)]
#[template(path = "sandbox/notion/consent.html")]
struct Page<'a> {
    name: &'a str,
    person: &'a Person,
    choices: &'a [Choice],
    query: &'a [&'a (String, String)],
    nonce: &'a str,
}

#[derive(Template)]
#[template(path = "sandbox/notion/refused.html")]
struct Refused<'a> {
    words: &'a str,
    nonce: &'a str,
}

/// How long an answer may be.
pub(super) fn form_limits() -> FormConfig {
    FormConfig::default().limit(FORM_BYTES)
}

/// `GET /v1/oauth/authorize`.
pub(super) async fn ask(notion: Data<EmulatedNotion>, query: Query<Fields>) -> HttpResponse {
    let seen = notion.with(|held| {
        let asked = held.asked(&query)?;
        let person = held.signed_in.and_then(|id| held.someone(id).cloned());
        let person = person.ok_or("Nobody is signed in to this Notion.")?;
        let choices = held.choices(person.id);
        Ok::<_, String>((asked, person, choices))
    });
    match seen {
        Ok((asked, person, choices)) => page(&asked, &person, &choices, &query),
        Err(words) => refused(StatusCode::BAD_REQUEST, &words),
    }
}

fn page(asked: &Asked, person: &Person, choices: &[Choice], query: &[(String, String)]) -> HttpResponse {
    let nonce = Uuid::new_v4().simple().to_string();
    // Only what was checked comes back with the form: an address must not answer for the person.
    let query: Vec<_> = query.iter().filter(|(field, _)| ASKED.contains(&field.as_str())).collect();
    let page = Page { name: &asked.name, person, choices, query: &query, nonce: &nonce };
    // A browser holds the redirect after a form against this list, too.
    let onwards = asked.redirect.origin().ascii_serialization();
    html(StatusCode::OK, page.render(), &nonce, &format!("'self' {onwards}"))
}

/// `POST /v1/oauth/authorize`: the form of the page.
pub(super) async fn answer(
    notion: Data<EmulatedNotion>,
    request: HttpRequest,
    form: Form<Fields>,
) -> HttpResponse {
    if !is_own(&request) {
        return refused(StatusCode::FORBIDDEN, "Another site sent this answer.");
    }
    match decided(&notion, &form) {
        Ok(onwards) => HttpResponse::Found()
            .insert_header((LOCATION, onwards.as_str()))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish(),
        Err(words) => refused(StatusCode::BAD_REQUEST, &words),
    }
}

fn decided(notion: &EmulatedNotion, form: &[(String, String)]) -> Result<Url, String> {
    let now = notion.now();
    let all =
        |name: &'static str| form.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
    let id = |text: &str| Uuid::parse_str(text).map_err(|_| format!("{text} is no id."));
    let workspace = all("workspace").next().map(id).transpose()?;
    let share = all("share").map(id).collect::<Result<Vec<_>, _>>()?;
    let decision = all("decision").next();
    let url = notion.with(|held| {
        let asked = held.asked(form)?;
        let person = held.signed_in.ok_or("Nobody is signed in to this Notion.")?;
        match decision {
            Some("allow") => {
                // Boxes of another workspace than the chosen one stand on the page, but do not count.
                let choices = held.choices(person);
                let chosen = choices.iter().find(|choice| Some(choice.id) == workspace);
                let counts =
                    |item: &Uuid| chosen.is_some_and(|choice| choice.items.iter().any(|one| one.id == *item));
                let share = Some(share.iter().copied().filter(counts).collect());
                let workspace = Some(workspace.ok_or("Choose a workspace.")?);
                held.allow(&asked, person, &Consent { workspace, share }, now).map_err(|error| error.0)
            }
            Some("cancel") => Ok(asked.denied()),
            _ => Err("Choose Cancel or Allow access.".to_owned()),
        }
    })?;
    notion.stir();
    Ok(url)
}

/// Whether this page sent the form; a program names no origin.
fn is_own(request: &HttpRequest) -> bool {
    let seen = request.connection_info();
    let own = format!("{}://{}", seen.scheme(), seen.host());
    request.headers().get(ORIGIN).is_none_or(|origin| origin.as_bytes() == own.as_bytes())
}

fn refused(status: StatusCode, words: &str) -> HttpResponse {
    let nonce = Uuid::new_v4().simple().to_string();
    html(status, Refused { words, nonce: &nonce }.render(), &nonce, "'none'")
}

fn html(status: StatusCode, body: askama::Result<String>, nonce: &str, forms: &str) -> HttpResponse {
    let Ok(body) = body else { return HttpResponse::InternalServerError().finish() };
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    );
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-store"))
        // The address holds the state; the form has to name its origin.
        .insert_header((REFERRER_POLICY, "same-origin"))
        .body(body)
}
