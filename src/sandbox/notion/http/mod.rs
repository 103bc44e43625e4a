//! The HTTP face of the emulated Notion: routes, and the guard in front of them.

mod body;
mod consent;
mod guard;
mod handlers;
mod oauth;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};

use super::error::ApiError;
use super::handle::EmulatedNotion;

/// Mounts everything; the guard lets OAuth pass without a token.
pub(super) fn routes(config: &mut ServiceConfig, notion: EmulatedNotion) {
    let api = web::scope("/v1")
        .wrap(from_fn(guard::guard))
        .configure(authorization)
        .configure(content)
        .configure(data)
        .configure(people)
        .default_service(web::to(unknown));
    config
        .app_data(Data::new(notion))
        .service(api)
        .route("/notion-files/{id}", web::get().to(handlers::file));
}

fn authorization(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/oauth/authorize")
                .app_data(consent::form_limits())
                .route(web::get().to(consent::ask))
                .route(web::post().to(consent::answer)),
        )
        .route("/oauth/token", web::post().to(oauth::token))
        .route("/oauth/introspect", web::post().to(oauth::introspect))
        .route("/oauth/revoke", web::post().to(oauth::revoke));
}

fn content(config: &mut ServiceConfig) {
    use handlers as h;
    config
        .route("/pages", web::post().to(h::create_page))
        .route("/pages/{id}", web::get().to(h::page))
        .route("/pages/{id}", web::patch().to(h::update_page))
        .route("/pages/{id}/properties/{property}", web::get().to(h::page_property))
        .route("/blocks/{id}", web::get().to(h::block))
        .route("/blocks/{id}", web::patch().to(h::update_block))
        .route("/blocks/{id}", web::delete().to(h::delete_block))
        .route("/blocks/{id}/children", web::get().to(h::children))
        .route("/blocks/{id}/children", web::patch().to(h::append))
        .route("/comments", web::post().to(h::create_comment))
        .route("/comments", web::get().to(h::comments))
        .route("/comments/{id}", web::get().to(h::comment))
        .route("/comments/{id}", web::patch().to(h::update_comment))
        .route("/comments/{id}", web::delete().to(h::delete_comment))
        .route("/file_uploads", web::post().to(h::create_upload))
        .route("/file_uploads/{id}", web::get().to(h::upload))
        .route("/file_uploads/{id}/send", web::post().to(h::send_upload))
        .route("/file_uploads/{id}/complete", web::post().to(h::complete_upload));
}

fn data(config: &mut ServiceConfig) {
    use handlers as h;
    config
        .route("/databases", web::post().to(h::create_database))
        .route("/databases/{id}", web::get().to(h::database))
        .route("/databases/{id}", web::patch().to(h::update_database))
        .route("/data_sources", web::post().to(h::create_data_source))
        .route("/data_sources/{id}", web::get().to(h::data_source))
        .route("/data_sources/{id}", web::patch().to(h::update_data_source))
        .route("/data_sources/{id}/query", web::post().to(h::query))
        .route("/search", web::post().to(h::search));
}

fn people(config: &mut ServiceConfig) {
    use handlers as h;
    config
        .route("/users/me", web::get().to(h::me))
        .route("/users", web::get().to(h::users))
        .route("/users/{id}", web::get().to(h::user));
}

async fn unknown() -> HttpResponse {
    ApiError::new(400, "invalid_request_url", "Invalid request URL.").error_response()
}
