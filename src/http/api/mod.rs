//! The interface for programs, under `/api`.

mod entries;
mod entry_shapes;
mod events;

use actix_web::web;

/// All routes of the interface.
pub(super) fn routes(config: &mut web::ServiceConfig) {
    entries::routes(config);
    events::routes(config);
}
