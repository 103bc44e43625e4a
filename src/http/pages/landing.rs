//! The first page: what this service is, and the one button.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{Shell, shown};
use crate::http::visitor::{Site, Visitor};

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    shell: Shell,
    can_sign_in: bool,
}

/// `GET /`.
pub(super) async fn landing(visitor: Option<Visitor>, site: web::Data<Site>) -> HttpResponse {
    let shell = Shell { here: "", signed_in: visitor.is_some() };
    shown(&Landing { shell, can_sign_in: site.can_sign_in })
}
