//! `GET /metrics`: figures of the whole service as `OpenMetrics` text, for whoever watches over it.
//!
//! Counts alone: nothing in it tells whose entries they are.

use actix_web::{HttpResponse, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::problem::Problem;
use crate::messages::{AskFigures, Doors, Figures};

/// The content type of the format (`OpenMetrics` 1.0).
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics`.
pub(super) async fn metrics(behind: web::Data<Doors>) -> Result<HttpResponse, Problem> {
    let figures = behind.figures.send(AskFigures).await.map_err(|_| Problem::unavailable())??;
    let mut text = String::new();
    encode(&mut text, &registry(&figures)).map_err(|_| Problem::unavailable())?;
    Ok(HttpResponse::Ok().content_type(OPEN_METRICS).body(text))
}

/// Filled anew for each look: the journal is the truth, so that several instances tell the same.
fn registry(figures: &Figures) -> Registry {
    let entries = Family::<Vec<(&'static str, &'static str)>, Gauge>::default();
    for (status, count) in &figures.entries {
        let of_status = entries.get_or_create(&vec![("status", status.name())]);
        of_status.set(i64::try_from(*count).unwrap_or(i64::MAX));
    }
    let gauge = |value: u32| {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::from(value));
        gauge
    };
    let mut registry = Registry::with_prefix("linkscribe");
    registry.register("build", "The running version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    registry.register("entries", "Entries of all users in the journal, by status", entries);
    registry.register("chain_places", "Entries this instance works on at once", gauge(figures.places));
    registry.register("chain_busy", "Entries this instance works on now", gauge(figures.busy));
    registry
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::domain::stage::Status;

    #[test]
    fn the_figures_stand_in_the_text() {
        let figures = Figures { entries: vec![(Status::Failed, 3)], places: 5, busy: 2 };
        let mut text = String::new();
        encode(&mut text, &registry(&figures)).unwrap();
        for line in [
            "linkscribe_entries{status=\"failed\"} 3",
            "linkscribe_chain_places 5",
            "linkscribe_chain_busy 2",
            "# EOF",
        ] {
            assert!(text.lines().any(|there| there == line), "{line}: {text}");
        }
    }
}
